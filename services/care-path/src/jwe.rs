//! A document sealed for its receiver, which Baken passes through unread: a JWE (RFC 7516), in compact or JSON
//! serialisation.
//!
//! What comes in is checked as far as that goes without a key: its parts, its headers, its algorithms, its recipients. So
//! plain text cannot be attached in its place.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

const DOCUMENT_MAX: usize = 262_144;
const HEADER_MAX: usize = 8_192;
const RECIPIENTS_MAX: usize = 16;

/// Key management by a public key of the receiver (RFC 7518 §4.1). With a shared key or a password, or with none, others
/// than the receiver could open the document.
const ALGORITHMS: [&str; 8] = [
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    AGREED,
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
];
/// The key is agreed on, so that none is sent along.
const AGREED: &str = "ECDH-ES";
/// Content encryption (RFC 7518 §5.1).
const ENCRYPTIONS: [&str; 6] = ["A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"];

/// Why a document is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDocument {
    #[error("must have at most {DOCUMENT_MAX} characters")]
    Length,
    #[error("must be a JWE in compact or JSON serialisation (RFC 7516): a document that only its receiver can open")]
    Shape,
    #[error("must be a JWE whose parts are base64url without padding, none of them empty")]
    Encoding,
    #[error("must be a JWE with a protected header: a JSON object of at most {HEADER_MAX} bytes, which names `enc`")]
    Header,
    #[error("must be a JWE whose headers name nothing twice")]
    Twice,
    #[error("must be sealed with the receiver's public key: `alg` must be one of {}", ALGORITHMS.join(", "))]
    Algorithm,
    #[error("must be a JWE with authenticated encryption: `enc` must be one of {}", ENCRYPTIONS.join(", "))]
    Encryption,
    #[error("must be a JWE with 1 to {RECIPIENTS_MAX} recipients")]
    Recipients,
    #[error("must be a JWE with an encrypted key for each recipient, and none where `alg` is {AGREED}")]
    Key,
}

/// A document sealed for its receiver: a JWE in compact or JSON serialisation (RFC 7516).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, min_length = 9, max_length = 262_144))]
pub struct SealedDocument(Arc<str>);

impl SealedDocument {
    /// The document as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a document that comes in. One that is in the log was checked when it came in, by the rule of its time, and is read
/// as it is.
pub(crate) fn incoming<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SealedDocument, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

impl FromStr for SealedDocument {
    type Err = BadDocument;

    fn from_str(text: &str) -> Result<Self, BadDocument> {
        if text.len() > DOCUMENT_MAX {
            return Err(BadDocument::Length);
        }
        let jwe = if text.starts_with('{') {
            serde_json::from_str(text).map_err(|_| BadDocument::Shape)?
        } else {
            Jwe::compact(text).ok_or(BadDocument::Shape)?
        };
        jwe.check()?;
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for SealedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedDocument({} bytes)", self.0.len())
    }
}

#[cfg(feature = "schema")]
async_graphql::scalar!(SealedDocument);

type Header = Map<String, Value>;

/// The JSON serialisation (RFC 7516 §7.2), general or flattened. It has no other members: they could be plain text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwe {
    protected: String,
    #[serde(default)]
    unprotected: Header,
    recipients: Option<Vec<Recipient>>,
    header: Option<Header>,
    encrypted_key: Option<String>,
    aad: Option<String>,
    iv: String,
    ciphertext: String,
    tag: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipient {
    #[serde(default)]
    header: Header,
    encrypted_key: Option<String>,
}

impl Jwe {
    /// The compact serialisation (RFC 7516 §7.1), which has one recipient.
    fn compact(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(str::to_owned);
        let jwe = Self {
            protected: parts.next()?,
            unprotected: Header::new(),
            recipients: None,
            header: None,
            encrypted_key: parts.next().filter(|key| !key.is_empty()),
            aad: None,
            iv: parts.next()?,
            ciphertext: parts.next()?,
            tag: parts.next()?,
        };
        parts.next().is_none().then_some(jwe)
    }

