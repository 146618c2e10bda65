//! Hazards 31 to 40, but for 39.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::account::{Adjustment, Change, Undo};
use wixapp_core::clock::Clock;
use wixapp_core::grant::Pool;
use wixapp_core::{Credits, ErrorCode};
use wixapp_server::App;
use wixapp_server::operator::adjust;
use wixapp_server::serve::Roles;
use wixapp_server::work::{derive, reconcile};

use super::{
    buy, counter, entries, installed, invoice, is, keys, purchased, say, standing, terms, until_standing,
};
use crate::app::{TestApp, count, days, hours, together};

on_both!(
    hazard_31_numbers_at_the_limit_are_refused_and_nothing_breaks,
    hazard_32_amounts_that_are_none_are_refused,
    hazard_33_a_key_answers_again_refuses_another_body_and_waits_its_turn,
    hazard_34_an_adjustment_names_who_and_why_and_is_taken_back_by_an_entry,
    hazard_35_a_new_catalogue_leaves_what_was_given,
    hazard_36_another_way_of_paying_is_the_same_life,
    hazard_37_two_paid_checkouts_count_by_their_invoices_and_somebody_is_told,
    hazard_37_two_plans_that_were_both_paid_count_by_their_invoices_and_cycle_once,
    hazard_37_two_plans_that_were_both_paid_in_either_order_count_and_somebody_is_told,
    hazard_38_a_deletion_cancels_work_returns_credits_and_keeps_the_books,
    hazard_40_two_schedulers_at_once_give_once,
);

fn by_hand(request_id: &str, change: Change) -> Adjustment {
    Adjustment {
        request_id: request_id.to_owned(),
        pool: Pool::Purchased,
        change,
        expires_at: None,
        actor: "kim".to_owned(),
        reason: "an apology".to_owned(),
    }
}

fn credits(amount: i64) -> Credits {
    Credits::new(amount).unwrap()
}

