//! OAuth: the app's own access tokens.
//!
//! Today's flow only: client credentials, one token per instance, four hours long (wix-protocol §3).

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Method;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

use crate::client::{Age, Endpoint, WixClient};
use crate::error::Error;
use crate::wire;

const TOKEN: Endpoint =
    Endpoint { method: Method::POST, path: "/oauth2/token", name: "POST /oauth2/token", idempotent: true };

const WHAT: &str = "answer of POST /oauth2/token";

/// A token is renewed in the background this long before its end, or a fifth of its life if that is less.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_mins(10);

/// A token is no longer used this long before its end, or a tenth of its life if that is less: it has to live until
/// the call that carries it arrives.
const STOP_BEFORE: SignedDuration = SignedDuration::from_secs(30);

/// No lifetime longer than this is believed.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

/// An access token of the app for one instance. Shows as `AccessToken(..)` in `Debug`; wiped from memory when dropped.
#[derive(Clone)]
pub struct AccessToken(SecretString);

impl AccessToken {
    fn new(text: String) -> Result<Self, Error> {
        let fits_a_header =
            !text.is_empty() && text.len() <= 16 * 1024 && text.bytes().all(|b| b.is_ascii_graphic());
        let token = Self(SecretString::from(text));
        if fits_a_header {
            Ok(token)
        } else {
            Err(Error::malformed(WHAT, "the access token is no header value"))
        }
    }

    /// The token itself, for an `Authorization` header. Wix wants it raw, without `Bearer`.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        let mut value = HeaderValue::from_str(self.expose()).expect("checked when the token was made");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(..)")
    }
}

#[derive(Clone)]
pub(crate) struct CachedToken {
    token: AccessToken,
    renew_at: Timestamp,
    stop_at: Timestamp,
}

impl CachedToken {
    fn new(answer: Answer, asked_at: Timestamp) -> Result<Self, Error> {
        let life = u64::try_from(answer.expires_in).unwrap_or(0);
        if life == 0 {
            return Err(Error::malformed(WHAT, "expires_in is not positive"));
        }
        let life = SignedDuration::try_from(Duration::from_secs(life).min(LONGEST_LIFE))
            .map_err(|_| Error::malformed(WHAT, "expires_in is out of range"))?;
        let after = |span: SignedDuration| {
            asked_at.checked_add(span).map_err(|_| Error::malformed(WHAT, "expires_in is out of range"))
        };
        Ok(Self {
            token: AccessToken::new(answer.access_token)?,
            renew_at: after(life - RENEW_BEFORE.min(life / 5))?,
            stop_at: after(life - STOP_BEFORE.min(life / 10))?,
        })
    }

    fn age(&self, now: Timestamp) -> Age {
        match now {
            now if now < self.renew_at => Age::Fresh,
            now if now < self.stop_at => Age::Aging,
            _ => Age::Stale,
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(deserialize_with = "wire::integer")]
    expires_in: i64,
}

impl WixClient {
    /// The app's access token for `instance`, from the cache or from Wix.
    ///
    /// Callers that need a token at the same moment share one request. In the last ten minutes of its life a token is
    /// still handed out while its successor is fetched in the background. Calls of this client do all this by
    /// themselves: ask only to call Wix in other ways.
    ///
    /// # Errors
    /// [`Error::is_unauthorized`] or another [`Error::status`] when Wix refuses app id, app secret or instance;
    /// [`Error::is_timeout`], [`Error::is_unavailable`], [`Error::is_rate_limited`] after three attempts;
    /// [`Error::is_malformed`] for an answer that is not one.
    pub async fn access_token(&self, instance: &InstanceId) -> Result<AccessToken, Error> {
        let now = self.now();
        let fetch = || fetch_token(self.clone(), instance.clone());
        let cached = self.inner.tokens.get(instance, |cached| cached.age(now), fetch).await?;
        Ok(cached.token)
    }

    /// Drops `token` from the cache, unless it has been replaced already.
    pub(crate) fn forget_token(&self, instance: &InstanceId, token: &AccessToken) {
        self.inner.tokens.forget(instance, |cached| cached.token.expose() == token.expose());
    }
}

async fn fetch_token(client: WixClient, instance: InstanceId) -> Result<CachedToken, Error> {
    let asked_at = client.now();
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": client.inner.app_id,
        "client_secret": client.inner.app_secret.expose(),
        "instance_id": instance,
    });
    let answer = client.inner.transport.send(&TOKEN, None, Some(&body)).await?;
    CachedToken::new(answer, asked_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cached(expires_in: i64) -> Result<CachedToken, Error> {
        let answer = Answer { access_token: "token".into(), expires_in };
        CachedToken::new(answer, "2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[rstest::rstest]
    #[case::four_hours(14_400, "03:50:00", "03:59:30")]
    #[case::five_minutes(300, "00:04:00", "00:04:30")]
    #[case::ten_seconds(10, "00:00:08", "00:00:09")]
    fn a_token_ages_before_it_ends(#[case] expires_in: i64, #[case] renew: &str, #[case] stop: &str) {
        let token = cached(expires_in).unwrap();
        let at = |time: &str| format!("2026-01-01T{time}Z").parse::<Timestamp>().unwrap();
        let just_before = SignedDuration::from_millis(-1);
        assert_eq!(token.age(at(renew) + just_before), Age::Fresh);
        assert_eq!((token.age(at(renew)), token.age(at(stop) + just_before)), (Age::Aging, Age::Aging));
        assert_eq!(token.age(at(stop)), Age::Stale);
    }

    #[test]
    fn absurd_lifetimes_are_refused_or_cut_to_a_day() {
        assert!(cached(0).is_err() && cached(-5).is_err());
        let endless = cached(i64::MAX).unwrap();
        assert_eq!(endless.age("2026-01-02T00:00:00Z".parse().unwrap()), Age::Stale);
    }

    #[rstest::rstest]
    #[case("")]
    #[case("a b")]
    #[case("a\r\nX-Evil: 1")]
    #[case("ä")]
    fn text_that_fits_no_header_is_no_token(#[case] text: &str) {
        assert!(AccessToken::new(text.to_owned()).unwrap_err().is_malformed());
    }

    #[test]
    fn debug_shows_no_token() {
        let token = AccessToken::new("s3cr3t".into()).unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "AccessToken(..) Sensitive");
    }
}
