//! A reader that has gone away, as after `| head`, is no error; an output that cannot be written is one.

use std::process::{Command, Stdio};

use crate::program::SECRET;

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wixapp"));
    command.args(args).env_clear().stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

#[test]
fn a_closed_pipe_ends_a_command_quietly() {
    let sign = ["token", "sign", "--instance", "i", "--secret", SECRET];
    for args in [&["--help"][..], &["--version"], &["openapi"], &["serve", "--print-config"], &sign] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(args).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{args:?}");
    }
}

#[test]
fn an_output_without_room_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["openapi"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("error: the output cannot be written\n  caused by: "), "{text}");
}
