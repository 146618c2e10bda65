//! What `--help` and `--version` say, in the name of the program itself.

use std::process::Command;

use insta::assert_snapshot;

use crate::program::wixapp;

fn help(command: &str) -> String {
    let mut args: Vec<&str> = command.split_whitespace().collect();
    args.push("--help");
    wixapp(&args).run().success()
}

#[test]
fn the_overview_lists_every_command() {
    assert_snapshot!(help(""), @r"
    wixapp: Build, run and monetise Wix App Market apps

    Usage: wixapp <COMMAND>

    Commands:
      new        Make a folder with a new app that runs and is tested
      dev        Start the app and a whole local Wix platform on this machine
      serve      Run the server: requests and background work
      worker     Run background work only, beside servers that share the database
      migrate    Bring the database's schema up to this version
      emulator   Run the local Wix platform alone, and steer one that runs: clock, chaos, snapshots,
                 scenarios
      clock      Look at the clock of a running local platform, and move it
      trigger    Lead a running local platform to one of Wix's events
      token      Make, check and look into instance tokens
      doctor     Check the configuration, the database and the way to Wix
      plans      Check a plan catalogue, and see what it gives
      plan       Give an instance a plan that nobody pays, and end it
      billing    Where an instance buys, looked at and settled by hand
      credits    Look at the credits of an instance, and change them by hand
      ledger     Check the books, and compare them
      webhook    What Wix has sent, and looking at it again
      reconcile  Ask Wix how instances stand, and bring what is stored in line
      jobs       Look at background work, call it off, have it tried again
      instance   What concerns one instance as a whole
      openapi    Print the OpenAPI document
      help       Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version
    ");
}

#[test]
fn dev_has_help() {
    assert_snapshot!(help("dev"), @r"
    Start the app and a whole local Wix platform on this machine

    Usage: wixapp dev [OPTIONS]

    Options:
          --port <PORT>         Port of the local platform; the app listens on the next one. 0 takes any
                                two that are free [default: 4100]
          --data-dir <DIR>      Folder that keeps everything between starts [default: .wixapp]
          --reset               Forget everything in the data folder first
          --open                Open the local platform in the browser
          --database-url <URL>  Use this database instead of SQLite in the data folder
          --plans <FILE>        The plans on sale: standard, autopost, or a plans.toml [default: the
                                app's own]
          --log <FILTER>        What is logged: error, warn, info, debug, or a filter [env: WIXAPP_LOG]
                                [default: warn]
      -h, --help                Print help

    Options of the local platform:
          --calls-a-minute <NUMBER>   How many calls an install has in a minute; 0 sets no limit
                                      [default: 200]
          --data-lag <SECONDS>        Let plain reads of Wix Data be so many seconds behind, as they may
                                      be at Wix [default: 0]
          --subscribe <EVENT>         Send this domain event to the app, for example
                                      wix.data.v2.data_item_created; may be given more than once
          --custom-charges-url <URL>  Where an app that is paid by use answers: it is asked at
                                      URL/v1/charges and so on
          --embedded-script <FILE>    A file with the HTML of the app's embedded script; {{name}} stands
                                      for a parameter
          --widget <TAG=URL>          A custom element of the app and its module, shown on the sites'
                                      pages: my-widget=URL

    Examples:
      wixapp dev                       start on http://127.0.0.1:4100
      wixapp dev --port 5000 --open    start on another port and open the browser
      wixapp dev --reset               forget everything and begin anew
      wixapp dev --data-lag 5 --calls-a-minute 50
                                          a platform that is stricter than most
    ");
}

#[test]
fn serve_and_worker_have_help() {
    assert_snapshot!(help("serve"), @r"
    Run the server: requests and background work

    Usage: wixapp serve [OPTIONS]

    Options:
          --config <FILE>  The configuration file (TOML); WIXAPP_… variables win over it [env:
                           WIXAPP_CONFIG]
          --api-only       Answer requests only, and leave background work to `worker` processes
          --print-config   Print a configuration file with every field, its default and its variable
      -h, --help           Print help

    Examples:
      wixapp serve --print-config > wixapp.toml
      wixapp serve --config wixapp.toml
      WIXAPP_APP_ID=my-app WIXAPP_APP_SECRET_FILE=secret.txt wixapp serve
    ");
    assert_snapshot!(help("worker"), @r"
    Run background work only, beside servers that share the database

    Usage: wixapp worker [OPTIONS]

    Options:
          --config <FILE>  The configuration file (TOML); WIXAPP_… variables win over it [env:
                           WIXAPP_CONFIG]
      -h, --help           Print help

    Examples:
      wixapp serve --config wixapp.toml --api-only    answer requests in one process
      wixapp worker --config wixapp.toml              and do the work in others
    ");
}

#[test]
fn migrate_and_doctor_have_help() {
    assert_snapshot!(help("migrate"), @r"
    Bring the database's schema up to this version

    Usage: wixapp migrate [OPTIONS]

    Options:
          --config <FILE>  The configuration file (TOML); WIXAPP_… variables win over it [env:
                           WIXAPP_CONFIG]
          --json           Print JSON
      -h, --help           Print help

    Examples:
      wixapp migrate --config wixapp.toml
      WIXAPP_DATABASE_URL=postgres://app@127.0.0.1/app wixapp migrate --json

    `serve` and `worker` do this by themselves when they start.
    ");
    assert_snapshot!(help("doctor"), @r"
    Check the configuration, the database and the way to Wix

    Usage: wixapp doctor [OPTIONS]

    Options:
          --config <FILE>  The configuration file (TOML); WIXAPP_… variables win over it [env:
                           WIXAPP_CONFIG]
          --json           Print JSON
      -h, --help           Print help

    Examples:
      wixapp doctor --config wixapp.toml
      wixapp doctor --json

    Ends with 0 when all is well, else with 1.
    ");
}

#[test]
fn emulator_has_help() {
    assert_snapshot!(help("emulator"), @r"
    Run the local Wix platform alone, and steer one that runs: clock, chaos, snapshots, scenarios

    Usage: wixapp emulator [OPTIONS] --app-url <URL> --app-id <ID>
           wixapp emulator <COMMAND>

    Commands:
      clock     Look at the clock of a running platform, and move it
      chaos     Let webhooks come twice, late, out of order or not at all
      snapshot  Save a running platform with its app, go back, and list what was saved
      run       Play a scenario, line by line
      replay    Tell the app again what Wix told it, from a recording of `webhook export`
      help      Print this message or the help of the given subcommand(s)

    Options:
          --port <PORT>             Port of the local platform; 0 takes any that is free [default: 4100]
          --app-url <URL>           Where the app's page is
          --webhook-url <URL>       Where webhooks go [default: the app's page + /api/v1/wix/webhook]
          --pricing-url <URL>       Where the app's own pricing page is [default: the app's page +
                                    /plans]
          --app-id <ID>             The app's id [env: WIXAPP_APP_ID]
          --app-secret <TEXT>       The app's secret, at least 16 characters [env: WIXAPP_APP_SECRET]
          --app-secret-file <FILE>  A file that holds it [env: WIXAPP_APP_SECRET_FILE]
          --app-name <NAME>         The app's name in the App Market
          --plans <FILE>            The plans on sale: standard, autopost, or a plans.toml [default:
                                    standard]
          --data-file <FILE>        Keep the platform's state in this file
          --public-key-file <FILE>  Write the public key of the webhooks to this file
      -h, --help                    Print help

    Options of the local platform:
          --calls-a-minute <NUMBER>   How many calls an install has in a minute; 0 sets no limit
                                      [default: 200]
          --data-lag <SECONDS>        Let plain reads of Wix Data be so many seconds behind, as they may
                                      be at Wix [default: 0]
          --subscribe <EVENT>         Send this domain event to the app, for example
                                      wix.data.v2.data_item_created; may be given more than once
          --custom-charges-url <URL>  Where an app that is paid by use answers: it is asked at
                                      URL/v1/charges and so on
          --embedded-script <FILE>    A file with the HTML of the app's embedded script; {{name}} stands
                                      for a parameter
          --widget <TAG=URL>          A custom element of the app and its module, shown on the sites'
                                      pages: my-widget=URL

    Examples:
      wixapp emulator --app-url http://127.0.0.1:3000 --app-id my-app \
          --app-secret-file secret.txt --public-key-file webhook.pem
      wixapp emulator --app-url http://127.0.0.1:3000 --app-id my-app \
          --app-secret 0123456789abcdef --plans plans.toml --data-file platform.json
    ");
}

/// Every command that is no mere group of others, by its words.
fn commands(group: &str) -> Vec<String> {
    let text = help(group);
    let Some((_, list)) = text.split_once("\nCommands:\n") else { return vec![group.to_owned()] };
    let (list, _) = list.split_once("\n\n").unwrap_or_else(|| panic!("{group}: {text}"));
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty() && *name != "help");
    names.flat_map(|name| commands(format!("{group} {name}").trim())).collect()
}

#[test]
fn every_command_has_examples_that_name_only_what_there_is() {
    let commands = commands("");
    for deep in
        ["webhook park list", "billing source set", "emulator clock run", "emulator replay", "reconcile"]
    {
        assert!(commands.iter().any(|command| command == deep), "{deep} is not among {commands:?}");
    }
    for command in commands.iter().chain([&"emulator".to_owned()]) {
        let text = help(command);
        let (options, examples) =
            text.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{command}: {text}"));
        // The clock stands at the top as well, where it is shorter.
        let short = command.strip_prefix("emulator ").filter(|short| short.starts_with("clock"));
        let form = format!("wixapp {}", short.unwrap_or(command));
        assert!(examples.contains(&form), "{command}: {examples}");
        // What stands before or after a pipe is another command.
        let own = examples.lines().flat_map(|line| line.split('|'));
        let own = own.filter(|part| part.contains(&form) || part.starts_with("      "));
        for word in own.flat_map(str::split_whitespace).filter(|word| word.starts_with("--")) {
            assert!(options.contains(word.trim_matches(&['`', '.', ',', ':'][..])), "{word} of {command}");
        }
    }
}

#[test]
fn every_command_that_tells_something_prints_json() {
    // The others go on until they are ended, make something, or print what is a file's content.
    let without = ["dev", "serve", "worker", "new", "openapi", "token verify"];
    for command in commands("").iter().filter(|command| !without.contains(&command.as_str())) {
        let text = help(command);
        assert!(text.contains("--json") || command == "token inspect", "{command}: {text}");
    }
}

#[test]
fn token_commands_have_help() {
    assert_snapshot!(help("token"), @r"
    Make, check and look into instance tokens

    Usage: wixapp token <COMMAND>

    Commands:
      sign     Make a token, as Wix would
      verify   Check a token's signature and dates
      inspect  Show what a token says, without checking it
      help     Print this message or the help of the given subcommand(s)

    Options:
      -h, --help  Print help
    ");
    assert_snapshot!(help("token sign"), @r"
    Make a token, as Wix would

    Usage: wixapp token sign [OPTIONS] --instance <ID>

    Options:
          --secret <TEXT>       The app's secret [env: WIXAPP_APP_SECRET]
          --secret-file <FILE>  A file that holds it [env: WIXAPP_APP_SECRET_FILE]
          --instance <ID>       The instance
          --site <ID>           The site
          --visitor             For a visitor of the site instead of its owner
          --at <TIME>           When it was signed, for example 2026-01-31T12:00:00Z [default: now]
          --json                Print JSON
      -h, --help                Print help

    Examples:
      wixapp token sign --instance site-1 --secret-file secret.txt
      wixapp token sign --instance site-1 --visitor --at 2026-01-31T12:00:00Z --json
    ");
    assert_snapshot!(help("token verify"), @r#"
    Check a token's signature and dates

    Usage: wixapp token verify [OPTIONS] <TOKEN>

    Arguments:
      <TOKEN>  The token, or - to read it from standard input

    Options:
          --secret <TEXT>       The app's secret [env: WIXAPP_APP_SECRET]
          --secret-file <FILE>  A file that holds it [env: WIXAPP_APP_SECRET_FILE]
          --at <TIME>           Check as if it were this time [default: now]
          --json                Print JSON
      -h, --help                Print help

    Examples:
      wixapp token verify "$TOKEN" --secret-file secret.txt
      wixapp token verify - --json < token.txt
    "#);
    assert_snapshot!(help("token inspect"), @r#"
    Show what a token says, without checking it

    Usage: wixapp token inspect [OPTIONS] <TOKEN>

    Arguments:
      <TOKEN>  The token, or - to read it from standard input

    Options:
          --json  Print JSON
      -h, --help  Print help

    Examples:
      wixapp token inspect "$TOKEN"
      wixapp token sign --instance site-1 | wixapp token inspect -
    "#);
}

#[test]
fn openapi_has_help() {
    assert_snapshot!(help("openapi"), @r"
    Print the OpenAPI document

    Usage: wixapp openapi

    Options:
      -h, --help  Print help

    Examples:
      wixapp openapi > openapi.json
    ");
}

#[test]
fn help_never_shows_the_values_of_the_environment() {
    for command in ["dev", "serve", "emulator", "token sign"] {
        let mut program = wixapp(&command.split_whitespace().collect::<Vec<_>>()).arg("--help").configured();
        program = program.env("WIXAPP_LOG", "look-at-me").env("WIXAPP_CONFIG", "look-at-me");
        let text = program.run().success();
        assert!(!text.contains("my-app]") && !text.contains("look-at-me"), "{text}");
    }
}

#[test]
fn the_version_is_that_of_the_program() {
    let version = format!("wixapp {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(wixapp(&["--version"]).run().success(), version);
}

#[test]
fn examples_are_in_the_name_by_which_the_program_was_started() {
    let folder = tempfile::tempdir().unwrap();
    let renamed = folder.path().join("greeter");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_wixapp"), &renamed).unwrap();
    let output = Command::new(&renamed).args(["token", "sign", "--help"]).env_clear().output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Usage: greeter token sign"), "{text}");
    assert!(text.contains("  greeter token sign --instance") && !text.contains("wixapp token"), "{text}");
}
