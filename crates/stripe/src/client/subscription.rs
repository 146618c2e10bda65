//! Ending a subscription.

use super::StripeClient;
use super::checkout::checked;
use super::form::Form;
use crate::error::Error;
use crate::event::Subscription;

impl StripeClient {
    /// Lets a subscription end with the period that is paid: until then nothing changes, and the payer may switch renewal on
    /// again. Under one `key` it is done once, however often it is asked for.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none; when it is over already (400), the key may not change subscriptions
    /// (403), or Stripe does not answer. [`Error::is_malformed`] when the answer does not say that it ends.
    pub async fn end_subscription(&self, id: &str, key: &str) -> Result<Subscription, Error> {
        const ANSWER: &str = "subscription of Stripe";
        let path = format!("/v1/subscriptions/{}", checked(id)?);
        let form = Form::default().set("cancel_at_period_end", "true");
        let answer = self.transport.post("POST /v1/subscriptions/{id}", &path, key, &form).await?;
        let subscription = Subscription::read(&answer).map_err(|why| Error::malformed(ANSWER, why))?;
        if subscription.is_ending {
            Ok(subscription)
        } else {
            Err(Error::malformed(ANSWER, "it goes on although it was told to end"))
        }
    }
}
