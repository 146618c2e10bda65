//! The closing table: what each stage came to, and the sums.

use std::time::Duration;

use console::{Alignment, pad_str, style};

use crate::progress;

use super::counts::Counts;
use super::runner::{Stage, Verdict};

/// All stages of a run.
#[derive(Debug)]
pub(crate) struct Summary {
    stages: Vec<Stage>,
}

impl Summary {
    pub(crate) fn new(stages: Vec<Stage>) -> Self {
        Self { stages }
    }

    /// Whether every stage ran and went well.
    pub(crate) fn success(&self) -> bool {
        self.stages.iter().all(|stage| matches!(stage.verdict, Verdict::Fine | Verdict::Passed(_)))
    }

    /// The table and, last, the line for machines: `N passed, N failed`.
    pub(crate) fn lines(&self, time: Duration) -> Vec<String> {
        let total = self.total();
        let mut lines = vec![String::new()];
        lines.extend(self.stages.iter().map(line));
        lines.push(row("total", &result(total), time));
        if total.skipped > 0 {
            lines.push(String::new());
            lines.push(style(format!("  {} TESTS WERE SKIPPED", total.skipped)).yellow().bold().to_string());
        }
        lines.push(String::new());
        lines.push(format!("{} passed, {} failed", total.passed, total.failed));
        lines
    }

    /// A failed stage without failed tests counts as one failure, so that none hides behind a zero.
    fn total(&self) -> Counts {
        self.stages.iter().map(|stage| counts(&stage.verdict)).sum()
    }
}

fn counts(verdict: &Verdict) -> Counts {
    match verdict {
        Verdict::Fine => Counts::default(),
        Verdict::Passed(counts) => *counts,
        Verdict::Failed(_, counts) => {
            let counts = counts.unwrap_or_default();
            Counts { failed: counts.failed.max(1), ..counts }
        }
        Verdict::Blocked(_) => Counts { failed: 1, ..Counts::default() },
    }
}

fn line(stage: &Stage) -> String {
    let text = match &stage.verdict {
        Verdict::Fine => style("ok".to_owned()).green(),
        Verdict::Passed(counts) => style(result(*counts)).green(),
        Verdict::Failed(reason, None) => style(format!("FAILED: {reason}")).red(),
        Verdict::Failed(reason, Some(counts)) => {
            style(format!("FAILED: {reason} ({})", result(*counts))).red()
        }
        Verdict::Blocked(by) => style(format!("NOT RUN: {} failed", by.text())).red(),
    };
    row(stage.name.text(), &text.to_string(), stage.time)
}

fn result(counts: Counts) -> String {
    let mut text = format!("{} passed", counts.passed);
    for (number, word) in [(counts.failed, "failed"), (counts.skipped, "SKIPPED")] {
        if number > 0 {
            text.push_str(&format!(", {number} {word}"));
        }
    }
    text
}

fn row(name: &str, result: &str, time: Duration) -> String {
    let name = pad_str(name, 16, Alignment::Left, None);
    let result = pad_str(result, 40, Alignment::Left, None);
    format!("  {name}{result}{}", progress::duration(time))
}

#[cfg(test)]
mod tests {
    use super::super::runner::Name;
    use super::*;

    fn stage(name: Name, verdict: Verdict) -> Stage {
        Stage { name, verdict, time: Duration::from_secs(12) }
    }

    fn text(stages: Vec<Stage>) -> String {
        let lines = Summary::new(stages).lines(Duration::from_secs(80));
        console::strip_ansi_codes(&lines.join("\n")).into_owned()
    }

    #[test]
    fn the_table_shows_each_stage_and_ends_with_the_sums() {
        let vitest = Counts { passed: 4, failed: 0, skipped: 2 };
        let shown = text(vec![
            stage(Name::Fmt, Verdict::Fine),
            stage(Name::RustTests, Verdict::Passed(Counts { passed: 30, failed: 0, skipped: 0 })),
            stage(Name::WebTests, Verdict::Passed(vitest)),
        ]);
        let expected = "
  cargo fmt       ok                                      12 s
  rust tests      30 passed                               12 s
  vitest          4 passed, 2 SKIPPED                     12 s
  total           34 passed, 2 SKIPPED                    1 min 20 s

  2 TESTS WERE SKIPPED

34 passed, 0 failed";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_failed_check_and_a_stage_that_could_not_run_count_as_failures() {
        let stages = vec![
            stage(Name::Clippy, Verdict::Failed("exit status: 101".to_owned(), None)),
            stage(Name::RustTests, Verdict::Blocked(Name::RustBuild)),
            stage(Name::DocTests, Verdict::Failed("no tests ran".to_owned(), Some(Counts::default()))),
        ];
        let summary = Summary::new(stages);
        assert!(!summary.success());
        assert_eq!(summary.lines(Duration::ZERO).last().unwrap(), "0 passed, 3 failed");
    }
}
