//! One server on one database: every path, its memory, its start.

use anyhow::Result;

use super::figures::{ServerFigures, median};
use super::lab::{LOAD_CORE, Lab, SERVER_CORE, number, pinned};
use super::server::{self, Server};

/// How many instances take part; those after them are watched for their first purchase.
const INSTANCES: &str = "1000";
const WATCHED_FROM: usize = 10_000;
const WATCHED: usize = 1_000;
const JOBS: &str = "10000";
const NOOP_JOBS: &str = "20000";
/// Jobs that come one by one, and how many in a second.
const STEADY_JOBS: &str = "500";
const STEADY_RATE: &str = "50";
/// A start is short and uneven: more runs than of the rest.
const STARTS: usize = 9;

/// Measures everything on this database.
pub(crate) fn measure(lab: &Lab<'_>, database: &str) -> Result<ServerFigures> {
    let network = Server::bare(lab, LOAD_CORE)?;
    let server = Server::app(lab, database, network.address())?;
    let mut figures = ServerFigures::default();
    let asks = Asks { lab, address: server.address().to_string(), key: key(lab) };
    figures.idle_mb = Some(server.memory_mb()?.0);
    asks.install(0, INSTANCES)?;
    figures.health = asks.median("health")?;
    figures.status = asks.median("status")?;
    figures.spend = asks.median("spend")?;
    figures.spend_hot = asks.median("spend-hot")?;
    figures.watch_p99_ms = asks.watched()?;
    figures.jobs = asks.jobs()?;
    // Last: intake is faster than what follows it, and the rest must not wait behind a queue of facts.
    figures.webhook = asks.median("webhook")?;
    figures.loaded_mb = Some(server.memory_mb()?.1);
    drop(server);
    figures.start_ms = start(lab, database, &network)?;
    fanout(lab, database, &mut figures)?;
    noop_jobs(lab, database, &mut figures)?;
    books(lab, database, &mut figures)?;
    // After everything else: nobody runs these jobs.
    let server = Server::api_only(lab, database, network.address())?;
    figures.publish = Asks { address: server.address().to_string(), ..asks }.median("publish")?;
    Ok(figures)
}

/// Makes a database with the schema and the instances, as every measurement begins with.
pub(crate) fn prepare(lab: &Lab<'_>, database: &str) -> Result<()> {
    let network = Server::bare(lab, LOAD_CORE)?;
    let server = Server::app(lab, database, network.address())?;
    Asks { lab, address: server.address().to_string(), key: key(lab) }.install(0, INSTANCES)
}

/// The load's questions to one server.
struct Asks<'a> {
    lab: &'a Lab<'a>,
    address: String,
    key: String,
}

impl Asks<'_> {
    fn install(&self, first: usize, instances: &str) -> Result<()> {
        let first = first.to_string();
        let arguments = [
            "install",
            "--address",
            &self.address,
            "--key",
            &self.key,
            "--first",
            &first,
            "--instances",
            instances,
        ];
        self.lab.tool("install", &arguments).map(drop)
    }

    /// The median rate of a path over all runs.
    fn median(&self, path: &str) -> Result<Option<f64>> {
        let seconds = self.lab.seconds.to_string();
        let run = |number_of_run: usize| {
            let run = format!("{path}-{number_of_run}");
            let arguments = [
                "load",
                "--address",
                &self.address,
                "--key",
                &self.key,
                "--path",
                path,
                "--instances",
                INSTANCES,
                "--seconds",
                &seconds,
                "--run",
                &run,
            ];
            number(&self.lab.tool(path, &arguments)?, "per_second")
        };
        Ok(median((0..self.lab.runs).map(run).collect::<Result<_>>()?))
    }

    /// The 99th percentile from a webhook to its watcher, at 200 a second.
    fn watched(&self) -> Result<Option<f64>> {
        let run = |number_of_run: usize| {
            let first = WATCHED_FROM + number_of_run * WATCHED;
            let (first_text, count) = (first.to_string(), WATCHED.to_string());
            self.install(first, &count)?;
            let arguments = [
                "watch",
                "--address",
                &self.address,
                "--key",
                &self.key,
                "--first",
                &first_text,
                "--events",
                &count,
            ];
            number(&self.lab.tool("watch", &arguments)?, "p99_ms")
        };
        Ok(median((0..self.lab.runs).map(run).collect::<Result<_>>()?))
    }

    /// Jobs done per second.
    fn jobs(&self) -> Result<Option<f64>> {
        let mut done = Vec::new();
        for number_of_run in 0..self.lab.runs {
            let run = format!("jobs-{number_of_run}");
            let arguments = [
                "jobs",
                "--address",
                &self.address,
                "--key",
                &self.key,
                "--instances",
                INSTANCES,
                "--count",
                JOBS,
                "--run",
                &run,
            ];
            done.push(number(&self.lab.tool("jobs", &arguments)?, "per_second")?);
        }
        Ok(median(done))
    }
}

