//! The race: many requests released together on one small balance.
//!
//! What must hold, on both databases and with one or two server processes: as many spends succeed as there are credits,
//! none more, and the books are in order.

mod round;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::client::Client;
use crate::database::Kind;
use crate::lab::Lab;
use crate::server::free_address;

use round::{Arena, Round};

/// How many requests are released together.
pub const REQUESTS: usize = 64;
/// The balances that are fought for, in turn.
const BALANCES: [i64; 4] = [0, 1, 5, 63];

/// How long to race, and on what.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How many rounds.
    #[arg(long, default_value_t = 500)]
    pub rounds: usize,
    /// The database.
    #[arg(long, value_enum, default_value = "sqlite")]
    pub database: Kind,
    /// How many server processes share it.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub processes: u8,
}

/// What came of a race in which nothing went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rounds in which each request had a key of its own.
    pub distinct_rounds: usize,
    /// Rounds in which all requests had the same key.
    pub same_key_rounds: usize,
    /// Credits that were spent.
    pub spent: i64,
    /// Requests that were refused for want of credits.
    pub refused: usize,
    /// Requests that were told to come again, and did.
    pub sent_again: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { distinct_rounds, same_key_rounds, spent, refused, sent_again } = self;
        write!(
            f,
            "{} rounds of {REQUESTS} requests ({distinct_rounds} with a key each, {same_key_rounds} under one key): \
             {spent} credits spent, {refused} requests refused, {sent_again} sent again, 0 overspent",
            distinct_rounds + same_key_rounds
        )
    }
}

/// Races on the program's servers; an error says in which round what was wrong.
///
/// # Errors
/// When a server could not be used, or when the race was lost.
pub async fn run(program: &Path, args: &Args) -> Result<Report> {
    let lab = Lab::set_up(program, args.database).await?;
    let store = lab.database.store().await?;
    let mut servers = Vec::new();
    for _ in 0..args.processes {
        servers.push(lab.start(free_address()?).await?);
    }
    let arena = Arena {
        identity: &lab.identity,
        store: &store,
        client: Client::new()?,
        servers: servers.iter().map(crate::server::Server::base).collect(),
    };
    let mut report = Report::default();
    for number in 0..args.rounds {
        let round = Round::new(number, BALANCES[number % BALANCES.len()]);
        let done = arena.race(&round, &mut report).await;
        done.with_context(|| format!("round {number} on {} credits", round.balance))?;
    }
    for server in servers {
        server.kill().await?;
    }
    store.close().await;
    lab.database.remove().await?;
    Ok(report)
}
