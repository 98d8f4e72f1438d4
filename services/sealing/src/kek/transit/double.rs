//! A double of the Transit secrets engine, for tests: one key, with real AES-256-GCM, the rules of OpenBao's source
//! (`path_encrypt.go`, `path_decrypt.go`, `path_trim.go`, `path_keys_config.go`), and switches for what may go wrong.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::TransitSettings;
use crate::secret::{Cipher, Key256, key_from, random_key};

/// What goes wrong with one request.
#[derive(Debug, Clone)]
pub(in crate::kek) enum Fault {
    Sealed,
    Status(u16),
    /// 429, with the seconds to wait.
    TooMany(u64),
    Redirect(String),
    Slow(Duration),
    /// The connection ends in the middle of the answer.
    CutOff,
    /// It does what was asked, and the connection ends before the answer.
    DoneAndCutOff,
    Body(String),
    FewerResults,
    ShortKeys,
    /// That item fails, with that text.
    Item(usize, &'static str),
}

#[derive(Default)]
pub(in crate::kek) struct State {
    versions: BTreeMap<u32, Key256>,
    pub min_decryption: u32,
    pub min_encryption: u32,
    pub min_available: u32,
    pub deleted: bool,
    pub soft_deleted: bool,
    pub kind: Option<&'static str>,
    pub token: String,
    pub faults: VecDeque<Fault>,
    /// Method, path and headers of each request, and how many items it had.
    pub seen: Vec<(String, BTreeMap<String, String>, usize)>,
    /// All that came in, as it came.
    pub bodies: Vec<u8>,
}

impl State {
    fn latest(&self) -> u32 {
        self.versions.last_key_value().map_or(0, |(version, _)| *version)
    }

    pub(in crate::kek) fn rotate(&mut self) {
        self.versions.insert(self.latest() + 1, random_key().unwrap());
    }

    /// The key is deleted, and another one made under its name.
    pub(in crate::kek) fn make_anew(&mut self) {
        self.versions.clear();
        self.rotate();
        (self.min_available, self.min_encryption, self.min_decryption) = (0, 0, 1);
    }
}

/// The service, for as long as this lives.
pub(in crate::kek) struct Double {
    pub state: Arc<Mutex<State>>,
    address: String,
    over: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

impl Double {
    pub(in crate::kek) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut state = State { token: "s.first".to_owned(), ..State::default() };
        state.make_anew();
        let (state, over) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let serving = std::thread::spawn({
            let (state, over) = (state.clone(), over.clone());
            move || {
                for connection in listener.incoming() {
                    if over.load(Ordering::Acquire) {
                        return;
                    }
                    let state = state.clone();
                    std::thread::spawn(move || connection.map(|connection| serve(&state, connection)));
                }
            }
        });
        Self { state, address, over, serving: Some(serving) }
    }

    /// Settings that lead here, with the token in a file of that folder.
    pub(in crate::kek) fn settings(&self, folder: &Path) -> TransitSettings {
        let token_file = folder.join("token");
        storage::owner_only::write(&token_file, &self.state.lock().token).unwrap();
        TransitSettings {
            address: format!("http://{}", self.address),
            mount: "transit".to_owned(),
            key: "baken".to_owned(),
            namespace: None,
            token_file,
            ca_file: None,
            timeout_seconds: 5.try_into().unwrap(),
        }
    }

    /// What goes wrong with the next requests.
    pub(in crate::kek) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.lock().faults.extend(faults);
    }

    pub(in crate::kek) fn requests(&self) -> usize {
        self.state.lock().seen.len()
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        let _ = TcpStream::connect(&self.address);
        let _ = self.serving.take().map(JoinHandle::join);
    }
}

