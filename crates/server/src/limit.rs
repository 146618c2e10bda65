//! [`Limits`]: how often one caller may ask.
//!
//! Callers are counted by what they proved: their instance. Those who proved nothing are counted by their address.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;
use wixapp_core::{ErrorCode, InstanceId};

use crate::config::{ConfigError, LimitsConfig};
use crate::error::ApiError;

/// How many seconds' worth may come at once.
const BURST_S: u32 = 10;
/// How often callers that are quiet again are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// How often one caller may ask, by the `[limits]` section of the configuration.
pub struct Limits {
    instances: Limit,
    strangers: Limit,
    /// Strangers who were told to wait, and until when: Wix is not asked about their tokens meanwhile.
    waiting: Mutex<HashMap<u64, Instant>>,
    proxies: Vec<IpAddr>,
    /// Callers are kept by a hash: nobody can choose ids that fall together, and none is copied.
    hasher: RandomState,
}

/// `None` is without a limit.
struct Limit(Option<DefaultKeyedRateLimiter<u64>>);

impl Limits {
    pub(crate) fn new(config: &LimitsConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            instances: Limit::per_s(config.instance_per_s),
            strangers: Limit::per_s(config.address_per_s),
            waiting: Mutex::default(),
            proxies: config.proxies()?,
            hasher: RandomState::new(),
        })
    }

    /// One more request of an instance.
    pub(crate) fn count_instance(&self, instance_id: &InstanceId) -> Result<(), ApiError> {
        let key = || self.hasher.hash_one(instance_id.as_str());
        self.instances.count(key).map_err(|wait| refuse(wait, "instance"))
    }

    /// One more request of somebody who proved nothing.
    pub(crate) fn count_stranger(&self, parts: &Parts) -> Result<(), ApiError> {
        let Some(address) = self.address(parts) else { return Ok(()) };
        let key = self.hasher.hash_one(address);
        self.strangers.count(|| key).map_err(|wait| {
            self.waiting().insert(key, Instant::now() + wait);
            refuse(wait, "address")
        })
    }

    /// Whether somebody who has proved nothing yet was told to wait; this counts nothing.
    pub(crate) fn check_stranger(&self, parts: &Parts) -> Result<(), ApiError> {
        let waiting = self.waiting();
        if waiting.is_empty() {
            return Ok(());
        }
        let Some(address) = self.address(parts) else { return Ok(()) };
        let until = waiting.get(&self.hasher.hash_one(address));
        let wait = until.and_then(|until| until.checked_duration_since(Instant::now()));
        wait.map_or(Ok(()), |wait| Err(refuse(wait, "address")))
    }

    /// Forgets callers that are quiet again, for ever.
    pub(crate) async fn keep(&self) {
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            for limiter in [&self.instances, &self.strangers].into_iter().filter_map(|limit| limit.0.as_ref())
            {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
            self.waiting().retain(|_, until| *until > Instant::now());
        }
    }

    /// Where the request comes from: the connection's other end, or what a proxy of ours says.
    fn address(&self, parts: &Parts) -> Option<IpAddr> {
        let Peer(peer) = parts.extensions.get::<Peer>()?;
        Some(block(origin(peer.to_canonical(), &parts.headers, &self.proxies)))
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limit {
    fn per_s(requests: u32) -> Self {
        let quota = |requests: NonZeroU32| {
            let burst = requests.saturating_mul(NonZeroU32::new(BURST_S).unwrap_or(NonZeroU32::MIN));
            RateLimiter::keyed(Quota::per_second(requests).allow_burst(burst))
        };
        Self(NonZeroU32::new(requests).map(quota))
    }

    /// Counts one more request, or says how long to wait.
    fn count(&self, key: impl FnOnce() -> u64) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(&key()).map_err(|until| until.wait_time_from(limiter.clock().now()))
    }
}

fn refuse(wait: Duration, by: &'static str) -> ApiError {
    metrics::counter!("wixapp_rate_limited_total", "by" => by).increment(1);
    ApiError::new(ErrorCode::RateLimited).with_retry_after(wait.as_secs() + 1)
}

/// Behind proxies of ours: the last address they were given that is not one of them.
fn origin(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let lists = headers.get_all("x-forwarded-for").iter().filter_map(|list| list.to_str().ok());
    let hops: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
    let mut last = peer;
    for hop in hops.iter().rev() {
        // What stands before the word of a stranger is the stranger's own invention.
        if !proxies.contains(&last) {
            break;
        }
        let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
        last = hop.to_canonical();
    }
    last
}

/// The addresses that one customer of a network usually has: one of IPv4, 2⁶⁴ of IPv6.
fn block(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn limits(instance_per_s: u32, address_per_s: u32, proxies: &[&str]) -> Limits {
        let trusted_proxies = proxies.iter().map(|proxy| (*proxy).to_owned()).collect();
        Limits::new(&LimitsConfig { instance_per_s, address_per_s, trusted_proxies }).unwrap()
    }

    fn from(peer: &str, forwarded: &str) -> Parts {
        let request =
            Request::builder().header("x-forwarded-for", forwarded).extension(Peer(peer.parse().unwrap()));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn ten_seconds_worth_may_come_at_once_for_each_caller() {
        let limits = limits(1, 1, &[]);
        let (one, two) = ("i-1".parse().unwrap(), "i-2".parse().unwrap());
        for id in [&one, &two] {
            assert!((0..10).all(|_| limits.count_instance(id).is_ok()));
            let refusal = (0..1_000_000).find_map(|_| limits.count_instance(id).err()).unwrap();
            assert_eq!(refusal.code(), ErrorCode::RateLimited);
        }
    }

    #[test]
    fn zero_is_without_a_limit() {
        let (limits, id) = (limits(0, 0, &[]), "i-1".parse().unwrap());
        let stranger = from("203.0.113.7", "");
        assert!(
            (0..10_000)
                .all(|_| limits.count_instance(&id).is_ok() && limits.count_stranger(&stranger).is_ok())
        );
    }

    #[test]
    fn a_stranger_over_the_limit_waits_before_anybody_is_asked_about_the_token() {
        let limits = limits(1, 1, &[]);
        let (guesser, other) = (from("2001:db8::1", ""), from("2001:db8:0:1::1", ""));
        assert!(limits.check_stranger(&guesser).is_ok());
        while limits.count_stranger(&guesser).is_ok() {}
        let neighbour = from("2001:db8::ffff", "");
        assert_eq!(limits.check_stranger(&neighbour).unwrap_err().code(), ErrorCode::RateLimited);
        assert!(limits.check_stranger(&other).is_ok() && limits.count_stranger(&other).is_ok());
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed_about_the_origin() {
        let proxies = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        for (peer, forwarded, origin) in [
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            let parts = from(peer, forwarded);
            let Peer(peer) = *parts.extensions.get::<Peer>().unwrap();
            let found = super::origin(peer.to_canonical(), &parts.headers, &proxies);
            assert_eq!(found.to_string(), origin, "{peer} {forwarded}");
        }
    }
}
