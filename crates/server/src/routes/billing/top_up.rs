//! `billing/top-ups`: credits that are bought once and never expire.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_core::catalog::TopUp;
use wixapp_core::{BillingCycle, BillingSource};

use super::checkout_url::{CheckoutUrl, Order, Texts, nothing_sold, open, opened_once};
use super::plans;
use super::words::{Words, by_language};
use crate::billing_source::{self, Product};
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession, ValidJson, ensure_installed};
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
    /// Its words in other languages, by language: `de`, `pt-br`.
    pub translations: BTreeMap<String, Words>,
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
            translations: by_language(&top_up.translations, &top_up.name, &[]),
        }
    }
}

/// Whether the source sells the top-up at all.
fn is_sold(top_up: &TopUp, source: BillingSource) -> bool {
    match source {
        BillingSource::Wix => true,
        BillingSource::Stripe => top_up.stripe_price.is_some(),
        BillingSource::None => false,
    }
}

/// The credits that can be bought beside a plan, where this site buys.
#[utoipa::path(get, path = "/billing/top-ups", tag = "billing", operation_id = "billing_top_ups", responses(
    (status = 200, body = Reply<TopUps>),
))]
pub async fn list(State(app): State<Arc<App>>, session: OwnerSession) -> Result<Reply<TopUps>, ApiError> {
    let source = billing_source::of(&app, &session.instance_id).await?;
    let sold = app.catalog.top_ups().iter().filter(|top_up| is_sold(top_up, source));
    let top_ups = sold.map(TopUpView::new).collect();
    Ok(Reply::new(TopUps { currency: app.catalog.currency().to_owned(), top_ups }))
}

/// Opens a checkout for a top-up and returns the page to pay on: Wix's, or Stripe's. Each payment counts once.
///
/// The checkout is one like any other: `billing/checkout/{checkoutId}` tells of it, with the top-up's id as its plan.
#[utoipa::path(post, path = "/billing/top-ups/checkout-url", tag = "billing", operation_id = "billing_top_up_checkout_url",
    request_body = TopUpRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this checkout: a repetition gets the same page")),
    responses(
        (status = 200, body = Reply<CheckoutUrl>),
        (status = 409, description = "`conflict` when nothing is sold to this site", body = crate::error::Refusal),
    ))]
pub async fn checkout_url(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: Option<IdempotencyKey>,
    ValidJson { value: request, bytes }: ValidJson<TopUpRequest>,
) -> Result<Response, ApiError> {
    let work = Box::pin(open_top_up(&app, &session, request));
    opened_once(&app, &session, key, &bytes, work).await
}

async fn open_top_up(
    app: &App,
    session: &OwnerSession,
    request: TopUpRequest,
) -> Result<CheckoutUrl, ApiError> {
    let texts = Texts::new(request.coupon_code, request.language_code, request.country_code)?;
    plans::current(app, session, ensure_installed).await?;
    let source = billing_source::of(app, &session.instance_id).await?;
    if source == BillingSource::None {
        return Err(nothing_sold());
    }
    let mut sold = app.catalog.top_ups().iter().filter(|top_up| is_sold(top_up, source));
    let found = sold.find(|top_up| top_up.id == request.top_up_id);
    let sold = found.and_then(|top_up| Some((top_up, top_up.id.parse().ok()?)));
    let (top_up, id) = sold.ok_or_else(|| {
        ApiError::invalid("There is no such top-up.").with_hint("`billing/top-ups` lists what can be bought.")
    })?;
    let order = Order { product: Product::TopUp(top_up), id, cycle: BillingCycle::OneTime, texts };
    open(app, session, order).await
}
