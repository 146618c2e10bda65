//! `POST /apps/v1/checkout` and `GET /apps/v1/checkout/history` (wix-protocol §5).

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use wixapp_core::fact::BillingCycle;

use super::app_token::AppToken;
use crate::Emulator;
use crate::checkout::CheckoutOrder;
use crate::event::wix_time;
use crate::http::body::Strict;
use crate::http::reply::{Wix, WixError, WixPart};
use crate::world::invoice::Invoice;

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
) -> Json<History> {
    let purchases = emulator.engine().read(|world| {
        let bought = world
            .invoices
            .iter()
            .filter(|invoice| invoice.instance_id == app.instance_id && !invoice.renewal);
        bought.map(Purchase::from).collect()
    });
    Json(History { purchases })
}
