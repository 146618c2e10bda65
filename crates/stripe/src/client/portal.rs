//! The customer portal: Stripe's page to change, cancel and pay a subscription.

use super::StripeClient;
use super::checkout::{checked, may_be_followed};
use super::form::Form;
use crate::error::Error;
use crate::read;

/// Another price for a running subscription, to be confirmed by the payer. Stripe settles the difference in proportion to
/// the time that is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanChange {
    /// `sub_…`.
    pub subscription: String,
    /// Its item, `si_…`.
    pub item_id: String,
    /// The new price, `price_…`.
    pub price_id: String,
}

impl StripeClient {
    /// Opens the portal for a payer, at its first page or at the confirmation of a change; gives its address.
    ///
    /// # Errors
    /// When Stripe refuses (the portal must be set up in Stripe's dashboard) or does not answer.
    pub async fn open_portal(
        &self,
        customer: &str,
        return_url: &str,
        change: Option<&PlanChange>,
        key: &str,
    ) -> Result<String, Error> {
        let mut form = Form::default().set("customer", checked(customer)?).set("return_url", return_url);
        if let Some(change) = change {
            let confirm = |name: &str| format!("flow_data[subscription_update_confirm]{name}");
            form = form
                .set("flow_data[type]", "subscription_update_confirm")
                .set(confirm("[subscription]"), &change.subscription)
                .set(confirm("[items][0][id]"), &change.item_id)
                .set(confirm("[items][0][price]"), &change.price_id)
                .set(confirm("[items][0][quantity]"), "1")
                .set("flow_data[after_completion][type]", "redirect")
                .set("flow_data[after_completion][redirect][return_url]", return_url);
        }
        const PATH: &str = "/v1/billing_portal/sessions";
        let answer = self.transport.post("POST /v1/billing_portal/sessions", PATH, key, &form).await?;
        let url = read::text(&answer, "/url").filter(|url| may_be_followed(url)).map(str::to_owned);
        url.ok_or_else(|| Error::malformed("portal session of Stripe", "it has no usable address"))
    }
}
