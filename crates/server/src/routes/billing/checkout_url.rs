//! `POST billing/checkout-url`: opens a checkout at Wix, or wherever the instance buys.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_core::subscription::Subscription;
use wixapp_core::{BillingCycle, BillingSource, CheckoutId, ErrorCode, Plan, PlanId};
use wixapp_platform::CheckoutRequest;
use wixapp_store::{Checkout, CheckoutState, Tx, Want};

use crate::billing_source::{self, Opened, Product, Wanted};
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession, ValidJson, ensure_installed};
use crate::idempotency::{Once, answer_once};
use crate::plan_change::PlanChange;
use crate::reply::Reply;
use crate::routes::billing::plans;
use crate::state::App;
use crate::work::derive;

/// Wix's checkout page works this long (wix-protocol §5).
const LIFETIME: SignedDuration = SignedDuration::from_hours(48);

/// Which plan to buy, and how to pay it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckoutUrlRequest {
    /// The plan's id in the catalogue.
    #[schema(value_type = String, example = "starter")]
    plan_id: PlanId,
    /// `MONTHLY` or `YEARLY`.
    billing_cycle: PayBy,
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

/// How a plan can be paid on our page.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PayBy {
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// Where to pay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutUrl {
    /// Our id of this attempt; it comes back in the address after paying.
    #[schema(value_type = String)]
    pub checkout_id: CheckoutId,
    /// The page to pay on.
    pub checkout_url: String,
}

impl PayBy {
    pub(super) fn cycle(self) -> BillingCycle {
        match self {
            Self::Monthly => BillingCycle::Monthly,
            Self::Yearly => BillingCycle::Yearly,
        }
    }
}

/// Opens a checkout for a higher plan, or for a longer time on the same, and returns the page to pay on: Wix's, or Stripe's.
///
/// A lower plan and a shorter way of paying are not sold here: they are chosen in Wix, under Manage Apps, or in Stripe's
/// customer portal.
#[utoipa::path(post, path = "/billing/checkout-url", tag = "billing", operation_id = "billing_checkout_url", request_body = CheckoutUrlRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this checkout: a repetition gets the same page")),
    responses(
    (status = 200, body = Reply<CheckoutUrl>),
    (status = 409, description = "`already_on_plan`, `downgrade_not_sold` or `billing_cycle_not_sold`; `conflict` when nothing is sold to this site", body = crate::error::Refusal),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: Option<IdempotencyKey>,
    ValidJson { value: request, bytes }: ValidJson<CheckoutUrlRequest>,
) -> Result<Response, ApiError> {
    let work = Box::pin(open_plan(&app, &session, request));
    opened_once(&app, &session, key, &bytes, work).await
}

/// Opens a page to pay on, once under its key where the caller sent one: a double click opens one.
pub(super) async fn opened_once(
    app: &App,
    session: &OwnerSession,
    key: Option<IdempotencyKey>,
    bytes: &[u8],
    work: impl Future<Output = Result<CheckoutUrl, ApiError>>,
) -> Result<Response, ApiError> {
    let Some(key) = key else { return work.await.map(|opened| Reply::new(opened).into_response()) };
    let instance_id = &session.instance_id;
    let once = Once { instance_id, key: &key, request: bytes, status: StatusCode::OK };
    answer_once(app, once, work).await.map(IntoResponse::into_response)
}

async fn open_plan(
    app: &App,
    session: &OwnerSession,
    request: CheckoutUrlRequest,
) -> Result<CheckoutUrl, ApiError> {
    let cycle = request.billing_cycle.cycle();
    let texts = Texts::new(request.coupon_code, request.language_code, request.country_code)?;
    let plan = sellable(app, session, &request.plan_id, &cycle).await?;
    let order = Order { product: Product::Plan(plan), id: plan.id.clone(), cycle, texts };
    open(app, session, order).await
}

/// Something to buy.
pub(super) struct Order<'a> {
    pub(super) product: Product<'a>,
    /// The id of the plan or top-up.
    pub(super) id: PlanId,
    pub(super) cycle: BillingCycle,
    pub(super) texts: Texts,
}

