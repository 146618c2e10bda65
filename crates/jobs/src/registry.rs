//! [`Registry`]: the kinds of job a process can run.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use serde::Serialize;

use crate::config::RunnerConfig;
use crate::context::JobContext;
use crate::cron::{CatchUp, Cron};
use crate::error::{ErrorKind, Failure, JobError};
use crate::job::Job;

/// The longest [`Job::TIMEOUT`]: so long at the most a handler that is stuck keeps its job.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest stored result, in bytes.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// What a handler gives: its output as JSON text, when it could be kept.
pub(crate) type Output = Result<Option<String>, JobError>;

/// A handler with its type forgotten.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handler {
    pub(crate) kind: &'static str,
    pub(crate) timeout: Duration,
    pub(crate) run: fn(String, JobContext) -> BoxFuture<'static, Output>,
    job_type: TypeId,
}

/// The kinds of job a process can run; jobs of other kinds are left to other processes.
///
/// See the [crate's documentation](crate) for an example.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    handlers: BTreeMap<&'static str, Handler>,
    crons: Vec<Cron>,
    rates: BTreeMap<String, SignedDuration>,
}

/// The lease does not fit the handlers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// A handler that is stuck would keep its job for more than a day.
    #[error(
        "a `{kind}` job may take {} s, and a day ({} s) is the longest: split it into jobs or let it come again with JobError::snooze",
        timeout.as_secs(), LONGEST_TIMEOUT.as_secs()
    )]
    Timeout {
        /// The kind.
        kind: &'static str,
        /// What it asks for.
        timeout: Duration,
    },
    /// The jobs of a worker that dies would wait for longer than any of them may take.
    #[error("a lease of {} s is longer than any job may take: a `{kind}` job takes {} s at the most", lease.as_secs(), timeout.as_secs())]
    Lease {
        /// The lease.
        lease: Duration,
        /// The kind that may take longest.
        kind: &'static str,
        /// How long it may take.
        timeout: Duration,
    },
}

impl Registry {
    /// No kinds.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind. Adding it again changes nothing. A malformed [`Job::KIND`] does not compile.
    ///
    /// # Panics
    /// When another type has the same [`Job::KIND`]: a mistake in the program, found when it starts.
    #[must_use]
    pub fn register<J: Job>(mut self) -> Self {
        const { assert!(is_kind(J::KIND), "Job::KIND is 1 to 64 characters of [a-z0-9_.-]") };
        const { assert!(J::MAX_ATTEMPTS > 0, "Job::MAX_ATTEMPTS is at least 1") };
        const { assert!(!J::TIMEOUT.is_zero(), "Job::TIMEOUT is longer than nothing") };
        let (kind, job_type) = (J::KIND, TypeId::of::<J>());
        let handler = Handler { kind, timeout: J::TIMEOUT, run: run::<J>, job_type };
        let same = self.handlers.insert(kind, handler).is_none_or(|known| known.job_type == job_type);
        assert!(same, "two types of job have the kind `{kind}`");
        self
    }

    /// Adds a job of this kind at fixed times, for the app itself ([`InstanceId::app`](wixapp_core::InstanceId::app)), and the
    /// kind with it. Of all processes that share the database one adds it.
    ///
    /// `pattern` has five fields (minute, hour, day, month, weekday) or six with the seconds first, by UTC and the app's clock.
    /// `make` gets the time of the tick. A job whose [`Job::unique`] says that another stands for it is not added.
    ///
    /// # Panics
    /// When the pattern is none or never comes, or the name is malformed or taken: mistakes in the program, found when it
    /// starts. Names are 1 to 64 characters of `[a-z0-9_.-]`.
    #[must_use]
    pub fn cron<J: Job>(
        mut self,
        name: &'static str,
        pattern: &'static str,
        catch_up: CatchUp,
        make: impl Fn(wixapp_core::Timestamp) -> J + Send + Sync + 'static,
    ) -> Self {
        assert!(is_kind(name), "the name of a schedule is 1 to 64 characters of [a-z0-9_.-]: `{name}`");
        assert!(self.crons.iter().all(|cron| cron.name() != name), "two schedules have the name `{name}`");
        self.crons.push(Cron::new(name, pattern, catch_up, make));
        self.register::<J>()
    }

    /// Sets how often jobs under the [`Rate`](wixapp_store::Rate) `name` may begin: `count` in each `per`, spread evenly, in the
    /// whole fleet and by the app's clock. Each thing that the rate names has this for itself. Attempts after the first count too.
    ///
    /// # Panics
    /// When `count` is 0, or the name is malformed or taken: mistakes in the program, found when it starts.
    #[must_use]
    pub fn rate(mut self, name: &str, count: u32, per: Duration) -> Self {
        assert!(is_kind(name), "the name of a rate is 1 to 64 characters of [a-z0-9_.-]: `{name}`");
        assert!(count > 0, "the rate `{name}` lets nothing begin");
        let apart = SignedDuration::try_from(per / count).unwrap_or(SignedDuration::MAX);
        let taken = self.rates.insert(name.to_owned(), apart).is_some();
        assert!(!taken, "two rates have the name `{name}`");
        self
    }

