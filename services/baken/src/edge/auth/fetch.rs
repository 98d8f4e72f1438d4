//! Gets an issuer's JWK set from where it is published. A port, so that tests can say what is fetched and count how
//! often; its one real implementation reads addresses and files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, Url, redirect};

/// The most that is read of a JWK set.
const MAX_BYTES: usize = 256 * 1024;
/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a JWK set is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLocation {
    Url(Url),
    File(PathBuf),
}

/// Why a JWK set could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the address could not be reached or broke off: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the address answered with status {0}")]
    Status(u16),
    #[error("the file could not be read: {0}")]
    File(#[from] std::io::Error),
    #[error("the JWK set is larger than 256 KiB")]
    TooLarge,
    #[error("there was no answer in time")]
    TimedOut,
    #[error("the answer is not a JWK set")]
    NotAKeySet,
}

/// Fetches JWK sets.
#[async_trait]
pub trait FetchKeys: Send + Sync + 'static {
    /// The bytes of the JWK set. The caller gives up after a while by dropping the future.
    async fn fetch(&self, location: &KeyLocation) -> Result<Vec<u8>, FetchError>;
}

/// Fetches from the network and the file system.
#[derive(Debug, Clone)]
pub struct WorldKeys {
    client: Client,
}

impl WorldKeys {
    /// A fetcher with an HTTP client of its own.
    pub fn new() -> Result<Self, FetchError> {
        let client = Client::builder()
            // A redirect could lead from the checked https address to one that anybody on the way can answer for.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .build()?;
        Ok(Self { client })
    }

    async fn fetch_url(&self, url: &Url) -> Result<Vec<u8>, FetchError> {
        let mut response = self.client.get(url.clone()).header("accept", "application/json").send().await?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

#[async_trait]
impl FetchKeys for WorldKeys {
    async fn fetch(&self, location: &KeyLocation) -> Result<Vec<u8>, FetchError> {
        match location {
            KeyLocation::Url(url) => self.fetch_url(url).await,
            KeyLocation::File(path) => {
                let path = path.clone();
                tokio::task::spawn_blocking(move || read_file(&path)).await.map_err(std::io::Error::other)?
            }
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, FetchError> {
    use std::io::Read;

    let mut body = Vec::new();
    let bound = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(bound).read_to_end(&mut body)?;
    if body.len() > MAX_BYTES { Err(FetchError::TooLarge) } else { Ok(body) }
}
