//! Telling watchers what changed, once it is committed.

use wixapp_core::{InstanceId, JobId};

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Credits or subscription.
    Money,
    /// One job.
    Job(JobId),
    /// A job that was running was ended by somebody else: its worker should stop.
    Halt(JobId),
    /// A checkout.
    Checkout,
    /// There are new facts to look at.
    Facts,
    /// There is work for the job runner.
    Work,
    /// Changes may have been missed: look at everything again.
    Resync,
}

/// Something that changed and is committed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Change {
    /// Whose; `None` when it concerns all.
    pub instance_id: Option<InstanceId>,
    /// What.
    pub topic: Topic,
}

impl Change {
    /// The change that makes every watcher look again.
    #[must_use]
    pub fn resync() -> Self {
        Self { instance_id: None, topic: Topic::Resync }
    }

    /// The change as it travels between processes.
    pub(crate) fn to_wire(&self) -> String {
        let instance = self.instance_id.as_ref().map_or("", InstanceId::as_str);
        let topic = match &self.topic {
            Topic::Money => "money",
            Topic::Job(id) => return format!("{instance} job {id}"),
            Topic::Halt(id) => return format!("{instance} halt {id}"),
            Topic::Checkout => "checkout",
            Topic::Facts => "facts",
            Topic::Work => "work",
            Topic::Resync => "resync",
        };
        format!("{instance} {topic}")
    }

    /// Reads a change from another process; what is not understood means: look again.
    pub(crate) fn from_wire(text: &str) -> Self {
        let mut words = text.split(' ');
        let instance_id = words.next().and_then(|id| id.parse().ok());
        let topic = match (words.next(), words.next(), words.next()) {
            (Some("money"), None, None) => Topic::Money,
            (Some("checkout"), None, None) => Topic::Checkout,
            (Some("facts"), None, None) => Topic::Facts,
            (Some("work"), None, None) => Topic::Work,
            (Some("job"), Some(id), None) => id.parse().map_or(Topic::Resync, Topic::Job),
            (Some("halt"), Some(id), None) => id.parse().map_or(Topic::Resync, Topic::Halt),
            _ => Topic::Resync,
        };
        if topic == Topic::Resync || instance_id.is_none() {
            Self::resync()
        } else {
            Self { instance_id, topic }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_back_and_nonsense_means_look_again() {
        let change = |topic| Change { instance_id: Some("i-1".parse().unwrap()), topic };
        let (job, halt) = (Topic::Job("job_1".parse().unwrap()), Topic::Halt("job_1".parse().unwrap()));
        for topic in [Topic::Money, job, halt, Topic::Checkout, Topic::Facts, Topic::Work] {
            assert_eq!(Change::from_wire(&change(topic.clone()).to_wire()), change(topic));
        }
        for text in ["", " ", "i-1", "i-1 job", "i-1 job a b", "i-1 nonsense", " resync", " money"] {
            assert_eq!(Change::from_wire(text), Change::resync(), "{text}");
        }
    }
}
