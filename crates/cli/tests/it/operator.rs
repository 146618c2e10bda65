//! What operators do by hand: credits, the ledger, webhooks, deletion, reconciliation.

use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Outcome, Program, refusals, wixapp};

const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const PURCHASE: &str =
    r#"{"operationTimeStamp":"2027-03-01T10:00:00.000Z","vendorProductId":"starter","cycle":"MONTHLY"}"#;

/// A database with one instance, `site-1`, and two webhooks of it: one that was used, and one that waits.
struct Office {
    folder: TempDir,
}

impl Office {
    fn open() -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap() };
        office.command(&["migrate"]).run().success();
        let at = 1_803_895_200_000_000_i64;
        office.sql(&format!(
            "INSERT INTO instances (instance_id, created_at, installed_at, head) VALUES ('site-1', {at}, {at}, '{GENESIS}'); \
             INSERT INTO facts VALUES ('site-1', 'key-1', 'PaidPlanPurchased', {at}, {at}, NULL, '{PURCHASE}', 'done', NULL); \
             INSERT INTO facts VALUES ('site-1', 'key-2', 'PaidPlanPurchased', {at}, {at}, NULL, '{{}}', 'parked', 'it has no date'); \
             INSERT INTO deliveries VALUES ('site-1', 'dlv_1', 'key-1', 'PaidPlanPurchased', {at}, 0); \
             INSERT INTO deliveries VALUES ('site-1', 'dlv_2', 'key-2', 'PaidPlanPurchased', {at}, 0)"
        ));
        office
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("app.sqlite3")
    }

    fn sql(&self, text: &str) {
        rusqlite::Connection::open(self.path()).unwrap().execute_batch(text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Program {
        at(self.folder.path(), args)
    }

    /// With `--json`, and what it printed.
    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.command(args).arg("--json").run().success()).unwrap()
    }

    fn grant(&self, amount: &str, request_id: &str) -> Value {
        let by = ["--actor", "kim", "--reason", "an apology", "--request-id", request_id];
        self.json(&[&["credits", "grant", "--instance", "site-1", "--amount", amount][..], &by].concat())
    }
}

fn at(folder: &Path, args: &[&str]) -> Program {
    wixapp(args).env("WIXAPP_DATABASE_URL", "sqlite:app.sqlite3").inside(folder)
}

