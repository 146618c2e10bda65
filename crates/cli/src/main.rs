//! The `wixapp` command: a ready server for an app in any language, and the local Wix platform.

use std::process::ExitCode;

fn main() -> ExitCode {
    wixapp::App::new("wixapp")
        .version(env!("CARGO_PKG_VERSION"))
        .tagline("Build, run and monetise Wix App Market apps")
        .run()
}
