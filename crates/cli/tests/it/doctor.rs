//! `doctor`: what is well, what is not, and what to do about it.

use insta::assert_snapshot;

use crate::program::{Program, wixapp};

/// A configuration whose Wix is a port of this machine where nobody listens.
fn doctor() -> Program {
    wixapp(&["doctor"]).configured().env("WIXAPP_WIX_API_URL", "http://127.0.0.1:1")
}

#[test]
fn everything_well_is_0() {
    let wix = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = wix.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = wix.accept().unwrap();
        // One read holds the whole request; what it says does not matter.
        let read = stream.read(&mut [0; 4096]).unwrap();
        assert!(read > 0);
        stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let database = "sqlite:app.sqlite3";
    wixapp(&["migrate"]).env("WIXAPP_DATABASE_URL", database).inside(folder.path()).run().success();
    let outcome = doctor()
        .inside(folder.path())
        .env("WIXAPP_DATABASE_URL", database)
        .env("WIXAPP_WIX_API_URL", format!("http://{address}"))
        .env("WIXAPP_WEBHOOK_PUBLIC_KEY", include_str!("webhook.pem"))
        .hide(address.port(), "[PORT]")
        .run();
    answering.join().unwrap();
    assert_snapshot!(outcome, @r"
    exit 0
    --- stdout
    ok   configuration  every field is usable
    ok   webhooks       a public key is set
    ok   plans          4 plans of `standard`
    ok   database       SQLite answers, and its schema is this version's
    ok   wix            http://127.0.0.1:[PORT] answers
    --- stderr
    ");
}

#[test]
fn what_is_not_well_is_named_and_looking_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_snapshot!(doctor().inside(folder.path()).run(), @r"
    exit 1
    --- stdout
    ok   configuration  every field is usable
    FAIL webhooks       no public key: every webhook is refused
         hint: set wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY_FILE) to the key of Wix's webhooks page
    ok   plans          4 plans of `standard`
    FAIL database       there is no file wixapp.sqlite3 yet
         hint: `migrate` makes it, and so does `serve`
    FAIL wix            http://127.0.0.1:1 does not answer: Connection refused (os error 111)
         hint: check the network and wix.api_url (WIXAPP_WIX_API_URL)
    --- stderr
    ");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn json_says_the_same_to_programs() {
    assert_snapshot!(doctor().arg("--json").run(), @r#"
    exit 1
    --- stdout
    {
      "checks": [
        {
          "name": "configuration",
          "ok": true,
          "text": "every field is usable"
        },
        {
          "hint": "set wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY_FILE) to the key of Wix's webhooks page",
          "name": "webhooks",
          "ok": false,
          "text": "no public key: every webhook is refused"
        },
        {
          "name": "plans",
          "ok": true,
          "text": "4 plans of `standard`"
        },
        {
          "hint": "`migrate` makes it, and so does `serve`",
          "name": "database",
          "ok": false,
          "text": "there is no file wixapp.sqlite3 yet"
        },
        {
          "hint": "check the network and wix.api_url (WIXAPP_WIX_API_URL)",
          "name": "wix",
          "ok": false,
          "text": "http://127.0.0.1:1 does not answer: Connection refused (os error 111)"
        }
      ],
      "healthy": false
    }
    --- stderr
    "#);
}

#[test]
fn a_database_without_the_schema_is_not_well() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wixapp.sqlite3"), "").unwrap();
    let outcome = doctor().inside(folder.path()).run();
    let line = outcome.stdout.lines().find(|line| line.contains("database")).unwrap();
    assert_snapshot!(line, @"FAIL database       the database holds something unexpected: no such table: schema_versions: run `migrate`");
}

#[test]
fn a_configuration_that_cannot_be_used_is_the_first_finding() {
    assert_snapshot!(doctor().env("WIXAPP_APP_SECRET", "short").run(), @r"
    exit 1
    --- stdout
    FAIL configuration  wix.app_secret (WIXAPP_APP_SECRET): the app secret: it is shorter than 16 bytes
         hint: copy the app secret key from Wix's developer centre as it is: at least 16 characters
    --- stderr
    ");
    assert_snapshot!(wixapp(&["doctor", "--json", "--config", "missing.toml"]).run(), @r#"
    exit 1
    --- stdout
    {
      "checks": [
        {
          "hint": "name an existing file with --config, or leave it out and use WIXAPP_… variables",
          "name": "configuration",
          "ok": false,
          "text": "the configuration file missing.toml cannot be read: No such file or directory (os error 2)"
        }
      ],
      "healthy": false
    }
    --- stderr
    "#);
    assert_snapshot!(doctor().env("WIXAPP_PLANS_CATALOG", "missing.toml").run(), @r"
    exit 1
    --- stdout
    ok   configuration  every field is usable
    FAIL webhooks       no public key: every webhook is refused
         hint: set wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY_FILE) to the key of Wix's webhooks page
    FAIL plans          cannot read missing.toml: No such file or directory (os error 2)
         hint: mend the file that plans.catalog names
    FAIL database       there is no file wixapp.sqlite3 yet
         hint: `migrate` makes it, and so does `serve`
    FAIL wix            http://127.0.0.1:1 does not answer: Connection refused (os error 111)
         hint: check the network and wix.api_url (WIXAPP_WIX_API_URL)
    --- stderr
    ");
}
