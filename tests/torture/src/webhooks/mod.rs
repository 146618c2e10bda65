//! The crash: a server that is killed again and again while webhooks, spends and jobs go on.
//!
//! Half of the kills hit a named moment ([`wixapp_core::crash`]), half come from outside at any time. What must hold
//! when it is over: nothing that was acknowledged is lost, nothing counts twice, the balances are what arithmetic says,
//! the ledger verifies, and every job and hold has ended once.

mod check;
mod life;
mod mail;
mod platform;
mod script;
mod write;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use wixapp_core::crash::Moment;

use crate::client::Client;
use crate::database::Kind;
use crate::lab::Lab;
use crate::server::free_address;

use life::{Death, Life};
use mail::Mail;
use platform::Platform;
use write::Writes;

/// How often to kill, and on what.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How many times the server is killed.
    #[arg(long, default_value_t = 1_000)]
    pub kills: usize,
    /// The database.
    #[arg(long, value_enum, default_value = "sqlite")]
    pub database: Kind,
    /// The seed of everything that is drawn: events, duplicates, orders, kills.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What came of a proof in which nothing was lost and nothing doubled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many times the server was killed at a named moment.
    pub at_moments: usize,
    /// How many times it was killed from outside.
    pub at_random: usize,
    /// Webhook deliveries that were acknowledged; duplicates too.
    pub acknowledged: usize,
    /// Webhook deliveries that failed and were repeated by the platform's schedule.
    pub repeated: usize,
    /// The different events behind them.
    pub events: usize,
    /// Spends that were answered.
    pub spends: usize,
    /// Jobs that ended well.
    pub completed: usize,
    /// Jobs that failed for good because their workers were killed too often; their credits came back.
    pub discarded: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_moments, at_random, acknowledged, repeated, events, spends, completed, discarded } =
            self;
        write!(
            f,
            "{} kills ({at_moments} at {} named moments, {at_random} at any time): {events} events in {acknowledged} \
             acknowledged deliveries and {repeated} repeated ones, {spends} spends, {completed} jobs done and {discarded} \
             given up: 0 lost, 0 doubled, all books in order",
            at_moments + at_random,
            Moment::ALL.len()
        )
    }
}

/// Everything that outlives the server.
pub(crate) struct World {
    rng: StdRng,
    mail: Mail,
    writes: Writes,
}

/// Kills the program's server as often as asked, lets it come to rest, and looks at what is left.
///
/// # Errors
/// When a server could not be used, or when something was lost or doubled.
pub async fn run(program: &Path, args: &Args) -> Result<Report> {
    let platform = Platform::start().await?;
    let lab = Lab::set_up(program, args.database).await?.with_wix(platform.url());
    let (client, address) = (Client::new()?, free_address()?);
    let mut world =
        World { rng: StdRng::seed_from_u64(args.seed), mail: Mail::default(), writes: Writes::default() };
    let mut report = Report::default();
    let life = Life { lab: &lab, client: &client, address };
    life.prepare(&mut world).await.context("the first life, which nobody ends")?;
    for kill in 0..args.kills {
        let death = draw(kill, &mut world.rng);
        life.live(&mut world, death).await.with_context(|| format!("kill {kill}: {death:?}"))?;
        match death {
            Death::At { .. } => report.at_moments += 1,
            Death::After { .. } => report.at_random += 1,
        }
    }
    life.rest(&mut world).await.context("the last life, which nobody ends")?;
    check::all(&lab, &world, &mut report).await?;
    lab.database.remove().await?;
    platform.stop().await?;
    Ok(report)
}

/// How the next life ends: each moment in its turn, and every other time from outside.
fn draw(kill: usize, rng: &mut StdRng) -> Death {
    if kill % 2 == 1 {
        return Death::After { answers: rng.random_range(1..=60) };
    }
    let moment = Moment::ALL[kill / 2 % Moment::ALL.len()];
    let often = match moment {
        // Passed once for each job, and jobs take their time.
        Moment::HoldTaken | Moment::JobsClaimed | Moment::JobWorked | Moment::JobSettled => 2,
        Moment::WebhookVerified
        | Moment::FactWritten
        | Moment::WebhookStored
        | Moment::FactsListed
        | Moment::Derived
        | Moment::GrantsMade
        | Moment::Decided
        | Moment::CommitNext
        | Moment::Committed
        | Moment::ChangeTold
        | Moment::ReplyKept
        | Moment::WriteDone => 30,
    };
    Death::At { moment, times: rng.random_range(1..=often) }
}
