//! The app instance token: the `?instance=` value with which Wix opens an app's pages.
//!
//! A token is `<signature>.<payload>`, signature first, both base64url without padding; the signature is HMAC-SHA256
//! under the app secret over the payload's *text* (wix-protocol §1). It is not a JWT. This module checks tokens
//! ([`InstanceTokenVerifier`]), makes them for the local platform and for tests ([`sign`]), and shows what an
//! unchecked one claims ([`inspect`]). Access tokens of the dashboard SDK are another thing: see
//! [`access_token`](crate::access_token).
//!
//! # Example
//! ```
//! use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};
//! let (secret, now) = (AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?, "2026-01-01T00:00:00Z".parse().unwrap());
//! let token = instance_token::sign(&InstanceClaims::owner("i-1".parse().unwrap(), now), &secret);
//! let claims = InstanceTokenVerifier::new(vec![secret]).verify(&token, now)?;
//! assert_eq!(claims.instance_id.as_str(), "i-1");
//! # Ok::<(), wixapp_platform::Error>(())
//! ```

mod claims;
mod inspect;
mod sign;
mod verify;

pub use self::claims::InstanceClaims;
pub use self::inspect::{UnverifiedToken, inspect};
pub use self::sign::sign;
pub use self::verify::InstanceTokenVerifier;
pub use crate::secret::AppSecret;

/// Longer tokens are refused unread. Wix's own are about 800 bytes.
///
/// # Example
/// ```
/// assert_eq!(wixapp_platform::instance_token::MAX_TOKEN_LEN, 8_192);
/// ```
pub const MAX_TOKEN_LEN: usize = 8 * 1024;

pub(crate) const WHAT: &str = "instance token";