fn serve(state: &Mutex<State>, mut connection: TcpStream) {
    let Some((head, headers, body)) = request(&connection) else { return };
    let items = body["batch_input"].as_array().map_or(0, Vec::len);
    let fault = {
        let mut state = state.lock();
        state.bodies.extend_from_slice(body.to_string().as_bytes());
        state.seen.push((head.clone(), headers.clone(), items));
        state.faults.pop_front()
    };
    let mut more = String::new();
    let (mut status, mut answer) = match &fault {
        Some(Fault::Sealed) => (503, json!({"errors": ["Vault is sealed"]})),
        Some(Fault::Status(status)) => (*status, json!({"errors": ["for the test"]})),
        Some(Fault::TooMany(seconds)) => {
            more = format!("Retry-After: {seconds}\r\n");
            (429, json!({"errors": ["request path: rate limit quota exceeded"]}))
        }
        Some(Fault::Redirect(to)) => {
            more = format!("Location: {to}\r\n");
            (307, json!({}))
        }
        _ => answered(&mut state.lock(), &head, &headers, &body),
    };
    match &fault {
        Some(Fault::Slow(time)) => std::thread::sleep(*time),
        Some(Fault::FewerResults) => drop(answer["data"]["batch_results"].as_array_mut().unwrap().pop()),
        Some(Fault::ShortKeys) => answer["data"]["batch_results"][0]["plaintext"] = json!("c2hvcnQ="),
        Some(Fault::Item(at, text)) => {
            status = 400;
            answer["data"]["batch_results"][*at] = json!({"error": text});
        }
        Some(Fault::DoneAndCutOff) => return,
        _ => {}
    }
    let text = if let Some(Fault::Body(text)) = &fault { text.clone() } else { answer.to_string() };
    let sent = if matches!(fault, Some(Fault::CutOff)) { &text[..text.len() / 2] } else { &text };
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // The client may have given up.
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(sent.as_bytes()));
}

fn request(connection: &TcpStream) -> Option<(String, BTreeMap<String, String>, Value)> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let head = line.rsplit_once(' ')?.0.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, headers, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

fn refused(status: u16, text: &str) -> (u16, Value) {
    (status, json!({"errors": [text]}))
}

fn answered(state: &mut State, head: &str, headers: &BTreeMap<String, String>, body: &Value) -> (u16, Value) {
    if headers.get("x-vault-token") != Some(&state.token) {
        return refused(403, "permission denied");
    }
    let number = |name: &str| body[name].as_u64().map(|number| u32::try_from(number).unwrap());
    match head {
        "POST /v1/transit/encrypt/baken" | "POST /v1/transit/decrypt/baken" if state.deleted => {
            refused(400, "encryption key not found")
        }
        "POST /v1/transit/encrypt/baken" => batch(body, |item| encrypted(state, item)),
        "POST /v1/transit/decrypt/baken" => batch(body, |item| decrypted(state, item)),
        "GET /v1/transit/keys/baken" if state.deleted => (404, json!({"errors": []})),
        "GET /v1/transit/keys/baken" => about(state),
        "POST /v1/transit/keys/baken/rotate" if state.deleted => refused(400, "key not found"),
        "POST /v1/transit/keys/baken/rotate" => {
            state.rotate();
            about(state)
        }
        "POST /v1/transit/keys/baken/config" => {
            let decryption = number("min_decryption_version").unwrap_or(state.min_decryption);
            let encryption = number("min_encryption_version").unwrap_or(state.min_encryption);
            if decryption > state.latest() || encryption > state.latest() {
                return refused(400, "cannot set min version, latest key version is lower");
            }
            if encryption > 0 && encryption < decryption {
                return refused(400, "cannot set min encryption/decryption values");
            }
            if state.min_available > encryption || state.min_available > decryption {
                return refused(400, "min version should not be less than min available version");
            }
            (state.min_decryption, state.min_encryption) = (decryption, encryption);
            about(state)
        }
        "POST /v1/transit/keys/baken/trim" => {
            let Some(first) = number("min_available_version") else {
                return refused(400, "missing min_available_version");
            };
            if first < state.min_available {
                return refused(400, "minimum available version cannot be decremented");
            }
            if state.min_encryption == 0 || state.min_decryption == 0 {
                return refused(400, "minimum available version cannot be set when a minimum version is not set");
            }
            if first == 0 || first > state.min_encryption || first > state.min_decryption {
                return refused(400, "minimum available version cannot be greater than the minimum versions");
            }
            state.min_available = first;
            state.versions.retain(|version, _| *version >= first);
            about(state)
        }
        _ => refused(404, "no handler for route"),
    }
}

