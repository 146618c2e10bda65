//! The history over HTTP: filters, opaque cursors, the CSV file, usage, and the story of an entry.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::ErrorCode;
use wixapp_emulator::Card;

use crate::app::{Site, TestApp, days};

on_both!(
    the_history_is_filtered_by_kind_pool_and_time,
    a_cursor_goes_on_where_the_page_ended_although_entries_came,
    the_csv_file_holds_everything_and_runs_no_formula,
    usage_counts_days_where_the_owner_lives,
    every_entry_can_be_explained,
);

async fn history(app: &TestApp, site: &Site, query: &str) -> Value {
    app.get(&site.token, &format!("/api/v1/wix/credits/history?{query}")).await.data().clone()
}

fn amounts(page: &Value) -> Vec<i64> {
    page["entries"].as_array().unwrap().iter().map(|entry| entry["amount"].as_i64().unwrap()).collect()
}

async fn the_history_is_filtered_by_kind_pool_and_time(app: TestApp) {
    let site = app.install().await;
    app.spend(&site, "s-1", 3).await.data();
    app.clock.advance(days(1));
    let site = app.fresh(&site);
    app.spend(&site, "s-2", 4).await.data();
    assert_eq!(amounts(&history(&app, &site, "kind=spend").await), [-4, -3]);
    assert_eq!(amounts(&history(&app, &site, "kind=grant&pool=plan").await), [200]);
    assert_eq!(amounts(&history(&app, &site, "pool=purchased").await), [0; 0]);
    assert_eq!(amounts(&history(&app, &site, "from=2027-03-02T00:00:00Z").await), [-4]);
    assert_eq!(amounts(&history(&app, &site, "to=2027-03-02T00:00:00Z&kind=spend").await), [-3]);
    for odd in [
        "kind=theft",
        "pool=gold",
        "from=yesterday",
        "format=xml",
        "from=2027-03-02T00:00:00Z&to=2027-03-01T00:00:00Z",
    ] {
        let answer = app.get(&site.token, &format!("/api/v1/wix/credits/history?{odd}")).await;
        answer.refused(ErrorCode::InvalidRequest);
    }
    app.finish().await;
}

async fn a_cursor_goes_on_where_the_page_ended_although_entries_came(app: TestApp) {
    let site = app.install().await;
    for n in 1..=5 {
        app.spend(&site, &format!("s-{n}"), n).await.data();
    }
    for filter in ["", "&kind=spend", "&pool=plan"] {
        let before = amounts(&history(&app, &site, &format!("limit=100{filter}")).await);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = history(&app, &site, &format!("limit=2{filter}{cursor}")).await;
            seen.extend(amounts(&page));
            app.spend(&site, &format!("new-{filter}-{}", seen.len()), 1).await.data();
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, before, "{filter}");
    }
    app.finish().await;
}

async fn the_csv_file_holds_everything_and_runs_no_formula(app: TestApp) {
    let site = app.install().await;
    let evil = json!({ "amount": 1, "action": "-1", "reference": "=cmd|' /C calc'!A0, \"x\"" });
    app.credits(&site, "spend", "evil", evil).await.data();
    // More than are read at once.
    let many = app.app().store.transact(
        &site.instance_id,
        wixapp_store::Want::money(),
        wixapp_core::clock::Clock::now(&app.clock),
        |tx| {
            let cause = wixapp_core::entry::Cause::new("user", "");
            let one = wixapp_core::Credits::new(1).unwrap();
            for n in 0..120 {
                let hold = wixapp_core::hold::ReserveRequest {
                    key: format!("h-{n}"),
                    action: "work".to_owned(),
                    amount: one,
                    expires_at: None,
                };
                for round in 0..3 {
                    let hold =
                        wixapp_core::hold::ReserveRequest { key: format!("h-{n}-{round}"), ..hold.clone() };
                    let hold = tx.account.reserve(hold, tx.now)?;
                    tx.account.void(&hold.id, tx.now)?;
                }
                tx.account.spend(&format!("s-{n}"), "work", one, &cause, tx.now)?;
            }
            Ok::<_, wixapp_core::account::LedgerError>(())
        },
    );
    many.await.unwrap().unwrap();
    let by_header =
        app.request("GET", "/api/v1/wix/credits/history", &site.token).header("accept", "text/csv");
    let file = app.send(by_header).await;
    assert_eq!((file.status, file.header("content-type").split(';').next()), (200, Some("text/csv")));
    assert!(file.header("content-disposition").starts_with("attachment"));
    let lines: Vec<&str> = file.text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
    assert_eq!(lines[0], "entryId,at,kind,pool,amount,balanceAfter,text");
    assert_eq!(lines.len(), 1 + 2 + 120 * 7);
    assert_eq!(lines.iter().collect::<std::collections::BTreeSet<_>>().len(), lines.len());
    assert!(lines[lines.len() - 2].ends_with(",spend,plan,-1,199,\"'-1: =cmd|' /C calc'!A0, \"\"x\"\"\""));
    assert!(lines[lines.len() - 1].ends_with(",grant,plan,200,200,200 credits to start with"));
    let filtered = app.get(&site.token, "/api/v1/wix/credits/history?format=csv&kind=grant").await;
    assert_eq!(filtered.text.lines().count(), 2);
    let page = app.request("GET", "/api/v1/wix/credits/history?format=json", &site.token);
    assert_eq!(
        app.send(page.header("accept", "text/csv")).await.data()["entries"].as_array().unwrap().len(),
        20
    );
    app.finish().await;
}

