//! Running other programs: their output kept, their progress shown, their time limited.

use std::io::{BufRead, BufReader, PipeReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::progress::Row;
use crate::signals::{self, Watch};

/// How often a silent program is looked after.
const TICK: Duration = Duration::from_secs(2);

/// What happens to a program's output while it runs; it is kept in any case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Echo {
    /// Only the latest line is shown, in the row.
    Row,
    /// Every line is passed on.
    Live,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    /// Both streams in the order written, without colours.
    pub(crate) output: String,
    /// Whether it was stopped because its time was over.
    pub(crate) overdue: bool,
}

impl Finished {
    pub(crate) fn success(&self) -> bool {
        self.status.success() && !self.overdue
    }

    /// Why it counts as failed, in a few words.
    pub(crate) fn reason(&self) -> String {
        if self.overdue { "took too long".to_owned() } else { self.status.to_string() }
    }

    /// The end of the output: what a person needs when something failed.
    pub(crate) fn tail(&self, lines: usize) -> String {
        let all: Vec<_> = self.output.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }
}

/// Runs a program to its end, or for at most `limit`.
///
/// It gets a process group of its own, so that a signal reaches all it started, once.
pub(crate) fn run(mut command: Command, row: &mut Row, echo: Echo, limit: Duration) -> Result<Finished> {
    refuse_if_interrupted()?;
    let (reader, writer) = std::io::pipe().context("cannot open a pipe")?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().with_context(|| format!("cannot run {name}"))?;
    // The command holds our ends of the pipe: while they live, its end is never seen.
    drop(command);
    let watch = Watch::group(&child);
    let (output, overdue) = follow(&mut child, &read_lines(reader), row, echo, limit)?;
    let status = child.wait().with_context(|| format!("cannot wait for {name}"))?;
    drop(watch);
    // What it printed while it was being stopped is not worth reading.
    refuse_if_interrupted()?;
    Ok(Finished { status, output, overdue })
}

fn refuse_if_interrupted() -> Result<()> {
    match signals::exit_code() {
        Some(_) => Err(Failure::new("interrupted").into()),
        None => Ok(()),
    }
}

fn follow(
    child: &mut Child,
    lines: &Receiver<String>,
    row: &mut Row,
    echo: Echo,
    limit: Duration,
) -> Result<(String, bool)> {
    let (mut output, started, mut overdue) = (String::new(), Instant::now(), false);
    loop {
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                if echo == Echo::Live {
                    row.echo(&line);
                }
                let plain = console::strip_ansi_codes(&line);
                row.update(&plain);
                output.push_str(&plain);
                output.push('\n');
            }
            Err(RecvTimeoutError::Disconnected) => return Ok((output, overdue)),
            Err(RecvTimeoutError::Timeout) => {
                row.beat("");
                // A grandchild left behind may hold the pipe open for ever.
                if child.try_wait()?.is_some() {
                    return Ok((output, overdue));
                }
            }
        }
        if started.elapsed() > limit {
            signals::end_group(child, overdue && started.elapsed() > limit + TICK * 5);
            overdue = true;
        }
    }
}

fn read_lines(reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || send_lines(BufReader::new(reader), &sender));
    receiver
}

/// Splits at line feeds and at the carriage returns with which programs redraw a progress line.
fn send_lines(mut input: impl BufRead, sender: &Sender<String>) {
    let (mut line, mut redraws) = (Vec::new(), false);
    while let Ok(bytes) = input.fill_buf() {
        if bytes.is_empty() {
            break;
        }
        let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        line.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
        let redrawn = end.is_some_and(|at| bytes[at] == b'\r');
        let taken = end.map_or(bytes.len(), |at| at + 1);
        input.consume(taken);
        if end.is_none() {
            continue;
        }
        // An empty line is a line, but not between the two characters of a `\r\n`.
        let worth = !line.is_empty() || !(redrawn || redraws);
        redraws = redrawn;
        let text = String::from_utf8_lossy(&line).into_owned();
        line.clear();
        if worth && sender.send(text).is_err() {
            return;
        }
    }
    if !line.is_empty() {
        // The receiver is gone only when the program is no longer followed.
        let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Board;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_are_kept_in_order_with_the_exit_status() {
        let script = "echo one; echo two >&2; printf '\\033[31mthree\\033[0m\\rfour'; exit 3";
        let mut row = Board::new().start("test");
        let finished = run(shell(script), &mut row, Echo::Row, Duration::from_secs(20)).unwrap();
        assert_eq!(finished.output, "one\ntwo\nthree\nfour\n");
        assert_eq!((finished.status.code(), finished.success()), (Some(3), false));
        assert_eq!(finished.tail(2), "three\nfour");
    }

    #[test]
    fn empty_lines_are_kept_and_redrawn_ones_are_not() {
        let (sender, receiver) = mpsc::channel();
        send_lines(&b"a\r\nb\n\nc\r\rd"[..], &sender);
        drop(sender);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), ["a", "b", "", "c", "d"]);
    }

    #[test]
    fn a_program_beyond_its_limit_is_stopped_with_all_it_started() {
        let mut row = Board::new().start("test");
        let finished = run(shell("sleep 600 & wait"), &mut row, Echo::Row, Duration::ZERO).unwrap();
        assert!(finished.overdue && !finished.success());
        assert_eq!(finished.reason(), "took too long");
    }

    #[test]
    fn a_missing_program_is_named() {
        let mut row = Board::new().start("test");
        let error = run(Command::new("no-such-program"), &mut row, Echo::Row, Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "cannot run no-such-program");
    }
}
