//! What an instance has paid: its purchases, and its metered charges.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! let paid = client.purchases(&instance).await?;
//! println!("{} purchases", paid.len());
//! # Ok(())
//! # }
//! ```

use reqwest::Method;
use serde::{Deserialize, Serialize};
use wixapp_core::clock::Timestamp;
use wixapp_core::fact::BillingCycle;

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

static HISTORY: Endpoint =
    Endpoint::repeatable(Method::GET, "/apps/v1/checkout/history", "GET /apps/v1/checkout/history");

static CHARGES: Endpoint = Endpoint::repeatable(
    Method::GET,
    "/apps/v1/metered-billing-charges",
    "GET /apps/v1/metered-billing-charges",
);

/// Something an instance bought.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// for purchase in client.purchases(&instance).await? {
///     println!("{} {:?}", purchase.product_id, purchase.bought_at);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Purchase {
    /// What was bought, by Wix's id or slug (`vendor_product_id`).
    pub product_id: String,
    /// What was paid, as a decimal number: `9.95`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// The currency of the price, ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How often it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<BillingCycle>,
    /// When it was bought.
    #[serde(
        default,
        rename = "dateCreated",
        deserialize_with = "wire::optional_time",
        skip_serializing_if = "Option::is_none"
    )]
    pub bought_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct History {
    #[serde(default)]
    purchases: Vec<Purchase>,
}

/// Which metered charges are asked for; by default those of the running billing cycle.
///
/// # Example
/// ```
/// use wixapp_platform::api::purchases::ChargeQuery;
/// let june = ChargeQuery {
///     currency: Some("EUR".into()),
///     from: Some("2026-06-01T00:00:00Z".parse().unwrap()),
///     until: Some("2026-07-01T00:00:00Z".parse().unwrap()),
/// };
/// assert_ne!(june, ChargeQuery::default());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChargeQuery {
    /// The currency to answer in, ISO 4217.
    pub currency: Option<String>,
    /// Charges from this moment on.
    pub from: Option<Timestamp>,
    /// Charges before this moment.
    pub until: Option<Timestamp>,
}

/// A charge for what was used beyond the plan's price.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let query = wixapp_platform::api::purchases::ChargeQuery::default();
/// for charge in client.metered_charges(&instance, &query).await? {
///     println!("{} {}", charge.description, charge.amount);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeteredCharge {
    /// The app's own id of the charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// How much, as a decimal number: `1.50`.
    #[serde(default)]
    pub amount: String,
}

#[derive(Deserialize)]
struct Charges {
    #[serde(default)]
    charges: Vec<MeteredCharge>,
}

impl WixClient {
    /// What an instance has bought, cancelled purchases included; Wix names no order.
    ///
    /// Not proof that something is paid for now: that is [`WixClient::app_instance`].
    ///
    /// # Errors
    /// [`Error::status`] when Wix refuses; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// for purchase in client.purchases(&instance).await? {
    ///     println!("{}: {:?} {:?}", purchase.product_id, purchase.price, purchase.currency);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn purchases(&self, credential: impl Into<Credential>) -> Result<Vec<Purchase>, Error> {
        let answer: History = self.call(&credential.into(), &Call::new(&HISTORY)).await?;
        Ok(answer.purchases)
    }

    /// The metered charges of an instance, as Wix has them from the app's
    /// [custom charges](crate::api::custom_charges).
    ///
    /// # Errors
    /// [`Error::status`] when Wix refuses; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::api::purchases::ChargeQuery;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let charges = client.metered_charges(&instance, &ChargeQuery::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn metered_charges(
        &self,
        credential: impl Into<Credential>,
        query: &ChargeQuery,
    ) -> Result<Vec<MeteredCharge>, Error> {
        let mut call = Call::new(&CHARGES);
        if let Some(currency) = &query.currency {
            call = call.query("currency", currency);
        }
        for (name, date) in [("startDate", query.from), ("endDate", query.until)] {
            if let Some(date) = date {
                call = call.query(name, wire::iso_millis(date));
            }
        }
        let answer: Charges = self.call(&credential.into(), &call).await?;
        Ok(answer.charges)
    }
}
