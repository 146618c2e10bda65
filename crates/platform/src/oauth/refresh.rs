//! Custom authentication: the refresh token and the short access tokens it buys.

use std::fmt;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use wixapp_core::id::InstanceId;

use super::AccessToken;
use super::access_token::{CachedToken, fits_a_header};
use crate::client::{Call, Endpoint, WixClient};
use crate::error::Error;
use crate::key_ring::KeyRing;

static REFRESH: Endpoint = Endpoint::repeatable(Method::POST, "/oauth/access", "POST /oauth/access");

/// How long these access tokens live, in seconds; Wix does not say it in its answer.
const LIFE: i64 = 300;

/// What a custom-authentication app keeps for each instance: it buys access tokens for as long as the app is installed.
///
/// Shows as `RefreshToken(..)` in `Debug`; wiped from memory when dropped. Store it
/// sealed: [`RefreshToken::seal`].
///
/// # Example
/// ```
/// use wixapp_platform::oauth::RefreshToken;
/// let token = RefreshToken::new("OAUTH2.eyJ...")?;
/// assert_eq!(format!("{token:?}"), "RefreshToken(..)");
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// Takes the token as Wix gave it.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when the text is empty, longer than 16 KiB, or holds anything but visible ASCII.
    ///
    /// # Example
    /// ```
    /// let token = wixapp_platform::oauth::RefreshToken::new("OAUTH2.eyJ...")?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = SecretString::from(text.into());
        if fits_a_header(text.expose_secret()) {
            Ok(Self(text))
        } else {
            Err(Error::malformed("refresh token", "it is empty or holds spaces or foreign characters"))
        }
    }

    /// The token itself.
    ///
    /// # Example
    /// ```
    /// let token = wixapp_platform::oauth::RefreshToken::new("OAUTH2.eyJ...")?;
    /// assert!(token.expose().starts_with("OAUTH2"));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The token as text for a store: AES-256-GCM under the ring's current key, bound to the instance it is for.
    ///
    /// # Errors
    /// As [`KeyRing::encrypt`].
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
    /// use wixapp_platform::oauth::RefreshToken;
    /// let keys = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
    /// let instance = "b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap();
    /// let stored = RefreshToken::new("OAUTH2.eyJ...")?.seal(&keys, &instance)?;
    /// assert!(stored.starts_with("v1.2026-01.") && !stored.contains("OAUTH2"));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn seal(&self, keys: &KeyRing, instance: &InstanceId) -> Result<String, Error> {
        keys.encrypt(self.expose(), &context(instance))
    }

    /// The token behind a text of [`RefreshToken::seal`], under any key of the ring. Where
    /// [`KeyRing::is_current`] denies the text, seal the token anew.
    ///
    /// # Errors
    /// As [`KeyRing::decrypt`]: [`Error::is_config`] when its key is not in the ring, [`Error::is_signature`] when it
    /// was sealed for another instance, under another key of that name, or changed.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
    /// use wixapp_platform::oauth::RefreshToken;
    /// let keys = KeyRing::new(EncryptionKey::from_base64("2026-01", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?);
    /// let (one, other) = ("i-1".parse().unwrap(), "i-2".parse().unwrap());
    /// let stored = RefreshToken::new("OAUTH2.eyJ...")?.seal(&keys, &one)?;
    /// assert_eq!(RefreshToken::open(&keys, &stored, &one)?.expose(), "OAUTH2.eyJ...");
    /// assert!(RefreshToken::open(&keys, &stored, &other).unwrap_err().is_signature());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn open(keys: &KeyRing, text: &str, instance: &InstanceId) -> Result<Self, Error> {
        Self::new(keys.decrypt(text, &context(instance))?.expose_secret())
    }

    /// The name under which access tokens are kept, so that the cache holds no refresh token.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.expose()).into()
    }
}

/// What is sealed as a refresh token opens as nothing else.
fn context(instance: &InstanceId) -> String {
    format!("refresh token of {instance}")
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
}

impl WixClient {
    /// The access token that `refresh_token` buys, from the cache or from Wix; it lives five minutes.
    ///
    /// Kept, renewed and shared as [`WixClient::access_token`] does it. Calls that are given a
    /// [`Credential::refresh_token`](crate::Credential::refresh_token) do this by themselves.
    ///
    /// # Errors
    /// [`Error::status`] when Wix refuses the token, as it does once the app is removed; else as
    /// [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # use wixapp_platform::oauth::RefreshToken;
    /// # async fn example(client: wixapp_platform::WixClient, kept: RefreshToken) -> Result<(), wixapp_platform::Error> {
    /// let token = client.refreshed_token(&kept).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn refreshed_token(&self, refresh_token: &RefreshToken) -> Result<AccessToken, Error> {
        let now = self.now();
        let fetch = || fetch_token(self.clone(), refresh_token.clone());
        let refreshed = &self.inner.refreshed;
        let cached = refreshed.get(&refresh_token.digest(), |cached| cached.age(now), fetch).await?;
        Ok(cached.token().clone())
    }

    pub(crate) fn forget_refreshed(&self, refresh_token: &RefreshToken, token: &AccessToken) {
        let same = |cached: &CachedToken| cached.token().expose() == token.expose();
        self.inner.refreshed.forget(&refresh_token.digest(), same);
    }
}

async fn fetch_token(client: WixClient, refresh_token: RefreshToken) -> Result<CachedToken, Error> {
    let asked_at = client.now();
    let app = client.app()?;
    let body = json!({
        "grant_type": "refresh_token",
        "client_id": app.id,
        "client_secret": app.secret.expose(),
        "refresh_token": refresh_token.expose(),
    });
    let answer: Answer = client.inner.transport.ask(&Call::new(&REFRESH).body(body)).await?;
    CachedToken::new(answer.access_token, LIFE, asked_at)
}