/// What a payer may add; checked before anything is looked up, so that what is wrong with a request is said first.
pub(super) struct Texts {
    coupon_code: Option<String>,
    language_code: Option<String>,
    country_code: Option<String>,
}

/// Opens a checkout where the instance buys, and remembers it.
pub(super) async fn open(
    app: &App,
    session: &OwnerSession,
    order: Order<'_>,
) -> Result<CheckoutUrl, ApiError> {
    let now = app.clock.now();
    let checkout_id = CheckoutId::new(now, app.random());
    let opened = match billing_source::of(app, &session.instance_id).await? {
        BillingSource::Wix => open_at_wix(app, session, &checkout_id, &order).await?,
        BillingSource::Stripe => {
            let wanted = Wanted {
                instance_id: &session.instance_id,
                product: order.product,
                cycle: &order.cycle,
                checkout_id: &checkout_id,
                cancel_url: app_page(app, session),
                success_url: success_url(app, session, &checkout_id),
                language_code: order.texts.language_code.as_deref(),
                coupon_code: order.texts.coupon_code.as_deref(),
            };
            billing_source::open(app, &wanted).await?
        }
        BillingSource::None => return Err(nothing_sold()),
    };
    let checkout = Checkout {
        checkout_id: checkout_id.clone(),
        instance_id: session.instance_id.clone(),
        plan_id: order.id,
        billing_cycle: order.cycle,
        url: opened.url.clone(),
        state: CheckoutState::Open,
        created_at: now,
        expires_at: opened.expires_at,
        completed_at: None,
    };
    remember(app, checkout).await?;
    Ok(CheckoutUrl { checkout_id, checkout_url: opened.url })
}

async fn open_at_wix(
    app: &App,
    session: &OwnerSession,
    checkout_id: &CheckoutId,
    order: &Order<'_>,
) -> Result<Opened, ApiError> {
    let texts = &order.texts;
    let wanted = CheckoutRequest {
        success_url: Some(success_url(app, session, checkout_id)),
        test_checkout: app.config.billing.test_checkout,
        // A product that is paid once has no cycle.
        billing_cycle: Some(order.cycle.clone()).filter(|cycle| *cycle != BillingCycle::OneTime),
        country_code: texts.country_code.clone(),
        language_code: texts.language_code.clone(),
        coupon_code: texts.coupon_code.clone(),
        ..CheckoutRequest::new(order.product.product_id())
    };
    let opened = app.wix.checkout_url(&session.instance_id, &wanted).await.map_err(refused)?;
    let now = app.clock.now();
    Ok(Opened { url: opened.checkout_url, expires_at: now.saturating_add(LIFETIME).unwrap_or(now) })
}

pub(super) fn nothing_sold() -> ApiError {
    ApiError::new(ErrorCode::Conflict)
        .with_message("Nothing is sold to this site: its plan is given by hand.")
}

/// The older address of the same operation.
#[utoipa::path(post, path = "/api/billing/checkout-url", tag = "billing", operation_id = "billing_checkout_url_older",
    request_body = CheckoutUrlRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this checkout: a repetition gets the same page")),
    responses(
        (status = 200, body = Reply<CheckoutUrl>),
        (status = 409, description = "`already_on_plan`, `downgrade_not_sold` or `billing_cycle_not_sold`; `conflict` when nothing is sold to this site", body = crate::error::Refusal),
    ))]
pub async fn older(
    app: State<Arc<App>>,
    session: OwnerSession,
    key: Option<IdempotencyKey>,
    request: ValidJson<CheckoutUrlRequest>,
) -> Result<Response, ApiError> {
    handle(app, session, key, request).await
}

