//! Hazards 11 to 20.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::ErrorCode;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_emulator::Card;
use wixapp_server::serve::Roles;
use wixapp_server::work::sweep;

use super::{
    ask, billing, buy, cancellation, changed, counter, entries, installed, invoice, is, purchased, say,
    signed, somebody, standing, terms, until_standing, wix_answers,
};
use crate::app::{TestApp, days, hours, together};
use crate::wire::Behaviour;

on_both!(
    hazard_11_a_lower_plan_begins_when_the_period_ends_and_is_not_sold,
    hazard_12_an_unknown_plan_waits_takes_nothing_away_and_counts_once_when_known,
    hazard_12_an_unknown_plan_keeps_the_cancelled_one_that_it_follows,
    hazard_13_a_yearly_plan_is_twelve_grants,
    hazard_14_month_cycles_from_the_29th_30th_and_31st_rise_once_a_month_over_eight_years,
    hazard_15_thirty_days_are_thirteen_grants_in_a_year_and_months_twelve,
    hazard_16_after_a_hundred_days_down_each_cycle_comes_once,
    hazard_17_a_sweep_finds_out_what_thirteen_lost_deliveries_would_have_said,
    hazard_17_a_top_up_whose_deliveries_were_all_lost_is_found_in_wixs_list,
    hazard_18_an_answer_and_a_webhook_of_one_purchase_are_one_grant,
    hazard_19_what_was_not_acknowledged_comes_again_and_counts_once,
    hazard_20_the_acknowledgement_waits_for_no_work,
    hazard_20_with_slow_commits_an_acknowledgement_does_no_other_work,
);

async fn hazard_11_a_lower_plan_begins_when_the_period_ends_and_is_not_sold(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "pro", "inv-1").await;
    app.clock.advance(hours(1));
    let body = json!({ "planId": "starter", "billingCycle": "MONTHLY" });
    let refused = app.post(&site.token, "/api/v1/wix/billing/checkout-url", None, &body).await;
    refused.refused(ErrorCode::DowngradeNotSold);
    changed(&app, &site, app.clock.now(), "starter", "inv-2").await;
    assert_eq!(standing(&app, &site).await, is("pro", "active", 5_200));
    let status = app.status(&site.token).await;
    assert_eq!(status["subscription"]["pendingPlanId"], "starter");
    app.clock.advance(days(31));
    let on_starter = async || (standing(&app, &site).await.0 == "starter").then_some(());
    app.until("the lower plan", on_starter).await;
    // On day 30 the paid month was not over yet: its second cycle was still one of the higher plan.
    assert_eq!(standing(&app, &site).await, is("starter", "active", 10_200), "all credits are kept");
    invoice(&app, &site, "inv-3", "PAID").await;
    app.clock.advance(days(29));
    until_standing(&app, &site, is("starter", "active", 11_200)).await;
    app.finish().await;
}

async fn hazard_12_an_unknown_plan_waits_takes_nothing_away_and_counts_once_when_known(mut app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    app.clock.advance(hours(1));
    let alarms = counter(&app, "wixapp_parked_total").await;
    changed(&app, &site, app.clock.now(), "platinum", "inv-2").await;
    assert!(counter(&app, "wixapp_parked_total").await > alarms, "somebody is told");
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    assert_eq!(app.place.number("SELECT count(*) FROM facts WHERE state = 'parked'").await, 1);
    app.stop_server().await;
    let plans = "\n[[plan]]\nid = 'platinum'\nname = 'Platinum'\nrank = 9\ncredits = 90000\nprice_monthly = '99.00'\n";
    app.use_plans(|text| text + plans);
    for _ in 0..2 {
        app.start_server().await;
        until_standing(&app, &site, is("platinum", "active", 91_200)).await;
        app.stop_server().await;
    }
    app.start_server().await;
    assert_eq!(app.place.number("SELECT count(*) FROM facts WHERE state = 'parked'").await, 0);
    assert_eq!(entries(&app, &site, "grant").await, 3);
    app.finish().await;
}