#[test]
fn credits_are_given_once_shown_explained_taken_and_taken_back() {
    let office = Office::open();
    let given = office.grant("100", "ticket-1");
    assert_eq!((&given["counted"], &given["credits"]["available"]), (&true.into(), &100.into()));
    let again = office.grant("100", "ticket-1");
    assert_eq!((&again["counted"], &again["credits"]["available"]), (&false.into(), &100.into()));
    for (what, amount, more) in
        [("grant", "101", None), ("take", "100", None), ("grant", "100", Some("--pool=promo"))]
    {
        let by = ["--actor", "kim", "--reason", "an apology", "--request-id", "ticket-1"];
        let args = [&["credits", what, "--instance", "site-1", "--amount", amount][..], &by].concat();
        let again = more.into_iter().fold(office.command(&args), Program::arg).run().refusal();
        assert!(
            again.starts_with("error: the request `ticket-1` made another change before, at 20"),
            "{again}"
        );
    }
    let shown = office.json(&["credits", "show", "--instance", "site-1"]);
    assert_eq!(shown["credits"]["byPool"]["purchased"], 100);
    let entry = shown["entries"][0]["entryId"].as_str().unwrap().to_owned();
    assert_snapshot!(office.command(&["credits", "explain", "--instance", "site-1", &entry]).run(), @r"
    exit 0
    --- stdout
    kim corrected the balance by 100 credits: an apology.
    Before: 0 credits. After: 100.
    By kim: an apology
    --- stderr
    ");
    let take = [
        "credits",
        "take",
        "--instance",
        "site-1",
        "--amount",
        "30",
        "--actor",
        "lee",
        "--reason",
        "too many",
    ];
    assert_snapshot!(office.command(&take).run(), @r"
    exit 0
    --- stdout
    30 credits were taken.
    70 credits: 0 of the plan, 70 bought, 0 promotional; 0 put aside, 0 owed
    --- stderr
    ");
    let undo =
        ["credits", "undo", "--instance", "site-1", &entry, "--actor", "lee", "--reason", "the wrong site"];
    assert_snapshot!(office.command(&undo).run(), @r"
    exit 0
    --- stdout
    It was taken back.
    0 credits: 0 of the plan, 0 bought, 0 promotional; 0 put aside, 0 owed
    --- stderr
    ");
    assert!(office.command(&undo).run().success().starts_with("Nothing was done"));
    let shown = office.command(&["credits", "show", "--instance", "site-1", "--limit", "2"]).run().success();
    assert_eq!(shown.lines().count(), 4, "{shown}");
    assert!(shown.contains("the wrong site"), "{shown}");
    office.command(&["ledger", "verify"]).run().success();
}

#[test]
fn what_is_written_by_hand_is_dated_by_the_clock_of_the_database() {
    let office = Office::open();
    // 2030-01-01: a server of `dev` kept it until then.
    office.sql("INSERT INTO signs_of_life (name, at) VALUES ('server', 1893456000000000)");
    let grant = |more: &[&str]| {
        let args =
            ["credits", "grant", "--instance", "site-1", "--amount", "5", "--actor", "kim", "--reason", "x"];
        office.command(&[&args[..], more].concat()).run()
    };
    let expired = grant(&["--expires-at", "2029-12-31T00:00:00Z"]);
    assert!(expired.stderr.contains("error: the credits would have expired already"), "{expired}");
    let given = grant(&[]);
    assert_eq!(given.code, Some(0), "{given}");
    assert_eq!(
        given.stderr.split("Z,").collect::<Vec<_>>(),
        [
            "a server has kept this database until 2030-01-01T00:00:00",
            " ahead of this machine: that clock is used\n"
        ]
    );
    let shown = office.json(&["credits", "show", "--instance", "site-1"]);
    assert!(shown["entries"][0]["at"].as_str().unwrap().starts_with("2030-01-01T"), "{shown}");
    // A plan that is given begins then too.
    let give = [
        "plan",
        "give",
        "--instance",
        "site-1",
        "--plan",
        "pro",
        "--actor",
        "kim",
        "--reason",
        "x",
        "--json",
    ];
    let given = office.command(&give).configured().env("WIXAPP_LOG", "off").run();
    let given: Value = serde_json::from_str(&given.stdout).unwrap_or_else(|_| panic!("{given}"));
    assert!(given["subscription"]["startedAt"].as_str().unwrap().starts_with("2030-01-01T"), "{given}");
}

#[test]
fn the_local_platform_that_the_configuration_names_is_asked_for_the_time() {
    let (office, folder) = (Office::open(), tempfile::tempdir().unwrap());
    let dev = wixapp(&["dev", "--port", "0", "--data-dir", "data"]).inside(folder.path()).start();
    let platform = dev.printed("Local Wix platform").split_whitespace().last().unwrap().to_owned();
    wixapp(&["clock", "set", "2031-01-01"]).env("WIX_EMULATOR_URL", &platform).run().success();
    let grant =
        ["credits", "grant", "--instance", "site-1", "--amount", "5", "--actor", "kim", "--reason", "x"];
    let given = office.command(&grant).env("WIXAPP_WIX_API_URL", &platform).run();
    assert!(given.stderr.starts_with("on the local platform on http://127.0.0.1:"), "{given}");
    let shown = office.json(&["credits", "show", "--instance", "site-1"]);
    assert!(shown["entries"][0]["at"].as_str().unwrap().starts_with("2031-01-01T"), "{shown}");
    assert_eq!(dev.stop(), Some(0));
}

#[test]
fn where_a_site_buys_is_settled_and_what_nobody_paid_is_not_refunded() {
    let office = Office::open();
    let run = |args: &[&str]| {
        office.command(args).arg("--instance=site-1").configured().env("WIXAPP_LOG", "off").run()
    };
    assert_eq!(
        run(&["billing", "source", "show"]).success(),
        "site-1: wix, as billing.source says for all.\n"
    );
    assert_eq!(
        run(&["billing", "source", "set", "none"]).success(),
        "site-1: none from now on; it was wix.\n"
    );
    assert_eq!(run(&["billing", "source", "set", "none"]).success(), "site-1: none, as before.\n");
    assert_eq!(run(&["billing", "source", "show"]).success(), "site-1: none, settled for it.\n");
    let stripe = run(&["billing", "source", "set", "stripe"]).refusal();
    assert!(stripe.starts_with("error: stripe is not configured"), "{stripe}");
    run(&["billing", "source", "set", "paypal"]).refusal();
    let refund =
        ["credits", "refund", "--invoice", "inv-1", "--actor", "kim", "--reason", "paid twice", "--dry-run"];
    let refused = run(&refund).refusal();
    assert!(refused.contains("the invoice `inv-1`") && refused.contains("hint: `webhook list`"), "{refused}");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_way_out() {
    let office = Office::open();
    let folder = office.folder.path();
    let grant = |more: &[&str]| {
        let args = ["credits", "grant", "--actor", "kim", "--reason", "x"];
        at(folder, &[&args[..], more].concat())
    };
    assert_snapshot!(refusals([
        ("an unknown instance", grant(&["--instance", "site-9", "--amount", "1"])),
        ("no reason", at(folder, &["credits", "grant", "--instance", "site-1", "--amount", "1", "--actor", "kim"])),
        ("an unknown entry", at(folder, &["credits", "undo", "--instance", "site-1", "ent_1", "--actor", "kim", "--reason", " "])),
        ("no amount", grant(&["--instance", "site-1", "--amount", "0"])),
        ("more than there is", at(folder, &["credits", "take", "--instance", "site-1", "--amount", "1", "--actor", "k", "--reason", "x"])),
        ("no entry", at(folder, &["credits", "explain", "--instance", "site-1", "ent_1"])),
        ("no delivery", at(folder, &["webhook", "show", "dlv_9"])),
        ("a payload that still cannot be read", at(folder, &["webhook", "replay", "dlv_2"])),
        ("deletion without a word", at(folder, &["instance", "delete", "--instance", "site-1"])),
        ("no database", wixapp(&["ledger", "verify"]).env("WIXAPP_DATABASE_URL", "sqlite:nowhere.sqlite3")),
        ("no catalogue", wixapp(&["plans", "check", "nowhere.toml"])),
    ]), @r"
    # an unknown instance
    error: there is no instance `site-9`
    hint: `webhook list` shows the instances that Wix has spoken of lately.

    # no reason
    error: the following required arguments were not provided:
      --reason <TEXT>

    Usage: wixapp credits grant --instance <ID> --amount <N> --actor <NAME> --reason <TEXT>

    hint: --help shows what is possible

    # an unknown entry
    error: the instance has no entry `ent_1`
    hint: `credits show` lists the entries with their ids.

    # no amount
    error: invalid value '0' for '--amount <N>': it must be a whole number from 1 on

    hint: --help shows what is possible

    # more than there is
    error: this needs 1 credits and 0 are left
    hint: --help shows examples

    # no entry
    error: the instance has no entry `ent_1`
    hint: `credits show` lists the entries of an instance with their ids

    # no delivery
    error: there is no delivery `dlv_9`
    hint: `webhook list` shows the deliveries with their ids, `webhook park list` those that are parked.

    # a payload that still cannot be read
    error: the payload still cannot be understood: missing field `operationTimeStamp` at line 1 column 2
    hint: --help shows examples

    # deletion without a word
    error: the personal data of site-1 would be deleted for good
    hint: say --yes to do it

    # no database
    error: there is no database nowhere.sqlite3
    hint: name it with database.url (WIXAPP_DATABASE_URL) or --config; `migrate` makes a new one

    # no catalogue
    error: the catalogue: nowhere.toml cannot be read
      caused by: No such file or directory (os error 2)
    hint: use `standard`, `autopost`, or the path of a plans.toml
    ");
}

#[test]
fn a_tampered_ledger_is_found_and_the_exit_code_says_so() {
    let office = Office::open();
    office.grant("100", "ticket-1");
    office.grant("50", "ticket-2");
    let sound = office.json(&["ledger", "verify"]);
    assert_eq!(
        (&sound["sound"], &sound["instances"], &sound["entries"]),
        (&true.into(), &1.into(), &2.into())
    );
    office.sql("UPDATE facts SET state = 'new' WHERE fact_key = 'key-1'");
    let waiting = office.json(&["ledger", "verify", "--instance", "site-1"]);
    assert_eq!(waiting["waitingWebhooks"], 1);
    assert!(waiting["waitingSince"].as_str().is_some_and(|at| at.ends_with('Z')), "{waiting}");
    office.sql("DROP TRIGGER entries_are_not_changed; UPDATE entries SET amount = 60 WHERE seq = 2; DELETE FROM facts WHERE fact_key = 'key-1'");
    let all = office.command(&["ledger", "verify"]).run().to_string();
    assert_snapshot!(all, @r"
    exit 1
    --- stdout
    FOUND site-1: the chain breaks at entry 2
    FOUND site-1: the acknowledged delivery dlv_1 has no fact
    webhooks that are parked: 1 (see webhook park list)
    Checked: 1 instance with 2 entries: NOT all is well.
    --- stderr
    ");
    assert_eq!(office.command(&["ledger", "verify", "--instance", "site-1"]).run().to_string(), all);
    let found: Value =
        serde_json::from_str(&office.command(&["ledger", "verify", "--json"]).run().stdout).unwrap();
    assert_eq!(found["findings"].as_array().unwrap().len(), 2);
    assert_eq!((&found["waitingWebhooks"], &found["parkedWebhooks"]), (&0.into(), &1.into()));
    assert_eq!(found["waitingSince"], Value::Null);
}

#[test]
fn webhooks_are_listed_shown_and_read_again() {
    let office = Office::open();
    assert_snapshot!(office.command(&["webhook", "list"]).run(), @r"
    exit 0
    --- stdout
    dlv_2  2027-03-01T10:00:00Z  site-1  PaidPlanPurchased  parked
    dlv_1  2027-03-01T10:00:00Z  site-1  PaidPlanPurchased  done
    --- stderr
    ");
    assert_eq!(office.json(&["webhook", "list", "--instance", "site-9"]), Value::Array(Vec::new()));
    let shown = office.json(&["webhook", "show", "dlv_1"]);
    assert_eq!(
        (&shown["fact"]["state"], shown["fact"]["payload"].as_str()),
        (&"done".into(), Some(PURCHASE))
    );
    assert_snapshot!(office.command(&["webhook", "park", "list"]).run(), @r"
    exit 0
    --- stdout
    dlv_2  2027-03-01T10:00:00Z  wix  site-1  PaidPlanPurchased  key-2
        it has no date
    --- stderr
    ");
    assert_eq!(office.json(&["webhook", "replay", "dlv_1"])["replayed"], true);
    assert_eq!(office.json(&["webhook", "show", "dlv_1"])["fact"]["state"], "new");
}

#[test]
fn parked_events_of_stripe_are_listed_shown_counted_and_looked_at_again() {
    let office = Office::open();
    let at = 1_803_895_201_000_000_i64;
    let keep = |id: &str, payload: &str, reason: &str| {
        office.sql(&format!(
            "INSERT INTO stripe_events VALUES ('{id}', 'charge.refunded', '{payload}', {at}, 'parked', '{reason}', 6, {at})"
        ));
    };
    let refund = r#"{"id":"evt_1","type":"charge.refunded","created":1803895201,"livemode":false,"data":{"object":{"id":"ch_1","refunded":true}}}"#;
    keep("evt_1", refund, "nobody could say whose it is");
    keep("evt_2", "{}", "it says nothing");
    keep("evt_3", &refund.replace("evt_1", "evt_3").replace("false", "true"), "it is of the other mode");
    assert_snapshot!(office.command(&["webhook", "park", "list", "--limit", "3"]).run(), @r"
    exit 0
    --- stdout
    dlv_2  2027-03-01T10:00:00Z  wix  site-1  PaidPlanPurchased  key-2
        it has no date
    evt_1  2027-03-01T10:00:01Z  stripe  (no site)  charge.refunded  evt_1
        nobody could say whose it is
    evt_2  2027-03-01T10:00:01Z  stripe  (no site)  charge.refunded  evt_2
        it says nothing
    --- stderr
    ");
    let parked = office.json(&["webhook", "park", "list"]);
    let sources: Vec<_> =
        parked.as_array().unwrap().iter().map(|one| one["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["wix", "stripe", "stripe", "stripe"]);
    assert_eq!((&parked[1]["key"], &parked[1]["instanceId"]), (&"evt_1".into(), &Value::Null));
    assert_eq!((&parked[0]["deliveryId"], &parked[1]["deliveryId"]), (&"dlv_2".into(), &"evt_1".into()));
    assert_eq!(office.json(&["ledger", "verify"])["parkedWebhooks"], 4);
    let shown = office.command(&["webhook", "show", "evt_1"]).run().success();
    let expected = format!(
        "evt_1  2027-03-01T10:00:01Z  stripe  charge.refunded  parked\nwaits: nobody could say whose it is\n{refund}\n"
    );
    assert_eq!(shown, expected);
    let replay = |id: &str| {
        office
            .command(&["webhook", "replay", id])
            .configured()
            .env("WIXAPP_STRIPE_SECRET_KEY", "sk_test_0123456789abcdef")
            .env("WIXAPP_STRIPE_WEBHOOK_SECRET", "whsec_0123456789abcdef")
    };
    let folder = office.folder.path();
    let unsold = crate::operator::at(folder, &["webhook", "replay", "evt_1"]).configured();
    assert_snapshot!(refusals([
        ("nothing sold through Stripe", unsold),
        ("not to be read back", replay("evt_2")),
        ("of the other mode", replay("evt_3")),
        ("unheard of", replay("evt_9")),
    ]), @r"
    # nothing sold through Stripe
    error: nothing is sold through Stripe by this configuration
    hint: Give the command the configuration of the server, with stripe.secret_key.

    # not to be read back
    error: what is kept of the event does not read back
    hint: --help shows examples

    # of the other mode
    error: the event is of Stripe's live mode, and the key of its test mode
    hint: It can be used with a key of the live mode alone (stripe.secret_key).

    # unheard of
    error: there is no delivery `evt_9`
    hint: `webhook list` shows the deliveries with their ids, `webhook park list` those that are parked.
    ");
    assert_eq!(
        replay("evt_1").run().success(),
        "The charge.refunded of Stripe, evt_1, is looked at again by the next worker.\n"
    );
    let shown = office.json(&["webhook", "show", "evt_1"]);
    assert_eq!(
        (&shown["stripeEvent"]["state"], &shown["stripeEvent"]["reason"]),
        (&"waiting".into(), &Value::Null)
    );
    let again = replay("evt_1").run().refusal();
    assert!(again.starts_with("error: the event waits already"), "{again}");
    let books = office.json(&["ledger", "verify"]);
    assert_eq!((&books["waitingWebhooks"], &books["parkedWebhooks"]), (&1.into(), &3.into()));
    let since = books["waitingSince"].as_str().unwrap();
    let told = office.command(&["ledger", "verify"]).run().success();
    assert!(
        told.contains(&format!("webhooks that wait for a worker: 1, the first since {since}\n")),
        "{told}"
    );
}

#[test]
fn a_deletion_is_done_when_it_is_meant_and_the_ledger_stays() {
    let office = Office::open();
    office.grant("100", "ticket-1");
    let delete = ["instance", "delete", "--instance", "site-1", "--yes"];
    assert_eq!(office.json(&delete)["cancelledJobs"], 0);
    let shown = office.json(&["credits", "show", "--instance", "site-1"]);
    assert_eq!((shown["deletedAt"].is_string(), &shown["credits"]["available"]), (true, &100.into()));
    let webhook = office.command(&["webhook", "show", "dlv_1"]).run().success();
    assert!(webhook.contains("(no payload is kept)"), "{webhook}");
    office.command(&["ledger", "verify"]).run().success();
}

#[test]
fn reconcile_says_when_wix_did_not() {
    let office = Office::open();
    let reconcile = |args: &[&str]| -> Outcome {
        let url = "http://127.0.0.1:1";
        office.command(args).configured().env("WIXAPP_WIX_API_URL", url).env("WIXAPP_LOG", "off").run()
    };
    let all = reconcile(&["reconcile", "--json"]);
    assert_eq!(all.code, Some(0), "{all}");
    let all: Value = serde_json::from_str(&all.stdout).unwrap();
    assert_eq!((&all["asked"], &all["unanswered"], &all["failed"]), (&1.into(), &1.into(), &0.into()));
    let one = reconcile(&["reconcile", "--instance", "site-1"]);
    assert_eq!(one.code, Some(1), "{one}");
    assert!(reconcile(&["reconcile", "--instance", "site-9"]).refusal().contains("there is no instance"));
}

#[test]
fn a_catalogue_is_checked_and_previewed() {
    assert_snapshot!(wixapp(&["plans", "check", "autopost"]).run(), @r"
    exit 0
    --- stdout
    `autopost` version 1 can be used: 4 plans, 0 promo codes, 0 top-ups.
    --- stderr
    ");
    assert_snapshot!(wixapp(&["plans", "preview", "standard"]).run().success(), @r"
    plan                 month        year    each cycle  a year, paid monthly  a year, paid yearly
    Free              0.00 USD    0.00 USD      200 once                   200                  200
    Starter           9.00 USD   90.00 USD          1000                 13200                12200
    Pro              29.00 USD  290.00 USD          5000                 65200                60200
    Scale            99.00 USD  990.00 USD         25000                325200               300200
    ");
    let corp = "name='x'\nversion='1'\ncurrency='USD'\n[[plan]]\nid='free'\nname='Free'\nrank=0\ncredits=3\n\
                [[plan]]\nid='corp'\nname='Corp'\nrank=1\ncredits=9\ncustom=true\n";
    let preview = |args: &[&str]| {
        wixapp(&[&["plans", "preview", "plans.toml"], args].concat()).file("plans.toml", corp).run()
    };
    let shown = preview(&[]).success();
    assert!(
        shown.lines().last().unwrap().starts_with("Corp            on request  on request             9"),
        "{shown}"
    );
    let shown: Value = serde_json::from_str(&preview(&["--json"]).success()).unwrap();
    assert_eq!(
        (&shown["plans"][1]["priceMonthly"], &shown["plans"][0]["creditsOnce"]),
        (&Value::Null, &true.into())
    );
    let month = wixapp(&["plans", "preview", "standard", "--cycle", "month", "--json"]).run().success();
    let month: Value = serde_json::from_str(&month).unwrap();
    assert_eq!(month["plans"][1]["creditsInAYear"]["paidMonthly"], 200 + 12 * 1_000);
}

#[test]
fn jobs_are_listed_shown_called_off_tried_again_and_deleted() {
    let office = Office::open();
    let at = 1_803_895_200_000_000_i64;
    office.sql(&format!(
        "INSERT INTO jobs (instance_id, job_id, kind, args, state, priority, attempt, max_attempts, run_at, error, created_at, finished_at, deaths) VALUES \
         ('site-1', 'job_1', 'publish', '{{\"text\":\"Hello\"}}', 'discarded', 0, 5, 5, {at}, 'refused: no such page', {at}, {at}, 0), \
         ('site-1', 'job_2', 'publish', 'null', 'available', 0, 0, 5, {at}, NULL, {at}, NULL, 0), \
         ('site-2', 'job_3', 'sync', 'null', 'discarded', 0, 3, 5, {at}, 'job_quarantined: 3 workers', {at}, {at}, 3)"
    ));
    assert_snapshot!(office.command(&["jobs", "list"]).run(), @r"
    exit 0
    --- stdout
    job_3  2027-03-01T10:00:00Z  site-2  sync  discarded  attempt 3 of 5  job_quarantined: 3 workers
    job_2  2027-03-01T10:00:00Z  site-1  publish  available  attempt 0 of 5
    job_1  2027-03-01T10:00:00Z  site-1  publish  discarded  attempt 5 of 5  refused: no such page
    --- stderr
    ");
    assert_eq!(office.json(&["jobs", "list", "--quarantined"])[0]["jobId"], "job_3");
    assert_eq!(office.json(&["jobs", "list", "--kind", "x"]), Value::Array(Vec::new()));
    let shown = office.json(&["jobs", "show", "job_1"]);
    assert_eq!((&shown["arguments"]["text"], &shown["attempt"]), (&"Hello".into(), &5.into()));
    office.sql(&format!(
        "INSERT INTO job_steps (instance_id, job_id, name, result, created_at) VALUES ('site-1', 'job_1', 'upload', '7', {at}); \
         INSERT INTO job_lines (instance_id, job_id, fence, number, at, text) VALUES \
         ('site-1', 'job_1', 1, 1, {at}, 'one image is there'), ('site-1', 'job_1', 2, 1, {at}, 'the page is gone')"
    ));
    assert_snapshot!(office.command(&["jobs", "show", "job_1"]).run().success(), @r#"
    job_1  2027-03-01T10:00:00Z  site-1  publish  discarded  attempt 5 of 5  refused: no such page
    due at 2027-03-01T10:00:00Z, arguments {"text":"Hello"}
    step `upload` is done: 7
    2027-03-01T10:00:00Z  one image is there
    2027-03-01T10:00:00Z  the page is gone
    "#);
    let shown = office.json(&["jobs", "show", "job_1"]);
    assert_eq!(
        (&shown["steps"]["upload"], &shown["log"][1]["text"]),
        (&7.into(), &"the page is gone".into())
    );
    assert_snapshot!(office.command(&["jobs", "retry", "job_1", "job_2"]).run(), @r"
    exit 0
    --- stdout
    2 jobs were tried again; 0 were refused.
    --- stderr
    ");
    assert_eq!(
        office.json(&["jobs", "retry", "--instance", "site-1"])["done"],
        0,
        "none has failed any more"
    );
    assert_snapshot!(office.command(&["jobs", "cancel", "--kind", "publish"]).run(), @r"
    exit 0
    --- stdout
    2 jobs were cancelled; 0 were refused.
    --- stderr
    2 jobs looked at …
    ");
    assert_snapshot!(office.command(&["jobs", "cancel", "job_3"]).run(), @r"
    exit 1
    --- stdout
    refused job_3: The job has ended before: it is discarded.
    0 jobs were cancelled; 1 was refused.
    --- stderr
    ");
    // The third ended in a year that has not come.
    assert_eq!(office.json(&["jobs", "prune", "--older-than-days", "0"])["deleted"], 2);
    let folder = office.folder.path();
    assert_snapshot!(refusals([
        ("no jobs named", crate::operator::at(folder, &["jobs", "retry"])),
        ("an unknown job", crate::operator::at(folder, &["jobs", "cancel", "job_9"])),
        ("an unknown state", crate::operator::at(folder, &["jobs", "list", "--state", "done"])),
        ("no job to show", crate::operator::at(folder, &["jobs", "show", "job_9"])),
    ]), @r"
    # no jobs named
    error: no jobs were named
    hint: name them by their ids, or by --instance, --kind, --state or --quarantined; `jobs list` shows them

    # an unknown job
    error: there is no job `job_9`
    hint: `jobs list` shows the jobs with their ids.

    # an unknown state
    error: invalid value 'done' for '--state <STATE>': it must be one of scheduled, available, running, retryable, completed, cancelled, discarded

    hint: --help shows what is possible

    # no job to show
    error: there is no job `job_9`
    hint: `jobs list` shows the jobs with their ids.
    ");
}
