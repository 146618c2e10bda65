//! What runs now: a spinner with its latest line at a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::{Duration, Instant};

use console::{Term, style};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// How long a silent plain row waits before it says that it still runs.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// The part of the screen that shows running work.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    bars: Option<MultiProgress>,
    term: Term,
}

impl Board {
    /// On standard error, so that a task's own output can be piped.
    pub(crate) fn new() -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { bars, term: Term::stderr() }
    }

    pub(crate) fn is_interactive(&self) -> bool {
        self.bars.is_some()
    }

    /// Writes a line above the running rows.
    pub(crate) fn line(&self, text: &str) {
        let write = || {
            // Progress is not worth failing for when nobody reads it any more.
            let _ = self.term.write_line(text);
        };
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }

    /// Starts a row named by what it does.
    pub(crate) fn start(&self, name: &str) -> Row {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new_spinner().with_style(spinner()));
            bar.set_prefix(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            self.line(&format!("  …  {name}"));
        }
        let now = Instant::now();
        Row { board: self.clone(), name: Arc::from(name), bar, started: now, spoke: now }
    }
}

/// One piece of running work.
#[derive(Debug)]
pub(crate) struct Row {
    board: Board,
    name: Arc<str>,
    bar: Option<ProgressBar>,
    started: Instant,
    spoke: Instant,
}

impl Row {
    /// Shows the latest line of output, or how far the work is.
    pub(crate) fn update(&mut self, text: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(text.trim().to_owned()),
            None => self.beat(text.trim()),
        }
    }

    /// Says from time to time that the work goes on, where no spinner turns.
    pub(crate) fn beat(&mut self, text: &str) {
        if self.bar.is_none() && self.spoke.elapsed() >= HEARTBEAT {
            self.spoke = Instant::now();
            let seconds = self.started.elapsed().as_secs();
            self.board.line(format!("  …  {} ({seconds} s) {text}", self.name).trim_end());
        }
    }

    /// Writes a line of the work's own output above the rows.
    pub(crate) fn echo(&self, line: &str) {
        self.board.line(line);
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Ends the row well; `note` says what came of it.
    pub(crate) fn done(self, note: &str) {
        self.end(&style("✓").green().for_stderr().to_string(), note);
    }

    /// Ends the row badly.
    pub(crate) fn failed(self, note: &str) {
        self.end(&style("✗").red().for_stderr().to_string(), note);
    }

    fn end(self, mark: &str, note: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let time = style(duration(self.elapsed())).dim().for_stderr();
        self.board.line(&format!("  {mark}  {}  {note}  {time}", self.name));
    }
}

/// A duration as people write it: `0.8 s`, `42 s`, `3 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("  {spinner}  {prefix:.bold}  {elapsed}  {wide_msg:.dim}")
        .expect("the template is a constant that indicatif accepts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        let text = |ms| duration(Duration::from_millis(ms));
        assert_eq!([text(840), text(42_900), text(185_000)], ["0.8 s", "42 s", "3 min 05 s"]);
    }

    #[test]
    fn the_spinner_template_is_accepted() {
        spinner();
    }
}
