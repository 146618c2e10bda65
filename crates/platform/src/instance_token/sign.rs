//! Making instance tokens.

use hmac::Mac;

use super::InstanceClaims;
use crate::base64url;
use crate::secret::{AppSecret, keyed};

/// Signs `claims` into an instance token, as Wix does.
///
/// For the local platform, for tests and for `token sign`; a production app only ever verifies.
///
/// # Example
/// ```
/// use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};
/// let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
/// let now = "2026-01-01T00:00:00Z".parse().unwrap();
/// let token = instance_token::sign(&InstanceClaims::owner("i-1".parse().unwrap(), now), &secret);
/// assert!(InstanceTokenVerifier::new(vec![secret]).verify(&token, now)?.is_owner());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[must_use]
pub fn sign(claims: &InstanceClaims, secret: &AppSecret) -> String {
    let json = serde_json::to_vec(claims).expect("claims are plain text, booleans and times");
    let payload = base64url::encode(json);
    let signature = keyed(secret).chain_update(&payload).finalize().into_bytes();
    format!("{}.{payload}", base64url::encode(signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wix's published example (wix-protocol §1): our own signing must reproduce it byte for byte.
    #[test]
    fn known_answer_is_reproduced() {
        let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39").unwrap();
        let id = "b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap();
        let claims = InstanceClaims::new(id, "2012-08-11T13:56:44.635Z".parse().unwrap());
        assert_eq!(
            sign(&claims, &secret),
            "HottEZ2jPjqsqS8sFWwngJDZAc5L6BBv5j5N9WAN0Go.\
             eyJpbnN0YW5jZUlkIjoiYjgxNDBlNGQtNDc1ZC00OGVkLTgxOWYtYmFkMGRlNDQ3MDY5Iiwic2lnbkRhdGUiOiIyMDEyLTA4LTExVDEz\
             OjU2OjQ0LjYzNVoiLCJ1aWQiOm51bGwsInBlcm1pc3Npb25zIjpudWxsfQ"
        );
    }
}
