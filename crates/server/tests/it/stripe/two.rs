//! Two subscriptions of one instance: two pages were paid, or somebody made a second one in Stripe's dashboard.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_server::serve::{Roles, Running};

use super::{Stage, on_both_and_both};
use crate::app::{Site, hours};

on_both_and_both!(
    the_end_of_the_older_leaves_the_plan_that_the_newer_pays,
    the_end_of_the_newer_leaves_the_plan_that_the_older_pays,
    the_end_of_a_lower_one_leaves_the_higher_plan,
    the_end_of_the_higher_one_leads_to_the_lower_plan_when_its_period_is_over,
    renewal_is_off_when_neither_renews,
    of_pages_that_are_opened_at_once_one_can_be_paid,
    an_end_is_acknowledged_while_stripe_does_not_say_how_the_other_stands,
);

impl Stage {
    /// A site that bought Starter, and a plan on a second page; gives both subscriptions, the older first.
    async fn subscribed_twice(&self, second: &str, credits: i64) -> (Site, String, String) {
        let site = self.app.install().await;
        let pages = [self.checkout(&site, "starter").await.1, self.checkout(&site, second).await.1];
        let mut subscriptions = Vec::new();
        for page in pages {
            // The payer had paid on the first before the second closed it.
            self.deliver_all(&self.stripe.pay(&page)).await;
            let subscription = self.stripe.session(&page)["subscription"].as_str().unwrap().to_owned();
            subscriptions.push(subscription);
            self.app.clock.advance(hours(1));
        }
        self.until_standing(&site, second, "active", credits).await;
        let [older, newer]: [String; 2] = subscriptions.try_into().unwrap();
        (site, older, newer)
    }

    /// Somebody ends the subscription in Stripe's dashboard, and Stripe tells it twice.
    async fn end(&self, subscription: &str) {
        let ended = self.stripe.end(subscription);
        for _ in 0..2 {
            self.deliver(&ended).await.data();
            self.heard().await;
        }
        self.app.clock.advance(SignedDuration::from_mins(1));
    }

    async fn switch_renewal(&self, subscription: &str, on: bool) {
        self.deliver(&self.stripe.set_ending(subscription, !on)).await.data();
        self.heard().await;
        self.app.clock.advance(SignedDuration::from_mins(1));
    }

    /// Until Stripe was asked about all that waits for it, and the facts were looked at.
    async fn heard(&self) {
        let waiting = "SELECT count(*) FROM stripe_events WHERE state = 'waiting'";
        let none = async || (self.app.place.number(waiting).await == 0).then_some(());
        self.app.until("nothing waits for Stripe", none).await;
        self.app.settled().await;
    }

    async fn assert_standing(&self, site: &Site, plan: &str, status: &str, credits: i64) {
        assert_eq!(self.standing(site).await, (plan.to_owned(), status.to_owned(), credits));
    }

    async fn subscription_of(&self, site: &Site) -> Value {
        self.app.status(&self.app.fresh(site).token).await["subscription"].clone()
    }
}

async fn the_end_of_the_older_leaves_the_plan_that_the_newer_pays(stage: Stage) {
    let (site, older, newer) = stage.subscribed_twice("starter", 2_200).await;
    stage.end(&older).await;
    stage.assert_standing(&site, "starter", "active", 2_200).await;
    // What it paid for goes with its money, and nothing else.
    stage.deliver(&stage.stripe.refund(&older)).await.data();
    stage.until_standing(&site, "starter", "active", 1_200).await;
    stage.end(&newer).await;
    stage.until_standing(&site, "free", "free", 200).await;
    stage.app.finish().await;
}

async fn the_end_of_the_newer_leaves_the_plan_that_the_older_pays(stage: Stage) {
    let (site, older, newer) = stage.subscribed_twice("starter", 2_200).await;
    stage.end(&newer).await;
    stage.assert_standing(&site, "starter", "active", 2_200).await;
    stage.deliver(&stage.stripe.refund(&newer)).await.data();
    stage.until_standing(&site, "starter", "active", 1_200).await;
    stage.end(&older).await;
    stage.until_standing(&site, "free", "free", 200).await;
    stage.app.finish().await;
}

