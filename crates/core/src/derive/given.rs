//! Plans that an operator gives: they need no payment and no word of Wix.

use super::segment::{EntryKind, Segment};
use crate::catalog::Plan;
use crate::clock::Timestamp;
use crate::cycle::{CyclePolicy, Cycles};
use crate::fact::{self, BillingCycle, Fact, FactKind};
use crate::id::PlanId;

/// The plan that an operator gave and that runs at `at`, by these facts, and until when; until it is ended when nothing is said.
///
/// # Example
/// ```
/// use wixapp_core::derive::given_plan;
/// use wixapp_core::fact::{Fact, FactKind};
/// let (at, plan_id) = ("2026-01-01T00:00:00Z".parse()?, "pro".parse()?);
/// let kind = FactKind::PlanGiven { plan_id, until: None, actor: "kim".into(), reason: "a partner".into() };
/// let facts = [Fact { key: "gift".into(), at, kind }];
/// assert_eq!(given_plan(&facts, at).map(|(plan_id, _)| plan_id.as_str()), Some("pro"));
/// assert_eq!(given_plan(&[], at), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn given_plan(facts: &[Fact], at: Timestamp) -> Option<(&PlanId, Option<Timestamp>)> {
    let mut told: Vec<&Fact> = facts.iter().filter(|fact| fact.at <= at).collect();
    fact::sort(&mut told);
    let mut given = None;
    for fact in told {
        if let FactKind::PlanGiven { plan_id, until, .. } = &fact.kind {
            given = Some((plan_id, *until)).filter(|_| until.is_none_or(|until| fact.at < until)).or(given);
        } else if matches!(fact.kind, FactKind::GivenPlanEnded { .. }) {
            given = None;
        }
    }
    given.filter(|(_, until)| until.is_none_or(|until| at < until))
}

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
    ///
    /// Down and up again inside a cycle earns nothing: what was given without a break counts, and a plan that earned its
    /// cycle there earns it once.
    pub(super) fn give(
        list: &mut Vec<Self>,
        fact: &Fact,
        plan: &'a Plan,
        until: Option<Timestamp>,
        policy: CyclePolicy,
    ) {
        let mut entry = EntryKind::Purchase;
        if let Some(current) = list.last_mut().filter(|given| given.is_open(fact.at)) {
            if current.segment.plan.id == plan.id {
                current.until = until;
                return;
            }
            current.until = Some(fact.at);
            let is_lower = plan.rank < current.segment.plan.rank;
            if is_lower || Self::unbroken(list).any(|given| given.earned(plan, fact.at, policy)) {
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

    /// The gifts that followed one another without a break, the newest first.
    fn unbroken(list: &[Self]) -> impl Iterator<Item = &Self> {
        let mut next = None;
        list.iter().rev().take_while(move |given| {
            let follows = next.is_none_or(|next| given.until == Some(next));
            next = Some(given.segment.from);
            follows
        })
    }

    /// Whether the cycle that runs at `at` was earned here, by this plan or a higher one.
    fn earned(&self, plan: &Plan, at: Timestamp, policy: CyclePolicy) -> bool {
        let cycles = Cycles::new(self.segment.from, policy, &self.segment.billing);
        let end = self.until.map_or(at, |until| until.min(at));
        let next = cycles.next_after(end);
        let has_begun = self.segment.entry == EntryKind::Purchase || next > 1;
        self.segment.plan.rank >= plan.rank && has_begun && cycles.start(next).is_some_and(|next| at < next)
    }

    pub(super) fn end(list: &mut [Self], at: Timestamp) {
        if let Some(current) = list.last_mut().filter(|given| given.is_open(at)) {
            current.until = Some(at);
        }
    }
}
