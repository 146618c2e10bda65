//! What apps report: events for Wix's own statistics.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wixapp_core::id::InstanceId;

/// One event an app reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BiEvent {
    /// Its id.
    pub id: String,
    /// The instance it is about.
    pub instance_id: InstanceId,
    /// The kind of event, for example `PRIMARY_ACTION_PERFORMED`.
    pub event_name: String,
    /// The app's own name of it, where the kind is `CUSTOM`.
    pub custom_event_name: Option<String>,
    /// What the app said beside it.
    pub event_data: BTreeMap<String, String>,
    /// When it was reported.
    pub at: Timestamp,
}
