//! Showing what a token claims, without believing it.

use serde_json::Value;

use super::{InstanceClaims, WHAT, verify};
use crate::error::Error;
use crate::{base64url, json};

/// What an instance token claims, its signature **not** checked. For people to look at; never a basis for access.
///
/// # Example
/// ```
/// use wixapp_platform::{AppSecret, InstanceClaims, instance_token};
/// let (secret, now) = (AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?, "2026-01-01T00:00:00Z".parse().unwrap());
/// let token = instance_token::sign(&InstanceClaims::owner("i-1".parse().unwrap(), now), &secret);
/// let seen = instance_token::inspect(&token)?;
/// assert_eq!(seen.claims()?.instance_id.as_str(), "i-1");
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct UnverifiedToken {
    /// The whole payload, unknown fields included.
    pub payload: Value,
}

impl UnverifiedToken {
    /// The payload read as claims.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when a mandatory field is missing or a field has the wrong type.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AppSecret, InstanceClaims, instance_token};
    /// let (secret, now) = (AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?, "2026-01-01T00:00:00Z".parse().unwrap());
    /// let token = instance_token::sign(&InstanceClaims::owner("i-1".parse().unwrap(), now), &secret);
    /// let seen = instance_token::inspect(&token)?;
    /// assert_eq!(seen.claims()?.instance_id.as_str(), "i-1");
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn claims(&self) -> Result<InstanceClaims, Error> {
        serde_json::from_value(self.payload.clone())
            .map_err(|error| Error::malformed(WHAT, json::describe(&error)))
    }
}

/// Decodes a token without checking its signature or dates, for `token inspect`.
///
/// # Errors
/// [`Error::is_malformed`] when it has not the form of an instance token or its payload is no JSON object.
///
/// # Example
/// ```
/// use wixapp_platform::{AppSecret, InstanceClaims, instance_token};
/// let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
/// let claims = InstanceClaims::owner("i-1".parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
/// let seen = instance_token::inspect(&instance_token::sign(&claims, &secret))?;
/// assert_eq!(seen.payload["permissions"], "OWNER");
/// assert_eq!(seen.claims()?, claims);
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
pub fn inspect(token: &str) -> Result<UnverifiedToken, Error> {
    let (_, payload) = verify::split(token)?;
    let bytes =
        base64url::decode(payload).ok_or_else(|| Error::malformed(WHAT, "the payload is not base64url"))?;
    json::parse_bytes(&bytes, WHAT).map(|payload| UnverifiedToken { payload })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::empty("")]
    #[case::no_dot("abc")]
    #[case::payload_is_an_array(&format!("{}.W10", "A".repeat(43)))]
    #[case::payload_is_no_json(&format!("{}.eyJ", "A".repeat(43)))]
    fn text_that_is_no_token_is_malformed(#[case] token: &str) {
        assert!(inspect(token).unwrap_err().is_malformed());
    }
}
