//! What ties the return from Wix's installer to the browser that was sent there.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::base64url;
use crate::error::{Error, Kind};

const LEN: usize = 32;

/// A random word that goes to Wix's installer with the owner's browser and must come back with it.
///
/// Keep it where only that browser has it, as in a cookie (`Secure; HttpOnly; SameSite=Lax`), and drop it after one
/// use. Without it anybody could finish an installation of theirs in somebody else's session.
///
/// # Example
/// ```
/// use wixapp_platform::oauth::OAuthState;
/// let state = OAuthState::random();
/// let from_cookie: OAuthState = state.as_str().parse()?;
/// assert!(from_cookie.check(state.as_str()).is_ok());
/// assert!(from_cookie.check("another").unwrap_err().is_refused());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OAuthState(String);

impl OAuthState {
    /// A new one, of 256 random bits.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::oauth::OAuthState;
    /// assert_ne!(OAuthState::random().as_str(), OAuthState::random().as_str());
    /// ```
    #[must_use]
    pub fn random() -> Self {
        let bits: [u8; LEN] = rand::random();
        Self(base64url::encode(bits))
    }

    /// The word, for the cookie.
    ///
    /// # Example
    /// ```
    /// let state = wixapp_platform::oauth::OAuthState::random();
    /// let cookie = format!("state={}; HttpOnly; Secure; SameSite=None", state.as_str());
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Accepts `returned` only if it is this very word, in time that does not depend on where they differ.
    ///
    /// # Errors
    /// [`Error::is_refused`].
    ///
    /// # Example
    /// ```
    /// let state = wixapp_platform::oauth::OAuthState::random();
    /// assert!(state.check(state.as_str()).is_ok() && state.check("").is_err());
    /// ```
    pub fn check(&self, returned: &str) -> Result<(), Error> {
        let (own, other) = (Sha256::digest(&self.0), Sha256::digest(returned));
        let difference = own.iter().zip(other.iter()).fold(0, |all, (a, b)| all | (a ^ b));
        if difference == 0 {
            Ok(())
        } else {
            Err(Error::new(Kind::Refused {
                what: "return from the installer",
                why: "the state is not the one this browser was sent with",
            }))
        }
    }
}

impl std::str::FromStr for OAuthState {
    type Err = Error;

    /// Reads what [`OAuthState::as_str`] wrote.
    fn from_str(text: &str) -> Result<Self, Error> {
        match base64url::decode(text) {
            Some(bits) if bits.len() == LEN => Ok(Self(text.to_owned())),
            _ => Err(Error::malformed("OAuth state", "it is not one this crate made")),
        }
    }
}

impl fmt::Debug for OAuthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OAuthState(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same_and_none_is_shown() {
        let (one, two) = (OAuthState::random(), OAuthState::random());
        assert!(one != two && one.check(two.as_str()).is_err());
        assert_eq!(format!("{one:?}"), "OAuthState(..)");
    }

    #[rstest::rstest]
    #[case("")]
    #[case("short")]
    #[case("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    #[case("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    fn what_was_not_made_here_is_refused(#[case] text: &str) {
        assert!(text.parse::<OAuthState>().unwrap_err().is_malformed());
    }

    #[test]
    fn an_empty_return_is_refused() {
        assert!(OAuthState::random().check("").unwrap_err().is_refused());
    }
}