    /// Whether these kinds can be run under a lease of this length; asked when a server or worker starts.
    ///
    /// A handler may take longer than a lease, which is renewed as long as its [`Job::TIMEOUT`] is not over. But one that blocks
    /// its thread keeps its job for a `TIMEOUT` and a lease, and nobody else gets it before; and the jobs of a worker that dies
    /// wait for a whole lease.
    ///
    /// # Errors
    /// [`LeaseError`], which names the kind.
    pub fn check_lease(&self, lease: Duration) -> Result<(), LeaseError> {
        let Some(longest) = self.handlers.values().max_by_key(|handler| handler.timeout) else {
            return Ok(());
        };
        let (kind, timeout) = (longest.kind, longest.timeout);
        if timeout > LONGEST_TIMEOUT {
            return Err(LeaseError::Timeout { kind, timeout });
        }
        if lease > timeout && lease > RunnerConfig::default().lease {
            return Err(LeaseError::Lease { lease, kind, timeout });
        }
        Ok(())
    }

    pub(crate) fn rates(&self) -> &BTreeMap<String, SignedDuration> {
        &self.rates
    }

    pub(crate) fn crons(&self) -> &[Cron] {
        &self.crons
    }

    /// The names of the kinds, sorted.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.handlers.keys().copied().collect()
    }

    pub(crate) fn find(&self, kind: &str) -> Option<Handler> {
        self.handlers.get(kind).copied()
    }
}

const fn is_kind(kind: &str) -> bool {
    let bytes = kind.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !matches!(bytes[index], b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-') {
            return false;
        }
        index += 1;
    }
    !bytes.is_empty() && bytes.len() <= 64
}

fn run<J: Job>(args: String, context: JobContext) -> BoxFuture<'static, Output> {
    async move {
        let job: J = read_args(&args)?;
        drop(args);
        let output = job.run(context).await?;
        Ok(to_json(J::KIND, &output))
    }
    .boxed()
}

/// Arguments this version cannot read may be another version's, in the middle of a deployment: so the job is tried
/// again.
fn read_args<J: Job>(args: &str) -> Result<J, JobError> {
    serde_json::from_str(args).map_err(|error| JobError {
        kind: ErrorKind::Retry(Failure::new(Failure::BAD_ARGUMENTS, error), None),
    })
}

/// The output as JSON text. The work is done, so an output that cannot be kept must not undo it.
fn to_json<T: Serialize>(kind: &'static str, output: &T) -> Option<String> {
    match serde_json::to_string(output) {
        Ok(text) if text.len() <= OUTPUT_LIMIT => Some(text),
        Ok(text) => {
            tracing::error!(job.kind = kind, len = text.len(), "a job's result is too long and was not kept");
            None
        }
        Err(error) => {
            tracing::error!(job.kind = kind, error = %error, "a job's result does not serialise and was not kept");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! job {
        ($name:ident, $kind:literal) => {
            job!($name, $kind, Duration::from_secs(300));
        };
        ($name:ident, $kind:literal, $timeout:expr) => {
            #[derive(serde::Serialize, serde::Deserialize)]
            struct $name;
            impl Job for $name {
                const KIND: &'static str = $kind;
                const TIMEOUT: Duration = $timeout;
                type Output = ();
                async fn run(self, _: JobContext) -> Result<(), JobError> {
                    Ok(())
                }
            }
        };
    }
    job!(Publish, "publish");
    job!(AlsoPublish, "publish");
    job!(Archive, "a-1.b_2");
    job!(Ping, "ping", Duration::from_secs(2));
    job!(Endless, "endless", Duration::MAX);

    #[test]
    fn registered_kinds_are_listed_once_and_sorted() {
        let registry = Registry::new().register::<Publish>().register::<Archive>().register::<Publish>();
        assert_eq!(registry.kinds(), ["a-1.b_2", "publish"]);
    }

    #[test]
    #[should_panic(expected = "two types of job have the kind `publish`")]
    fn one_kind_of_two_types_is_refused() {
        let _ = Registry::new().register::<Publish>().register::<AlsoPublish>();
    }

    #[test]
    fn malformed_kinds_are_known() {
        let long = "x".repeat(65);
        for kind in ["", "Publish", "a b", "a|b", "ä", long.as_str()] {
            assert!(!is_kind(kind), "{kind}");
        }
        assert!(is_kind(&"x".repeat(64)));
    }

    #[test]
    fn lease_is_as_long_as_the_longest_job_at_the_most_but_may_be_the_usual_one() {
        let seconds = Duration::from_secs;
        let both = Registry::new().register::<Ping>().register::<Publish>();
        assert_eq!(both.check_lease(seconds(300)), Ok(()));
        let refused = both.check_lease(seconds(301)).unwrap_err();
        let text =
            "a lease of 301 s is longer than any job may take: a `publish` job takes 300 s at the most";
        assert_eq!(refused.to_string(), text);
        let short = Registry::new().register::<Ping>();
        assert_eq!(short.check_lease(seconds(30)), Ok(()));
        assert!(matches!(short.check_lease(seconds(31)), Err(LeaseError::Lease { kind: "ping", .. })));
        assert_eq!(Registry::new().check_lease(Duration::MAX), Ok(()));
    }

    #[test]
    fn job_that_may_take_for_ever_is_refused() {
        let endless = Registry::new().register::<Ping>().register::<Endless>();
        let refused = endless.check_lease(Duration::from_secs(30)).unwrap_err();
        assert!(
            refused.to_string().starts_with("a `endless` job may take 18446744073709551615 s"),
            "{refused}"
        );
    }
}
