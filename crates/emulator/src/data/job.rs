//! The jobs of calls that change many items by a filter. They are done when the call answers, and forgotten at a restart.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::engine::Engine;
use crate::error::Refusal;

/// How many jobs are remembered; the oldest are forgotten first.
const KEEP: usize = 1_000;

/// The last jobs, with how many items each changed.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<VecDeque<(String, usize)>>);

impl Jobs {
    /// The id of a new job.
    pub(crate) fn begin(&self, engine: &Engine) -> Result<String, Refusal> {
        engine.change(|world| Ok(world.seed.next_guid()))
    }

    pub(crate) fn end(&self, id: &str, changed: usize) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.push_back((id.to_owned(), changed));
        if jobs.len() > KEEP {
            jobs.pop_front();
        }
    }

    /// A platform that goes back knows none of them.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().find(|(job, _)| job == id).map(|(_, changed)| *changed)
    }
}
