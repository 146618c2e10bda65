//! Selling through Stripe: from the checkout to the books, with a stand-in for Stripe beside the local platform.

mod event;
mod life;
mod parked;
mod removal;
mod sale;
mod stand_in;
mod top_up;
mod two;

use serde_json::{Value, json};
use tempfile::TempDir;
use wixapp_core::BillingSource;
use wixapp_stripe::{WebhookSecret, signature};

use crate::answer::Answer;
use crate::app::{Site, TestApp};
use stand_in::{KEY, StandIn, Version};
use wixapp_place::Place;

const SECRET: &str = "whsec_0123456789abcdef";
const PREVIOUS_SECRET: &str = "whsec_fedcba9876543210";

/// The standard plans with prices of Stripe.
const PLANS: &str = r#"
name = "standard"
version = "1"
currency = "USD"
[[plan]]
id = "free"
name = "Free"
rank = 0
credits = 200
[[plan]]
id = "starter"
name = "Starter"
rank = 1
credits = 1000
stripe_price_monthly = "price_StarterMonthly"
[[plan]]
id = "pro"
name = "Pro"
rank = 2
credits = 5000
stripe_price_monthly = "price_ProMonthly"
[[plan]]
id = "scale"
name = "Scale"
rank = 3
credits = 25000
[[top_up]]
id = "pack-500"
name = "500 credits"
credits = 500
price = "5.00"
stripe_price = "price_Pack500"
[[top_up]]
id = "pack-9"
name = "9 credits, at Wix alone"
credits = 9
price = "1.00"
"#;

/// The app, selling through the stand-in.
struct Stage {
    app: TestApp,
    stripe: StandIn,
    _plans: TempDir,
}

/// Makes three tests of each function: on both databases, and with events in the words of both versions of Stripe's API.
macro_rules! on_both_and_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite_acacia {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::super::Stage::new(wixapp_place::Place::sqlite(), super::super::stand_in::Version::Acacia).await).await;
            })+
        }
        mod sqlite_basil {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::super::Stage::new(wixapp_place::Place::sqlite(), super::super::stand_in::Version::Basil).await).await;
            })+
        }
        mod postgres_basil {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let place = wixapp_place::Place::postgres().await;
                super::$name(super::super::Stage::new(place, super::super::stand_in::Version::Basil).await).await;
            })+
        }
    };
}
pub(crate) use on_both_and_both;

impl Stage {
    async fn new(place: Place, version: Version) -> Self {
        let plans = tempfile::tempdir().unwrap();
        let file = plans.path().join("plans.toml");
        std::fs::write(&file, PLANS).unwrap();
        // The stand-in needs the app's clock and the app the stand-in's address: the address comes first.
        let clock = wixapp_core::VirtualClock::frozen_at(crate::app::at(crate::app::START));
        let stripe = StandIn::start(clock.clone(), version).await;
        let url = stripe.url.clone();
        let app = TestApp::on_clock(clock, place, |config| {
            config.billing.source = BillingSource::Stripe;
            config.stripe.secret_key = Some(KEY.into());
            config.stripe.webhook_secret = Some(SECRET.into());
            config.stripe.webhook_secret_previous = Some(PREVIOUS_SECRET.into());
            config.stripe.api_url = url;
            config.plans.catalog = Some(file.display().to_string());
        })
        .await;
        Self { app, stripe, _plans: plans }
    }

    /// Sends an event as Stripe does, signed now.
    async fn deliver(&self, event: &Value) -> Answer {
        let body = event.to_string();
        let now = wixapp_core::clock::Clock::now(&self.app.clock);
        let header = signature::sign(&WebhookSecret::new(SECRET).unwrap(), body.as_bytes(), now);
        self.deliver_signed(&header, body).await
    }

    async fn deliver_signed(&self, header: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.app.request("POST", "/api/v1/wix/webhook/stripe", "");
        self.app.send(request.header("stripe-signature", header).body(body)).await
    }

    async fn deliver_all(&self, events: &[Value]) {
        for event in events {
            assert_eq!(self.deliver(event).await.data()["stored"], true);
        }
    }

    async fn checkout_url(&self, site: &Site, plan: &str) -> Answer {
        let body = json!({ "planId": plan, "billingCycle": "MONTHLY" });
        self.app.post(&site.token, "/api/v1/wix/billing/checkout-url", None, &body).await
    }

    /// Opens a checkout; gives our id of it and Stripe's.
    async fn checkout(&self, site: &Site, plan: &str) -> (String, String) {
        let opened = self.checkout_url(site, plan).await.data().clone();
        let (page, id) = opened["checkoutUrl"].as_str().unwrap().rsplit_once('/').unwrap();
        assert_eq!(page, "https://checkout.stripe.com/c/pay");
        (opened["checkoutId"].as_str().unwrap().to_owned(), id.to_owned())
    }

    /// A site on a plan that was bought through Stripe; gives its subscription.
    async fn subscribed(&self, plan: &str, credits: i64) -> (Site, String) {
        let site = self.app.install().await;
        let (_, session) = self.checkout(&site, plan).await;
        self.deliver_all(&self.stripe.pay(&session)).await;
        self.app.until_available(&site.token, credits).await;
        (site, self.stripe.subscription())
    }

    /// The plan, how it stands, and what can be spent; of an owner's fresh token.
    async fn standing(&self, site: &Site) -> (String, String, i64) {
        let status = self.app.status(&self.app.fresh(site).token).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let available = status["credits"]["available"].as_i64().unwrap();
        (text(&status["plan"]["id"]), text(&status["subscription"]["status"]), available)
    }

    async fn until_standing(&self, site: &Site, plan: &str, status: &str, credits: i64) {
        let expected = (plan.to_owned(), status.to_owned(), credits);
        let what = format!("{expected:?}");
        self.app.until(&what, async || (self.standing(site).await == expected).then_some(())).await;
    }
}
