//! Ending subscriptions at Stripe whose app was removed from the site: nobody pays on for what they took off.
//!
//! They end with the period that is paid, so that an owner who comes back within it loses nothing. A removal is a row of the
//! database, written with the facts that tell of it, until Stripe said that nothing goes on.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use wixapp_core::clock::Timestamp;
use wixapp_core::fact::FactKind;
use wixapp_core::{Fact, InstanceId};
use wixapp_store::StripeEnding;
use wixapp_stripe::event::Status;

use super::{StripeSide, answer, checkout};
use crate::error::ApiError;
use crate::state::App;
use crate::work::unbroken;

/// Who removes an app to install it anew does so within minutes.
const GRACE: SignedDuration = SignedDuration::from_mins(10);
const POLL: Duration = Duration::from_secs(20);
const BATCH: i64 = 64;
/// When it did not work it is tried again after this long, then after twice as long, and so on …
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// … up to this.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(6);
/// From so many attempts on somebody should look.
const ALARMING: i64 = 6;

/// When the subscriptions of an instance are to be told to end, of which these facts are new and from which the app is
/// removed. Renewal that an owner switches on again at Stripe after the removal is left on.
pub(crate) fn due_at<'f>(mut new: impl Iterator<Item = &'f Fact>, now: Timestamp) -> Option<Timestamp> {
    let tells = |fact: &Fact| matches!(fact.kind, FactKind::AppRemoved | FactKind::PlanPurchased(_));
    new.any(tells).then(|| now.saturating_add(GRACE).unwrap_or(now))
}

/// Ends what is due, until `stopping` turns true.
pub(crate) async fn end(app: &Arc<App>, mut stopping: watch::Receiver<bool>) {
    let Some(side) = &app.stripe else { return };
    let mut wake = app.wake.subscribe();
    loop {
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            // Dropping a round loses nothing: what Stripe was not heard to take is due again.
            done = unbroken("endings", round(app, side)) => if let Some(Err(error)) = done {
                tracing::warn!(error = error.message(), "subscriptions that are to end could not be looked at");
            },
        }
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            _ = wake.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn round(app: &App, side: &StripeSide) -> Result<(), ApiError> {
    for ending in app.store.list_stripe_endings(app.clock.now(), BATCH).await? {
        let StripeEnding { instance_id, attempts } = &ending;
        match end_one(app, side, instance_id).await {
            Ok(ended) => {
                if ended > 0 {
                    tracing::info!(instance.id = %instance_id, ended, "subscriptions at Stripe end, since the app was removed");
                }
                app.store.finish_stripe_ending(instance_id).await?;
            }
            Err(error) => {
                let (attempts, error) = (attempts + 1, error.message());
                if attempts >= ALARMING {
                    metrics::counter!("wixapp_alarms_total").increment(1);
                    tracing::error!(instance.id = %instance_id, attempts, error, "a subscription goes on at Stripe although the app was removed");
                } else {
                    tracing::warn!(instance.id = %instance_id, attempts, error, "a subscription at Stripe could not be ended");
                }
                app.store.postpone_stripe_ending(instance_id, again_at(app.clock.now(), attempts)).await?;
            }
        }
    }
    Ok(())
}

/// After the first attempt, the second …
fn again_at(now: Timestamp, attempts: i64) -> Timestamp {
    let doublings = u32::try_from(attempts - 1).unwrap_or(u32::MAX).min(16);
    let pause = TRY_AGAIN.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
    now.saturating_add(pause).unwrap_or(now)
}

/// Lets everything end that goes on at Stripe for an instance from which the app is removed; how many subscriptions that were.
async fn end_one(app: &App, side: &StripeSide, instance_id: &InstanceId) -> Result<usize, ApiError> {
    let found = app.store.find_instance(instance_id).await?;
    // It may be there again.
    let Some(removed_at) = found.and_then(|instance| instance.profile.removed_at) else { return Ok(0) };
    let subscriptions = answer::look_up(app, side, instance_id).await?.subscriptions;
    let mut ended = 0;
    for subscription in subscriptions {
        let over = matches!(subscription.status, Status::Canceled | Status::IncompleteExpired);
        if over || subscription.is_ending {
            continue;
        }
        // Once for each removal, however often it is asked for.
        let key = format!("end-{}-{}", subscription.id, removed_at.as_millisecond());
        side.client.end_subscription(&subscription.id, &key).await?;
        metrics::counter!("wixapp_stripe_endings_total").increment(1);
        ended += 1;
    }
    // A page that is still open would begin another one; what is paid on it at this moment is a purchase that comes here again.
    checkout::close_last(app, side, instance_id).await?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_double_up_to_six_hours() {
        let now: Timestamp = "2027-03-01T10:00:00Z".parse().unwrap();
        let pauses: Vec<i64> =
            (1..=12).map(|n| again_at(now, n).duration_since(now).as_secs() / 60).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
        assert_eq!(again_at(now, i64::MAX).duration_since(now), LONGEST_PAUSE);
    }
}