async fn hazard_31_numbers_at_the_limit_are_refused_and_nothing_breaks(app: TestApp) {
    let site = app.install().await;
    app.spend(&site, "s-1", i64::MAX).await.refused(ErrorCode::InsufficientCredits);
    app.credits(&site, "reserve", "s-1", json!({ "amount": i64::MAX, "action": "test" }))
        .await
        .refused(ErrorCode::InsufficientCredits);
    let hold = app.credits(&site, "reserve", "h", json!({ "amount": 1, "action": "test" })).await;
    let hold = hold.data()["holdId"].clone();
    let beyond = [
        ("spend", r#"{"amount":9223372036854775808,"action":"test"}"#.to_owned()),
        ("reserve", r#"{"amount":9223372036854775808,"action":"test"}"#.to_owned()),
        ("reserve", r#"{"amount":1,"action":"test","ttlS":9223372036854775807}"#.to_owned()),
        ("post", format!(r#"{{"holdId":{hold},"amount":9223372036854775808}}"#)),
        ("post", format!(r#"{{"holdId":{hold},"amount":9223372036854775807}}"#)),
    ];
    for (n, (what, body)) in beyond.into_iter().enumerate() {
        let path = format!("/api/v1/wix/credits/{what}");
        let request = app.request("POST", &path, &site.token).header("idempotency-key", format!("b-{n}"));
        let answer = app.send(request.header("content-type", "application/json").body(body.clone())).await;
        assert_eq!(answer.status, 422, "{what} {body}: {}", answer.text);
    }
    for query in [
        "history?limit=9223372036854775807",
        "history?limit=9223372036854775808",
        "usage?from=9223372036854775807-01-01",
        "usage?to=9999-12-32",
        "usage?utcOffset=%2B9223372036854775807:00",
    ] {
        let answer = app.get(&site.token, &format!("/api/v1/wix/credits/{query}")).await;
        assert_eq!(answer.status, 422, "{query}: {}", answer.text);
    }
    app.credits(&site, "void", "v", json!({ "holdId": hold })).await.data();
    let (store, now) = (&app.app().store, app.clock.now());
    let give = async |id: &str, amount: i64| {
        adjust::adjust(store, &site.instance_id, by_hand(id, Change::Give(credits(amount))), now).await
    };
    assert_eq!(give("a-1", i64::MAX).await.unwrap_err().code(), ErrorCode::InvalidRequest);
    assert!(give("a-2", i64::MAX - 200).await.unwrap().counted);
    assert_eq!(give("a-3", 1).await.unwrap_err().code(), ErrorCode::InvalidRequest);
    assert_eq!(app.available(&site.token).await, i64::MAX);
    app.spend(&site, "s-3", i64::MAX).await.data();
    assert_eq!(app.available(&site.token).await, 0);
    app.finish().await;
}

async fn hazard_32_amounts_that_are_none_are_refused(app: TestApp) {
    let site = app.install().await;
    for what in ["spend", "reserve"] {
        for amount in ["-1", "0", "1.5", "1e309", "\"5\"", "null", "[1]", "-0", "NaN"] {
            let body = format!(r#"{{"amount":{amount},"action":"test"}}"#);
            let path = format!("/api/v1/wix/credits/{what}");
            let request = app.request("POST", &path, &site.token).header("idempotency-key", "k");
            let answer = app.send(request.header("content-type", "application/json").body(body)).await;
            assert_eq!(answer.status, 422, "{what} {amount}: {}", answer.text);
            answer.refused(ErrorCode::InvalidRequest);
        }
    }
    // Of a hold, `null` is all of it.
    let hold = app.credits(&site, "reserve", "r", json!({ "amount": 5, "action": "test" })).await;
    let hold = hold.data()["holdId"].clone();
    for amount in ["-1", "0", "-0", "1.5", "1e309", "\"5\"", "[1]", "NaN", "6"] {
        let body = format!(r#"{{"holdId":{hold},"amount":{amount}}}"#);
        let request =
            app.request("POST", "/api/v1/wix/credits/post", &site.token).header("idempotency-key", "p");
        let answer = app.send(request.header("content-type", "application/json").body(body)).await;
        assert_eq!(answer.status, 422, "{amount}: {}", answer.text);
        answer.refused(ErrorCode::InvalidRequest);
    }
    assert_eq!(app.available(&site.token).await, 195, "it is still held");
    app.credits(&site, "void", "v", json!({ "holdId": hold })).await.data();
    assert_eq!(app.available(&site.token).await, 200);
    app.finish().await;
}

async fn hazard_33_a_key_answers_again_refuses_another_body_and_waits_its_turn(app: TestApp) {
    let site = app.install().await;
    let hold = app.credits(&site, "reserve", "r", json!({ "amount": 5, "action": "test" })).await;
    let back = app.credits(&site, "reserve", "v", json!({ "amount": 5, "action": "test" })).await;
    let (hold, back) = (&hold.data()["holdId"], &back.data()["holdId"]);
    let path = |what: &str| format!("/api/v1/wix/credits/{what}");
    let plan = |id: &str| json!({ "planId": id, "billingCycle": "MONTHLY" });
    let writes = [
        (path("spend"), json!({ "amount": 3, "action": "test" }), json!({ "amount": 4, "action": "test" })),
        (path("reserve"), json!({ "amount": 3, "action": "test" }), json!({ "amount": 4, "action": "test" })),
        (path("post"), json!({ "holdId": hold, "amount": 2 }), json!({ "holdId": hold, "amount": 3 })),
        (path("void"), json!({ "holdId": back }), json!({ "holdId": hold })),
        ("/api/v1/wix/billing/checkout-url".to_owned(), plan("pro"), plan("scale")),
        ("/api/v1/wix/billing/promo".to_owned(), json!({ "code": "WELCOME" }), json!({ "code": "SPRING" })),
        ("/api/v1/sample/work".to_owned(), json!({ "end": "well" }), json!({ "end": "badly" })),
    ];
    for (path, body, other) in &writes {
        let answers = together((0..8).map(|_| app.post(&site.token, path, Some(path), body))).await;
        // Whoever comes while the first is answered waits for it, or is told to come again.
        assert!(
            answers.iter().all(|answer| answer.status < 300 || answer.code() == "request_in_progress"),
            "{path}"
        );
        let first = answers.iter().find(|answer| answer.status < 300).unwrap();
        assert!(answers.iter().filter(|answer| answer.status < 300).all(|answer| answer.text == first.text));
        let again = app.post(&site.token, path, Some(path), body).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        app.post(&site.token, path, Some(path), other).await.refused(ErrorCode::IdempotencyMismatch);
    }
    assert_eq!(entries(&app, &site, "spend").await, 1);
    let held = app.in_flight(&site, "busy").await;
    app.spend(&site, "busy", 1).await.refused(ErrorCode::RequestInProgress);
    drop(held);
    app.spend(&site, "busy", 1).await.data();
    app.finish().await;
}

async fn hazard_34_an_adjustment_names_who_and_why_and_is_taken_back_by_an_entry(app: TestApp) {
    let site = app.install().await;
    let (store, now, id) = (app.app().store.clone(), app.clock.now(), site.instance_id.clone());
    let nobody = Adjustment { actor: " ".to_owned(), ..by_hand("a-0", Change::Give(credits(5))) };
    let refused = adjust::adjust(&store, &id, nobody, now).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidRequest);
    for counted in [true, false] {
        let done = adjust::adjust(&store, &id, by_hand("a-1", Change::Give(credits(30))), now).await.unwrap();
        assert_eq!((done.counted, done.balances.available()), (counted, 230));
    }
    let history = app.get(&site.token, "/api/v1/wix/credits/history?kind=adjust").await.data().clone();
    let entry = history["entries"][0]["entryId"].as_str().unwrap();
    let told = app.get(&site.token, &format!("/api/v1/wix/credits/explain/{entry}")).await.data().clone();
    assert_eq!((&told["actor"], &told["reason"]), (&json!("kim"), &json!("an apology")));
    let undo = || Undo { actor: "lee".to_owned(), reason: "the wrong site".to_owned() };
    for counted in [true, false] {
        let done = adjust::undo(&store, &id, &entry.parse().unwrap(), undo(), now).await.unwrap();
        assert_eq!((done.counted, done.balances.available()), (counted, 200));
    }
    assert_eq!(entries(&app, &site, "adjust").await, 2);
    let stranger = "nobody".parse().unwrap();
    let unknown = adjust::adjust(&store, &stranger, by_hand("a", Change::Give(credits(1))), now);
    assert_eq!(unknown.await.unwrap_err().code(), ErrorCode::NotFound);
    app.finish().await;
}

async fn hazard_35_a_new_catalogue_leaves_what_was_given(mut app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    app.stop_server().await;
    app.use_plans(|text| {
        text.replace("credits = 1_000", "credits = 1_500").replace("version = \"1\"", "version = \"2\"")
    });
    app.start_server().await;
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    app.clock.advance(days(30));
    app.until_available(&app.fresh(&site).token, 2_700).await;
    app.finish().await;
}

async fn hazard_36_another_way_of_paying_is_the_same_life(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    purchased(&app, &site, start, "starter", "inv-1").await;
    let began = app.status(&site.token).await["subscription"]["startedAt"].clone();
    for (n, cycle) in ["YEARLY", "MONTHLY", "YEARLY"].into_iter().enumerate() {
        app.clock.advance(hours(1));
        let mut payload = terms(app.clock.now(), "starter", &format!("inv-{}", n + 2));
        payload["cycle"] = json!(cycle);
        say(&app, &site, "PaidPlanChanged", payload).await;
        let status = app.status(&site.token).await;
        assert_eq!(
            (&status["subscription"]["startedAt"], &status["subscription"]["billingCycle"]),
            (&began, &json!(cycle))
        );
        assert_eq!(status["credits"]["available"], 1_200);
    }
    assert_eq!(entries(&app, &site, "grant").await, 2);
    app.finish().await;
}

async fn hazard_37_two_paid_checkouts_count_by_their_invoices_and_somebody_is_told(app: TestApp) {
    let (site, start) = (installed(&app, "one").await, app.clock.now());
    app.clock.advance(hours(2));
    let alarms = counter(&app, "wixapp_alarms_total").await;
    purchased(&app, &site, start, "starter", "inv-1").await;
    purchased(&app, &site, start + hours(1), "starter", "inv-2").await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 2_200));
    assert_eq!(counter(&app, "wixapp_alarms_total").await, alarms + 1);
    // The one that is refunded takes its own credits back, and the other stays.
    invoice(&app, &site, "inv-2", "REFUNDED").await;
    assert_eq!(standing(&app, &site).await, is("starter", "active", 1_200));
    app.finish().await;
}

async fn hazard_37_two_plans_that_were_both_paid_count_by_their_invoices_and_cycle_once(app: TestApp) {
    let start = app.clock.now();
    app.clock.advance(hours(2));
    let buy_both = async |name: &str, late: bool| {
        let site = installed(&app, name).await;
        let mut paid = [(start, "starter", "inv-1"), (start + hours(1), "pro", "inv-2")];
        if late {
            paid.reverse();
        }
        for (at, plan, invoice) in paid {
            purchased(&app, &site, at, plan, invoice).await;
        }
        assert_eq!(standing(&app, &site).await, is("pro", "active", 6_200), "{name}");
        site
    };
    let both = [buy_both("in-order", false).await, buy_both("out-of-order", true).await];
    // What is refunded takes its own credits along.
    for (name, refunded, left) in [("the-first", "inv-1", 5_200), ("the-second", "inv-2", 1_200)] {
        let site = buy_both(name, false).await;
        invoice(&app, &site, refunded, "REFUNDED").await;
        assert_eq!(standing(&app, &site).await, is("pro", "active", left), "{refunded}");
    }
    // Two plans are paid, and one of them brings cycles.
    app.clock.advance(days(30));
    for site in &both {
        until_standing(&app, site, is("pro", "active", 11_200)).await;
        let given = keys(&app, site).await;
        assert_eq!((given.len(), given[3].as_str()), (4, "cycle:inv-2:1"), "{given:?}");
    }
    app.finish().await;
}

async fn hazard_37_two_plans_that_were_both_paid_in_either_order_count_and_somebody_is_told(app: TestApp) {
    let start = app.clock.now();
    app.clock.advance(hours(2));
    let (mut seen, mut wanted) = (Vec::new(), Vec::new());
    // Which was paid first, and which the app hears of first.
    for [first, second] in [["starter", "pro"], ["pro", "starter"]] {
        for late in [false, true] {
            let site = installed(&app, &format!("{first}-{late}")).await;
            let alarms = counter(&app, "wixapp_alarms_total").await;
            let mut paid = [(start, first, "inv-1"), (start + hours(1), second, "inv-2")];
            if late {
                paid.reverse();
            }
            for (at, plan, invoice) in paid {
                purchased(&app, &site, at, plan, invoice).await;
            }
            let alarms = counter(&app, "wixapp_alarms_total").await - alarms;
            seen.push((first, late, standing(&app, &site).await, alarms));
            wanted.push((first, late, is("pro", "active", 6_200), 1));
        }
    }
    assert_eq!(
        seen, wanted,
        "the plan paid first, whether it was told last, how the site stands, and how often somebody is told"
    );
    app.finish().await;
}

async fn hazard_38_a_deletion_cancels_work_returns_credits_and_keeps_the_books(app: TestApp) {
    let site = app.install().await;
    let mail = "jenny@example.com";
    let notices = json!({ "address": mail, "language": "en", "lowCredits": true, "billingIssue": true,
        "planChanged": true, "creditsGranted": true });
    let settings = app.request("PUT", "/api/v1/wix/settings/notices", &site.token).json(&notices);
    app.send(settings).await.data();
    say(&app, &site, "SomethingNew", json!({ "of": mail })).await;
    let of_person = async || app.place.tables_with(mail).await;
    assert_eq!(of_person().await, ["facts", "notice_settings"]);
    app.spend(&site, "s-1", 10).await.data();
    let job = app.start_work(&site, "work", "gate").await;
    app.gate.has_visitor().await;
    app.credits(&site, "reserve", "r", json!({ "amount": 5, "action": "test" })).await.data();
    assert_eq!(app.available(&site.token).await, 184);
    let request = app.request("DELETE", "/api/v1/wix/settings/data", &site.token);
    let deleted = app.send(request).await.data().clone();
    assert_eq!(deleted, json!({ "cancelledJobs": 1, "returnedHolds": 2 }));
    assert_eq!(app.available(&site.token).await, 190);
    app.gate.open();
    let ended = app.get(&site.token, &format!("/api/v1/wix/jobs/{job}")).await.data().clone();
    assert_eq!((&ended["status"], &ended["result"]), (&json!("cancelled"), &Value::Null));
    let personal = "SELECT (SELECT count(*) FROM facts WHERE payload <> '') + (SELECT count(*) FROM jobs WHERE args <> '{}' OR result IS NOT NULL) \
        + (SELECT count(*) FROM replies WHERE request_hash <> '' OR body <> '') + (SELECT count(*) FROM checkouts WHERE url <> '')";
    assert_eq!(app.place.number(personal).await, 0);
    assert!(of_person().await.is_empty());
    assert_eq!((entries(&app, &site, "grant").await, entries(&app, &site, "void").await), (1, 2));
    // Gone and back again: no second gift.
    for event in ["AppRemoved", "AppInstalled"] {
        app.clock.advance(SignedDuration::from_secs(60));
        say(&app, &site, event, json!({ "appId": "a" })).await;
    }
    assert_eq!(standing(&app, &site).await, is("free", "free", 190));
    app.finish().await;
}

async fn hazard_40_two_schedulers_at_once_give_once(mut app: TestApp) {
    let site = app.install().await;
    buy(&app, &site, "starter", "MONTHLY").await;
    app.until_available(&site.token, 1_200).await;
    let other = app.another_server(Roles { api: true, worker: true }).await;
    for n in 1..=3 {
        app.advance(days(30)).await;
        app.until_available(&app.fresh(&site).token, 1_200 + n * 1_000).await;
    }
    let keys = (0..10).map(|n| format!("s-{n}")).collect::<Vec<_>>();
    let fresh = app.fresh(&site);
    assert_eq!(count(&together(keys.iter().map(|key| app.spend(&fresh, key, 1))).await, 200), 10);
    other.stop().await;
    app.settled().await;
    until_standing(&app, &site, is("starter", "active", 4_190)).await;
    assert_eq!(entries(&app, &site, "grant").await, 5);
    // Both at the same cycle in the same moment: one gives, and the other finds everything in order.
    let idle = Roles { api: true, worker: false };
    app.stop_server().await;
    app.start_with(idle).await;
    let other = app.another_server(idle).await;
    for n in 1..=3 {
        app.advance(days(30)).await;
        let answer = reconcile::ask(app.app(), &site.instance_id).await;
        let tick = |server: &Arc<App>| {
            let (server, id, answer) = (Arc::clone(server), site.instance_id.clone(), answer.clone());
            async move { derive::instance(&server, &id, Some(answer)).await.unwrap().changed }
        };
        let (one, two) = tokio::join!(tick(app.app()), tick(other.app()));
        assert_eq!((one.min(two), one.max(two)), (0, 1), "cycle {n}");
        assert_eq!(app.available(&app.fresh(&site).token).await, 4_190 + n * 1_000);
    }
    other.stop().await;
    app.finish().await;
}
