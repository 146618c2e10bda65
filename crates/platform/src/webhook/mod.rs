//! Webhooks: what Wix posts to the app when something happened.
//!
//! A webhook's body is one compact JWT, signed RS256 under a key pair that Wix keeps per app, with JSON strings nested
//! in JSON three layers deep (wix-protocol §4): claims → envelope → payload. [`WebhookVerifier`] checks and unwraps it
//! into a [`WebhookEvent`]; [`WebhookSigner`] is the other side, for the local platform and for tests.
//!
//! The signature is checked with aws-lc-rs directly and not through a general JWT library: with one algorithm pinned
//! there is no header-driven choice left to get wrong, nothing in the header is parsed before the signature holds, and
//! no process-wide crypto provider is needed.
//!
//! # Example
//! ```
//! use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
//! let (signer, now) = (WebhookSigner::generate()?, "2026-01-01T00:00:00Z".parse().unwrap());
//! let body = signer.sign("AppRemoved", &"i-1".parse().unwrap(), &serde_json::json!({"appId": "a-1"}), now)?;
//!
//! let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?;
//! assert_eq!(verifier.verify(body.as_bytes(), now)?.event_type, "AppRemoved");
//! # Ok::<(), wixapp_platform::Error>(())
//! ```

mod dedupe;
mod event;
mod key;
mod payload;
mod service_plugin;
mod sign;
mod verify;

pub use self::dedupe::dedupe_key;
pub use self::event::{Identity, IdentityType, WebhookEvent};
pub use self::payload::{
    AppInstalled, AppRemoved, CancelReason, CancellationType, DomainChange, DomainEvent,
    InvoiceStatusUpdated, PaidPlanAutoRenewalCancelled, PaidPlanChanged, PaidPlanPurchased, Payload,
    PlanConvertedToPaid, PlanReactivated, PlanTransferred,
};
pub use self::service_plugin::ServicePluginCall;
pub use self::sign::{EventDraft, LIFETIME, WebhookSigner};
pub use self::verify::WebhookVerifier;
pub use wixapp_core::fact::{BillingCycle, InvoiceStatus};

/// Larger bodies are refused unread.
///
/// # Example
/// ```
/// assert_eq!(wixapp_platform::webhook::MAX_BODY_LEN, 256 * 1024);
/// ```
pub const MAX_BODY_LEN: usize = 256 * 1024;

pub(crate) const WHAT: &str = "webhook";
