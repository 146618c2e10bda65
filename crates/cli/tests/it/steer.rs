//! The commands that steer a running local platform: clock, chaos, snapshots, scenarios, triggers; and comparing ledgers.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::program::{Program, Running, refusals, wixapp};

/// `dev` in a folder, and where its platform answers.
fn dev(folder: &Path) -> (Running, String) {
    let dev = wixapp(&["dev", "--port", "0", "--data-dir", "data"]).inside(folder).start();
    let platform = dev.printed("Local Wix platform").split_whitespace().last().unwrap().to_owned();
    (dev, platform)
}

/// A command about that platform.
fn at(platform: &str, command: &str) -> Program {
    let words: Vec<&str> = command.split_whitespace().collect();
    wixapp(&words).env("WIX_EMULATOR_URL", platform)
}

fn json(program: Program) -> Value {
    serde_json::from_str(&program.arg("--json").run().success()).unwrap()
}

#[test]
fn a_scenario_is_played_and_the_clock_shows_what_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let (dev, platform) = dev(folder.path());
    let said = at(&platform, "emulator run --shipped first-payment").run().success();
    assert!(said.contains("expect credits 2200") && said.lines().count() >= 9, "{said}");

    let clock = json(at(&platform, "clock show"));
    assert!(
        clock["nextEventAt"].is_string() && clock["offsetMs"].as_i64() > Some(30 * 86_400_000),
        "{clock}"
    );
    let shown = at(&platform, "emulator clock show").run().success();
    assert!(shown.starts_with("Time ") && shown.contains("\nNext ") && shown.contains("31 d"), "{shown}");

    let moved = json(at(&platform, "clock advance --to-next-event"));
    let done: i64 =
        ["deliveries", "renewals", "appEvents"].iter().filter_map(|name| moved[*name].as_i64()).sum();
    assert!(done >= 1, "{moved}");
    let moved = at(&platform, "clock advance 40d").run().success();
    assert!(moved.starts_with("It is 20") && moved.contains(" renewed, "), "{moved}");
    let running = json(at(&platform, "clock run 1s"));
    assert_eq!(running["pace"]["perSecondMs"], 1_000);
    assert!(json(at(&platform, "clock run --real"))["pace"].is_null());
    assert_eq!(dev.stop(), Some(0));
}

#[test]
fn snapshots_of_platform_and_app_are_branches_that_can_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (dev, platform) = dev(folder.path());
    let play = |steps: &str| at(&platform, "emulator run -").stdin(steps).run().success();
    let compare = |sides: &str, args: &[&str]| {
        let program = at(&platform, &format!("ledger diff {sides} --data-dir data")).inside(folder.path());
        args.iter().fold(program, Program::arg).run()
    };
    play("install\nbuy starter monthly\nexpect credits 1200");
    let saved = json(at(&platform, "emulator snapshot save bought"));
    assert_eq!((&saved["name"], &saved["withApp"]), (&"bought".into(), &true.into()));
    assert!(compare("bought now", &[]).success().contains("the ledgers are the same"));

    play("advance 31d\nexpect credits 2200");
    at(&platform, "emulator snapshot save stayed").run().success();
    let back = at(&platform, "emulator snapshot restore bought").run().success();
    assert!(back.starts_with("Back at \"bought\": platform and app at "), "{back}");
    play("expect credits 1200\nbuy pro monthly\nexpect credits 6200");

    let parted = compare("stayed now", &[]);
    assert_eq!(parted.code, Some(1), "{parted}");
    assert!(parted.stdout.contains(": 2200 credits in stayed, 6200 in now"), "{parted}");
    assert!(parted.stdout.contains("\n  - ") && parted.stdout.contains("\n  + "), "{parted}");
    assert!(parted.stdout.contains("the ledgers are NOT the same"), "{parted}");
    let parted: Value = serde_json::from_str(&compare("bought stayed", &["--json"]).stdout).unwrap();
    assert_eq!(parted["differences"][0]["onlyA"].as_array().unwrap().len(), 0);
    assert_eq!(parted["differences"][0]["onlyB"][0]["amount"], 1_000);

    let listed = at(&platform, "emulator snapshot list").run().success();
    let names: Vec<_> = listed.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(names, ["bought", "stayed"]);
    assert_snapshot!(refusals([
        ("a snapshot that is there", at(&platform, "emulator snapshot save bought")),
        ("a name that is none", at(&platform, "emulator snapshot save ../out")),
        ("a snapshot that is not", at(&platform, "emulator snapshot restore ../out")),
        ("a side that is not", at(&platform, "ledger diff bought .. --data-dir data").inside(folder.path())),
        ("a side that is no database", at(&platform, "ledger diff data/identity.json now --data-dir data").inside(folder.path())),
    ]), @r#"
    # a snapshot that is there
    error: there is a snapshot "bought" already; choose another name, or replace it
    hint: add --replace, or choose another name

    # a name that is none
    error: a snapshot's name has 1 to 64 of the characters a-z, 0-9, `-` and `_`, and begins with none of `-`
    hint: --help shows examples

    # a snapshot that is not
    error: a snapshot's name has 1 to 64 of the characters a-z, 0-9, `-` and `_`, and begins with none of `-`
    hint: --help shows examples

    # a side that is not
    error: there is no snapshot, no database and no recording `..`
    hint: `emulator snapshot list` shows the snapshots; --data-dir names their folder

    # a side that is no database
    error: `data/identity.json` cannot be used
      caused by: the database holds something unexpected: file is not a database
    hint: it must be a snapshot or a database of this version of the app, or a recording
    "#);
    assert_eq!(dev.stop(), Some(0));
}

