//! Named lifecycles, and living through them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::*;
use crate::account::Balances;
use crate::cycle::CyclePolicy;
use crate::fact::PlanTerms;
use crate::grant::{CreditGrant, Source};

/// A named set of facts, and when it is looked at last.
pub(crate) struct Lifecycle {
    pub(crate) name: &'static str,
    pub(crate) facts: Vec<Fact>,
    pub(crate) until: Timestamp,
    pub(crate) policy: Policy,
}

fn life(name: &'static str, until: i64, facts: impl Into<Vec<Fact>>) -> Lifecycle {
    Lifecycle { name, facts: facts.into(), until: day(until), policy: Policy::default() }
}

impl Lifecycle {
    fn keep(mut self) -> Self {
        self.policy.on_end = EndPolicy::Keep;
        self
    }

    fn month(mut self) -> Self {
        self.policy.cycle = CyclePolicy::Month;
        self
    }

    pub(crate) fn derived(&self, facts: &[Fact], now: Timestamp) -> Derived {
        let instance_id = &"i".parse().unwrap();
        derive(Input { instance_id, facts, catalog: catalog(), policy: self.policy, now })
    }

    pub(crate) fn settle(&self, account: &mut Account, facts: &[Fact], now: Timestamp) -> Vec<String> {
        let derived = self.derived(facts, now);
        let new = apply(account, &derived, now).unwrap();
        assert_eq!(account.check(), Ok(()), "{}", self.name);
        assert_eq!(account.balances.held, 0, "{}", self.name);
        new
    }

    /// Lives through the facts in the order in which they arrive; `after` are looks without a new fact, in days.
    pub(crate) fn lived(&self, facts: &[Fact], after: &[i64]) -> Account {
        let mut account = Account::new("i".parse().unwrap());
        let mut at = Timestamp::MIN;
        for n in 1..=facts.len() {
            let fact = &facts[n - 1];
            let seen = match &fact.kind {
                FactKind::Snapshot(snapshot) => snapshot.seen_until,
                _ => fact.at,
            };
            at = at.max(seen);
            self.settle(&mut account, &facts[..n], at);
            for days in after {
                at = at.max((at + jiff::SignedDuration::from_hours(24 * days)).min(self.until));
                self.settle(&mut account, &facts[..n], at);
            }
        }
        self.settle(&mut account, facts, self.until);
        let again = self.settle(&mut account, facts, self.until);
        assert_eq!(again, Vec::<String>::new(), "{}: settling again changes nothing", self.name);
        account
    }

    /// What must be the same whatever the order in which `facts` arrived: the subscription, the balances, and the grants that
    /// count.
    pub(crate) fn outcome(&self, facts: &[Fact], account: &Account) -> Outcome {
        let subscription = self.derived(facts, self.until).subscription;
        let mut grants: BTreeMap<String, usize> = BTreeMap::new();
        for grant in account.grants.iter().filter(|grant| is_given(grant)) {
            let plan = grant.plan_id.as_ref().map_or("", |plan| plan.as_str());
            let name = format!("{} {plan} {} {}", grant.pool.as_str(), grant.amount, grant.effective_at);
            *grants.entry(name).or_default() += 1;
        }
        Outcome { subscription, balances: account.balances, grants }
    }
}

fn is_given(grant: &CreditGrant) -> bool {
    !grant.taken_back && grant.source != Source::Carried
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    subscription: Subscription,
    balances: Balances,
    grants: BTreeMap<String, usize>,
}

impl Outcome {
    pub(crate) fn hash(&self) -> String {
        hex::encode(Sha256::digest(format!("{self:?}")))
    }
}

pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: std::sync::LazyLock<Catalog> = std::sync::LazyLock::new(with_a_top_up);
    &CATALOG
}

fn with_a_top_up() -> Catalog {
    let text = include_str!("../../../catalogs/standard.toml");
    let more = "[[top_up]]\nid='thousand'\nname='1,000 credits'\ncredits=1_000\n";
    Catalog::from_toml(&format!("{text}\n{more}")).unwrap()
}

