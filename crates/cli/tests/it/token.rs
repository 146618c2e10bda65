//! `token sign`, `verify` and `inspect`.

use insta::assert_snapshot;

use crate::program::{Program, SECRET, refusals, wixapp};

const NOON: &str = "2026-01-31T12:00:00Z";

fn sign(more: &[&str]) -> String {
    let program = wixapp(&["token", "sign", "--instance", "site-1", "--at", NOON]);
    more.iter().fold(program, Program::arg).env("WIXAPP_APP_SECRET", SECRET).run().success()
}

fn verify(token: &str, more: &[&str]) -> Program {
    let program = wixapp(&["token", "verify"]).arg(token.trim());
    more.iter().fold(program, Program::arg).env("WIXAPP_APP_SECRET", SECRET)
}

#[test]
fn a_signed_token_verifies_and_shows_what_it_says() {
    let token = sign(&["--site", "meta-1"]);
    assert_snapshot!(verify(&token, &["--at", "2026-01-31T13:00:00Z"]).run(), @r"
    exit 0
    --- stdout
    The token holds.
      instance  site-1
      for       the owner of the site
      signed    2026-01-31T12:00:00Z
      ends      2026-01-31T16:00:00Z
    --- stderr
    ");
    assert_snapshot!(wixapp(&["token", "inspect", token.trim()]).run(), @r"
    exit 0
    --- stdout
    Not checked: anybody can write this.
      instance  site-1
      for       the owner of the site
      signed    2026-01-31T12:00:00Z
      ends      2026-01-31T16:00:00Z
    --- stderr
    ");
}

#[test]
fn json_says_the_same_to_programs() {
    assert_snapshot!(sign(&["--json", "--site", "meta-1"]), @r#"
    {
      "claims": {
        "expirationDate": "2026-01-31T16:00:00Z",
        "instanceId": "site-1",
        "metaSiteId": "meta-1",
        "permissions": "OWNER",
        "signDate": "2026-01-31T12:00:00Z",
        "uid": null
      },
      "token": "88urwmmn8o1fwkAS84D_HrJGGweeMjovCTrE-P6_5mk.eyJpbnN0YW5jZUlkIjoic2l0ZS0xIiwic2lnbkRhdGUiOiIyMDI2LTAxLTMxVDEyOjAwOjAwWiIsInVpZCI6bnVsbCwicGVybWlzc2lvbnMiOiJPV05FUiIsIm1ldGFTaXRlSWQiOiJtZXRhLTEiLCJleHBpcmF0aW9uRGF0ZSI6IjIwMjYtMDEtMzFUMTY6MDA6MDBaIn0"
    }
    "#);
    let token = sign(&[]);
    assert_snapshot!(verify(&token, &["--at", NOON, "--json"]).run(), @r#"
    exit 0
    --- stdout
    {
      "claims": {
        "expirationDate": "2026-01-31T16:00:00Z",
        "instanceId": "site-1",
        "permissions": "OWNER",
        "signDate": "2026-01-31T12:00:00Z",
        "uid": null
      },
      "valid": true
    }
    --- stderr
    "#);
    assert_snapshot!(verify(&token, &["--json"]).run(), @r#"
    exit 1
    --- stdout
    {
      "reason": "the instance token has expired",
      "valid": false
    }
    --- stderr
    "#);
    assert_snapshot!(wixapp(&["token", "inspect", "--json", token.trim()]).run(), @r#"
    exit 0
    --- stdout
    {
      "claims": {
        "expirationDate": "2026-01-31T16:00:00Z",
        "instanceId": "site-1",
        "permissions": "OWNER",
        "signDate": "2026-01-31T12:00:00Z",
        "uid": null
      },
      "verified": false
    }
    --- stderr
    "#);
}

#[test]
fn a_visitors_token_is_told_from_the_owners() {
    let token = sign(&["--visitor"]);
    assert_snapshot!(verify(&token, &["--at", NOON]).run().success(), @r"
    The token holds.
      instance  site-1
      for       a visitor of the site
      signed    2026-01-31T12:00:00Z
      ends      2026-01-31T16:00:00Z
    ");
}

#[test]
fn a_token_signed_now_verifies_now() {
    let secret = ["--secret", SECRET];
    let token = wixapp(&["token", "sign", "--instance", "i"]).arg(secret[0]).arg(secret[1]).run().success();
    let text = verify(&token, &[]).run().success();
    assert!(text.starts_with("The token holds.\n  instance  i\n"), "{text}");
}

#[test]
fn tokens_that_do_not_hold_are_refused() {
    let token = sign(&[]);
    let changed = token.replace(".eyJ", ".eyK");
    assert_snapshot!(refusals([
        ("expired", verify(&token, &[])),
        ("signed in the future", verify(&token, &["--at", "2026-01-30T12:00:00Z"])),
        ("wrong secret", verify(&token, &["--at", NOON]).env("WIXAPP_APP_SECRET", "another-secret-of-an-app")),
        ("changed", verify(&changed, &["--at", NOON])),
        ("cut", verify(&token[..60], &["--at", NOON])),
        ("garbage", verify("garbage", &[])),
        ("empty", verify("", &[])),
        ("two dots", verify("a.b.c", &[])),
        ("not a token, inspected", wixapp(&["token", "inspect", "a.b"])),
        ("no claims, inspected", wixapp(&["token", "inspect", &format!("{}.e30", "A".repeat(43))])),
    ]), @r"
    # expired
    error: the instance token has expired
    hint: Wix gives a new one whenever the page is loaded; --at checks as of another time

    # signed in the future
    error: the instance token is dated in the future
    hint: an instance token is `<signature>.<payload>`; `token inspect` shows what one says

    # wrong secret
    error: the instance token has no valid signature
    hint: the secret is another app's, or the token was changed: from here the two look the same

    # changed
    error: the instance token has no valid signature
    hint: the secret is another app's, or the token was changed: from here the two look the same

    # cut
    error: the instance token has no valid signature
    hint: the secret is another app's, or the token was changed: from here the two look the same

    # garbage
    error: the instance token is malformed: it has no dot
    hint: an instance token is `<signature>.<payload>`; `token inspect` shows what one says

    # empty
    error: the instance token is malformed: it has no dot
    hint: an instance token is `<signature>.<payload>`; `token inspect` shows what one says

    # two dots
    error: the instance token is malformed: it has more than one dot
    hint: an instance token is `<signature>.<payload>`; `token inspect` shows what one says

    # not a token, inspected
    error: the instance token is malformed: the signature is not base64url
    hint: an instance token is `<signature>.<payload>`: two parts with one dot

    # no claims, inspected
    error: the instance token is malformed: a field is missing or has the wrong type
    hint: an instance token is `<signature>.<payload>`: two parts with one dot
    ");
}

#[test]
fn bad_secrets_ids_and_times_are_refused() {
    let sign = |args: &[&str]| args.iter().fold(wixapp(&["token", "sign"]), Program::arg);
    let long = "x".repeat(129);
    assert_snapshot!(refusals([
        ("no secret", sign(&["--instance", "i"])),
        ("short secret", sign(&["--instance", "i", "--secret", "short"])),
        ("empty secret", sign(&["--instance", "i", "--secret", ""])),
        ("short secret in the environment", sign(&["--instance", "i"]).env("WIXAPP_APP_SECRET", "short")),
        ("two secrets", sign(&["--instance", "i", "--secret", SECRET, "--secret-file", "x"])),
        ("two secrets in the environment", sign(&["--instance", "i"])
            .env("WIXAPP_APP_SECRET", SECRET).env("WIXAPP_APP_SECRET_FILE", "x")),
        ("no such secret file", sign(&["--instance", "i", "--secret-file", SECRET])),
        ("no such secret file in the environment", sign(&["--instance", "i"]).env("WIXAPP_APP_SECRET_FILE", SECRET)),
        ("a secret file that is no text", sign(&["--instance", "i", "--secret-file", "raw"]).file("raw", b"\xff\xfe")),
        ("no instance", sign(&["--secret", SECRET])),
        ("empty instance", sign(&["--instance", "", "--secret", SECRET])),
        ("instance with a space", sign(&["--instance", "a b", "--secret", SECRET])),
        ("instance too long", sign(&["--instance", &long, "--secret", SECRET])),
        ("no time", sign(&["--instance", "i", "--secret", SECRET, "--at", "yesterday"])),
        ("a time without its zone", sign(&["--instance", "i", "--secret", SECRET, "--at", "2026-01-31T12:00:00"])),
        ("a time beyond the calendar", sign(&["--instance", "i", "--secret", SECRET, "--at", "9999-12-31T23:59:59Z"])),
    ]), @r"
    # no secret
    error: the app's secret is not given
    hint: use --secret-file FILE, or set WIXAPP_APP_SECRET_FILE or WIXAPP_APP_SECRET; --secret works too, and stays in the shell's history

    # short secret
    error: --secret: the app secret: it is shorter than 16 bytes
    hint: use the app secret key from Wix's developer centre as it is: at least 16 characters

    # empty secret
    error: --secret: the app secret: it is shorter than 16 bytes
    hint: use the app secret key from Wix's developer centre as it is: at least 16 characters

    # short secret in the environment
    error: WIXAPP_APP_SECRET: the app secret: it is shorter than 16 bytes
    hint: use the app secret key from Wix's developer centre as it is: at least 16 characters

    # two secrets
    error: the argument '--secret <TEXT>' cannot be used with '--secret-file <FILE>'

    Usage: wixapp token sign --instance <ID> --secret <TEXT>

    hint: --help shows what is possible

    # two secrets in the environment
    error: WIXAPP_APP_SECRET and WIXAPP_APP_SECRET_FILE are both set
    hint: set only one of them

    # no such secret file
    error: the file that --secret-file names cannot be read
      caused by: No such file or directory (os error 2)
    hint: it must be a file that holds the secret and nothing else

    # no such secret file in the environment
    error: the file that WIXAPP_APP_SECRET_FILE names cannot be read
      caused by: No such file or directory (os error 2)
    hint: it must be a file that holds the secret and nothing else

    # a secret file that is no text
    error: the file that --secret-file names cannot be read
      caused by: stream did not contain valid UTF-8
    hint: it must be a file that holds the secret and nothing else

    # no instance
    error: the following required arguments were not provided:
      --instance <ID>

    Usage: wixapp token sign --instance <ID> --secret <TEXT>

    hint: --help shows what is possible

    # empty instance
    error: invalid value '' for '--instance <ID>': an id is 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'

    hint: --help shows what is possible

    # instance with a space
    error: invalid value 'a b' for '--instance <ID>': an id is 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'

    hint: --help shows what is possible

    # instance too long
    error: invalid value 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' for '--instance <ID>': an id is 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'

    hint: --help shows what is possible

    # no time
    error: invalid value 'yesterday' for '--at <TIME>': a time looks like 2026-01-31T12:00:00Z

    hint: --help shows what is possible

    # a time without its zone
    error: invalid value '2026-01-31T12:00:00' for '--at <TIME>': a time looks like 2026-01-31T12:00:00Z

    hint: --help shows what is possible

    # a time beyond the calendar
    error: invalid value '9999-12-31T23:59:59Z' for '--at <TIME>': a time looks like 2026-01-31T12:00:00Z

    hint: --help shows what is possible
    ");
}

#[test]
fn the_secret_may_come_from_a_file_and_a_flag_wins_over_the_environment() {
    let token = sign(&[]);
    let verify =
        || wixapp(&["token", "verify", token.trim(), "--at", NOON]).file("secret", format!("{SECRET}\n"));
    verify().arg("--secret-file").arg("secret").run().success();
    verify().env("WIXAPP_APP_SECRET_FILE", "secret").run().success();
    verify().arg("--secret-file=secret").env("WIXAPP_APP_SECRET", "another-secret-of-an-app").run().success();
}

#[test]
fn a_token_on_standard_input_is_read_by_a_hyphen() {
    let token = sign(&[]);
    let text = verify("-", &["--at", NOON]).stdin(&token).run().success();
    assert!(text.contains("site-1"), "{text}");
    let text = wixapp(&["token", "inspect", "-"]).stdin(&token).run().success();
    assert!(text.contains("site-1"), "{text}");
    assert_snapshot!(refusals([
        ("nothing", verify("-", &[]).stdin("")),
        ("no end", wixapp(&["token", "inspect", "-"]).stdin(&"x".repeat(1 << 20))),
    ]), @r"
    # nothing
    error: the instance token is malformed: it has no dot
    hint: an instance token is `<signature>.<payload>`; `token inspect` shows what one says

    # no end
    error: the instance token is larger than 8192 bytes
    hint: an instance token is `<signature>.<payload>`: two parts with one dot
    ");
}

#[test]
fn a_token_that_begins_with_a_hyphen_is_a_token() {
    // One signature in 64 begins with it.
    let signed = |n: u32| {
        let program = wixapp(&["token", "sign", "--at", NOON, "--instance"]).arg(format!("site-{n}"));
        program.env("WIXAPP_APP_SECRET", SECRET).run().success()
    };
    let token = (0..2_000).map(signed).find(|token| token.starts_with('-')).unwrap();
    verify(&token, &["--at", NOON]).run().success();
    wixapp(&["token", "inspect", "--json", token.trim()]).run().success();
    let after = wixapp(&["token", "verify", "--at", NOON, "--secret", SECRET]).arg(token.trim());
    after.run().success();
}
