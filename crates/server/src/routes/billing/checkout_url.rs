//! `POST billing/checkout-url`: opens a checkout at Wix.

use std::sync::Arc;

use axum::extract::State;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_core::{BillingCycle, CheckoutId, ErrorCode, Plan, PlanId};
use wixapp_platform::CheckoutRequest;
use wixapp_store::{Checkout, CheckoutState, Want};

use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidJson, ensure_installed};
use crate::reply::Reply;
use crate::routes::billing::plans;
use crate::state::App;

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
    /// Wix's page to pay on.
    pub checkout_url: String,
}

impl PayBy {
    fn cycle(self) -> BillingCycle {
        match self {
            Self::Monthly => BillingCycle::Monthly,
            Self::Yearly => BillingCycle::Yearly,
        }
    }
}

/// Opens a checkout for a higher plan and returns Wix's page to pay on.
#[utoipa::path(post, path = "/billing/checkout-url", tag = "billing", operation_id = "billing_checkout_url", request_body = CheckoutUrlRequest, responses(
    (status = 200, body = Reply<CheckoutUrl>),
    (status = 409, description = "`already_on_plan` or `downgrade_not_sold`", body = crate::error::Refusal),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidJson { value: request, .. }: ValidJson<CheckoutUrlRequest>,
) -> Result<Reply<CheckoutUrl>, ApiError> {
    check_codes(&request)?;
    let plan = sellable(&app, &session, &request.plan_id).await?;
    let now = app.clock.now();
    let checkout_id = CheckoutId::new(now, app.random());
    let cycle = request.billing_cycle.cycle();
    let wanted = CheckoutRequest {
        success_url: Some(success_url(&app, &session, &checkout_id)),
        test_checkout: app.config.billing.test_checkout,
        billing_cycle: Some(cycle.clone()),
        country_code: request.country_code,
        language_code: request.language_code,
        coupon_code: request.coupon_code,
        ..CheckoutRequest::new(plan.product_id())
    };
    let opened = app.wix.checkout_url(&session.instance_id, &wanted).await.map_err(refused)?;
    let checkout = Checkout {
        checkout_id: checkout_id.clone(),
        instance_id: session.instance_id.clone(),
        plan_id: plan.id.clone(),
        billing_cycle: cycle,
        url: opened.checkout_url.clone(),
        state: CheckoutState::Open,
        created_at: now,
        expires_at: now.saturating_add(LIFETIME).unwrap_or(now),
        completed_at: None,
    };
    remember(&app, checkout).await?;
    Ok(Reply::new(CheckoutUrl { checkout_id, checkout_url: opened.checkout_url }))
}

/// The older address of the same operation.
#[utoipa::path(post, path = "/api/billing/checkout-url", tag = "billing", operation_id = "billing_checkout_url_older",
    request_body = CheckoutUrlRequest, responses(
        (status = 200, body = Reply<CheckoutUrl>),
        (status = 409, description = "`already_on_plan` or `downgrade_not_sold`", body = crate::error::Refusal),
    ))]
pub async fn older(
    app: State<Arc<App>>,
    session: OwnerSession,
    request: ValidJson<CheckoutUrlRequest>,
) -> Result<Reply<CheckoutUrl>, ApiError> {
    handle(app, session, request).await
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
async fn sellable<'a>(app: &'a App, session: &OwnerSession, id: &PlanId) -> Result<&'a Plan, ApiError> {
    let plan = app.catalog.find(id).filter(|plan| !plan.custom && !plan.is_free());
    let current = plans::current(app, session, ensure_installed).await?;
    let Some(plan) = plan else {
        let names: Vec<_> =
            app.catalog.plans().iter().filter(|p| !p.is_free() && !p.custom).map(|p| p.id.as_str()).collect();
        return Err(ApiError::invalid(format!("`{id}` is not a plan that can be bought."))
            .with_hint(format!("Plans that can be bought: {}.", names.join(", "))));
    };
    match plan.rank.cmp(&current.rank) {
        std::cmp::Ordering::Greater => Ok(plan),
        std::cmp::Ordering::Equal => Err(ApiError::new(ErrorCode::AlreadyOnPlan)),
        std::cmp::Ordering::Less => Err(ApiError::new(ErrorCode::DowngradeNotSold).with_message(format!(
            "You are on {}; a lower plan is chosen in Wix under Manage Apps.",
            current.name
        ))),
    }
}

fn check_codes(request: &CheckoutUrlRequest) -> Result<(), ApiError> {
    let two_letters = |code: &Option<String>, field: &str| match code {
        Some(code) if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_alphabetic()) => {
            Err(ApiError::invalid(format!("`{field}` must be two letters.")))
        }
        _ => Ok(()),
    };
    two_letters(&request.language_code, "languageCode")?;
    two_letters(&request.country_code, "countryCode")?;
    match &request.coupon_code {
        Some(coupon)
            if coupon.is_empty() || coupon.len() > 64 || !coupon.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            Err(ApiError::invalid("`couponCode` must be 1 to 64 printable characters."))
        }
        _ => Ok(()),
    }
}

/// The page of our app in the Wix dashboard. Nothing the caller sends is part of it, so it can lead nowhere else.
fn success_url(app: &App, session: &OwnerSession, checkout_id: &CheckoutId) -> String {
    let dashboard = app.config.wix.dashboard_url.trim_end_matches('/');
    let app_id = &app.config.wix.app_id;
    match session.site_id.as_deref().filter(|site| site.parse::<wixapp_core::InstanceId>().is_ok()) {
        Some(site) => {
            format!("{dashboard}/dashboard/{site}/app/{app_id}?payment=success&checkout={checkout_id}")
        }
        None => format!("{dashboard}/account/sites?payment=success&checkout={checkout_id}"),
    }
}
