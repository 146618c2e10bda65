//! Eventual consistency: a second copy of the data that follows the first some time behind it.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::op::{Op, SiteData};

/// The data as it was `lag` ago, by the platform's clock.
#[derive(Debug)]
pub(crate) struct Replica {
    lag: SignedDuration,
    sites: BTreeMap<String, SiteData>,
    due: VecDeque<(Timestamp, String, Vec<Op>)>,
}

impl Replica {
    pub(crate) fn new(lag: SignedDuration) -> Self {
        Self { lag, sites: BTreeMap::new(), due: VecDeque::new() }
    }

    /// Takes a change at once: it is older than this run.
    pub(crate) fn catch_up(&mut self, site: &str, ops: Vec<Op>) {
        let site = self.sites.entry(site.to_owned()).or_default();
        ops.into_iter().for_each(|op| drop(site.apply(op)));
    }

    /// Forgets everything, what is on its way too, and takes these steps at once.
    pub(crate) fn begin_anew(&mut self, steps: impl Iterator<Item = (String, Op)>) {
        (self.sites, self.due) = (BTreeMap::new(), VecDeque::new());
        steps.for_each(|(site, op)| self.catch_up(&site, vec![op]));
    }

    /// Takes a change later.
    pub(crate) fn follow(&mut self, site: &str, ops: Vec<Op>, now: Timestamp) {
        let due_at = now.checked_add(self.lag).unwrap_or(now);
        self.due.push_back((due_at, site.to_owned(), ops));
    }

    pub(crate) fn at(&mut self, site: &str, now: Timestamp) -> &mut SiteData {
        while self.due.front().is_some_and(|(due_at, _, _)| *due_at <= now) {
            let Some((_, site, ops)) = self.due.pop_front() else { break };
            self.catch_up(&site, ops);
        }
        self.sites.entry(site.to_owned()).or_default()
    }
}