/// Jobs that do nothing, in a process on the server's core: how many in a second, and how long one waits to begin.
fn noop_jobs(lab: &Lab<'_>, database: &str, figures: &mut ServerFigures) -> Result<()> {
    let run = |arguments: &[&str]| {
        let mut command = pinned(SERVER_CORE, &lab.load());
        command.args(["runner", "--database", database]).args(arguments);
        lab.json("jobs that do nothing", command)
    };
    let (mut rates, mut middles, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..lab.runs {
        rates.push(number(&run(&["--count", NOOP_JOBS])?, "per_second")?);
        let steady = run(&["--count", STEADY_JOBS, "--rate", STEADY_RATE])?;
        middles.push(number(&steady, "p50_ms")?);
        ends.push(number(&steady, "p99_ms")?);
    }
    figures.noop_jobs = median(rates);
    (figures.job_wait_p50_ms, figures.job_wait_p99_ms) = (median(middles), median(ends));
    Ok(())
}

/// From a step of a job, and from its end, to the thousand open pages of its site; the load's program is the network that the
/// job asks.
fn fanout(lab: &Lab<'_>, database: &str, figures: &mut ServerFigures) -> Result<()> {
    let network = lab.address()?;
    let server = Server::app(lab, database, network)?;
    let (address, network, key) = (server.address().to_string(), network.to_string(), key(lab));
    let (mut middles, mut ends, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for number_of_run in 0..lab.runs {
        let run = format!("fanout-{number_of_run}");
        let arguments =
            ["fanout", "--address", &address, "--network", &network, "--key", &key, "--run", &run];
        let printed = lab.tool("fan-out", &arguments)?;
        middles.push(number(&printed, "p50_ms")?);
        ends.push(number(&printed, "p99_ms")?);
        steps.push(number(&printed["step"], "p99_ms")?);
    }
    (figures.fanout_p50_ms, figures.fanout_p99_ms) = (median(middles), median(ends));
    figures.progress_p99_ms = median(steps);
    Ok(())
}

/// The store by itself, in a process on the server's core: credits given, and entries checked.
fn books(lab: &Lab<'_>, database: &str, figures: &mut ServerFigures) -> Result<()> {
    let (mut grants, mut verified) = (Vec::new(), Vec::new());
    for _ in 0..lab.runs {
        let mut command = pinned(SERVER_CORE, &lab.load());
        command.args(["books", "--database", database, "--seconds", &lab.seconds.to_string()]);
        command.args(["--instances", INSTANCES]);
        let printed = lab.json("grants and books", command)?;
        grants.push(number(&printed, "grants_per_second")?);
        verified.push(number(&printed, "verified_per_second")?);
    }
    (figures.grants, figures.verified) = (median(grants), median(verified));
    Ok(())
}

/// The platform's key, as the load's program names it.
pub(crate) fn key(lab: &Lab<'_>) -> String {
    lab.path("platform.pem").to_string_lossy().into_owned()
}

/// From the start of the process to its first answer, on a database that is there already.
fn start(lab: &Lab<'_>, database: &str, network: &Server) -> Result<Option<f64>> {
    let address = lab.address()?;
    let run = |_| {
        let mut command = pinned(SERVER_CORE, &lab.load());
        command.args(["start", "--address", &address.to_string(), "--"]).arg(lab.app()).arg("serve");
        server::configure(&mut command, lab, database, address, network.address())?;
        milliseconds(lab, "start", command)
    };
    Ok(median((0..STARTS).map(run).collect::<Result<_>>()?))
}

/// From the start of the local platform's process to its first answer.
pub(crate) fn emulator_start(lab: &Lab<'_>) -> Result<f64> {
    let address = lab.address()?;
    let run = |_| {
        let mut command = pinned(SERVER_CORE, &lab.load());
        command.args(["start", "--address", &address.to_string(), "--path", "/_emulator/clock", "--"]);
        command.arg(lab.app()).args(["emulator", "--port", &address.port().to_string()]);
        command.args(["--app-url", "http://127.0.0.1:1", "--app-id", "bench"]);
        // With its data, as in every start but the first: the key is there already.
        command.arg("--data-file").arg(lab.path("platform.json")).env("WIXAPP_APP_SECRET", lab.secret());
        milliseconds(lab, "emulator start", command)
    };
    let runs = (0..STARTS).map(run).collect::<Result<_>>()?;
    Ok(median(runs).expect("there are several starts"))
}

/// Runs a command that prints a number of milliseconds.
pub(crate) fn milliseconds(lab: &Lab<'_>, name: &str, command: std::process::Command) -> Result<f64> {
    use anyhow::Context;
    lab.json(name, command)?.as_f64().with_context(|| format!("{name} printed no number"))
}
