//! A clock that runs faster than real time: it is moved a step at a time, doing everything due on the way.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::engine::Engine;
use crate::error::Refusal;
use crate::live::LiveEvent;

/// How often a running clock is moved.
pub(crate) const TICK: Duration = Duration::from_millis(200);

/// How fast the clock runs, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pace {
    /// How much of the platform's time passes in a second of real time, in milliseconds.
    pub per_second_ms: i64,
    /// When it returns to real speed; never by itself when `None`.
    pub until: Option<Timestamp>,
}

impl Pace {
    fn step(&self, now: Timestamp) -> SignedDuration {
        let tick_ms = i64::try_from(TICK.as_millis()).unwrap_or(200);
        let step = SignedDuration::from_millis(self.per_second_ms.saturating_mul(tick_ms) / 1_000);
        self.until.map_or(step, |until| step.min(until.duration_since(now)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Gear(Mutex<Option<Pace>>);

impl Gear {
    pub(crate) fn get(&self) -> Option<Pace> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, pace: Option<Pace>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pace;
    }
}

impl Engine {
    /// Lets the clock run at a pace of its own, or at real speed again.
    pub(crate) fn set_pace(&self, pace: Option<Pace>) -> Result<(), Refusal> {
        if let Some(until) = pace.and_then(|pace| pace.until) {
            self.check_target(until)?;
        }
        self.gear.set(pace);
        self.wake();
        self.tell(LiveEvent::State);
        Ok(())
    }

    /// Moves a running clock on by a tick's worth. It stops where it should, or where it can go no further.
    pub(crate) async fn tick(&self) {
        if self.gear.get().is_none() {
            return;
        }
        let _turn = self.turn.lock().await;
        // Whoever had the turn before may have stopped the clock, to go back in time.
        let Some(pace) = self.gear.get() else { return };
        let step = pace.step(self.now());
        let moved = if step.is_positive() { self.walk_by(step).await.is_ok() } else { false };
        let arrived = pace.until.is_some_and(|until| self.now() >= until);
        // Another pace that was set meanwhile stays.
        if (!moved || arrived) && self.gear.get() == Some(pace) {
            self.gear.set(None);
            self.tell(LiveEvent::State);
        }
    }
}
