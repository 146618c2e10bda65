//! How many tests ran, read from what each runner prints.

use std::iter::Sum;

use serde::Deserialize;

/// The tests of one runner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Known to the runner, chosen not to run.
    pub(crate) skipped: u64,
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            skipped: sum.skipped + one.skipped,
        })
    }
}

/// cargo-nextest: `Summary [ 1.2s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 3 skipped`.
pub(crate) fn nextest(output: &str) -> Option<Counts> {
    let line = output.lines().rev().find(|line| line.contains("Summary [") && line.contains(" run: "))?;
    let (_, list) = line.split_once(" run: ")?;
    Some(without_brackets(list).split(',').filter_map(number_and_words).map(nextest_part).sum())
}

fn nextest_part((number, words): (u64, &str)) -> Counts {
    match words {
        "passed" => Counts { passed: number, ..Counts::default() },
        "skipped" => Counts { skipped: number, ..Counts::default() },
        // `failed`, `timed out`, `exec failed`, and whatever comes that is neither of the two above.
        _ => Counts { failed: number, ..Counts::default() },
    }
}

/// libtest, one line per binary: `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
pub(crate) fn libtest(output: &str) -> Option<Counts> {
    let results: Vec<_> = output.lines().filter_map(|line| line.split_once("test result: ")).collect();
    let parts = results.iter().flat_map(|(_, list)| list.split([';', '.']).filter_map(number_and_words));
    (!results.is_empty()).then(|| parts.map(libtest_part).sum())
}

fn libtest_part((number, words): (u64, &str)) -> Counts {
    match words {
        "passed" => Counts { passed: number, ..Counts::default() },
        "failed" => Counts { failed: number, ..Counts::default() },
        "ignored" => Counts { skipped: number, ..Counts::default() },
        _ => Counts::default(),
    }
}

/// node --test: `ℹ tests 4`, `ℹ pass 3`, `ℹ fail 1`, `ℹ cancelled 0`, `ℹ skipped 0`, `ℹ todo 0`.
pub(crate) fn node(output: &str) -> Option<Counts> {
    let number = |word: &str| {
        output.lines().rev().find_map(|line| {
            let mut words = line.split_whitespace();
            let found = words.next() == Some("ℹ") && words.next() == Some(word);
            found.then(|| words.next()?.parse::<u64>().ok()).flatten()
        })
    };
    Some(Counts {
        passed: number("pass")?,
        failed: number("fail")? + number("cancelled").unwrap_or(0),
        skipped: number("skipped").unwrap_or(0) + number("todo").unwrap_or(0),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VitestReport {
    num_passed_tests: u64,
    num_failed_tests: u64,
    num_pending_tests: u64,
    num_todo_tests: u64,
}

/// Vitest, from its JSON report.
pub(crate) fn vitest(report: &str) -> Option<Counts> {
    let report: VitestReport = serde_json::from_str(report).ok()?;
    Some(Counts {
        passed: report.num_passed_tests,
        failed: report.num_failed_tests,
        skipped: report.num_pending_tests + report.num_todo_tests,
    })
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|character| {
            match character {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

fn number_and_words(text: &str) -> Option<(u64, &str)> {
    let (number, words) = text.trim().split_once(' ')?;
    Some((number.parse().ok()?, words.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Option<Counts> {
        Some(Counts { passed, failed, skipped })
    }

    #[test]
    fn nextest_counts_every_way_to_fail() {
        let text = "     Summary [   1.204s] 12/20 tests run: 8 passed (2 slow, 1 flaky), 2 failed (1 leaky), \
                    1 timed out, 1 exec failed, 3 skipped\n        FAIL [ 0.1s] a::b run: 9 passed";
        assert_eq!(nextest(text), counts(8, 4, 3));
        assert_eq!(nextest("Summary [ 0.010s] 1 test run: 1 passed, 0 skipped"), counts(1, 0, 0));
        assert_eq!(nextest("Summary [ 0.000s] 0 tests run: 0 passed, 0 skipped"), counts(0, 0, 0));
        assert_eq!(nextest("error: could not compile"), None);
    }

    #[test]
    fn libtest_adds_up_all_binaries() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s\n\
                    test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(libtest(text), counts(5, 1, 1));
        assert_eq!(libtest("error: could not compile"), None);
    }

    #[test]
    fn node_counts_cancelled_as_failed_and_todo_as_skipped() {
        let text = "✔ pays (12ms)\nℹ tests 9\nℹ suites 1\nℹ pass 5\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\n";
        assert_eq!(node(text), counts(5, 2, 2));
        assert_eq!(node("SyntaxError: Unexpected token"), None);
    }

    #[test]
    fn vitest_reads_the_report() {
        let text = r#"{"numTotalTests":7,"numPassedTests":4,"numFailedTests":1,"numPendingTests":1,
                       "numTodoTests":1,"success":false,"testResults":[]}"#;
        assert_eq!(vitest(text), counts(4, 1, 2));
        assert_eq!(vitest(""), None);
    }
}
