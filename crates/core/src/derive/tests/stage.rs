//! Facts of a site, and living through them.

use super::super::*;
use crate::fact::{BillingCycle, FactKind, PaidSnapshot, PlanTerms, Snapshot};

pub(crate) const DAY_0: &str = "2026-01-01T00:00:00Z";

pub(crate) fn day(n: i64) -> Timestamp {
    DAY_0.parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(24 * n)
}

pub(crate) fn terms(product: &str, invoice: &str) -> PlanTerms {
    PlanTerms {
        vendor_product_id: product.into(),
        cycle: BillingCycle::Monthly,
        expires_at: None,
        invoice_id: (!invoice.is_empty()).then(|| invoice.into()),
    }
}

pub(crate) fn fact(at: Timestamp, kind: FactKind) -> Fact {
    // Like the server's: the same content gives the same key.
    Fact {
        key: format!(
            "f{:x}",
            serde_json::to_string(&(at, &kind))
                .unwrap()
                .bytes()
                .fold(7u64, |h, b| h.wrapping_mul(131) ^ u64::from(b))
        ),
        at,
        kind,
    }
}

pub(crate) fn installed(at: i64) -> Fact {
    fact(day(at), FactKind::AppInstalled { origin_instance_id: None })
}

pub(crate) fn purchased(at: i64, product: &str, invoice: &str) -> Fact {
    fact(day(at), FactKind::PlanPurchased(terms(product, invoice)))
}

pub(crate) fn changed(at: i64, product: &str) -> Fact {
    fact(day(at), FactKind::PlanChanged { terms: terms(product, ""), previous_vendor_product_id: None })
}

pub(crate) fn cancelled(at: i64, product: &str) -> Fact {
    let vendor_product_id = product.into();
    fact(
        day(at),
        FactKind::RenewalCancelled { vendor_product_id, immediately: false, in_trial: false, moved: false },
    )
}

pub(crate) fn snapshot(at: Timestamp, paid: Option<(&str, &str, bool)>, since: Option<Timestamp>) -> Fact {
    let paid = paid.map(|(product, invoice, auto_renewing)| PaidSnapshot {
        terms: terms(product, invoice),
        since,
        auto_renewing,
        in_trial: false,
    });
    fact(at, FactKind::Snapshot(Snapshot { paid, seen_until: at }))
}

pub(crate) fn derived(facts: &[Fact], now: Timestamp) -> Derived {
    let instance_id = &"i".parse().unwrap();
    derive(Input { instance_id, facts, catalog: &Catalog::standard(), policy: Policy::default(), now })
}

/// Lives through the facts in the order of their arrival, deriving after each as the worker does, and once more at
/// `now`; returns the books.
pub(crate) fn lived(facts: &[Fact], now: Timestamp) -> Account {
    let mut account = Account::new("i".parse().unwrap());
    let arrivals =
        (1..=facts.len()).map(|n| (n, facts[..n].iter().map(|fact| fact.at).max().unwrap().min(now)));
    for (n, at) in arrivals.chain([(facts.len(), now)]) {
        let derived = derived(&facts[..n], at);
        apply(&mut account, &derived, at).unwrap();
    }
    account
}

/// Lets the worker look at `facts` on day `at`; returns what was new.
pub(crate) fn look(account: &mut Account, facts: &[Fact], at: i64) -> Vec<String> {
    let new = apply(account, &derived(facts, day(at)), day(at)).unwrap();
    assert_eq!(account.check(), Ok(()));
    new
}

pub(crate) fn site() -> Account {
    Account::new("i".parse().unwrap())
}

pub(crate) fn credits(amount: i64) -> Credits {
    Credits::new(amount).unwrap()
}

/// The keys of the grants that count, in order.
pub(crate) fn effective(account: &Account) -> Vec<&str> {
    let counts = account.grants.iter().filter(|g| !g.taken_back && g.source != Source::Carried);
    let mut keys: Vec<&str> = counts.map(|grant| grant.business_key.as_str()).collect();
    keys.sort_unstable();
    keys
}

pub(crate) fn balance(facts: &[Fact], now: Timestamp) -> i64 {
    lived(facts, now).balances.available()
}

pub(crate) fn removed(at: i64) -> Fact {
    fact(day(at), FactKind::AppRemoved)
}

pub(crate) fn copied(at: i64) -> Fact {
    fact(day(at), FactKind::AppInstalled { origin_instance_id: Some("original".into()) })
}

pub(crate) fn changed_by(at: i64, product: &str, invoice: &str) -> Fact {
    fact(day(at), FactKind::PlanChanged { terms: terms(product, invoice), previous_vendor_product_id: None })
}

pub(crate) fn changed_to_yearly(at: i64, product: &str) -> Fact {
    let terms = PlanTerms { cycle: BillingCycle::Yearly, ..terms(product, "") };
    fact(day(at), FactKind::PlanChanged { terms, previous_vendor_product_id: None })
}

pub(crate) fn reactivated(at: i64, product: &str) -> Fact {
    fact(day(at), FactKind::PlanReactivated(terms(product, "")))
}

pub(crate) fn transferred(at: i64, product: &str) -> Fact {
    fact(day(at), FactKind::PlanTransferred(terms(product, "")))
}

pub(crate) fn converted(at: i64, product: &str) -> Fact {
    fact(day(at), FactKind::TrialConverted(terms(product, "")))
}

pub(crate) fn ended(at: i64, product: &str) -> Fact {
    let vendor_product_id = product.into();
    fact(
        day(at),
        FactKind::RenewalCancelled { vendor_product_id, immediately: true, in_trial: false, moved: false },
    )
}

pub(crate) fn cancelled_in_trial(at: i64, product: &str) -> Fact {
    let vendor_product_id = product.into();
    fact(
        day(at),
        FactKind::RenewalCancelled { vendor_product_id, immediately: false, in_trial: true, moved: false },
    )
}

pub(crate) fn invoiced(at: i64, invoice_id: &str, status: crate::fact::InvoiceStatus) -> Fact {
    fact(
        day(at),
        FactKind::InvoiceUpdated {
            invoice_id: invoice_id.into(),
            status,
            recurring: None,
            noted: None,
            undated: false,
        },
    )
}

pub(crate) fn given(at: i64, plan_id: &str, until: Option<i64>) -> Fact {
    let plan_id = plan_id.parse().unwrap();
    let (actor, reason) = ("kim".into(), "a friend of the house".into());
    fact(day(at), FactKind::PlanGiven { plan_id, until: until.map(day), actor, reason })
}

pub(crate) fn given_ended(at: i64) -> Fact {
    fact(day(at), FactKind::GivenPlanEnded { actor: "kim".into(), reason: "as agreed".into() })
}

/// An answer of Wix in the free trial of a plan.
pub(crate) fn trial(at: i64, product: &str, invoice: &str, since: i64) -> Fact {
    let paid = PaidSnapshot {
        terms: terms(product, invoice),
        since: Some(day(since)),
        auto_renewing: true,
        in_trial: true,
    };
    fact(day(at), FactKind::Snapshot(Snapshot { paid: Some(paid), seen_until: day(at) }))
}

pub(crate) fn seen_without_start(at: i64, product: &str, invoice: &str) -> Fact {
    snapshot(day(at), Some((product, invoice, true)), None)
}
