//! `POST /apps/v1/checkout` and `GET /apps/v1/checkout/history` (wix-protocol §5).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use wixapp_core::fact::{BillingCycle, InvoiceStatus};

use super::app_token::AppToken;
use crate::Emulator;
use crate::checkout::CheckoutOrder;
use crate::error::Refusal;
use crate::event::wix_time;
use crate::http::body::Strict;
use crate::http::reply::{Wix, WixError, WixPart};
use crate::world::invoice::Invoice;
use crate::world::settings::Permission;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckoutReply {
    checkout_url: String,
    token: String,
}

/// Opens a checkout page that lives 48 hours.
pub(crate) async fn checkout(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<AppToken>,
    Wix(Strict(order)): Wix<Strict<CheckoutOrder>>,
) -> Result<Json<CheckoutReply>, WixError> {
    app.require_app_or_user()?;
    app.require(emulator.engine(), Permission::ManageYourApp)?;
    if !emulator.engine().read(|world| world.settings.external_pricing_page) {
        let message =
            "The app has no external pricing page: set one in its settings before asking for checkouts.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "external_pricing_page_disabled", message).into());
    }
    let opened = emulator.engine().open_checkout(&app.instance_id, order)?;
    let checkout_url = emulator.engine().page(&format!("/checkout/{}", opened.token));
    Ok(Json(CheckoutReply { checkout_url, token: opened.token }))
}

#[derive(Serialize)]
pub(crate) struct History {
    purchases: Vec<Purchase>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Purchase {
    product_id: String,
    price: String,
    currency: String,
    billing_cycle: BillingCycle,
    date_created: String,
}

impl From<&Invoice> for Purchase {
    fn from(invoice: &Invoice) -> Self {
        Self {
            product_id: invoice.product_id.clone(),
            price: invoice.price.clone(),
            currency: invoice.currency.clone(),
            billing_cycle: invoice.cycle.clone(),
            date_created: wix_time(invoice.at),
        }
    }
}

/// The plans this site bought, oldest first. A renewal is no purchase.
pub(crate) async fn history(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<AppToken>,
) -> Result<Json<History>, WixError> {
    app.require_app_or_user()?;
    app.require(emulator.engine(), Permission::ManageYourApp)?;
    let purchases = emulator.engine().read(|world| {
        let bought = world
            .invoices
            .iter()
            .filter(|invoice| invoice.instance_id == app.instance_id && !invoice.renewal)
            .filter(|invoice| invoice.status != InvoiceStatus::PaymentFailed);
        bought.map(Purchase::from).collect()
    });
    Ok(Json(History { purchases }))
}
