//! `GET billing/preview`: what a change of plan would do, before the click.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wixapp_core::clock::Timestamp;
use wixapp_core::fact::{Fact, FactKind, PlanTerms};
use wixapp_core::subscription::{Subscription, SubscriptionStatus};
use wixapp_core::{BillingCycle, BillingSource, Catalog, Plan, PlanId};
use wixapp_store::{Tx, Want};

use super::checkout_url::{PayBy, nothing_sold};
use super::plans;
use crate::billing_source;
use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidQuery};
use crate::openapi::closed;
use crate::plan_change::{PlanChange, PlanChangeKind, place};
use crate::reply::Reply;
use crate::state::App;
use crate::work::derive::{self, Outlook};

/// Which plan, and how it would be paid.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The plan's id; `free` for the end of paying.
    #[param(value_type = String, example = "pro")]
    to: PlanId,
    /// `MONTHLY` or `YEARLY`. When left out, as it is paid now: yearly for who pays several years at once, monthly for who pays
    /// nothing.
    #[param(inline)]
    cycle: Option<PayBy>,
}

/// What a change of plan would do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// What kind of change it would be.
    pub change: PlanChangeKind,
    /// Whether `billing/checkout-url` sells it. What it does not sell is chosen where the plan is paid: in Wix, under Manage Apps,
    /// or in Stripe's customer portal.
    pub sold: bool,
    /// Why not.
    pub refusal: Option<PreviewRefusal>,
    /// When it would take effect.
    pub takes_effect_at: Timestamp,
    /// What it costs for each period, as a decimal text.
    pub price: String,
    /// The currency of the price.
    pub currency: String,
    /// How it stands now.
    pub before: PreviewState,
    /// How it would stand once it has taken effect.
    pub after: PreviewState,
    /// The same in sentences.
    pub lines: Vec<String>,
}

/// Why a change is not sold here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRefusal {
    /// The code with which `billing/checkout-url` would refuse it.
    pub error: String,
    /// A sentence for people.
    pub message: String,
}

/// How an instance stands, or would stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewState {
    /// The plan in force.
    pub plan_id: String,
    /// How the instance stands with its plan.
    #[schema(value_type = closed::SubscriptionStatus)]
    pub status: SubscriptionStatus,
    /// How it is paid.
    pub billing_cycle: Option<String>,
    /// What can be spent.
    pub available: i64,
    /// When the paid period ends or renews.
    pub current_period_end: Option<Timestamp>,
    /// When the next credits are due.
    pub next_cycle_at: Option<Timestamp>,
    /// Whether it renews by itself.
    pub auto_renew: bool,
}

impl PreviewState {
    fn new(outlook: &Outlook) -> Self {
        let Outlook { subscription, balances } = outlook;
        Self {
            plan_id: subscription.plan_id.to_string(),
            status: subscription.status,
            billing_cycle: subscription.billing_cycle.as_ref().map(|cycle| cycle.as_str().to_owned()),
            available: balances.available(),
            current_period_end: subscription.current_period_end,
            next_cycle_at: subscription.next_cycle_at,
            auto_renew: subscription.auto_renew,
        }
    }
}

/// What a change of plan would do to plan and credits, decided by the same rules that would decide it.
///
/// Nothing is changed by asking.
#[utoipa::path(get, path = "/billing/preview", tag = "billing", operation_id = "billing_preview", params(PreviewQuery), responses(
    (status = 200, body = Reply<Preview>),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidQuery(query): ValidQuery<PreviewQuery>,
) -> Result<Reply<Preview>, ApiError> {
    let plan = app.catalog.find(&query.to).filter(|plan| !plan.custom).cloned();
    let plan = plan.ok_or_else(|| super::not_on_sale(&app.catalog, &query.to))?;
    let (catalog, policy, now) = (app.catalog.clone(), app.policy, app.clock.now());
    let cycle = query.cycle.map(PayBy::cycle);
    let source = billing_source::of(&app, &session.instance_id).await?;
    let see = move |tx: &Tx| {
        let look = |facts: &[Fact], at| derive::outlook(tx, facts, &catalog, policy, at);
        let paid = derive::paid(tx, &catalog, policy, now);
        let wish = Wish { plan: &plan, cycle: cycle.clone(), source };
        preview(&catalog, wish, now, &paid, look)
    };
    let seen = app.store.look(&session.instance_id, Want::money().facts(), now, see).await?;
    seen.map(Reply::new)
}

/// What somebody looks at, and where the instance buys.
struct Wish<'a> {
    plan: &'a Plan,
    cycle: Option<BillingCycle>,
    source: BillingSource,
}

/// Why `billing/checkout-url` would not sell it, with the same words.
fn refusal(catalog: &Catalog, change: &PlanChange<'_>, source: BillingSource) -> Option<ApiError> {
    match source {
        BillingSource::None => Some(nothing_sold()),
        BillingSource::Wix | BillingSource::Stripe if change.to.is_free() => change.refusal(source),
        BillingSource::Wix | BillingSource::Stripe if !plans::is_sold(change.to, source) => {
            Some(super::not_on_sale(catalog, &change.to.id))
        }
        BillingSource::Wix | BillingSource::Stripe => change.refusal(source),
    }
}

/// As it is paid now, if our page sells that.
fn as_now(paid: &Subscription) -> BillingCycle {
    match paid.billing_cycle.as_ref().and_then(BillingCycle::months) {
        Some(12..) => BillingCycle::Yearly,
        Some(_) | None => BillingCycle::Monthly,
    }
}