async fn usage_counts_days_where_the_owner_lives(app: TestApp) {
    let site = app.install().await;
    // It is 10 o'clock in Greenwich on the 1st of March.
    app.spend(&site, "s-1", 3).await.data();
    app.clock.advance(SignedDuration::from_hours(13) + SignedDuration::from_mins(30));
    let site = app.fresh(&site);
    app.spend(&site, "s-2", 5).await.data();
    let job = app.start_work(&site, "work", "well").await;
    app.ended(&site, &job).await;
    let usage = async |query: &str| {
        app.get(&site.token, &format!("/api/v1/wix/credits/usage?{query}")).await.data().clone()
    };
    let here = usage("").await;
    assert_eq!(
        (&here["from"], &here["to"], &here["credits"]),
        (&json!("2027-01-31"), &json!("2027-03-01"), &json!(9))
    );
    assert_eq!(here["days"].as_array().unwrap().len(), 30);
    let last = json!({ "date": "2027-03-01", "credits": 9, "actions": [
        { "action": "test", "credits": 8 }, { "action": "work", "credits": 1 }
    ] });
    assert_eq!(here["days"][29], last);
    let east = usage("from=2027-03-01&to=2027-03-02&utcOffset=%2B01:00").await;
    assert_eq!((&east["days"][0]["credits"], &east["days"][1]["credits"]), (&json!(3), &json!(6)));
    assert_eq!(usage("from=2027-03-02&to=2027-03-02&utcOffset=-05:00").await["credits"], 0);
    for odd in [
        "from=2027-03-02&to=2027-03-01",
        "from=2025-01-01",
        "utcOffset=%2B15:00",
        "to=2027-02-30",
        "from=0001-01-01&to=9999-12-31",
    ] {
        let answer = app.get(&site.token, &format!("/api/v1/wix/credits/usage?{odd}")).await;
        answer.refused(ErrorCode::InvalidRequest);
    }
    app.finish().await;
}

async fn every_entry_can_be_explained(app: TestApp) {
    let site = app.install().await;
    let other = app.install().await;
    let (_, page) = app.checkout(&site, "starter").await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    app.until_available(&site.token, 1_200).await;
    app.spend(&site, "s-1", 10).await.data();
    let job = app.start_work(&site, "work", "badly").await;
    app.ended(&site, &job).await;
    let entries = history(&app, &site, "limit=100").await["entries"].as_array().unwrap().clone();
    let reasons: Vec<_> = entries.iter().rev().map(|entry| entry["reason"].clone()).collect();
    let says = |code: &str, name: &str| json!({ "code": code, "name": name, "refunded": false });
    // What was used was used for what its user says.
    let users = Value::Null;
    assert_eq!(
        reasons,
        [says("start", "200"), says("plan_bought", "Starter"), users.clone(), users.clone(), users]
    );
    let mut told = Vec::new();
    for entry in entries.iter().rev() {
        let path = format!("/api/v1/wix/credits/explain/{}", entry["entryId"].as_str().unwrap());
        let explained = app.get(&site.token, &path).await.data().clone();
        assert_eq!(explained["entry"], *entry);
        let after = explained["balanceBefore"].as_i64().unwrap() + entry["amount"].as_i64().unwrap();
        assert_eq!(explained["balanceAfter"], after);
        told.push(format!(
            "{}: {}",
            explained["actor"].as_str().unwrap(),
            explained["sentence"].as_str().unwrap()
        ));
        app.get(&other.token, &path).await.refused(ErrorCode::NotFound);
        if entry["kind"] == "grant" && entry["amount"] == 1_000 {
            assert_eq!(
                explained["plan"],
                json!({ "id": "starter", "name": "Starter", "catalogVersion": "1" })
            );
            assert_eq!(explained["fact"]["eventType"], "PaidPlanPurchased");
            assert_eq!(explained["grant"]["source"], "cycle");
        }
    }
    // Once for each database.
    insta::allow_duplicates! {
    insta::assert_snapshot!(told.join("\n"), @r"
    cycle: 200 credits were given to start with. Every site gets them once.
    wix: Starter was bought on 1 March 2027, and its first 1,000 credits were given.
    user: 10 credits were spent on `test`.
    user: 1 credit was put aside for `work`, which was about to begin.
    user: 1 credit that had been put aside for `work` came back: it was not done after all.
    ");
    }
    app.finish().await;
}
