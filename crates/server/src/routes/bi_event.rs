//! `POST bi-event`: reports to Wix what an owner did with the app.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_platform::api::bi::{BiEvent, BiEventName};

use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidJson, ensure_installed};
use crate::reply::Reply;
use crate::state::App;

const MAX_ENTRIES: usize = 50;
const MAX_NAME: usize = 100;
const MAX_VALUE: usize = 1_000;

/// What a page may say that happened. Money (`CHARGE`, `FUNDS_RETURNED`) is not among it: that is for the server to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Milestone {
    /// The owner opened the app's dashboard.
    AppDashboardLoaded,
    /// The owner finished setting the app up.
    AppFinishedConfiguration,
    /// The owner bought a plan.
    AppUpgraded,
    /// The owner did what the app is for.
    PrimaryActionPerformed,
    /// The owner finished setting the business up.
    AppFinishBusinessSetup,
    /// The set-up is over.
    AppSetupFinished,
    /// Something of the app's own, named by `customEventName`.
    Custom,
}

/// An event to report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BiEventRequest {
    /// What happened.
    #[schema(example = "PRIMARY_ACTION_PERFORMED")]
    event_name: Milestone,
    /// The app's own name for it: with `CUSTOM`, and only there.
    #[schema(min_length = 1, max_length = 100, example = "calendar opened")]
    custom_event_name: Option<String>,
    /// What belongs to it, no personal data: at most 50 entries with names of 1 to 100 characters and values of at most
    /// 1,000.
    event_data: Option<BTreeMap<String, String>>,
}

/// The event is with Wix.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reported {
    /// Always `true`.
    #[schema(example = true)]
    pub reported: bool,
}

impl Milestone {
    fn name(self) -> BiEventName {
        match self {
            Self::AppDashboardLoaded => BiEventName::AppDashboardLoaded,
            Self::AppFinishedConfiguration => BiEventName::AppFinishedConfiguration,
            Self::AppUpgraded => BiEventName::AppUpgraded,
            Self::PrimaryActionPerformed => BiEventName::PrimaryActionPerformed,
            Self::AppFinishBusinessSetup => BiEventName::AppFinishBusinessSetup,
            Self::AppSetupFinished => BiEventName::AppSetupFinished,
            Self::Custom => BiEventName::Custom,
        }
    }
}

impl BiEventRequest {
    fn event(self) -> Result<BiEvent, ApiError> {
        let is_custom = self.event_name == Milestone::Custom;
        if self.custom_event_name.is_some() != is_custom {
            return Err(ApiError::invalid("`customEventName` belongs to `CUSTOM`, and only there."));
        }
        if !self.custom_event_name.as_deref().is_none_or(|name| fits(name, 1, MAX_NAME)) {
            return Err(ApiError::invalid(
                "`customEventName` must be 1 to 100 characters, none of them a control character.",
            ));
        }
        let event_data = self.event_data.unwrap_or_default();
        let is_entry =
            |(name, value): (&String, &String)| fits(name, 1, MAX_NAME) && fits(value, 0, MAX_VALUE);
        if event_data.len() > MAX_ENTRIES || !event_data.iter().all(is_entry) {
            return Err(ApiError::invalid(
                "`eventData` has at most 50 entries, with names of 1 to 100 characters and values of at most 1,000, none \
                 of them a control character.",
            ));
        }
        Ok(BiEvent {
            event_name: self.event_name.name(),
            custom_event_name: self.custom_event_name,
            event_data,
        })
    }
}

fn fits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.chars().count()) && !text.contains(char::is_control)
}

/// Reports an event of the caller's instance to Wix, which counts it for the App Market.
///
/// It is tried once, and nothing depends on it: whoever gets no good answer lets it be.
#[utoipa::path(post, path = "/bi-event", tag = "user", operation_id = "bi_event", request_body = BiEventRequest,
    responses((status = 200, body = Reply<Reported>)))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidJson { value: request, .. }: ValidJson<BiEventRequest>,
) -> Result<Reply<Reported>, ApiError> {
    let event = request.event()?;
    let found = app.store.find_instance(&session.instance_id).await?;
    ensure_installed(&found.map(|instance| instance.profile).unwrap_or_default())?;
    app.wix.report(&session.instance_id, &event).await?;
    Ok(Reply::new(Reported { reported: true }))
}