    fn check(self) -> Result<(), BadDocument> {
        for part in [&self.iv, &self.ciphertext, &self.tag].into_iter().chain(&self.aad) {
            decoded(part)?;
        }
        let recipients = match (self.recipients, self.header, self.encrypted_key) {
            (None, header, encrypted_key) => {
                vec![Recipient { header: header.unwrap_or_default(), encrypted_key }]
            }
            (Some(recipients), None, None) => recipients,
            (Some(_), _, _) => return Err(BadDocument::Recipients),
        };
        if !(1..=RECIPIENTS_MAX).contains(&recipients.len()) {
            return Err(BadDocument::Recipients);
        }
        let protected = Some(decoded(&self.protected)?).filter(|header| header.len() <= HEADER_MAX);
        let protected = protected.and_then(|header| serde_json::from_slice::<Header>(&header).ok());
        let protected = protected.ok_or(BadDocument::Header)?;
        let encryption = protected.get("enc").and_then(Value::as_str).ok_or(BadDocument::Header)?;
        if !ENCRYPTIONS.contains(&encryption) {
            return Err(BadDocument::Encryption);
        }
        recipients.iter().try_for_each(|recipient| recipient.check([&protected, &self.unprotected]))
    }
}

impl Recipient {
    /// Checks the recipient, who has the headers of all as well.
    fn check(&self, [protected, unprotected]: [&Header; 2]) -> Result<(), BadDocument> {
        // RFC 7516 §4: their names must be disjoint.
        let shared = unprotected.keys().any(|name| protected.contains_key(name))
            || self.header.keys().any(|name| protected.contains_key(name) || unprotected.contains_key(name));
        if shared {
            return Err(BadDocument::Twice);
        }
        let named = [protected, unprotected, &self.header].into_iter().find_map(|header| header.get("alg"));
        let algorithm = named.and_then(Value::as_str).filter(|name| ALGORITHMS.contains(name));
        let algorithm = algorithm.ok_or(BadDocument::Algorithm)?;
        match (&self.encrypted_key, algorithm == AGREED) {
            (None, true) => Ok(()),
            (Some(key), false) => decoded(key).map(|_| ()),
            (None, false) | (Some(_), true) => Err(BadDocument::Key),
        }
    }
}

/// What a part holds: base64url without padding (RFC 7515 §2), and something.
fn decoded(part: &str) -> Result<Vec<u8>, BadDocument> {
    URL_SAFE_NO_PAD.decode(part).ok().filter(|bytes| !bytes.is_empty()).ok_or(BadDocument::Encoding)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base64url(text: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    fn compact(header: &Value, key: &str) -> String {
        format!("{}.{key}.aXY.Y2lwaGVy.dGFn", base64url(header.to_string()))
    }

    fn refused(text: &str) -> BadDocument {
        text.parse::<SealedDocument>().unwrap_err()
    }

    #[test]
    fn a_document_that_is_sealed_with_the_receivers_public_key_passes() {
        // RFC 7516, appendix A.1.
        let example = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe\
            ipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb76FdI\
            KLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9QcfylQr66oc6vFWXRcZ_ZT2LawVCWT\
            IY3brGPi6UklfCpIMfIjf7iGdXKHzg.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3aj\
            wQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ";
        assert!(example.parse::<SealedDocument>().is_ok());
        for header in
            [json!({"alg": "ECDH-ES", "enc": "A256GCM", "epk": {}}), json!({"alg": "ECDH-ES", "enc": "A128CBC-HS256"})]
        {
            assert!(compact(&header, "").parse::<SealedDocument>().is_ok(), "{header}");
        }
        let protected = base64url(r#"{"enc": "A256GCM"}"#);
        let recipient = json!({"header": {"alg": "RSA-OAEP-256", "kid": "ward"}, "encrypted_key": "a2V5"});
        let general = json!({"protected": protected, "recipients": [recipient, recipient], "iv": "aXY", "ciphertext": "Yw", "tag": "dA"});
        assert!(general.to_string().parse::<SealedDocument>().is_ok());
        let flattened =
            json!({"protected": protected, "header": {"alg": "ECDH-ES"}, "iv": "aXY", "ciphertext": "Yw", "tag": "dA"});
        assert!(flattened.to_string().parse::<SealedDocument>().is_ok());
    }

    #[test]
    fn plain_text_does_not_pass_whatever_it_looks_like() {
        for text in ["", "diagnosis: …", "{\"diagnosis\": \"…\"}", "a.b.c", "a.b.c.d.e.f", "{}", "[]", "null"] {
            assert_eq!(refused(text), BadDocument::Shape, "{text}");
        }
        for text in ["a..c.d.", "Marek.has.had.a.stroke", "a.b c.d.e.f", "e30.a2V5.aXY.Y2k=.dGFn"] {
            assert_eq!(refused(text), BadDocument::Encoding, "{text}");
        }
        let words = base64url("Marek has had a stroke");
        assert_eq!(refused(&format!("{words}.a2V5.aXY.Y2lwaGVy.dGFn")), BadDocument::Header);
        assert_eq!(refused(&"a".repeat(DOCUMENT_MAX + 1)), BadDocument::Length);
        let more = json!({"protected": "e30", "diagnosis": "…", "iv": "aXY", "ciphertext": "Yw", "tag": "dA"});
        assert_eq!(refused(&more.to_string()), BadDocument::Shape);
    }

    #[test]
    fn its_header_names_how_it_is_sealed_and_others_than_the_receiver_cannot_open_it() {
        let header = |alg: &str, enc: &str| compact(&json!({"alg": alg, "enc": enc}), "a2V5");
        for alg in ["none", "dir", "A256KW", "PBES2-HS256+A128KW", "RSA1_5", ""] {
            assert_eq!(refused(&header(alg, "A256GCM")), BadDocument::Algorithm, "{alg}");
        }
        assert_eq!(refused(&header("RSA-OAEP", "none")), BadDocument::Encryption);
        assert_eq!(refused(&compact(&json!({"enc": "A256GCM"}), "a2V5")), BadDocument::Algorithm);
        for header in [json!({"alg": "RSA-OAEP"}), json!([]), json!({"alg": "RSA-OAEP", "enc": 7})] {
            assert_eq!(refused(&compact(&header, "a2V5")), BadDocument::Header, "{header}");
        }
        let long = json!({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "k".repeat(HEADER_MAX)});
        assert_eq!(refused(&compact(&long, "a2V5")), BadDocument::Header);
    }

    #[test]
    fn it_has_recipients_and_not_too_many_each_with_a_key() {
        let sealed = json!({"alg": "RSA-OAEP", "enc": "A256GCM"});
        assert_eq!(refused(&compact(&sealed, "")), BadDocument::Key);
        assert_eq!(refused(&compact(&json!({"alg": "ECDH-ES", "enc": "A256GCM"}), "a2V5")), BadDocument::Key);
        let protected = base64url(sealed.to_string());
        let of = |members: Value| {
            let mut jwe = json!({"protected": protected, "iv": "aXY", "ciphertext": "Yw", "tag": "dA"});
            jwe.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            refused(&jwe.to_string())
        };
        let recipient = json!({"encrypted_key": "a2V5"});
        assert_eq!(of(json!({"recipients": []})), BadDocument::Recipients);
        assert_eq!(of(json!({"recipients": vec![&recipient; RECIPIENTS_MAX + 1]})), BadDocument::Recipients);
        assert_eq!(of(json!({"recipients": [recipient], "encrypted_key": "a2V5"})), BadDocument::Recipients);
        assert_eq!(of(json!({"recipients": [recipient, {}]})), BadDocument::Key);
        assert_eq!(of(json!({"recipients": [{"header": {"enc": "A256GCM"}}]})), BadDocument::Twice);
    }

    #[test]
    fn a_document_in_the_log_is_read_as_it_is_and_debug_output_shows_none() {
        let old = "eyJhbGciOiJFQ0RILUVTIn0..aXY.Y2lwaGVy.dGFn";
        assert_eq!(refused(old), BadDocument::Header);
        let read: SealedDocument = serde_json::from_value(json!(old)).unwrap();
        assert_eq!((read.as_str(), format!("{read:?}").as_str()), (old, "SealedDocument(42 bytes)"));
    }
}
