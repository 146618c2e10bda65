//! What a transaction does with jobs: add, end, put back, try again.

use wixapp_core::JobId;
use wixapp_core::job::JobState;

use super::{Lease, LeaseLost, Tx};
use crate::job::{Job, JobLine, NewJob, unique};
use crate::live::Topic;

/// What became of a job that was to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It was added.
    New,
    /// This one stands for it, and nothing was added.
    Same(JobId),
}

/// Where a new job would stand.
enum Place {
    /// It has nothing to do with others, or is the first: 0 or 1.
    Front,
    /// It waits for the one that has begun.
    Behind,
    Taken(JobId),
}

impl Tx {
    /// A job that was wanted.
    #[must_use]
    pub fn job(&self, id: &JobId) -> Option<&Job> {
        self.jobs.get(id)
    }

    /// The job that stands for this one, so that adding it would add nothing; [`NewJob::want`] must have been wanted.
    ///
    /// Ask before credits are put aside for it.
    #[must_use]
    pub fn same_job(&self, job: &NewJob) -> Option<&Job> {
        match self.place(job) {
            Place::Taken(id) => self.jobs.get(&id),
            Place::Front | Place::Behind => None,
        }
    }

    fn place(&self, job: &NewJob) -> Place {
        let Some(unique) = job.unique_key() else { return Place::Front };
        let at = |place| {
            let has_key =
                |job: &&Job| job.unique_place == place && job.unique_key.as_ref() == Some(&unique.key);
            self.jobs.values().find(has_key)
        };
        let Some(first) = at(1) else { return Place::Front };
        if !unique.one_more || first.attempt == 0 {
            return Place::Taken(first.job_id.clone());
        }
        at(2).map_or(Place::Behind, |next| Place::Taken(next.job_id.clone()))
    }

    /// Adds a job, in this same transaction, unless one that is there already stands for it. Then what was put aside for it
    /// comes back at once.
    ///
    /// A job with a [`Unique`](crate::Unique) needs [`NewJob::want`]: without it, the commit is refused when the key is taken.
    pub fn enqueue(&mut self, job: NewJob) -> Added {
        let place = self.place(&job);
        if let Place::Taken(id) = place {
            if let Some(hold_id) = &job.hold_id {
                // The only refusal is that of a hold which ended before, and then nothing is put aside.
                let _ = self.account.void(hold_id, self.now);
            }
            return Added::Same(id);
        }
        let mut job = job.into_job(self.account.instance_id.clone(), self.now);
        if matches!(place, Place::Behind) {
            job.unique_place = 2;
        }
        self.writes.push(job.insert());
        self.topics.push(Topic::Job(job.job_id.clone()));
        self.topics.push(Topic::Work);
        self.jobs.insert(job.job_id.clone(), job);
        Added::New
    }

    /// Ends a worker's attempt at a job that was wanted: changes `job` and stores it.
    ///
    /// # Errors
    /// [`LeaseLost`] when the worker does not hold the job any more; nothing is changed then.
    pub fn settle_job(&mut self, lease: &Lease, change: impl FnOnce(&mut Job)) -> Result<(), LeaseLost> {
        let job = self.jobs.get_mut(&lease.job_id).ok_or(LeaseLost)?;
        if job.state != JobState::Running || job.fence != lease.fence {
            return Err(LeaseLost);
        }
        change(job);
        let ended = job.state.is_final();
        self.save_job(&lease.job_id);
        if !ended {
            self.topics.push(Topic::Work);
        }
        Ok(())
    }

    /// Stores what a worker's attempt has said, whoever has the job by now.
    pub fn note_lines(&mut self, lease: &Lease, lines: &[JobLine]) {
        let id = self.account.instance_id.clone();
        self.writes.extend(lines.iter().map(|line| line.insert(&id, lease)));
    }

    /// The jobs that were wanted and have not ended.
    #[must_use]
    pub fn open_jobs(&self) -> Vec<JobId> {
        self.jobs.values().filter(|job| !job.state.is_final()).map(|job| job.job_id.clone()).collect()
    }

    /// Ends a job that was wanted, whoever holds it: whatever its worker brings later is refused. What becomes of its hold
    /// is decided beside it.
    pub fn cancel_job(&mut self, id: &JobId, reason: Option<String>) {
        let Some(job) = self.jobs.get_mut(id).filter(|job| !job.state.is_final()) else { return };
        if job.state == JobState::Running {
            self.topics.push(Topic::Halt(id.clone()));
        }
        job.state = JobState::Cancelled;
        job.error = reason;
        self.save_job(id);
    }

    /// Gives a job that was wanted, and that nobody runs, a new life that is due now: its attempts are counted anew. `change`
    /// sees it last; its hold is decided on beside it. Its key must be free: see [`Tx::key_holder`].
    pub fn revive_job(&mut self, id: &JobId, change: impl FnOnce(&mut Job)) {
        let Some(job) = self.jobs.get_mut(id).filter(|job| job.state != JobState::Running) else { return };
        if job.state.is_final() {
            job.attempt = 0;
            job.deaths = 0;
            // A new number for what is made from it, and for whoever still thinks to have the job.
            job.fence += 1;
            job.progress_percent = 0;
            job.progress_step = None;
            job.finished_at = None;
            job.unique_place = i64::from(job.unique_key.is_some());
        }
        job.state = JobState::Available;
        job.run_at = self.now;
        job.turn_at = self.now;
        change(job);
        self.save_job(id);
        self.topics.push(Topic::Work);
    }

    /// The other job that has the key of this one.
    #[must_use]
    pub fn key_holder(&self, job: &Job) -> Option<&Job> {
        let key = job.unique_key.as_ref()?;
        let holds = |other: &&Job| {
            other.unique_place == 1 && other.unique_key.as_ref() == Some(key) && other.job_id != job.job_id
        };
        self.jobs.values().find(holds)
    }

    /// Stores a job that is not running any more. One that ended gives its key to the one that waits for it.
    fn save_job(&mut self, id: &JobId) {
        let Some(job) = self.jobs.get_mut(id) else { return };
        job.worker = None;
        job.lease_until = None;
        let mut free = None;
        if job.state.is_final() {
            job.finished_at = Some(self.now);
            let keeps = job.state == JobState::Completed && job.unique_until.is_some();
            if !keeps {
                free = job.unique_key.clone().filter(|_| job.unique_place == 1);
                job.unique_place = 0;
            }
        }
        self.writes.push(job.update());
        self.topics.push(Topic::Job(id.clone()));
        let Some(key) = free else { return };
        self.writes.push(unique::move_up(&self.account.instance_id, &key));
        let waits = |job: &&mut Job| job.unique_place == 2 && job.unique_key.as_ref() == Some(&key);
        if let Some(next) = self.jobs.values_mut().find(waits) {
            next.unique_place = 1;
        }
        self.topics.push(Topic::Work);
    }
}
