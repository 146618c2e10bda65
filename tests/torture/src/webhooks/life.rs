//! One life of the server: from its start until it is killed, with as much traffic as it takes.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rand::RngExt;
use tokio::task::JoinSet;
use wixapp_core::crash::Moment;
use wixapp_core::job::JobState;
use wixapp_store::Store;

use crate::client::{Answer, Client, Write};
use crate::lab::Lab;
use crate::server::Server;

use super::World;
use super::mail::Letter;
use super::script::Script;
use super::write::{OwnerWrite, spenders};

/// How many requests are under way at the same time.
const PARALLEL: usize = 6;
/// A moment that is not reached within so many answers is not where it should be.
const ANSWERS: usize = 4_000;
/// How many in a hundred new writes are posts: usually, and where a moment of a job is waited for.
const POSTS: u32 = 4;
const POSTS_FOR_JOBS: u32 = 50;
/// How long the last server may take until all work is done.
const REST: Duration = Duration::from_secs(300);
const SIGKILL: i32 = 9;

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// At a moment, passed so many times.
    At { moment: Moment, times: u32 },
    /// From outside, after so many answers and with others under way.
    After { answers: usize },
}

impl Death {
    fn posts(self) -> u32 {
        let of_jobs = [Moment::HoldTaken, Moment::JobsClaimed, Moment::JobWorked, Moment::JobSettled];
        match self {
            Self::At { moment, .. } if of_jobs.contains(&moment) => POSTS_FOR_JOBS,
            Self::At { .. } | Self::After { .. } => POSTS,
        }
    }
}

/// Where lives are lived.
pub(super) struct Life<'a> {
    pub(super) lab: &'a Lab,
    pub(super) client: &'a Client,
    pub(super) address: SocketAddr,
}

/// Something that was sent, with its answer if one came.
enum Done {
    Letter(Letter, Result<Answer>),
    Write(OwnerWrite, Result<Answer>),
}

