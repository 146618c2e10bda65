//! `billing/top-ups`: credits that are bought once and never expire.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_core::BillingCycle;
use wixapp_core::catalog::TopUp;

use super::checkout_url::{CheckoutUrl, Order, Texts, open};
use super::plans;
use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidJson, ensure_installed};
use crate::reply::Reply;
use crate::state::App;

/// What can be bought once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopUps {
    /// The currency of all prices.
    pub currency: String,
    /// The top-ups, as the catalogue lists them.
    pub top_ups: Vec<TopUpView>,
}

/// Credits that can be bought once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopUpView {
    /// The top-up's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many credits; they never expire.
    pub credits: i64,
    /// The price, as a decimal text.
    pub price: String,
}

/// Which top-up to buy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TopUpRequest {
    /// The top-up's id.
    #[schema(min_length = 1, max_length = 128)]
    top_up_id: String,
    /// A coupon to try.
    #[schema(min_length = 1, max_length = 64)]
    coupon_code: Option<String>,
    /// The language of the checkout page, two letters.
    #[schema(pattern = "^[A-Za-z]{2}$")]
    language_code: Option<String>,
    /// The payer's country, two letters.
    #[schema(pattern = "^[A-Za-z]{2}$")]
    country_code: Option<String>,
}

impl TopUpView {
    fn new(top_up: &TopUp) -> Self {
        Self {
            id: top_up.id.clone(),
            name: top_up.name.clone(),
            credits: top_up.credits.get(),
            price: top_up.price.clone(),
        }
    }
}

/// The credits that can be bought beside a plan.
#[utoipa::path(get, path = "/billing/top-ups", tag = "billing", operation_id = "billing_top_ups", responses(
    (status = 200, body = Reply<TopUps>),
))]
pub async fn list(State(app): State<Arc<App>>, _: OwnerSession) -> Result<Reply<TopUps>, ApiError> {
    let top_ups = app.catalog.top_ups().iter().map(TopUpView::new).collect();
    Ok(Reply::new(TopUps { currency: app.catalog.currency().to_owned(), top_ups }))
}

/// Opens a checkout for a top-up and returns Wix's page to pay on. The credits are given once for each paid invoice.
///
/// The checkout is one like any other: `billing/checkout/{checkoutId}` tells of it, with the top-up's id as its plan.
#[utoipa::path(post, path = "/billing/top-ups/checkout-url", tag = "billing", operation_id = "billing_top_up_checkout_url",
    request_body = TopUpRequest, responses((status = 200, body = Reply<CheckoutUrl>)))]
pub async fn checkout_url(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidJson { value: request, .. }: ValidJson<TopUpRequest>,
) -> Result<Reply<CheckoutUrl>, ApiError> {
    plans::current(&app, &session, ensure_installed).await?;
    let found = app.catalog.top_ups().iter().find(|top_up| top_up.id == request.top_up_id);
    let sold = found.and_then(|top_up| Some((top_up, top_up.id.parse().ok()?)));
    let (top_up, id) = sold.ok_or_else(|| {
        ApiError::invalid("There is no such top-up.").with_hint("`billing/top-ups` lists what can be bought.")
    })?;
    let order = Order {
        plan: None,
        product_id: top_up.product_id(),
        id,
        cycle: BillingCycle::OneTime,
        texts: Texts {
            coupon_code: request.coupon_code,
            language_code: request.language_code,
            country_code: request.country_code,
        },
    };
    open(&app, &session, order).await.map(Reply::new)
}
