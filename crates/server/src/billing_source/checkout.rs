//! Selling through Stripe: a checkout for who has no plan yet, the portal for who has one.

use jiff::SignedDuration;
use wixapp_core::catalog::TopUp;
use wixapp_core::clock::Timestamp;
use wixapp_core::{BillingCycle, BillingSource, CheckoutId, ErrorCode, InstanceId, Plan};
use wixapp_store::StripeLink;
use wixapp_stripe::event::{Metadata, Subscription};
use wixapp_stripe::{CheckoutMode, NewCheckout, PlanChange};

use super::{StripeSide, answer};
use crate::error::ApiError;
use crate::state::App;
use crate::work::reconcile;

/// A page of the portal works this long once it was opened.
const PORTAL_LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// A checkout works this long when Stripe does not say.
const CHECKOUT_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// The turn of an instance to open a page. No idempotency key has a space in it.
const TURN: &str = "a page of Stripe";
/// What a payer is told whose page had to give way.
const ANOTHER: &str = "Another page to pay on is being opened for this site. Try again in a moment.";
/// More pages than can be opened for one instance in one moment.
const AT_ONCE: i64 = 8;

/// What is to be bought.
pub(crate) struct Wanted<'a> {
    pub(crate) instance_id: &'a InstanceId,
    pub(crate) product: Product<'a>,
    pub(crate) cycle: &'a BillingCycle,
    pub(crate) checkout_id: &'a CheckoutId,
    pub(crate) success_url: String,
    pub(crate) cancel_url: String,
    pub(crate) language_code: Option<&'a str>,
    pub(crate) coupon_code: Option<&'a str>,
}

/// What our pages sell.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Product<'a> {
    Plan(&'a Plan),
    /// Credits that are bought once.
    TopUp(&'a TopUp),
}

impl Product<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Plan(plan) => plan.id.as_str(),
            Self::TopUp(top_up) => &top_up.id,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Plan(plan) => &plan.name,
            Self::TopUp(top_up) => &top_up.name,
        }
    }

    /// The product id to ask Wix's checkout for.
    pub(crate) fn product_id(&self) -> &str {
        match self {
            Self::Plan(plan) => plan.product_id(),
            Self::TopUp(top_up) => top_up.product_id(),
        }
    }

    fn stripe_price(&self, cycle: &BillingCycle) -> Option<&str> {
        match self {
            Self::Plan(plan) => plan.stripe_price(cycle),
            Self::TopUp(top_up) => top_up.stripe_price.as_deref(),
        }
    }

    fn mode(&self) -> CheckoutMode {
        match self {
            Self::Plan(_) => CheckoutMode::Subscription,
            Self::TopUp(_) => CheckoutMode::Payment,
        }
    }
}

/// A page to pay on.
pub(crate) struct Opened {
    pub(crate) url: String,
    pub(crate) expires_at: Timestamp,
}

/// Opens a page of Stripe's on which the plan or top-up can be bought.
///
/// Who has a subscription is asked to confirm the change of it: a second checkout would begin a second subscription. A
/// top-up is bought beside it. Of pages that are opened at once one stays: those of one process wait for each other, and of
/// two processes' the newest is kept.
pub(crate) async fn open(app: &App, wanted: &Wanted<'_>) -> Result<Opened, ApiError> {
    let side = side(app)?;
    let price_id = wanted.product.stripe_price(wanted.cycle).ok_or_else(|| {
        ApiError::invalid(format!("{} is not sold for that period.", wanted.product.name()))
    })?;
    let turn = app.in_flight.turn(wanted.instance_id, TURN).await;
    let _turn = turn.map_err(|error| error.with_message(ANOTHER))?;
    let now = app.clock.now();
    let later = |by| now.saturating_add(by).unwrap_or(now);
    // Also before a top-up: what the page before began is found out before another page takes its place.
    let running = running(app, side, wanted.instance_id).await?;
    if let Some(running) = running.filter(|_| wanted.product.mode() == CheckoutMode::Subscription) {
        let url = confirm(app, side, wanted, running, price_id).await?;
        return Ok(Opened { url, expires_at: later(PORTAL_LIFETIME) });
    }
    let before = app.store.list_stripe_ids(wanted.instance_id, "cs_", AT_ONCE).await?;
    if let Some(last) = before.first() {
        close(side, last).await?;
    }
    let promotion_code = match wanted.coupon_code {
        Some(code) => Some(
            side.client
                .find_promotion_code(code)
                .await?
                .ok_or_else(|| ApiError::invalid("There is no such coupon."))?,
        ),
        None => None,
    };
    let customer = app.store.list_stripe_ids(wanted.instance_id, "cus_", 1).await?.pop();
    let new = NewCheckout {
        mode: wanted.product.mode(),
        price_id: price_id.to_owned(),
        success_url: wanted.success_url.clone(),
        cancel_url: wanted.cancel_url.clone(),
        customer,
        metadata: metadata(app, wanted),
        locale: wanted.language_code.map(str::to_lowercase).filter(|code| LANGUAGES.contains(&code.as_str())),
        promotion_code,
    };
    let session = side.client.create_checkout(&new, wanted.checkout_id.as_str()).await?;
    let url = session.url.clone().ok_or_else(|| refused(&"the session has no page"))?;
    // Before the payer is sent there: what is paid on it must be known for this instance's.
    let link = StripeLink { stripe_id: session.id.clone(), invoice_id: None };
    app.store.link_stripe_ids(wanted.instance_id, vec![link], now).await?;
    keep_one(app, side, wanted.instance_id, &session.id, &before).await?;
    app.store.set_billing_source(wanted.instance_id, BillingSource::Stripe, now).await?;
    Ok(Opened { url, expires_at: session.expires_at.unwrap_or_else(|| later(CHECKOUT_LIFETIME)) })
}

