//! KEKs in a file of their own: the provider of the embedded mode.
//!
//! The file is small, belongs to one user and is replaced as a whole, so that a crash leaves the old or the new one.
//! It must not lie in the same backup as the key store: whoever has both can open everything.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::RwLock;
use zeroize::Zeroizing;

use super::local::LocalKeks;
use super::{Epoch, KekError, KekName, KekProvider, ToUnwrap, ToWrap, refuse_readable_by_others};
use crate::secret::Key256;
use storage::files::{beside, flush_entry_of};
use storage::owner_only;

/// KEKs in a file, one `EPOCH:BASE64` a line.
#[derive(Clone)]
pub struct FileKek {
    path: PathBuf,
    keks: Arc<RwLock<LocalKeks>>,
}

impl FileKek {
    /// Opens a key file that only its owner may read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, KekError> {
        let path = path.into();
        let keks = Arc::new(RwLock::new(read(&path)?));
        Ok(Self { path, keks })
    }

    /// Makes a key file with one new KEK. Refuses where there is a file already.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, KekError> {
        let path = path.into();
        let keks = LocalKeks::first(KekName::of_file(&path))?;
        let text = keks.to_text();
        write_new(&path, &text).and_then(|()| flush_entry_of(&path)).map_err(|source| failed(&path, source))?;
        Ok(Self { path, keks: Arc::new(RwLock::new(keks)) })
    }

    /// Opens the key file, or makes one where there is none.
    pub fn open_or_create(path: impl Into<PathBuf>) -> Result<Self, KekError> {
        let path = path.into();
        match Self::open(&path) {
            Err(KekError::Gone { .. }) => Self::create(path),
            other => other,
        }
    }

    /// Does something with the KEKs; where the epoch is not known, another process may have rolled since: reads again.
    fn with<T>(&self, epoch: Epoch, work: impl FnOnce(&LocalKeks) -> Result<T, KekError>) -> Result<T, KekError> {
        if !self.keks.read().has(epoch) {
            let fresh = self.read_again()?;
            *self.keks.write() = fresh;
        }
        work(&self.keks.read())
    }

    /// Reads the file again, and refuses one that is another installation's: what this process knows may be all that is left
    /// of the right one.
    fn read_again(&self) -> Result<LocalKeks, KekError> {
        let fresh = read(&self.path)?;
        let known = self.keks.read();
        if let Some(epoch) = known.differs_from(&fresh) {
            return Err(KekError::Replaced { kek: known.name(), epoch });
        }
        Ok(fresh)
    }

    /// Changes the file. `change` says whether there is anything to write, and whether the old content must go.
    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut LocalKeks) -> Result<(T, Rewrite), KekError> + Send + 'static,
    ) -> Result<T, KekError> {
        let this = self.clone();
        let work = move || {
            let lock = lock(&this.path).map_err(|source| failed(&this.path, source))?;
            let mut keks = this.read_again()?;
            let (answer, rewrite) = change(&mut keks)?;
            if rewrite != Rewrite::Nothing {
                let replaced = replace(&this.path, &keks.to_text(), rewrite == Rewrite::WipingTheOld);
                replaced.map_err(|source| failed(&this.path, source))?;
            }
            *this.keks.write() = keks;
            drop(lock);
            Ok(answer)
        };
        let failed = |failed: tokio::task::JoinError| KekError::unavailable(&self.name(), failed.to_string());
        tokio::task::spawn_blocking(work).await.map_err(failed)?
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rewrite {
    Nothing,
    Plain,
    WipingTheOld,
}

#[async_trait]
impl KekProvider for FileKek {
    fn name(&self) -> KekName {
        KekName::of_file(&self.path)
    }

    async fn current_epoch(&self) -> Result<Epoch, KekError> {
        self.keks.read().current().ok_or_else(|| KekError::NoneGiven { kek: self.name() })
    }

    async fn wrap_keys(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError> {
        self.with(epoch, |keks| keks.wrap(epoch, keys))
    }

    async fn unwrap_keys(&self, epoch: Epoch, keys: &[ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError> {
        self.with(epoch, |keks| keks.unwrap(epoch, keys))
    }

    async fn roll(&self) -> Result<Epoch, KekError> {
        self.change(|keks| Ok((keks.roll()?, Rewrite::Plain))).await
    }

    /// The old file's blocks are overwritten before it goes. A copying file system or a worn SSD may still have them.
    async fn retire(&self, before: Epoch) -> Result<(), KekError> {
        self.change(move |keks| {
            let rewrite = if keks.retire(before) { Rewrite::WipingTheOld } else { Rewrite::Nothing };
            Ok(((), rewrite))
        })
        .await
    }
}

fn failed(path: &Path, source: io::Error) -> KekError {
    KekError::File { path: path.to_owned(), source }
}

fn read(path: &Path) -> Result<LocalKeks, KekError> {
    let mut file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => KekError::Gone { kek: KekName::of_file(path) },
        _ => failed(path, source),
    })?;
    refuse_readable_by_others(path, &file)?;
    let mut text = Zeroizing::new(String::with_capacity(16 * 1024));
    file.read_to_string(&mut text).map_err(|source| failed(path, source))?;
    LocalKeks::parse(KekName::of_file(path), &text)
}

/// One change at a time, also among processes: a KEK that is overwritten is lost with all that it wrapped.
fn lock(path: &Path) -> io::Result<File> {
    let lock = owner_only::file().write(true).create(true).truncate(false).open(beside(path, ".lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = owner_only::file().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn replace(path: &Path, text: &str, wipe: bool) -> io::Result<()> {
    let new = beside(path, ".new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut old = OpenOptions::new().write(true).open(path)?;
    let old_len = usize::try_from(old.metadata()?.len()).unwrap_or(0);
    write_new(&new, text)?;
    fs::rename(&new, path)?;
    flush_entry_of(path)?;
    if wipe {
        old.write_all(&vec![0; old_len])?;
        old.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::secret::random_key;

    async fn wrapped(kek: &FileKek, epoch: Epoch, key: &Key256) -> Vec<u8> {
        kek.wrap_keys(epoch, &[ToWrap { key, aad: Vec::new() }]).await.unwrap().remove(0)
    }

    async fn unwrapped(kek: &FileKek, epoch: Epoch, wrapped: &[u8]) -> Result<Option<Key256>, KekError> {
        Ok(kek.unwrap_keys(epoch, &[ToUnwrap { wrapped, aad: Vec::new() }]).await?.remove(0))
    }

    #[cfg(unix)]
    #[test]
    fn a_new_key_file_is_its_owners_alone_and_one_readable_by_others_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        FileKek::open_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = FileKek::open(&path).map(|_| ()).unwrap_err();
            assert!(matches!(error, KekError::ReadableByOthers { .. }));
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        FileKek::open(&path).unwrap();
    }

    #[test]
    fn an_existing_key_file_is_never_overwritten_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        FileKek::create(&path).unwrap();
        let before = fs::read(&path).unwrap();
        assert!(FileKek::create(&path).is_err());
        FileKek::open_or_create(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[tokio::test]
    async fn a_rolled_epoch_is_on_disk_and_other_processes_find_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        let (kek, other) = (FileKek::create(&path).unwrap(), FileKek::open(&path).unwrap());
        let key = random_key().unwrap();
        assert_eq!(kek.roll().await.unwrap(), Epoch(2));
        assert_eq!(kek.current_epoch().await.unwrap(), Epoch(2));
        let by_second = wrapped(&kek, Epoch(2), &key).await;
        let seen = unwrapped(&other, Epoch(2), &by_second).await.unwrap().unwrap();
        assert_eq!(seen.expose_secret(), key.expose_secret());
        assert!(matches!(
            unwrapped(&other, Epoch(3), &by_second).await,
            Err(KekError::UnknownEpoch { epoch: Epoch(3), .. })
        ));
    }

    #[tokio::test]
    async fn epochs_rolled_by_two_processes_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        let (kek, other) = (FileKek::create(&path).unwrap(), FileKek::open(&path).unwrap());
        let (one, two) = tokio::join!(kek.roll(), other.roll());
        let mut epochs = [one.unwrap(), two.unwrap()];
        epochs.sort();
        assert_eq!(epochs, [Epoch(2), Epoch(3)]);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 3);
    }

    #[tokio::test]
    async fn a_retired_key_is_gone_from_the_file_and_from_what_the_old_file_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        let kek = FileKek::create(&path).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        kek.roll().await.unwrap();
        let mut old_file = File::open(&path).unwrap();
        kek.retire(Epoch(2)).await.unwrap();
        let now = fs::read_to_string(&path).unwrap();
        assert!(now.starts_with("2:") && !now.contains(first.trim()));
        let mut old = Vec::new();
        old_file.read_to_end(&mut old).unwrap();
        assert!(!old.is_empty() && old.iter().all(|byte| *byte == 0));
        assert!(matches!(
            unwrapped(&kek, Epoch(1), &[0; 60]).await,
            Err(KekError::UnknownEpoch { epoch: Epoch(1), .. })
        ));
    }

    #[tokio::test]
    async fn a_file_of_another_installation_in_its_place_is_not_used_and_the_right_key_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("kek"), folder.path().join("aside"));
        let kek = FileKek::create(&path).unwrap();
        let key = random_key().unwrap();
        let by_first = wrapped(&kek, Epoch(1), &key).await;
        fs::rename(&path, &aside).unwrap();
        FileKek::create(&path).unwrap();
        let refused = kek.roll().await.unwrap_err();
        assert!(matches!(refused, KekError::Replaced { epoch: Epoch(1), .. }), "{refused:?}");
        assert!(refused.to_string().contains(path.to_str().unwrap()), "{refused}");
        assert!(unwrapped(&kek, Epoch(1), &by_first).await.unwrap().is_some());
        fs::rename(&aside, &path).unwrap();
        assert_eq!(kek.roll().await.unwrap(), Epoch(2));
    }

    #[tokio::test]
    async fn without_its_file_a_process_goes_on_with_what_it_knows_and_cannot_roll() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        let kek = FileKek::create(&path).unwrap();
        let key = random_key().unwrap();
        let by_first = wrapped(&kek, Epoch(1), &key).await;
        fs::remove_file(&path).unwrap();
        assert!(unwrapped(&kek, Epoch(1), &by_first).await.unwrap().is_some());
        let refused = kek.roll().await.unwrap_err();
        assert!(refused.to_string().contains(path.to_str().unwrap()) && refused.is_passing(), "{refused}");
        assert!(!path.exists());
    }
}
