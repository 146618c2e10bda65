//! Speaking with Stripe: signed events, checkout and portal sessions, subscriptions. Usable alone.
//!
//! - [`signature`]: whether a webhook comes from Stripe ([`WebhookVerifier`]), and the other side of it for tests
//!   ([`signature::sign`]).
//! - [`event`]: what a webhook says ([`Event`]), whichever version of Stripe's API wrote it.
//! - [`client`]: calling Stripe ([`StripeClient`]).
//!
//! Time is a parameter, and there is one [`Error`] whose text is safe to log. What an event means for plans and credits
//! is not decided here. Facts about Stripe are those of its API reference and changelog (docs.stripe.com).

pub mod client;
mod error;
pub mod event;
mod read;
mod secret;
pub mod signature;

pub use self::client::{
    CheckoutMode, CheckoutSession, NewCheckout, PlanChange, StripeClient, StripeClientBuilder,
};
pub use self::error::Error;
pub use self::event::{Event, Payload};
pub use self::secret::{ApiKey, WebhookSecret};
pub use self::signature::WebhookVerifier;
