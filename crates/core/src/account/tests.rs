mod hand;
mod undo;

use super::*;
use crate::credits::Credits;
use crate::grant::Source;
use crate::hold::{HoldState, ReserveRequest};
use crate::reason::Reason;
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// When what the tests give counts from: a reset at [`now`] comes after it.
fn before() -> Timestamp {
    "2025-12-31T00:00:00Z".parse().unwrap()
}

fn credits(amount: i64) -> Credits {
    Credits::new(amount).unwrap()
}

fn give(
    account: &mut Account,
    key: &str,
    pool: Pool,
    amount: i64,
    expires_at: Option<&str>,
) -> Result<bool, LedgerError> {
    let request = GrantRequest {
        business_key: key.into(),
        pool,
        source: Source::Adjust,
        amount: credits(amount),
        plan_id: None,
        catalog_version: "1".into(),
        effective_at: before(),
        expires_at: expires_at.map(|t| t.parse().unwrap()),
        cause: Cause::new("test", "given"),
    };
    account.grant(request, now())
}

fn account() -> Account {
    Account::new("inst-1".parse().unwrap())
}

fn reserve(account: &mut Account, key: &str, amount: i64) -> Result<Hold, LedgerError> {
    let request = ReserveRequest {
        key: key.into(),
        action: "publish".into(),
        amount: credits(amount),
        expires_at: None,
    };
    account.reserve(request, now())
}

fn verify_chain(account: &Account) {
    let mut previous = GENESIS.to_owned();
    for entry in &account.changes.entries {
        assert_eq!(entry.hash, entry.chain(&previous), "entry {}", entry.seq);
        previous.clone_from(&entry.hash);
    }
    assert_eq!(account.head, previous);
}

#[test]
fn what_an_app_calls_its_work_is_no_reason_of_the_books() {
    let mut account = account();
    give(&mut account, "promo:1", Pool::Promo, 5, Some("2026-01-02T00:00:00Z")).unwrap();
    let request = ReserveRequest {
        key: "k".into(),
        action: "image bought".into(),
        amount: credits(5),
        expires_at: None,
    };
    let hold = account.reserve(request, now()).unwrap();
    let later = "2026-01-03T00:00:00Z".parse().unwrap();
    account.expire_grants(later).unwrap();
    account.void(&hold.id, later).unwrap();
    let codes = account.changes.entries.iter().map(|entry| entry.code);
    assert!(codes.clone().any(|code| code == EntryCode::Expire), "{:?}", codes.collect::<Vec<_>>());
    assert!(account.changes.entries.iter().all(|entry| Reason::of(entry).is_none()));
}

#[test]
fn a_grant_counts_once_under_its_key() {
    let mut account = account();
    assert_eq!(give(&mut account, "free:inst-1", Pool::Plan, 200, None), Ok(true));
    assert_eq!(give(&mut account, "free:inst-1", Pool::Plan, 200, None), Ok(false));
    assert_eq!(account.available(), credits(200));
    assert_eq!(account.changes.entries.len(), 1);
}

#[test]
fn spending_draws_earliest_expiry_then_promo_plan_purchased() {
    let mut account = account();
    give(&mut account, "a", Pool::Purchased, 10, None).unwrap();
    give(&mut account, "b", Pool::Plan, 10, None).unwrap();
    give(&mut account, "c", Pool::Promo, 10, None).unwrap();
    give(&mut account, "d", Pool::Plan, 10, Some("2026-02-01T00:00:00Z")).unwrap();
    let hold = reserve(&mut account, "k", 35).unwrap();
    let drawn: Vec<_> = hold.draws.iter().map(|d| (d.pool, d.amount.get())).collect();
    assert_eq!(drawn, [(Pool::Plan, 10), (Pool::Promo, 10), (Pool::Plan, 10), (Pool::Purchased, 5)]);
    assert_eq!(account.check(), Ok(()));
}

#[test]
fn reserve_twice_with_same_key_is_one_hold() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 10, None).unwrap();
    let first = reserve(&mut account, "k", 3).unwrap();
    assert_eq!(reserve(&mut account, "k", 3).unwrap(), first);
    assert_eq!(account.balances.held, 3);
}

