//! The client for Stripe's HTTP API.
//!
//! Requests are forms, answers JSON. Every call is bounded: a timeout per attempt, at most three attempts, at most 1 MiB
//! of answer, no redirects. A `POST` carries an `Idempotency-Key`, so that trying again is as safe as a `GET`.

mod builder;
mod checkout;
mod form;
mod lookup;
mod portal;
mod subscription;
mod transport;

use std::fmt;
use std::sync::Arc;

pub use self::builder::{DEFAULT_BASE_URL, DEFAULT_TIMEOUT, StripeClientBuilder};
pub use self::checkout::{CheckoutMode, CheckoutSession, NewCheckout};
pub use self::portal::PlanChange;
use self::transport::Transport;

/// The version of Stripe's API that answers are asked in, whatever the account's own is.
pub const API_VERSION: &str = "2024-06-20";

/// A client for Stripe's HTTP API. Cheap to clone: clones share their connections.
///
/// # Example
/// ```no_run
/// use wixapp_stripe::{ApiKey, StripeClient};
/// # async fn example() -> Result<(), wixapp_stripe::Error> {
/// let client = StripeClient::builder(ApiKey::new("sk_test_0123456789abcdef")?).build()?;
/// let subscription = client.subscription("sub_1MowQVLkdIwHu7ixeRlqHVzs").await?;
/// println!("{} until {:?}", subscription.price_id, subscription.period_end);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct StripeClient {
    transport: Arc<Transport>,
}

impl fmt::Debug for StripeClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StripeClient(..)")
    }
}
