//! Asking Stripe how things stand: what a lost event would have said.

use super::StripeClient;
use super::checkout::checked;
use super::form::Form;
use crate::error::Error;
use crate::event::{Charge, Invoice, Subscription};

impl StripeClient {
    /// The subscription with this id, and whether its newest invoice is paid.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none; else see the predicates of [`Error`].
    pub async fn subscription(&self, id: &str) -> Result<Subscription, Error> {
        let path = format!("/v1/subscriptions/{}", checked(id)?);
        let query = Form::default().set("expand[]", "latest_invoice");
        let answer = self.transport.get("GET /v1/subscriptions/{id}", &path, &query).await?;
        Subscription::read(&answer).map_err(|why| Error::malformed("subscription of Stripe", why))
    }

    /// The charge of a payment: which invoice it was for, and whose it is.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none; else see the predicates of [`Error`].
    pub async fn charge(&self, id: &str) -> Result<Charge, Error> {
        let path = format!("/v1/charges/{}", checked(id)?);
        let answer = self.transport.get("GET /v1/charges/{id}", &path, &Form::default()).await?;
        Charge::read(&answer).map_err(|why| Error::malformed("charge of Stripe", why))
    }

    /// The invoice with this id.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none; else see the predicates of [`Error`].
    pub async fn invoice(&self, id: &str) -> Result<Invoice, Error> {
        let path = format!("/v1/invoices/{}", checked(id)?);
        let answer = self.transport.get("GET /v1/invoices/{id}", &path, &Form::default()).await?;
        Invoice::read(&answer).map_err(|why| Error::malformed("invoice of Stripe", why))
    }
}