async fn the_end_of_a_lower_one_leaves_the_higher_plan(stage: Stage) {
    let (site, lower, higher) = stage.subscribed_twice("pro", 6_200).await;
    stage.end(&lower).await;
    stage.assert_standing(&site, "pro", "active", 6_200).await;
    stage.end(&higher).await;
    stage.until_standing(&site, "free", "free", 200).await;
    stage.app.finish().await;
}

async fn the_end_of_the_higher_one_leads_to_the_lower_plan_when_its_period_is_over(stage: Stage) {
    let (site, lower, higher) = stage.subscribed_twice("pro", 6_200).await;
    stage.end(&higher).await;
    stage.assert_standing(&site, "pro", "active", 6_200).await;
    assert_eq!(stage.subscription_of(&site).await["pendingPlanId"], "starter");
    stage.end(&lower).await;
    stage.until_standing(&site, "free", "free", 200).await;
    stage.app.finish().await;
}

async fn renewal_is_off_when_neither_renews(stage: Stage) {
    let (site, older, newer) = stage.subscribed_twice("starter", 2_200).await;
    stage.switch_renewal(&older, false).await;
    stage.assert_standing(&site, "starter", "active", 2_200).await;
    assert_eq!(stage.subscription_of(&site).await["autoRenew"], true);
    stage.switch_renewal(&newer, false).await;
    stage.until_standing(&site, "starter", "cancelled", 2_200).await;
    stage.switch_renewal(&older, true).await;
    stage.until_standing(&site, "starter", "active", 2_200).await;
    stage.switch_renewal(&newer, true).await;
    stage.switch_renewal(&older, false).await;
    stage.assert_standing(&site, "starter", "active", 2_200).await;
    stage.end(&older).await;
    stage.assert_standing(&site, "starter", "active", 2_200).await;
    stage.end(&newer).await;
    stage.until_standing(&site, "free", "free", 200).await;
    stage.app.finish().await;
}

/// Asks another server of the same app for a page to pay on; gives the status of its answer.
async fn checkout_elsewhere(stage: &Stage, other: &Running, site: &Site) -> u16 {
    let url = format!("http://{}/api/v1/wix/billing/checkout-url", other.address().unwrap());
    let request = stage.app.http.post(url).header("authorization", format!("WixInstance {}", site.token));
    let body = json!({ "planId": "starter", "billingCycle": "MONTHLY" });
    request.json(&body).send().await.unwrap().status().as_u16()
}

async fn of_pages_that_are_opened_at_once_one_can_be_paid(stage: Stage) {
    let site = stage.app.install().await;
    let other = stage.app.another_server(Roles { api: true, worker: false }).await;
    for round in 1..=5 {
        let (one, two, three) = tokio::join!(
            stage.checkout_url(&site, "starter"),
            stage.checkout_url(&site, "pro"),
            checkout_elsewhere(&stage, &other, &site),
        );
        let statuses = [one.status, two.status, three];
        // Who had to give way is told to try again.
        assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{round}: {statuses:?}");
        assert!(statuses.contains(&200), "{round}: {statuses:?}");
        assert_eq!(stage.stripe.open_session_count(), 1, "{round}: {statuses:?}");
    }
    other.stop().await;
    stage.app.finish().await;
}

async fn an_end_is_acknowledged_while_stripe_does_not_say_how_the_other_stands(stage: Stage) {
    let (site, older, newer) = stage.subscribed_twice("starter", 2_200).await;
    stage.stripe.fall_silent(true);
    let ended = stage.stripe.end(&older);
    for duplicate in [false, true] {
        assert_eq!(stage.deliver(&ended).await.data()["duplicate"], duplicate);
    }
    stage.assert_standing(&site, "starter", "active", 2_200).await;
    let noted = "SELECT count(*) FROM facts WHERE event_type = 'customer.subscription.deleted'";
    assert_eq!(stage.app.place.number(noted).await, 0, "it waits for what Stripe says");
    stage.stripe.fall_silent(false);
    stage.app.app().wake_workers();
    stage.heard().await;
    assert_eq!(stage.app.place.number(noted).await, 1);
    stage.assert_standing(&site, "starter", "active", 2_200).await;
    assert_eq!(stage.deliver(&ended).await.data()["duplicate"], true);
    stage.app.clock.advance(SignedDuration::from_mins(1));
    stage.end(&newer).await;
    stage.until_standing(&site, "free", "free", 200).await;
    stage.app.finish().await;
}
