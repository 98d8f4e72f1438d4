//! Signing in with an OpenID provider: the authorization code flow (OpenID Connect Core 1.0 §3.1) with PKCE (RFC 7636, S256).
//!
//! The access token that the provider gives is verified as one that comes in over REST, by the issuers of the configuration;
//! who somebody is follows from it and from nothing else. It stays on this node. The ID token only shows that the answer
//! belongs to this sign-in: it comes straight from the provider, over a connection that shows who answers (§3.1.3.7).

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use care_path::time::DateTime;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::edge::auth::{Authenticated, JwksUrl, Verifier};
use crate::edge::problem::Problem;

const DEADLINE: Duration = Duration::from_secs(10);
const MAX_BYTES: usize = 256 * 1024;

/// The provider that people sign in with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Its issuer: one of those whose access tokens are trusted. What it can do is read from its
    /// `/.well-known/openid-configuration`.
    pub issuer: String,
    /// The name that it knows the board by.
    pub client_id: String,
    /// Absent for a public client: PKCE protects the code all the same.
    pub client_secret: Option<SecretString>,
    #[serde(default = "default_scope")]
    pub scope: String,
    /// What the access token is for (RFC 8707), where the provider asks for it.
    pub resource: Option<String>,
}

fn default_scope() -> String {
    "openid".to_owned()
}

/// Why somebody was not signed in. The words go to the operators; the browser is told that it did not work.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("the provider did not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the provider answered with status {0}")]
    Status(u16),
    #[error("the provider's answer is not what OpenID Connect says")]
    Malformed,
    #[error("the provider names another issuer than the configured one")]
    OtherIssuer,
    #[error("an address of the provider is neither https nor on this machine")]
    Address,
    #[error("the ID token is not of this sign-in")]
    OtherSignIn,
    #[error("the access token was refused: {0}")]
    Token(#[from] crate::edge::auth::AuthError),
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Token(error) => Self::Auth(error),
            other => Self::SignIn(other),
        }
    }
}

/// What the provider publishes of itself (OpenID Connect Discovery 1.0 §3).
#[derive(Debug, Clone, Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    end_session_endpoint: Option<String>,
}

/// What the token endpoint answers (RFC 6749 §5.1).
#[derive(Deserialize)]
struct Tokens {
    #[serde(rename = "access_token")]
    access: SecretString,
    #[serde(rename = "id_token")]
    id: Option<SecretString>,
    #[serde(rename = "refresh_token")]
    refresh: Option<SecretString>,
}

/// What of an ID token is looked at.
#[derive(Deserialize)]
struct IdToken {
    iss: String,
    aud: Audience,
    nonce: Option<String>,
    exp: i64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// A sign-in that has begun: what shows that its answer belongs to it.
#[derive(Debug, Clone)]
pub struct Begun {
    pub state: String,
    nonce: String,
    verifier: String,
    pub began_at: DateTime,
}

/// Who signed in.
pub struct SignedIn {
    pub authenticated: Authenticated,
    pub refresh: Option<SecretString>,
}

/// The provider, as far as it is known.
pub struct Provider {
    config: ProviderConfig,
    /// Where it sends people back to.
    callback: String,
    client: Client,
    discovered: OnceCell<Discovered>,
}

impl Provider {
    /// A provider that sends people back to the board at an address.
    ///
    /// # Errors
    /// Where there is no HTTP client to be had.
    pub fn new(config: ProviderConfig, board: &str) -> Result<Self, reqwest::Error> {
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(DEADLINE).build()?;
        let callback = format!("{}/auth/callback", board.trim_end_matches('/'));
        Ok(Self { config, callback, client, discovered: OnceCell::new() })
    }

