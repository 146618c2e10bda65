//! `serve` refuses to start without the plans, the database and the address that it was told to use.

use insta::assert_snapshot;

use crate::program::{Program, SECRET, refusals, wixapp};

fn serve() -> Program {
    wixapp(&["serve"]).configured()
}

#[test]
fn plans_that_cannot_be_used_are_refused() {
    let plans = |text: &str| serve().env("WIXAPP_PLANS_CATALOG", "plans.toml").file("plans.toml", text);
    let head = "name = 'x'\nversion = '1'\ncurrency = 'USD'\n";
    assert_snapshot!(refusals([
        ("no such file", serve().env("WIXAPP_PLANS_CATALOG", "missing.toml")),
        ("no TOML", plans("[[plan")),
        ("no plan", plans(head)),
        ("a field too many", plans(&format!("{head}colour = 'red'"))),
    ]), @r"
    # no such file
    error: plans.catalog: cannot read missing.toml: No such file or directory (os error 2)
    hint: plans.catalog (WIXAPP_PLANS_CATALOG) is `standard`, `autopost`, or the path of a plans.toml

    # no TOML
    error: plans.catalog: the plan catalogue cannot be read: line 1: unclosed array table, expected `]]`
    hint: plans.catalog (WIXAPP_PLANS_CATALOG) is `standard`, `autopost`, or the path of a plans.toml

    # no plan
    error: plans.catalog: the plan catalogue is wrong: it needs a plan of rank 0: the free plan
    hint: plans.catalog (WIXAPP_PLANS_CATALOG) is `standard`, `autopost`, or the path of a plans.toml

    # a field too many
    error: plans.catalog: the plan catalogue cannot be read: `colour` is not known: the fields are `name`, `version`, `currency`, `plan`, `promo` and `top_up`
    hint: plans.catalog (WIXAPP_PLANS_CATALOG) is `standard`, `autopost`, or the path of a plans.toml
    ");
}

#[test]
fn databases_that_cannot_be_used_are_refused() {
    let url = |url: &str| serve().env("WIXAPP_DATABASE_URL", url);
    assert_snapshot!(refusals([
        ("unknown kind", url("mysql://root@127.0.0.1/app")),
        ("empty", url("")),
        ("no path", url("sqlite:")),
        ("only in memory", url("sqlite::memory:")),
        ("a folder", url("sqlite:.")),
        ("a folder that is missing", url("sqlite:missing/app.sqlite3")),
        ("no database", url("sqlite:garbage").file("garbage", "this is no database: ".repeat(100))),
        ("no server", url(&format!("postgres://app:{SECRET}@127.0.0.1:1/app"))),
        ("no address", url(&format!("postgres://app:{SECRET}@:x:/"))),
        ("the url in a variable and a file", url("sqlite:x").env("WIXAPP_DATABASE_URL_FILE", "x")),
    ]), @r"
    # unknown kind
    error: the database is not available: the database address must begin with `sqlite:` or `postgres://`
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # empty
    error: the database is not available: the database address must begin with `sqlite:` or `postgres://`
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # no path
    error: the database is not available: `sqlite:` needs the path of a file
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # only in memory
    error: the database is not available: `sqlite:` needs the path of a file
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # a folder
    error: the database is not available: unable to open database file: .
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # a folder that is missing
    error: the database is not available: unable to open database file: missing/app.sqlite3
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # no database
    error: the database holds something unexpected: file is not a database
    hint: check that database.url (WIXAPP_DATABASE_URL) names a database of this app, and that this program is not older than the database

    # no server
    error: the database is not available: no connection to the server: Connection refused (os error 111)
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # no address
    error: the database is not available: the database address: invalid connection string
    hint: check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written

    # the url in a variable and a file
    error: WIXAPP_DATABASE_URL and WIXAPP_DATABASE_URL_FILE are both set
    hint: set only one of them
    ");
}

#[test]
fn addresses_to_listen_on_that_cannot_be_used_are_refused() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = |address: &str| serve().env("WIXAPP_BIND", address);
    let address = taken.local_addr().unwrap();
    assert_snapshot!(refusals([
        ("taken", bind(&address.to_string()).hide(address.port(), "[PORT]")),
        ("no port", bind("127.0.0.1")),
        ("a port beyond the last", bind("127.0.0.1:65536")),
        ("empty", bind("")),
        ("another machine's", bind("192.0.2.1:4101")),
    ]), @r"
    # taken
    error: cannot listen on 127.0.0.1:[PORT]: Address already in use (os error 98)
    hint: stop what listens there, or choose another address with server.bind (WIXAPP_BIND)

    # no port
    error: server.bind (WIXAPP_BIND) is no address with a port: `127.0.0.1`
    hint: for example 127.0.0.1:4101, or 0.0.0.0:4101 to be reached from other machines

    # a port beyond the last
    error: server.bind (WIXAPP_BIND) is no address with a port: `127.0.0.1:65536`
    hint: for example 127.0.0.1:4101, or 0.0.0.0:4101 to be reached from other machines

    # empty
    error: server.bind (WIXAPP_BIND) is no address with a port: ``
    hint: for example 127.0.0.1:4101, or 0.0.0.0:4101 to be reached from other machines

    # another machine's
    error: cannot listen on 192.0.2.1:4101: Cannot assign requested address (os error 99)
    hint: stop what listens there, or choose another address with server.bind (WIXAPP_BIND)
    ");
}
