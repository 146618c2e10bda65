//! The app secret.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::error::Error;

/// The app secret from Wix's developer console: it signs instance tokens and authenticates the app to Wix.
///
/// Refuses text under 16 bytes (an empty secret would make every forged token valid) and text with white space around
/// it (the usual trace of a secret read from a file with its line end). Shows as `AppSecret(..)` in `Debug`, and is
/// wiped from memory when dropped.
///
/// # Example
/// ```
/// use wixapp_platform::AppSecret;
/// assert!(AppSecret::new("").unwrap_err().is_config());
/// let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
/// assert_eq!(format!("{secret:?}"), "AppSecret(..)");
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct AppSecret(SecretString);

impl AppSecret {
    /// The shortest accepted secret, in bytes.
    ///
    /// # Example
    /// ```
    /// assert_eq!(wixapp_platform::AppSecret::MIN_LEN, 16);
    /// ```
    pub const MIN_LEN: usize = 16;

    /// Takes the secret exactly as Wix shows it.
    ///
    /// # Errors
    /// [`Error::is_config`] when the text is shorter than [`AppSecret::MIN_LEN`] or has white space around it.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::AppSecret;
    /// let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
    /// assert!(AppSecret::new("short").unwrap_err().is_config());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let secret = SecretString::from(text.into());
        let text = secret.expose_secret();
        if text.len() < Self::MIN_LEN {
            return Err(Error::config("the app secret", "it is shorter than 16 bytes"));
        }
        if text.trim() != text {
            return Err(Error::config("the app secret", "it begins or ends with white space"));
        }
        Ok(Self(secret))
    }

    /// Whether `candidate` is this secret, in time that does not depend on where they differ.
    ///
    /// # Example
    /// ```
    /// let secret = wixapp_platform::AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
    /// assert!(secret.matches("d245bbf8-57eb-49d6-aeff-beff6d82cd39") && !secret.matches("d245"));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn matches(&self, candidate: &str) -> bool {
        // Comparing MACs under the secret hides both length and content.
        let expected = keyed(self).chain_update(self.expose()).finalize().into_bytes();
        keyed(self).chain_update(candidate).verify_slice(&expected).is_ok()
    }

    /// Signs `text` for one `purpose`, which keeps signatures for different uses apart: 64 hexadecimal digits.
    ///
    /// For what the app itself hands out and gets back, such as the address of a file that may be seen until tomorrow. Wix's
    /// tokens are signed in another way, so none of these signatures is one of theirs.
    ///
    /// # Example
    /// ```
    /// let secret = wixapp_platform::AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
    /// let signature = secret.sign("file address", "file-1 until 2026-03-01");
    /// assert!(secret.verify("file address", "file-1 until 2026-03-01", &signature));
    /// assert!(!secret.verify("file address", "file-1 until 2036-03-01", &signature));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        hex::encode(self.derived(purpose, text).finalize().into_bytes())
    }

    /// Whether `signature` is that of [`AppSecret::sign`] for the same purpose and text, in time that does not depend on where
    /// they differ.
    ///
    /// # Example
    /// ```
    /// let secret = wixapp_platform::AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
    /// let signature = secret.sign("file address", "file-1");
    /// assert!(!secret.verify("invitation", "file-1", &signature) && !secret.verify("file address", "file-1", ""));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn verify(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let given = hex::decode(signature).ok().filter(|given| hex::encode(given) == signature);
        given.is_some_and(|given| self.derived(purpose, text).verify_slice(&given).is_ok())
    }

    /// 256 bits for one purpose.
    pub(crate) fn derive(&self, purpose: &str) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.derived("key", purpose).finalize().into_bytes().into())
    }

    /// What is signed begins unlike any instance token: those are base64url, which has no space.
    fn derived(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let length = purpose.len().to_be_bytes();
        keyed(self)
            .chain_update("wixapp derived 1")
            .chain_update(length)
            .chain_update(purpose)
            .chain_update(text)
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(..)")
    }
}

/// HMAC-SHA256 keyed with the secret's UTF-8 text, ready to be cloned for each message.
pub(crate) fn keyed(secret: &AppSecret) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::empty("")]
    #[case::short("0123456789abcde")]
    #[case::line_end("0123456789abcdef\n")]
    #[case::spaces("                    ")]
    fn unusable_secrets_are_refused(#[case] text: &str) {
        assert!(AppSecret::new(text).unwrap_err().is_config());
    }

    #[test]
    fn a_signature_counts_for_its_purpose_its_text_and_its_secret() {
        let secret = AppSecret::new("0123456789abcdef").unwrap();
        let signature = secret.sign("ab", "c");
        assert!(secret.verify("ab", "c", &signature));
        assert!(!secret.verify("a", "bc", &signature) && !secret.verify("ab", "", &signature));
        assert!(!AppSecret::new("0123456789abcdeF").unwrap().verify("ab", "c", &signature));
        for odd in ["", "0", &signature[1..], &signature.to_uppercase(), &format!("{signature}00"), "ä"] {
            assert!(!secret.verify("ab", "c", odd), "{odd}");
        }
        assert_ne!(hex::encode(secret.derive("x").as_slice()), secret.sign("x", ""));
    }

    #[test]
    fn only_the_same_text_matches() {
        let secret = AppSecret::new("0123456789abcdef").unwrap();
        assert!(secret.matches("0123456789abcdef"));
        assert!(!secret.matches("0123456789abcdeF") && !secret.matches(""));
    }
}