async fn hazard_12_an_unknown_plan_keeps_the_cancelled_one_that_it_follows(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    app.clock.advance(days(5));
    say(&app, &site, "PaidPlanAutoRenewalCancelled", cancellation(app.clock.now(), "starter")).await;
    app.clock.advance(days(5));
    let bought = app.clock.now();
    purchased(&app, &site, bought, "platinum", "inv-2").await;
    wix_answers(&app, &site, Some(billing("platinum", bought, "inv-2")));
    for _ in 0..3 {
        app.clock.advance(days(15));
        ask(&app, &site).await;
        let (plan, status, credits) = standing(&app, &site).await;
        assert_eq!((plan.as_str(), status.as_str()), ("starter", "active"));
        assert!(credits >= 1_200, "{credits} are left");
    }
    // Nobody pays any more.
    wix_answers(&app, &site, None);
    ask(&app, &site).await;
    until_standing(&app, &site, is("free", "free", 200)).await;
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

async fn hazard_13_a_yearly_plan_is_twelve_grants(app: TestApp) {
    let site = app.install().await;
    buy(&app, &site, "starter", "YEARLY").await;
    app.until_available(&site.token, 1_200).await;
    for month in 1..=12 {
        app.advance(days(30)).await;
        let expected = 200 + 1_000 * (month + 1).min(12);
        app.until_available(&app.fresh(&site).token, expected).await;
    }
    assert_eq!(entries(&app, &site, "grant").await, 13);
    // What is left of the year gives nothing, and the next year begins anew.
    app.advance(days(4)).await;
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 12_200));
    app.advance(days(3)).await;
    until_standing(&app, &site, is("starter", "active", 13_200)).await;
    app.finish().await;
}

/// The same app on the same kind of database, with cycles by the calendar.
async fn by_the_month(app: &TestApp) -> TestApp {
    let policy = wixapp_core::cycle::CyclePolicy::Month;
    TestApp::with(app.place.another().await, |config| config.plans.cycle = policy).await
}

async fn hazard_14_month_cycles_from_the_29th_30th_and_31st_rise_once_a_month_over_eight_years(app: TestApp) {
    let months = by_the_month(&app).await;
    app.finish().await;
    let app = months;
    app.advance(days(27)).await;
    let mut sites = Vec::new();
    for day in [29, 30, 31] {
        app.advance(days(1)).await;
        assert_eq!(month_and_day(app.clock.now()).1, day);
        let site = app.install().await;
        buy(&app, &site, "starter", "MONTHLY").await;
        app.until_available(&site.token, 1_200).await;
        sites.push((site, day, app.clock.now()));
    }
    for n in 1..=96 {
        // All first: in a short month they come at the same moment.
        for (site, anchor, last) in &mut sites {
            let status = app.status(&app.fresh(site).token).await;
            let next: Timestamp = status["subscription"]["nextCycleAt"].as_str().unwrap().parse().unwrap();
            let ((before, _), (month, day)) = (month_and_day(*last), month_and_day(next));
            assert_eq!(month, before % 12 + 1, "{last} {next}");
            let end_of_month = month_and_day(next + days(1)).1 == 1;
            assert!(day == *anchor || (day < *anchor && end_of_month), "{anchor}: {next}");
            *last = next;
        }
        let last = sites.iter().map(|(.., next)| *next).max().unwrap();
        app.advance(last.duration_since(app.clock.now())).await;
        for (site, ..) in &sites {
            app.until_available(&app.fresh(site).token, 1_200 + 1_000 * n).await;
        }
    }
    for (site, ..) in &sites {
        assert_eq!(entries(&app, site, "grant").await, 98);
    }
    app.finish().await;
}

fn month_and_day(at: Timestamp) -> (i8, i8) {
    let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.month(), date.day())
}

async fn hazard_15_thirty_days_are_thirteen_grants_in_a_year_and_months_twelve(app: TestApp) {
    let site = app.install().await;
    buy(&app, &site, "starter", "MONTHLY").await;
    app.until_available(&site.token, 1_200).await;
    for n in 1..=12 {
        app.advance(days(30)).await;
        app.until_available(&app.fresh(&site).token, 1_200 + 1_000 * n).await;
    }
    app.advance(days(5) - SignedDuration::from_secs(1)).await;
    app.settled().await;
    assert_eq!(app.available(&app.fresh(&site).token).await, 200 + 13 * 1_000);
    let months = by_the_month(&app).await;
    app.finish().await;
    let app = months;
    let site = app.install().await;
    buy(&app, &site, "starter", "MONTHLY").await;
    app.until_available(&site.token, 1_200).await;
    for n in [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31] {
        app.advance(days(n)).await;
    }
    app.advance(days(28) - SignedDuration::from_secs(1)).await;
    app.until_available(&app.fresh(&site).token, 200 + 12 * 1_000).await;
    app.finish().await;
}