pub(crate) fn lives() -> Vec<Lifecycle> {
    use super::stage::*;
    let start = || vec![installed(0), purchased(0, "starter", "inv-1")];
    let with = |more: &[Fact]| [start(), more.to_vec()].concat();
    let seen = |at: i64, product: &str, invoice: &str, since: i64| {
        snapshot(day(at), Some((product, invoice, true)), Some(day(since)))
    };
    let free = |at: i64| snapshot(day(at), None, None);
    let yearly = |at: i64, product: &str, invoice: &str| {
        let terms = PlanTerms {
            cycle: BillingCycle::Yearly,
            expires_at: Some(day(at + 365)),
            ..terms(product, invoice)
        };
        fact(day(at), FactKind::PlanPurchased(terms))
    };
    vec![
        life("install only", 5, [installed(0)]),
        life("install, removed, reinstalled", 40, [installed(0), removed(3), installed(6)]),
        life("plain purchase", 10, start()),
        life(
            "purchase confirmed for months",
            100,
            with(&[seen(31, "starter", "inv-2", 0), seen(95, "starter", "inv-4", 0)]),
        ),
        life("purchase and its snapshot", 20, with(&[seen(1, "starter", "inv-1", 0)])),
        life(
            "purchase without invoice and its snapshot",
            20,
            [installed(0), purchased(0, "starter", ""), seen(1, "starter", "inv-1", 0)],
        ),
        life("snapshots alone", 70, [seen(1, "pro", "inv-1", 0), seen(40, "pro", "inv-2", 0)]),
        life(
            "snapshot that knows no start",
            40,
            [seen_without_start(5, "starter", "inv-1"), purchased(1, "starter", "inv-1"), installed(0)],
        ),
        life("upgrade", 20, with(&[changed(10, "pro")])),
        life(
            "upgrade learned after later cycles",
            100,
            with(&[changed(20, "pro"), seen(95, "pro", "inv-3", 20)]),
        ),
        life(
            "upgrade seen in a snapshot first",
            40,
            with(&[changed(10, "pro"), seen(12, "pro", "inv-2", 10)]),
        ),
        life(
            "two upgrades",
            70,
            with(&[changed(5, "pro"), changed(8, "scale"), seen(66, "scale", "inv-3", 8)]),
        ),
        life(
            "upgrade and downgrade",
            70,
            with(&[changed(5, "pro"), changed(12, "starter"), seen(66, "starter", "inv-3", 36)]),
        ),
        life(
            "ping-pong",
            28,
            with(&[changed(5, "pro"), changed(6, "starter"), changed(7, "pro"), changed(8, "starter")]),
        ),
        life(
            "downgrade that a later answer contradicts",
            60,
            [installed(0), purchased(0, "pro", "inv-1"), changed(10, "starter"), seen(40, "pro", "inv-2", 0)],
        ),
        life(
            "downgrade, seen while it is pending",
            60,
            [
                installed(0),
                purchased(0, "pro", "inv-1"),
                changed(10, "starter"),
                seen(12, "pro", "inv-1", 0),
                seen(45, "starter", "inv-2", 31),
            ],
        ),
        life("cancelled, and over", 60, with(&[cancelled(5, "starter")])),
        life("cancelled, and over, kept", 60, with(&[cancelled(5, "starter")])).keep(),
        life("cancelled and reactivated", 28, with(&[cancelled(5, "starter"), reactivated(7, "starter")])),
        life(
            "cancelled, reactivated and confirmed",
            70,
            with(&[cancelled(5, "starter"), reactivated(7, "starter"), seen(65, "starter", "inv-3", 0)]),
        ),
        life("cancelled at once", 40, with(&[ended(5, "starter")])),
        life("cancelled at once before an upgrade", 40, with(&[ended(5, "starter"), changed(10, "pro")])),
        life(
            "cancelled at once before an upgrade, kept",
            40,
            with(&[ended(5, "starter"), changed(10, "pro"), seen(12, "pro", "inv-2", 10)]),
        )
        .keep(),
        life(
            "cancelled at once after it was over",
            60,
            with(&[cancelled(5, "starter"), ended(45, "starter")]),
        ),
        life(
            "bought again after the end",
            80,
            with(&[cancelled(5, "starter"), purchased(50, "pro", "inv-2")]),
        ),
        life(
            "two lives and both over",
            120,
            with(&[cancelled(5, "starter"), purchased(50, "pro", "inv-2"), cancelled(55, "pro")]),
        ),
        life("bought again at once", 25, with(&[ended(10, "starter"), purchased(10, "pro", "inv-2")])),
        life(
            "another plan after cancelling",
            50,
            with(&[cancelled(5, "starter"), changed(10, "pro"), seen(45, "pro", "inv-2", 10)]),
        ),
        life("expired silently", 60, with(&[seen(20, "starter", "inv-1", 0), free(50)])),
        life(
            "an answer that knows better than the end",
            70,
            with(&[cancelled(5, "starter"), seen(40, "starter", "inv-2", 0)]),
        ),
        life(
            "failed payment",
            80,
            with(&[invoiced(31, "inv-2", InvoiceStatus::PaymentFailed), seen(65, "starter", "inv-1", 0)]),
        ),
        life(
            "failed and recovered",
            100,
            with(&[
                invoiced(31, "inv-2", InvoiceStatus::PaymentFailed),
                invoiced(70, "inv-2", InvoiceStatus::Paid),
                seen(95, "starter", "inv-4", 0),
            ]),
        ),
        life("refund", 20, with(&[invoiced(4, "inv-1", InvoiceStatus::Refunded)])),
        life(
            "refund after the end",
            60,
            with(&[cancelled(3, "starter"), invoiced(40, "inv-1", InvoiceStatus::ChargedBack)]),
        ),
        life(
            "refund of an upgrade",
            30,
            with(&[changed_by(10, "pro", "inv-2"), invoiced(15, "inv-2", InvoiceStatus::Refunded)]),
        ),
        life(
            "refund that was taken back",
            30,
            with(&[
                invoiced(4, "inv-1", InvoiceStatus::ChargedBack),
                invoiced(9, "inv-1", InvoiceStatus::Paid),
            ]),
        ),
        life("trial, converted", 50, with(&[trial(1, "starter", "inv-1", 0), converted(14, "starter")])),
        life(
            "trial, conversion seen only",
            50,
            with(&[trial(1, "starter", "inv-1", 0), seen(20, "starter", "inv-1", 0)]),
        ),
        life(
            "trial, conversion event and answer",
            50,
            with(&[
                trial(1, "starter", "inv-1", 0),
                seen(20, "starter", "inv-1", 0),
                converted(14, "starter"),
            ]),
        ),
        life(
            "trial, cancelled",
            50,
            with(&[trial(1, "starter", "inv-1", 0), cancelled_in_trial(9, "starter")]),
        ),
        life("trial known by its end only", 50, with(&[cancelled_in_trial(9, "starter")])),
        life("two links paid", 20, with(&[purchased(0, "starter", "inv-2")])),
        life(
            "two links paid, one refunded",
            20,
            with(&[purchased(1, "starter", "inv-2"), invoiced(3, "inv-2", InvoiceStatus::Refunded)]),
        ),
        life("monthly to yearly", 28, with(&[changed_to_yearly(10, "starter")])),
        life("yearly", 364, [installed(0), yearly(0, "pro", "inv-1"), cancelled(3, "pro")]),
        life("yearly, over", 400, [installed(0), yearly(0, "pro", "inv-1"), cancelled(3, "pro")]).month(),
        life(
            "yearly to a lower plan",
            100,
            [installed(0), yearly(0, "pro", "inv-1"), changed(30, "starter")],
        ),
        life("removed with a plan", 90, with(&[removed(20), installed(80)])),
        life(
            "bought while removed",
            40,
            [installed(0), removed(2), purchased(5, "starter", "inv-1"), installed(9)],
        ),
        life(
            "bought while removed, still removed",
            40,
            [installed(0), removed(2), purchased(5, "starter", "inv-1")],
        ),
        life("transferred", 28, with(&[transferred(9, "starter")])),
        life(
            "transferred from elsewhere",
            50,
            [installed(0), transferred(3, "starter"), seen(40, "starter", "inv-9", 3)],
        ),
        life(
            "duplicated site",
            40,
            [copied(0), purchased(5, "starter", "inv-1"), seen(6, "starter", "inv-1", 5)],
        ),
        life("unknown plan", 40, with(&[changed(8, "platinum"), cancelled(10, "platinum")])),
        life("top-up", 60, with(&[purchased(3, "thousand", "inv-t"), cancelled(5, "starter")])),
        life(
            "top-up refunded",
            60,
            with(&[purchased(3, "thousand", "inv-t"), invoiced(5, "inv-t", InvoiceStatus::Refunded)]),
        ),
        life("given plan", 100, [installed(0), given(2, "scale", Some(70)), given_ended(65)]),
        life(
            "given plan over a paid one",
            100,
            with(&[given(2, "scale", Some(20)), cancelled(10, "starter")]),
        ),
        life(
            "paid plan under a given one",
            100,
            with(&[given(2, "scale", Some(80)), cancelled(10, "starter")]),
        ),
        life(
            "everything at one moment",
            40,
            [
                installed(0),
                purchased(0, "starter", "inv-1"),
                changed(0, "pro"),
                cancelled(0, "pro"),
                seen(0, "pro", "inv-1", 0),
            ],
        ),
        life("month policy", 100, with(&[changed(30, "pro"), seen(95, "pro", "inv-3", 30)])).month(),
    ]
}
