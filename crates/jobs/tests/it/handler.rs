//! The handlers of the tests: what they do is in their arguments, what they wait for is in the [`Script`].

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;
use tokio::task::block_in_place;
use wixapp_jobs::{Job, JobContext, JobError, Member, Rate, Registry, Unique};

pub(crate) fn registry() -> Registry {
    Registry::new()
        .register::<Greet>()
        .register::<Flaky>()
        .register::<Gate>()
        .register::<Brief>()
        .register::<Chatter>()
        .register::<Block>()
        .register::<Large>()
        .register::<Stop>()
        .register::<Lost>()
        .register::<Toil>()
        .register::<Verdict>()
        .register::<Only>()
        .register::<Walk>()
        .register::<Call>()
        .register::<Tally>()
}

/// What the handlers share with their test.
pub(crate) struct Script {
    /// One permit for each handler that may pass its gate.
    pub(crate) open: Semaphore,
    /// One permit for each handler that came to its gate.
    entered: Semaphore,
    /// What handlers did, in order.
    done: Mutex<Vec<String>>,
    /// One permit for each handler whose future is gone.
    gone: Semaphore,
    /// How often [`Flaky`] ran.
    runs: AtomicUsize,
    /// How many handlers are at work, and how many there were at the most.
    now: AtomicUsize,
    pub(crate) most: AtomicUsize,
    /// Lets one thread that [`Block`] holds go on.
    pub(crate) unblock: mpsc::Sender<()>,
    blocked: Mutex<mpsc::Receiver<()>>,
}

impl Script {
    pub(crate) fn new() -> Self {
        let (unblock, blocked) = mpsc::channel();
        Self {
            open: Semaphore::new(0),
            entered: Semaphore::new(0),
            gone: Semaphore::new(0),
            done: Mutex::default(),
            runs: AtomicUsize::new(0),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            unblock,
            blocked: Mutex::new(blocked),
        }
    }

    /// Waits until `count` more handlers came to their gates.
    pub(crate) async fn entered(&self, count: u32) {
        take(&self.entered, count).await;
    }

    /// Waits until `count` more handlers' futures are gone.
    pub(crate) async fn gone(&self, count: u32) {
        take(&self.gone, count).await;
    }

    pub(crate) fn note(&self, what: impl Into<String>) {
        self.done.lock().unwrap().push(what.into());
    }

    pub(crate) fn done(&self) -> Vec<String> {
        self.done.lock().unwrap().clone()
    }
}

async fn take(permits: &Semaphore, count: u32) {
    let taken = tokio::time::timeout(crate::stage::LIMIT, permits.acquire_many(count)).await;
    taken.expect("it happens in time").unwrap().forget();
}

/// Notes that a handler's future is gone.
struct Guard(std::sync::Arc<Script>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
        self.0.gone.add_permits(1);
    }
}

fn guard(context: &JobContext) -> Result<Guard, JobError> {
    let script = context.state::<Script>()?;
    let now = script.now.fetch_add(1, Ordering::SeqCst) + 1;
    script.most.fetch_max(now, Ordering::SeqCst);
    Ok(Guard(script))
}

/// Completes, or fails when there is nobody to greet.
#[derive(Serialize, Deserialize)]
pub(crate) struct Greet(pub(crate) String);

impl Job for Greet {
    const KIND: &'static str = "greet";
    type Output = String;
    async fn run(self, context: JobContext) -> Result<String, JobError> {
        context.state::<Script>()?.note(self.0.clone());
        if self.0.is_empty() {
            return Err(JobError::fail_with("no_name", "There is nobody to greet."));
        }
        Ok(format!("Hello, {}!", self.0))
    }
}

/// How an attempt goes wrong.
#[derive(Serialize, Deserialize, Clone, Copy)]
pub(crate) enum Wrong {
    Retry,
    Panic,
    Snooze,
}

/// Goes wrong until attempt `good`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Flaky {
    pub(crate) good: u32,
    pub(crate) wrong: Wrong,
}

