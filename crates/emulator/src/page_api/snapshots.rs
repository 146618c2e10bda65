//! Snapshots: save, list, restore.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::http::part::Segment;
use crate::snapshot::Snapshot;

#[derive(Serialize)]
pub(crate) struct Snapshots {
    snapshots: Vec<Snapshot>,
}

/// `GET snapshots`: the earliest first.
pub(crate) async fn list(State(emulator): State<Emulator>) -> Result<Json<Snapshots>, Refusal> {
    emulator.engine().list_snapshots().map(|snapshots| Json(Snapshots { snapshots }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Save {
    name: String,
    /// Whether a snapshot of that name makes room.
    #[serde(default)]
    replace: bool,
}

/// `POST snapshots`
pub(crate) async fn save(
    State(emulator): State<Emulator>,
    Strict(save): Strict<Save>,
) -> Result<Json<Snapshot>, Refusal> {
    emulator.engine().save_snapshot(&save.name, save.replace).await.map(Json)
}

/// `POST snapshots/{name}/restore`
pub(crate) async fn restore(
    State(emulator): State<Emulator>,
    Segment(name): Segment<String>,
    _: NoBody,
) -> Result<Json<Snapshot>, Refusal> {
    emulator.engine().restore_snapshot(&name).await.map(Json)
}
