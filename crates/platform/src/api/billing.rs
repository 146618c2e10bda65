//! Billing: the link to Wix's checkout.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! use wixapp_platform::CheckoutRequest;
//! let link = client.checkout_url(&instance, &CheckoutRequest::new("starter")).await?.checkout_url;
//! # Ok(())
//! # }
//! ```

use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Serialize};
pub use wixapp_core::fact::BillingCycle;

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;

// Each call opens a checkout of its own.
static CHECKOUT: Endpoint = Endpoint::once(Method::POST, "/apps/v1/checkout", "POST /apps/v1/checkout");

/// What is to be bought, and where the payer goes afterwards.
///
/// # Example
/// ```
/// use wixapp_platform::api::billing::{BillingCycle, CheckoutRequest};
/// let request = CheckoutRequest {
///     billing_cycle: Some(BillingCycle::Yearly),
///     success_url: Some("https://app.example/paid".into()),
///     ..CheckoutRequest::new("starter")
/// };
/// assert!(!request.test_checkout);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutRequest {
    /// The plan, by Wix's id or slug (`vendor_product_id`).
    pub product_id: String,
    /// Where Wix sends the payer after paying. Arriving there proves nothing: anybody can open the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_url: Option<String>,
    /// True to charge nothing.
    #[serde(default)]
    pub test_checkout: bool,
    /// How often to pay; Wix's default when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<BillingCycle>,
    /// The payer's country, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// The language of the checkout, ISO 639-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// A coupon to apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon_code: Option<String>,
}

impl CheckoutRequest {
    /// A request for `product_id` and nothing else said.
    ///
    /// # Example
    /// ```
    /// let request = wixapp_platform::CheckoutRequest::new("starter");
    /// ```
    #[must_use]
    pub fn new(product_id: impl Into<String>) -> Self {
        Self {
            product_id: product_id.into(),
            success_url: None,
            test_checkout: false,
            billing_cycle: None,
            country_code: None,
            language_code: None,
            coupon_code: None,
        }
    }
}

/// A checkout opened at Wix. Its link lives 48 hours and lets anybody pay, so `Debug` shows neither link nor token.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let request = wixapp_platform::CheckoutRequest::new("starter");
/// let link = client.checkout_url(&instance, &request).await?.checkout_url;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// Where to send the payer's browser: an https URL, or one on the local platform.
    pub checkout_url: String,
    /// Wix's name for this checkout.
    pub token: String,
}

impl fmt::Debug for Checkout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkout").finish_non_exhaustive()
    }
}

impl WixClient {
    /// Opens a checkout at Wix for an instance, and returns the link to it.
    ///
    /// Tried once: when it fails, nothing is known about whether a checkout was opened, and nothing was charged. The
    /// app must have an external pricing page enabled.
    ///
    /// # Errors
    /// [`Error::status`] when Wix refuses (an unknown product, no pricing page); [`Error::is_malformed`] when Wix's
    /// link is not one a browser may be sent to; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::CheckoutRequest;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let checkout = client.checkout_url(&instance, &CheckoutRequest::new("starter")).await?;
    /// let location = checkout.checkout_url;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn checkout_url(
        &self,
        credential: impl Into<Credential>,
        request: &CheckoutRequest,
    ) -> Result<Checkout, Error> {
        let body = serde_json::to_value(request).expect("a request is plain text and booleans");
        let checkout: Checkout = self.call(&credential.into(), &Call::new(&CHECKOUT).body(body)).await?;
        if !self.inner.transport.base().may_lead_to(&checkout.checkout_url) {
            return Err(Error::malformed("answer of POST /apps/v1/checkout", "the link is not https"));
        }
        Ok(checkout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_not_sent() {
        let body = serde_json::to_value(CheckoutRequest::new("starter")).unwrap();
        assert_eq!(body, serde_json::json!({"productId": "starter", "testCheckout": false}));
    }

    #[test]
    fn debug_shows_no_link() {
        let checkout = Checkout { checkout_url: "https://x.example/s3cr3t".into(), token: "s3cr3t".into() };
        assert_eq!(format!("{checkout:?}"), "Checkout { .. }");
    }
}
