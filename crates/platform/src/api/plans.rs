//! App plans: what an app sells, with prices and benefits as Wix shows them.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! for app in client.app_plans(&instance, &[client.app_id()]).await?.app_plans {
//!     println!("{} plans", app.plans.len());
//! }
//! # Ok(())
//! # }
//! ```

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

static APP_PLANS: Endpoint =
    Endpoint::repeatable(Method::GET, "/apps-plans/v1/apps-plans", "GET /apps-plans/v1/apps-plans/{appIds}");

/// The plans of the apps asked about, in the currency of the site.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// for app in client.app_plans(&instance, &["0c1d2e3f"]).await?.app_plans {
///     for plan in app.plans {
///         println!("{}: {:?}", plan.name, plan.prices.first().and_then(|price| price.total_price.clone()));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanList {
    /// The currency of all prices, ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The currency's sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_symbol: Option<String>,
    /// What is said about taxes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_settings: Option<TaxSettings>,
    /// One for each app asked about that has plans.
    #[serde(default)]
    pub app_plans: Vec<AppPlans>,
}

/// What is said about taxes.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let tax = client.app_plans(&instance, &["0c1d2e3f"]).await?.tax_settings;
/// let shown_with_tax = tax.is_some_and(|tax| tax.show_price_with_tax);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxSettings {
    /// Whether prices are to be shown with the tax.
    #[serde(default)]
    pub show_price_with_tax: bool,
    /// The tax in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentage: Option<String>,
    /// The kind of tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_type: Option<TaxType>,
}

wire::text_enum!(
    /// The kind of tax.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::plans::TaxType;
    /// assert_eq!(TaxType::from("VAT".to_owned()), TaxType::Vat);
    /// assert_eq!(TaxType::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    TaxType in "wixapp_platform::api::plans" {
        /// None.
        NotApplicable = "NOT_APPLICABLE",
        /// Value added tax.
        Vat = "VAT",
        /// Goods and services tax.
        Gst = "GST",
    }
);

/// The plans of one app.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// for app in client.app_plans(&instance, &["0c1d2e3f"]).await?.app_plans {
///     for plan in app.plans {
///         println!("{}: {:?}", plan.name, plan.prices.first().and_then(|price| price.total_price.clone()));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppPlans {
    /// The app's id.
    #[serde(default)]
    pub id: String,
    /// Its plans.
    #[serde(default)]
    pub plans: Vec<AppPlan>,
}

/// A plan that can be bought.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// for app in client.app_plans(&instance, &["0c1d2e3f"]).await?.app_plans {
///     for plan in app.plans {
///         println!("{}: {:?}", plan.name, plan.prices.first().and_then(|price| price.total_price.clone()));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppPlan {
    /// Wix's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The id that checkouts and webhooks use (`vendor_product_id`).
    #[serde(default)]
    pub vendor_id: String,
    /// The plan's name.
    #[serde(default)]
    pub name: String,
    /// What it brings, in words for buyers.
    #[serde(default)]
    pub benefits: Vec<String>,
    /// What it costs, one for each way to pay.
    #[serde(default)]
    pub prices: Vec<Price>,
}

/// What a plan costs. Amounts are decimal numbers and, for recurring plans, **monthly averages**: a year of 120 is shown
/// as `10.00`.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// for app in client.app_plans(&instance, &["0c1d2e3f"]).await?.app_plans {
///     for plan in app.plans {
///         println!("{}: {:?}", plan.name, plan.prices.first().and_then(|price| price.total_price.clone()));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// Without tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_before_tax: Option<String>,
    /// With tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_price: Option<String>,
    /// How often it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<PlanCycle>,
    /// A discount, in Wix's own form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<serde_json::Value>,
    /// What is charged by usage, in Wix's own form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_base_options: Option<serde_json::Value>,
}

/// How often a plan is paid.
///
/// # Example
/// ```
/// use wixapp_platform::api::plans::{CycleType, PlanCycle};
/// let json = r#"{"cycleType": "RECURRING", "cycleDuration": {"unit": "MONTH", "count": 1}}"#;
/// let cycle: PlanCycle = serde_json::from_str(json).unwrap();
/// assert_eq!((cycle.cycle_type, cycle.cycle_duration.unwrap().count), (Some(CycleType::Recurring), 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanCycle {
    /// Once or again and again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle_type: Option<CycleType>,
    /// The length of a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle_duration: Option<CycleDuration>,
}

wire::text_enum!(
    /// Whether something is paid once or again and again.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::plans::CycleType;
    /// assert_eq!(CycleType::from("RECURRING".to_owned()), CycleType::Recurring);
    /// assert_eq!(CycleType::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    CycleType in "wixapp_platform::api::plans" {
        /// Once.
        OneTime = "ONE_TIME",
        /// Every period.
        Recurring = "RECURRING",
    }
);

/// The length of a period.
///
/// # Example
/// ```
/// use wixapp_platform::api::plans::{CycleType, PlanCycle};
/// let json = r#"{"cycleType": "RECURRING", "cycleDuration": {"unit": "MONTH", "count": 1}}"#;
/// let cycle: PlanCycle = serde_json::from_str(json).unwrap();
/// assert_eq!((cycle.cycle_type, cycle.cycle_duration.unwrap().count), (Some(CycleType::Recurring), 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleDuration {
    /// The unit.
    pub unit: DurationUnit,
    /// How many of them.
    #[serde(default)]
    pub count: u32,
}

wire::text_enum!(
    /// A unit of time.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::plans::DurationUnit;
    /// assert_eq!(DurationUnit::from("MONTH".to_owned()), DurationUnit::Month);
    /// assert_eq!(DurationUnit::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    DurationUnit in "wixapp_platform::api::plans" {
        /// Days; custom charges only.
        Day = "DAY",
        /// Weeks; custom charges only.
        Week = "WEEK",
        /// Months.
        Month = "MONTH",
        /// Years.
        Year = "YEAR",
    }
);

impl WixClient {
    /// The plans of apps, with the prices an instance's site would pay.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when `app_ids` is empty or has an empty id; [`Error::status`] when Wix refuses; else as
    /// [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let list = client.app_plans(&instance, &[client.app_id()]).await?;
    /// let names: Vec<_> = list.app_plans.iter().flat_map(|app| &app.plans).map(|plan| &plan.name).collect();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn app_plans(
        &self,
        credential: impl Into<Credential>,
        app_ids: &[&str],
    ) -> Result<PlanList, Error> {
        if app_ids.iter().any(|id| id.is_empty()) {
            return Err(Error::malformed("app ids", "one is empty"));
        }
        let mut call = Call::new(&APP_PLANS).segment("app ids", &app_ids.join(","))?;
        for id in app_ids {
            call = call.query("appIds", *id);
        }
        self.call(&credential.into(), &call).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_of_wix_are_kept() {
        let text = r#"{"cycleType":"SOMETIMES","cycleDuration":{"unit":"DECADE","count":1}}"#;
        let cycle: PlanCycle = serde_json::from_str(text).unwrap();
        assert_eq!(cycle.cycle_type, Some(CycleType::Unknown("SOMETIMES".into())));
        assert_eq!(serde_json::to_string(&cycle).unwrap(), text);
    }
}
