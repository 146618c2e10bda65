//! `dev`: starts, keeps its data, and says clearly when it cannot start.

use std::net::TcpListener;
use std::path::Path;

use insta::assert_snapshot;

use crate::http::{json, request};
use crate::program::{Program, Running, refusals, wixapp};

fn dev(folder: &Path) -> Program {
    wixapp(&["dev", "--port", "0", "--data-dir", "data"]).inside(folder)
}

/// Where the platform answers, by its own words.
fn platform(dev: &Running) -> String {
    dev.printed("Local Wix platform").split_whitespace().last().unwrap().to_owned()
}

fn first_site(platform: &str) -> serde_json::Value {
    json("GET", &format!("{platform}/_emulator/state"))["sites"][0].clone()
}

fn install(platform: &str) {
    let site = first_site(platform);
    let site_id = site["siteId"].as_str().unwrap();
    json("POST", &format!("{platform}/_emulator/sites/{site_id}/install"));
}

#[test]
fn a_restart_finds_the_data_and_reset_forgets_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = dev(folder.path()).start();
    let at = platform(&first);
    assert!(first_site(&at)["install"].is_null());
    install(&at);
    assert_eq!(first.stop(), Some(0));

    let second = dev(folder.path()).start();
    assert!(first_site(&platform(&second))["install"].is_object());
    assert_eq!(second.interrupt(), Some(0));

    let third = dev(folder.path()).arg("--reset").start();
    assert!(first_site(&platform(&third))["install"].is_null());
    assert_eq!(third.stop(), Some(0));
}

#[test]
fn what_was_answered_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let first = dev(folder.path()).start();
    install(&platform(&first));
    first.kill();
    let second = dev(folder.path()).start();
    assert!(first_site(&platform(&second))["install"].is_object());
}

#[test]
fn both_servers_answer_at_the_addresses_that_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let dev = dev(folder.path()).start();
    let at = platform(&dev);
    let app = dev.printed("The app").split_whitespace().last().unwrap().to_owned();
    assert_eq!(request("GET", &format!("{app}/ready")).0, 200);
    assert_eq!(json("GET", &format!("{at}/_emulator/state"))["app"]["name"], "wixapp");
}

#[test]
fn a_second_process_on_the_same_folder_is_refused_even_with_reset() {
    let folder = tempfile::tempdir().unwrap();
    let first = dev(folder.path()).start();
    let at = platform(&first);
    install(&at);
    assert_snapshot!(dev(folder.path()).run().refusal(), @r"
    error: another process uses the data folder [DIR]/data
    hint: stop that one, or choose another folder with --data-dir
    ");
    dev(folder.path()).arg("--reset").run().refusal();
    assert!(first_site(&at)["install"].is_object());
    assert_eq!(first.stop(), Some(0));
}

/// Two neighbouring ports of which the second is taken.
fn second_taken() -> (u16, TcpListener) {
    let pairs = std::iter::repeat_with(|| TcpListener::bind("127.0.0.1:0").unwrap()).map(|taken| {
        let first = taken.local_addr().unwrap().port() - 1;
        (first, TcpListener::bind(("127.0.0.1", first)).is_ok(), taken)
    });
    let (first, _, taken) = pairs.take(100).find(|(_, free, _)| *free).unwrap();
    (first, taken)
}

#[test]
fn a_port_in_use_is_named_and_nothing_is_touched() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let on = |port: u16| {
        wixapp(&["dev", "--data-dir", "data", "--port"]).arg(port.to_string()).inside(folder.path())
    };
    let (first, _second) = second_taken();
    assert_snapshot!(refusals([
        ("the platform's", on(port).hide(port, "[PORT]")),
        ("the app's", on(first).hide(first + 1, "[PORT+1]")),
    ]), @r"
    # the platform's
    error: port [PORT] is in use
    hint: stop what listens there, or choose another: --port 4200

    # the app's
    error: port [PORT+1] is in use
    hint: stop what listens there, or choose another: --port 4200
    ");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn data_that_cannot_be_used_is_refused() {
    let dev = || wixapp(&["dev", "--port", "0"]);
    let prepared = |name: &str, text: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        folder
    };
    let identity = r#"{"appId":"a","appSecret":"0123456789abcdef"}"#;
    let no_identity = prepared("identity.json", "{");
    let short_secret = prepared("identity.json", r#"{"appId":"a","appSecret":"short"}"#);
    let no_platform = prepared("platform.json", "{");
    std::fs::write(no_platform.path().join("identity.json"), identity).unwrap();
    let no_database = prepared("app.sqlite3", &"this is no database: ".repeat(100));
    let on = |folder: &tempfile::TempDir| {
        dev().arg("--data-dir").arg(folder.path()).hide(folder.path().display(), "[DATA]")
    };
    assert_snapshot!(refusals([
        ("a folder that cannot be made", dev().arg("--data-dir=/dev/null/data")),
        ("a file in its place", dev().arg("--data-dir=taken").file("taken", "")),
        ("a broken identity", on(&no_identity)),
        ("an identity with a short secret", on(&short_secret)),
        ("a broken platform", on(&no_platform)),
        ("a broken database", on(&no_database)),
        ("another database that cannot be used", dev().arg("--database-url=sqlite:missing/x")),
        ("a misspelt log level", dev().arg("--log=loud")),
        ("plans that are missing", dev().arg("--plans=missing.toml")),
        ("plans that are broken", dev().arg("--plans=plans.toml").file("plans.toml", "[[plan")),
    ]), @r"
    # a folder that cannot be made
    error: the data folder /dev/null/data cannot be used
      caused by: Not a directory (os error 20)
    hint: choose a folder you can write to with --data-dir

    # a file in its place
    error: the data folder taken cannot be used
      caused by: File exists (os error 17)
    hint: choose a folder you can write to with --data-dir

    # a broken identity
    error: [DATA]/identity.json cannot be used: EOF while parsing an object at line 1 column 1
    hint: begin anew with --reset

    # an identity with a short secret
    error: the app secret: it is shorter than 16 bytes
    hint: begin anew with --reset, or choose another folder with --data-dir

    # a broken platform
    error: the local platform's data file [DATA]/platform.json cannot be used: it is damaged or was written by another version (EOF while parsing an object at line 1 column 1)
    hint: begin anew with --reset, or choose another folder with --data-dir

    # a broken database
    error: the database holds something unexpected: file is not a database
    hint: begin anew with --reset, or choose another folder with --data-dir

    # another database that cannot be used
    error: the database is not available: unable to open database file: missing/x
    hint: check --database-url, and that its server is up

    # a misspelt log level
    error: log.level (WIXAPP_LOG) is not understood: `loud`
    hint: use error, warn, info, debug, or a filter such as info,wixapp_jobs=debug

    # plans that are missing
    error: --plans: missing.toml cannot be read
      caused by: No such file or directory (os error 2)
    hint: use `standard`, `autopost`, or the path of a plans.toml

    # plans that are broken
    error: --plans: plans.toml: the plan catalogue cannot be read: line 1: unclosed array table, expected `]]`
    hint: use `standard`, `autopost`, or the path of a plans.toml
    ");
}

#[test]
fn other_plans_are_on_sale_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let dev = dev(folder.path()).arg("--plans").arg("autopost").start();
    let state = json("GET", &format!("{}/_emulator/state", platform(&dev)));
    let plans = state["plans"].as_array().unwrap().iter().map(|plan| plan["name"].as_str().unwrap());
    assert_eq!(plans.collect::<Vec<_>>(), ["Starter", "Pro", "Agency"]);
}
