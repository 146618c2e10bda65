//! `emulator`: the local platform alone, for an app in any language.

use insta::assert_snapshot;

use crate::http::{json, location};
use crate::program::{Program, SECRET, refusals, wixapp};

fn emulator(app_url: &str) -> Program {
    wixapp(&["emulator", "--port", "0", "--app-id", "my-app", "--app-url", app_url])
}

fn good() -> Program {
    emulator("http://127.0.0.1:3000").env("WIXAPP_APP_SECRET", SECRET)
}

#[test]
fn the_platform_starts_alone_and_shows_the_key_of_its_webhooks() {
    let platform = good().arg("--app-name=Greeter").arg("--plans=autopost").start();
    let line = platform.printed("Local Wix platform on ");
    let at = line.split_whitespace().nth(4).unwrap().trim_end_matches(',').to_owned();
    platform.printed("-----BEGIN PUBLIC KEY-----");
    platform.printed("Ctrl-C stops.");
    let state = json("GET", &format!("{at}/_emulator/state"));
    assert_eq!((&state["app"]["name"], &state["app"]["appId"]), (&"Greeter".into(), &"my-app".into()));
    assert_eq!(state["plans"].as_array().unwrap().len(), 3);
    assert_eq!(platform.stop(), Some(0));
}

#[test]
fn owners_are_led_to_the_pricing_page_of_the_app() {
    let leads_to = |program: Program| {
        let platform = program.start();
        let line = platform.printed("Local Wix platform on ");
        let at = line.split_whitespace().nth(4).unwrap().trim_end_matches(',').to_owned();
        let target = location(&format!("{at}/apps/upgrade/my-app"));
        assert_eq!(platform.stop(), Some(0));
        target
    };
    assert_eq!(leads_to(good()), "http://127.0.0.1:3000/plans");
    assert_eq!(
        leads_to(good().arg("--pricing-url=https://app.example/buy?a=1")),
        "https://app.example/buy?a=1"
    );
}

#[test]
fn state_and_key_are_kept_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let files = ["--data-file=platform.json", "--public-key-file=key.pem", "--app-secret-file=secret"];
        let program = emulator("http://127.0.0.1:3000").inside(folder.path());
        files.iter().fold(program, Program::arg).start()
    };
    std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
    let first = start();
    first.printed("public key is in key.pem");
    assert_eq!(first.stop(), Some(0));
    let key = std::fs::read_to_string(folder.path().join("key.pem")).unwrap();
    assert!(key.starts_with("-----BEGIN PUBLIC KEY-----"), "{key}");
    let second = start();
    second.printed("Ctrl-C stops.");
    assert_eq!(std::fs::read_to_string(folder.path().join("key.pem")).unwrap(), key);
}

