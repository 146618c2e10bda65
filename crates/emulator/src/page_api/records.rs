//! The inspector's time line: what the platform noted and what the app shows, in one order.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use wixapp_core::input::Whole;

use crate::Emulator;
use crate::error::Refusal;
use crate::http::part::Params;
use crate::record::{Kind, Record};

/// How many lines there are when a page does not say.
const USUAL_LIMIT: i64 = 200;

const KINDS: [(&str, Kind); 6] = [
    ("request", Kind::Request),
    ("token", Kind::Token),
    ("delivery", Kind::Delivery),
    ("ledger", Kind::Ledger),
    ("job", Kind::Job),
    ("platform", Kind::Platform),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Query {
    limit: Option<Whole<1, 1_000>>,
    /// Kinds, separated by commas; all of them by default.
    kinds: Option<String>,
    instance_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timeline {
    /// Newest first.
    records: Vec<Record>,
    /// Whether the app told of its ledger and its jobs.
    app_answers: bool,
}

/// `GET timeline?limit=&kinds=&instanceId=`
pub(crate) async fn list(
    State(emulator): State<Emulator>,
    Params(query): Params<Query>,
) -> Result<Json<Timeline>, Refusal> {
    let engine = emulator.engine();
    let kinds = kinds(query.kinds.as_deref())?;
    let instance = query.instance_id.as_deref();
    let wanted = |record: &Record| {
        kinds.contains(&record.kind)
            && instance.is_none_or(|id| record.instance_id.as_ref().is_some_and(|of| of.as_str() == id))
    };
    let mut records = engine.records(wanted);
    let of_app = kinds.iter().any(|kind| matches!(kind, Kind::Ledger | Kind::Job));
    let app = if of_app { engine.app_records(instance).await } else { Default::default() };
    records.extend(app.records.into_iter().filter(wanted));
    // Stable: what the platform noted at one moment comes before what the app made of it.
    records.sort_by_key(|record| record.at);
    records.reverse();
    records.truncate(usize::try_from(query.limit.map_or(USUAL_LIMIT, Whole::get)).unwrap_or_default());
    Ok(Json(Timeline { records, app_answers: app.answered }))
}

fn kinds(text: Option<&str>) -> Result<Vec<Kind>, Refusal> {
    let Some(text) = text else { return Ok(KINDS.iter().map(|(_, kind)| *kind).collect()) };
    let find = |name: &str| KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
    let names = KINDS.map(|(name, _)| name).join(", ");
    let unknown = || Refusal::invalid(format!("`kinds` has names of {names}, separated by commas."));
    text.split(',').map(|name| find(name).ok_or_else(unknown)).collect()
}
