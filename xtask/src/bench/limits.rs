//! What nothing on this machine can beat, measured in the same run.

use std::process::Command;

use anyhow::{Context, Result};

use crate::postgres::Postgres;

use super::figures::{DatabaseLimits, Limits, median};
use super::lab::{Lab, SERVER_CORE, number, pinned};
use super::server::Server;
use super::suite;

/// More of them are slower, not faster, where the database has one core.
const PGBENCH_CLIENTS: u32 = 8;

/// axum alone, and signature checks on one core.
pub(crate) fn measure(lab: &Lab<'_>) -> Result<Limits> {
    let mut limits = Limits { bare: bare(lab)?, bare_start_ms: bare_start(lab)?, ..Limits::default() };
    let mut verify = pinned(SERVER_CORE, &lab.load());
    verify.arg("verify");
    let printed = lab.json("signature checks", verify)?;
    limits.webhooks = Some(number(&printed, "webhooks_per_second")?);
    limits.tokens = Some(number(&printed, "tokens_per_second")?);
    Ok(limits)
}

fn bare(lab: &Lab<'_>) -> Result<Option<f64>> {
    let server = Server::bare(lab, SERVER_CORE)?;
    let (address, seconds, key) = (server.address().to_string(), lab.seconds.to_string(), suite::key(lab));
    let run = |_| {
        let arguments =
            ["load", "--address", &address, "--key", &key, "--path", "health", "--seconds", &seconds];
        number(&lab.tool("bare axum", &arguments)?, "per_second")
    };
    Ok(median((0..lab.runs).map(run).collect::<Result<_>>()?))
}

/// What folding 10, 100 and 1,000 facts takes, and setting the books against them.
pub(crate) fn derive(lab: &Lab<'_>) -> Result<[[Option<f64>; 3]; 2]> {
    let mut command = pinned(SERVER_CORE, &lab.load());
    command.args(["derive", "--seconds", "1"]);
    let printed = lab.json("derive", command)?;
    Ok(["derive_us", "settle_us"].map(|field| [0, 1, 2].map(|place| printed[field][place].as_f64())))
}

fn bare_start(lab: &Lab<'_>) -> Result<Option<f64>> {
    let address = lab.address()?.to_string();
    let run = |_| {
        let mut command = pinned(SERVER_CORE, &lab.load());
        command.args(["start", "--address", &address, "--"]).arg(lab.load()).args([
            "bare",
            "--address",
            &address,
        ]);
        suite::milliseconds(lab, "bare start", command)
    };
    Ok(median((0..lab.runs).map(run).collect::<Result<_>>()?))
}

/// The statements of a spend, a grant and a webhook straight to SQLite, in a database as the server begins with.
pub(crate) fn sqlite(lab: &Lab<'_>) -> Result<DatabaseLimits> {
    let file = lab.path("limit.sqlite3");
    suite::prepare(lab, &format!("sqlite:{}", file.display()))?;
    let run = |work: &str| {
        let mut command = pinned(SERVER_CORE, &lab.load());
        let seconds = lab.seconds.to_string();
        command.args(["sqlite", "--work", work, "--seconds", &seconds, "--file"]).arg(&file);
        number(&lab.json("sqlite alone", command)?, "per_second").map(Some)
    };
    Ok(DatabaseLimits { spend: run("spend")?, grant: run("grant")?, webhook: run("webhook")? })
}

/// The same statements through pgbench, which has the server's core for itself: many instances, then spends of one.
pub(crate) fn postgres(lab: &Lab<'_>, postgres: &Postgres) -> Result<(DatabaseLimits, Option<f64>)> {
    const DATABASE: &str = "limit";
    lab.output("createdb", postgres.client("createdb", DATABASE))?;
    suite::prepare(lab, &postgres.url_of(DATABASE))?;
    // No run may meet the entries of another.
    let run = |work, instances, first_number| {
        pgbench(lab, postgres.client("pgbench", DATABASE), work, instances, first_number).map(Some)
    };
    let limits = DatabaseLimits {
        spend: run("spend", 1_000, 0)?,
        grant: run("grant", 1_000, 0)?,
        webhook: run("webhook", 1_000, 0)?,
    };
    Ok((limits, run("spend", 1, 5_000_000)?))
}

fn pgbench(lab: &Lab<'_>, client: Command, work: &str, instances: u32, first_number: u32) -> Result<f64> {
    let mut command = pinned(SERVER_CORE, client.get_program().as_ref());
    command.envs(client.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
        .args(["--no-vacuum", "--protocol=prepared", "--progress=1", "--jobs=1"])
        .arg(format!("--client={PGBENCH_CLIENTS}"))
        .arg(format!("--time={}", lab.seconds.ceil() + 2.0))
        .arg(format!("--define=instances={instances}"))
        .arg(format!("--define=k={first_number}"))
        .arg(format!("--file={}", lab.repo.join(format!("tests/bench/{work}.sql")).display()));
    let rates = rates(&lab.output("pgbench", command)?);
    median(rates).context("pgbench printed no rates")
}

/// The rates of single seconds, without the two in which its connections warm up.
fn rates(output: &str) -> Vec<f64> {
    let rate = |line: &str| {
        let (_, rest) = line.strip_prefix("progress: ")?.split_once(" s, ")?;
        rest.split_whitespace().next()?.parse().ok()
    };
    output.lines().filter_map(rate).skip(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rates_of_pgbench_are_read_after_its_warm_up() {
        let output = "progress: 1.0 s, 33.0 tps, lat 1.2 ms stddev 0.1, 0 failed\n\
                      progress: 2.0 s, 990.0 tps, lat 1.2 ms stddev 0.1, 0 failed\n\
                      progress: 3.0 s, 2845.1 tps, lat 1.2 ms stddev 0.1, 0 failed\n\
                      tps = 1289.3 (without initial connection time)\n";
        assert_eq!(rates(output), [2845.1]);
        assert!(rates("pgbench: error").is_empty());
    }
}
