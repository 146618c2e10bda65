//! Decisions that share one transaction: each sees the one before it and fails alone.

use std::pin::Pin;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use futures_util::poll;
use tokio::task::block_in_place;
use wixapp_core::InstanceId;
use wixapp_core::account::LedgerError;
use wixapp_core::entry::Cause;
use wixapp_core::grant::Pool;
use wixapp_store::{Error, Store, Tx, Want};

use crate::stage::{LIMIT, Stage, credits, entries, gift, give, instance, now, put_aside, sound};

on_both!(
    a_refusal_in_the_middle_undoes_only_itself,
    a_panic_fails_alone,
    books_that_would_not_add_up_are_refused_alone,
    each_decision_sees_the_one_before_it,
    a_key_used_twice_is_a_conflict_for_the_second_only,
    a_group_of_hundreds_is_kept_whole,
);

type Decision = Box<dyn Fn(&mut Tx) -> Result<i64, LedgerError> + Send + Sync>;
type Outcome = Result<Result<i64, LedgerError>, Error>;

/// Runs the decisions so that they wait together: while the first is made, all others queue up behind it.
async fn together(store: &Store, id: &InstanceId, decisions: Vec<Decision>) -> Vec<Outcome> {
    let (begun, has_begun) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    let may_go = Arc::new(Mutex::new(may_go));
    let gate = {
        let (store, id) = (store.clone(), id.clone());
        tokio::spawn(async move {
            let gate = move |_: &mut Tx| {
                begun.send(()).unwrap();
                block_in_place(|| may_go.lock().unwrap().recv_timeout(LIMIT)).unwrap();
                Ok::<_, ()>(())
            };
            store.transact(&id, Want::money(), now(), gate).await
        })
    };
    block_in_place(|| has_begun.recv_timeout(LIMIT)).unwrap();
    let mut waiting: Vec<Pin<Box<_>>> = decisions
        .into_iter()
        .map(|decide| Box::pin(store.transact(id, Want::money(), now(), decide)))
        .collect();
    for decision in &mut waiting {
        assert!(poll!(decision).is_pending(), "the instance is being worked on");
    }
    go.send(()).unwrap();
    gate.await.unwrap().unwrap().unwrap();
    join_all(waiting).await
}

fn spending(key: &str, amount: i64) -> Decision {
    let key = key.to_owned();
    Box::new(move |tx| {
        let cause = Cause::new("user", "a post");
        tx.account.spend(&key, "publish", credits(amount), &cause, tx.now)?;
        Ok(tx.account.available().get())
    })
}

async fn a_refusal_in_the_middle_undoes_only_itself(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    let half_done: Decision = Box::new(|tx| {
        tx.account.reserve(put_aside("job-1", 3), tx.now)?;
        tx.account.reserve(put_aside("job-2", 100), tx.now)?;
        Ok(0)
    });
    let made = together(store, &id, vec![spending("a", 4), half_done, spending("b", 5)]).await;
    assert!(matches!(made[0], Ok(Ok(6))), "{made:?}");
    assert!(matches!(made[1], Ok(Err(LedgerError::InsufficientCredits { .. }))), "{made:?}");
    assert!(matches!(made[2], Ok(Ok(1))), "{made:?}");
    let balances = sound(store, &id).await.balances;
    assert_eq!((balances.plan, balances.held, balances.spent), (1, 0, 9));
}

async fn a_panic_fails_alone(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    let panics: Decision = Box::new(|tx| {
        tx.account.reserve(put_aside("job-1", 3), tx.now)?;
        panic!("a decision with a mistake in it")
    });
    let made = together(store, &id, vec![spending("a", 4), panics, spending("b", 5)]).await;
    assert!(matches!(made[0], Ok(Ok(6))), "{made:?}");
    assert!(matches!(made[1], Err(Error::Inconsistent(_))), "{made:?}");
    assert!(matches!(made[2], Ok(Ok(1))), "{made:?}");
    let alone = store.transact(&id, Want::money(), now(), |_| -> Result<(), ()> { panic!("alone") }).await;
    assert!(matches!(alone, Err(Error::Inconsistent(_))));
    assert_eq!(sound(store, &id).await.balances.plan, 1);
}

async fn books_that_would_not_add_up_are_refused_alone(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    let crooked = || -> Decision {
        Box::new(|tx| {
            tx.account.grant(gift("cycle:2", Pool::Plan, 5), tx.now)?;
            tx.account.balances.plan += 1;
            Ok(0)
        })
    };
    let made = together(store, &id, vec![spending("a", 4), crooked(), spending("b", 5)]).await;
    assert!(matches!(made[0], Ok(Ok(6))), "{made:?}");
    assert!(matches!(made[1], Err(Error::Inconsistent(_))), "{made:?}");
    assert!(matches!(made[2], Ok(Ok(1))), "{made:?}");
    let alone = store.transact(&id, Want::money(), now(), crooked()).await;
    assert!(matches!(alone, Err(Error::Inconsistent(_))), "{alone:?}");
    assert_eq!(sound(store, &id).await.balances.plan, 1);
    // What was wrong before can still be put right.
    stage.raw("UPDATE instances SET plan = plan + 2").await.unwrap();
    give(store, &id, gift("cycle:3", Pool::Plan, 7)).await;
}

async fn each_decision_sees_the_one_before_it(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let grant: Decision = Box::new(|tx| {
        tx.account.grant(gift("cycle:1", Pool::Plan, 5), tx.now)?;
        Ok(tx.account.available().get())
    });
    let hold: Decision = Box::new(|tx| tx.account.reserve(put_aside("job-1", 5), tx.now).map(|_| 0));
    let void: Decision = Box::new(|tx| {
        let id = tx.account.holds.first().ok_or(LedgerError::NoSuchHold)?.id.clone();
        tx.account.void(&id, tx.now)?;
        Ok(tx.account.available().get())
    });
    let made = together(store, &id, vec![spending("a", 1), grant, hold, void, spending("b", 5)]).await;
    let made: Vec<_> = made.into_iter().map(|outcome| outcome.unwrap().ok()).collect();
    assert_eq!(made, [None, Some(5), Some(0), Some(5), Some(0)]);
    sound(store, &id).await;
}

async fn a_key_used_twice_is_a_conflict_for_the_second_only(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    let decisions = vec![
        spending("a", 1),
        spending("same", 1),
        spending("same", 2),
        spending("b", 1),
        spending("nul\0", 1),
    ];
    let made = together(store, &id, decisions).await;
    assert!(matches!(made[0], Ok(Ok(_))) && matches!(made[1], Ok(Ok(_))) && matches!(made[3], Ok(Ok(_))));
    assert!(made[2].as_ref().unwrap_err().is_conflict("entries_business_key_once"), "{made:?}");
    assert!(matches!(made[4], Err(Error::Inconsistent(_))), "{made:?}");
    assert_eq!(sound(store, &id).await.balances.spent, 3);
}

async fn a_group_of_hundreds_is_kept_whole(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 250)).await;
    let decisions = (0..300).map(|n| spending(&format!("click-{n}"), 1)).collect();
    let made = together(store, &id, decisions).await;
    let accepted = made.iter().filter(|outcome| matches!(outcome, Ok(Ok(_)))).count();
    assert_eq!((accepted, made.iter().filter(|outcome| outcome.is_err()).count()), (250, 0));
    assert_eq!(sound(store, &id).await.balances.spent, 250);
    assert_eq!(entries(store, &id).await.len(), 251);
}
