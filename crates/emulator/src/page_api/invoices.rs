//! The invoices of an installed app, and what an owner or a bank does with them.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use wixapp_core::fact::InvoiceStatus;

use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::http::part::Segment;
use crate::view::Invoice;

#[derive(Serialize)]
pub(crate) struct Invoices {
    invoices: Vec<Invoice>,
}

/// `GET instances/{instanceId}/invoices`: newest first.
pub(crate) async fn list(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
) -> Result<Json<Invoices>, Refusal> {
    Ok(Json(Invoices { invoices: emulator.engine().invoices(&instance_id)? }))
}

/// `POST invoices/{invoiceId}/pay`
pub(crate) async fn pay(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    _: NoBody,
) -> Result<Json<Invoice>, Refusal> {
    let engine = emulator.engine();
    engine.change_invoice(&id, |world| world.pay_invoice(&id, engine.now())).map(Json)
}

/// `POST invoices/{invoiceId}/fail`
pub(crate) async fn fail(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    _: NoBody,
) -> Result<Json<Invoice>, Refusal> {
    let engine = emulator.engine();
    engine.change_invoice(&id, |world| world.fail_invoice(&id, engine.now())).map(Json)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GiveBack {
    #[serde(default)]
    end_plan: bool,
}

/// `POST invoices/{invoiceId}/refund`
pub(crate) async fn refund(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    Strict(body): Strict<GiveBack>,
) -> Result<Json<Invoice>, Refusal> {
    give_back(&emulator, &id, InvoiceStatus::Refunded, &body)
}

/// `POST invoices/{invoiceId}/charge-back`
pub(crate) async fn charge_back(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    Strict(body): Strict<GiveBack>,
) -> Result<Json<Invoice>, Refusal> {
    give_back(&emulator, &id, InvoiceStatus::ChargedBack, &body)
}

fn give_back(
    emulator: &Emulator,
    id: &str,
    status: InvoiceStatus,
    body: &GiveBack,
) -> Result<Json<Invoice>, Refusal> {
    let engine = emulator.engine();
    engine.change_invoice(id, |world| world.give_back(id, status, body.end_plan, engine.now())).map(Json)
}
