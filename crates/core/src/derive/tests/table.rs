//! The credit arithmetic of the contract (billing-rules §3), each row.

use super::*;
use crate::cycle::CyclePolicy;
use crate::fact::{PaidSnapshot, PlanTerms, Snapshot};
use crate::grant::GrantRequest;

/// An account with `before` credits in the plan pool besides what its facts give, or less by a spend.
fn with_balance(facts: &[Fact], at: i64, before: i64) -> Account {
    let mut account = site();
    look(&mut account, facts, at);
    let missing = before - account.balances.available();
    let cause = crate::entry::Cause::new("test", "to begin with");
    if missing < 0 {
        account.spend("before", "publish", credits(-missing), &cause, day(at)).unwrap();
    } else if missing > 0 {
        let request = GrantRequest {
            business_key: "before".into(),
            pool: Pool::Plan,
            source: Source::Adjust,
            amount: credits(missing),
            plan_id: None,
            catalog_version: String::new(),
            effective_at: day(at),
            expires_at: None,
            cause,
        };
        account.grant(request, day(at)).unwrap();
    }
    account
}

fn paid(product: &str) -> Vec<Fact> {
    vec![installed(0), purchased(0, product, "inv-1")]
}

#[rstest::rstest]
#[case::install(vec![], 0, installed(1), 1, 200)]
#[case::free_to_starter(vec![installed(0)], 200, purchased(1, "starter", "inv-1"), 1, 1_200)]
#[case::starter_to_pro(paid("starter"), 1_200, changed(1, "pro"), 1, 6_200)]
#[case::pro_to_scale(paid("pro"), 6_200, changed(1, "scale"), 1, 31_200)]
#[case::scale_to_pro_keeps_all(paid("scale"), 31_200, changed(1, "pro"), 1, 31_200)]
#[case::pro_to_starter_keeps_all(paid("pro"), 6_200, changed(1, "starter"), 1, 6_200)]
#[case::starter_to_free(paid("starter"), 1_200, ended(1, "starter"), 1, 200)]
#[case::starter_cycle(paid("starter"), 500, invoiced(30, "inv-2", InvoiceStatus::Paid), 30, 1_500)]
#[case::pro_cycle(paid("pro"), 2_000, invoiced(30, "inv-2", InvoiceStatus::Paid), 30, 7_000)]
fn each_row_of_the_contract_holds(
    #[case] mut facts: Vec<Fact>,
    #[case] before: i64,
    #[case] action: Fact,
    #[case] at: i64,
    #[case] after: i64,
) {
    let mut account = with_balance(&facts, 0, before);
    assert_eq!(account.balances.available(), before);
    facts.push(action);
    look(&mut account, &facts, at);
    assert_eq!(account.balances.available(), after);
}

/// The month that was paid for has 31 days: its second cycle is still one of the higher plan.
#[test]
fn a_lower_plan_keeps_all_when_it_begins_and_gives_its_own_cycle_once_that_is_paid() {
    let mut facts = paid("scale");
    let mut account = with_balance(&facts, 0, 31_200);
    facts.push(changed(1, "pro"));
    let mut balance = |facts: &[Fact], at: i64| {
        look(&mut account, facts, at);
        account.balances.available()
    };
    let unpaid = [1, 29, 30, 32, 59, 61].map(|at| balance(&facts, at));
    assert_eq!(unpaid, [31_200, 31_200, 56_200, 56_200, 56_200, 56_200]);
    facts.extend([invoiced(32, "inv-2", InvoiceStatus::Paid), invoiced(60, "inv-3", InvoiceStatus::Paid)]);
    let paid = [61, 89].map(|at| balance(&facts, at));
    assert_eq!(paid, [61_200, 61_200]);
}

#[test]
fn to_free_keeps_all_under_the_policy_keep() {
    let facts = [installed(0), purchased(0, "starter", "inv-1"), ended(1, "starter")];
    let (instance_id, catalog) = (&"i".parse().unwrap(), &Catalog::standard());
    let policy = Policy { on_end: EndPolicy::Keep, ..Policy::default() };
    let derived = derive(Input { instance_id, facts: &facts, catalog, policy, now: day(2) });
    let mut account = site();
    apply(&mut account, &derived, day(2)).unwrap();
    assert_eq!(account.balances.available(), 1_200);
}

