//! Many at once, from one process and from two: never more than there is, never anything twice.

use futures_util::future::join_all;
use futures_util::{FutureExt, poll};
use wixapp_core::account::LedgerError;
use wixapp_core::grant::Pool;
use wixapp_store::{Error, Store, Want};

use crate::inbox::delivery;
use crate::stage::{Stage, gift, give, instance, now, put_aside, reserve, sound, spend};

on_both!(
    parallel_spends_succeed_as_often_as_there_are_credits,
    parallel_spends_of_two_processes_succeed_as_often_as_there_are_credits,
    a_business_key_counts_once_over_two_processes,
    a_key_that_was_not_looked_at_is_a_conflict,
    one_key_is_one_hold_over_two_processes,
    a_new_instance_is_made_once_by_many,
    a_refusal_of_one_instance_leaves_the_others_alone,
    dropped_futures_leave_nothing_behind,
);

/// Sixty-four spends of one credit each, dealt out to the stores.
async fn storm(stores: &[&Store], balance: i64) {
    let id = instance(&format!("balance-{balance}"));
    if balance > 0 {
        give(stores[0], &id, gift("cycle:1", Pool::Plan, balance)).await;
    }
    let spends = (0..64).map(|n| {
        let (store, id) = (stores[n % stores.len()].clone(), id.clone());
        tokio::spawn(async move { spend(&store, &id, &format!("click-{n}"), 1).await })
    });
    let mut accepted = 0;
    for outcome in join_all(spends).await {
        match outcome.unwrap().unwrap() {
            Ok(_) => accepted += 1,
            Err(LedgerError::InsufficientCredits { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(accepted, balance);
    if balance > 0 {
        let balances = sound(stores[0], &id).await.balances;
        assert_eq!((balances.plan, balances.spent), (0, balance));
    }
}

async fn parallel_spends_succeed_as_often_as_there_are_credits(stage: Stage) {
    for balance in [0, 1, 5, 63] {
        storm(&[&stage.store], balance).await;
    }
}

async fn parallel_spends_of_two_processes_succeed_as_often_as_there_are_credits(stage: Stage) {
    let other = stage.another_store().await;
    for balance in [0, 1, 5, 63] {
        storm(&[&stage.store, &other], balance).await;
    }
}

async fn a_business_key_counts_once_over_two_processes(stage: Stage) {
    let (other, id) = (stage.another_store().await, instance("site-1"));
    let grants = (0..40).map(|n| {
        let (store, id) = (if n % 2 == 0 { stage.store.clone() } else { other.clone() }, id.clone());
        tokio::spawn(async move { give(&store, &id, gift("free:site-1", Pool::Plan, 200)).await })
    });
    let given = join_all(grants).await.into_iter().filter(|given| *given.as_ref().unwrap()).count();
    assert_eq!((given, sound(&other, &id).await.balances.plan), (1, 200));
}

async fn a_key_that_was_not_looked_at_is_a_conflict(stage: Stage) {
    let (other, id) = (stage.another_store().await, instance("site-1"));
    give(&stage.store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    spend(&stage.store, &id, "click-1", 1).await.unwrap().unwrap();
    let before = sound(&stage.store, &id).await;
    let again = spend(&other, &id, "click-1", 1).await.unwrap_err();
    assert!(again.is_conflict("entries_business_key_once"), "{again}");
    let blind = |tx: &mut wixapp_store::Tx| tx.account.grant(gift("cycle:1", Pool::Plan, 10), tx.now);
    let given = other.transact(&id, Want::money(), now(), blind).await.unwrap_err();
    assert!(given.is_conflict("business_keys_pkey"), "{given}");
    let blind = |tx: &mut wixapp_store::Tx| tx.account.reserve(put_aside("job-1", 1), tx.now);
    other.transact(&id, Want::money(), now(), blind).await.unwrap().unwrap();
    let later = now() + jiff::SignedDuration::from_secs(1);
    let held = stage.store.transact(&id, Want::money(), later, blind).await.unwrap_err();
    assert!(held.is_conflict("holds_key_once"), "{held}");
    let after = sound(&stage.store, &id).await;
    assert_eq!((after.balances.held, after.seq), (1, before.seq + 1));
}

async fn one_key_is_one_hold_over_two_processes(stage: Stage) {
    let (other, id) = (stage.another_store().await, instance("site-1"));
    give(&stage.store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    let holds = (0..20).map(|n| {
        let (store, id) = (if n % 2 == 0 { stage.store.clone() } else { other.clone() }, id.clone());
        tokio::spawn(async move { reserve(&store, &id, put_aside("job-1", 3)).await })
    });
    let holds: Vec<_> = join_all(holds).await.into_iter().map(|hold| hold.unwrap()).collect();
    assert!(holds.iter().all(|hold| *hold == holds[0]));
    assert_eq!(sound(&other, &id).await.balances.held, 3);
}

async fn a_new_instance_is_made_once_by_many(stage: Stage) {
    let (other, id) = (stage.another_store().await, instance("site-1"));
    let grants = (0..40).map(|n| {
        let (store, id) = (if n % 2 == 0 { stage.store.clone() } else { other.clone() }, id.clone());
        // Refusals in between: they must not take the row away from those who are accepted.
        tokio::spawn(async move {
            if n % 3 == 0 {
                assert!(spend(&store, &id, &format!("click-{n}"), 1_000).await.unwrap().is_err());
                return false;
            }
            give(&store, &id, gift(&format!("promo:{n}"), Pool::Promo, 1)).await
        })
    });
    let given = join_all(grants).await.into_iter().filter(|given| *given.as_ref().unwrap()).count();
    assert_eq!((given, sound(&other, &id).await.balances.promo), (26, 26));
}

/// On SQLite they share commits: new instances whose row must go again, conflicts, and grants in between.
async fn a_refusal_of_one_instance_leaves_the_others_alone(stage: Stage) {
    let known = instance("known");
    give(&stage.store, &known, gift("cycle:1", Pool::Plan, 100)).await;
    spend(&stage.store, &known, "click-1", 1).await.unwrap().unwrap();
    let tasks = (0..90).map(|n| {
        let (store, known) = (stage.store.clone(), known.clone());
        tokio::spawn(async move {
            let id = instance(&format!("new-{n}"));
            match n % 3 {
                0 => assert!(spend(&store, &id, "click-1", 1).await.unwrap().is_err()),
                1 => assert!(give(&store, &id, gift("cycle:1", Pool::Plan, 5)).await),
                _ => assert!(spend(&store, &known, "click-1", 1).await.is_err()),
            }
        })
    });
    join_all(tasks).await.into_iter().for_each(|done| done.unwrap());
    assert_eq!(stage.number("SELECT count(*) FROM instances").await, 31);
    assert_eq!(stage.number("SELECT count(*) FROM instances WHERE plan = 5").await, 30);
    assert_eq!(sound(&stage.store, &known).await.balances.spent, 1);
}

/// A caller that goes away at any moment: the pool stays whole, and each decision stands or never was.
async fn dropped_futures_leave_nothing_behind(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 1_000)).await;
    for n in 0..300_u64 {
        let other = instance(&format!("other-{}", n % 7));
        let (key, at) = (format!("click-{n}"), if n % 2 == 0 { &id } else { &other });
        let mut caller = spend(store, at, &key, 1).boxed().fuse();
        let mut reader = store.verify_ledger(&id).boxed().fuse();
        let mut arrival = store.accept(delivery(n, &id, &format!("event-{}", n / 3), now())).boxed().fuse();
        // Dropped before the first step, after some, or when something has already happened.
        for _ in 0..(n * 37) % 211 {
            let _ = poll!(&mut caller);
            let _ = (poll!(&mut reader), poll!(&mut arrival));
            tokio::task::yield_now().await;
        }
    }
    let done = spend(store, &id, "last", 1).await.unwrap();
    assert!(done.is_ok(), "the instance is not stuck behind a dropped caller");
    for n in 0..7 {
        let refused: Result<_, Error> = spend(store, &instance(&format!("other-{n}")), "last", 1).await;
        assert!(matches!(refused, Ok(Err(LedgerError::InsufficientCredits { .. }))), "{refused:?}");
    }
    let found = sound(store, &id).await;
    assert_eq!(found.balances.plan + found.balances.spent, 1_000);
    assert_eq!(found.seq, found.balances.spent + 1, "each spend that stands is one entry");
    let halves =
        "SELECT (SELECT count(*) FROM facts) - (SELECT count(*) FROM deliveries WHERE duplicate = 0)";
    assert_eq!(stage.number(halves).await, 0, "a fact and its delivery come together");
    if !stage.is_sqlite() {
        let open = "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        assert_eq!(stage.number(open).await, 0);
    }
    stage.raw("UPDATE instances SET due_at = 1").await.unwrap();
}
