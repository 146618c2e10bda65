//! Promo codes and adjustments by hand.

use super::*;
use crate::account::{AdjustError, Adjustment, Change, PromoError, adjust_key};
use crate::catalog::Catalog;

fn catalog() -> Catalog {
    let text = "name='x'\nversion='7'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=1\n\
        [[promo]]\ncode='HELLO'\ncredits=50\ncredits_expire_after_days=10\nstarts_at='2026-01-01T00:00:00Z'\nends_at='2026-02-01T00:00:00Z'\n";
    Catalog::from_toml(text).unwrap()
}

pub(super) fn adjustment(request_id: &str, change: Change) -> Adjustment {
    Adjustment {
        request_id: request_id.into(),
        pool: Pool::Purchased,
        change,
        expires_at: None,
        actor: "kim".into(),
        reason: "an apology".into(),
    }
}

#[test]
fn a_promo_code_gives_its_credits_once_into_the_promo_pool() {
    let mut account = account();
    let grant = account.redeem_promo(&catalog(), " hello ", now()).unwrap();
    assert_eq!((grant.pool, grant.amount), (Pool::Promo, credits(50)));
    assert_eq!(grant.business_key, "promo:inst-1:HELLO");
    assert_eq!(grant.expires_at, Some("2026-01-11T00:00:00Z".parse().unwrap()));
    assert_eq!(account.balances.promo, 50);
    assert_eq!(account.redeem_promo(&catalog(), "HELLO", now()), Err(PromoError::AlreadyRedeemed));
    assert_eq!(account.balances.promo, 50);
}

#[test]
fn a_promo_code_counts_only_while_it_runs() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let starts_at = at("2026-01-01T00:00:00Z");
    let early = account().redeem_promo(&catalog(), "HELLO", at("2025-12-31T23:59:59Z"));
    assert_eq!(early, Err(PromoError::NotStarted { starts_at }));
    let ended_at = at("2026-02-01T00:00:00Z");
    assert_eq!(account().redeem_promo(&catalog(), "HELLO", ended_at), Err(PromoError::Ended { ended_at }));
    assert_eq!(account().redeem_promo(&catalog(), "HELLO2", starts_at), Err(PromoError::Unknown));
}

#[test]
fn an_adjustment_counts_once_and_names_who_and_why() {
    let mut account = account();
    let give = adjustment("req-1", Change::Give(credits(30)));
    assert_eq!(account.adjust(&give, now()), Ok(true));
    assert_eq!(account.adjust(&give, now()), Ok(false));
    assert_eq!(account.adjust(&adjustment("req-2", Change::Take(credits(10))), now()), Ok(true));
    assert_eq!(account.balances.purchased, 20);
    let entries = &account.changes.entries;
    assert_eq!(entries.iter().map(|e| e.code).collect::<Vec<_>>(), [EntryCode::Adjust; 2]);
    assert_eq!((entries[0].cause.actor.as_str(), entries[0].cause.reason.as_str()), ("kim", "an apology"));
    assert_eq!(account.check(), Ok(()));
}

#[test]
fn an_adjustment_without_actor_reason_or_id_is_refused() {
    let good = adjustment("req-1", Change::Give(credits(30)));
    let refused = |bad: &Adjustment| account().adjust(bad, now()).unwrap_err();
    assert_eq!(refused(&Adjustment { actor: " ".into(), ..good.clone() }), AdjustError::Unexplained);
    assert_eq!(refused(&Adjustment { reason: String::new(), ..good.clone() }), AdjustError::Unexplained);
    assert_eq!(refused(&Adjustment { request_id: String::new(), ..good.clone() }), AdjustError::NoRequestId);
    let past = Adjustment { expires_at: Some(now()), ..good.clone() };
    assert_eq!(refused(&past), AdjustError::ExpiresInThePast);
    let zero = adjustment("req-1", Change::Give(Credits::ZERO));
    assert_eq!(refused(&zero), AdjustError::Ledger(LedgerError::BadAmount));
}

#[test]
fn an_adjustment_takes_no_more_than_its_pool_has() {
    let mut account = account();
    give(&mut account, "a", Pool::Plan, 100, None).unwrap();
    give(&mut account, "b", Pool::Purchased, 5, None).unwrap();
    let too_much = account.adjust(&adjustment("req-1", Change::Take(credits(6))), now());
    let short = LedgerError::InsufficientCredits { available: credits(5), requested: credits(6) };
    assert_eq!(too_much, Err(AdjustError::Ledger(short)));
    assert_eq!(account.available(), credits(105));
    assert!(!account.used_keys.contains(&adjust_key("req-1")));
}
