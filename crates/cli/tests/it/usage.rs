//! A command line that cannot be understood is the user's to mend: exit 1, not clap's 2.

use insta::assert_snapshot;

use crate::program::{refusals, wixapp};

#[test]
fn no_command_prints_the_overview_and_fails() {
    let outcome = wixapp(&[]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""));
    assert!(outcome.stderr.contains("Usage: wixapp <COMMAND>"), "{}", outcome.stderr);
    let outcome = wixapp(&["token"]).run();
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("Usage: wixapp token <COMMAND>"), "{}", outcome.stderr);
}

#[test]
fn unknown_commands_flags_and_values_are_refused() {
    assert_snapshot!(refusals([
        ("unknown command", wixapp(&["frob"])),
        ("almost a command", wixapp(&["serv"])),
        ("unknown token command", wixapp(&["token", "forge"])),
        ("unknown flag", wixapp(&["dev", "--prot", "1"])),
        ("a value too many", wixapp(&["migrate", "now"])),
        ("a flag without its value", wixapp(&["dev", "--port"])),
        ("a flag twice", wixapp(&["dev", "--port", "4100", "--port", "4200"])),
        ("a port that is no number", wixapp(&["dev", "--port", "http"])),
        ("a negative port", wixapp(&["dev", "--port=-1"])),
        ("a port without a next one", wixapp(&["dev", "--port", "65535"])),
        ("a port beyond the last", wixapp(&["emulator", "--port", "65536"])),
        ("flags that exclude each other", wixapp(&["dev", "--reset", "--database-url", "sqlite:x"])),
        ("no data folder", wixapp(&["dev", "--data-dir", ""])),
    ]), @r"
    # unknown command
    error: unrecognized subcommand 'frob'

    Usage: wixapp <COMMAND>

    hint: --help shows what is possible

    # almost a command
    error: unrecognized subcommand 'serv'

      tip: some similar subcommands exist: 'dev', 'serve'

    Usage: wixapp <COMMAND>

    hint: --help shows what is possible

    # unknown token command
    error: unrecognized subcommand 'forge'

    Usage: wixapp token <COMMAND>

    hint: --help shows what is possible

    # unknown flag
    error: unexpected argument '--prot' found

      tip: a similar argument exists: '--port'

    Usage: wixapp dev --port <PORT>

    hint: --help shows what is possible

    # a value too many
    error: unexpected argument 'now' found

    Usage: wixapp migrate [OPTIONS]

    hint: --help shows what is possible

    # a flag without its value
    error: a value is required for '--port <PORT>' but none was supplied

    hint: --help shows what is possible

    # a flag twice
    error: the argument '--port <PORT>' cannot be used multiple times

    Usage: wixapp dev [OPTIONS]

    hint: --help shows what is possible

    # a port that is no number
    error: invalid value 'http' for '--port <PORT>': it must be a whole number from 0 to 65534, as the next port is taken too

    hint: --help shows what is possible

    # a negative port
    error: invalid value '-1' for '--port <PORT>': it must be a whole number from 0 to 65534, as the next port is taken too

    hint: --help shows what is possible

    # a port without a next one
    error: invalid value '65535' for '--port <PORT>': it must be a whole number from 0 to 65534, as the next port is taken too

    hint: --help shows what is possible

    # a port beyond the last
    error: invalid value '65536' for '--port <PORT>': a port is a whole number from 0 to 65535

    hint: --help shows what is possible

    # flags that exclude each other
    error: the argument '--reset' cannot be used with '--database-url <URL>'

    Usage: wixapp dev --reset

    hint: --help shows what is possible

    # no data folder
    error: a value is required for '--data-dir <DIR>' but none was supplied

    hint: --help shows what is possible
    ");
}

#[test]
fn an_argument_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let outcome = wixapp(&["token", "inspect"]).arg(std::ffi::OsStr::from_bytes(b"\xff")).run();
    assert_snapshot!(outcome.refusal(), @r"
    error: invalid UTF-8 was detected in one or more arguments

    Usage: wixapp token inspect [OPTIONS] <TOKEN>

    hint: --help shows what is possible
    ");
}
