//! KEKs out of an environment variable: for platforms that hand secrets to a process that way.

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::local::LocalKeks;
use super::{Epoch, KekError, KekProvider, ToUnwrap, ToWrap};
use crate::secret::Key256;

/// The variable: `EPOCH:BASE64`, several with commas between them.
pub(crate) const VARIABLE: &str = "BAKEN_KEK";

/// KEKs from the environment. They can be rolled only by whoever sets it.
pub struct EnvironmentKek(LocalKeks);

impl EnvironmentKek {
    /// Reads `BAKEN_KEK`.
    pub fn from_environment() -> Result<Self, KekError> {
        let text = std::env::var(VARIABLE).map(Zeroizing::new).map_err(|_| KekError::NoneGiven)?;
        Self::parse(&text)
    }

    /// Reads a text in the form of `BAKEN_KEK`.
    pub fn parse(text: &str) -> Result<Self, KekError> {
        LocalKeks::parse(text).map(Self)
    }
}

#[async_trait]
impl KekProvider for EnvironmentKek {
    async fn current_epoch(&self) -> Result<Epoch, KekError> {
        self.0.current().ok_or(KekError::NoneGiven)
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

    /// Nothing to do: the old epoch is gone once whoever sets the variable leaves it out.
    async fn retire(&self, _before: Epoch) -> Result<(), KekError> {
        Ok(())
    }
}
