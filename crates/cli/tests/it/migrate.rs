//! `migrate`: a new, a present, a newer and an impossible database.

use std::path::Path;

use insta::assert_snapshot;

use crate::program::{Program, SECRET, refusals, wixapp};

fn migrate(folder: &Path) -> Program {
    wixapp(&["migrate"]).env("WIXAPP_DATABASE_URL", "sqlite:app.sqlite3").inside(folder)
}

#[test]
fn a_new_database_gets_its_schema_and_a_present_one_is_left() {
    let folder = tempfile::tempdir().unwrap();
    assert_snapshot!(migrate(folder.path()).run(), @r"
    exit 0
    --- stdout
    The SQLite schema went from version 0 to 10.
    --- stderr
    ");
    assert_snapshot!(migrate(folder.path()).run(), @r"
    exit 0
    --- stdout
    The SQLite schema is at version 10 already.
    --- stderr
    ");
    assert_snapshot!(migrate(folder.path()).arg("--json").run(), @r#"
    exit 0
    --- stdout
    {
      "database": "SQLite",
      "from": 10,
      "to": 10
    }
    --- stderr
    "#);
    let new = tempfile::tempdir().unwrap();
    assert_snapshot!(migrate(new.path()).arg("--json").run(), @r#"
    exit 0
    --- stdout
    {
      "database": "SQLite",
      "from": 0,
      "to": 10
    }
    --- stderr
    "#);
}

#[test]
fn the_database_is_found_without_an_app_id_and_a_secret() {
    let file = "[database]\nurl = 'sqlite:from-file.sqlite3'";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wixapp.toml"), file).unwrap();
    wixapp(&["migrate", "--config", "wixapp.toml"]).inside(folder.path()).run().success();
    assert!(folder.path().join("from-file.sqlite3").is_file());
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    migrate(folder.path()).run().success();
    let database = rusqlite::Connection::open(folder.path().join("app.sqlite3")).unwrap();
    database.execute("INSERT INTO schema_versions (version) VALUES (999)", []).unwrap();
    drop(database);
    assert_snapshot!(migrate(folder.path()).run().refusal(), @r"
    error: the database holds something unexpected: the database was written by a newer wixapp (schema 999, this one knows 10)
    hint: check that database.url (WIXAPP_DATABASE_URL) names a database of this app, and that this program is not older than the database
    ");
    let serve = wixapp(&["serve"]).configured().inside(folder.path());
    serve.env("WIXAPP_DATABASE_URL", "sqlite:app.sqlite3").run().refusal();
}

#[test]
fn databases_that_cannot_be_used_are_refused() {
    let url = |url: &str| wixapp(&["migrate"]).env("WIXAPP_DATABASE_URL", url);
    assert_snapshot!(refusals([
        ("unknown kind", url("oracle:app")),
        ("a folder that is missing", url("sqlite:missing/app.sqlite3")),
        ("a file below a file", url("sqlite:/dev/null/app.sqlite3")),
        ("garbage", url("sqlite:garbage").file("garbage", "this is no database: ".repeat(100))),
        ("no server", url(&format!("postgres://app:{SECRET}@127.0.0.1:1/app"))),
        ("unknown field", wixapp(&["migrate", "--config", "c"]).file("c", "[database]\nport = 1")),
    ]), @r"
    # unknown kind
    error: the database is not available: the database address must begin with `sqlite:` or `postgres://`
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # a folder that is missing
    error: the database is not available: unable to open database file: missing/app.sqlite3
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # a file below a file
    error: the database is not available: unable to open database file: /dev/null/app.sqlite3
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # garbage
    error: the database holds something unexpected: file is not a database
    hint: check that database.url (WIXAPP_DATABASE_URL) names a database of this app, and that this program is not older than the database

    # no server
    error: the database is not available: no connection to the server: Connection refused (os error 111)
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # unknown field
    error: c: there is no field database.port
    hint: the fields of [database] are url
    ");
}