#[test]
fn a_hold_ends_once() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 10, None).unwrap();
    let hold = reserve(&mut account, "k", 4).unwrap();
    account.post(&hold.id, None, now()).unwrap();
    let ended = LedgerError::HoldEnded { state: HoldState::Posted };
    assert_eq!(account.post(&hold.id, None, now()), Err(ended.clone()));
    assert_eq!(account.void(&hold.id, now()), Err(ended));
    assert_eq!((account.balances.spent, account.balances.held), (4, 0));
}

#[test]
fn a_partial_post_returns_the_rest_to_where_it_came_from() {
    let mut account = account();
    give(&mut account, "a", Pool::Promo, 2, None).unwrap();
    give(&mut account, "b", Pool::Plan, 8, None).unwrap();
    let hold = reserve(&mut account, "k", 6).unwrap();
    let posted = account.post(&hold.id, Some(credits(1)), now()).unwrap();
    assert_eq!((posted.state, posted.posted), (HoldState::Posted, credits(1)));
    assert_eq!((account.balances.promo, account.balances.plan, account.balances.spent), (1, 8, 1));
    assert_eq!(account.check(), Ok(()));
}

#[test]
fn post_after_expiry_is_refused_and_the_credits_come_back() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 5, None).unwrap();
    let until = Some("2026-01-01T00:01:00Z".parse().unwrap());
    let request =
        ReserveRequest { key: "k".into(), action: "x".into(), amount: credits(5), expires_at: until };
    let hold = account.reserve(request, now()).unwrap();
    let later = "2026-01-01T00:01:00Z".parse().unwrap();
    assert_eq!(
        account.post(&hold.id, None, later),
        Err(LedgerError::HoldEnded { state: HoldState::Expired })
    );
    assert_eq!(account.expire_holds(later), Ok(1));
    assert_eq!(account.holds[0].state, HoldState::Expired);
    assert_eq!(account.available(), credits(5));
}

#[test]
fn a_reset_cuts_the_plan_pool_only_and_only_once() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 1_200, None).unwrap();
    give(&mut account, "b", Pool::Purchased, 50, None).unwrap();
    let cause = Cause::new("wix", "the plan ended");
    assert_eq!(account.reset_plan_pool("reset:1", credits(200), &cause, now()), Ok(true));
    assert_eq!(
        (account.balances.plan, account.balances.purchased, account.balances.expired),
        (200, 50, 1_000)
    );
    give(&mut account, "c", Pool::Plan, 300, None).unwrap();
    assert_eq!(account.reset_plan_pool("reset:1", credits(200), &cause, now()), Ok(false));
    assert_eq!(account.balances.plan, 500);
    assert_eq!(account.check(), Ok(()));
}

#[test]
fn limits_of_i64_are_errors_and_change_nothing() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, i64::MAX, None).unwrap();
    let before = account.clone();
    assert_eq!(give(&mut account, "b", Pool::Plan, 1, None), Err(LedgerError::Overflow));
    assert_eq!(give(&mut account, "c", Pool::Promo, 1, None), Err(LedgerError::Overflow));
    assert_eq!(account.balances, before.balances);
    assert_eq!(account.seq, before.seq);
    assert!(!account.used_keys.contains("b"));
}

#[test]
fn zero_is_no_amount() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 5, None).unwrap();
    assert_eq!(reserve(&mut account, "k", 0), Err(LedgerError::BadAmount));
    assert_eq!(give(&mut account, "b", Pool::Plan, 0, None), Err(LedgerError::BadAmount));
    let hold = reserve(&mut account, "k", 5).unwrap();
    assert_eq!(account.post(&hold.id, Some(credits(6)), now()), Err(LedgerError::BadAmount));
}

