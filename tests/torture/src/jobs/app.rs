//! The app whose workers are killed: jobs that take their time, groups of them, and one at each second.

use std::time::Duration;

use wixapp::prelude::*;
use wixapp_core::Timestamp;

/// Says in the environment that a server or worker is of this app and not the reference app.
pub(crate) const OF_THIS_APP: &str = "WIXAPP_TORTURE_JOBS";
/// How many steps a job takes.
const STEPS: u8 = 5;

/// Whether this process is to be one of this app's.
#[must_use]
pub fn is_asked_for() -> bool {
    std::env::var_os(OF_THIS_APP).is_some()
}

/// The app.
#[must_use]
pub fn app() -> App {
    App::new("Torture")
        .job::<Toil>()
        .job::<Sum>()
        .cron_with("tick", "* * * * * *", CatchUp::Each, |tick| Tick { tick })
}

/// Works for a while and comes to a good end or a bad one.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Toil {
    pub(super) good: bool,
    pub(super) step_ms: u64,
}

impl Job for Toil {
    const KIND: &'static str = "toil";
    type Output = u8;

    async fn run(self, context: JobContext) -> Result<u8, JobError> {
        for step in 0..STEPS {
            context.progress(step * 20, "Toiling").await;
            context.log(format!("step {step}"));
            tokio::time::sleep(Duration::from_millis(self.step_ms)).await;
        }
        if self.good { Ok(STEPS) } else { Err(JobError::fail("it was all for nothing")) }
    }
}

/// Counts how the jobs of its group ended.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sum;

impl Job for Sum {
    const KIND: &'static str = "sum";
    // However often its workers are killed, it comes to its end: what it counts is looked at.
    const MAX_ATTEMPTS: u32 = 1_000;
    type Output = (usize, usize);

    async fn run(self, context: JobContext) -> Result<(usize, usize), JobError> {
        let good = context.members().iter().filter(|member| member.is_completed()).count();
        Ok((good, context.members().len() - good))
    }
}

/// What is done at each second.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tick {
    pub(super) tick: Timestamp,
}

impl Job for Tick {
    const KIND: &'static str = "tick";
    type Output = ();

    async fn run(self, _: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}