#[test]
fn a_scenario_is_triggered_by_its_name_and_by_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (dev, platform) = dev(folder.path());
    std::fs::write(folder.path().join("buy.scenario"), "site 2\ninstall\nbuy pro yearly\nexpect plan pro\n")
        .unwrap();
    let played = at(&platform, "trigger buy.scenario").inside(folder.path()).run().success();
    assert_eq!(played.lines().count(), 4, "{played}");
    let played = json(at(&platform, "trigger first-payment"));
    assert!(played["failed"].is_null(), "{played}");

    std::fs::write(folder.path().join("wrong.scenario"), "install\nfly\n").unwrap();
    let wrong = at(&platform, "trigger wrong.scenario").inside(folder.path()).run().refusal();
    assert!(wrong.contains("wrong.scenario: ") && wrong.contains("line 2"), "{wrong}");
    let sited = at(&platform, "trigger first-payment --site 2").run().refusal();
    assert!(sited.contains("--site and --override are for events"), "{sited}");
    assert_eq!(dev.stop(), Some(0));
}

#[test]
fn chaos_and_triggers_reach_the_platform() {
    let folder = tempfile::tempdir().unwrap();
    let (dev, platform) = dev(folder.path());
    assert_eq!(
        at(&platform, "emulator chaos").run().success(),
        "Chaos is off: webhooks arrive once and in order.\n"
    );
    assert_eq!(
        at(&platform, "emulator chaos --seed 7 --drop 60").run().success(),
        "Chaos is on with seed 7: duplicate 20 %, reorder 20 %, delay 10 %, drop 60 %, slow 10 %. 0 webhooks so far.\n"
    );
    assert_eq!(json(at(&platform, "emulator chaos"))["profile"]["drop"], 60);
    assert_eq!(json(at(&platform, "emulator chaos off"))["on"], false);

    let sent = at(&platform, "trigger PaidPlanPurchased --site 2 --override vendorProductId=mystery");
    let said = sent.run().success();
    assert!(said.starts_with("PaidPlanPurchased of ") && said.contains("dlv_"), "{said}");
    let sent = json(at(&platform, "trigger InvoiceStatusUpdated").arg("--override=status=REFUNDED"));
    assert_eq!(sent["eventType"], "InvoiceStatusUpdated");
    let detail = crate::http::json(
        "GET",
        &format!("{platform}/_emulator/deliveries/{}", sent["deliveryId"].as_str().unwrap()),
    );
    assert_eq!(detail["decoded"]["payload"]["status"], "REFUNDED");

    let site = at(&platform, "trigger AppInstalled --site nowhere").run().refusal();
    assert!(site.contains("error: there is no site `nowhere`") && site.contains("Bloom & Root"), "{site}");
    let back = at(&platform, "clock set 2020-01-01").run().refusal();
    assert!(back.contains("the clock only goes forward") && back.contains("a snapshot brings"), "{back}");
    let event = at(&platform, "trigger AppExploded").run().refusal();
    assert!(event.contains("PaidPlanPurchased"), "{event}");
    assert!(event.contains("no event, no scenario and no file `AppExploded`"), "{event}");
    assert_snapshot!(refusals([
        ("a field without a value", at(&platform, "trigger AppInstalled --override appId")),
        ("a rate that is none", at(&platform, "emulator chaos --drop 101")),
        ("off with settings", at(&platform, "emulator chaos off --seed 7")),
        ("no time", at(&platform, "clock set soon")),
        ("no duration", at(&platform, "clock advance soon")),
        ("nothing to do", at(&platform, "clock advance")),
    ]), @r#"
    # a field without a value
    error: invalid value 'appId' for '--override <FIELD=VALUE>': write field=value

    hint: --help shows what is possible

    # a rate that is none
    error: invalid value '101' for '--drop <PERCENT>': it must be a whole number from 0 to 100

    hint: --help shows what is possible

    # off with settings
    error: `off` stands alone: without chaos there is nothing to set
    hint: leave `off` away to begin a run with these settings

    # no time
    error: `to` must be a time such as "2028-01-31T08:00:00Z", or a day such as "2028-01-31"
    hint: --help shows examples

    # no duration
    error: write a duration as "30d", "12h", "90m" or "45s", at most ten years
    hint: --help shows examples

    # nothing to do
    error: the following required arguments were not provided:
      <DURATION>

    Usage: wixapp clock advance --platform <URL> <DURATION>

    hint: --help shows what is possible
    "#);
    assert_eq!(dev.stop(), Some(0));
}

#[test]
fn a_scenario_may_have_a_platform_of_its_own() {
    let steps = "install\nbuy pro yearly\nadvance 60d\nexpect plan pro\nexpect credits 15200\n";
    let run = || wixapp(&["emulator", "run", "life.scenario", "--fresh"]);
    let played = json(run().file("life.scenario", steps));
    assert_eq!((played["steps"].as_array().unwrap().len(), &played["failed"]), (5, &Value::Null));

    let failed = run().file("life.scenario", "install\nexpect plan pro\nuninstall\n").run();
    assert_eq!(failed.code, Some(1));
    assert_snapshot!(failed, @r"
    exit 1
    --- stdout
    1  install                                       done
    --- stderr
    error: life.scenario, line 2: expect plan pro: plan: expected pro, found free
    hint: the steps before it were done; the inspector shows what happened
    ");
    let names: Vec<String> = wixapp(&["emulator", "run", "--list"])
        .run()
        .success()
        .lines()
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"trial-to-refund".to_owned()), "{names:?}");
}

