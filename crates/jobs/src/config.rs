//! [`RunnerConfig`]: how a runner works.

use std::time::Duration;

/// How a [`Runner`](crate::Runner) works. All durations are of real time.
///
/// # Example
/// ```
/// use wixapp_jobs::RunnerConfig;
/// use std::time::Duration;
/// let dev = RunnerConfig { lease: Duration::from_secs(3), ..RunnerConfig::default() };
/// assert_eq!(dev.concurrency, 8);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerConfig {
    /// How many handlers run at the same time; 1 to 10,000.
    pub concurrency: usize,
    /// How long a worker that gives no sign of life keeps its jobs; at least 100 ms. Leases are compared across machines
    /// by their own clocks: it must be far above what those differ by.
    pub lease: Duration,
    /// How many jobs of one instance run at the same time, in all processes that say so; 0 is without a limit.
    pub per_instance: u32,
    /// How often to look for due jobs when nothing says that there are any.
    pub poll: Duration,
    /// How long running jobs may finish when the process stops.
    pub drain: Duration,
    /// The worker's name in the job table, for people.
    pub worker_name: String,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        Self {
            concurrency: 8,
            lease: Duration::from_secs(30),
            per_instance: 0,
            poll: Duration::from_secs(1),
            drain: Duration::from_secs(20),
            worker_name: format!("worker-{}-{:04x}", std::process::id(), rand::random::<u16>()),
        }
    }
}

impl RunnerConfig {
    /// The same, with each value in its range.
    pub(crate) fn in_range(mut self) -> Self {
        self.concurrency = self.concurrency.clamp(1, 10_000);
        self.lease = self.lease.clamp(Duration::from_millis(100), Duration::from_secs(86_400));
        self.poll = self.poll.max(Duration::from_millis(10));
        self
    }
}
