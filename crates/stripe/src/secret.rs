//! The two secrets Stripe gives: the key of its API, and the secret of a webhook endpoint.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

/// The secret key of Stripe's API: `sk_live_…`, `sk_test_…`, or a restricted `rk_…`.
///
/// # Example
/// ```
/// use wixapp_stripe::ApiKey;
/// let key = ApiKey::new("sk_test_0123456789abcdef")?;
/// assert!(!key.is_live() && format!("{key:?}") == "ApiKey(..)");
/// assert!(ApiKey::new("pk_live_0123456789abcdef").is_err(), "a publishable key opens nothing");
/// # Ok::<(), wixapp_stripe::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiKey(SecretString);

/// The signing secret of one webhook endpoint: `whsec_…`.
#[derive(Clone)]
pub struct WebhookSecret(SecretString);

/// Enough that nobody guesses it; Stripe's own are longer.
const MIN_LEN: usize = 16;

fn check(text: &str, what: &'static str, prefixes: &[&str]) -> Result<(), Error> {
    if text.trim() != text {
        return Err(Error::config(what, "it begins or ends with white space"));
    }
    if !prefixes.iter().any(|prefix| text.starts_with(prefix)) {
        return Err(Error::config(what, "it does not begin as Stripe's do"));
    }
    if text.len() < MIN_LEN || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::config(what, "it is too short, or has characters that Stripe's have not"));
    }
    Ok(())
}

impl ApiKey {
    /// Takes the key exactly as Stripe shows it.
    ///
    /// # Errors
    /// [`Error::is_config`] when it is no secret key.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let secret = SecretString::from(text.into());
        check(
            secret.expose_secret(),
            "the API key of Stripe",
            &["sk_live_", "sk_test_", "rk_live_", "rk_test_"],
        )?;
        Ok(Self(secret))
    }

    /// Whether it moves real money.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.0.expose_secret().get(2..).is_some_and(|rest| rest.starts_with("_live_"))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl WebhookSecret {
    /// Takes the secret exactly as Stripe shows it.
    ///
    /// # Errors
    /// [`Error::is_config`] when it is no signing secret.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let secret = SecretString::from(text.into());
        check(secret.expose_secret(), "the webhook secret of Stripe", &["whsec_"])?;
        Ok(Self(secret))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("")]
    #[case("sk_live_")]
    #[case("sk_live_0123456789\n")]
    #[case("whsec_0123456789abcdef")]
    #[case("pk_test_0123456789abcdef")]
    #[case("sk_test_0123456789 abc")]
    fn what_is_no_secret_key_is_refused(#[case] text: &str) {
        let error = ApiKey::new(text).unwrap_err();
        assert!(error.is_config() && (text.is_empty() || !format!("{error} {error:?}").contains(text)));
    }

    #[test]
    fn a_live_key_is_told_from_a_test_key() {
        assert!(ApiKey::new("rk_live_0123456789abcdef").unwrap().is_live());
        assert!(!ApiKey::new("rk_test_0123456789abcdef").unwrap().is_live());
    }
}
