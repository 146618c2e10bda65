//! Steps of a job whose results are stored, so that they are not done again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use wixapp_core::clock::Timestamp;
use wixapp_store::Store;

use crate::error::JobError;
use crate::slot::{Halt, Slot};

/// The longest stored result, in bytes.
const RESULT_LIMIT: usize = 64 * 1024;
/// The longest name, in bytes.
const NAME_LIMIT: usize = 200;
/// Waits between tries while the database is away: from the first to the last, doubling.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_secs(2);
/// Tries when the database refuses.
const REFUSALS: u32 = 8;

/// The steps of one attempt; those that are done are read when the first one is asked for.
#[derive(Clone)]
pub(crate) struct Steps {
    store: Store,
    done: Arc<OnceCell<Mutex<HashMap<String, String>>>>,
}

impl Steps {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, done: Arc::default() }
    }

    async fn done(&self, slot: &Slot) -> Result<&Mutex<HashMap<String, String>>, JobError> {
        let read = || async {
            let steps = self.store.list_job_steps(&slot.instance_id, &slot.lease.job_id).await;
            steps.map(|steps| Mutex::new(steps.into_iter().collect())).map_err(JobError::retry)
        };
        self.done.get_or_try_init(read).await
    }

    /// The result of the step, when it is done.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        slot: &Slot,
        name: &str,
    ) -> Result<Option<T>, JobError> {
        if name.is_empty() || name.len() > NAME_LIMIT || name.contains('\0') {
            return Err(JobError::fail(format_args!(
                "the name of a step has 1 to {NAME_LIMIT} bytes and no NUL"
            )));
        }
        let done = self.done(slot).await?.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(text) = done.get(name) else { return Ok(None) };
        // Another version of the program may have stored it, in the middle of a deployment.
        let read = serde_json::from_str(text);
        read.map(Some)
            .map_err(|error| JobError::retry(format_args!("the stored result of the step `{name}`: {error}")))
    }

    /// Stores the result of a step. It waits while the database is away, and never comes back once the lease is lost: then
    /// another worker has the job, and nothing more may be done here.
    pub(crate) async fn save<T: Serialize>(
        &self,
        slot: &Slot,
        name: &str,
        result: &T,
        now: Timestamp,
    ) -> Result<(), JobError> {
        let text = serde_json::to_string(result)
            .map_err(|error| JobError::fail(format_args!("the result of the step `{name}`: {error}")))?;
        if text.len() > RESULT_LIMIT {
            let len = text.len();
            return Err(JobError::fail(format_args!("the result of the step `{name}` is {len} bytes long")));
        }
        let (mut pause, mut refusals) = (FIRST_WAIT, 0);
        loop {
            match self.store.save_job_step(&slot.instance_id, &slot.lease, name, &text, now).await {
                Ok(true) => break,
                Ok(false) => {
                    slot.halt(Halt::Lost);
                    std::future::pending::<()>().await;
                }
                Err(error) => {
                    refusals += u32::from(!error.is_unavailable());
                    if refusals > REFUSALS {
                        return Err(JobError::retry(error));
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LAST_WAIT);
        }
        self.done(slot).await?.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), text);
        Ok(())
    }
}
