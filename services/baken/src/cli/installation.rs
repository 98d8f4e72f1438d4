//! What a command works on beside the service: the log and the keys of a data folder, or those that a configuration names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::sync::Arc;

use access_log::{AccessPlace, AccessPlaceError, KeptDays};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use tamper_evidence::verifier_file;

use super::{DataFolder, Failure, data};
use crate::config::Config;
use crate::event_log::LogUrl;
use crate::sealing::{FileKek, KekProvider, KeysPlace};
use crate::settings::Settings;

/// Which installation: unless a configuration is given, a data folder's.
#[derive(Debug, Args)]
pub struct Chosen {
    #[command(flatten)]
    folder: DataFolder,
    /// The service's configuration, in place of a data folder.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    config: Option<PathBuf>,
}

impl Chosen {
    /// Reads the configuration, if it is that.
    pub fn read(self) -> Result<Installation, Failure> {
        Ok(match self.config {
            Some(file) => Installation::Configured(Box::new(Config::read(&file)?)),
            None => Installation::Folder(self.folder.data),
        })
    }
}

/// The access log that a configuration names, or the one beside its embedded log. Beside another log there is none by itself:
/// a file would be this node's alone, and nobody may have meant the log's own server.
pub fn access_place(config: &Config, log: &LogUrl) -> Result<Option<AccessPlace>, AccessPlaceError> {
    let named = config.access_log.as_ref();
    if let Some(url) = named.and_then(|access| access.url.as_ref()) {
        return AccessPlace::of_url(url.expose_secret()).map(Some);
    }
    let beside = || {
        let LogUrl::Sqlite(log) = log else { return None };
        log.parent().map(data::access_file)
    };
    Ok(named.and_then(|access| access.file.clone()).or_else(beside).map(AccessPlace::File))
}

/// For how many days its records are kept.
pub fn kept_days(config: &Config) -> KeptDays {
    config.access_log.as_ref().map(|config| config.kept_days).unwrap_or_default()
}

/// Where everything of a service is.
pub enum Installation {
    /// As `baken demo` lays it out.
    Folder(PathBuf),
    /// As `baken serve` reads it.
    Configured(Box<Config>),
}

impl Installation {
    pub fn log(&self) -> Result<LogUrl, Failure> {
        match self {
            Self::Folder(folder) => Ok(LogUrl::Sqlite(data::log_file(folder))),
            Self::Configured(config) => Ok(config.log.url.expose_secret().parse()?),
        }
    }

    /// Where the key store is. A file that is not there is not made: without its keys nothing of the log can be opened.
    pub fn keys(&self) -> Result<KeysPlace, Failure> {
        let place = match self {
            Self::Folder(folder) => KeysPlace::File(data::keys_file(folder)),
            Self::Configured(config) => config.keys.store.expose_secret().parse()?,
        };
        if let Some(path) = place.file()
            && place.is_missing()
        {
            return Err(format!("there is no key store at {}", path.display()).into());
        }
        Ok(place)
    }

    pub fn kek(&self) -> Result<Arc<dyn KekProvider>, Failure> {
        match self {
            Self::Folder(folder) => Ok(Arc::new(FileKek::open(data::kek_file(folder))?)),
            Self::Configured(config) => Ok(config.keys.kek.open()?),
        }
    }

    pub fn settings(&self) -> Result<Settings, Failure> {
        match self {
            Self::Folder(_) => Ok(crate::demo::settings()?),
            Self::Configured(config) => Ok(config.settings()?),
        }
    }

