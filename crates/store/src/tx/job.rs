//! What a transaction does with jobs: add, end, put back, try again.

use std::collections::HashMap;

use wixapp_core::entry::id_bytes;
use wixapp_core::job::JobState;
use wixapp_core::{JobGroupId, JobId};

use super::{Lease, LeaseLost, Tx};
use crate::job::{Job, JobLine, MemberTaken, NewGroup, NewJob, group, unique};
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
        // One that was put off or handed back has begun all the same: the results of its steps are of before the wish.
        if !unique.one_more || first.fence == 0 {
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
        let behind = matches!(place, Place::Behind);
        let job = job.into_job(self.account.instance_id.clone(), self.now);
        self.add(job, behind);
        Added::New
    }

    /// Adds the jobs of a group, in this same transaction. When the last of them has ended, the one that joins them is added in
    /// the transaction of that end. [`NewGroup::want`] must have been wanted.
    ///
    /// # Errors
    /// [`MemberTaken`], and nothing is added then: what was put aside for them is for the decision to give back, or to refuse.
    pub fn enqueue_group(&mut self, group: NewGroup) -> Result<(), MemberTaken> {
        let mut keys = HashMap::new();
        for member in &group.members {
            if let Place::Taken(by) = self.place(member) {
                return Err(MemberTaken { by });
            }
            let Some(unique) = member.unique_key() else { continue };
            if let Some(by) = keys.insert(unique.key, member.job_id.clone()) {
                return Err(MemberTaken { by });
            }
        }
        let instance_id = self.account.instance_id.clone();
        self.writes.push(group.insert(&instance_id));
        for (number, member) in (0..).zip(group.members) {
            let behind = matches!(self.place(&member), Place::Behind);
            let mut job = member.into_job(instance_id.clone(), self.now);
            job.group_id = Some(group.group_id.clone());
            job.group_number = Some(number);
            self.add(job, behind);
        }
        self.join(&group.group_id, group.group_id.as_str());
        Ok(())
    }

    /// Has the group of a job joined, if all of it have ended. That happens by itself when one of the group ends; it is for the
    /// job that was to join it and came too early.
    pub fn join_group_of(&mut self, id: &JobId) {
        let Some(job) = self.jobs.get(id) else { return };
        let Some(group_id) = job.group_id.clone() else { return };
        let key = format!("{id}:{}", job.fence);
        self.join(&group_id, &key);
    }

    /// `key` is another each time, and the same when the transaction is tried again.
    fn join(&mut self, group_id: &JobGroupId, key: &str) {
        let id = &self.account.instance_id;
        let job_id = JobId::new(self.now, id_bytes(id, &format!("join:{key}")));
        self.writes.push(group::join(id, group_id, &job_id, self.now));
        // Whether it was added only the database knows: who looks for it in vain goes on.
        self.topics.push(Topic::Job(job_id));
        self.topics.push(Topic::Work);
    }

    fn add(&mut self, mut job: Job, behind: bool) {
        if behind {
            job.unique_place = 2;
        }
        self.writes.push(job.insert());
        self.topics.push(Topic::Job(job.job_id.clone()));
        self.topics.push(Topic::Work);
        self.jobs.insert(job.job_id.clone(), job);
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
        let in_group = job.state.is_final() && job.group_number.is_some();
        self.writes.push(job.update());
        self.topics.push(Topic::Job(id.clone()));
        if let Some(key) = free {
            self.free_key(&key);
        }
        if in_group {
            self.join_group_of(id);
        }
    }

    /// The key goes to the job that waits for it.
    fn free_key(&mut self, key: &str) {
        self.writes.push(unique::move_up(&self.account.instance_id, key));
        let waits = |job: &&mut Job| job.unique_place == 2 && job.unique_key.as_deref() == Some(key);
        if let Some(next) = self.jobs.values_mut().find(waits) {
            next.unique_place = 1;
        }
        self.topics.push(Topic::Work);
    }
}
