//! Speaking with Wix: instance tokens, webhooks, OAuth, billing and app-instance calls. Usable alone.
//!
//! - [`instance_token`]: who opens the app's pages ([`InstanceTokenVerifier`]).
//! - [`webhook`]: what Wix posts ([`WebhookVerifier`]), and the platform's side of it ([`WebhookSigner`]).
//! - [`client`]: calling Wix ([`WixClient`]), with [`oauth`] for the app's own tokens, [`access_token`] for those of
//!   the dashboard SDK, and [`api`] for the calls themselves.
//! - [`data`]: Wix Data, the collections of a site and their items.
//!
//! What these calls take of `wixapp-core`, ids and the time, is here too: nothing else is to be added.
//!
//! All of it takes the time as a parameter and returns one [`Error`], whose text is safe to log. Facts about Wix are
//! those of Wix's npm packages and documentation; where an older guide differs, the packages win.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! use wixapp_platform::webhook::WebhookVerifier;
//! # let (pem, body, now) = ("", b"", "2026-01-01T00:00:00Z".parse().unwrap());
//! let event = WebhookVerifier::from_pems(&[pem])?.verify(body, now)?;
//! let site = client.app_instance(&event.instance_id).await?;
//! println!("{} happened; free: {}", event.event_type, site.instance.is_free);
//! # Ok(())
//! # }
//! ```

pub mod access_token;
pub mod api;
mod base64url;
pub mod client;
mod credential;
pub mod data;
mod error;
pub mod instance_token;
mod json;
pub mod key_ring;
pub mod oauth;
mod secret;
pub mod webhook;
mod wire;

pub use self::access_token::TokenInfo;
pub use self::api::billing::{Checkout, CheckoutRequest};
pub use self::api::instance::AppInstance;
pub use self::client::{WixClient, WixClientBuilder};
pub use self::credential::Credential;
pub use self::error::Error;
pub use self::instance_token::{InstanceClaims, InstanceTokenVerifier};
pub use self::key_ring::KeyRing;
pub use self::oauth::AccessToken;
pub use self::secret::AppSecret;
pub use self::webhook::{WebhookEvent, WebhookSigner, WebhookVerifier};
/// How values of secrets are given and read.
pub use secrecy::{ExposeSecret, SecretString};
/// The time, as every call here takes and tells it.
pub use wixapp_core::clock::{Clock, SystemClock, Timestamp, VirtualClock};
/// What Wix names the app's installs by.
pub use wixapp_core::id::{InstanceId, InvalidId};

// The programs of the guide and of the README compile with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/recipes/wix-data.md")]
struct Guide;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