async fn hazard_16_after_a_hundred_days_down_each_cycle_comes_once(mut app: TestApp) {
    let site = app.install().await;
    buy(&app, &site, "starter", "MONTHLY").await;
    app.until_available(&site.token, 1_200).await;
    app.stop_server().await;
    app.to_app.set(Behaviour::Answer(503));
    app.advance(days(100)).await;
    app.to_app.set(Behaviour::PassOn);
    // Stopped again and again in the midst of catching up.
    for _ in 0..5 {
        app.start_server().await;
        app.stop_server().await;
    }
    app.start_server().await;
    app.until_available(&app.fresh(&site).token, 4_200).await;
    app.settled().await;
    assert_eq!(entries(&app, &site, "grant").await, 5);
    app.finish().await;
}

async fn hazard_17_a_sweep_finds_out_what_thirteen_lost_deliveries_would_have_said(app: TestApp) {
    let site = app.install().await;
    app.to_app.set(Behaviour::Answer(500));
    app.to_wix.set(Behaviour::Answer(500));
    buy(&app, &site, "pro", "MONTHLY").await;
    // All retries fail, over 47 hours, and Wix cannot be asked either.
    app.advance(days(3)).await;
    let lost = app.emulator.deliveries().pop().unwrap();
    assert_eq!(app.emulator.delivery(lost.delivery_id.as_str()).unwrap().attempts.len(), 13);
    assert_eq!(standing(&app, &site).await, is("free", "free", 200));
    app.to_wix.set(Behaviour::PassOn);
    // Who is asked about at this very moment by the sweep that runs by itself is not asked about twice.
    let swept = sweep::all(app.app(), |_| {}).await.unwrap();
    assert_eq!((swept.unanswered, swept.failed), (0, 0));
    until_standing(&app, &site, is("pro", "active", 5_200)).await;
    app.to_app.set(Behaviour::PassOn);
    app.finish().await;
}

async fn hazard_17_a_top_up_whose_deliveries_were_all_lost_is_found_in_wixs_list(app: TestApp) {
    let site = app.install().await;
    app.to_app.set(Behaviour::Answer(500));
    let mut pages = Vec::new();
    for _ in 0..2 {
        let (token, body) = (app.fresh(&site).token, json!({ "topUpId": "pack-500" }));
        let opened = app.post(&token, "/api/v1/wix/billing/top-ups/checkout-url", None, &body).await;
        pages.push(opened.data().clone());
        let (_, page) = opened.data()["checkoutUrl"].as_str().unwrap().rsplit_once('/').unwrap();
        app.emulator.pay(page, &Card::paying()).await.unwrap();
        // All retries fail, over 47 hours.
        app.advance(days(3)).await;
        let deliveries = app.emulator.deliveries();
        let lost = deliveries.iter().rfind(|d| d.event_type == "PaidPlanPurchased").unwrap();
        assert_eq!(app.emulator.delivery(lost.delivery_id.as_str()).unwrap().attempts.len(), 13);
        let expected = 200 + 500 * i64::try_from(pages.len()).unwrap();
        ask(&app, &site).await;
        until_standing(&app, &site, is("free", "free", expected)).await;
        for _ in 0..3 {
            ask(&app, &site).await;
        }
        assert_eq!(standing(&app, &site).await, is("free", "free", expected));
    }
    // The first word of one comes after all, by hand: it is the same purchase.
    app.to_app.set(Behaviour::PassOn);
    let sent: Vec<_> =
        app.emulator.deliveries().into_iter().filter(|d| d.event_type == "PaidPlanPurchased").collect();
    for delivery in &sent {
        app.emulator.resend(delivery.delivery_id.as_str(), 2).await.unwrap();
        app.settled().await;
    }
    assert_eq!(standing(&app, &site).await, is("free", "free", 1_200));
    assert_eq!(entries(&app, &site, "grant").await, 3);
    // Each completed the checkout it was for, and none after it.
    let body = json!({ "topUpId": "pack-500" });
    let fresh = app.fresh(&site);
    let open = app.post(&fresh.token, "/api/v1/wix/billing/top-ups/checkout-url", None, &body).await;
    for delivery in &sent {
        app.emulator.resend(delivery.delivery_id.as_str(), 1).await.unwrap();
    }
    ask(&app, &site).await;
    app.settled().await;
    let path = format!("/api/v1/wix/billing/checkout/{}", open.data()["checkoutId"].as_str().unwrap());
    assert_eq!(app.get(&fresh.token, &path).await.data()["status"], "open");
    app.finish().await;
}

