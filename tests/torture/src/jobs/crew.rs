//! The processes that do the work: one server with workers of its own, and others that are nothing else.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rand::RngExt;
use rand::rngs::StdRng;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::Instant;
use wixapp_core::job::JobState;
use wixapp_store::{JobFilter, Store};

use crate::lab::Lab;
use crate::server::{Server, free_address};

use super::app::OF_THIS_APP;

/// How many processes there are.
const PROCESSES: usize = 4;
/// Longer than a lease and a look for jobs whose lease is over: others have the work of a frozen process when it wakes.
const FREEZE: Duration = Duration::from_millis(2_500);
/// How many running jobs are looked at to find out who is at work.
const LOOK: i64 = 200;
/// How long to look for a process that is at work.
const LIMIT: Duration = Duration::from_secs(120);
/// How often a process is started that does not come up.
const STARTS: usize = 20;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Answers requests, and works.
    Server,
    Worker,
}

#[derive(Debug)]
struct Process {
    role: Role,
    server: Server,
}

/// All processes that share the database.
pub(super) struct Crew<'a> {
    lab: &'a Lab,
    store: &'a Store,
    awake: Vec<Process>,
    frozen: Vec<(Process, Instant)>,
    coming: JoinSet<Result<Process>>,
}

impl<'a> Crew<'a> {
    pub(super) async fn start(lab: &'a Lab, store: &'a Store) -> Result<Self> {
        let mut crew = Self { lab, store, awake: Vec::new(), frozen: Vec::new(), coming: JoinSet::new() };
        crew.begin(Role::Server)?;
        (1..PROCESSES).try_for_each(|_| crew.begin(Role::Worker))?;
        while let Some(process) = crew.coming.join_next().await {
            crew.awake.push(process??);
        }
        Ok(crew)
    }

    /// Ends a process that has jobs at work, as a power cut does, and puts another in its place.
    pub(super) async fn kill_one(&mut self, rng: &mut StdRng) -> Result<()> {
        let process = self.take_busy(rng).await?;
        process.server.kill().await?;
        self.begin(process.role)
    }

    /// Freezes a process that has jobs at work for longer than its leases.
    pub(super) async fn freeze_one(&mut self, rng: &mut StdRng) -> Result<()> {
        let process = self.take_busy(rng).await?;
        signal(&process, Signal::STOP)?;
        self.frozen.push((process, Instant::now() + FREEZE));
        Ok(())
    }

    /// Wakes those whose time is over, and lets in those that have come up.
    pub(super) fn look_after(&mut self) -> Result<()> {
        let now = Instant::now();
        while let Some(at) = self.frozen.iter().position(|(_, until)| *until <= now) {
            let (process, _) = self.frozen.swap_remove(at);
            signal(&process, Signal::CONT)?;
            self.awake.push(process);
        }
        while let Some(process) = self.coming.try_join_next() {
            self.awake.push(process??);
        }
        Ok(())
    }

    /// Wakes all, and lets those that were frozen come to an end of what they had begun.
    pub(super) async fn wake_all(&mut self) -> Result<()> {
        while !self.frozen.is_empty() || !self.coming.is_empty() {
            self.look_after()?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Ends all of them.
    pub(super) async fn end(self) -> Result<()> {
        for process in self.awake {
            process.server.kill().await?;
        }
        Ok(())
    }

    /// What the processes said last, for people.
    pub(super) fn said(&self) -> String {
        self.awake.iter().map(|process| process.server.said()).collect::<Vec<_>>().join("\n\n")
    }

    fn begin(&mut self, role: Role) -> Result<()> {
        let mut command = match role {
            Role::Server => self.lab.command(),
            Role::Worker => self.lab.worker_command(),
        };
        command.env(OF_THIS_APP, "1");
        let address = free_address()?;
        self.coming.spawn(async move { Ok(Process { role, server: start(command, address).await? }) });
        Ok(())
    }

    /// A process that has jobs at work, drawn from all that have.
    async fn take_busy(&mut self, rng: &mut StdRng) -> Result<Process> {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.look_after()?;
            let busy = at_work(self.store).await?;
            let found = |process: &Process| process.server.pid().is_some_and(|pid| busy.contains(&pid));
            let places: Vec<_> = (0..self.awake.len()).filter(|at| found(&self.awake[*at])).collect();
            if !places.is_empty() {
                return Ok(self.awake.swap_remove(places[rng.random_range(0..places.len())]));
            }
            if Instant::now() > deadline {
                bail!("no process is at work: {}", self.said());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Starts a process, again and again as a supervisor does while one that is frozen holds the file of the database.
async fn start(mut command: Command, address: SocketAddr) -> Result<Server> {
    for _ in 0..STARTS {
        match Server::start_doomed(&mut command, address).await? {
            Ok(server) => return Ok(server),
            Err((_, said)) if said.contains("database is locked") => {}
            Err((status, said)) => bail!("a process did not start: {status}\n{said}"),
        }
    }
    bail!("the database stayed locked")
}

/// The processes that have jobs: a worker's name begins with the number of its process.
async fn at_work(store: &Store) -> Result<HashSet<u32>> {
    let running = JobFilter { states: vec![JobState::Running], ..JobFilter::default() };
    let jobs = store.list_jobs_by(&running, None, LOOK).await?;
    let pid = |name: String| name.strip_prefix("worker-")?.split('-').next()?.parse().ok();
    Ok(jobs.into_iter().filter_map(|job| pid(job.worker?)).collect())
}

fn signal(process: &Process, signal: Signal) -> Result<()> {
    let pid = process.server.pid().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    kill_process(pid.context("the process has ended by itself")?, signal).context("cannot send a signal")
}
