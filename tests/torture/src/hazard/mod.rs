//! Hazards of billing that end the server with SIGKILL: in the midst of taking a webhook in (19), and in the midst of
//! catching up after a hundred days (16).
//!
//! The server is a process of its own whose clock stands still; each start is at the platform's time.

mod serve;
mod world;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use jiff::SignedDuration;
use wixapp_core::crash::Moment;
use wixapp_core::entry::EntryCode;

pub use serve::serve_at;
use world::{World, is_killed};

use crate::database::Kind;

/// What an install gives, and a month of starter.
const FREE: i64 = 200;
const STARTER: i64 = 1_000;

/// What a hundred days without a server came to.
#[derive(Debug, PartialEq, Eq)]
pub struct CaughtUp {
    /// The moments at which the server ended itself in the midst of it.
    pub killed_at: Vec<Moment>,
    /// What can be spent in the end.
    pub available: i64,
    /// How many grants are in the books.
    pub grants: usize,
}

/// Hazard 16: a hundred days without a server, which is killed again and again while it catches up.
///
/// # Errors
/// When a part of the set-up fails, or the credits do not come.
pub async fn catch_up(program: &Path, database: Kind) -> Result<CaughtUp> {
    let world = World::set_up(program, database).await?;
    let server = world.start().await?;
    let site = world.install().await?;
    world.until(&server.base(), &site, FREE).await?;
    world.buy(&site).await?;
    world.until(&server.base(), &site, FREE + STARTER).await?;
    server.kill().await?;
    world.emulator.advance(SignedDuration::from_hours(100 * 24)).await?;
    // Days 30, 60 and 90 were paid.
    let all = FREE + 4 * STARTER;
    let mut killed_at = Vec::new();
    for (moment, times) in [
        (Moment::Derived, 1),
        (Moment::GrantsMade, 1),
        (Moment::Decided, 1),
        (Moment::CommitNext, 1),
        (Moment::Decided, 2),
        (Moment::CommitNext, 2),
        (Moment::Committed, 2),
        (Moment::ChangeTold, 2),
    ] {
        let Some(mut server) = world.start_doomed(moment, times).await? else {
            killed_at.push(moment);
            continue;
        };
        let base = server.base();
        let ended = tokio::select! {
            ended = server.ended() => Some(ended?),
            // It has caught up, and the moment did not come again.
            done = world.until(&base, &site, all) => done.map(|()| None)?,
        };
        match ended {
            Some(status) => {
                ensure!(is_killed(status), "the server ended by itself: {status}\n{}", server.said());
                killed_at.push(moment);
            }
            None => server.kill().await?,
        }
    }
    let server = world.start().await?;
    world.until(&server.base(), &site, all).await?;
    let available = world.available(&server.base(), &site).await?.context("an answer")?;
    server.kill().await?;
    let grants = world.count_entries(&site, EntryCode::Grant).await?;
    world.finish().await?;
    Ok(CaughtUp { killed_at, available, grants })
}

/// How one webhook was taken in that was not acknowledged at first.
#[derive(Debug, PartialEq, Eq)]
pub struct TakenIn {
    /// Where the server ended itself while it took the webhook in.
    pub killed_at: Moment,
    /// How often the webhook is stored as an arrival: what was stored before the kill, and what came again.
    pub arrivals: usize,
    /// How many of the arrivals brought something new.
    pub facts: usize,
    /// What can be spent in the end.
    pub available: i64,
    /// How many grants are in the books.
    pub grants: usize,
}

/// Hazard 19: the server is killed between the check of a webhook and its commit, within the commit, and between the commit and
/// the answer; the platform sends it again.
///
/// # Errors
/// When a part of the set-up fails, or the credits do not come.
pub async fn take_in(program: &Path, database: Kind) -> Result<Vec<TakenIn>> {
    let world = World::set_up(program, database).await?;
    let mut all = Vec::new();
    for killed_at in [Moment::WebhookVerified, Moment::FactWritten, Moment::WebhookStored] {
        let server = world.start().await?;
        let site = world.install().await?;
        world.until(&server.base(), &site, FREE).await?;
        server.kill().await?;
        let doomed = world.start_doomed(killed_at, 1).await?;
        let mut doomed = doomed.context("the server ended before it was asked anything")?;
        let (bought, ended) = tokio::join!(world.buy(&site), doomed.ended());
        bought?;
        let status = ended?;
        ensure!(is_killed(status), "the server ended by itself: {status}\n{}", doomed.said());
        let server = world.start_before_retry().await?;
        world.until(&server.base(), &site, FREE + STARTER).await?;
        let available = world.available(&server.base(), &site).await?.context("an answer")?;
        server.kill().await?;
        let (arrivals, facts) = world.count_arrivals(&site, "PaidPlanPurchased").await?;
        let grants = world.count_entries(&site, EntryCode::Grant).await?;
        all.push(TakenIn { killed_at, arrivals, facts, available, grants });
    }
    world.finish().await?;
    Ok(all)
}
