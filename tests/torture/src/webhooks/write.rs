//! The owners' writes: each is repeated under its key until the app answers.

use std::collections::VecDeque;

use rand::RngExt;
use rand::rngs::StdRng;
use wixapp_core::InstanceId;

use crate::identity;

/// The instances that spend; each has more credits than any run uses up.
const SPENDERS: usize = 6;

/// What an owner asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteKind {
    /// One credit, at once.
    Spend,
    /// A post, for one credit once it is published.
    Publish,
}

/// One write.
#[derive(Clone, Debug)]
pub(super) struct OwnerWrite {
    pub(super) kind: WriteKind,
    pub(super) instance: InstanceId,
    pub(super) key: String,
}

impl OwnerWrite {
    pub(super) fn path(&self) -> &'static str {
        match self.kind {
            WriteKind::Spend => "/api/v1/wix/credits/spend",
            WriteKind::Publish => "/api/v1/posts/publish",
        }
    }

    pub(super) fn body(&self) -> &'static str {
        match self.kind {
            WriteKind::Spend => r#"{"amount":1,"action":"torture"}"#,
            WriteKind::Publish => r#"{"text":"A post of the torture"}"#,
        }
    }

    /// The name of what the answer speaks of.
    pub(super) fn answer_field(&self) -> &'static str {
        match self.kind {
            WriteKind::Spend => "entryId",
            WriteKind::Publish => "jobId",
        }
    }
}

/// All writes: those that wait for an answer, and those that got one.
#[derive(Debug, Default)]
pub(super) struct Writes {
    made: usize,
    again: VecDeque<OwnerWrite>,
    answered: Vec<(OwnerWrite, String)>,
}

/// The instances that spend.
pub(super) fn spenders() -> impl Iterator<Item = InstanceId> {
    (0..SPENDERS).map(|number| identity::instance(2, number))
}

impl Writes {
    /// A write that got no answer, else a new one; `publish` says how many in a hundred of the new ones are posts.
    pub(super) fn next(&mut self, publish: u32, rng: &mut StdRng) -> OwnerWrite {
        if let Some(write) = self.next_again() {
            return write;
        }
        self.made += 1;
        let kind = if rng.random_range(0..100) < publish { WriteKind::Publish } else { WriteKind::Spend };
        let instance = identity::instance(2, rng.random_range(0..SPENDERS));
        OwnerWrite { kind, instance, key: format!("click-{}", self.made) }
    }

    /// A write that got no answer.
    pub(super) fn next_again(&mut self) -> Option<OwnerWrite> {
        self.again.pop_front()
    }

    pub(super) fn answer(&mut self, write: OwnerWrite, id: String) {
        self.answered.push((write, id));
    }

    /// No answer: the owner asks again under the same key.
    pub(super) fn fail(&mut self, write: OwnerWrite) {
        self.again.push_back(write);
    }

    /// The ids that were answered to the writes of one kind of an instance.
    pub(super) fn answered(&self, instance: &InstanceId, kind: WriteKind) -> Vec<&str> {
        let of = self.answered.iter().filter(|(write, _)| write.kind == kind && write.instance == *instance);
        of.map(|(_, id)| id.as_str()).collect()
    }
}
