//! `POST /apps/v1/checkout`, `GET /apps/v1/checkout/history` (wix-protocol §5) and `GET /apps/v1/metered-billing-charges`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wixapp_core::fact::{BillingCycle, InvoiceStatus};

use super::permitted::{ManageYourApp, Permitted};
use crate::Emulator;
use crate::checkout::CheckoutOrder;
use crate::error::Refusal;
use crate::event::wix_time;
use crate::http::body::Strict;
use crate::http::part::Params;
use crate::http::reply::{Wix, WixError, WixPart};
use crate::page_api::parse_time;
use crate::world::charge::Charge;
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
    WixPart(app): WixPart<Permitted<ManageYourApp>>,
    Wix(Strict(order)): Wix<Strict<CheckoutOrder>>,
) -> Result<Json<CheckoutReply>, WixError> {
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
    WixPart(app): WixPart<Permitted<ManageYourApp>>,
) -> Result<Json<History>, WixError> {
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stretch {
    currency: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
}

/// What the app would charge: its service plugin is asked, and nothing is invoiced.
pub(crate) async fn metered(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ManageYourApp>>,
    WixPart(Params(query)): WixPart<Params<Stretch>>,
) -> Result<Json<Value>, WixError> {
    let engine = emulator.engine();
    let sold_in = engine.config.catalog.currency();
    if query.currency.is_some_and(|currency| !currency.eq_ignore_ascii_case(sold_in)) {
        return Err(Refusal::invalid(format!("`currency` must be {sold_in}, in which the app sells.")).into());
    }
    let time = |field: &str, text: Option<String>| text.map(|text| parse_time(field, &text)).transpose();
    let period = (time("startDate", query.start_date)?, time("endDate", query.end_date)?);
    let charged = engine.preview_charges(app.instance_id.as_str(), period).await?;
    let shown = |charge: &Charge| json!({ "id": charge.charge_id, "description": charge.description, "amount": charge.amount });
    Ok(Json(json!({ "charges": charged.charges.iter().map(shown).collect::<Vec<_>>() })))
}
