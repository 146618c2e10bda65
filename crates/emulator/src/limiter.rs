//! The limit of calls that Wix sets for each install, on the platform's own clock.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use wixapp_core::id::InstanceId;

use crate::error::Refusal;

/// How many calls a minute Wix takes for one install (wix-protocol §6).
pub(crate) const USUAL: u32 = 200;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How many installs are remembered before those whose minute is over are forgotten.
const SWEEP_ABOVE: usize = 1_000;

/// Counts the calls of each install in minutes that begin with its first call.
pub(crate) struct Limiter {
    a_minute: Option<u32>,
    counted: Mutex<HashMap<InstanceId, (Timestamp, u32)>>,
}

impl Limiter {
    pub(crate) fn new(a_minute: Option<u32>) -> Self {
        Self { a_minute, counted: Mutex::default() }
    }

    /// Counts a call, or refuses it and says how long to wait.
    pub(crate) fn admit(&self, instance_id: &InstanceId, now: Timestamp) -> Result<(), Refusal> {
        let Some(limit) = self.a_minute else { return Ok(()) };
        let over = |began: Timestamp| now.duration_since(began) >= MINUTE || now < began;
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() > SWEEP_ABOVE {
            counted.retain(|_, (began, _)| !over(*began));
        }
        let (began, calls) = counted.entry(instance_id.clone()).or_insert((now, 0));
        if over(*began) {
            (*began, *calls) = (now, 0);
        }
        if *calls >= limit {
            let wait = MINUTE - now.duration_since(*began);
            return Err(Refusal::too_many(
                limit,
                wait.as_secs().max(0).unsigned_abs() + u64::from(wait.subsec_nanos() > 0),
            ));
        }
        *calls += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_install_has_its_own_minute() {
        let limiter = Limiter::new(Some(2));
        let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
        let start = at("2027-01-01T00:00:00Z");
        assert!(limiter.admit(&a, start).is_ok());
        assert!(limiter.admit(&a, at("2027-01-01T00:00:30Z")).is_ok());
        let refused = limiter.admit(&a, at("2027-01-01T00:00:59.5Z")).unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.retry_after_s), (429, Some(1)));
        assert!(limiter.admit(&b, at("2027-01-01T00:00:59.5Z")).is_ok());
        assert!(limiter.admit(&a, at("2027-01-01T00:01:00Z")).is_ok());
        assert!(Limiter::new(None).admit(&a, start).is_ok());
    }

    #[test]
    fn a_clock_that_was_set_back_starts_a_new_minute() {
        let limiter = Limiter::new(Some(1));
        let a = "a".parse().unwrap();
        assert!(limiter.admit(&a, at("2027-01-02T00:00:00Z")).is_ok());
        assert!(limiter.admit(&a, at("2027-01-01T00:00:00Z")).is_ok());
    }
}
