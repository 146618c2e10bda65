//! Looks at a run while it goes on.

use std::time::Duration;

use anyhow::{Context, Result};
use wixapp_core::clock::to_micros;

use crate::database::Database;
use crate::identity;
use crate::server::Server;

/// How it was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// How long the job has waited that waits longest.
    pub(super) wait: Duration,
    /// The resident memory of each process in bytes.
    pub(super) memory: [u64; 2],
    /// The log of the database in bytes, where it is in a file of ours.
    pub(super) log: Option<u64>,
}

impl Sample {
    /// Looks.
    pub(super) async fn take(database: &Database, processes: &[Server; 2]) -> Result<Self> {
        let now = to_micros(identity::now());
        let oldest = "SELECT min(run_at) FROM jobs WHERE state IN ('scheduled', 'available', 'retryable')";
        let waited = database.number(&format!("SELECT coalesce({now} - ({oldest}), 0)")).await?;
        // What is for later does not wait yet.
        let wait = Duration::from_micros(u64::try_from(waited).unwrap_or(0));
        let memory = [memory(&processes[0])?, memory(&processes[1])?];
        Ok(Self { wait, memory, log: database.log_size()? })
    }
}

fn memory(process: &Server) -> Result<u64> {
    let pid = process.pid().context("a process has ended by itself")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("a process has ended")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kilobytes.context("its memory is not told")? << 10)
}

/// All looks at one run.
#[derive(Debug, Default)]
pub(super) struct Samples(Vec<Sample>);

impl Samples {
    pub(super) fn add(&mut self, sample: Sample) {
        self.0.push(sample);
    }

    /// Whether each fifth of the time was looked at.
    pub(super) fn are_enough(&self) -> bool {
        self.0.len() >= 5
    }

    /// How long the oldest waiting job had waited: in the middle, in 99 of 100 looks, and at most.
    pub(super) fn waits(&self) -> [Duration; 3] {
        let mut waits: Vec<_> = self.0.iter().map(|sample| sample.wait).collect();
        waits.sort_unstable();
        [50, 99, 100].map(|percent| waits[(waits.len() * percent).div_ceil(100) - 1])
    }

    /// The highest in the second fifth of the time, when all is warm, and in the last.
    pub(super) fn fifths(&self, what: impl Fn(&Sample) -> u64) -> [u64; 2] {
        let fifth = self.0.len() / 5;
        let highest = |part: &[Sample]| part.iter().map(&what).max().unwrap_or(0);
        [highest(&self.0[fifth..2 * fifth]), highest(&self.0[self.0.len() - fifth..])]
    }

    /// The log of the database in the same way.
    pub(super) fn log(&self) -> Option<[u64; 2]> {
        self.0.first()?.log?;
        Some(self.fifths(|sample| sample.log.unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_fifth_stands_against_the_last() {
        let mut samples = Samples::default();
        for number in 0..10_u64 {
            let log = Some(number * 100);
            samples.add(Sample { wait: Duration::from_millis(number), memory: [number, 7], log });
        }
        assert_eq!(samples.fifths(|sample| sample.memory[0]), [3, 9]);
        assert_eq!(samples.log(), Some([300, 900]));
        assert_eq!(samples.waits(), [4, 9, 9].map(Duration::from_millis));
    }
}
