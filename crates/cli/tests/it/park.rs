//! `webhook park`: what it lists can be pasted into `webhook show` and `webhook replay`, and is used once.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use wixapp_place::Place;

use crate::program::{Program, wixapp};

const PURCHASE: &str =
    r#"{"operationTimeStamp":"2027-03-01T10:00:00.000Z","vendorProductId":"PLAN","cycle":"MONTHLY"}"#;
const REFUND: &str = r#"{"id":"evt_9","type":"charge.refunded","created":1803895201,"livemode":false,"data":{"object":{"id":"ch_1","refunded":true}}}"#;
/// Another plan was chosen, and renewal switched off: two facts.
const CHANGE: &str = r#"{"id":"evt_8","type":"customer.subscription.updated","created":1803895201,"livemode":false,"data":{"object":
{"id":"sub_1","status":"active","cancel_at_period_end":true,"items":{"data":[{"id":"si_1","price":{"id":"gold"}}]}},
"previous_attributes":{"cancel_at_period_end":false,"items":{"data":[{"price":{"id":"silver"}}]}}}}"#;
/// A fact that names a plan of which the catalogue does not know.
const GOLD: &str = r#"{"kind":"planPurchased","vendorProductId":"gold","cycle":"MONTHLY","expiresAt":null,"invoiceId":null}"#;
/// What lies in the park of [`Park::open`], by its key, and the id under which it is found.
const PARKED: [(&str, Option<&str>); 6] = [
    ("old-version", Some("dlv_1")),
    ("unreadable", Some("dlv_3")),
    ("unknown-plan", Some("dlv_4")),
    ("answer", None),
    ("evt_8.2", Some("dlv_5")),
    ("evt_9", Some("evt_9")),
];

/// Runs a test on SQLite and on PostgreSQL.
fn on_both(test: fn(&Place, &tokio::runtime::Runtime)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    test(&Place::sqlite(), &runtime);
    test(&runtime.block_on(Place::postgres()), &runtime);
}

/// A database with everything that may be parked.
struct Park<'a> {
    folder: TempDir,
    place: &'a Place,
}

impl<'a> Park<'a> {
    fn open(place: &'a Place, runtime: &tokio::runtime::Runtime) -> Self {
        let park = Self { folder: tempfile::tempdir().unwrap(), place };
        park.command(&["migrate"]).run().success();
        runtime.block_on(place.raw(&fill()));
        park
    }

    fn command(&self, args: &[&str]) -> Program {
        command(self.folder.path(), self.place, args)
            .configured()
            .env("WIXAPP_LOG", "off")
            .env("WIXAPP_STRIPE_SECRET_KEY", "sk_test_0123456789abcdef")
            .env("WIXAPP_STRIPE_WEBHOOK_SECRET", "whsec_0123456789abcdef")
    }

    fn json(&self, args: &[&str]) -> Value {
        json(self.command(args))
    }

    fn keys(&self) -> Vec<String> {
        let listed = self.json(&["webhook", "park", "list"]);
        listed.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
    }
}

fn command(folder: &Path, place: &Place, args: &[&str]) -> Program {
    wixapp(args).env("WIXAPP_DATABASE_URL", place.url()).inside(folder)
}

fn json(program: Program) -> Value {
    serde_json::from_str(&program.arg("--json").run().success()).unwrap()
}

fn fill() -> String {
    let second = |n: i64| 1_803_895_200_000_000 + n * 1_000_000;
    let head = "0".repeat(64);
    let mut sql = format!(
        "INSERT INTO instances (instance_id, created_at, installed_at, head) VALUES ('site-1', {at}, {at}, '{head}'); \
         INSERT INTO stripe_events (event_id, event_type, payload, received_at, state, reason, asks, ask_at) \
         VALUES ('evt_9', 'charge.refunded', '{REFUND}', {last}, 'parked', 'nobody could say whose it is', 6, {last});",
        at = second(0),
        last = second(9)
    );
    let (pro, gold) = (PURCHASE.replace("PLAN", "pro"), PURCHASE.replace("PLAN", "gold"));
    let facts = [
        ("old-version", "PaidPlanPurchased", "NULL".to_owned(), pro.as_str(), "it was not understood"),
        ("unreadable", "PaidPlanPurchased", "NULL".to_owned(), "{}", "it has no date"),
        ("unknown-plan", "PaidPlanPurchased", format!("'{GOLD}'"), &gold, "the catalogue does not know it"),
        ("answer", "GetAppInstance", format!("'{GOLD}'"), "", "the catalogue does not know it"),
        (
            "evt_8.2",
            "customer.subscription.updated",
            format!("'{GOLD}'"),
            "",
            "the catalogue does not know it",
        ),
    ];
    for (n, (key, kind, fact, payload, reason)) in (1..).zip(facts) {
        sql += &format!(
            "INSERT INTO facts (instance_id, fact_key, event_type, happened_at, received_at, kind, payload, state, reason) \
             VALUES ('site-1', '{key}', '{kind}', {at}, {at}, {fact}, '{payload}', 'parked', '{reason}');",
            at = second(n)
        );
    }
    // The first came twice, and the last came with another fact of its event, which was used.
    sql += &format!(
        "INSERT INTO facts (instance_id, fact_key, event_type, happened_at, received_at, kind, payload, state, reason) \
         VALUES ('site-1', 'evt_8', 'customer.subscription.updated', {at}, {at}, NULL, '{CHANGE}', 'done', NULL);",
        at = second(5)
    );
    let arrivals = [
        ("dlv_1", "old-version", 0),
        ("dlv_2", "old-version", 1),
        ("dlv_3", "unreadable", 0),
        ("dlv_4", "unknown-plan", 0),
        ("dlv_5", "evt_8", 0),
    ];
    for (id, key, duplicate) in arrivals {
        sql += &format!(
            "INSERT INTO deliveries (instance_id, delivery_id, fact_key, event_type, received_at, duplicate) \
             VALUES ('site-1', '{id}', '{key}', 'PaidPlanPurchased', {at}, {duplicate});",
            at = second(1)
        );
    }
    sql
}

