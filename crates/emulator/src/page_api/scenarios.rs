//! Playing scenarios, and leading to single events.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::scenario::{Scenario, ScenarioRun};
use crate::view::Delivery;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Play {
    text: String,
}

/// `POST scenarios`: answers when it is over. A step that fails is part of the answer.
pub(crate) async fn play(
    State(emulator): State<Emulator>,
    Strict(play): Strict<Play>,
) -> Result<Json<ScenarioRun>, Refusal> {
    let scenario = Scenario::read(&play.text)?;
    // A client that goes away must not leave a scenario half played in the middle of a step.
    let engine = std::sync::Arc::clone(emulator.engine());
    let played = tokio::spawn(async move { engine.play(&scenario).await }).await;
    let broken = |_| {
        Refusal::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "internal", "The scenario broke down.")
    };
    played.map_err(broken)?.map(Json)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Trigger {
    event: String,
    site_id: Option<String>,
    /// Fields of the event's payload, replaced or added.
    #[serde(default)]
    r#override: Map<String, Value>,
}

/// `POST trigger`: the delivery it queued, which is sent right after.
pub(crate) async fn trigger(
    State(emulator): State<Emulator>,
    Strict(trigger): Strict<Trigger>,
) -> Result<Json<Delivery>, Refusal> {
    let Trigger { event, site_id, r#override } = trigger;
    emulator.engine().trigger(&event, site_id.as_deref(), &r#override).map(Json)
}
