//! The development issuer: tokens for the users of the demo world, signed with a key that lies in the data folder. It
//! can make anybody anything, so it works in the development profile and on loopback addresses only.

use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use care_path::{Actor, Principal};
use chrono::TimeDelta;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::edge::auth::{ClaimNames, IssuerConfig, KeySource, SignatureAlgorithm, TrustedFor, claims_of};
use crate::owner_only;
use crate::sources::{Clock, IdSource};

const ISSUER: &str = "baken-development";
const AUDIENCE: &str = "baken";
const KEY_FILE: &str = "dev-issuer.p8";
const LIFETIME: TimeDelta = TimeDelta::hours(12);

/// What the service is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// On somebody's own machine, with made-up persons.
    Development,
    /// With real ones.
    Production,
}

/// Why there is no development issuer, or no token of it.
#[derive(Debug, thiserror::Error)]
pub enum DevIssuerError {
    #[error("the development issuer works in the development profile only")]
    NotInProduction,
    #[error("the development issuer works on loopback addresses only")]
    NotLoopback,
    #[error("the key of the development issuer could not be kept in the data folder: {0}")]
    Storage(#[from] io::Error),
    #[error("the key of the development issuer is damaged: remove {KEY_FILE} from the data folder to get a new one")]
    DamagedKey,
    #[error("there is no demo in {}: start `baken demo --data {}` first", .0.display(), .0.display())]
    NoKey(PathBuf),
    #[error("the cryptographic library did not make a key or a token")]
    Cryptography,
    #[error("a token cannot have the role of the system")]
    SystemNeedsNoToken,
}

/// Signs tokens that the service trusts in development.
pub struct DevIssuer {
    key: EncodingKey,
    key_id: String,
    jwk: Jwk,
}

impl DevIssuer {
    /// Whether a service of this profile that listens here may trust the issuer.
    pub fn allowed(profile: Profile, bind: IpAddr) -> Result<(), DevIssuerError> {
        match profile {
            Profile::Production => Err(DevIssuerError::NotInProduction),
            Profile::Development if !bind.to_canonical().is_loopback() => Err(DevIssuerError::NotLoopback),
            Profile::Development => Ok(()),
        }
    }

    /// The issuer whose key lies in this folder. A new key is made where there is none; processes that do so at the
    /// same time end up with the same one.
    pub fn open_or_create(dir: &Path) -> Result<Self, DevIssuerError> {
        let path = dir.join(KEY_FILE);
        match read_key(&path) {
            Err(DevIssuerError::Storage(error)) if error.kind() == io::ErrorKind::NotFound => {
                owner_only::make_folder(dir)?;
                store_new_key(dir, &path)?;
                Self::from_pkcs8(&read_key(&path)?)
            }
            read => Self::from_pkcs8(&read?),
        }
    }

    /// The issuer whose key lies in this folder. Where there is none, none is made: no service would accept its tokens.
    pub fn open(dir: &Path) -> Result<Self, DevIssuerError> {
        match read_key(&dir.join(KEY_FILE)) {
            Err(DevIssuerError::Storage(error)) if error.kind() == io::ErrorKind::NotFound => {
                Err(DevIssuerError::NoKey(dir.to_owned()))
            }
            read => Self::from_pkcs8(&read?),
        }
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, DevIssuerError> {
        let key = EncodingKey::from_ec_der(pkcs8);
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(|_| DevIssuerError::DamagedKey)?;
        let key_id = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| DevIssuerError::Cryptography)?;
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { key, key_id, jwk })
    }

    /// An access token (RFC 9068) for this caller, good for twelve hours.
    pub fn token_for(
        &self,
        principal: &Principal,
        clock: &dyn Clock,
        ids: &dyn IdSource,
    ) -> Result<String, DevIssuerError> {
        if principal.actor == Actor::System {
            return Err(DevIssuerError::SystemNeedsNoToken);
        }
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.key_id.clone());
        let now = clock.now();
        let mut claims: Map<String, Value> = claims_of(principal, &ClaimNames::default());
        claims.extend([
            ("iss".to_owned(), json!(ISSUER)),
            ("aud".to_owned(), json!(AUDIENCE)),
            ("iat".to_owned(), json!(now.timestamp())),
            ("exp".to_owned(), json!((now + LIFETIME).timestamp())),
            ("jti".to_owned(), json!(ids.uuid_v7())),
            ("client_id".to_owned(), json!(ISSUER)),
        ]);
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| DevIssuerError::Cryptography)
    }

    /// What a verifier needs to trust this issuer: its public key, inline. Ask [`Self::allowed`] first.
    pub fn issuer_config(&self) -> Result<IssuerConfig, DevIssuerError> {
        Ok(IssuerConfig {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            algorithms: vec![SignatureAlgorithm::Es256],
            jwks: KeySource::Inline(vec![serde_json::to_value(&self.jwk).map_err(|_| DevIssuerError::Cryptography)?]),
            claims: ClaimNames::default(),
            leeway_seconds: 30,
            token_types: vec!["at+jwt".to_owned()],
            trusted_for: TrustedFor::default(),
        })
    }
}

fn read_key(path: &Path) -> Result<Zeroizing<Vec<u8>>, DevIssuerError> {
    let pkcs8 = Zeroizing::new(fs::read(path)?);
    owner_only::keep(path)?;
    Ok(pkcs8)
}

/// Makes a key, and puts it in place unless another process was first. The file appears under its name only when it is
/// whole: whoever loses the race reads a complete key.
fn store_new_key(dir: &Path, path: &Path) -> Result<(), DevIssuerError> {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
        .map_err(|_| DevIssuerError::Cryptography)?;
    let mut suffix = [0; 8];
    random.fill(&mut suffix).map_err(|_| DevIssuerError::Cryptography)?;
    let draft = dir.join(format!("{KEY_FILE}.{:016x}", u64::from_be_bytes(suffix)));
    let stored = write_private(&draft, pkcs8.as_ref()).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    // The draft goes in either case; what went wrong before matters more than this.
    let removed = fs::remove_file(&draft);
    stored?;
    Ok(removed?)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = owner_only::file().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