impl Job for Flaky {
    const KIND: &'static str = "flaky";
    const MAX_ATTEMPTS: u32 = 3;
    type Output = u32;
    async fn run(self, context: JobContext) -> Result<u32, JobError> {
        let runs = context.state::<Script>()?.runs.fetch_add(1, Ordering::SeqCst) + 1;
        if runs >= self.good as usize {
            return Ok(context.attempt());
        }
        match self.wrong {
            Wrong::Retry => Err(JobError::retry(format_args!("run {runs}: secret detail"))),
            Wrong::Panic => panic!("broke down in run {runs}"),
            Wrong::Snooze => Err(JobError::snooze(Duration::from_secs(3600))),
        }
    }
}

/// Waits at its gate.
#[derive(Serialize, Deserialize)]
pub(crate) struct Gate;

impl Job for Gate {
    const KIND: &'static str = "gate";
    type Output = String;
    async fn run(self, context: JobContext) -> Result<String, JobError> {
        pass(&context, "Publishing to the gate").await?;
        Ok(format!("attempt {}", context.attempt()))
    }
}

async fn pass(context: &JobContext, step: &str) -> Result<(), JobError> {
    let guard = guard(context)?;
    context.progress(40, step).await;
    guard.0.entered.add_permits(1);
    guard.0.open.acquire().await.map_err(JobError::retry)?.forget();
    Ok(())
}

/// Like [`Gate`], with little time.
#[derive(Serialize, Deserialize)]
pub(crate) struct Brief;

impl Job for Brief {
    const KIND: &'static str = "brief";
    const MAX_ATTEMPTS: u32 = 2;
    const TIMEOUT: Duration = Duration::from_millis(50);
    type Output = ();
    async fn run(self, context: JobContext) -> Result<(), JobError> {
        pass(&context, "Waiting").await
    }
}

/// Says a lot, waits, and has a last word.
#[derive(Serialize, Deserialize)]
pub(crate) struct Chatter(pub(crate) u32);

impl Job for Chatter {
    const KIND: &'static str = "chatter";
    type Output = ();
    async fn run(self, context: JobContext) -> Result<(), JobError> {
        for number in 1..=self.0 {
            context.progress(u8::try_from(number % 100).unwrap_or(0), format!("Step {number}")).await;
        }
        let script = context.state::<Script>()?;
        script.entered.add_permits(1);
        script.open.acquire().await.map_err(JobError::retry)?.forget();
        context.progress(250, "Last word".repeat(100)).await;
        Ok(())
    }
}

/// Blocks its thread in the first attempt, as code does that never awaits or a process that is frozen.
#[derive(Serialize, Deserialize)]
pub(crate) struct Block;

impl Job for Block {
    const KIND: &'static str = "block";
    const TIMEOUT: Duration = Duration::from_millis(50);
    type Output = String;
    async fn run(self, context: JobContext) -> Result<String, JobError> {
        let script = context.state::<Script>()?;
        script.entered.add_permits(1);
        if context.attempt() == 1 {
            let block = || script.blocked.lock().unwrap().recv_timeout(crate::stage::LIMIT);
            // The rest of a runtime with several threads goes on: only this task is stuck.
            let alone = Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
            if alone { block() } else { block_in_place(block) }.map_err(JobError::fail)?;
            script.note("woke up");
        }
        Ok(format!("attempt {}", context.attempt()))
    }
}

/// Gives more than can be kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct Large;

impl Job for Large {
    const KIND: &'static str = "large";
    type Output = String;
    async fn run(self, _: JobContext) -> Result<String, JobError> {
        Ok("x".repeat(64 * 1024))
    }
}

/// Waits until it should stop, and asks to be run again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Stop;

impl Job for Stop {
    const KIND: &'static str = "stop";
    type Output = ();
    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let guard = guard(&context)?;
        guard.0.entered.add_permits(1);
        context.cancelled().await;
        Err(JobError::snooze(Duration::ZERO))
    }
}

/// Needs something that the app does not have.
#[derive(Serialize, Deserialize)]
pub(crate) struct Lost;

impl Job for Lost {
    const KIND: &'static str = "lost";
    type Output = ();
    async fn run(self, context: JobContext) -> Result<(), JobError> {
        context.state::<std::path::PathBuf>()?;
        Ok(())
    }
}