impl Life<'_> {
    /// The first life: the instances that spend get their credits.
    pub(super) async fn prepare(&self, world: &mut World) -> Result<()> {
        let server = self.lab.start(self.address).await?;
        let identity = &self.lab.identity;
        for instance in spenders() {
            for body in Script::Spender.webhooks(identity, &instance)? {
                let answer = self.client.deliver(&server.base(), &body).await?;
                ensure!(answer.status == 200, "{answer:?}");
            }
        }
        self.settle().await?;
        server.kill().await?;
        world.mail.fill(identity, &mut world.rng)
    }

    /// Starts the server, keeps it busy, and sees it die.
    pub(super) async fn live(&self, world: &mut World, death: Death) -> Result<()> {
        let mut command = self.lab.command();
        if let Death::At { moment, times } = death {
            command.env("WIXAPP_CRASH_AT", format!("{}:{times}", moment.as_str()));
        }
        let mut server = match Server::start_doomed(&mut command, self.address).await? {
            Ok(server) => server,
            // Work that was left over took it to the moment before anybody could ask it for more.
            Err((status, said)) => return expect_killed(status, death, &said),
        };
        let (mut sent, mut answers) = (JoinSet::new(), 0);
        loop {
            self.send(world, &mut sent, &server.base(), death.posts())?;
            tokio::select! {
                status = server.ended() => {
                    expect_killed(status?, death, &server.said())?;
                    break;
                }
                Some(done) = sent.join_next() => {
                    answers += usize::from(note(world, done?)?);
                }
            }
            match death {
                Death::After { answers: limit } if answers >= limit => {
                    server.kill().await?;
                    break;
                }
                Death::At { .. } if answers > ANSWERS => {
                    bail!("the moment was not reached:\n{}", server.said());
                }
                Death::At { .. } | Death::After { .. } => {}
            }
        }
        while let Some(done) = sent.join_next().await {
            note(world, done?)?;
        }
        Ok(())
    }

    /// The last life: everything that is owed is delivered and answered, and all work is done.
    pub(super) async fn rest(&self, world: &mut World) -> Result<()> {
        let server = self.lab.start(self.address).await?;
        let mut sent = JoinSet::new();
        loop {
            while sent.len() < PARALLEL {
                if let Some(letter) = world.mail.next() {
                    self.post(&mut sent, &server.base(), letter);
                } else if let Some(write) = world.writes.next_again() {
                    self.write(&mut sent, &server.base(), write);
                } else {
                    break;
                }
            }
            let Some(done) = sent.join_next().await else { break };
            note(world, done?)?;
        }
        let settled = self.settle().await;
        settled.with_context(|| server.said())?;
        server.kill().await
    }

    /// Sends until enough is under way: mail and writes alike.
    fn send(&self, world: &mut World, sent: &mut JoinSet<Done>, server: &str, posts: u32) -> Result<()> {
        while sent.len() < PARALLEL {
            if world.rng.random_bool(0.5) {
                world.mail.fill(&self.lab.identity, &mut world.rng)?;
                let letter = world.mail.next().context("the post was filled just now")?;
                self.post(sent, server, letter);
            } else {
                let write = world.writes.next(posts, &mut world.rng);
                self.write(sent, server, write);
            }
        }
        Ok(())
    }

    fn post(&self, sent: &mut JoinSet<Done>, server: &str, letter: Letter) {
        let (client, server) = (self.client.clone(), server.to_owned());
        sent.spawn(async move {
            let answer = client.deliver(&server, &letter.body).await;
            Done::Letter(letter, answer)
        });
    }

    fn write(&self, sent: &mut JoinSet<Done>, server: &str, write: OwnerWrite) {
        let (client, server) = (self.client.clone(), server.to_owned());
        let token = self.lab.identity.token(&write.instance);
        sent.spawn(async move {
            let request = Write { path: write.path(), token: &token, key: &write.key, body: write.body() };
            let answer = client.write(&server, request).await;
            Done::Write(write, answer)
        });
    }

    /// Waits until no fact and no job waits for anything.
    async fn settle(&self) -> Result<()> {
        let store = self.lab.database.store().await?;
        let mut changes = store.watch();
        let settled = tokio::time::timeout(REST, async {
            while !is_at_rest(&store).await? {
                // Looked at again after a while too: what another process did may not have been told.
                let _ = tokio::time::timeout(Duration::from_millis(200), changes.recv()).await;
            }
            anyhow::Ok(())
        });
        let outcome = settled.await;
        store.close().await;
        outcome.context("the work does not come to an end")?
    }
}

/// A server ends by itself at its moment only, and by nothing but the signal.
fn expect_killed(status: ExitStatus, death: Death, said: &str) -> Result<()> {
    ensure!(status.signal() == Some(SIGKILL), "it ended with {status}:\n{said}");
    ensure!(matches!(death, Death::At { .. }), "nobody killed it:\n{said}");
    Ok(())
}

async fn is_at_rest(store: &Store) -> Result<bool> {
    if store.count_waiting().await? != (0, 0) {
        return Ok(false);
    }
    for instance in spenders() {
        let jobs = store.list_jobs(&instance, i64::MAX).await?;
        if !jobs.iter().all(|job| JobState::is_final(job.state)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Notes what became of a request; whether it was answered.
fn note(world: &mut World, done: Done) -> Result<bool> {
    match done {
        Done::Letter(letter, Ok(answer)) if answer.status == 200 => {
            let id = answer.text("deliveryId")?;
            world.mail.acknowledge(letter, id);
            Ok(true)
        }
        Done::Write(write, Ok(answer)) if [200, 202].contains(&answer.status) => {
            let id = answer.text(write.answer_field())?;
            world.writes.answer(write, id);
            Ok(true)
        }
        Done::Letter(letter, failed) => {
            refuse_odd(&failed)?;
            world.mail.fail(letter)?;
            Ok(false)
        }
        Done::Write(write, failed) => {
            refuse_odd(&failed)?;
            world.writes.fail(write);
            Ok(false)
        }
    }
}

/// A server that is killed answers nothing, or says that it cannot; anything else is a fault of its own.
fn refuse_odd(failed: &Result<Answer>) -> Result<()> {
    match failed {
        Ok(answer) if answer.status != 503 => bail!("an unexpected answer: {answer:?}"),
        Ok(_) | Err(_) => Ok(()),
    }
}