fn about(state: &State) -> (u16, Value) {
    let keys: BTreeMap<_, _> = state.versions.keys().map(|version| (version.to_string(), 1_442_851_412)).collect();
    let data = json!({
        "name": "baken", "type": state.kind.unwrap_or("aes256-gcm96"), "derived": false, "exportable": false,
        "allow_plaintext_backup": false, "deletion_allowed": false, "keys": keys, "latest_version": state.latest(),
        "min_available_version": state.min_available, "min_decryption_version": state.min_decryption,
        "min_encryption_version": state.min_encryption, "soft_deleted": state.soft_deleted,
        "supports_encryption": true, "supports_decryption": true,
    });
    (200, json!({"request_id": "7ae3a8ae", "lease_id": "", "renewable": false, "data": data, "warnings": null}))
}

fn batch(body: &Value, mut each: impl FnMut(&Value) -> Result<Value, &'static str>) -> (u16, Value) {
    let Some(items) = body["batch_input"].as_array().filter(|items| !items.is_empty()) else {
        return refused(400, "missing batch input to process");
    };
    let results: Vec<_> = items.iter().map(|item| each(item).unwrap_or_else(|text| json!({"error": text}))).collect();
    let failed = results.iter().any(|result| result.get("error").is_some());
    (if failed { 400 } else { 200 }, json!({"data": {"batch_results": results}}))
}

fn bytes(item: &Value, field: &str) -> Result<Vec<u8>, &'static str> {
    let text = item[field].as_str().unwrap_or_default();
    STANDARD.decode(text).map_err(|_| "illegal base64 data at input byte 4")
}

fn encrypted(state: &State, item: &Value) -> Result<Value, &'static str> {
    let version = item["key_version"].as_u64().map_or(0, |version| u32::try_from(version).unwrap());
    let version = if version == 0 { state.latest() } else { version };
    if state.soft_deleted {
        return Err("refusing to use soft-deleted key");
    }
    if version > state.latest() {
        return Err("requested version for encryption is higher than the latest key version");
    }
    if version < state.min_encryption {
        return Err("requested version for encryption is less than the minimum encryption key version");
    }
    let cipher = Cipher::new(&state.versions[&version]).unwrap();
    let plaintext = bytes(item, "plaintext")?;
    let sealed = cipher.seal(&bytes(item, "associated_data")?, 32, |out| out.extend_from_slice(&plaintext)).unwrap();
    Ok(json!({"ciphertext": format!("vault:v{version}:{}", STANDARD.encode(sealed)), "key_version": version}))
}

fn decrypted(state: &State, item: &Value) -> Result<Value, &'static str> {
    let text = item["ciphertext"].as_str().unwrap_or_default();
    let (version, encoded) = text
        .strip_prefix("vault:v")
        .ok_or("invalid ciphertext: no prefix")?
        .split_once(':')
        .ok_or("invalid ciphertext: wrong number of fields")?;
    let version: u32 = version.parse().map_err(|_| "invalid ciphertext: version number could not be decoded")?;
    if state.soft_deleted {
        return Err("refusing to use soft-deleted key");
    }
    if version > state.latest() {
        return Err("invalid ciphertext: version is too new");
    }
    if version < state.min_decryption {
        return Err("ciphertext or signature version is disallowed by policy (too old)");
    }
    let mut sealed = STANDARD.decode(encoded).map_err(|_| "invalid ciphertext: could not decode base64")?;
    let cipher = Cipher::new(&state.versions[&version]).unwrap();
    let opened = cipher.open(&bytes(item, "associated_data")?, &mut sealed);
    let key = opened.and_then(|opened| key_from(opened)).ok_or("cipher: message authentication failed")?;
    Ok(json!({"plaintext": STANDARD.encode(key.expose_secret())}))
}