/// Gives way many times, so that a kill finds it at work.
#[derive(Serialize, Deserialize)]
pub(crate) struct Toil {
    pub(crate) good: bool,
}

impl Job for Toil {
    const KIND: &'static str = "toil";
    type Output = ();
    async fn run(self, context: JobContext) -> Result<(), JobError> {
        context.state::<Script>()?.entered.add_permits(1);
        for percent in 0..100 {
            context.progress(percent, "Toiling").await;
            tokio::task::yield_now().await;
        }
        if self.good { Ok(()) } else { Err(JobError::fail("it was all for nothing")) }
    }
}

/// Ends its attempt as told.
#[derive(Serialize, Deserialize)]
pub(crate) enum Verdict {
    Cancel,
    RetryAfter(u64),
}

impl Job for Verdict {
    const KIND: &'static str = "verdict";
    type Output = ();
    async fn run(self, _: JobContext) -> Result<(), JobError> {
        Err(match self {
            Self::Cancel => JobError::cancel("The post was deleted meanwhile."),
            Self::RetryAfter(seconds) => {
                JobError::retry_after(Duration::from_secs(seconds), "too many requests")
            }
        })
    }
}

/// Waits at its gate; there is one of it at a time, or one more.
#[derive(Serialize, Deserialize)]
pub(crate) struct Only {
    pub(crate) one_more: bool,
}

impl Job for Only {
    const KIND: &'static str = "only";
    const PRIORITY: i64 = 3;
    type Output = ();
    fn unique(&self) -> Option<Unique> {
        let key = "site".to_owned();
        Some(if self.one_more { Unique::OneMore(key) } else { Unique::WhileOpen(key) })
    }
    async fn run(self, context: JobContext) -> Result<(), JobError> {
        pass(&context, "Waiting").await
    }
}

/// Takes two steps with a gate between them, and goes wrong after the second in its first attempts.
#[derive(Serialize, Deserialize)]
pub(crate) struct Walk {
    pub(crate) good: u32,
}

impl Job for Walk {
    const KIND: &'static str = "walk";
    type Output = Vec<u32>;
    async fn run(self, context: JobContext) -> Result<Vec<u32>, JobError> {
        let script = context.state::<Script>()?;
        let (attempt, notes) = (context.attempt(), std::sync::Arc::clone(&script));
        context.log(format!("attempt {attempt} begins"));
        let first = context.step("first", || async move {
            notes.note("first");
            Ok(attempt)
        });
        let first = first.await?;
        context.progress(25, "Walking").await;
        script.entered.add_permits(1);
        script.open.acquire().await.map_err(JobError::retry)?.forget();
        let second = context.step("second", || async {
            script.note("second");
            if attempt < self.good { Err(JobError::snooze(Duration::ZERO)) } else { Ok(attempt) }
        });
        let second = second.await?;
        context.log("arrived");
        Ok(vec![first, second])
    }
}

/// Calls a network that takes so many calls a minute.
#[derive(Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) network: String,
}

impl Job for Call {
    const KIND: &'static str = "call";
    type Output = ();
    fn rate(&self) -> Option<Rate> {
        Some(Rate::new("network", self.network.clone()))
    }
    async fn run(self, context: JobContext) -> Result<(), JobError> {
        context.state::<Script>()?.note(format!("{} {}", self.network, context.now()));
        Ok(())
    }
}

/// Tells how the jobs of its group ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct Tally;

impl Job for Tally {
    const KIND: &'static str = "tally";
    type Output = Vec<String>;
    async fn run(self, context: JobContext) -> Result<Vec<String>, JobError> {
        let tell = |member: &Member| {
            let end = match &member.error {
                Some(error) => format!("{}: {}", error.code, error.message),
                None => member.result.clone().unwrap_or_default(),
            };
            let name = member.job::<Greet>().map(|Greet(name)| format!(" of {name}")).unwrap_or_default();
            format!("{} {} {end}{name}", member.kind, member.state.as_str())
        };
        Ok(context.members().iter().map(tell).collect())
    }
}