#[test]
fn an_end_touches_neither_what_was_bought_nor_what_was_given() {
    let mut account = site();
    let mut facts = paid("starter");
    look(&mut account, &facts, 0);
    for (pool, key) in [(Pool::Purchased, "topup:x"), (Pool::Promo, "promo:i:X")] {
        let request = GrantRequest {
            business_key: key.into(),
            pool,
            source: Source::TopUp,
            amount: credits(70),
            plan_id: None,
            catalog_version: String::new(),
            effective_at: day(0),
            expires_at: None,
            cause: crate::entry::Cause::new("test", "bought"),
        };
        let request = GrantRequest {
            source: if pool == Pool::Promo { Source::Promo } else { Source::Adjust },
            ..request
        };
        account.grant(request, day(0)).unwrap();
    }
    facts.push(ended(1, "starter"));
    look(&mut account, &facts, 2);
    let b = account.balances;
    assert_eq!((b.plan, b.purchased, b.promo), (200, 70, 70));
}

/// The days on which a plan's credits come until day `until`, for a plan that Wix confirms at the end.
fn grant_days(cycle: BillingCycle, policy: CyclePolicy, start: &str, until: i64) -> Vec<i64> {
    let start: Timestamp = start.parse().unwrap();
    let at = |days: i64| start + jiff::SignedDuration::from_hours(24 * days);
    let terms = PlanTerms { cycle, ..terms("starter", "inv-1") };
    let purchase = fact(start, FactKind::PlanPurchased(terms.clone()));
    let paid = PaidSnapshot { terms, since: Some(start), auto_renewing: true, in_trial: false };
    let seen = fact(at(until), FactKind::Snapshot(Snapshot { paid: Some(paid), seen_until: at(until) }));
    let (instance_id, catalog) = (&"i".parse().unwrap(), &Catalog::standard());
    let policy = Policy { cycle: policy, ..Policy::default() };
    let facts = [purchase, seen];
    let due = derive(Input { instance_id, facts: &facts, catalog, policy, now: at(until) }).due;
    let cycles = due.into_iter().filter(|due| due.key.starts_with("cycle:"));
    cycles.map(|due| due.at.duration_since(start).as_hours() / 24).collect()
}

#[test]
fn a_month_of_30_days_gives_13_cycles_from_day_0_to_day_360_and_a_calendar_month_12() {
    let days = grant_days(BillingCycle::Monthly, CyclePolicy::ThirtyDays, "2026-01-01T00:00:00Z", 364);
    assert_eq!(days, (0..=12).map(|n| n * 30).collect::<Vec<_>>());
    let days = grant_days(BillingCycle::Monthly, CyclePolicy::Month, "2026-01-01T00:00:00Z", 364);
    assert_eq!(days.len(), 12);
}

#[rstest::rstest]
#[case(BillingCycle::Yearly, 1)]
#[case(BillingCycle::TwoYears, 2)]
#[case(BillingCycle::ThreeYears, 3)]
#[case(BillingCycle::FourYears, 4)]
#[case(BillingCycle::FiveYears, 5)]
fn a_paid_year_gives_12_cycles_under_either_policy(#[case] cycle: BillingCycle, #[case] years: usize) {
    for policy in [CyclePolicy::ThirtyDays, CyclePolicy::Month] {
        let until = 365 * i64::try_from(years).unwrap() - 1;
        let days = grant_days(cycle.clone(), policy, "2025-01-01T00:00:00Z", until);
        assert_eq!(days.len(), 12 * years, "{policy:?}");
        // No year has more than 12, wherever it is begun with a payment.
        for year in 0..i64::try_from(years).unwrap() {
            let of_year = days.iter().filter(|days| (year * 365..(year + 1) * 365).contains(*days));
            assert_eq!(of_year.count(), 12, "{policy:?} year {year}");
        }
    }
}

#[rstest::rstest]
#[case("2024-01-29T10:00:00Z")]
#[case("2024-01-30T10:00:00Z")]
#[case("2024-01-31T10:00:00Z")]
fn anchors_at_a_months_end_give_one_cycle_a_month_for_8_years(#[case] start: &str) {
    let days = grant_days(BillingCycle::Monthly, CyclePolicy::Month, start, 8 * 365);
    let start: Timestamp = start.parse().unwrap();
    let months: Vec<String> = days
        .iter()
        .map(|days| (start + jiff::SignedDuration::from_hours(24 * days)).to_string()[..7].to_owned())
        .collect();
    assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(months.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(days.len(), 8 * 12);
}
