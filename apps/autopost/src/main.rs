//! The `autopost` program: every command of wixapp, for this app.

use std::process::ExitCode;

fn main() -> ExitCode {
    autopost::app().run()
}