/// Which of the two comes first.
#[derive(Clone, Copy, PartialEq)]
enum First {
    Webhook,
    Answer,
    Neither,
}

async fn hazard_18_an_answer_and_a_webhook_of_one_purchase_are_one_grant(app: TestApp) {
    for (n, first) in [First::Webhook, First::Answer, First::Neither].into_iter().enumerate() {
        let site = app.install().await;
        let behaviour = if first == First::Webhook { Behaviour::PassOn } else { Behaviour::Say(json!({})) };
        app.to_app.set(behaviour);
        let (checkout, page) = app.checkout(&site, "starter").await;
        app.emulator.pay(&page, &Card::paying()).await.unwrap();
        app.to_app.set(Behaviour::PassOn);
        let sent = app.emulator.deliveries().into_iter().rev();
        let purchase = sent.into_iter().find(|sent| sent.event_type == "PaidPlanPurchased").unwrap();
        let path = format!("/api/v1/wix/billing/checkout/{checkout}/return");
        let body = json!({});
        let back = app.post(&site.token, &path, None, &body);
        let late = app.emulator.resend(purchase.delivery_id.as_str(), 1);
        match first {
            First::Neither => {
                let (back, late) = tokio::join!(back, late);
                back.data();
                late.unwrap();
            }
            First::Answer => {
                back.await.data();
                app.until_available(&site.token, 1_200).await;
                late.await.unwrap();
            }
            First::Webhook => {
                app.until_available(&site.token, 1_200).await;
                back.await.data();
                sweep::one(app.app(), &site.instance_id).await.unwrap();
                late.await.unwrap();
            }
        }
        app.until_available(&site.token, 1_200).await;
        app.settled().await;
        // The answer may come after the webhook.
        let asked = || (app.to_wix.count("/apps/v1/instance") > n).then_some(());
        app.until("Wix is asked", async || asked()).await;
        app.settled().await;
        assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
        assert_eq!(entries(&app, &site, "grant").await, 2);
    }
    app.finish().await;
}

async fn hazard_19_what_was_not_acknowledged_comes_again_and_counts_once(mut app: TestApp) {
    let site = installed(&app, "one").await;
    let event = signed(&app, &site, "PaidPlanPurchased", &terms(app.clock.now(), "starter", "inv-1"));
    // Between verifying and storing: nothing is kept, and Wix is told so.
    app.expect_status(500);
    app.expect_status(503);
    app.place.raw("ALTER TABLE deliveries RENAME TO gone").await;
    assert!(app.deliver(event.clone()).await.status >= 500);
    app.place.raw("ALTER TABLE gone RENAME TO deliveries").await;
    assert_eq!(app.place.number("SELECT count(*) FROM facts").await, 1, "the fact went with its delivery");
    // Between storing and the answer: it is stored, Wix does not know, and sends it again to the next process.
    app.deliver(event.clone()).await.data();
    app.stop_server().await;
    app.start_server().await;
    app.deliver(event).await.data();
    until_standing(&app, &site, is("starter", "active", 1_200)).await;
    assert_eq!(entries(&app, &site, "grant").await, 2);
    app.finish().await;
}

async fn hazard_20_the_acknowledgement_waits_for_no_work(mut app: TestApp) {
    app.stop_server().await;
    app.start_with(Roles { api: true, worker: false }).await;
    app.to_wix.set(Behaviour::Hang);
    let site = somebody(&app, "one");
    app.deliver(signed(&app, &site, "AppInstalled", &json!({ "appId": "a" }))).await.data();
    app.deliver(signed(&app, &site, "PaidPlanPurchased", &terms(app.clock.now(), "pro", "inv-1")))
        .await
        .data();
    assert_eq!(app.place.number("SELECT count(*) FROM facts WHERE state = 'new'").await, 2);
    for table in ["entries", "grants", "holds", "jobs", "notices", "replies"] {
        let written = app.place.number(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(written, 0, "an acknowledgement waited for {table}");
    }
    assert_eq!(app.to_wix.count("/apps/v1/instance") + app.to_wix.count("/oauth2/token"), 0);
    app.to_wix.set(Behaviour::PassOn);
    app.stop_server().await;
    app.start_server().await;
    until_standing(&app, &site, is("pro", "active", 5_200)).await;
    let status: Value = app.status(&site.token).await;
    assert_eq!(status["connection"]["status"], "connected");
    app.finish().await;
}

/// What an acknowledgement writes, and what processes write of themselves.
const ITS_OWN: [&str; 3] = ["facts", "deliveries", "signs_of_life"];

/// The tables that an acknowledgement has nothing to do with.
fn other_tables() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/migrations/sqlite");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let lines = files.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let name = |line: String| Some(line.strip_prefix("CREATE TABLE ")?.split(' ').next()?.to_owned());
    lines.filter_map(name).filter(|name| !ITS_OWN.contains(&name.as_str())).collect()
}