/// Stores the new checkout; the ones that were open before are over.
async fn remember(app: &App, checkout: Checkout) -> Result<(), ApiError> {
    let (instance_id, now) = (checkout.instance_id.clone(), checkout.created_at);
    let decided = app.store.transact(&instance_id, Want::money().open_checkouts(), now, move |tx| {
        for mut old in tx.open_checkouts.clone() {
            old.state = if old.expires_at <= now { CheckoutState::Expired } else { CheckoutState::Dismissed };
            old.completed_at = Some(now);
            tx.end_checkout(&old);
        }
        tx.open_checkout(checkout.clone());
        Ok::<(), ApiError>(())
    });
    decided.await?
}

/// What Wix refuses because of the request is the caller's to change, and no failure of Wix.
fn refused(error: wixapp_platform::Error) -> ApiError {
    match error.status() {
        Some(400 | 422) => ApiError::invalid(
            "Wix did not take this checkout: check the coupon, the language and the country.",
        ),
        Some(403 | 404) => ApiError::new(ErrorCode::Forbidden).with_message(
            "Wix does not open a checkout for this site: the app may have been removed from it.",
        ),
        _ => error.into(),
    }
}

/// The plan, if our page may sell it to this instance now.
async fn sellable<'a>(
    app: &'a App,
    session: &OwnerSession,
    id: &PlanId,
    cycle: &BillingCycle,
) -> Result<&'a Plan, ApiError> {
    let source = billing_source::of(app, &session.instance_id).await?;
    let plan = app.catalog.find(id).filter(|plan| !plan.custom && !plan.is_free());
    let (current, subscription) = plans::current(app, session, ensure_installed).await?;
    let now_on = subscription.unwrap_or_else(|| Subscription::free(current.id.clone()));
    let paid = paid(app, session, &now_on).await?;
    if source == BillingSource::None {
        return Err(nothing_sold());
    }
    let plan = plan.filter(|plan| plans::is_sold(plan, source));
    let plan = plan.ok_or_else(|| super::not_on_sale(&app.catalog, id))?;
    let change = PlanChange::new(&app.catalog, &now_on, &paid, plan, cycle);
    match change.refusal(source) {
        Some(refusal) => Err(refusal),
        None => Ok(plan),
    }
}

/// What of the plan in force is paid: only below a plan that was given may that be another.
async fn paid(app: &App, session: &OwnerSession, now_on: &Subscription) -> Result<Subscription, ApiError> {
    if !now_on.is_given() {
        return Ok(now_on.clone());
    }
    let (catalog, policy, now) = (app.catalog.clone(), app.policy, app.clock.now());
    let look = move |tx: &Tx| derive::paid(tx, &catalog, policy, now);
    Ok(app.store.look(&session.instance_id, Want::money().facts(), now, look).await?)
}

impl Texts {
    pub(super) fn new(
        coupon_code: Option<String>,
        language_code: Option<String>,
        country_code: Option<String>,
    ) -> Result<Self, ApiError> {
        let two_letters = |code: &Option<String>, field: &str| match code {
            Some(code) if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Err(ApiError::invalid(format!("`{field}` must be two letters.")))
            }
            _ => Ok(()),
        };
        two_letters(&language_code, "languageCode")?;
        two_letters(&country_code, "countryCode")?;
        let printable =
            |text: &str| (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if !coupon_code.as_deref().is_none_or(printable) {
            return Err(ApiError::invalid("`couponCode` must be 1 to 64 printable characters."));
        }
        Ok(Self { coupon_code, language_code, country_code })
    }
}

/// The page of our app in the Wix dashboard. Nothing the caller sends is part of it, so it can lead nowhere else.
fn success_url(app: &App, session: &OwnerSession, checkout_id: &CheckoutId) -> String {
    format!("{}?payment=success&checkout={checkout_id}", app_page(app, session))
}

/// The page of our app in the Wix dashboard.
pub(crate) fn app_page(app: &App, session: &OwnerSession) -> String {
    let dashboard = app.config.wix.dashboard_url.trim_end_matches('/');
    let app_id = &app.config.wix.app_id;
    match session.site_id.as_deref().filter(|site| site.parse::<wixapp_core::InstanceId>().is_ok()) {
        Some(site) => format!("{dashboard}/dashboard/{site}/app/{app_id}"),
        None => format!("{dashboard}/account/sites"),
    }
}
