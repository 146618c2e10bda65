//! Plans that an operator gives: they need no payment and no word of Wix.

use super::segment::{EntryKind, Segment};
use crate::catalog::Plan;
use crate::clock::Timestamp;
use crate::fact::{BillingCycle, Fact};

/// A plan that an operator gave.
#[derive(Debug, Clone)]
pub(super) struct Given<'a> {
    pub(super) segment: Segment<'a>,
    pub(super) until: Option<Timestamp>,
}

impl<'a> Given<'a> {
    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        self.segment.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// An operator gives `plan`: the same plan goes on, another one follows the one before.
    pub(super) fn give(list: &mut Vec<Self>, fact: &Fact, plan: &'a Plan, until: Option<Timestamp>) {
        let mut entry = EntryKind::Purchase;
        if let Some(current) = list.last_mut().filter(|given| given.is_open(fact.at)) {
            if current.segment.plan.id == plan.id {
                current.until = until;
                return;
            }
            current.until = Some(fact.at);
            if plan.rank < current.segment.plan.rank {
                entry = EntryKind::Transfer;
            }
        }
        let segment = Segment {
            plan,
            billing: BillingCycle::Monthly,
            from: fact.at,
            entry,
            fact: fact.key.clone(),
            names: vec![fact.key.clone()],
            covered_until: fact.at,
            by_time: false,
            told_late: false,
        };
        list.push(Self { segment, until });
    }

    pub(super) fn end(list: &mut [Self], at: Timestamp) {
        if let Some(current) = list.last_mut().filter(|given| given.is_open(at)) {
            current.until = Some(at);
        }
    }
}
