//! Get App Instance: the truth about an install and its plan.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! let truth = client.app_instance(&instance).await?.instance;
//! println!("plan: {:?}", truth.billing.map(|billing| billing.package_name));
//! # Ok(())
//! # }
//! ```

use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use wixapp_core::clock::Timestamp;
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::InstanceId;

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

static APP_INSTANCE: Endpoint =
    Endpoint::repeatable(Method::GET, "/apps/v1/instance", "GET /apps/v1/instance");

/// The answer of Get App Instance.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let truth = client.app_instance(&instance).await?;
/// let is_free = truth.instance.is_free;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppInstance {
    /// The install and its plan.
    pub instance: InstanceInfo,
    /// The site it is on.
    #[serde(default)]
    pub site: SiteInfo,
    /// When Wix answered, by its own clock (the `Date` header, in whole seconds); `None` when it did not say. A caller whose
    /// clock is ahead of this has learned nothing of the time in between.
    #[serde(skip)]
    pub answered_at: Option<Timestamp>,
}

/// The install and its plan.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let truth = client.app_instance(&instance).await?;
/// let may_try = truth.instance.is_free && truth.instance.free_trial_available;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "InstanceWire")]
pub struct InstanceInfo {
    /// The install.
    pub instance_id: InstanceId,
    /// The app's name.
    pub app_name: Option<String>,
    /// The installed version of the app.
    pub app_version: Option<String>,
    /// True while no plan is paid for. When Wix leaves it out: whether [`billing`](Self::billing) is missing.
    pub is_free: bool,
    /// The paid plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing: Option<Billing>,
    /// What the app may do on the site.
    pub permissions: Vec<String>,
    /// The plans that can be bought.
    pub available_plans: Vec<AvailablePlan>,
    /// The instance this one was copied from, when the site is a duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_instance_id: Option<String>,
    /// True when the site was made from a template that held the app.
    pub copied_from_template: bool,
    /// True while a free trial can still be had.
    pub free_trial_available: bool,
}

/// As Wix writes it: any field but the id may be missing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InstanceWire {
    instance_id: InstanceId,
    app_name: Option<String>,
    app_version: Option<String>,
    is_free: Option<bool>,
    billing: Option<Billing>,
    permissions: Option<Vec<String>>,
    available_plans: Option<Vec<AvailablePlan>>,
    origin_instance_id: Option<String>,
    copied_from_template: Option<bool>,
    free_trial_available: Option<bool>,
}

impl From<InstanceWire> for InstanceInfo {
    fn from(wire: InstanceWire) -> Self {
        Self {
            instance_id: wire.instance_id,
            app_name: wire.app_name,
            app_version: wire.app_version,
            is_free: wire.is_free.unwrap_or(wire.billing.is_none()),
            billing: wire.billing,
            permissions: wire.permissions.unwrap_or_default(),
            available_plans: wire.available_plans.unwrap_or_default(),
            origin_instance_id: wire.origin_instance_id,
            copied_from_template: wire.copied_from_template.unwrap_or(false),
            free_trial_available: wire.free_trial_available.unwrap_or(false),
        }
    }
}

/// A paid plan.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let truth = client.app_instance(&instance).await?;
/// let plan = truth.instance.billing.map(|billing| billing.package_name);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Billing {
    /// The plan, by Wix's id or slug (`vendor_product_id`).
    pub package_name: String,
    /// How often it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<BillingCycle>,
    /// When it was bought.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub time_stamp: Option<Timestamp>,
    /// When the paid period ends; Wix gives it for yearly and longer cycles only.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<Timestamp>,
    /// Whether it renews by itself; `None` when Wix does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_renewing: Option<bool>,
    /// The invoice, where Wix names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
    /// Where it was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The plan's free trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_trial_info: Option<FreeTrialInfo>,
}

/// A plan's free trial.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let truth = client.app_instance(&instance).await?;
/// let trial_ends = truth.instance.billing.and_then(|billing| billing.free_trial_info?.end_date);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreeTrialInfo {
    /// Where the trial stands.
    pub status: FreeTrialStatus,
    /// When it ends or ended.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Timestamp>,
}

wire::text_enum!(
    /// Where a free trial stands.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::instance::FreeTrialStatus;
    /// assert_eq!(FreeTrialStatus::from("IN_PROGRESS".to_owned()), FreeTrialStatus::InProgress);
    /// assert_eq!(FreeTrialStatus::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    FreeTrialStatus in "wixapp_platform::api::instance" {
        /// It runs.
        InProgress = "IN_PROGRESS",
        /// It is over.
        Ended = "ENDED",
        /// There is none.
        NotAvailable = "NOT_AVAILABLE",
    }
);

/// A plan that can be bought.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let truth = client.app_instance(&instance).await?;
/// let plans: Vec<_> = truth.instance.available_plans.into_iter().map(|plan| plan.package_name).collect();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AvailablePlan {
    /// The plan, by Wix's id or slug.
    pub package_name: String,
    /// Where it is sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The site an app is installed on.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let truth = client.app_instance(&instance).await?;
