//! Checkout Sessions: Stripe's page to pay on.

use serde_json::Value;
use wixapp_core::clock::Timestamp;

use super::StripeClient;
use super::form::Form;
use crate::error::Error;
use crate::event::{Checkout, Metadata};
use crate::read;

const ANSWER: &str = "checkout session of Stripe";

/// How what a Checkout Session sells is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutMode {
    /// Again and again: a subscription begins.
    Subscription,
    /// Once.
    Payment,
}

/// What a new Checkout Session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheckout {
    /// How it is paid.
    pub mode: CheckoutMode,
    /// What is bought, `price_…`: a recurring price for a subscription, one that is not for a payment.
    pub price_id: String,
    /// Where the payer goes after paying.
    pub success_url: String,
    /// Where the payer goes without paying.
    pub cancel_url: String,
    /// The payer, when they paid before.
    pub customer: Option<String>,
    /// What events will carry: onto the session, and onto the subscription and its invoices, or the payment and its charge.
    pub metadata: Metadata,
    /// The language of the page, as Stripe writes it; the browser's when left out.
    pub locale: Option<String>,
    /// Stripe's id of a promotion code, `promo_…`; without one the payer may type a code on Stripe's page.
    pub promotion_code: Option<String>,
}

/// A Checkout Session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// `cs_…`.
    pub id: String,
    /// The page to pay on; none once it is over.
    pub url: Option<String>,
    /// Until when it can be paid.
    pub expires_at: Option<Timestamp>,
    /// The payer, once known.
    pub customer: Option<String>,
    /// What was begun, once it is paid.
    pub subscription: Option<String>,
    /// What was bought, as events tell of it.
    pub bought: Option<Checkout>,
}

impl CheckoutSession {
    fn read(answer: &Value) -> Result<Self, Error> {
        let url = read::text(answer, "/url").map(str::to_owned);
        if url.as_deref().is_some_and(|url| !may_be_followed(url)) {
            return Err(Error::malformed(ANSWER, "its address is not one to send a payer to"));
        }
        Ok(Self {
            id: read::id(answer, "/id").ok_or_else(|| Error::malformed(ANSWER, "it has no id"))?,
            url,
            expires_at: read::time(answer, "/expires_at"),
            customer: read::id(answer, "/customer"),
            subscription: read::id(answer, "/subscription"),
            bought: Checkout::read(answer).ok(),
        })
    }
}

/// Whether a payer may be sent there: https, or this machine itself for a local stand-in.
pub(super) fn may_be_followed(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| {
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let credentials = !url.username().is_empty() || url.password().is_some();
        !credentials && (url.scheme() == "https" || (url.scheme() == "http" && local))
    })
}

impl StripeClient {
    /// Opens a page to pay on; once under `key`, however often it is asked for.
    ///
    /// # Errors
    /// When Stripe refuses or does not answer; see the predicates of [`Error`].
    pub async fn create_checkout(&self, wanted: &NewCheckout, key: &str) -> Result<CheckoutSession, Error> {
        let (mode, begun) = match wanted.mode {
            CheckoutMode::Subscription => ("subscription", "subscription_data"),
            CheckoutMode::Payment => ("payment", "payment_intent_data"),
        };
        let mut form = Form::default()
            .set("mode", mode)
            .set("line_items[0][price]", &wanted.price_id)
            .set("line_items[0][quantity]", "1")
            .set("success_url", &wanted.success_url)
            .set("cancel_url", &wanted.cancel_url)
            .maybe("client_reference_id", wanted.metadata.instance_id.as_deref())
            .maybe("customer", wanted.customer.as_deref())
            .maybe("locale", wanted.locale.as_deref());
        for (name, value) in wanted.metadata.pairs() {
            form =
                form.set(format!("metadata[{name}]"), value).set(format!("{begun}[metadata][{name}]"), value);
        }
        form = match &wanted.promotion_code {
            Some(code) => form.set("discounts[0][promotion_code]", code),
            None => form.set("allow_promotion_codes", "true"),
        };
        const PATH: &str = "/v1/checkout/sessions";
        CheckoutSession::read(&self.transport.post("POST /v1/checkout/sessions", PATH, key, &form).await?)
    }

    /// The session with this id.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none; else see the predicates of [`Error`].
    pub async fn checkout(&self, id: &str) -> Result<CheckoutSession, Error> {
        let path = format!("/v1/checkout/sessions/{}", checked(id)?);
        let answer = self.transport.get("GET /v1/checkout/sessions/{id}", &path, &Form::default()).await?;
        CheckoutSession::read(&answer)
    }

    /// Closes a session, so that nobody pays on it any more.
    ///
    /// # Errors
    /// When it was paid or closed before (400), or Stripe does not answer.
    pub async fn expire_checkout(&self, id: &str) -> Result<(), Error> {
        let path = format!("/v1/checkout/sessions/{}/expire", checked(id)?);
        let key = format!("expire-{id}");
        let name = "POST /v1/checkout/sessions/{id}/expire";
        self.transport.post(name, &path, &key, &Form::default()).await.map(|_| ())
    }

    /// Stripe's id of the active promotion code that payers write as `code`.
    ///
    /// # Errors
    /// When Stripe does not answer.
    pub async fn find_promotion_code(&self, code: &str) -> Result<Option<String>, Error> {
        let query = Form::default().set("code", code).set("active", "true").set("limit", "1");
        let answer = self.transport.get("GET /v1/promotion_codes", "/v1/promotion_codes", &query).await?;
        Ok(read::id(&answer, "/data/0/id"))
    }
}

/// The id, if it can be part of a path.
pub(super) fn checked(id: &str) -> Result<&str, Error> {
    if read::is_id(id) { Ok(id) } else { Err(Error::malformed("id of Stripe", "it has other characters")) }
}