/// The languages that Stripe's checkout takes as two letters; it refuses others.
const LANGUAGES: [&str; 33] = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "ja", "ko", "lt",
    "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh",
];

/// Opens the portal, where a payer changes, cancels and pays.
pub(crate) async fn portal(
    app: &App,
    instance_id: &InstanceId,
    return_url: &str,
) -> Result<String, ApiError> {
    let side = side(app)?;
    let customer = app
        .store
        .list_stripe_ids(instance_id, "cus_", 1)
        .await?
        .pop()
        .ok_or_else(|| ApiError::new(ErrorCode::Conflict).with_message("Nothing was bought here yet."))?;
    // Each visit gets a page of its own.
    let key = CheckoutId::new(app.clock.now(), app.random());
    Ok(side.client.open_portal(&customer, return_url, None, key.as_str()).await?)
}

fn side(app: &App) -> Result<&StripeSide, ApiError> {
    app.stripe.as_ref().ok_or_else(|| {
        tracing::error!("an instance buys through Stripe, and stripe.secret_key is not set");
        ApiError::new(ErrorCode::Unavailable).with_retry_after(60)
    })
}

fn metadata(app: &App, wanted: &Wanted<'_>) -> Metadata {
    Metadata {
        app_id: Some(app.config.wix.app_id.clone()),
        instance_id: Some(wanted.instance_id.to_string()),
        plan_id: Some(wanted.product.id().to_owned()),
        billing_cycle: Some(wanted.cycle.as_str().to_owned()),
        checkout_id: Some(wanted.checkout_id.to_string()),
    }
}

/// The subscription that gives access now, if there is one.
async fn running(
    app: &App,
    side: &StripeSide,
    instance_id: &InstanceId,
) -> Result<Option<Subscription>, ApiError> {
    let found = answer::look_up(app, side, instance_id).await?;
    if found.bought.is_some() {
        // No event told of it yet, and the next page would hide it.
        reconcile::look(app, instance_id).await?;
    }
    Ok(found.subscriptions.into_iter().find(|subscription| subscription.status.gives_access()))
}

async fn confirm(
    app: &App,
    side: &StripeSide,
    wanted: &Wanted<'_>,
    running: Subscription,
    price_id: &str,
) -> Result<String, ApiError> {
    let (Some(customer), Some(item_id)) = (running.customer, running.item_id) else {
        return Err(refused(&"the subscription names no customer or no item"));
    };
    let change = PlanChange { subscription: running.id, item_id, price_id: price_id.to_owned() };
    let key = wanted.checkout_id.as_str();
    let url = side.client.open_portal(&customer, &wanted.success_url, Some(&change), key).await?;
    app.store.set_billing_source(wanted.instance_id, BillingSource::Stripe, app.clock.now()).await?;
    Ok(url)
}

/// Closes the page that was opened before, so that nobody pays on two.
pub(super) async fn close_last(
    app: &App,
    side: &StripeSide,
    instance_id: &InstanceId,
) -> Result<(), ApiError> {
    match app.store.list_stripe_ids(instance_id, "cs_", 1).await?.pop() {
        Some(last) => close(side, &last).await,
        None => Ok(()),
    }
}

/// Closes all but the newest of the pages that were opened since `before` was all there was; refuses when the newest is not
/// `own`. Each process links its page first and looks then, so that both see the same pages in the same order.
async fn keep_one(
    app: &App,
    side: &StripeSide,
    instance_id: &InstanceId,
    own: &str,
    before: &[String],
) -> Result<(), ApiError> {
    let mut new = app.store.list_stripe_ids(instance_id, "cs_", AT_ONCE).await?;
    new.retain(|page| !before.contains(page));
    for page in new.iter().skip(1) {
        close(side, page).await?;
    }
    if new.first().is_some_and(|newest| newest != own) {
        return Err(ApiError::new(ErrorCode::RequestInProgress).with_message(ANOTHER).with_retry_after(1));
    }
    Ok(())
}

async fn close(side: &StripeSide, page: &str) -> Result<(), ApiError> {
    match side.client.expire_checkout(page).await {
        // It was paid without beginning anything, or was closed before.
        Err(error) if error.status() == Some(400) || error.is_not_found() => Ok(()),
        done => Ok(done?),
    }
}

fn refused(why: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(error = %why, "Stripe did not answer as expected");
    ApiError::new(ErrorCode::Unavailable)
        .with_message("Stripe did not answer as expected. Try again shortly.")
        .with_retry_after(60)
}

impl From<wixapp_stripe::Error> for ApiError {
    fn from(error: wixapp_stripe::Error) -> Self {
        let after = error.retry_after().map_or(5, |after| after.as_secs().max(1));
        refused(&error).with_retry_after(after)
    }
}
