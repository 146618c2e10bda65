//! Giving a plan by hand, and ending it.

use wixapp_core::clock::Timestamp;
use wixapp_core::derive::given_plan;
use wixapp_core::fact::{Fact, FactKind};
use wixapp_core::subscription::Subscription;
use wixapp_core::{ErrorCode, InstanceId, PlanId};
use wixapp_store::{Tx, Want};

use super::{EVENT_TYPE, explained, known};
use crate::error::ApiError;
use crate::state::App;
use crate::work::derive;

/// A plan to give.
#[derive(Debug, Clone)]
pub struct Gift {
    /// The plan, by its id in the catalogue; also one that is not on sale.
    pub plan_id: PlanId,
    /// Until when; until it is ended when nothing is said.
    pub until: Option<Timestamp>,
    /// Who gives it; never empty.
    pub actor: String,
    /// Why; never empty.
    pub reason: String,
}

/// Gives a plan that nobody pays: its credits, cycle by cycle, as if it were bought.
///
/// What is given stands among the facts like anything that Wix says, so that it is decided on in the one place for all.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an instance nobody has heard of; [`ErrorCode::InvalidRequest`] for a plan the catalogue does
/// not know or that is free, an end in the past, and without an actor or a reason.
pub async fn give(app: &App, instance_id: &InstanceId, gift: Gift) -> Result<Subscription, ApiError> {
    let Gift { plan_id, until, actor, reason } = gift;
    if app.catalog.find(&plan_id).is_none_or(wixapp_core::Plan::is_free) {
        let plans = app.catalog.plans().iter().filter(|plan| !plan.is_free());
        let names: Vec<_> = plans.map(|plan| plan.id.as_str()).collect();
        return Err(ApiError::invalid(format!("`{plan_id}` is not a plan that can be given."))
            .with_hint(format!("Plans that can be given: {}.", names.join(", "))));
    }
    if until.is_some_and(|until| until <= app.clock.now()) {
        return Err(
            ApiError::invalid("The plan would have ended already.").with_hint("Name an end in the future.")
        );
    }
    let (actor, reason) = explained(&actor, &reason)?;
    note(app, instance_id, FactKind::PlanGiven { plan_id, until, actor, reason }, |_| Ok(())).await
}

/// Ends the plan that was given.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an instance nobody has heard of; [`ErrorCode::InvalidRequest`] without an actor or a reason;
/// [`ErrorCode::Conflict`] when none was given, or what was given has ended.
pub async fn end(
    app: &App,
    instance_id: &InstanceId,
    actor: &str,
    reason: &str,
) -> Result<Subscription, ApiError> {
    let (actor, reason) = explained(actor, reason)?;
    note(app, instance_id, FactKind::GivenPlanEnded { actor, reason }, |tx| {
        let facts: Vec<Fact> = tx.facts.iter().filter_map(|stored| stored.fact.clone()).collect();
        match given_plan(&facts, tx.now) {
            Some(_) => Ok(()),
            None => Err(nothing_given(tx.profile.subscription.as_ref())),
        }
    })
    .await
}

fn nothing_given(now_on: Option<&Subscription>) -> ApiError {
    let plan = now_on.map_or_else(String::new, |now| format!(": it is on `{}`", now.plan_id));
    ApiError::new(ErrorCode::Conflict)
        .with_message(format!("No plan that was given to this site by hand runs{plan}."))
        .with_hint("What was bought is cancelled by its owner; `plan give` gives a plan.")
}

/// Adds the fact, if `check` has nothing against it, and looks at the instance with it at once.
async fn note(
    app: &App,
    instance_id: &InstanceId,
    kind: FactKind,
    check: impl Fn(&Tx) -> Result<(), ApiError> + Send + Sync + 'static,
) -> Result<Subscription, ApiError> {
    known(&app.store, instance_id).await?;
    let now = app.clock.now();
    let key = format!("operator:{}", hex::encode(app.random()));
    let fact = Fact { key, at: now, kind };
    let (catalog, policy) = (app.catalog.clone(), app.policy);
    let want = Want::money().facts().open_checkouts();
    let noted = app.store.transact(instance_id, want, now, move |tx| {
        check(tx)?;
        tx.note_fact(EVENT_TYPE, fact.clone());
        let outcome = derive::decide(tx, &catalog, policy, None)?;
        Ok::<_, ApiError>((outcome, tx.profile.subscription.clone()))
    });
    let (outcome, subscription) = noted.await??;
    outcome.count();
    subscription.ok_or_else(|| ApiError::new(ErrorCode::Internal))
}
