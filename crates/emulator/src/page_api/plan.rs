//! What an owner does with the plan in Manage Apps: switch, cancel, end, and the card that pays.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::InstanceId;

use crate::Emulator;
use crate::checkout::CheckoutOrder;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::part::Segment;
use crate::view::{Checkout, Site};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutoRenew {
    enabled: bool,
}

/// `POST instances/{instanceId}/auto-renew`: cancels a plan or reactivates it.
pub(crate) async fn auto_renew(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
    Strict(body): Strict<AutoRenew>,
) -> Result<Json<Site>, Refusal> {
    emulator.engine().set_auto_renew(&instance_id, body.enabled).map(Json)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Switch {
    product_id: String,
    billing_cycle: BillingCycle,
}

/// `POST instances/{instanceId}/checkout`: opens a checkout for another plan, as the platform's own pricing page does. The one
/// that runs is not sold again.
pub(crate) async fn checkout(
    State(emulator): State<Emulator>,
    Segment(instance_id): Segment<String>,
    Strict(body): Strict<Switch>,
) -> Result<Json<Checkout>, Refusal> {
    let engine = emulator.engine();
    let unknown = || Refusal::not_found("There is no such instance of the app.");
    let id = InstanceId::try_from(instance_id).map_err(|_| unknown())?;
    let order = CheckoutOrder {
        product_id: body.product_id,
        billing_cycle: Some(body.billing_cycle),
        ..CheckoutOrder::default()
    };
    engine.ensure_not_running(&id, &order)?;
    let opened = engine.open_checkout(&id, order)?;
    engine.checkout_view(&opened.token).map(Json)
}

/// Why a plan ends at once.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EndReason {
    UserCancel,
    FailedPayment,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct End {
    reason: EndReason,
}

/// `POST instances/{instanceId}/end-plan`: ends it at once, and not with the period.
pub(crate) async fn end(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    Strict(body): Strict<End>,
) -> Result<Json<Site>, Refusal> {
    let engine = emulator.engine();
    let reason = match body.reason {
        EndReason::UserCancel => "USER_CANCEL",
        EndReason::FailedPayment => "FAILED_PAYMENT",
    };
    engine.change_install(&id, |world| world.end_plan(&id, reason, engine.now())).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardBody {
    fails: bool,
}

/// `POST instances/{instanceId}/card`: lets the payer's card decline, or pay again, from the next payment on.
pub(crate) async fn card(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
    Strict(body): Strict<CardBody>,
) -> Result<Json<Site>, Refusal> {
    let engine = emulator.engine();
    engine.change_install(&id, |world| world.set_card_fails(&id, body.fails, engine.now())).map(Json)
}
