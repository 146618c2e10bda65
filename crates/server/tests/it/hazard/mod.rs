//! The forty hazards of billing, each checked from outside: what Wix sends goes in, what the API says comes out.

mod eleven_to_twenty;
mod one_to_ten;
mod restored;
mod thirty_one_to_forty;
mod twenty_one_to_thirty;

use serde_json::{Value, json};
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_emulator::{Card, CheckoutOrder};

use crate::app::{Site, TestApp, signer};
use crate::wire::Behaviour;

/// A site that only this test speaks for: the local platform does not know it, and answers no question about it.
fn somebody(app: &TestApp, name: &str) -> Site {
    app.site("site-x", &name.parse().unwrap())
}

/// One that has the app, and its free credits.
async fn installed(app: &TestApp, name: &str) -> Site {
    let site = somebody(app, name);
    say(app, &site, "AppInstalled", json!({ "appId": "a" })).await;
    app.until_available(&site.token, 200).await;
    site
}

/// A webhook about a site, signed now.
fn signed(app: &TestApp, site: &Site, event: &str, payload: &Value) -> String {
    signer().sign(event, &site.instance_id, payload, app.clock.now()).unwrap()
}

/// Sends a webhook and waits until it was looked at.
async fn say(app: &TestApp, site: &Site, event: &str, payload: Value) {
    app.deliver(signed(app, site, event, &payload)).await.data();
    app.settled().await;
}

fn terms(at: Timestamp, plan: &str, invoice: &str) -> Value {
    json!({ "operationTimeStamp": at, "vendorProductId": plan, "cycle": "MONTHLY", "invoiceId": invoice })
}

async fn purchased(app: &TestApp, site: &Site, at: Timestamp, plan: &str, invoice: &str) {
    say(app, site, "PaidPlanPurchased", terms(at, plan, invoice)).await;
}

async fn changed(app: &TestApp, site: &Site, at: Timestamp, plan: &str, invoice: &str) {
    say(app, site, "PaidPlanChanged", terms(at, plan, invoice)).await;
}

fn cancellation(at: Timestamp, plan: &str) -> Value {
    json!({ "operationTimeStamp": at, "vendorProductId": plan, "cycle": "MONTHLY",
        "subscriptionCancellationType": "AT_END_OF_PERIOD" })
}

async fn invoice(app: &TestApp, site: &Site, invoice: &str, status: &str) {
    let payload =
        json!({ "status": status, "invoiceId": invoice, "instanceId": site.instance_id, "recurring": true });
    say(app, site, "InvoiceStatusUpdated", payload).await;
}

/// What Wix answers from now on, to every question about this site; for the token as well as for the instance.
fn wix_answers(app: &TestApp, site: &Site, billing: Option<Value>) {
    app.to_wix.set(Behaviour::Say(json!({
        "access_token": "a-token", "token_type": "Bearer", "expires_in": 14_400,
        "instance": { "instanceId": site.instance_id, "isFree": billing.is_none(), "billing": billing },
        "site": {},
    })));
}

fn billing(plan: &str, since: Timestamp, invoice: &str) -> Value {
    json!({ "packageName": plan, "billingCycle": "MONTHLY", "timeStamp": since, "autoRenewing": true,
        "invoiceId": invoice, "source": "test" })
}

/// Buys a plan at the local platform.
async fn buy(app: &TestApp, site: &Site, plan: &str, cycle: &str) {
    let order = CheckoutOrder {
        product_id: plan.to_owned(),
        billing_cycle: Some(cycle.to_owned().into()),
        ..CheckoutOrder::default()
    };
    let page = app.emulator.open_checkout(&site.instance_id, order).unwrap();
    app.emulator.pay(&page.token, &Card::paying()).await.unwrap();
}

/// The plan, its standing and the credits of a site.
async fn standing(app: &TestApp, site: &Site) -> (String, String, i64) {
    let status = app.status(&app.fresh(site).token).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&status["plan"]["id"]),
        text(&status["subscription"]["status"]),
        status["credits"]["available"].as_i64().unwrap(),
    )
}

fn is(plan: &str, status: &str, credits: i64) -> (String, String, i64) {
    (plan.to_owned(), status.to_owned(), credits)
}

/// Until the site stands like this.
async fn until_standing(app: &TestApp, site: &Site, wanted: (String, String, i64)) {
    let what = format!("{wanted:?}");
    app.until(&what, async || (standing(app, site).await == wanted).then_some(())).await;
}

/// How many ledger entries of one kind a site has.
async fn entries(app: &TestApp, site: &Site, kind: &str) -> usize {
    let path = format!("/api/v1/wix/credits/history?limit=100&kind={kind}");
    app.get(&app.fresh(site).token, &path).await.data()["entries"].as_array().unwrap().len()
}

/// The keys in the books of a site, in their order, without the site and the facts in them.
async fn keys(app: &TestApp, site: &Site) -> Vec<String> {
    let entries = app.app().store.list_entries(&site.instance_id, None, i64::MAX).await.unwrap();
    let short = |key: &str| {
        let parts = key.split(':').filter(|part| *part != site.instance_id.as_str() && part.len() < 64);
        parts.collect::<Vec<_>>().join(":")
    };
    entries.iter().rev().map(|entry| short(&entry.business_key)).collect()
}

/// Every order of the things.
fn orders<T: Clone>(things: &[T]) -> Vec<Vec<T>> {
    if things.is_empty() {
        return vec![Vec::new()];
    }
    let rest = |n: usize| things.iter().enumerate().filter(move |(at, _)| *at != n).map(|(_, t)| t.clone());
    (0..things.len())
        .flat_map(|n| {
            let first = things[n].clone();
            orders(&rest(n).collect::<Vec<_>>())
                .into_iter()
                .map(move |order| std::iter::once(first.clone()).chain(order).collect())
        })
        .collect()
}

/// What a counter of `/metrics` says.
async fn counter(app: &TestApp, name: &str) -> u32 {
    let text = app.get("", "/metrics").await.text;
    let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
    line.and_then(|line| line.rsplit_once(' ')?.1.parse().ok()).unwrap_or(0)
}

/// Asks Wix about a site, whenever it was asked before.
async fn ask(app: &TestApp, site: &Site) {
    let asked = wixapp_server::work::sweep::one(app.app(), &site.instance_id).await.unwrap();
    assert_eq!(asked.unanswered, 0);
}