    /// The file of the key that verifies checkpoints of the log, where the installation signs any.
    pub fn checkpoint_verifier(&self) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(verifier_file(&data::checkpoint_key_file(folder))),
            Self::Configured(config) => config.checkpoints.as_ref().map(|checkpoints| verifier_file(&checkpoints.key)),
        }
    }

    /// Where the access log is, and for how long its records are kept; `None` where it is in memory.
    pub fn accesses(&self) -> Result<Option<(AccessPlace, KeptDays)>, Failure> {
        match self {
            Self::Folder(folder) => Ok(Some((AccessPlace::File(data::access_file(folder)), KeptDays::default()))),
            Self::Configured(config) => Ok(access_place(config, &self.log()?)?.map(|place| (place, kept_days(config)))),
        }
    }

    /// By what URL the running service is reached from this machine.
    pub fn url(&self) -> Result<String, Failure> {
        match self {
            Self::Folder(folder) => {
                let file = data::address_file(folder);
                std::fs::read_to_string(&file)
                    .map(|url| url.trim().to_owned())
                    .map_err(|_| format!("{} names no running service; name it with --url", file.display()).into())
            }
            Self::Configured(config) => {
                let mut address = config.bind;
                match address.ip() {
                    IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
                    IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
                    _ => {}
                }
                Ok(format!("http://{address}"))
            }
        }
    }

    /// What opens the service's operations from elsewhere.
    pub fn operator_token(&self) -> Option<&SecretString> {
        match self {
            Self::Folder(_) => None,
            Self::Configured(config) => config.operator_token.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_service_is_asked_where_it_listens_or_on_loopback_where_it_listens_everywhere() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baken.toml");
        for (bind, url) in [
            ("10.1.2.3:80", "http://10.1.2.3:80"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:8080", "http://[::1]:8080"),
        ] {
            let text = format!(
                "profile = \"development\"\nbind = \"{bind}\"\n[log]\nurl = \"memory:\"\n[keys]\nstore = \"none.db\"\n\
                 kek = {{ environment = false }}\n[world]\norganisations = \"\"\nrights = \"\""
            );
            std::fs::write(&file, text).unwrap();
            let chosen = Chosen { folder: DataFolder { data: "unused".into() }, config: Some(file.clone()) };
            let installation = chosen.read().unwrap();
            assert_eq!(installation.url().unwrap(), url);
            assert_eq!(installation.keys().unwrap_err().to_string(), "there is no key store at none.db");
            assert!(installation.kek().is_err());
        }
    }

    #[test]
    fn the_access_log_is_where_it_is_named_or_beside_an_embedded_log_and_nowhere_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baken.toml");
        let accesses = |log: &str, more: &str| {
            let text = format!(
                "profile = \"development\"\n[log]\nurl = \"{log}\"\n[keys]\nstore = \"none.db\"\n\
                 kek = {{ environment = false }}\n[world]\norganisations = \"\"\nrights = \"\"\n{more}"
            );
            std::fs::write(&file, text).unwrap();
            let chosen = Chosen { folder: DataFolder { data: "unused".into() }, config: Some(file.clone()) };
            let place = chosen.read().unwrap().accesses().map_err(|error| error.to_string());
            place.map(|place| place.map(|(place, kept)| (place.to_string(), kept.get())))
        };
        let shared = "[access_log]\nurl = \"postgres://baken:secret@db/access\"\nkept_days = 2000";
        assert_eq!(accesses("sqlite:a/log.db", ""), Ok(Some(("a/access.db".to_owned(), 1_827))));
        let named = accesses("postgres://db/log", "[access_log]\nfile = \"b/c.db\"");
        assert_eq!(named, Ok(Some(("b/c.db".to_owned(), 1_827))));
        for log in ["postgres://db/log", "sqlite:a/log.db", "memory:"] {
            assert_eq!(accesses(log, shared), Ok(Some(("postgres://db:5432/access".to_owned(), 2_000))));
        }
        assert_eq!(accesses("postgres://db/log", ""), Ok(None));
        let refused = accesses("memory:", "[access_log]\nurl = \"mysql://baken:secret@db/access\"").unwrap_err();
        assert!(refused.contains("postgres://") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn a_key_store_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let installation = Installation::Folder(folder.path().to_owned());
        assert!(installation.keys().is_err());
        assert!(installation.kek().is_err());
        assert!(installation.url().unwrap_err().to_string().contains("--url"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
