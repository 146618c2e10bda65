//! Where an instance buys: Wix, Stripe, or nowhere. Whichever it is, what was bought becomes facts of the same kinds, and
//! everything behind the facts is the same.

pub(crate) mod again;
mod answer;
mod checkout;
pub(crate) mod ending;
mod fact;
mod intake;
mod waiting;

use wixapp_core::{BillingSource, InstanceId};
use wixapp_stripe::{StripeClient, WebhookVerifier};

use crate::error::ApiError;
use crate::state::App;

pub(crate) use answer::ask;
pub(crate) use checkout::{Opened, Product, Wanted, open, portal};
pub(crate) use intake::{Intake, receive};
pub(crate) use waiting::keep;

/// What speaks with Stripe.
#[derive(Debug, Clone)]
pub struct StripeSide {
    /// The way to Stripe.
    pub client: StripeClient,
    /// Verifies its events.
    pub verifier: WebhookVerifier,
    /// Whether the key moves real money: events of the other kind are not taken for it.
    pub livemode: bool,
}

/// Where the instance buys: what was settled for it, else the configuration's default.
///
/// # Errors
/// When the database cannot be used.
pub async fn of(app: &App, instance_id: &InstanceId) -> Result<BillingSource, ApiError> {
    let settled = app.store.find_billing_source(instance_id).await?;
    Ok(settled.unwrap_or(app.config.billing.source))
}
