//! What a usage-based app charges: asking it, and the ledger of its answers.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::Emulator;
use crate::custom_charges::{Charged, Intent};
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::http::part::Segment;
use crate::world::charge::Charge;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ledger {
    enabled: bool,
    charge_limit: Option<String>,
    charges: Vec<Charge>,
}

/// `GET instances/{instanceId}/charges`: newest first.
pub(crate) async fn list(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
) -> Result<Json<Ledger>, Refusal> {
    let engine = emulator.engine();
    let unknown = || Refusal::not_found("There is no such instance of the app.");
    let ledger = engine.read(|world| {
        let (_, install) = world.find_instance(&instance_id).ok_or_else(unknown)?;
        let own = world.charges.iter().rev().filter(|charge| charge.instance_id.as_str() == instance_id);
        let enabled = engine.has_custom_charges();
        Ok(Ledger { enabled, charge_limit: install.charge_limit.clone(), charges: own.cloned().collect() })
    })?;
    Ok(Json(ledger))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limit {
    charge_limit: Option<String>,
}

/// `POST instances/{instanceId}/charges/limit`: asks the app for its limit.
pub(crate) async fn ask_limit(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
    _: NoBody,
) -> Result<Json<Limit>, Refusal> {
    Ok(Json(Limit { charge_limit: emulator.engine().ask_charge_limit(&instance_id).await? }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Raise {
    charge_limit: String,
}

/// `POST instances/{instanceId}/charges/raise-limit`
pub(crate) async fn raise_limit(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
    Strict(body): Strict<Raise>,
) -> Result<Json<Limit>, Refusal> {
    let raised = emulator.engine().raise_charge_limit(&instance_id, &body.charge_limit).await?;
    Ok(Json(Limit { charge_limit: Some(raised) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskCharges {
    intent: Intent,
}

/// `POST instances/{instanceId}/charges`: asks the app what it charges; with `CREATE_INVOICE` it is noted.
pub(crate) async fn ask(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
    Strict(body): Strict<AskCharges>,
) -> Result<Json<Charged>, Refusal> {
    emulator.engine().list_charges(&instance_id, body.intent).await.map(Json)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AskUsages {
    #[serde(default)]
    counter_ids: Vec<String>,
}

/// `POST instances/{instanceId}/usages`: asks the app how much was used, and notes it.
pub(crate) async fn ask_usages(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
    Strict(body): Strict<AskUsages>,
) -> Result<Json<Charged>, Refusal> {
    emulator.engine().list_usages(&instance_id, &body.counter_ids).await.map(Json)
}
