//! [`InFlight`]: the idempotency keys whose first request is being answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use wixapp_core::{ErrorCode, InstanceId};

use crate::error::ApiError;

/// How long a repetition waits for the answer it repeats before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(2);

type Name = (InstanceId, String);
type Turns = HashMap<Name, Arc<tokio::sync::Mutex<()>>>;

/// The keys that are in use at this moment, in this process. Between processes the instance's lock in the database keeps
/// repetitions apart.
#[derive(Debug, Default)]
pub struct InFlight {
    turns: Arc<Mutex<Turns>>,
}

/// The right to answer under a key; ends when dropped.
#[derive(Debug)]
pub struct Turn {
    name: Name,
    turns: Arc<Mutex<Turns>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl InFlight {
    /// Waits for a request under the same key to be answered.
    ///
    /// # Errors
    /// [`ErrorCode::RequestInProgress`] when that takes longer than a moment.
    pub async fn turn(&self, instance_id: &InstanceId, key: &str) -> Result<Turn, ApiError> {
        let name = (instance_id.clone(), key.to_owned());
        let mutex = Arc::clone(lock(&self.turns).entry(name.clone()).or_default());
        // Made before waiting, so that one who gives up tidies up as well.
        let mut turn = Turn { name, turns: Arc::clone(&self.turns), held: None };
        match tokio::time::timeout(PATIENCE, mutex.lock_owned()).await {
            Ok(held) => {
                turn.held = Some(held);
                Ok(turn)
            }
            Err(_) => Err(ApiError::new(ErrorCode::RequestInProgress).with_retry_after(1)),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = lock(&self.turns);
        self.held = None;
        // Whoever waits holds a clone.
        if turns.get(&self.name).is_some_and(|mutex| Arc::strong_count(mutex) == 1) {
            turns.remove(&self.name);
        }
    }
}

fn lock(turns: &Mutex<Turns>) -> MutexGuard<'_, Turns> {
    turns.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_repetition_waits_its_turn_and_is_sent_away_when_that_takes_too_long() {
        let (keys, id) = (InFlight::default(), "i-1".parse().unwrap());
        let first = keys.turn(&id, "a").await.unwrap();
        assert!(keys.turn(&id, "b").await.is_ok(), "another key does not wait");
        let refused = keys.turn(&id, "a").await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::RequestInProgress);
        let (second, ()) = tokio::join!(keys.turn(&id, "a"), async { drop(first) });
        drop(second.unwrap());
        assert!(lock(&keys.turns).is_empty(), "nothing is kept of keys that nobody uses");
    }
}
