//! Where an instance buys, settled by hand.

use wixapp_core::{BillingSource, ErrorCode, InstanceId};
use wixapp_store::{Tx, Want};

use super::known;
use crate::billing_source;
use crate::error::ApiError;
use crate::state::App;
use crate::work::derive;

/// Where an instance buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Where it buys.
    pub source: BillingSource,
    /// Whether that was settled for this instance; else it is the configuration's default.
    pub settled: bool,
}

/// Where the instance buys.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an instance nobody has heard of.
pub async fn source(app: &App, instance_id: &InstanceId) -> Result<Source, ApiError> {
    known(&app.store, instance_id).await?;
    let settled = app.store.find_billing_source(instance_id).await?.is_some();
    Ok(Source { source: billing_source::of(app, instance_id).await?, settled })
}

/// Settles where the instance buys from now on, and says where it bought before.
///
/// Who sells a plan is the only one who is asked about it. So an instance that pays, or could be paying on a page that was
/// opened for it, stays where it is: asked of anybody else, its plan would end, or its next credits would wait for ever.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an instance nobody has heard of; [`ErrorCode::InvalidRequest`] for Stripe where the
/// configuration does not name it; [`ErrorCode::Conflict`] while a plan that was bought runs, or a page to pay on is open.
pub async fn set_source(
    app: &App,
    instance_id: &InstanceId,
    source: BillingSource,
) -> Result<Source, ApiError> {
    let before = self::source(app, instance_id).await?;
    if source == BillingSource::Stripe && app.stripe.is_none() {
        return Err(ApiError::invalid("Stripe is not configured, so that nothing can be bought there.")
            .with_hint("The section [stripe] of the configuration says how."));
    }
    if before.source != source {
        free_to_move(app, instance_id, before.source).await?;
    }
    if before != (Source { source, settled: true }) {
        app.store.set_billing_source(instance_id, source, app.clock.now()).await?;
    }
    Ok(before)
}

async fn free_to_move(app: &App, instance_id: &InstanceId, from: BillingSource) -> Result<(), ApiError> {
    let (catalog, policy, now) = (app.catalog.clone(), app.policy, app.clock.now());
    let want = Want::money().facts().open_checkouts();
    let checked = app.store.look(instance_id, want, now, move |tx: &Tx| {
        let paid = derive::paid(tx, &catalog, policy, now);
        if catalog.find(&paid.plan_id).is_none_or(|plan| !plan.is_free()) {
            let until = paid.current_period_end.map_or_else(String::new, |at| format!(", until {at}"));
            return Err(ApiError::new(ErrorCode::Conflict)
                .with_message(format!(
                    "The plan `{}` was bought by `{}` and runs{until}.",
                    paid.plan_id,
                    from.as_str()
                ))
                .with_hint("Have it cancelled there, and settle it when it is over: nobody else knows how it goes on."));
        }
        match tx.open_checkouts.iter().filter(|open| open.expires_at > now).max_by_key(|open| open.expires_at) {
            Some(open) => Err(ApiError::new(ErrorCode::Conflict)
                .with_message(format!(
                    "A page of `{}` to pay on is open until {}.",
                    from.as_str(),
                    open.expires_at
                ))
                .with_hint("Settle it after that: what is paid there would be asked about elsewhere.")),
            None => Ok(()),
        }
    });
    checked.await?
}
