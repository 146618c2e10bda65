//! `webhook export` and `emulator replay`: what one app lived through is told to another, and the ledgers are compared.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;
use wixapp_place::Place;

use crate::program::{Program, Running, refusals, wixapp};

/// Two sites with installs, cycles, an upgrade, a refund, a removal, words of people and a webhook that came twice.
const LIFE: &str = "install
buy starter monthly
expect credits 1200
advance 31d
expect credits 2200
buy pro monthly
advance 31d
site 2
install
buy starter monthly
expect credits 1200
advance 10d
refund
end FAILED_PAYMENT
advance 40d
uninstall
advance 1d";

/// A webhook that comes twice.
const TWICE: &str = "chaos 1 duplicate=100 drop=0 slow=0 delay=0 reorder=0
site 3
install
advance 1h
expect credits 200
chaos off";

fn platform_of(dev: &Running) -> String {
    dev.printed("Local Wix platform").split_whitespace().last().unwrap().to_owned()
}

fn dev(folder: &Path, place: &Place) -> Running {
    let dev = wixapp(&["dev", "--port", "0", "--data-dir", "data"]).inside(folder);
    if place.is_sqlite() { dev } else { dev.arg("--database-url").arg(place.url()) }.start()
}

/// Where the app's data are.
fn database(place: &Place) -> String {
    if place.is_sqlite() { "sqlite:data/app.sqlite3".to_owned() } else { place.url() }
}

fn command(folder: &Path, line: &str) -> Program {
    wixapp(&line.split_whitespace().collect::<Vec<_>>()).inside(folder)
}

fn json(program: Program) -> Value {
    serde_json::from_str(&program.arg("--json").run().success()).unwrap()
}

/// An app that has lived, in a folder of its own, and its recording in `life.jsonl`.
struct Lived {
    folder: TempDir,
    place: Place,
}

impl Lived {
    fn on(place: Place) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dev = dev(folder.path(), &place);
        let platform = platform_of(&dev);
        let at = |line: &str| command(folder.path(), line).env("WIX_EMULATOR_URL", &platform);
        at("emulator run -").stdin(LIFE).run().success();
        let words =
            "--override userReason=Ada-Lovelace --override couponName=ada@example.com --override buyer=Ada";
        at(&format!("trigger PaidPlanChanged {words}")).run().success();
        at("emulator run -").stdin(TWICE).run().success();
        assert_eq!(dev.stop(), Some(0));
        Self { folder, place }
    }

    fn command(&self, line: &str) -> Program {
        command(self.folder.path(), line).env("WIXAPP_DATABASE_URL", database(&self.place))
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join(file), text).unwrap();
    }
}

/// Lived on one database, told again on another of the same kind.
fn told_again(place: Place, other: &Place) {
    let lived = Lived::on(place);
    let written = json(lived.command("webhook export --out life.jsonl"));
    let count = |name: &str| written[name].as_u64().unwrap();
    assert!(count("webhooks") >= 10 && count("entries") >= 9 && count("instances") == 3, "{written}");
    let text = lived.text("life.jsonl");
    assert_eq!(text.lines().count() as u64, 2 + count("instances") + count("webhooks") + count("entries"));
    for word in ["Ada", "example.com", "eyJ", "buyer"] {
        assert!(!text.contains(word), "{word} is in the recording");
    }

    // A new app on a new platform comes to the same ledgers.
    let told = json(lived.command("emulator replay life.jsonl --fresh"));
    assert_eq!(
        (told["delivered"].as_u64(), told["open"].as_u64()),
        (Some(count("webhooks")), Some(0)),
        "{told}"
    );
    let second = |value: &Value| value.as_str().unwrap()[..19].to_owned();
    assert!(second(&told["now"]) >= second(&written["until"]), "{told}");
    let ledger = &told["ledger"];
    assert_eq!(
        (&ledger["same"], ledger["entriesInBoth"].as_u64()),
        (&true.into(), Some(count("entries"))),
        "{told}"
    );

    // The same with other names, on a platform that runs, and compared afterwards.
    lived.command("webhook export --pseudonyms --out named.jsonl").run().success();
    let named = lived.text("named.jsonl");
    let first: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    assert!(!named.contains(first["instance"]["instanceId"].as_str().unwrap()));
    assert!(named.contains("\"instance-1\"") && named.contains("invoice-1"), "{named}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("named.jsonl"), &named).unwrap();
    let dev = dev(folder.path(), other);
    let replay = command(folder.path(), "emulator replay named.jsonl");
    let said = replay.env("WIX_EMULATOR_URL", platform_of(&dev)).run().success();
    assert!(said.contains("webhooks were taken") && said.contains("ledger diff named.jsonl now"), "{said}");
    assert_eq!(dev.stop(), Some(0));
    let diff = || {
        command(folder.path(), "ledger diff named.jsonl").arg(database(other)).arg("--data-dir").arg("data")
    };
    // A running app may look at two words of one moment in another order: then other entries lead to the same credits.
    let said = diff().run().stdout;
    assert!(said.contains("3 instances with"), "{said}");
    let parted = said.lines().filter_map(|line| line.split_once(" credits in named.jsonl, "));
    for (recorded, now) in parted {
        let recorded = recorded.rsplit(' ').next();
        assert_eq!(recorded, now.split(' ').next(), "{said}");
    }

    // Another amount in a line is found, on the right side.
    let key = named.lines().find(|line| line.contains("\"amount\":1000")).unwrap();
    let changed = named.replacen(key, &key.replace("\"amount\":1000", "\"amount\":999"), 1);
    std::fs::write(folder.path().join("named.jsonl"), changed).unwrap();
    let parted = diff().run();
    assert_eq!(parted.code, Some(1), "{parted}");
    assert!(parted.stdout.contains("  - ") && parted.stdout.contains("  + "), "{parted}");
    assert!(
        parted.stdout.contains(" 999 ") && parted.stdout.contains("the ledgers are NOT the same"),
        "{parted}"
    );
}

#[test]
fn a_life_on_sqlite_is_told_again_and_ends_with_the_same_ledgers() {
    told_again(Place::sqlite(), &Place::sqlite());
}

#[test]
fn a_life_on_postgres_is_told_again_and_ends_with_the_same_ledgers() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = || runtime.block_on(Place::postgres());
    told_again(place(), &place());
}

