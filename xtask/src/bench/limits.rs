//! What nothing on this machine can beat, measured in the same run.

use std::ops::Range;

use anyhow::{Context, Result};

use crate::postgres::Postgres;

use super::figures::{Limits, median};
use super::lab::{Lab, SERVER_CORE, number, pinned};
use super::server::Server;
use super::suite;

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

/// The statements of a spend straight to the SQLite database that the server has left.
pub(crate) fn sqlite_spends(lab: &Lab<'_>) -> Result<f64> {
    let mut command = pinned(SERVER_CORE, &lab.load());
    command.args(["sqlite", "--seconds", &lab.seconds.to_string(), "--file"]).arg(lab.path("app.sqlite3"));
    number(&lab.json("sqlite alone", command)?, "spends_per_second")
}

/// The same statements through pgbench, with the server's core for itself, to the server's own tables.
pub(crate) fn postgres_spends(lab: &Lab<'_>, postgres: &Postgres, instances: Range<u32>) -> Result<f64> {
    let pgbench = postgres.client("pgbench", "postgres");
    let mut command = pinned(SERVER_CORE, pgbench.get_program().as_ref());
    command.envs(pgbench.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
        .args(["--no-vacuum", "--protocol=prepared", "--client=64", "--jobs=1"])
        .arg(format!("--time={}", lab.seconds.ceil()))
        .arg(format!("--define=instances={}", instances.len()))
        // A second run must not meet the entries of the first.
        .arg(format!("--define=k={}", if instances.len() > 1 { 0 } else { 5_000_000 }))
        .arg(format!("--file={}", lab.repo.join("tests/bench/spend.sql").display()));
    transactions_per_second(&lab.output("pgbench", command)?).context("pgbench printed no rate")
}

fn transactions_per_second(output: &str) -> Option<f64> {
    let line = output.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_of_pgbench_is_read() {
        let output =
            "number of failed transactions: 0 (0.000%)\ntps = 2845.113 (without initial connection time)\n";
        assert_eq!(transactions_per_second(output), Some(2845.113));
        assert_eq!(transactions_per_second("pgbench: error"), None);
    }
}
