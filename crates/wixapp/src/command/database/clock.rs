//! The clock of a database: in development it may be years ahead of the machine's.

use std::net::IpAddr;
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Url;
use wixapp_core::clock::{Clock, SystemClock, Timestamp, VirtualClock};
use wixapp_server::Config;
use wixapp_store::Store;

use crate::command::ConfigArgs;
use crate::command::emulator::link::Link;
use crate::failure::Failure;
use crate::output;

/// The clocks of two machines are never quite the same: a smaller difference is not worth a word.
const APART: SignedDuration = SignedDuration::from_mins(1);
/// A platform on this machine answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// The clock that whoever keeps this database goes by: the machine's, unless a server that kept it, or the local platform that
/// the configuration names, is ahead of that. What is written by the machine's clock then would lie in the past of the app.
pub(super) async fn of(store: &Store, config: &ConfigArgs) -> Result<VirtualClock, Failure> {
    let clock = VirtualClock::new();
    let kept = store.find_kept_at().await?.map(|at| (at, "a server has kept this database until".to_owned()));
    let told = platform(config).await?;
    let latest = [kept, told].into_iter().flatten().max_by_key(|(at, _)| *at);
    let Some((at, whose)) = latest else { return Ok(clock) };
    let ahead = at.duration_since(SystemClock.now());
    if ahead > SignedDuration::ZERO {
        clock.set(at);
    }
    if ahead > APART {
        output::note(&format!("{whose} {at}, ahead of this machine: that clock is used"));
    }
    Ok(clock)
}

/// What the local platform says that the configuration names, if it names one and that runs.
async fn platform(config: &ConfigArgs) -> Result<Option<(Timestamp, String)>, Failure> {
    let address = Config::load_api_url(config.file())?;
    if !is_of_this_machine(&address) {
        return Ok(None);
    }
    let link = Link::to(&address);
    let Ok(Ok(clock)) = tokio::time::timeout(PATIENCE, link.get("clock")).await else { return Ok(None) };
    let now = clock["now"].as_str().and_then(|now| now.parse().ok());
    Ok(now.map(|now| (now, format!("on the local platform on {address} it is"))))
}

/// Wix itself is never asked for the time.
fn is_of_this_machine(address: &str) -> bool {
    let url = Url::parse(address).ok().filter(|url| url.scheme() == "http");
    url.as_ref().and_then(Url::host_str).is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::is_of_this_machine;

    #[test]
    fn only_a_platform_on_this_machine_is_asked_for_the_time() {
        for address in ["http://127.0.0.1:4100", "http://localhost:4100/", "http://[::1]:4100"] {
            assert!(is_of_this_machine(address), "{address}");
        }
        for address in ["https://www.wixapis.com", "https://127.0.0.1", "http://10.0.0.1", "localhost"] {
            assert!(!is_of_this_machine(address), "{address}");
        }
    }
}
