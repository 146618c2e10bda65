//! Staying below Wix's 200 requests a minute and instance.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// How many callers are kept apart at a time; what has been idle for a minute is forgotten.
const CALLERS: usize = 10_000;

/// How many requests a caller may make in any 60 seconds, and how long one is held back before it is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) per_minute: u32,
    pub(super) longest_wait: Duration,
}

/// Hands out the moments at which requests may start. Callers never wait for each other's.
pub(super) struct Limiter {
    pace: Pace,
    slots: Mutex<HashMap<String, VecDeque<Instant>>>,
}

impl Limiter {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, slots: Mutex::default() }
    }

    /// Waits until `caller` may make its next request.
    ///
    /// # Errors
    /// How long it would have to wait, when that is longer than a request is held back.
    pub(super) async fn admit(&self, caller: &str) -> Result<(), Duration> {
        let slot = self.reserve(caller, Instant::now())?;
        tokio::time::sleep_until(slot).await;
        Ok(())
    }

    /// A minute after the request that lies the whole allowance back: so no 60 seconds ever hold more.
    fn reserve(&self, caller: &str, now: Instant) -> Result<Instant, Duration> {
        let allowance = self.pace.per_minute as usize;
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= CALLERS {
            slots.retain(|_, taken| taken.back().is_some_and(|last| *last + MINUTE > now));
        }
        let taken = slots.entry(caller.to_owned()).or_default();
        while taken.front().is_some_and(|first| *first + MINUTE <= now) {
            taken.pop_front();
        }
        let free_at = taken.len().checked_sub(allowance).map_or(now, |index| taken[index] + MINUTE);
        let wait = free_at.duration_since(now);
        if wait > self.pace.longest_wait {
            return Err(wait);
        }
        taken.push_back(free_at);
        Ok(free_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(per_minute: u32, longest_wait: u64) -> Limiter {
        Limiter::new(Pace { per_minute, longest_wait: Duration::from_secs(longest_wait) })
    }

    #[tokio::test(start_paused = true)]
    async fn the_allowance_is_free_and_the_next_one_waits_for_the_first_to_leave_the_minute() {
        let (limiter, started) = (limiter(3, 60), Instant::now());
        for _ in 0..3 {
            limiter.admit("a").await.unwrap();
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(started.elapsed(), Duration::from_secs(3));
        limiter.admit("a").await.unwrap();
        assert!(started.elapsed() >= MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_do_not_wait_for_each_other() {
        let (limiter, started) = (limiter(1, 60), Instant::now());
        for caller in ["a", "b", "c"] {
            limiter.admit(caller).await.unwrap();
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_longer_wait_is_refused_with_its_length_and_takes_no_slot() {
        let limiter = limiter(1, 10);
        limiter.admit("a").await.unwrap();
        for _ in 0..5 {
            assert_eq!(limiter.admit("a").await, Err(MINUTE));
        }
        tokio::time::advance(Duration::from_secs(55)).await;
        assert_eq!(limiter.admit("a").await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn no_sixty_seconds_hold_more_than_the_allowance() {
        let (limiter, mut starts) = (limiter(5, 600), Vec::new());
        for number in 0..40 {
            limiter.admit("a").await.unwrap();
            starts.push(Instant::now());
            tokio::time::advance(Duration::from_secs(number % 7)).await;
        }
        assert!(starts.windows(6).all(|six| six[5] - six[0] >= MINUTE));
    }

    #[tokio::test(start_paused = true)]
    async fn idle_callers_are_forgotten() {
        let limiter = limiter(1, 0);
        for number in 0..CALLERS {
            limiter.admit(&number.to_string()).await.unwrap();
        }
        tokio::time::advance(MINUTE).await;
        limiter.admit("new").await.unwrap();
        assert_eq!(limiter.slots.lock().unwrap().len(), 1);
    }
}
