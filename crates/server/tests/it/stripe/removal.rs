//! What becomes of a subscription when the app is removed from the site it was bought for.

use jiff::SignedDuration;
use wixapp_core::clock::Clock;
use wixapp_store::StripeEnding;

use super::{Stage, on_both_and_both};
use crate::app::{Site, days, hours};

on_both_and_both!(
    a_subscription_ends_with_its_period_when_the_app_is_removed,
    who_installs_the_app_anew_at_once_keeps_the_subscription,
    an_outage_of_stripe_is_outlasted_and_it_is_ended_once,
    a_page_that_is_still_open_is_closed,
    renewal_that_the_owner_switches_on_again_stays_on,
    where_it_is_switched_off_nothing_is_ended,
);

/// Longer than an owner who only installs the app anew would take.
const LATER: SignedDuration = SignedDuration::from_mins(11);

impl Stage {
    async fn remove(&self, site: &Site) {
        self.app.emulator.uninstall(&site.site_id).await.unwrap();
        self.app.settled().await;
    }

    async fn endings(&self) -> Vec<StripeEnding> {
        let for_ever = self.app.clock.now() + days(1_000);
        self.app.app().store.list_stripe_endings(for_ever, 10).await.unwrap()
    }

    async fn until_no_ending_is_due(&self) {
        let none = async || self.endings().await.is_empty().then_some(());
        self.app.until("nothing is left to end", none).await;
    }
}

async fn a_subscription_ends_with_its_period_when_the_app_is_removed(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.remove(&site).await;
    assert_eq!(stage.endings().await.len(), 1);
    assert!(!stage.stripe.is_ending(&subscription));
    stage.app.advance(LATER).await;
    stage.until_no_ending_is_due().await;
    assert!(stage.stripe.is_ending(&subscription));
    assert_eq!(stage.stripe.endings(), 1);
    // What Stripe then tells of it asks for nothing more.
    stage.deliver_all(&stage.stripe.take_events()).await;
    stage.app.settled().await;
    assert_eq!(stage.endings().await, []);
    // The period that is paid is there for whoever comes back in time.
    stage.app.advance(days(3)).await;
    stage.app.emulator.install(&site.site_id).await.unwrap();
    stage.until_standing(&site, "starter", "cancelled", 1_200).await;
    // To the end of the period and no further: longer than that Stripe does not show it.
    stage.app.advance(days(28) - LATER).await;
    stage.deliver(&stage.stripe.end(&subscription)).await.data();
    stage.until_standing(&site, "free", "free", 200).await;
    assert_eq!(stage.stripe.endings(), 1);
    stage.app.finish().await;
}

async fn who_installs_the_app_anew_at_once_keeps_the_subscription(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.remove(&site).await;
    stage.app.advance(SignedDuration::from_mins(5)).await;
    stage.app.emulator.install(&site.site_id).await.unwrap();
    stage.until_standing(&site, "starter", "active", 1_200).await;
    stage.app.advance(LATER).await;
    stage.until_no_ending_is_due().await;
    assert!(!stage.stripe.is_ending(&subscription));
    // A later removal is one of its own.
    stage.remove(&site).await;
    stage.app.advance(LATER).await;
    stage.until_no_ending_is_due().await;
    assert!(stage.stripe.is_ending(&subscription));
    stage.app.finish().await;
}

async fn an_outage_of_stripe_is_outlasted_and_it_is_ended_once(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.remove(&site).await;
    // It is done, and nobody hears of it: three tries in one attempt, and two attempts.
    stage.stripe.lose_answers(6);
    stage.app.advance(LATER).await;
    for attempts in 1..=2 {
        let failed = async || (stage.endings().await.first()?.attempts == attempts).then_some(());
        stage.app.until("it failed", failed).await;
        stage.app.advance(hours(1)).await;
    }
    stage.until_no_ending_is_due().await;
    assert!(stage.stripe.is_ending(&subscription));
    assert_eq!(stage.stripe.endings(), 1, "one key, one ending");
    stage.app.finish().await;
}

async fn a_page_that_is_still_open_is_closed(stage: Stage) {
    let (site, other) = (stage.app.install().await, stage.app.install().await);
    let (_, session) = stage.checkout(&site, "starter").await;
    // What happens at one moment with the install came before it.
    stage.app.clock.advance(hours(1));
    // A site that never bought at Stripe is nothing to Stripe.
    stage.remove(&other).await;
    assert_eq!(stage.endings().await, []);
    stage.remove(&site).await;
    assert_eq!(stage.endings().await.len(), 1);
    stage.app.advance(LATER).await;
    stage.until_no_ending_is_due().await;
    assert_eq!(stage.stripe.session(&session)["status"], "expired");
    stage.app.finish().await;
}

async fn renewal_that_the_owner_switches_on_again_stays_on(stage: Stage) {
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.remove(&site).await;
    stage.app.advance(LATER).await;
    stage.until_no_ending_is_due().await;
    stage.deliver_all(&stage.stripe.take_events()).await;
    stage.deliver(&stage.stripe.set_ending(&subscription, false)).await.data();
    stage.app.settled().await;
    stage.app.advance(LATER).await;
    assert_eq!(stage.endings().await, []);
    assert!(!stage.stripe.is_ending(&subscription));
    stage.app.finish().await;
}

async fn where_it_is_switched_off_nothing_is_ended(stage: Stage) {
    let mut stage = stage;
    let (site, subscription) = stage.subscribed("starter", 1_200).await;
    stage.app.stop_server().await;
    stage.app.config_mut().stripe.cancel_on_removal = false;
    stage.app.start_server().await;
    stage.remove(&site).await;
    assert_eq!(stage.endings().await, []);
    stage.app.advance(LATER).await;
    assert!(!stage.stripe.is_ending(&subscription));
    stage.app.finish().await;
}
