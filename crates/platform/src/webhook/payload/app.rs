//! Installing and removing the app.

use serde::{Deserialize, Serialize};

/// `AppInstalled`.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("AppInstalled", r#"{"appId": "a-1"}"#);
/// assert!(matches!(payload, Payload::AppInstalled(event) if event.origin_instance_id.is_none()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppInstalled {
    /// The app's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The instance this one was copied from, when the site is a duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_instance_id: Option<String>,
}

/// `AppRemoved`.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("AppRemoved", r#"{"appId": "a-1"}"#);
/// assert!(matches!(payload, Payload::AppRemoved(event) if event.app_id.as_deref() == Some("a-1")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRemoved {
    /// The app's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
}
