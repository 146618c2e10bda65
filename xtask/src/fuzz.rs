//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, each for a while, with a table of what they came to.
//!
//! libFuzzer is linked by the targets themselves, and the compiler's coverage flags are stable: neither cargo-fuzz nor a
//! nightly toolchain is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use console::Term;

use crate::failure::Failure;
use crate::process::{self, Echo, Finished};
use crate::progress::Board;
use crate::repo::Repo;
use crate::web;

const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);
/// What a target may take beyond its time, to begin and to end.
const GRACE: Duration = Duration::from_secs(120);
/// An input is cut at this many bytes; all inputs that matter are smaller.
const MAX_LEN: u32 = 4_096;

/// What libFuzzer needs of the compiler: edges counted, and comparisons told.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Arguments of `cargo xtask fuzz`.
#[derive(Args, Debug)]
pub(crate) struct FuzzArgs {
    /// How long each target runs.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Run only this target; may be given more than once.
    #[arg(long, value_name = "TARGET")]
    target: Vec<String>,
}

/// Builds the targets, runs them one after another, and prints the table.
pub(crate) fn run(args: &FuzzArgs, repo: &Repo, board: &Board) -> Result<ExitCode> {
    let targets = chosen(&args.target, &all_targets(repo)?)?;
    let place = Place { repo, host: host()?, folder: repo.scratch()?.join("fuzz") };
    place.build(board)?;
    let mut runs = Vec::new();
    for target in targets {
        runs.push(place.run(&target, args.seconds, board)?);
    }
    Term::stdout().write_line(&table(&runs))?;
    let failed = runs.iter().any(|run| run.crash.is_some());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The names of the files in `fuzz/targets`.
fn all_targets(repo: &Repo) -> Result<Vec<String>> {
    let folder = repo.join("fuzz/targets");
    let files = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let names = files.filter_map(|file| Some(file.ok()?.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

fn chosen(wanted: &[String], all: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        let hint = format!("there are {}", all.join(", "));
        return Err(Failure::new(format!("no fuzz target is named {unknown}")).hint(hint).into());
    }
    Ok(all.iter().filter(|name| wanted.is_empty() || wanted.contains(name)).cloned().collect())
}

/// The machine's own target: with it named, build scripts and macros are built without the flags.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).with_context(|| format!("rustc printed `{}`", text.trim()))
}

/// Where the targets are built, and where they leave what they find.
struct Place<'a> {
    repo: &'a Repo,
    host: String,
    folder: PathBuf,
}

/// What came of a target.
#[derive(Debug, Default, PartialEq)]
struct Run {
    target: String,
    inputs: u64,
    coverage: u64,
    /// The file with the input that it fell over, or why it ended.
    crash: Option<String>,
}

impl Place<'_> {
    fn build(&self, board: &Board) -> Result<()> {
        web::prepare_folders(self.repo)?;
        let mut cargo = self.repo.cargo();
        cargo.args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &self.host]);
        cargo.arg("--target-dir").arg(self.folder.join("build")).env("RUSTFLAGS", FLAGS);
        let mut row = board.start("cargo build (fuzz targets)");
        let finished = process::run(cargo, &mut row, Echo::Row, BUILD_LIMIT)?;
        if finished.success() {
            row.done("");
            return Ok(());
        }
        row.failed(&finished.reason());
        board.line(&finished.tail(40));
        let hint = "the first build fetches libfuzzer-sys and needs a C++ compiler";
        Err(Failure::new("the fuzz targets do not build").hint(hint).into())
    }

    fn run(&self, target: &str, seconds: u64, board: &Board) -> Result<Run> {
        let found = made(self.folder.join("corpus").join(target))?;
        let crashes = made(self.folder.join("crashes").join(target))?;
        let mut command =
            Command::new(self.folder.join("build").join(&self.host).join("release").join(target));
        let fuzz = self.repo.join("fuzz");
        command.arg(&found).arg(fuzz.join("seeds").join(target)).args([
            format!("-max_total_time={seconds}"),
            format!("-max_len={MAX_LEN}"),
            format!("-dict={}", fuzz.join("dictionaries").join(format!("{target}.dict")).display()),
            format!("-artifact_prefix={}/", crashes.display()),
            "-timeout=10".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        let mut row = board.start(&format!("fuzz {target}"));
        let finished = process::run(command, &mut row, Echo::Row, Duration::from_secs(seconds) + GRACE)?;
        let run = read(target, &finished);
        match &run.crash {
            None => row.done(&format!("{} inputs", run.inputs)),
            Some(crash) => {
                row.failed(crash);
                board.line(&finished.tail(40));
            }
        }
        Ok(run)
    }
}

fn made(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn read(target: &str, finished: &Finished) -> Run {
    let output = &finished.output;
    let last = |mark: &str| {
        let rest = &output[output.rfind(mark)? + mark.len()..];
        rest.split_whitespace().next()?.parse().ok()
    };
    let written = output.lines().find_map(|line| line.split_once("Test unit written to "));
    let named = written.map(|(_, path)| Path::new(path.trim()).display().to_string());
    Run {
        target: target.to_owned(),
        inputs: last("stat::number_of_executed_units:").unwrap_or(0),
        coverage: last(" cov: ").unwrap_or(0),
        crash: (!finished.success()).then(|| named.unwrap_or_else(|| finished.reason())),
    }
}

fn table(runs: &[Run]) -> String {
    let mut text = String::from("| target | inputs | edges reached | result |\n|---|---|---|---|");
    for run in runs {
        let result =
            run.crash.as_deref().map_or_else(|| "nothing found".to_owned(), |at| format!("FAILED: {at}"));
        text.push_str(&format!("\n| {} | {} | {} | {result} |", run.target, run.inputs, run.coverage));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    use super::*;

    fn ended(code: i32, output: &str) -> Finished {
        Finished { status: ExitStatus::from_raw(code << 8), output: output.to_owned(), overdue: false }
    }

    #[test]
    fn a_run_is_read_from_what_libfuzzer_prints() {
        let output = "#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#9\tNEW    cov: 120 ft: 13\nDone 9 runs in 1 second(s)\n\
                      stat::number_of_executed_units: 9000\nstat::average_exec_per_sec:     9000\n";
        let run = Run { target: "a".into(), inputs: 9_000, coverage: 120, crash: None };
        assert_eq!(read("a", &ended(0, output)), run);
        assert!(table(&[run]).ends_with("| a | 9000 | 120 | nothing found |"));
    }

    #[test]
    fn a_crash_names_the_input() {
        let output = "thread '<unnamed>' panicked\nartifact_prefix='x/'; Test unit written to x/crash-1\n";
        let run = read("a", &ended(77, output));
        assert_eq!(run.crash.as_deref(), Some("x/crash-1"));
        assert!(table(&[run]).contains("FAILED: x/crash-1"));
        assert!(read("a", &ended(1, "")).crash.is_some());
    }

    #[test]
    fn an_unknown_target_is_refused_with_those_there_are() {
        let all = ["a".to_owned(), "b".to_owned()];
        assert_eq!(chosen(&[], &all).unwrap(), all);
        assert_eq!(chosen(&["b".to_owned()], &all).unwrap(), ["b"]);
        assert!(chosen(&["c".to_owned()], &all).is_err());
    }
}