fn preview(
    catalog: &Catalog,
    Wish { plan, cycle, source }: Wish<'_>,
    now: Timestamp,
    paid: &Subscription,
    look: impl Fn(&[Fact], Timestamp) -> Result<Outlook, ApiError>,
) -> Result<Preview, ApiError> {
    let before = look(&[], now)?;
    let subscription = &before.subscription;
    let pay_by = cycle.unwrap_or_else(|| as_now(paid));
    let change = PlanChange::new(catalog, subscription, paid, plan, &pay_by);
    let kind = change.kind();
    let over = subscription.current_period_end.unwrap_or(now);
    let takes_effect_at = match kind {
        PlanChangeKind::Downgrade | PlanChangeKind::ToFree | PlanChangeKind::ShorterCycle => over,
        PlanChangeKind::None
        | PlanChangeKind::Purchase
        | PlanChangeKind::Upgrade
        | PlanChangeKind::LongerCycle => now,
    };
    let after = look(&supposed(&change, subscription, now, over), takes_effect_at)?;
    let refusal = refusal(catalog, &change, source);
    let owed = before.balances.debt;
    let price = match pay_by.months() {
        Some(12) => &plan.price_yearly,
        _ => &plan.price_monthly,
    };
    let (before, after) = (PreviewState::new(&before), PreviewState::new(&after));
    Ok(Preview {
        change: kind,
        sold: refusal.is_none(),
        lines: lines(&change, source, (&before, &after), takes_effect_at, owed),
        refusal: refusal.map(|refusal| PreviewRefusal {
            error: refusal.code().as_str().to_owned(),
            message: refusal.message().to_owned(),
        }),
        takes_effect_at,
        price: price.clone(),
        currency: catalog.currency().to_owned(),
        before,
        after,
    })
}

/// What Wix would say if it happened now. What our page does not sell is done as Wix tells owners to do it: by cancelling,
/// and by buying again when the period is over.
fn supposed(change: &PlanChange<'_>, now_on: &Subscription, now: Timestamp, over: Timestamp) -> Vec<Fact> {
    let terms = PlanTerms {
        vendor_product_id: change.to.id.to_string(),
        cycle: change.pay_by.clone(),
        expires_at: None,
        invoice_id: None,
    };
    let fact = |key: &str, at, kind| Fact { key: format!("preview:{key}"), at, kind };
    let changed = |terms| FactKind::PlanChanged { terms, previous_vendor_product_id: None };
    let cancelled = || {
        let vendor_product_id = now_on.plan_id.to_string();
        fact(
            "cancel",
            now,
            FactKind::RenewalCancelled {
                vendor_product_id,
                immediately: false,
                in_trial: false,
                moved: false,
            },
        )
    };
    match change.kind() {
        PlanChangeKind::None => Vec::new(),
        PlanChangeKind::Purchase => vec![fact("buy", now, FactKind::PlanPurchased(terms))],
        PlanChangeKind::Upgrade | PlanChangeKind::LongerCycle | PlanChangeKind::Downgrade => {
            vec![fact("change", now, changed(terms))]
        }
        PlanChangeKind::ToFree => vec![cancelled()],
        PlanChangeKind::ShorterCycle => {
            vec![cancelled(), fact("buy", over, FactKind::PlanPurchased(terms))]
        }
    }
}

/// The change in sentences; `owed` is the debt of what was spent and taken back.
fn lines(
    change: &PlanChange<'_>,
    source: BillingSource,
    (before, after): (&PreviewState, &PreviewState),
    at: Timestamp,
    owed: i64,
) -> Vec<String> {
    let (from, to, day) = (&change.in_force().name, &change.to.name, at.strftime("%-d %B %Y"));
    let credits = format!("{} credits before, {} after.", before.available, after.available);
    match change.kind() {
        PlanChangeKind::None if change.given.is_some() => {
            change.refusal(source).map(|refusal| refusal.message().to_owned()).into_iter().collect()
        }
        PlanChangeKind::None => vec![format!("You are on {from}, paid this way, already.")],
        PlanChangeKind::Purchase | PlanChangeKind::Upgrade => {
            let given = change.to.credits.get();
            let added = match (owed, given - owed) {
                (0, _) => format!("{to} begins at once, and its {given} credits are added to what you have."),
                (_, rest @ 1..) => format!(
                    "{to} begins at once. Of its {given} credits, {owed} pay what you owe; {rest} are added to what you have."
                ),
                (_, rest) => format!(
                    "{to} begins at once. Its {given} credits pay what you owe: of {owed} credits, {} stay owed.",
                    -rest
                ),
            };
            let gift = change.given.and_then(|given| given.until).map(|until| {
                let until = until.strftime("%-d %B %Y");
                format!("{from} was given to this site until {until}; what you buy begins now and goes on after it.")
            });
            [added, credits].into_iter().chain(gift).collect()
        }
        PlanChangeKind::LongerCycle => {
            vec![format!("You stay on {to} and pay for a longer time at once."), credits]
        }
        PlanChangeKind::Downgrade => vec![
            format!("{from} stays until {day}; from then on it is {to}."),
            "You keep all credits you have then.".to_owned(),
        ],
        PlanChangeKind::ToFree => vec![
            format!("{from} stays until {day}; from then on it is {to}."),
            format!("You would have {} credits then.", after.available),
        ],
        PlanChangeKind::ShorterCycle => vec![format!(
            "{from} is paid until {day}. Cancel it {}, and buy it again for a shorter time when it is over.",
            place(source)
        )],
    }
}
