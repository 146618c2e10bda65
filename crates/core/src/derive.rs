//! From facts to state: which subscription an instance has, and which credits must exist.
//!
//! [`derive()`] is a pure function of all facts of one instance, the catalogue, the policy and the time. Facts are sorted
//! before they are folded, so every order of arrival gives the same state; what must exist carries a business key, so
//! running it again changes nothing.

mod due;
mod epoch;
mod given;
mod invoice;
mod life;
mod listed;
mod segment;
mod summary;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::account::{Account, LedgerError};
use crate::catalog::Catalog;
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::cycle::CyclePolicy;
use crate::fact::{self, Fact, FactKind};
use crate::grant::{Pool, Source};
use crate::id::{InstanceId, PlanId};
use crate::subscription::Subscription;

pub use given::given_plan;
use life::Life;

/// What the operator decided about plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a cycle is.
    pub cycle: CyclePolicy,
    /// What happens to the plan pool when a paid life ends.
    pub on_end: EndPolicy,
    /// Whether a duplicated site gets free credits of its own.
    pub free_for_duplicates: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { cycle: CyclePolicy::ThirtyDays, on_end: EndPolicy::Reset, free_for_duplicates: false }
    }
}

/// What happens to the plan pool when a paid life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EndPolicy {
    /// It is cut to what the free plan gives.
    #[default]
    Reset,
    /// It stays.
    Keep,
}

/// The outcome of [`derive()`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// The subscription now.
    pub subscription: Subscription,
    /// What must have happened to the credits by now, in order of time.
    pub due: Vec<Due>,
    /// Facts that cannot be used for now, with the reason.
    pub parked: Vec<Parked>,
    /// The next moment at which the outcome changes although no new fact arrives.
    pub next_at: Option<Timestamp>,
    /// Whether Wix should be asked for the truth: something is due that no fact confirms yet, or its last answer came too
    /// soon after an end or a change to be believed.
    pub unconfirmed: bool,
    /// What an operator should look at.
    pub alarms: Vec<Alarm>,
    /// The rules that were followed.
    pub rules: Rules,
    /// Whether all facts could be looked at. When some seem to lie ahead, nothing is taken back.
    pub whole: bool,
}

/// A fact that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The fact's dedupe key.
    pub fact: String,
    /// Why it waits.
    pub reason: ParkReason,
}

impl Parked {
    /// When the passing of time alone makes the fact usable.
    fn usable_at(&self) -> Option<Timestamp> {
        match self.reason {
            ParkReason::FromTheFuture { at } => Some(at),
            ParkReason::UnknownPlan { .. } | ParkReason::UnknownInvoice { .. } => None,
        }
    }
}

/// Why a fact waits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParkReason {
    /// The catalogue does not know the plan.
    #[error("the plan catalogue does not know `{vendor_product_id}`")]
    UnknownPlan {
        /// The product id as Wix names it.
        vendor_product_id: String,
    },
    /// It takes back the payment of an invoice that no other fact names.
    #[error("nothing is known of the invoice `{invoice_id}` that was refunded")]
    UnknownInvoice {
        /// The invoice.
        invoice_id: String,
    },
    /// It claims to happen more than ten minutes from now.
    #[error("it happens in the future: {at}")]
    FromTheFuture {
        /// When it claims to happen.
        at: Timestamp,
    },
}

/// Something that must have happened to the credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// The key under which it happens once.
    pub key: String,
    /// Other keys under which the same thing may have happened, when less was known of the paid life.
    pub aliases: Vec<String>,
    /// What.
    pub kind: DueKind,
    /// The fact behind it.
    pub fact: Option<String>,
    /// In words, for people.
    pub reason: String,
}

/// What must have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueKind {
    /// Credits were given.
    Grant(Portion),
    /// Credits that were given were taken back, because their payment was.
    Refund(Portion),
    /// The plan pool was cut to at most so many.
    Reset(Credits),
}

/// Credits that are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// The plan they come from.
    pub plan: Option<PlanId>,
    /// Which kind of credits.
    pub pool: Pool,
    /// Why.
    pub source: Source,
    /// How many.
    pub amount: Credits,
}

