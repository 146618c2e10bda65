//! How long it takes to fold all facts of one instance and to set its books against them.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use jiff::SignedDuration;
use serde::Serialize;
use wixapp_core::account::Account;
use wixapp_core::clock::Timestamp;
use wixapp_core::derive::{Derived, Input, Policy, apply, derive};
use wixapp_core::fact::{BillingCycle, FactKind, PlanTerms};
use wixapp_core::{Catalog, Fact, InstanceId};

use crate::identity;

/// How many facts an instance has, in the three measurements.
const FACTS: [usize; 3] = [10, 100, 1_000];

/// Microseconds for one instance.
#[derive(Debug, Serialize)]
pub(crate) struct DeriveFigures {
    /// Folding 10, 100 and 1,000 facts.
    derive_us: [f64; 3],
    /// Setting books that are right already against the outcome.
    settle_us: [f64; 3],
}

/// Times both for each number of facts, as often as fits into `time`.
pub(crate) fn run(time: Duration) -> Result<DeriveFigures> {
    let mut figures = DeriveFigures { derive_us: [0.0; 3], settle_us: [0.0; 3] };
    for (place, count) in FACTS.into_iter().enumerate() {
        let (instance_id, catalog) = (identity::instance(0), Catalog::standard());
        let facts = facts(count)?;
        let now = facts.last().map_or(Timestamp::UNIX_EPOCH, |fact| fact.at);
        let input = Input {
            instance_id: &instance_id,
            facts: &facts,
            catalog: &catalog,
            policy: Policy::default(),
            now,
        };
        let mut account = books(&instance_id, &derive(input), now)?;
        figures.derive_us[place] = microseconds(time, || Ok(derive(input).due.len()))?;
        let derived = derive(input);
        figures.settle_us[place] = microseconds(time, || Ok(apply(&mut account, &derived, now)?.len()))?;
    }
    Ok(figures)
}

/// The books as the worker has left them.
fn books(instance_id: &InstanceId, derived: &Derived, now: Timestamp) -> Result<Account> {
    let mut account = Account::new(instance_id.clone());
    let done = apply(&mut account, derived, now)?;
    ensure!(!done.is_empty(), "the facts bring no credits");
    Ok(account)
}

/// An install, a purchase, and then renewal switched off and on again every day.
fn facts(count: usize) -> Result<Vec<Fact>> {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    let terms = PlanTerms {
        vendor_product_id: "starter".to_owned(),
        cycle: BillingCycle::Monthly,
        expires_at: None,
        invoice_id: Some("inv-1".to_owned()),
    };
    let kind = |number: usize| match number {
        0 => FactKind::AppInstalled { origin_instance_id: None },
        1 => FactKind::PlanPurchased(terms.clone()),
        _ if number.is_multiple_of(2) => {
            let vendor_product_id = terms.vendor_product_id.clone();
            FactKind::RenewalCancelled {
                vendor_product_id,
                immediately: false,
                in_trial: false,
                moved: false,
            }
        }
        _ => FactKind::PlanReactivated(terms.clone()),
    };
    (0..count)
        .map(|number| {
            let at = start.checked_add(SignedDuration::from_hours(i64::try_from(number)? * 24))?;
            Ok(Fact { key: format!("fact-{number:05}"), at, kind: kind(number) })
        })
        .collect()
}

fn microseconds(time: Duration, mut work: impl FnMut() -> Result<usize>) -> Result<f64> {
    let (started, mut count) = (Instant::now(), 0_u32);
    while started.elapsed() < time {
        std::hint::black_box(work()?);
        count += 1;
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / f64::from(count))
}