#[test]
fn what_cannot_be_played_or_reached_is_refused() {
    let nobody = "http://127.0.0.1:1";
    let run = |text: &str| wixapp(&["emulator", "run", "life.scenario"]).file("life.scenario", text);
    assert_snapshot!(refusals([
        ("no platform", at(nobody, "clock show")),
        ("no address", at("somewhere", "clock show")),
        ("another kind of address", at("https://127.0.0.1", "emulator chaos")),
        ("no file", wixapp(&["emulator", "run", "missing.scenario"])),
        ("no scenario", wixapp(&["emulator", "run"])),
        ("an unknown one", wixapp(&["emulator", "run", "--shipped", "nothing"])),
        ("a mistake in a line", run("install\n\nby pro\n")),
        ("no steps", run("# nothing\n")),
        ("no text", wixapp(&["emulator", "run", "life.scenario"]).file("life.scenario", [0xff, 0xfe])),
        ("two at once", wixapp(&["emulator", "run", "life.scenario", "--list"])),
        ("flags of the platform", wixapp(&["emulator", "--app-id", "x", "clock", "show"])),
    ]), @r"
    # no platform
    error: no local platform answers on http://127.0.0.1:1
    hint: start one with `dev` or `emulator`, or name another with --platform (WIX_EMULATOR_URL)

    # no address
    error: --platform `somewhere` is no address of a local platform
    hint: it looks like http://127.0.0.1:4100; `dev` and `emulator` print theirs

    # another kind of address
    error: --platform `https://127.0.0.1` is no address of a local platform
    hint: it looks like http://127.0.0.1:4100; `dev` and `emulator` print theirs

    # no file
    error: missing.scenario cannot be read
      caused by: No such file or directory (os error 2)
    hint: name a text file with one step a line

    # no scenario
    error: the following required arguments were not provided:
      <FILE>

    Usage: wixapp emulator run <FILE>

    hint: --help shows what is possible

    # an unknown one
    error: no scenario `nothing` comes with wixapp
    hint: `emulator run --list` shows those that do

    # a mistake in a line
    error: life.scenario: line 3: there is no step `by`: did you mean `buy`?
    hint: one step a line; `emulator run --help` names them all

    # no steps
    error: life.scenario: line 1: there is no step in this scenario
    hint: one step a line; `emulator run --help` names them all

    # no text
    error: life.scenario cannot be read
      caused by: stream did not contain valid UTF-8
    hint: name a text file with one step a line

    # two at once
    error: the argument '[FILE]' cannot be used with '--list'

    Usage: wixapp emulator run <FILE>

    hint: --help shows what is possible

    # flags of the platform
    error: the subcommand 'clock' cannot be used with '--app-id <ID>'

    Usage: wixapp emulator [OPTIONS] --app-url <URL> --app-id <ID>
           wixapp emulator <COMMAND>

    hint: --help shows what is possible
    ");
}
