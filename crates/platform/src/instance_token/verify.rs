//! Checking instance tokens.

use std::fmt;

use hmac::{Hmac, Mac};
use jiff::SignedDuration;
use sha2::Sha256;
use wixapp_core::clock::Timestamp;

use super::{InstanceClaims, MAX_TOKEN_LEN, WHAT};
use crate::error::{Error, Kind};
use crate::secret::{AppSecret, keyed};
use crate::{base64url, json};

/// How far a token may be dated ahead of our clock.
const MAX_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// Verifies instance tokens under the app's active secrets.
///
/// Give it one secret, or two while the secret is being changed in Wix's console: a token is accepted under either.
/// With an empty list every token is refused. Building it prepares the keys, so keep one and share it.
///
/// # Example
/// Wix's published example:
/// ```
/// use wixapp_platform::{AppSecret, InstanceTokenVerifier};
/// let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
/// let verifier = InstanceTokenVerifier::new(vec![secret]);
/// let token = "HottEZ2jPjqsqS8sFWwngJDZAc5L6BBv5j5N9WAN0Go.eyJpbnN0YW5jZUlkIjoiYjgxNDBlNGQtNDc1ZC00OGVkLTgxOWYtYmFk\
///              MGRlNDQ3MDY5Iiwic2lnbkRhdGUiOiIyMDEyLTA4LTExVDEzOjU2OjQ0LjYzNVoiLCJ1aWQiOm51bGwsInBlcm1pc3Npb25zIjpudWxsfQ";
/// let claims = verifier.verify(token, "2012-08-11T14:00:00Z".parse().unwrap())?;
/// assert_eq!(claims.instance_id.as_str(), "b8140e4d-475d-48ed-819f-bad0de447069");
/// assert!(!claims.is_owner());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct InstanceTokenVerifier {
    keys: Vec<Hmac<Sha256>>,
}

impl InstanceTokenVerifier {
    /// A verifier under `secrets`: normally one, two during a change of the secret.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AppSecret, InstanceTokenVerifier};
    /// let verifier = InstanceTokenVerifier::new(vec![AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?]);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn new(secrets: Vec<AppSecret>) -> Self {
        Self { keys: secrets.iter().map(keyed).collect() }
    }

    /// Checks form, signature and dates of `token`, and returns what it says.
    ///
    /// The signature is checked in constant time over the text as received, before anything in it is parsed. The
    /// result says *who* is asking: whether they may see or change something is for
    /// [`InstanceClaims::is_owner`] and [`InstanceClaims::may_write`].
    ///
    /// # Errors
    /// - [`Error::is_malformed`]: not exactly one dot, not strict base64url, too long, or a signed payload that lacks
    ///   `instanceId` or `signDate`.
    /// - [`Error::is_signature`]: signed under none of the secrets.
    /// - [`Error::is_expired`]: `expirationDate` has been reached.
    /// - [`Error::is_not_yet_valid`]: `signDate` is more than 60 s ahead of `now`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};
    /// let (secret, now) = (AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?, "2026-01-01T00:00:00Z".parse().unwrap());
    /// let token = instance_token::sign(&InstanceClaims::owner("i-1".parse().unwrap(), now), &secret);
    /// let claims = InstanceTokenVerifier::new(vec![secret]).verify(&token, now)?;
    /// assert!(claims.may_write(now));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<InstanceClaims, Error> {
        let (signature, payload) = split(token)?;
        if !self.is_signed(payload, &signature) {
            return Err(Error::new(Kind::Signature { what: WHAT }));
        }
        let claims = decode(payload)?;
        check_dates(&claims, now)?;
        Ok(claims)
    }

    /// Tries every key even after a match, so that the time taken does not tell which one it was.
    fn is_signed(&self, payload: &str, signature: &[u8]) -> bool {
        self.keys.iter().fold(false, |signed, key| {
            key.clone().chain_update(payload).verify_slice(signature).is_ok() | signed
        })
    }
}

impl fmt::Debug for InstanceTokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceTokenVerifier").field("keys", &self.keys.len()).finish()
    }
}

/// The decoded signature and the payload's text.
pub(super) fn split(token: &str) -> Result<(Vec<u8>, &str), Error> {
    if token.len() > MAX_TOKEN_LEN {
        return Err(Error::new(Kind::TooLarge { what: WHAT, limit: MAX_TOKEN_LEN }));
    }
    let malformed = |why| Error::malformed(WHAT, why);
    let (signature, payload) = token.split_once('.').ok_or_else(|| malformed("it has no dot"))?;
    if payload.contains('.') {
        return Err(malformed("it has more than one dot"));
    }
    let signature =
        base64url::decode(signature).ok_or_else(|| malformed("the signature is not base64url"))?;
    if signature.len() != 32 {
        return Err(malformed("the signature is not 32 bytes long"));
    }
    Ok((signature, payload))
}

fn decode(payload: &str) -> Result<InstanceClaims, Error> {
    let bytes =
        base64url::decode(payload).ok_or_else(|| Error::malformed(WHAT, "the payload is not base64url"))?;
    json::parse_bytes(&bytes, WHAT)
}

fn check_dates(claims: &InstanceClaims, now: Timestamp) -> Result<(), Error> {
    if claims.sign_date.duration_since(now) > MAX_AHEAD {
        return Err(Error::new(Kind::NotYetValid { what: WHAT }));
    }
    if claims.expiration_date.is_some_and(|end| now >= end) {
        return Err(Error::new(Kind::Expired { what: WHAT }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance_token::sign;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn secret(text: &str) -> AppSecret {
        AppSecret::new(text).unwrap()
    }

    fn owner() -> InstanceClaims {
        InstanceClaims::owner("i-1".parse().unwrap(), at("2026-01-01T00:00:00Z"))
    }

    #[test]
    fn either_of_two_active_secrets_is_accepted() {
        let (old, new) = (secret("old-secret-0123456789"), secret("new-secret-0123456789"));
        let verifier = InstanceTokenVerifier::new(vec![old.clone(), new.clone()]);
        for secret in [old, new] {
            assert!(verifier.verify(&sign(&owner(), &secret), owner().sign_date).is_ok());
        }
    }

    #[test]
    fn without_secrets_every_token_is_refused() {
        let token = sign(&owner(), &secret("old-secret-0123456789"));
        let error = InstanceTokenVerifier::new(vec![]).verify(&token, owner().sign_date).unwrap_err();
        assert!(error.is_signature());
    }

    #[test]
    fn dates_are_checked_to_the_millisecond() {
        let key = secret("old-secret-0123456789");
        let token = sign(&owner(), &key);
        let verifier = InstanceTokenVerifier::new(vec![key]);
        let verify = |now: &str| verifier.verify(&token, at(now));
        assert!(verify("2026-01-01T03:59:59.999Z").is_ok());
        assert!(verify("2026-01-01T04:00:00Z").unwrap_err().is_expired());
        assert!(verify("2025-12-31T23:59:00Z").is_ok());
        assert!(verify("2025-12-31T23:58:59.999Z").unwrap_err().is_not_yet_valid());
    }
}
