//! `POST /apps/v1/bi-event`: what the app reports for Wix's own statistics (wix-protocol §7).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::permitted::{ManageYourApp, Permitted};
use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::reply::{Wix, WixError, WixPart};
use crate::world::report::BiEvent;

/// The kinds of event the official package knows.
const NAMES: [&str; 10] = [
    "APP_DASHBOARD_LOADED",
    "APP_FINISHED_CONFIGURATION",
    "APP_UPGRADED",
    "PRIMARY_ACTION_PERFORMED",
    "CUSTOM",
    "CHARGE",
    "FUNDS_RETURNED",
    "APP_FINISH_BUSINESS_SETUP",
    "APP_DEPLOYED",
    "APP_SETUP_FINISHED",
];

/// How many entries `eventData` has, and how long its names and values are.
const MAX_ENTRIES: usize = 50;
const MAX_TEXT: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BiRequest {
    event_name: String,
    custom_event_name: Option<String>,
    event_data: Option<BTreeMap<String, String>>,
}

impl BiRequest {
    fn check(&self) -> Result<(), Refusal> {
        if !NAMES.contains(&self.event_name.as_str()) {
            return Err(Refusal::invalid(format!("`eventName` must be one of {}.", NAMES.join(", "))));
        }
        let named = self.custom_event_name.as_deref().is_some_and(|name| !name.trim().is_empty());
        if self.event_name == "CUSTOM" && !named {
            return Err(Refusal::invalid(
                "`customEventName` is missing: an event of kind CUSTOM needs a name.",
            ));
        }
        let mut texts = self.event_data.iter().flatten().flat_map(|(name, value)| [name, value]);
        let fits = |text: &String| text.chars().count() <= MAX_TEXT;
        let few = self.event_data.as_ref().is_none_or(|data| data.len() <= MAX_ENTRIES);
        if !few || !texts.all(fits) || !self.custom_event_name.as_ref().is_none_or(fits) {
            return Err(Refusal::invalid(format!(
                "`eventData` has at most {MAX_ENTRIES} entries, and no text has more than {MAX_TEXT} characters."
            )));
        }
        Ok(())
    }
}

/// Notes the event; the inspector shows it.
pub(crate) async fn report(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ManageYourApp>>,
    Wix(Strict(request)): Wix<Strict<BiRequest>>,
) -> Result<Json<Value>, WixError> {
    let engine = emulator.engine();
    request.check()?;
    engine.change(|world| {
        let event = BiEvent {
            id: world.seed.next_guid(),
            instance_id: app.instance_id.clone(),
            event_name: request.event_name,
            custom_event_name: request.custom_event_name,
            event_data: request.event_data.unwrap_or_default(),
            at: engine.now(),
        };
        world.bi_events.push_back(event);
        Ok(())
    })?;
    Ok(Json(json!({})))
}
