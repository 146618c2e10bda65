//! BI events: milestones of an instance that Wix counts for the App Market.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! use wixapp_platform::api::bi::{BiEvent, BiEventName};
//! client.report(&instance, &BiEvent::new(BiEventName::AppFinishedConfiguration)).await?;
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

// Wix counts each one it gets.
static BI_EVENT: Endpoint = Endpoint::once(Method::POST, "/apps/v1/bi-event", "POST /apps/v1/bi-event");

wire::text_enum!(
    /// A milestone.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::bi::BiEventName;
    /// assert_eq!(BiEventName::from("APP_UPGRADED".to_owned()), BiEventName::AppUpgraded);
    /// assert_eq!(BiEventName::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    BiEventName in "wixapp_platform::api::bi" {
        /// The owner opened the app's dashboard.
        AppDashboardLoaded = "APP_DASHBOARD_LOADED",
        /// The owner finished setting the app up.
        AppFinishedConfiguration = "APP_FINISHED_CONFIGURATION",
        /// The owner bought a plan.
        AppUpgraded = "APP_UPGRADED",
        /// The owner did what the app is for.
        PrimaryActionPerformed = "PRIMARY_ACTION_PERFORMED",
        /// Something of the app's own: see [`BiEvent::custom`].
        Custom = "CUSTOM",
        /// The app charged the owner outside of Wix.
        Charge = "CHARGE",
        /// The app returned money.
        FundsReturned = "FUNDS_RETURNED",
        /// The owner finished setting the business up.
        AppFinishBusinessSetup = "APP_FINISH_BUSINESS_SETUP",
        /// The app was deployed.
        AppDeployed = "APP_DEPLOYED",
        /// The set-up is over.
        AppSetupFinished = "APP_SETUP_FINISHED",
    }
);

/// An event to report.
///
/// # Example
/// ```
/// use wixapp_platform::api::bi::{BiEvent, BiEventName};
/// let event = BiEvent::new(BiEventName::PrimaryActionPerformed).with("network", "mastodon");
/// assert_eq!(event.event_data["network"], "mastodon");
/// assert_eq!(BiEvent::custom("calendar opened").event_name, BiEventName::Custom);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BiEvent {
    /// What happened.
    pub event_name: BiEventName,
    /// The app's own name for it, with [`BiEventName::Custom`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_event_name: Option<String>,
    /// What belongs to it; no personal data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub event_data: BTreeMap<String, String>,
}

impl BiEvent {
    /// One of Wix's milestones.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::bi::{BiEvent, BiEventName};
    /// let event = BiEvent::new(BiEventName::AppUpgraded);
    /// ```
    #[must_use]
    pub fn new(name: BiEventName) -> Self {
        Self { event_name: name, custom_event_name: None, event_data: BTreeMap::new() }
    }

    /// An event of the app's own.
    ///
    /// # Example
    /// ```
    /// let event = wixapp_platform::api::bi::BiEvent::custom("calendar opened");
    /// ```
    #[must_use]
    pub fn custom(name: impl Into<String>) -> Self {
        Self { custom_event_name: Some(name.into()), ..Self::new(BiEventName::Custom) }
    }

    /// The same with one more value.
    ///
    /// # Example
    /// ```
    /// let event = wixapp_platform::api::bi::BiEvent::custom("calendar opened").with("month", "6");
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.event_data.insert(name.into(), value.into());
        self
    }
}

impl WixClient {
    /// Reports an event. Tried once: Wix counts what it gets, and nothing depends on a lost one.
    ///
    /// # Errors
    /// [`Error::is_invalid`] when Wix does not take the event; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::api::bi::{BiEvent, BiEventName};
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.report(&instance, &BiEvent::new(BiEventName::AppDashboardLoaded)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn report(&self, credential: impl Into<Credential>, event: &BiEvent) -> Result<(), Error> {
        let body = serde_json::to_value(event).expect("an event is plain text");
        self.answer(&credential.into(), &Call::new(&BI_EVENT).body(body)).await.map(drop)
    }
}
