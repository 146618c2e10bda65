//! Replaying a recording: where it begins, whom it is about, and its webhooks, a stretch at a time.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::clock::parse_time;
use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::recording::{MAX_SAID, RecordedLife, RecordedWebhook, Replayed};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    from: String,
}

#[derive(Serialize)]
pub(crate) struct Begun {
    now: Timestamp,
}

/// `POST replay`: brings the clock to where the recording begins.
pub(crate) async fn begin(
    State(emulator): State<Emulator>,
    Strict(begin): Strict<Begin>,
) -> Result<Json<Begun>, Refusal> {
    let from = parse_time("from", &begin.from)?;
    let engine = std::sync::Arc::clone(emulator.engine());
    unbroken(async move { engine.begin_replay(from).await }).await.map(|now| Json(Begun { now }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instances {
    instances: Vec<RecordedLife>,
}

#[derive(Serialize)]
pub(crate) struct Added {
    instances: usize,
}

/// `POST replay/instances`: makes recorded instances known; what comes of one that is known already is added to it.
pub(crate) async fn instances(
    State(emulator): State<Emulator>,
    Strict(body): Strict<Instances>,
) -> Result<Json<Added>, Refusal> {
    let too_long = |life: &RecordedLife| life.past.said.len().max(life.past.presence.len()) > MAX_SAID;
    if body.instances.iter().any(too_long) {
        return Err(Refusal::invalid(format!(
            "A piece of an instance's life has at most {MAX_SAID} moments."
        )));
    }
    emulator.engine().add_recorded(body.instances).map(|instances| Json(Added { instances }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhooks {
    webhooks: Vec<RecordedWebhook>,
    /// Where the clock goes afterwards.
    until: Option<String>,
}

/// `POST replay/webhooks`: answers when they were sent.
pub(crate) async fn webhooks(
    State(emulator): State<Emulator>,
    Strict(body): Strict<Webhooks>,
) -> Result<Json<Replayed>, Refusal> {
    let until = body.until.as_deref().map(|text| parse_time("until", text)).transpose()?;
    let engine = std::sync::Arc::clone(emulator.engine());
    unbroken(async move { engine.replay(&body.webhooks, until).await }).await.map(Json)
}

/// A client that goes away must not leave a replay half done in the middle of a step.
async fn unbroken<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Result<T, Refusal> {
    let broken =
        |_| Refusal::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "internal", "The replay broke down.");
    tokio::spawn(work).await.map_err(broken)?
}
