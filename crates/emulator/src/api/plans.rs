//! `GET /apps-plans/v1/apps-plans/{ids}`: what apps sell, by app id (wix-protocol §5).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use wixapp_core::catalog::Plan;
use wixapp_core::fact::BillingCycle;

use crate::Emulator;
use crate::checkout::{plans_on_sale, price_of};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::http::part::{Pairs, Segment};
use crate::http::reply::{WixError, WixPart};
use crate::world::coupon::{cents_of, in_words};

const MAX_APPS: usize = 100;
/// How many benefits of a plan are told.
const MAX_BENEFITS: usize = 4;

/// Needs no permission and no token: prices are public. The ids stand in the path, and the package repeats them in the
/// query.
pub(crate) async fn list(
    State(emulator): State<Emulator>,
    WixPart(Segment(ids)): WixPart<Segment<String>>,
    WixPart(Pairs(query)): WixPart<Pairs>,
) -> Result<Json<Value>, WixError> {
    let named = query.iter().filter(|(name, _)| name == "appIds").flat_map(|(_, ids)| ids.split(','));
    let mut ids: Vec<&str> = ids.split(',').chain(named).map(str::trim).filter(|id| !id.is_empty()).collect();
    ids.sort_unstable();
    ids.dedup();
    if !(1..=MAX_APPS).contains(&ids.len()) {
        return Err(Refusal::invalid(format!("`appIds` names 1 to {MAX_APPS} apps.")).into());
    }
    let engine = emulator.engine();
    // Apps that the platform does not know have no plans, and are left out.
    let apps: Vec<Value> = ids
        .into_iter()
        .filter(|id| *id == engine.config.app_id)
        .map(|id| json!({ "id": id, "plans": plans(engine) }))
        .collect();
    let currency = engine.config.catalog.currency();
    Ok(Json(json!({
        "taxSettings": { "showPriceWithTax": false, "taxType": "NOT_APPLICABLE" },
        "currency": currency,
        "currencySymbol": symbol(currency),
        "appPlans": apps,
    })))
}

fn plans(engine: &Engine) -> Vec<Value> {
    let catalog = &engine.config.catalog;
    let shown = |plan: &Plan| {
        let id = engine.read(|world| world.seed.guid_of(&format!("plan:{}", plan.id)));
        let benefits: Vec<&String> = plan.benefits.iter().take(MAX_BENEFITS).collect();
        json!({
            "id": id, "vendorId": plan.product_id(), "name": plan.name, "benefits": benefits, "prices": prices(plan),
        })
    };
    plans_on_sale(catalog).map(shown).collect()
}

/// Each price is what a month costs: a year's is divided by twelve.
fn prices(plan: &Plan) -> Vec<Value> {
    let cycles = [(BillingCycle::Monthly, "MONTH", 1), (BillingCycle::Yearly, "YEAR", 12)];
    let offered = cycles.into_iter().filter_map(|(cycle, unit, months)| {
        let price = cents_of(price_of(plan, &cycle)?).map(|cents| in_words(cents / months))?;
        Some(json!({
            "priceBeforeTax": price,
            "totalPrice": price,
            "billingCycle": { "cycleType": "RECURRING", "cycleDuration": { "unit": unit, "count": 1 } },
            "billingSource": "WIX",
        }))
    });
    offered.collect()
}

fn symbol(currency: &str) -> &str {
    match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        "ILS" => "₪",
        "INR" => "₹",
        "BRL" => "R$",
        other => other,
    }
}
