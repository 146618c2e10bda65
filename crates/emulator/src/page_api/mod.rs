//! The API of the platform's own pages, under `/_emulator`.

mod chaos;
mod charges;
mod checkout;
mod clock;
mod deliveries;
mod invoices;
mod plan;
mod records;
mod replay;
mod scenarios;
mod settings;
mod sites;
mod snapshots;
mod state;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::guard::own_pages_only;

pub(crate) use self::clock::parse_time;

pub(crate) fn routes(emulator: &Emulator) -> Router<Emulator> {
    let routes = Router::new()
        .route("/state", get(state::get))
        .route("/sites/{site_id}/install", post(sites::install))
        .route("/sites/{site_id}/uninstall", post(sites::uninstall))
        .route("/sites/{site_id}/app-frame", get(sites::app_frame))
        .route("/sites/{site_id}/duplicate", post(sites::duplicate))
        .route("/sites/{site_id}/transfer", post(sites::transfer))
        .route("/sites/{site_id}/access-token", post(sites::access_token))
        .route("/sites/{site_id}/install-link", post(sites::install_link))
        .route("/instances/{instance_id}/auto-renew", post(plan::auto_renew))
        .route("/instances/{instance_id}/checkout", post(plan::checkout))
        .route("/instances/{instance_id}/end-plan", post(plan::end))
        .route("/instances/{instance_id}/card", post(plan::card))
        .route("/instances/{instance_id}/charges", get(charges::list).post(charges::ask))
        .route("/instances/{instance_id}/charges/limit", post(charges::ask_limit))
        .route("/instances/{instance_id}/charges/raise-limit", post(charges::raise_limit))
        .route("/instances/{instance_id}/usages", post(charges::ask_usages))
        .route("/invoices/{invoice_id}/pay", post(invoices::pay))
        .route("/invoices/{invoice_id}/fail", post(invoices::fail))
        .route("/invoices/{invoice_id}/refund", post(invoices::refund))
        .route("/invoices/{invoice_id}/charge-back", post(invoices::charge_back))
        .route("/app/settings", get(settings::get).post(settings::set))
        .route("/coupons", get(settings::coupons).post(settings::put_coupon))
        .route("/bi-events", get(settings::bi_events))
        .route("/instances/{instance_id}/invoices", get(invoices::list))
        .route("/checkout/{token}", get(checkout::get))
        .route("/checkout/{token}/pay", post(checkout::pay))
        .route("/checkout/{token}/coupon", post(checkout::coupon))
        .route("/checkout/{token}/cancel", post(checkout::cancel))
        .route("/chaos", get(chaos::get).post(chaos::switch))
        .route("/clock", get(clock::get))
        .route("/clock/advance", post(clock::advance))
        .route("/clock/next-event", post(clock::next_event))
        .route("/clock/set", post(clock::set))
        .route("/clock/run", post(clock::run))
        .route("/snapshots", get(snapshots::list).post(snapshots::save))
        .route("/snapshots/{name}/restore", post(snapshots::restore))
        .route("/scenarios", post(scenarios::play))
        .route("/trigger", post(scenarios::trigger))
        .route("/replay", post(replay::begin))
        .route("/replay/instances", post(replay::instances))
        .route("/replay/webhooks", post(replay::webhooks))
        .route("/timeline", get(records::list))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/{delivery_id}", get(deliveries::get))
        .route("/deliveries/{delivery_id}/resend", post(deliveries::resend))
        .route("/live", get(crate::live::live))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(unknown)
        .layer(from_fn_with_state(emulator.clone(), own_pages_only));
    Router::new().nest("/_emulator", routes)
}

pub(crate) async fn method_not_allowed() -> Refusal {
    let message = "This address does not answer this method.";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

async fn unknown() -> Refusal {
    Refusal::not_found("There is nothing at this address.")
}