/// Something an operator should look at; the facts count all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The fact's dedupe key.
    pub fact: String,
    /// The dedupe key of the earlier fact beside which it is strange: that one may be told last.
    pub beside: String,
    /// What is strange about it.
    pub reason: AlarmReason,
}

/// Why an operator should look at a fact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlarmReason {
    /// A plan was paid while it, or another one, ran: two checkout links were both paid.
    #[error("the plan was paid twice, by the invoices {first} and {second}; each counts, refund one")]
    PaidTwice {
        /// The invoice it ran on.
        first: String,
        /// The second one.
        second: String,
    },
}

/// Which rules a derivation followed: what was given under other rules keeps its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The catalogue's version.
    pub catalog_version: String,
    /// A digest of the catalogue and the policy.
    pub digest: String,
}

/// All inputs of [`derive()`].
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Whose facts these are.
    pub instance_id: &'a InstanceId,
    /// All facts of the instance, in any order.
    pub facts: &'a [Fact],
    /// The plans.
    pub catalog: &'a Catalog,
    /// The operator's decisions.
    pub policy: Policy,
    /// The time.
    pub now: Timestamp,
}

/// Folds all facts of one instance into its subscription and the credits that must exist.
///
/// Linear in the facts and in the cycles that are due.
#[must_use]
pub fn derive(input: Input<'_>) -> Derived {
    let mut facts = moments(input.facts);
    fact::sort(&mut facts);
    let mut life = Life::new(input);
    let mut parked: Vec<Parked> = Vec::new();
    for fact in &facts {
        match life.fold(fact) {
            Err(reason) if parked.iter().all(|known| known.fact != fact.key) => {
                parked.push(Parked { fact: fact.key.clone(), reason });
            }
            Err(_) | Ok(()) => {}
        }
    }
    parked.extend(life.close());
    let mut due = due::list(&life);
    due.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
    let (subscription, next_at, unconfirmed) = life.summary();
    let next_at = parked.iter().filter_map(Parked::usable_at).chain(next_at).min();
    // With a clock that was set back, facts seem to lie ahead; what they had brought must not be taken for wrong.
    let whole = parked.iter().all(|parked| parked.usable_at().is_none());
    let (rules, alarms) = (Rules::of(&input), life.alarms);
    Derived { subscription, due, parked, alarms, next_at, unconfirmed, rules, whole }
}

/// The facts as the moments they speak of: an answer of Wix that was given twice is true at both times.
fn moments(facts: &[Fact]) -> Vec<Cow<'_, Fact>> {
    let mut moments = Vec::with_capacity(facts.len());
    let mut seen = HashSet::new();
    for fact in facts.iter().filter(|fact| seen.insert(fact.key.as_str())) {
        moments.push(Cow::Borrowed(fact));
        if let FactKind::Snapshot(snapshot) = &fact.kind
            && snapshot.seen_until > fact.at
        {
            let mut again = snapshot.clone();
            if let Some(paid) = &mut again.paid {
                paid.since = paid.since.or(Some(fact.at));
            }
            let kind = FactKind::Snapshot(again);
            moments.push(Cow::Owned(Fact { at: snapshot.seen_until, kind, key: fact.key.clone() }));
        }
    }
    moments
}

impl Rules {
    fn of(input: &Input<'_>) -> Self {
        let Policy { cycle, on_end, free_for_duplicates } = input.policy;
        let digest = format!("{}:{cycle:?}:{on_end:?}:{free_for_duplicates}", input.catalog.digest());
        Self { catalog_version: input.catalog.version().to_owned(), digest }
    }
}

/// Makes the books say what must have happened; returns the keys under which something was new.
///
/// What is missing is given, what should never have been is taken back, and what a reset cut is counted again when the
/// facts before it changed: the books are then as if all facts had been known from the start. See [`crate::settle`].
///
/// The account must have been loaded with all its grants, open holds, and used business keys.
///
/// # Errors
/// [`LedgerError::Overflow`] when the books cannot hold the sum.
pub fn apply(account: &mut Account, derived: &Derived, now: Timestamp) -> Result<Vec<String>, LedgerError> {
    crate::settle::settle(account, derived, now)
}

#[cfg(test)]
mod tests;
