//! Many owners with their pages open: what their streams weigh, and how soon each hears of its own news.

use anyhow::Result;

use super::figures::{StreamFigures, median};
use super::lab::{LOAD_CORE, Lab, number};
use super::server::Server;
use super::suite;

pub(crate) const STREAMS: usize = 2_000;
const FIRST: usize = 100_000;

/// Opens the streams on one server, then lets each instance buy a plan, 200 a second.
pub(crate) fn measure(lab: &Lab<'_>, database: &str) -> Result<StreamFigures> {
    let network = Server::bare(lab, LOAD_CORE)?;
    let (mut highest, mut middles, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..lab.runs {
        // A server of its own for each run: its memory is of these streams alone.
        let server = Server::app(lab, database, network.address())?;
        let (address, key) = (server.address().to_string(), suite::key(lab));
        let (first, count) = ((FIRST + run * STREAMS).to_string(), STREAMS.to_string());
        let who = ["--address", &address, "--key", &key, "--first", &first];
        lab.tool("install", &[&["install"], &who[..], &["--instances", &count]].concat())?;
        let watched = lab.tool("streams", &[&["watch"], &who[..], &["--events", &count]].concat())?;
        middles.push(number(&watched, "p50_ms")?);
        ends.push(number(&watched, "p99_ms")?);
        highest.push(server.memory_mb()?.1);
    }
    Ok(StreamFigures { highest_mb: median(highest), p50_ms: median(middles), p99_ms: median(ends) })
}
