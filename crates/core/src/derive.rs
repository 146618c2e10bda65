//! From facts to state: which subscription an instance has, and which credits must exist.
//!
//! [`derive()`] is a pure function of all facts of one instance, the catalogue, the policy and the time. Facts are sorted
//! before they are folded, so every order of arrival gives the same state; what must exist carries a business key, so
//! running it again changes nothing.

mod due;
mod life;

use crate::account::{Account, LedgerError};
use crate::catalog::{Catalog, Plan};
use crate::clock::Timestamp;
use crate::cycle::CyclePolicy;
use crate::entry::Cause;
use crate::fact::{self, Fact};
use crate::grant::{GrantRequest, Pool, Source};
use crate::id::InstanceId;
use crate::subscription::Subscription;

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
    /// Whether Wix should be asked for the truth: something is due that no fact confirms yet.
    pub unconfirmed: bool,
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
            ParkReason::UnknownPlan { .. } => None,
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
}

/// What must have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueKind {
    /// A plan's credits were given.
    Grant {
        /// The plan.
        plan: crate::PlanId,
        /// Why.
        source: Source,
    },
    /// The plan pool was cut to what the free plan gives.
    Reset,
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
    let mut facts = input.facts.to_vec();
    fact::sort(&mut facts);
    let mut life = Life::new(input);
    let mut parked = Vec::new();
    for fact in &facts {
        if let Err(reason) = life.fold(fact) {
            parked.push(Parked { fact: fact.key.clone(), reason });
        }
    }
    life.close();
    let mut due = due::list(&life);
    due.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
    let (subscription, next_at, unconfirmed) = life.summary();
    let next_at = parked.iter().filter_map(Parked::usable_at).chain(next_at).min();
    Derived { subscription, due, parked, next_at, unconfirmed }
}

/// Makes the books say what must have happened; returns the keys that were new.
///
/// The account must have been loaded with all used business keys.
///
/// # Errors
/// [`LedgerError::Overflow`] when the books cannot hold the sum.
pub fn apply(
    account: &mut Account,
    due: &[Due],
    catalog: &Catalog,
    now: Timestamp,
) -> Result<Vec<String>, LedgerError> {
    let mut done = Vec::new();
    for item in due {
        if item.aliases.iter().any(|alias| account.used_keys.contains(alias)) {
            continue;
        }
        let new = match &item.kind {
            DueKind::Grant { plan, source } => match catalog.find(plan) {
                Some(plan) => grant(account, item, plan, *source, catalog, now)?,
                None => false,
            },
            DueKind::Reset => {
                let cause = Cause { fact: item.fact.clone(), ..Cause::new("wix", "The paid plan ended") };
                account.reset_plan_pool(&item.key, catalog.free().credits, &cause, now)?
            }
        };
        if new {
            done.push(item.key.clone());
        }
    }
    Ok(done)
}

fn grant(
    account: &mut Account,
    item: &Due,
    plan: &Plan,
    source: Source,
    catalog: &Catalog,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    if plan.credits.is_zero() {
        return Ok(false);
    }
    let reason = match source {
        Source::Free => format!("{} credits to start with", plan.credits),
        Source::Upgrade => format!("Upgrade to {}", plan.name),
        Source::Cycle if item.fact.is_some() => format!("{} plan bought", plan.name),
        Source::Cycle | Source::TopUp | Source::Promo | Source::Adjust => {
            format!("{} plan, new cycle", plan.name)
        }
    };
    let actor = if item.fact.is_some() { "wix" } else { "cycle" };
    account.grant(
        GrantRequest {
            business_key: item.key.clone(),
            pool: Pool::Plan,
            source,
            amount: plan.credits,
            plan_id: Some(plan.id.clone()),
            catalog_version: catalog.version().to_owned(),
            effective_at: item.at,
            expires_at: None,
            cause: Cause { fact: item.fact.clone(), ..Cause::new(actor, reason) },
        },
        now,
    )
}

#[cfg(test)]
mod tests;
