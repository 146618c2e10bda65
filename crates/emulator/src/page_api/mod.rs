//! The API of the platform's own pages, under `/_emulator`.

mod checkout;
mod clock;
mod deliveries;
mod invoices;
mod sites;
mod state;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::Emulator;
use crate::error::Refusal;
use crate::http::guard::own_pages_only;

pub(crate) fn routes(emulator: &Emulator) -> Router<Emulator> {
    let routes = Router::new()
        .route("/state", get(state::get))
        .route("/sites/{site_id}/install", post(sites::install))
        .route("/sites/{site_id}/uninstall", post(sites::uninstall))
        .route("/sites/{site_id}/app-frame", get(sites::app_frame))
        .route("/instances/{instance_id}/auto-renew", post(sites::auto_renew))
        .route("/instances/{instance_id}/invoices", get(invoices::list))
        .route("/checkout/{token}", get(checkout::get))
        .route("/checkout/{token}/pay", post(checkout::pay))
        .route("/checkout/{token}/cancel", post(checkout::cancel))
        .route("/clock", get(clock::get))
        .route("/clock/advance", post(clock::advance))
        .route("/clock/next-event", post(clock::next_event))
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