#[derive(Debug, Clone)]
enum Step {
    Grant(Pool, i64),
    Spend(i64),
    Reserve(i64),
    Post(usize, i64),
    Void(usize),
    Reset(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let amount = 0i64..50;
    prop_oneof![
        (prop::sample::select(Pool::ALL.to_vec()), amount.clone()).prop_map(|(p, a)| Step::Grant(p, a)),
        amount.clone().prop_map(Step::Spend),
        amount.clone().prop_map(Step::Reserve),
        (0usize..8, amount.clone()).prop_map(|(i, a)| Step::Post(i, a)),
        (0usize..8).prop_map(Step::Void),
        amount.prop_map(Step::Reset),
    ]
}

proptest! {
    #[test]
    fn any_sequence_keeps_the_books_whole(steps in prop::collection::vec(step(), 0..60)) {
        let mut account = account();
        let cause = Cause::new("test", "step");
        for (n, step) in steps.into_iter().enumerate() {
            let hold_at = |account: &Account, i: usize| account.holds.get(i).map(|h| h.id.clone());
            // Refusals are fine; what they must not do is change the books.
            let before = account.clone();
            let done = match step {
                Step::Grant(pool, amount) => give(&mut account, &format!("g{n}"), pool, amount, None).is_ok(),
                Step::Spend(amount) => account.spend(&format!("s{n}"), "x", credits(amount), &cause, now()).is_ok(),
                Step::Reserve(amount) => reserve(&mut account, &format!("r{n}"), amount).is_ok(),
                Step::Post(i, amount) => hold_at(&account, i).is_some_and(|id| account.post(&id, Some(credits(amount)), now()).is_ok()),
                Step::Void(i) => hold_at(&account, i).is_some_and(|id| account.void(&id, now()).is_ok()),
                Step::Reset(keep) => account.reset_plan_pool(&format!("z{n}"), credits(keep), &cause, now()).is_ok(),
            };
            if !done {
                prop_assert_eq!(&account.balances, &before.balances);
                prop_assert_eq!(account.seq, before.seq);
            }
            prop_assert_eq!(account.check(), Ok(()));
            let open: i64 = account.holds.iter().filter(|h| h.state == HoldState::Open).map(|h| h.amount.get()).sum();
            prop_assert_eq!(open, account.balances.held);
        }
        let given = account.changes.new_grants.iter().filter(|g| g.source != Source::Carried);
        let issued: i64 = given.map(|g| g.amount.get()).sum();
        let b = account.balances;
        prop_assert_eq!(issued, b.available() + b.held + b.spent + b.expired + b.debt);
        let keys: HashSet<_> = account.changes.entries.iter().map(|e| e.business_key.clone()).collect();
        prop_assert_eq!(keys.len(), account.changes.entries.len());
        verify_chain(&account);
    }
}

#[test]
fn overdue_holds_end_in_one_order_however_they_were_loaded() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 100, None).unwrap();
    for key in ["first", "second", "third"] {
        let request = ReserveRequest {
            key: key.into(),
            action: "publish".into(),
            amount: credits(1),
            expires_at: Some(now()),
        };
        account.reserve(request, now()).unwrap();
    }
    let mut otherwise = account.clone();
    otherwise.holds.reverse();
    let later = "2026-01-02T00:00:00Z".parse().unwrap();
    assert_eq!(account.expire_holds(later), Ok(3));
    assert_eq!(otherwise.expire_holds(later), Ok(3));
    assert_eq!(account.head, otherwise.head);
}

#[test]
fn what_has_expired_stays_so_when_the_clock_steps_back() {
    let mut account = account();
    give(&mut account, "promo:1", Pool::Promo, 100, Some("2026-02-01T00:00:00Z")).unwrap();
    let (kept, spent) = (reserve(&mut account, "k", 40).unwrap(), reserve(&mut account, "l", 10).unwrap());
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(account.expire_grants(at("2026-02-01T00:00:00Z")), Ok(1));
    // Another process decides by a clock that is behind, or began to before.
    let before = at("2026-01-31T23:59:59Z");
    account.void(&kept.id, before).unwrap();
    account.post(&spent.id, Some(credits(3)), before).unwrap();
    assert_eq!(account.expire_grants(at("2026-02-02T00:00:00Z")), Ok(0));
    let balances = account.balances;
    assert_eq!((balances.promo, balances.expired, balances.spent, balances.held), (0, 97, 3, 0));
    let mut keys: Vec<_> = account.changes.entries.iter().map(|entry| &entry.business_key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), account.changes.entries.len(), "no key is used twice");
    verify_chain(&account);
}
