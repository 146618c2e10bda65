//! `serve` refuses every configuration that is unsafe or not understood: by name, with a hint, without a secret.

use insta::assert_snapshot;

use crate::program::{Program, SECRET, refusals, wixapp};

fn serve() -> Program {
    wixapp(&["serve"]).configured()
}

/// `serve` with a configuration file of this text, and no environment.
fn file(text: &str) -> Program {
    wixapp(&["serve", "--config", "wixapp.toml"]).file("wixapp.toml", text)
}

#[test]
fn secrets_that_protect_nothing_are_refused() {
    assert_snapshot!(refusals([
        ("nothing configured", wixapp(&["serve"])),
        ("no secret", wixapp(&["serve"]).env("WIXAPP_APP_ID", "my-app")),
        ("no app id", wixapp(&["serve"]).env("WIXAPP_APP_SECRET", SECRET)),
        ("empty app id", serve().env("WIXAPP_APP_ID", " ")),
        ("empty secret", serve().env("WIXAPP_APP_SECRET", "")),
        ("short secret", serve().env("WIXAPP_APP_SECRET", "too-short")),
        ("secret with a line end", serve().env("WIXAPP_APP_SECRET", format!("{SECRET}\n"))),
        ("short previous secret", serve().env("WIXAPP_APP_SECRET_PREVIOUS", "too-short")),
        ("empty secret in the file", file("[wix]\napp_id = 'my-app'\napp_secret = ''")),
        ("secret and secret file", serve().env("WIXAPP_APP_SECRET_FILE", "x")),
        ("no such secret file", wixapp(&["serve"]).env("WIXAPP_APP_ID", "a").env("WIXAPP_APP_SECRET_FILE", SECRET)),
        ("key and key file", serve().env("WIXAPP_WEBHOOK_PUBLIC_KEY", "x").env("WIXAPP_WEBHOOK_PUBLIC_KEY_FILE", "x")),
        ("a key that is no PEM", serve().env("WIXAPP_WEBHOOK_PUBLIC_KEY", "nonsense")),
        ("an empty key", serve().env("WIXAPP_WEBHOOK_PUBLIC_KEY", "")),
        ("a previous key that is no PEM", serve().env("WIXAPP_WEBHOOK_PUBLIC_KEY_PREVIOUS", "nonsense")),
    ]), @r"
    # nothing configured
    error: wix.app_id (WIXAPP_APP_ID) is missing
    hint: copy it from Wix's developer centre; `serve --print-config` lists every field

    # no secret
    error: wix.app_secret (WIXAPP_APP_SECRET_FILE or WIXAPP_APP_SECRET) is missing
    hint: copy it from Wix's developer centre; `serve --print-config` lists every field

    # no app id
    error: wix.app_id (WIXAPP_APP_ID) is missing
    hint: copy it from Wix's developer centre; `serve --print-config` lists every field

    # empty app id
    error: wix.app_id (WIXAPP_APP_ID) is empty
    hint: copy the app id from Wix's developer centre

    # empty secret
    error: wix.app_secret (WIXAPP_APP_SECRET): the app secret: it is shorter than 16 bytes
    hint: copy the app secret key from Wix's developer centre as it is: at least 16 characters

    # short secret
    error: wix.app_secret (WIXAPP_APP_SECRET): the app secret: it is shorter than 16 bytes
    hint: copy the app secret key from Wix's developer centre as it is: at least 16 characters

    # secret with a line end
    error: wix.app_secret (WIXAPP_APP_SECRET): the app secret: it begins or ends with white space
    hint: copy the app secret key from Wix's developer centre as it is: at least 16 characters

    # short previous secret
    error: wix.app_secret_previous (WIXAPP_APP_SECRET_PREVIOUS): the app secret: it is shorter than 16 bytes
    hint: copy the app secret key from Wix's developer centre as it is: at least 16 characters

    # empty secret in the file
    error: wix.app_secret (WIXAPP_APP_SECRET): the app secret: it is shorter than 16 bytes
    hint: copy the app secret key from Wix's developer centre as it is: at least 16 characters

    # secret and secret file
    error: WIXAPP_APP_SECRET and WIXAPP_APP_SECRET_FILE are both set
    hint: set only one of them

    # no such secret file
    error: the file that WIXAPP_APP_SECRET_FILE names cannot be read: No such file or directory (os error 2)
    hint: WIXAPP_APP_SECRET_FILE is the path of a file that holds what WIXAPP_APP_SECRET would

    # key and key file
    error: WIXAPP_WEBHOOK_PUBLIC_KEY and WIXAPP_WEBHOOK_PUBLIC_KEY_FILE are both set
    hint: set only one of them

    # a key that is no PEM
    error: wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY): the webhook public key: it is not one PEM block
    hint: copy the public key from the webhooks page of Wix's developer centre, with its BEGIN and END lines

    # an empty key
    error: wix.webhook_public_key (WIXAPP_WEBHOOK_PUBLIC_KEY): the webhook public key: it is not one PEM block
    hint: copy the public key from the webhooks page of Wix's developer centre, with its BEGIN and END lines

    # a previous key that is no PEM
    error: wix.webhook_public_key_previous (WIXAPP_WEBHOOK_PUBLIC_KEY_PREVIOUS): the webhook public key: it is not one PEM block
    hint: copy the public key from the webhooks page of Wix's developer centre, with its BEGIN and END lines
    ");
}

