//! What came of a run: how many answers, how fast, and what went wrong.

use std::time::Duration;

use serde::Serialize;

/// The answers of one or more connections.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    latencies_us: Vec<u32>,
    errors: u64,
    first_error: Option<String>,
}

/// The figures of a run, as printed.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// Good answers per second.
    pub(crate) per_second: f64,
    pub(crate) answers: usize,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

impl Tally {
    /// Counts a good answer.
    pub(crate) fn good(&mut self, latency: Duration) {
        self.latencies_us.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Counts an answer that is not what was asked for; the first is kept to be shown.
    pub(crate) fn bad(&mut self, what: impl FnOnce() -> String) {
        self.errors += 1;
        self.first_error.get_or_insert_with(what);
    }

    /// Adds another connection's answers.
    pub(crate) fn add(&mut self, other: Self) {
        self.latencies_us.extend(other.latencies_us);
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
    }

    /// The figures, for answers that came within `time`.
    pub(crate) fn figures(mut self, time: Duration) -> Figures {
        self.latencies_us.sort_unstable();
        let answers = self.latencies_us.len();
        Figures {
            per_second: f64::from(u32::try_from(answers).unwrap_or(u32::MAX)) / time.as_secs_f64(),
            answers,
            errors: self.errors,
            p50_ms: percentile_ms(&self.latencies_us, 50),
            p99_ms: percentile_ms(&self.latencies_us, 99),
            first_error: self.first_error,
        }
    }
}

/// The middle of several runs.
pub(crate) fn median(mut runs: Vec<f64>) -> Option<f64> {
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied()
}

fn percentile_ms(sorted_us: &[u32], percent: usize) -> f64 {
    let at = (sorted_us.len() * percent).div_ceil(100).saturating_sub(1);
    sorted_us.get(at).map_or(0.0, |us| f64::from(*us) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_hold_rate_percentiles_and_the_first_error() {
        let (mut one, mut other) = (Tally::default(), Tally::default());
        (1..=50).for_each(|ms| one.good(Duration::from_millis(ms)));
        (51..=100).for_each(|ms| other.good(Duration::from_millis(ms)));
        other.bad(|| "429".to_owned());
        other.bad(|| "500".to_owned());
        one.add(other);
        let figures = one.figures(Duration::from_secs(2));
        assert_eq!((figures.per_second, figures.p50_ms, figures.p99_ms), (50.0, 50.0, 99.0));
        assert_eq!((figures.errors, figures.first_error.as_deref()), (2, Some("429")));
    }

    #[test]
    fn no_answers_give_zeros() {
        let figures = Tally::default().figures(Duration::from_secs(1));
        assert_eq!((figures.per_second, figures.p99_ms), (0.0, 0.0));
    }
}
