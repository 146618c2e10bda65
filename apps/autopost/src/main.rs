//! The `autopost` program: every command of wixapp, for this app.

use std::process::ExitCode;

/// A request makes many short-lived allocations: with the system's allocator a spend costs a quarter more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    autopost::app().run()
}