#[test]
fn addresses_that_are_not_safe_are_refused() {
    assert_snapshot!(refusals([
        ("Wix over http", serve().env("WIXAPP_WIX_API_URL", "http://www.wixapis.com")),
        ("Wix as a word", serve().env("WIXAPP_WIX_API_URL", "wix")),
        ("another host behind this machine's name", serve().env("WIXAPP_WIX_API_URL", "http://127.0.0.1@evil.example")),
        ("a dashboard over http", serve().env("WIXAPP_WIX_DASHBOARD_URL", "http://manage.wix.com")),
        ("everybody may frame", serve().env("WIXAPP_FRAME_ANCESTORS", "*")),
        ("everybody with https may frame", serve().env("WIXAPP_FRAME_ANCESTORS", "https://*")),
        ("another directive", serve().env("WIXAPP_FRAME_ANCESTORS", "https://a.example; script-src *")),
        ("one bad of two", serve().env("WIXAPP_FRAME_ANCESTORS", "https://manage.wix.com,http://evil.example")),
        ("in the file", file(&format!(
            "[wix]\napp_id = 'my-app'\napp_secret = '{SECRET}'\nframe_ancestors = ['*']"))),
    ]), @r"
    # Wix over http
    error: wix.api_url (WIXAPP_WIX_API_URL) is no https:// address of a host
    hint: http:// is only safe to this machine itself (127.0.0.1, localhost)

    # Wix as a word
    error: wix.api_url (WIXAPP_WIX_API_URL) is no https:// address of a host
    hint: http:// is only safe to this machine itself (127.0.0.1, localhost)

    # another host behind this machine's name
    error: wix.api_url (WIXAPP_WIX_API_URL) is no https:// address of a host
    hint: http:// is only safe to this machine itself (127.0.0.1, localhost)

    # a dashboard over http
    error: wix.dashboard_url (WIXAPP_WIX_DASHBOARD_URL) is no https:// address of a host
    hint: http:// is only safe to this machine itself (127.0.0.1, localhost)

    # everybody may frame
    error: wix.frame_ancestors (WIXAPP_FRAME_ANCESTORS) has an origin that is not safe: `*`
    hint: name origins such as https://manage.wix.com; any page of the others could show yours

    # everybody with https may frame
    error: wix.frame_ancestors (WIXAPP_FRAME_ANCESTORS) has an origin that is not safe: `https://*`
    hint: name origins such as https://manage.wix.com; any page of the others could show yours

    # another directive
    error: wix.frame_ancestors (WIXAPP_FRAME_ANCESTORS) has an origin that is not safe: `https://a.example; script-src *`
    hint: name origins such as https://manage.wix.com; any page of the others could show yours

    # one bad of two
    error: wix.frame_ancestors (WIXAPP_FRAME_ANCESTORS) has an origin that is not safe: `http://evil.example`
    hint: name origins such as https://manage.wix.com; any page of the others could show yours

    # in the file
    error: wix.frame_ancestors (WIXAPP_FRAME_ANCESTORS) has an origin that is not safe: `*`
    hint: name origins such as https://manage.wix.com; any page of the others could show yours
    ");
}

#[test]
fn a_file_that_is_not_understood_is_refused() {
    assert_snapshot!(refusals([
        ("no such file", wixapp(&["serve", "--config", "missing.toml"])),
        ("a folder", wixapp(&["serve", "--config", "."])),
        ("no text", wixapp(&["serve", "--config", "raw"]).file("raw", b"\xff\xfe")),
        ("no such file, by its variable", wixapp(&["serve"]).env("WIXAPP_CONFIG", "missing.toml")),
        ("no TOML", file("[server]\nbind = \"127.0.0.1:4101\"\n[wix\n")),
        ("unknown field", file("[wix]\napp_idd = 'my-app'")),
        ("unknown section", file("[web]\nport = 1")),
        ("field outside its section", file("bind = '127.0.0.1:4101'")),
        ("a section that is a value", file("wix = 1")),
        ("a number for a text", file("[server]\nbind = 4101")),
        ("a text for a number", file("[jobs]\nconcurrency = 'many'")),
        ("a negative number", file("[server]\ndrain_s = -1")),
        ("a number beyond all", file("[server]\ndrain_s = 99999999999999999999")),
        ("a fraction", file("[jobs]\nlease_s = 1.5")),
        ("a word that is no choice", file("[plans]\non_end = 'forget'")),
        ("a cycle that is none", file("[plans]\ncycle = '7d'")),
        ("a list of numbers", file("[wix]\nframe_ancestors = [1]")),
        ("a secret that is a number", file("[wix]\napp_secret = 123456789012345678")),
        ("a database that is a list", file(&format!("[database]\nurl = ['{SECRET}']"))),
    ]), @r#"
    # no such file
    error: the configuration file missing.toml cannot be read: No such file or directory (os error 2)
    hint: name an existing file with --config, or leave it out and use WIXAPP_… variables

    # a folder
    error: the configuration file . cannot be read: Is a directory (os error 21)
    hint: name an existing file with --config, or leave it out and use WIXAPP_… variables

    # no text
    error: the configuration file raw cannot be read: stream did not contain valid UTF-8
    hint: name an existing file with --config, or leave it out and use WIXAPP_… variables

    # no such file, by its variable
    error: the configuration file missing.toml cannot be read: No such file or directory (os error 2)
    hint: name an existing file with --config, or leave it out and use WIXAPP_… variables

    # no TOML
    error: wixapp.toml: line 3: unclosed table, expected `]`
    hint: the file is TOML: `name = "text"` below a `[section]`

    # unknown field
    error: wixapp.toml: there is no field wix.app_idd
    hint: the fields of [wix] are app_id, app_secret, app_secret_previous, webhook_public_key, webhook_public_key_previous, api_url, questions_per_s, dashboard_url, install_url, frame_ancestors

    # unknown section
    error: wixapp.toml: there is no section or field `web`
    hint: the sections are server, database, wix, plans, billing, stripe, notices, jobs, limits, log

    # field outside its section
    error: wixapp.toml: there is no section or field `bind`
    hint: the sections are server, database, wix, plans, billing, stripe, notices, jobs, limits, log

    # a section that is a value
    error: wixapp.toml: `wix` must be a section: [wix]
    hint: `serve --print-config` lists every field, its default and its variable

    # a number for a text
    error: wixapp.toml: `server.bind` must be text in quotes, not a number
    hint: `serve --print-config` shows what every field looks like

    # a text for a number
    error: wixapp.toml: `jobs.concurrency` must be a whole number of 0 or more, not text
    hint: `serve --print-config` shows what every field looks like

    # a negative number
    error: wixapp.toml: `server.drain_s` must be a whole number of 0 or more, not -1
    hint: `serve --print-config` shows what every field looks like

    # a number beyond all
    error: wixapp.toml: line 2: a number is too large
    hint: the file is TOML: `name = "text"` below a `[section]`

    # a fraction
    error: wixapp.toml: `jobs.lease_s` must be a whole number of 0 or more, not 1.5
    hint: `serve --print-config` shows what every field looks like

    # a word that is no choice
    error: wixapp.toml: `plans.on_end` must be `reset` or `keep`
    hint: `serve --print-config` shows what every field looks like

    # a cycle that is none
    error: wixapp.toml: `plans.cycle` must be `30d` or `month`
    hint: `serve --print-config` shows what every field looks like

    # a list of numbers
    error: wixapp.toml: `wix.frame_ancestors[0]` must be text in quotes, not a number
    hint: `serve --print-config` shows what every field looks like

    # a secret that is a number
    error: wixapp.toml: `wix.app_secret` must be text in quotes, not integer
    hint: `serve --print-config` shows what every field looks like

    # a database that is a list
    error: wixapp.toml: `database.url` must be text in quotes, not array
    hint: `serve --print-config` shows what every field looks like
    "#);
}

#[test]
fn values_out_of_range_are_refused() {
    assert_snapshot!(refusals([
        ("no jobs at a time", serve().env("WIXAPP_JOBS_CONCURRENCY", "0")),
        ("too many jobs at a time", serve().env("WIXAPP_JOBS_CONCURRENCY", "1001")),
        ("no lease", serve().env("WIXAPP_JOBS_LEASE_S", "0")),
        ("a lease of a week", serve().env("WIXAPP_JOBS_LEASE_S", "604800")),
        ("an endless drain", serve().env("WIXAPP_DRAIN_S", "601")),
        ("a drain that is no number", serve().env("WIXAPP_DRAIN_S", "soon")),
        ("a negative drain", serve().env("WIXAPP_DRAIN_S", "-1")),
        ("neither true nor false", serve().env("WIXAPP_TEST_CHECKOUT", "perhaps")),
        ("an unknown cycle", serve().env("WIXAPP_PLANS_CYCLE", "7d")),
        ("an unknown log format", serve().env("WIXAPP_LOG_FORMAT", "xml")),
        ("an unknown log level", serve().env("WIXAPP_LOG", "loud")),
        ("no log level", serve().env("WIXAPP_LOG", "")),
    ]), @r"
    # no jobs at a time
    error: jobs.concurrency must be 1 to 1,000
    hint: `serve --print-config` lists every field, its default and its variable

    # too many jobs at a time
    error: jobs.concurrency must be 1 to 1,000
    hint: `serve --print-config` lists every field, its default and its variable

    # no lease
    error: jobs.lease_s must be 1 to 3,600 seconds
    hint: `serve --print-config` lists every field, its default and its variable

    # a lease of a week
    error: jobs.lease_s must be 1 to 3,600 seconds
    hint: `serve --print-config` lists every field, its default and its variable

    # an endless drain
    error: server.drain_s may be 600 seconds at the most
    hint: `serve --print-config` lists every field, its default and its variable

    # a drain that is no number
    error: WIXAPP_DRAIN_S: 'soon' is no whole number
    hint: `serve --print-config` lists every field and its variable

    # a negative drain
    error: WIXAPP_DRAIN_S: '-1' is no whole number
    hint: `serve --print-config` lists every field and its variable

    # neither true nor false
    error: WIXAPP_TEST_CHECKOUT: neither true nor false: 'perhaps'
    hint: `serve --print-config` lists every field and its variable

    # an unknown cycle
    error: WIXAPP_PLANS_CYCLE must be `30d` or `month`
    hint: `serve --print-config` lists every field and its variable

    # an unknown log format
    error: WIXAPP_LOG_FORMAT must be `text` or `json`
    hint: `serve --print-config` lists every field and its variable

    # an unknown log level
    error: log.level (WIXAPP_LOG) is not understood: `loud`
    hint: use error, warn, info, debug, or a filter such as info,wixapp_jobs=debug

    # no log level
    error: log.level (WIXAPP_LOG) is not understood: ``
    hint: use error, warn, info, debug, or a filter such as info,wixapp_jobs=debug
    ");
}
