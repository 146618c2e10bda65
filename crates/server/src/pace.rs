//! [`Pace`]: how fast Wix is asked about instances.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;

/// Wix takes 200 requests a minute for one instance. A question is two of them at the most, and the app's own calls need
/// room beside it.
const QUESTIONS_A_MINUTE: u32 = 50;
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// Spreads questions to Wix: so many a second over all instances, and so many a minute for each.
///
/// The first runs on the machine's time: it spares the machines. The second runs on the app's clock, as Wix's own limit does
/// on the clock of Wix.
/// Of the first, each of the processes on one database takes its share.
#[derive(Debug)]
pub struct Pace {
    /// Between two questions, whoever asks them.
    gap: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the next question may be asked.
    next: Instant,
    /// How many processes ask, this one among them.
    processes: u32,
    /// The questions of the running minute.
    minute: Timestamp,
    asked: HashMap<InstanceId, u32>,
}

impl Pace {
    /// At most `per_second` questions a second, of all processes on the database together; at least one.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let now = Instant::now();
        let state = State { next: now, processes: 1, minute: Timestamp::UNIX_EPOCH, asked: HashMap::new() };
        Self { gap: Duration::from_secs(1) / per_second.max(1), state: Mutex::new(state) }
    }

    /// So many processes ask; the next questions are further apart, or closer.
    pub(crate) fn share(&self, processes: u32) {
        self.state().processes = processes.max(1);
    }

    /// How many processes share the questions.
    #[must_use]
    pub fn processes(&self) -> u32 {
        self.state().processes
    }

    /// Waits until an instance may be asked about; `false` when it was asked about too often in this minute.
    pub(crate) async fn turn(&self, instance_id: &InstanceId, now: Timestamp) -> bool {
        let Some(at) = self.book(instance_id, now) else { return false };
        tokio::time::sleep_until(at).await;
        true
    }

    fn book(&self, instance_id: &InstanceId, now: Timestamp) -> Option<Instant> {
        let mut state = self.state();
        if now.duration_since(state.minute).abs() >= MINUTE {
            state.minute = now;
            state.asked.clear();
        }
        let asked = state.asked.entry(instance_id.clone()).or_default();
        if *asked >= QUESTIONS_A_MINUTE {
            return None;
        }
        *asked += 1;
        let at = state.next.max(Instant::now());
        state.next = at + self.gap * state.processes;
        Some(at)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> InstanceId {
        format!("i-{n}").parse().unwrap()
    }

    fn now() -> Timestamp {
        "2026-03-01T10:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn questions_are_spread_over_the_second() {
        let (pace, start) = (Pace::new(10), Instant::now());
        for n in 0..21 {
            assert!(pace.turn(&id(n), now()).await);
        }
        assert_eq!(start.elapsed().as_millis(), 2_000);
    }

    #[tokio::test(start_paused = true)]
    async fn two_processes_ask_half_as_often_each() {
        let (pace, start) = (Pace::new(10), Instant::now());
        pace.share(2);
        for n in 0..11 {
            assert!(pace.turn(&id(n), now()).await);
        }
        assert_eq!(start.elapsed().as_millis(), 2_000);
        pace.share(0);
        assert_eq!(pace.processes(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_instance_is_asked_about_so_often_a_minute_and_costs_the_others_nothing() {
        let pace = Pace::new(1_000_000);
        for _ in 0..QUESTIONS_A_MINUTE {
            assert!(pace.turn(&id(1), now()).await);
        }
        assert!(!pace.turn(&id(1), now()).await);
        assert!(pace.turn(&id(2), now()).await);
        assert!(pace.turn(&id(1), now() + MINUTE).await);
    }
}