    /// Begins a sign-in: where the browser is sent, and what is kept of it here.
    ///
    /// # Errors
    /// Where the provider does not say where.
    pub async fn begin(&self, now: DateTime) -> Result<(Url, Begun), Problem> {
        let begun = Begun {
            state: super::session::random()?,
            nonce: super::session::random()?,
            verifier: super::session::random()?,
            began_at: now,
        };
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, begun.verifier.as_bytes()));
        let mut url = address(&self.discovered().await?.authorization_endpoint)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.callback)
            .append_pair("scope", &self.config.scope)
            .append_pair("state", &begun.state)
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(resource) = &self.config.resource {
            url.query_pairs_mut().append_pair("resource", resource);
        }
        Ok((url, begun))
    }

    /// Ends a sign-in: exchanges the code, and verifies what it gives.
    ///
    /// # Errors
    /// Where the provider refuses it, or its answer is not of this sign-in.
    pub async fn finish(
        &self,
        begun: &Begun,
        code: &str,
        verifier: &Verifier,
        now: DateTime,
    ) -> Result<SignedIn, ProviderError> {
        let tokens = self
            .tokens(&[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &self.callback),
                ("code_verifier", &begun.verifier),
            ])
            .await?;
        let id = tokens.id.as_ref().and_then(|token| claims::<IdToken>(token.expose_secret()));
        let id = id.ok_or(ProviderError::Malformed)?;
        let is_for_us = match &id.aud {
            Audience::One(one) => *one == self.config.client_id,
            Audience::Many(many) => many.contains(&self.config.client_id),
        };
        let is_of_this = id.nonce.as_deref() == Some(begun.nonce.as_str());
        if id.iss != self.config.issuer || !is_for_us || !is_of_this || id.exp <= now.timestamp() {
            return Err(ProviderError::OtherSignIn);
        }
        let authenticated = verifier.verify(tokens.access.expose_secret()).await?;
        Ok(SignedIn { authenticated, refresh: tokens.refresh })
    }

    /// Asks for a new access token (RFC 6749 §6): whoever may no longer sign in gets none.
    ///
    /// # Errors
    /// Where the provider refuses it.
    pub async fn refresh(&self, refresh: &SecretString, verifier: &Verifier) -> Result<SignedIn, ProviderError> {
        let sent = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        let tokens = self.tokens(&sent).await?;
        let authenticated = verifier.verify(tokens.access.expose_secret()).await?;
        Ok(SignedIn { authenticated, refresh: tokens.refresh.or_else(|| Some(refresh.clone())) })
    }

    /// Where a browser ends its session with the provider too (OpenID Connect RP-Initiated Logout 1.0), if it can.
    pub async fn sign_out(&self) -> Option<Url> {
        let discovered = self.discovered().await.ok()?;
        let mut url = address(discovered.end_session_endpoint.as_deref()?).ok()?;
        let back = self.callback.trim_end_matches("auth/callback").to_owned();
        url.query_pairs_mut()
            .append_pair("client_id", &self.config.client_id)
            .append_pair("post_logout_redirect_uri", &back);
        Some(url)
    }

    async fn discovered(&self) -> Result<&Discovered, ProviderError> {
        let discover = async || {
            let issuer = &self.config.issuer;
            let url = address(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
            let response = self.client.get(url).header(ACCEPT, "application/json").send().await?;
            let discovered: Discovered = read(response).await?;
            if discovered.issuer == *issuer { Ok(discovered) } else { Err(ProviderError::OtherIssuer) }
        };
        self.discovered.get_or_try_init(discover).await
    }

    async fn tokens(&self, fields: &[(&str, &str)]) -> Result<Tokens, ProviderError> {
        let url = address(&self.discovered().await?.token_endpoint)?;
        let mut form = Url::parse("form:").map_err(|_| ProviderError::Malformed)?;
        form.query_pairs_mut().extend_pairs(fields);
        if let Some(resource) = &self.config.resource {
            form.query_pairs_mut().append_pair("resource", resource);
        }
        let mut request = self.client.post(url).header(ACCEPT, "application/json");
        match &self.config.client_secret {
            Some(secret) => request = request.basic_auth(&self.config.client_id, Some(secret.expose_secret())),
            None => drop(form.query_pairs_mut().append_pair("client_id", &self.config.client_id)),
        }
        let body = form.query().unwrap_or_default().to_owned();
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        read(request.send().await?).await
    }
}

/// An address that nobody on the way can answer for.
fn address(text: &str) -> Result<Url, ProviderError> {
    text.parse::<JwksUrl>().map(|url| url.as_url().clone()).map_err(|_| ProviderError::Address)
}

async fn read<T: DeserializeOwned>(mut response: reqwest::Response) -> Result<T, ProviderError> {
    if !response.status().is_success() {
        return Err(ProviderError::Status(response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BYTES {
            return Err(ProviderError::Malformed);
        }
    }
    serde_json::from_slice(&body).map_err(|_| ProviderError::Malformed)
}

/// The claims of a JWT, whose signature is not looked at.
fn claims<T: DeserializeOwned>(token: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
}
