//! A stretch of a paid life on one plan.

use crate::catalog::Plan;
use crate::clock::Timestamp;
use crate::cycle::{CyclePolicy, Cycles};
use crate::fact::{BillingCycle, Fact, FactKind, PlanTerms};

/// As many names of a stretch are remembered: what is granted is found by its value too, and each renewal brings a new
/// invoice.
const MAX_NAMES: usize = 4;

/// A stretch of a paid life on one plan.
#[derive(Debug, Clone)]
pub(super) struct Segment<'a> {
    pub(super) plan: &'a Plan,
    pub(super) billing: BillingCycle,
    pub(super) from: Timestamp,
    pub(super) entry: EntryKind,
    /// The fact that began it.
    pub(super) fact: String,
    /// The invoices and facts that speak of this stretch; the first is the one that counts.
    pub(super) names: Vec<String>,
    /// Until when the payments made in this stretch last.
    pub(super) covered_until: Timestamp,
    /// Whether the passing of time alone began it.
    pub(super) by_time: bool,
    /// Whether the first word of it came when it ran already.
    pub(super) told_late: bool,
}

/// How a segment began, which decides what its beginning earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// The first purchase: cycle 0.
    Purchase,
    /// A free trial: its own credits, and no cycles.
    Trial,
    /// The trial became a paid plan: cycle 0, and the cycles begin.
    Conversion,
    /// A higher plan: its credits at once, and the cycle restarts.
    Upgrade,
    /// A lower plan or another way of paying: nothing at once, the cycle goes on.
    Continue,
    /// The plan came from another site: nothing at once, the cycles begin.
    Transfer,
}

impl EntryKind {
    /// Whether cycles are counted from here.
    pub(super) fn restarts(self) -> bool {
        match self {
            Self::Purchase | Self::Trial | Self::Conversion | Self::Upgrade | Self::Transfer => true,
            Self::Continue => false,
        }
    }
}

impl<'a> Segment<'a> {
    pub(super) fn begin(fact: &Fact, plan: &'a Plan, terms: &PlanTerms, entry: EntryKind) -> Self {
        Self {
            plan,
            billing: terms.cycle.clone(),
            from: fact.at,
            entry,
            fact: fact.key.clone(),
            names: names(terms, fact),
            covered_until: fact.at,
            by_time: false,
            told_late: matches!(fact.kind, FactKind::PlanReactivated(_)),
        }
    }

    pub(super) fn add_names(&mut self, names: Vec<String>) {
        for name in names {
            if self.names.len() < MAX_NAMES && !self.names.contains(&name) {
                self.names.push(name);
            }
        }
    }

    /// The name by which its credits are known.
    pub(super) fn name(&self) -> &str {
        self.names.first().map_or(self.fact.as_str(), String::as_str)
    }
}

/// A segment with the cycles that run in it.
pub(super) struct Stretch<'s, 'a> {
    pub(super) segment: &'s Segment<'a>,
    /// The segment from which the cycles are counted.
    pub(super) restart: &'s Segment<'a>,
    pub(super) cycles: Cycles,
    pub(super) until: Option<Timestamp>,
}

impl Stretch<'_, '_> {
    /// The cycles that begin in this stretch up to `until`, with their numbers from the restart on.
    pub(super) fn starts(&self, until: Timestamp) -> impl Iterator<Item = (u32, Timestamp)> {
        let (cycles, from, end) = (self.cycles, self.segment.from, self.until);
        let first =
            if self.segment.entry.restarts() { 1 } else { cycles.next_after(from).saturating_sub(1).max(1) };
        (first..)
            .map_while(move |n| cycles.start(n).map(|at| (n, at)))
            .skip_while(move |(_, at)| *at < from)
            .take_while(move |(_, at)| *at <= until && end.is_none_or(|end| *at < end))
    }
}

/// The stretches of a life that have begun by `now`.
pub(super) fn stretches<'s, 'a>(
    segments: &'s [Segment<'a>],
    policy: CyclePolicy,
    now: Timestamp,
) -> Vec<Stretch<'s, 'a>> {
    let mut restart = None;
    let mut stretches: Vec<Stretch<'s, 'a>> = Vec::new();
    for segment in segments.iter().filter(|segment| segment.from <= now) {
        if segment.entry.restarts() {
            restart = Some(segment);
        }
        if let Some(last) = stretches.last_mut() {
            last.until = Some(segment.from);
        }
        let restart = restart.unwrap_or(segment);
        let cycles = Cycles::new(restart.from, policy, &segment.billing);
        stretches.push(Stretch { segment, restart, cycles, until: None });
    }
    stretches
}

/// The names under which a fact's plan may be known: its invoice, then the fact itself.
pub(super) fn names(terms: &PlanTerms, fact: &Fact) -> Vec<String> {
    terms.invoice_id.iter().cloned().chain([fact.key.clone()]).collect()
}

/// The invoice that is known to stand behind what a fact begins. An answer of Wix names that of the period in which it was
/// given, which may be a later one.
pub(super) fn first_invoice<'t>(terms: &'t PlanTerms, fact: &Fact) -> Option<&'t str> {
    terms.invoice_id.as_deref().filter(|_| !matches!(fact.kind, FactKind::Snapshot(_)))
}
