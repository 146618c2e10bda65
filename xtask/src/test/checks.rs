//! The first half: what compiles, checks and builds, Rust and web side by side.

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::process::{self, Echo};
use crate::progress::Row;
use crate::repo::Repo;
use crate::web::Step;
use crate::{chromium, web};

use super::runner::{Name, Runner, Verdict};
use super::{Chosen, suites};

const CARGO_LIMIT: Duration = Duration::from_secs(40 * 60);
const WEB_LIMIT: Duration = Duration::from_secs(10 * 60);

/// What the suites of the second half can rely on.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    pub(crate) rust_build: bool,
    pub(crate) web_install: bool,
    pub(crate) web_build: bool,
    pub(crate) chromium: Option<PathBuf>,
    pub(crate) sdk_install: bool,
}

/// Runs the checks of the chosen parts.
pub(crate) fn run(runner: &Runner<'_>, chosen: Chosen) -> Ready {
    thread::scope(|scope| {
        // npm mostly waits for the network, and cargo often has one crate to build: together they lose little.
        let web = (chosen.web || chosen.browser).then(|| scope.spawn(|| web_checks(runner, chosen)));
        let sdk = chosen.sdk.then(|| scope.spawn(|| sdk_packages(runner)));
        let rust_build = (chosen.rust || chosen.browser || chosen.sdk) && rust_checks(runner, chosen);
        let web = web.map(|thread| thread.join().expect("the web checks do not panic"));
        let sdk_install = sdk.is_some_and(|thread| thread.join().expect("the install does not panic"));
        let ready = Ready { rust_build, sdk_install, ..web.unwrap_or_default() };
        if ready.sdk_install && ready.web_install {
            let mut tsc = web::program(runner.repo, "tsc");
            tsc.args(["--project", "../tests/sdk-conformance"]);
            runner.check(Name::SdkTypes, tsc, WEB_LIMIT);
        }
        ready
    })
}

fn rust_checks(runner: &Runner<'_>, chosen: Chosen) -> bool {
    if chosen.rust {
        runner.check(Name::Fmt, cargo(runner, &["fmt", "--all", "--check"]), CARGO_LIMIT);
        if runner.build() == Name::ClippyBuild {
            let both = ["build", "--workspace", "--all-targets"];
            return runner.check(Name::ClippyBuild, cargo(runner, &both), CARGO_LIMIT);
        }
        let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        runner.check(Name::Clippy, cargo(runner, &clippy), CARGO_LIMIT);
    }
    // Binaries and tests in one call resolve features once: nothing is compiled a second time.
    let everything = ["build", "--workspace", "--bins", "--tests"];
    let product = ["build", "--package", "autopost"];
    let build = if chosen.rust { &everything[..] } else { &product[..] };
    runner.check(runner.build(), cargo(runner, build), CARGO_LIMIT)
}

fn web_checks(runner: &Runner<'_>, chosen: Chosen) -> Ready {
    let repo = runner.repo;
    let chromium = chosen.browser.then(|| find_chromium(runner)).flatten();
    if !runner.step(Name::WebInstall, |row| web::install(repo, row)) {
        let dependants = [Name::Types, Name::Lint, Name::WebTests, Name::WebBuild];
        let blocked = if chosen.web { &dependants[..] } else { &dependants[3..] };
        blocked.iter().for_each(|name| runner.blocked(*name, Name::WebInstall));
        return Ready { chromium, ..Ready::default() };
    }
    if chosen.web {
        runner.step(Name::Types, |row| types(repo, row));
        let mut biome = web::program(repo, "biome");
        biome.args(["ci", ".", "../tests"]);
        runner.check(Name::Lint, biome, WEB_LIMIT);
        suites::web_tests(runner);
    }
    let web_build = runner.step(Name::WebBuild, |row| web::build(repo, row));
    Ready { web_install: true, web_build, chromium, ..Ready::default() }
}

fn sdk_packages(runner: &Runner<'_>) -> bool {
    runner.step(Name::SdkInstall, |row| web::install_sdk(runner.repo, row))
}

/// The pages and their packages, then the browser tests, which are no part of that build.
fn types(repo: &Repo, row: &mut Row) -> Result<Step> {
    let mut tsc = |arguments: [&str; 2]| {
        let mut tsc = web::program(repo, "tsc");
        tsc.args(arguments);
        process::run(tsc, row, Echo::Row, WEB_LIMIT)
    };
    let pages = tsc(["--build", "."])?;
    if !pages.success() {
        return Ok(Step::Ran(pages));
    }
    tsc(["--project", "../tests/browser"]).map(Step::Ran)
}

fn find_chromium(runner: &Runner<'_>) -> Option<PathBuf> {
    let mut found = None;
    runner.stage(Name::Chromium, |_| match chromium::find_or_install(runner.board) {
        Ok(program) => {
            found = Some(program);
            Verdict::Fine
        }
        Err(error) => Verdict::Failed(format!("{error:#}"), None),
    });
    found
}

fn cargo(runner: &Runner<'_>, arguments: &[&str]) -> Command {
    let mut command = runner.repo.cargo_of_checks();
    command.args(arguments);
    command
}