#[test]
fn what_people_did_is_not_told_again_and_other_plans_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::sqlite();
    let dev = dev(folder.path(), &place);
    let platform = platform_of(&dev);
    command(folder.path(), "emulator run -")
        .env("WIX_EMULATOR_URL", &platform)
        .stdin("install\nbuy starter monthly\nexpect credits 1200\nadvance 1h")
        .run()
        .success();
    assert_eq!(dev.stop(), Some(0));
    let lived = Lived { folder, place };
    let all = lived.command("webhook export").run().success();
    let first: Value = serde_json::from_str(all.lines().nth(1).unwrap()).unwrap();
    let id = first["instance"]["instanceId"].as_str().unwrap();
    let by = format!(
        "credits grant --instance {id} --amount 50 --actor Ada --reason Ada-asked --request-id Ada-1"
    );
    let given = lived.command(&by).run();
    // The clock of this life is ahead of the machine's, and the command says that it goes by that.
    assert!(given.code == Some(0) && given.stderr.contains("that clock is used"), "{given}");
    let only = lived.command(&format!("webhook export --instance {id}")).run().success();
    assert!(!only.contains("Ada"), "{only}");
    lived.write("life.jsonl", &only);
    let told = lived.command("emulator replay life.jsonl --fresh").run().success();
    assert!(told.contains("1 instance used credits") && told.contains("the ledgers are the same"), "{told}");

    let parted = lived.command("emulator replay life.jsonl --fresh --plans autopost").run();
    assert_eq!(parted.code, Some(1), "{parted}");
    assert!(
        parted.stdout.contains("credits in life.jsonl") && parted.stdout.contains("NOT the same"),
        "{parted}"
    );
    let piped = lived.command("emulator replay - --fresh").stdin(&only).run().success();
    assert!(piped.contains("the ledgers are the same"), "{piped}");
}

