//! Tokens that are sent to Wix, and how long they are kept.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use wixapp_core::clock::Timestamp;

use crate::client::Age;
use crate::error::Error;

const WHAT: &str = "answer of Wix's OAuth";

/// A token is renewed in the background this long before its end, or a fifth of its life if that is less.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_mins(10);

/// A token is no longer used this long before its end, or a tenth of its life if that is less: it has to live until
/// the call that carries it arrives.
const STOP_BEFORE: SignedDuration = SignedDuration::from_secs(30);

/// No lifetime longer than this is believed.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

const MAX_LEN: usize = 16 * 1024;

/// An access token for calls to Wix. Shows as `AccessToken(..)` in `Debug`; wiped from memory when dropped.
///
/// # Example
/// ```
/// use wixapp_platform::AccessToken;
/// let token = AccessToken::new("OauthNG.JWS.eyJ...")?;
/// assert_eq!(format!("{token:?}"), "AccessToken(..)");
/// assert!(AccessToken::new("two words").unwrap_err().is_malformed());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// A token that was got by other means, without `Bearer `.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when the text is empty, longer than 16 KiB, or holds anything but visible ASCII.
    ///
    /// # Example
    /// ```
    /// let token = wixapp_platform::AccessToken::new("OauthNG.JWS.eyJ...")?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = SecretString::from(text.into());
        if fits_a_header(text.expose_secret()) {
            Ok(Self(text))
        } else {
            Err(Error::malformed("access token", "it is no header value"))
        }
    }

    /// The token itself, for an `Authorization` header. Wix wants it raw, without `Bearer`.
    ///
    /// # Example
    /// ```
    /// let token = wixapp_platform::AccessToken::new("OauthNG.JWS.eyJ...")?;
    /// assert!(token.expose().starts_with("OauthNG"));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
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

/// Whether a secret can stand in a header.
pub(super) fn fits_a_header(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_LEN && text.bytes().all(|b| b.is_ascii_graphic())
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
    /// A token asked for at `asked_at` that lives for `expires_in` seconds.
    pub(super) fn new(token: String, expires_in: i64, asked_at: Timestamp) -> Result<Self, Error> {
        let out_of_range = || Error::malformed(WHAT, "expires_in is out of range");
        let life = u64::try_from(expires_in).unwrap_or(0);
        if life == 0 {
            return Err(Error::malformed(WHAT, "expires_in is not positive"));
        }
        let life = SignedDuration::try_from(Duration::from_secs(life).min(LONGEST_LIFE))
            .map_err(|_| out_of_range())?;
        let after = |span: SignedDuration| asked_at.checked_add(span).map_err(|_| out_of_range());
        Ok(Self {
            token: AccessToken::new(token)?,
            renew_at: after(life - RENEW_BEFORE.min(life / 5))?,
            stop_at: after(life - STOP_BEFORE.min(life / 10))?,
        })
    }

    pub(crate) fn token(&self) -> &AccessToken {
        &self.token
    }

    pub(crate) fn age(&self, now: Timestamp) -> Age {
        match now {
            now if now < self.renew_at => Age::Fresh,
            now if now < self.stop_at => Age::Aging,
            _ => Age::Stale,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cached(expires_in: i64) -> Result<CachedToken, Error> {
        CachedToken::new("token".into(), expires_in, "2026-01-01T00:00:00Z".parse().unwrap())
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
        assert!(AccessToken::new(text).unwrap_err().is_malformed());
    }

    #[test]
    fn debug_shows_no_token() {
        let token = AccessToken::new("s3cr3t").unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "AccessToken(..) Sensitive");
    }
}
