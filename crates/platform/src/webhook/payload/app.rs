//! Installing and removing the app.

use serde::{Deserialize, Serialize};

/// `AppInstalled`.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRemoved {
    /// The app's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
}
