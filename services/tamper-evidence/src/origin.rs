//! How the logs are called that one key signs. The event log has the key's name, and each access log a name below it:
//! no checkpoint of one can be taken for one of another.

use std::path::{Path, PathBuf};

use transparency::Verifiers;

const ACCESSES: &str = "access";

/// The access log of this store, where the event log has this name.
#[must_use]
pub fn access_origin(log: &str, store: &str) -> String {
    format!("{log}/{ACCESSES}/{store}")
}

/// Of which store an origin is, where it is an access log's.
#[must_use]
pub fn access_store<'a>(log: &str, origin: &'a str) -> Option<&'a str> {
    origin.strip_prefix(log)?.strip_prefix('/')?.strip_prefix(ACCESSES)?.strip_prefix('/')
}

/// The keys for a log of this name, where it is signed with them: the event log, or an access log.
pub(crate) fn of_origin(verifiers: &Verifiers, origin: &str) -> Option<Verifiers> {
    let log = verifiers.key_name();
    (origin == log || access_store(log, origin).is_some()).then(|| verifiers.of(origin))
}

/// Where the checkpoints of access logs are kept, each store's in a folder of its name.
pub(crate) fn access_folder(folder: &Path) -> PathBuf {
    folder.join(ACCESSES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_log_is_named_below_the_event_log() {
        let origin = access_origin("example.org/baken", "00ff");
        assert_eq!(origin, "example.org/baken/access/00ff");
        assert_eq!(access_store("example.org/baken", &origin), Some("00ff"));
        for other in ["example.org/baken", "example.org/bakens/access/00ff", "example.org/baken/accesses/1"] {
            assert_eq!(access_store("example.org/baken", other), None, "{other}");
        }
    }
}