/// let language = truth.site.locale;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SiteInfo {
    /// The site's id.
    pub site_id: Option<String>,
    /// The site's name.
    pub site_display_name: Option<String>,
    /// The site's language.
    pub locale: Option<String>,
    /// The currency of its shop.
    pub payment_currency: Option<String>,
    /// Whether it has several languages, and which, in Wix's own form.
    pub multilingual: Option<serde_json::Value>,
    /// The published address.
    pub url: Option<String>,
    /// What the owner says about it.
    pub description: Option<String>,
    /// Other Wix apps on it.
    pub installed_wix_apps: Option<Vec<String>>,
    /// Its owner.
    pub owner_info: Option<OwnerInfo>,
}

/// A site's owner: personal data, so `Debug` does not show the address.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let truth = client.app_instance(&instance).await?;
/// let address = truth.site.owner_info.and_then(|owner| owner.email);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerInfo {
    /// The owner's e-mail address.
    pub email: Option<String>,
    /// Whether the address has been confirmed, as Wix says it.
    pub email_status: Option<String>,
}

impl fmt::Debug for OwnerInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnerInfo").field("email_status", &self.email_status).finish_non_exhaustive()
    }
}

impl WixClient {
    /// Asks Wix for the present truth about an instance: installed, free or paid, which plan.
    ///
    /// This, and not a webhook or a return from checkout, says what has been paid for; Wix sends no webhook when a plan
    /// renews.
    ///
    /// # Errors
    /// [`Error::status`] when Wix refuses (an app that was removed from the site), [`Error::is_malformed`] when the
    /// answer is about another instance or not readable; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let truth = client.app_instance(&instance).await?.instance;
    /// let plan = truth.billing.map(|billing| billing.package_name);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn app_instance(&self, credential: impl Into<Credential>) -> Result<AppInstance, Error> {
        let credential = credential.into();
        let told = self.answer(&credential, &Call::new(&APP_INSTANCE)).await?;
        let answer = AppInstance { answered_at: told.at, ..told.read()? };
        // The token decides whom Wix talks about. A mix-up would hand one customer's plan to another.
        if credential.instance_id().is_some_and(|asked| *asked != answer.instance.instance_id) {
            return Err(Error::malformed("answer of GET /apps/v1/instance", "it is about another instance"));
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parse(instance: &Value) -> AppInstance {
        serde_json::from_value(json!({ "instance": instance })).unwrap()
    }

    #[test]
    fn a_paid_instance_is_read_in_full() {
        let answer = parse(&json!({
            "instanceId": "i-1", "appName": "Autopost", "appVersion": "1.0.0", "isFree": false,
            "billing": {
                "packageName": "starter", "billingCycle": "YEARLY", "timeStamp": "2026-01-01T00:00:00Z",
                "expirationDate": "2027-01-01T00:00:00Z", "autoRenewing": true, "invoiceId": "inv-1",
                "source": "APP_MARKET", "freeTrialInfo": {"status": "ENDED", "endDate": "2026-01-08T00:00:00Z"},
            },
            "permissions": ["X"], "availablePlans": [{"packageName": "pro", "source": "APP_MARKET"}],
            "copiedFromTemplate": false, "freeTrialAvailable": false,
        }));
        let billing = answer.instance.billing.unwrap();
        assert_eq!(billing.billing_cycle, Some(BillingCycle::Yearly));
        assert_eq!(billing.free_trial_info.unwrap().status, FreeTrialStatus::Ended);
        assert_eq!(answer.instance.available_plans[0].package_name, "pro");
    }

    #[test]
    fn without_is_free_the_presence_of_billing_decides() {
        assert!(parse(&json!({"instanceId": "i-1"})).instance.is_free);
        let paid = parse(&json!({"instanceId": "i-1", "billing": {"packageName": "starter"}}));
        assert!(!paid.instance.is_free);
    }

    #[test]
    fn is_free_is_believed_over_billing() {
        let answer =
            parse(&json!({"instanceId": "i-1", "isFree": true, "billing": {"packageName": "starter"}}));
        assert!(answer.instance.is_free);
    }

    #[test]
    fn what_was_read_can_be_written_and_read_again() {
        let answer = parse(&json!({"instanceId": "i-1", "isFree": false, "billing": {"packageName": "p"}}));
        let again: AppInstance = serde_json::from_value(serde_json::to_value(&answer).unwrap()).unwrap();
        assert_eq!(answer, again);
    }

    #[test]
    fn debug_shows_no_address() {
        let site = json!({"ownerInfo": {"email": "owner@site.example", "emailStatus": "VERIFIED"}});
        let site: SiteInfo = serde_json::from_value(site).unwrap();
        assert!(!format!("{site:?}").contains('@'));
    }
}