#[test]
fn what_the_park_lists_is_taken_by_show_and_replay() {
    on_both(|place, runtime| {
        let park = Park::open(place, runtime);
        let listed = park.json(&["webhook", "park", "list"]);
        let in_json: Vec<_> = listed.as_array().unwrap().iter().collect();
        let found: BTreeMap<_, _> =
            in_json.iter().map(|one| (one["key"].as_str().unwrap(), one["deliveryId"].as_str())).collect();
        assert_eq!(found, BTreeMap::from(PARKED));
        let text = park.command(&["webhook", "park", "list"]).run().success();
        // Each has a row and, below it, its reason.
        let rows: Vec<_> = text.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(rows.len(), PARKED.len(), "{text}");
        for (row, described) in rows.iter().zip(&in_json) {
            let id = row.split_whitespace().next().unwrap();
            let key = described["key"].as_str().unwrap();
            assert_eq!(
                (id, row.ends_with(key)),
                (described["deliveryId"].as_str().unwrap_or("-"), true),
                "{row}"
            );
            if id == "-" {
                continue;
            }
            let shown = park.command(&["webhook", "show", id]).run().success();
            assert!(shown.starts_with(&format!("{id}  ")), "{shown}");
            let replayed = park.command(&["webhook", "replay", id]).arg("--json").run();
            if key == "unreadable" {
                let refusal = replayed.refusal();
                assert!(
                    refusal.starts_with("error: the payload still cannot be understood: missing field"),
                    "{refusal}"
                );
            } else {
                let said: Value = serde_json::from_str(&replayed.success()).unwrap();
                assert_eq!(said["replayed"], true, "{said}");
            }
        }
    });
}

#[test]
fn a_replay_takes_out_of_the_park_what_can_be_read_and_nothing_else() {
    on_both(|place, runtime| {
        let park = Park::open(place, runtime);
        let before = park.json(&["webhook", "show", "dlv_3"]);
        assert_eq!((&before["fact"]["state"], &before["fact"]["payload"]), (&"parked".into(), &"{}".into()));
        for _ in 0..2 {
            park.command(&["webhook", "replay", "dlv_3"]).run().refusal();
            assert_eq!(park.json(&["webhook", "show", "dlv_3"]), before, "nothing of it is lost");
        }
        // Whichever of its arrivals is named.
        park.command(&["webhook", "replay", "dlv_2"]).run().success();
        assert_eq!(park.json(&["webhook", "show", "dlv_1"])["fact"]["state"], "new");
        let left = ["unreadable", "unknown-plan", "answer", "evt_8.2", "evt_9"];
        assert_eq!(park.keys(), left);
        let listed = park.json(&["webhook", "park", "list", "--limit", "2"]);
        assert_eq!((listed[0]["deliveryId"].as_str(), listed.as_array().unwrap().len()), (Some("dlv_3"), 2));
    });
}

#[test]
fn an_unreadable_webhook_of_a_running_app_is_used_once_when_it_can_be_read() {
    on_both(|place, runtime| {
        let folder = tempfile::tempdir().unwrap();
        let dev = wixapp(&["dev", "--port", "0", "--data-dir", "data", "--database-url", &place.url()]);
        let dev = dev.inside(folder.path()).start();
        let platform = dev.printed("Local Wix platform").split_whitespace().last().unwrap().to_owned();
        let at_platform =
            |args: &[&str]| wixapp(args).env("WIX_EMULATOR_URL", &platform).inside(folder.path());
        let at_app = |args: &[&str]| command(folder.path(), place, args);
        let expect = |credits: &str| {
            at_platform(&["emulator", "run", "-"]).stdin(&format!("expect credits {credits}")).run().success()
        };
        let garbled = ["trigger", "PaidPlanPurchased", "--override", "operationTimeStamp=never"];
        at_platform(&garbled).run().success();
        expect("200");
        let parked = json(at_app(&["webhook", "park", "list"]));
        let id = parked[0]["deliveryId"].as_str().unwrap();
        assert_eq!(
            (&parked[0]["eventType"], parked.as_array().unwrap().len()),
            (&"PaidPlanPurchased".into(), 1)
        );
        let refusal = at_app(&["webhook", "replay", id]).run().refusal();
        assert!(refusal.starts_with("error: the payload still cannot be understood: "), "{refusal}");
        assert_eq!(json(at_app(&["webhook", "park", "list"])), parked, "it waits as before");

        // A version that reads it: what is kept of the payload says now what such a version would understand.
        let received_at = parked[0]["receivedAt"].as_str().unwrap();
        let read = format!("UPDATE facts SET payload = replace(payload, 'never', '{received_at}')");
        runtime.block_on(place.raw(&read));
        for _ in 0..2 {
            assert_eq!(json(at_app(&["webhook", "replay", id]))["deliveryId"], id);
            expect("1200");
        }
        assert_eq!(json(at_app(&["webhook", "park", "list"])), Value::Array(Vec::new()));
        let site = parked[0]["instanceId"].as_str().unwrap();
        let books = json(at_app(&["credits", "show", "--instance", site]));
        assert_eq!(books["entries"].as_array().unwrap().len(), 2, "{books}");
        at_app(&["ledger", "verify"]).run().success();
        assert_eq!(dev.stop(), Some(0));
    });
}
