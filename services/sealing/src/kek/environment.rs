//! KEKs out of an environment variable: for platforms that hand secrets to a process that way.

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::local::LocalKeks;
use super::{Epoch, KekError, KekName, KekProvider, ToUnwrap, ToWrap};
use crate::secret::Key256;

/// The variable: `EPOCH:BASE64`, several with commas between them.
pub(crate) const VARIABLE: &str = "BAKEN_KEK";

/// KEKs from the environment. Who sets the variable gives each new epoch, and leaves the old one out after a roll.
pub struct EnvironmentKek(LocalKeks);

impl EnvironmentKek {
    /// Reads `BAKEN_KEK`.
    pub fn from_environment() -> Result<Self, KekError> {
        let text = std::env::var(VARIABLE).map(Zeroizing::new).map_err(|_| KekError::NoneGiven { kek: name() })?;
        Self::parse(&text)
    }

    /// Reads a text in the form of `BAKEN_KEK`.
    pub fn parse(text: &str) -> Result<Self, KekError> {
        LocalKeks::parse(name(), text).map(Self)
    }
}

fn name() -> KekName {
    KekName::new("the variable BAKEN_KEK")
}

#[async_trait]
impl KekProvider for EnvironmentKek {
    fn name(&self) -> KekName {
        name()
    }

    async fn current_epoch(&self) -> Result<Epoch, KekError> {
        self.0.current().ok_or_else(|| KekError::NoneGiven { kek: name() })
    }

    async fn wrap_keys(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError> {
        self.0.wrap(epoch, keys)
    }

    async fn unwrap_keys(&self, epoch: Epoch, keys: &[ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError> {
        self.0.unwrap(epoch, keys)
    }

    async fn roll(&self) -> Result<Epoch, KekError> {
        Err(KekError::CannotRoll(VARIABLE))
    }

    fn can_roll(&self) -> bool {
        false
    }

    /// Nothing can be done here: the old epoch is gone once it is left out of the variable.
    async fn retire(&self, before: Epoch) -> Result<(), KekError> {
        if self.0.has_before(before) {
            tracing::warn!(
                %before,
                "leave the epochs before this one out of BAKEN_KEK on every node: until then older backups of the key store open"
            );
        }
        Ok(())
    }
}