#[test]
fn bad_flags_are_refused() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let on_taken = wixapp(&["emulator", "--app-id=a", "--app-url=http://127.0.0.1:3000", "--port"])
        .arg(port.to_string())
        .env("WIXAPP_APP_SECRET", SECRET)
        .hide(port, "[PORT]")
        .hide(port + 100, "[PORT+100]");
    assert_snapshot!(refusals([
        ("nothing", wixapp(&["emulator"])),
        ("no secret", emulator("http://127.0.0.1:3000")),
        ("short secret", emulator("http://127.0.0.1:3000").arg("--app-secret=short")),
        ("no such secret file", emulator("http://127.0.0.1:3000").arg(format!("--app-secret-file={SECRET}"))),
        ("an app url that is none", emulator("somewhere").env("WIXAPP_APP_SECRET", SECRET)),
        ("an app url of another kind", emulator("ftp://127.0.0.1").env("WIXAPP_APP_SECRET", SECRET)),
        ("an empty app url", emulator("").env("WIXAPP_APP_SECRET", SECRET)),
        ("a webhook url that is none", good().arg("--webhook-url=/webhook")),
        ("a pricing page that is none", good().arg("--pricing-url=plans")),
        ("an empty app id", wixapp(&["emulator", "--port=0", "--app-id=", "--app-url=http://127.0.0.1:3000"])
            .env("WIXAPP_APP_SECRET", SECRET)),
        ("an address of charges that is none", good().arg("--custom-charges-url=charges")),
        ("a widget without an address", good().arg("--widget=my-widget")),
        ("a widget with a name of no element", good().arg("--widget=widget=http://127.0.0.1:3000/w.js")),
        ("a script that is missing", good().arg("--embedded-script=missing.html")),
        ("plans that are missing", good().arg("--plans=missing.toml")),
        ("a data file that is none", good().arg("--data-file=broken").file("broken", "{")),
        ("a data file that cannot be made", good().arg("--data-file=/dev/null/x")),
        ("a key file that cannot be written", good().arg("--public-key-file=missing/key.pem")),
        ("a port in use", on_taken),
    ]), @r"
    # nothing
    error: the following required arguments were not provided:
      --app-url <URL>
      --app-id <ID>

    Usage: wixapp emulator --app-url <URL> --app-id <ID>

    hint: --help shows what is possible

    # no secret
    error: the app's secret is not given
    hint: use --app-secret-file FILE, or set WIXAPP_APP_SECRET_FILE or WIXAPP_APP_SECRET; --app-secret works too, and stays in the shell's history

    # short secret
    error: --app-secret: the app secret: it is shorter than 16 bytes
    hint: use the app secret key from Wix's developer centre as it is: at least 16 characters

    # no such secret file
    error: the file that --app-secret-file names cannot be read
      caused by: No such file or directory (os error 2)
    hint: it must be a file that holds the secret and nothing else

    # an app url that is none
    error: the local platform's configuration is wrong: app_url `somewhere` is no URL: relative URL without a base
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # an app url of another kind
    error: the local platform's configuration is wrong: app_url `ftp://127.0.0.1` must start with http:// or https://
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # an empty app url
    error: the local platform's configuration is wrong: app_url `` is no URL: relative URL without a base
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # a webhook url that is none
    error: the local platform's configuration is wrong: webhook_url `/webhook` is no URL: relative URL without a base
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # a pricing page that is none
    error: the local platform's configuration is wrong: pricing_url `plans` is no URL: relative URL without a base
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # an empty app id
    error: the local platform's configuration is wrong: the app id must have 1 to 128 characters
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # an address of charges that is none
    error: the local platform's configuration is wrong: custom_charges_url `charges` is no URL: relative URL without a base
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # a widget without an address
    error: invalid value 'my-widget' for '--widget <TAG=URL>': write it as my-widget=http://127.0.0.1:3000/widget.js

    hint: --help shows what is possible

    # a widget with a name of no element
    error: the local platform's configuration is wrong: `widget` is no name of a custom element; write it as my-widget
    hint: check --app-url, --webhook-url, --pricing-url, --app-id, --custom-charges-url and --widget

    # a script that is missing
    error: missing.html cannot be read
      caused by: No such file or directory (os error 2)
    hint: name the file with the script's HTML with --embedded-script

    # plans that are missing
    error: --plans: missing.toml cannot be read
      caused by: No such file or directory (os error 2)
    hint: use `standard`, `autopost`, or the path of a plans.toml

    # a data file that is none
    error: the local platform's data file broken cannot be used: it is damaged or was written by another version (EOF while parsing an object at line 1 column 1)
    hint: choose another file with --data-file, or remove this one to begin anew

    # a data file that cannot be made
    error: the local platform's data file /dev/null/x cannot be used: File exists (os error 17)
    hint: choose another file with --data-file, or remove this one to begin anew

    # a key file that cannot be written
    error: missing/key.pem cannot be written
      caused by: No such file or directory (os error 2)
    hint: choose another file with --public-key-file

    # a port in use
    error: port [PORT] is in use
    hint: stop what listens there, or choose another: --port 4200
    ");
}
