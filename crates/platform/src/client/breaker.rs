//! Leaving a part of Wix alone that does not work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The first pause after the failures; doubled after each probe that fails.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[derive(Debug)]
struct Circuit {
    /// Failures in a row.
    failures: u32,
    open_until: Option<Instant>,
    next_pause: Duration,
    probing: bool,
}

impl Default for Circuit {
    fn default() -> Self {
        Self { failures: 0, open_until: None, next_pause: FIRST_PAUSE, probing: false }
    }
}

/// One circuit for each part of Wix's API. After so many failures in a row no call is made for a moment; then a single
/// one finds out whether to go on.
#[derive(Clone)]
pub(super) struct Breaker {
    threshold: u32,
    circuits: Arc<Mutex<HashMap<&'static str, Circuit>>>,
}

/// The leave to make one call. Dropped without a verdict, as by a caller that gave up, it says nothing.
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    area: &'static str,
    probe: bool,
}

impl Breaker {
    /// Opens after `threshold` failures in a row; never, when that is 0.
    pub(super) fn new(threshold: u32) -> Self {
        Self { threshold, circuits: Arc::default() }
    }

    /// Leave to call `area`.
    ///
    /// # Errors
    /// How long to leave it alone.
    pub(super) fn enter(&self, area: &'static str) -> Result<Pass<'_>, Duration> {
        let now = Instant::now();
        let mut circuits = self.lock();
        let circuit = circuits.entry(area).or_default();
        let probe = match circuit.open_until {
            None => false,
            Some(until) if now < until => return Err(until - now),
            Some(_) if circuit.probing => return Err(FIRST_PAUSE),
            Some(_) => true,
        };
        circuit.probing |= probe;
        Ok(Pass { breaker: self, area, probe })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Circuit>> {
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Says how the call went.
    pub(super) fn record(self, works: bool) {
        let mut circuits = self.breaker.lock();
        let circuit = circuits.entry(self.area).or_default();
        if works {
            *circuit = Circuit::default();
            return;
        }
        // Calls that were under way when the circuit opened have been counted.
        if circuit.open_until.is_some() && !self.probe {
            return;
        }
        circuit.failures = circuit.failures.saturating_add(1);
        let threshold = self.breaker.threshold;
        if self.probe || (threshold > 0 && circuit.failures >= threshold) {
            circuit.open_until = Some(Instant::now() + circuit.next_pause);
            circuit.next_pause = (circuit.next_pause * 2).min(LONGEST_PAUSE);
            tracing::warn!(
                area = self.area,
                failures = circuit.failures,
                "Wix does not work and is left alone for a moment"
            );
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe
            && let Some(circuit) = self.breaker.lock().get_mut(self.area)
        {
            circuit.probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.enter("a").ok().unwrap().record(false);
        }
    }

    fn refused(breaker: &Breaker) -> Option<Duration> {
        breaker.enter("a").err()
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_a_success_between_them_does_not() {
        let breaker = Breaker::new(3);
        fail(&breaker, 2);
        breaker.enter("a").ok().unwrap().record(true);
        fail(&breaker, 3);
        assert_eq!(refused(&breaker), Some(FIRST_PAUSE));
        assert!(breaker.enter("b").is_ok(), "another part of Wix may work");
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_at_a_time_decides_and_pauses_double() {
        let breaker = Breaker::new(3);
        fail(&breaker, 3);
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            let pause = Duration::from_secs(pause);
            assert_eq!(refused(&breaker), Some(pause));
            tokio::time::advance(pause).await;
            let probe = breaker.enter("a").ok().unwrap();
            assert!(refused(&breaker).is_some(), "one probe at a time");
            probe.record(false);
        }
        tokio::time::advance(LONGEST_PAUSE).await;
        breaker.enter("a").ok().unwrap().record(true);
        fail(&breaker, 2);
        assert_eq!(refused(&breaker), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_given_up_leaves_room_for_the_next() {
        let breaker = Breaker::new(1);
        fail(&breaker, 1);
        tokio::time::advance(FIRST_PAUSE).await;
        drop(breaker.enter("a"));
        assert!(breaker.enter("a").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn late_failures_do_not_lengthen_the_pause() {
        let breaker = Breaker::new(2);
        let late: Vec<_> = (0..10).map(|_| breaker.enter("a").ok().unwrap()).collect();
        late.into_iter().for_each(|pass| pass.record(false));
        assert_eq!(refused(&breaker), Some(FIRST_PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_threshold_it_never_opens() {
        let breaker = Breaker::new(0);
        fail(&breaker, 1_000);
        assert_eq!(refused(&breaker), None);
    }
}