#[test]
fn recordings_that_are_none_and_places_that_are_none_are_refused() {
    const HEAD: &str = r#"{"head":{"recording":1,"pseudonyms":false}}"#;
    let replay =
        |text: &str| wixapp(&["emulator", "replay", "life.jsonl", "--fresh"]).file("life.jsonl", text);
    let export = |args: &[&str]| {
        let all = [&["webhook", "export"], args].concat();
        wixapp(&all).env("WIXAPP_DATABASE_URL", "sqlite:app.sqlite3")
    };
    let folder = tempfile::tempdir().unwrap();
    let there = || export(&["--out", "there.jsonl"]).inside(folder.path());
    wixapp(&["migrate"])
        .env("WIXAPP_DATABASE_URL", "sqlite:app.sqlite3")
        .inside(folder.path())
        .run()
        .success();
    there().run().success();
    let unknown = || export(&["--instance", "nobody"]).inside(folder.path());
    let webhook = r#"{"webhook":{"at":"2026-01-01T00:00:00Z","happenedAt":"2026-01-01T00:00:00Z","instanceId":"i","event":"PlanBought","data":{}}}"#;
    let instance = r#"{"instance":{"instanceId":"i","answers":[],"leftOut":null}}"#;
    assert_snapshot!(refusals([
        ("no file", wixapp(&["emulator", "replay", "missing.jsonl", "--fresh"])),
        ("an empty file", replay("")),
        ("another file", replay("# a scenario\ninstall\n")),
        ("a line cut short", replay(&format!("{HEAD}\n{}", &instance[..30]))),
        ("a file cut short", replay(&format!("{HEAD}\n{instance}\n"))),
        ("an unknown event", replay(&format!("{HEAD}\n{instance}\n{webhook}\n"))),
        ("a wrong field", replay(&format!("{HEAD}\n{}\n", instance.replace("[]", "7")))),
        ("a recording to compare that is broken", wixapp(&["ledger", "diff", "life.jsonl", "now"]).file("life.jsonl", HEAD)),
        ("plans without --fresh", wixapp(&["emulator", "replay", "life.jsonl", "--plans", "standard"])),
        ("no platform", wixapp(&["emulator", "replay", "life.jsonl", "--platform", "http://127.0.0.1:1"])
            .file("life.jsonl", format!("{HEAD}\n{{\"end\":{{\"instances\":0,\"webhooks\":0,\"entries\":0,\"until\":null}}}}"))),
        ("a file that is there", there()),
        ("an instance that is not", unknown()),
        ("no database", export(&[])),
        ("json to standard output", export(&["--json"])),
    ]), @r#"
    # no file
    error: missing.jsonl cannot be read
      caused by: No such file or directory (os error 2)
    hint: name a file that `webhook export` wrote

    # an empty file
    error: life.jsonl: the recording is empty: not even its first line is there
    hint: `webhook export` writes recordings, one JSON object a line; write it anew when it was cut short

    # another file
    error: life.jsonl: line 1: it is no JSON; was it cut short?
    hint: `webhook export` writes recordings, one JSON object a line; write it anew when it was cut short

    # a line cut short
    error: life.jsonl: line 2: it is no JSON; was it cut short?
    hint: `webhook export` writes recordings, one JSON object a line; write it anew when it was cut short

    # a file cut short
    error: life.jsonl: the recording was cut short: it stops after line 2, and its last line, `end`, is missing
    hint: `webhook export` writes recordings, one JSON object a line; write it anew when it was cut short

    # an unknown event
    error: life.jsonl: line 3: there is no event "PlanBought"; the platform knows AppInstalled, AppRemoved, PaidPlanPurchased, PaidPlanChanged, PaidPlanAutoRenewalCancelled, PlanConvertedToPaid, PlanReactivated, PlanTransferred, InvoiceStatusUpdated, and domain events such as wix.data.v2.data_item_created
    hint: `webhook export` writes recordings, one JSON object a line; write it anew when it was cut short

    # a wrong field
    error: life.jsonl: line 2: `instance.answers` must be a list, not a number
    hint: `webhook export` writes recordings, one JSON object a line; write it anew when it was cut short

    # a recording to compare that is broken
    error: life.jsonl: the recording was cut short: it stops after line 1, and its last line, `end`, is missing
    hint: `webhook export` writes recordings, one JSON object a line; write it anew when it was cut short

    # plans without --fresh
    error: the following required arguments were not provided:
      --fresh

    Usage: wixapp emulator replay --fresh --plans <FILE> <FILE>

    hint: --help shows what is possible

    # no platform
    error: no local platform answers on http://127.0.0.1:1
    hint: start one with `dev` or `emulator`, or name another with --platform (WIX_EMULATOR_URL)

    # a file that is there
    error: there.jsonl cannot be written
      caused by: File exists (os error 17)
    hint: name a file that is not there yet with --out, in a folder that is

    # an instance that is not
    error: there is no instance `nobody`
    hint: `webhook list` shows the instances that Wix has spoken of lately.

    # no database
    error: there is no database app.sqlite3
    hint: name it with database.url (WIXAPP_DATABASE_URL) or --config; `migrate` makes a new one

    # json to standard output
    error: the following required arguments were not provided:
      --out <FILE>

    Usage: wixapp webhook export --out <FILE> --json

    hint: --help shows what is possible
    "#);
}
