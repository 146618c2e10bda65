//! The `wixapp` command: a ready server for an app in any language, and the local Wix platform.

use std::process::ExitCode;

/// A request makes many short-lived allocations: with the system's allocator a spend costs a quarter more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wixapp::App::new("wixapp")
        .version(env!("CARGO_PKG_VERSION"))
        .tagline("Build, run and monetise Wix App Market apps")
        .run()
}