/// Everything in the database that is not [`ITS_OWN`].
fn the_rest(app: &TestApp) -> Vec<String> {
    let of_its_own = |line: &&str| ITS_OWN.iter().any(|name| line.starts_with(&format!("{name}: ")));
    app.place.dump().lines().filter(|line| !of_its_own(line)).map(str::to_owned).collect()
}

/// From now on each commit of a delivery takes its time.
async fn slow_down(app: &TestApp) {
    let slow = if app.place.is_sqlite() {
        "CREATE VIEW slow AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000) SELECT max(x) FROM n; \
         CREATE TRIGGER slow_disk AFTER INSERT ON deliveries BEGIN SELECT * FROM slow; END"
    } else {
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END'; \
         CREATE CONSTRAINT TRIGGER slow_disk AFTER INSERT ON deliveries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()"
    };
    app.place.raw(slow).await;
}

async fn hazard_20_with_slow_commits_an_acknowledgement_does_no_other_work(mut app: TestApp) {
    app.stop_server().await;
    app.start_with(Roles { api: true, worker: false }).await;
    app.to_wix.set(Behaviour::Hang);
    slow_down(&app).await;
    // Nobody may write anywhere else: on PostgreSQL whoever tries waits in vain, and on SQLite it is seen.
    let tables = other_tables();
    assert!(tables.iter().any(|table| table == "instances") && tables.len() > 20, "{tables:?}");
    let locked = if app.place.is_sqlite() { None } else { Some(app.place.lock(&tables.join(", ")).await) };
    let before = locked.is_none().then(|| the_rest(&app));
    let sites: Vec<_> = (0..8).map(|n| somebody(&app, &format!("site-{n}"))).collect();
    let events = sites.iter().flat_map(|site| {
        let bought = terms(app.clock.now(), "starter", "inv-1");
        let events = [
            ("AppInstalled", json!({ "appId": "a" })),
            ("PaidPlanPurchased", bought),
            ("SomethingNew", json!({})),
        ];
        events.map(|(event, payload)| signed(&app, site, event, &payload))
    });
    // Each comes twice, and all come at once.
    let sent: Vec<String> = events.flat_map(|event| [event.clone(), event]).collect();
    let answers = together(sent.into_iter().map(|event| app.deliver(event))).await;
    let new = answers.iter().filter(|answer| answer.data()["duplicate"] == false).count();
    assert_eq!((answers.len(), new), (48, 24));
    let count = async |what: &str| app.place.number(&format!("SELECT count(*) FROM {what}")).await;
    assert_eq!((count("deliveries").await, count("facts").await), (48, 24));
    assert_eq!(count("facts WHERE state = 'new'").await, 16, "nothing was looked at");
    if let Some(before) = before {
        assert_eq!(the_rest(&app), before);
    }
    assert_eq!(app.to_wix.count("/apps/v1/instance") + app.to_wix.count("/oauth2/token"), 0);
    drop(locked);
    // A worker that waits for Wix about a removal holds up no acknowledgement about the same site.
    let worker = app.another_server(Roles { api: false, worker: true }).await;
    app.clock.advance(SignedDuration::from_secs(60));
    for event in ["AppRemoved", "AppInstalled"] {
        let told = together(
            sites.iter().map(|site| app.deliver(signed(&app, site, event, &json!({ "appId": "a" })))),
        )
        .await;
        assert!(told.iter().all(|answer| answer.data()["duplicate"] == false));
        app.clock.advance(SignedDuration::from_secs(60));
        app.until("Wix is asked", async || (app.to_wix.count("/oauth2/token") > 0).then_some(())).await;
    }
    app.to_wix.set(Behaviour::PassOn);
    for site in &sites {
        until_standing(&app, site, is("starter", "active", 1_200)).await;
    }
    worker.stop().await;
    app.finish().await;
}
