//! `transact`: what is decided is kept exactly, and what is refused leaves no trace.

use wixapp_core::account::{Balances, LedgerError};
use wixapp_core::grant::Pool;
use wixapp_core::hold::{HoldState, ReserveRequest};
use wixapp_core::subscription::Subscription;
use wixapp_store::{Error, Reply, Topic, Want};

use crate::stage::{
    Stage, at, credits, entries, gift, give, instance, now, put_aside, reserve, sound, spend,
};

on_both!(
    what_was_decided_reads_back_as_it_was,
    a_refusal_writes_nothing,
    a_refusal_of_a_known_instance_changes_nothing,
    a_hold_is_posted_in_part_and_the_rest_comes_back,
    a_void_gives_back_to_a_grant_that_had_nothing_left,
    overdue_holds_are_listed_and_expire,
    a_hold_that_was_not_wanted_does_not_exist_for_the_decision,
    the_profile_reads_back_as_it_was,
    a_reply_is_stored_once_and_given_back_byte_for_byte,
    instances_that_are_due_come_longest_due_first,
    a_text_with_nul_is_refused,
    a_decision_without_a_change_tells_nobody,
);

async fn what_was_decided_reads_back_as_it_was(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    assert!(give(store, &id, gift("promo:1", Pool::Promo, 5)).await);
    assert!(give(store, &id, gift("cycle:1", Pool::Plan, 100)).await);
    assert!(!give(store, &id, gift("cycle:1", Pool::Plan, 100)).await, "a key counts once");
    let hold = reserve(store, &id, put_aside("job-1", 7)).await;
    spend(store, &id, "click-1", 3).await.unwrap().unwrap();

    let found = sound(store, &id).await;
    let expected = Balances { promo: 0, plan: 95, purchased: 0, held: 7, spent: 3, expired: 0, debt: 0 };
    assert_eq!(found.balances, expected);
    let (want, id_of_hold) = (Want::money().hold(&hold.id), hold.id.clone());
    let seen = store
        .transact(&id, want, now(), move |tx| {
            let held = tx.account.holds.iter().find(|hold| hold.id == id_of_hold).cloned();
            Ok::<_, LedgerError>((held, tx.account.grants.clone(), tx.account.balances, tx.account.seq))
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.0, Some(hold), "the hold is loaded as it was made");
    assert_eq!(seen.1.len(), 2, "the used-up grant is there because the hold draws on it");
    let plan = seen.1.iter().find(|grant| grant.pool == Pool::Plan).unwrap();
    assert_eq!((plan.business_key.as_str(), plan.remaining), ("cycle:1", credits(95)));
    assert_eq!(plan.plan_id, Some("starter".parse().unwrap()));
    assert_eq!((seen.2, seen.3), (expected, found.seq));
    let codes: Vec<_> = entries(store, &id).await.iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(codes, ["grant", "grant", "reserve", "reserve", "spend"]);
}

async fn a_refusal_writes_nothing(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let refused = store
        .transact(&id, Want::money(), now(), |tx| {
            tx.account.grant(gift("promo:1", Pool::Promo, 5), tx.now)?;
            tx.remember_reply("key", Reply { request_hash: "h".into(), status: 200, body: "{}".into() });
            tx.account.reserve(put_aside("job-1", 6), tx.now)
        })
        .await
        .unwrap();
    assert_eq!(
        refused,
        Err(LedgerError::InsufficientCredits { available: credits(5), requested: credits(6) })
    );
    assert_eq!(store.find_instance(&id).await.unwrap(), None);
    for table in ["instances", "grants", "entries", "business_keys", "holds", "replies"] {
        assert_eq!(stage.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}

async fn a_refusal_of_a_known_instance_changes_nothing(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 5)).await;
    let before = sound(store, &id).await;
    let mut watch = store.watch();
    let refused = store
        .transact(&id, Want::money(), now(), |tx| {
            tx.profile.removed_at = Some(tx.now);
            tx.account.reserve(put_aside("job-1", 4), tx.now)?;
            tx.account.reserve(put_aside("job-2", 4), tx.now)
        })
        .await
        .unwrap();
    assert!(refused.is_err());
    assert_eq!(sound(store, &id).await, before);
    assert_eq!(stage.number("SELECT count(*) FROM holds").await, 0);
    spend(store, &id, "click-1", 1).await.unwrap().unwrap();
    let money = loop {
        let change = watch.recv().await.unwrap();
        if change.topic != Topic::Resync {
            break change;
        }
    };
    assert_eq!((money.topic, watch.len()), (Topic::Money, 0), "only the spend was told");
}

async fn a_hold_is_posted_in_part_and_the_rest_comes_back(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    let hold = reserve(store, &id, put_aside("job-1", 6)).await;
    assert_eq!(reserve(store, &id, put_aside("job-1", 6)).await, hold, "one key, one hold");
    let (want, hold_id) = (Want::money().hold(&hold.id), hold.id.clone());
    let post = move |tx: &mut wixapp_store::Tx| tx.account.post(&hold_id, Some(credits(4)), tx.now);
    let posted = store.transact(&id, want.clone(), now(), post.clone()).await.unwrap().unwrap();
    assert_eq!((posted.state, posted.posted), (HoldState::Posted, credits(4)));
    let again = store.transact(&id, want, now(), post).await.unwrap();
    assert_eq!(again, Err(LedgerError::HoldEnded { state: HoldState::Posted }));
    let balances = sound(store, &id).await.balances;
    assert_eq!((balances.plan, balances.held, balances.spent), (6, 0, 4));
}

async fn a_void_gives_back_to_a_grant_that_had_nothing_left(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("promo:1", Pool::Promo, 2)).await;
    give(store, &id, gift("cycle:1", Pool::Plan, 3)).await;
    let hold = reserve(store, &id, put_aside("job-1", 5)).await;
    let want = Want::money().hold_key("job-1");
    let voided = store.transact(&id, want, now(), move |tx| tx.account.void(&hold.id, tx.now)).await.unwrap();
    assert_eq!(voided.unwrap().state, HoldState::Voided);
    let balances = sound(store, &id).await.balances;
    assert_eq!((balances.promo, balances.plan, balances.held), (2, 3, 0));
    spend(store, &id, "click-1", 5).await.unwrap().unwrap();
}

async fn overdue_holds_are_listed_and_expire(stage: Stage) {
    let store = &stage.store;
    let until = |time| ReserveRequest { expires_at: Some(at(time)), ..put_aside("job-1", 1) };
    for (name, request) in [("early", until("2026-03-01T11:00:00Z")), ("late", until("2026-03-01T12:00:00Z"))]
    {
        give(store, &instance(name), gift("cycle:1", Pool::Plan, 1)).await;
        reserve(store, &instance(name), request).await;
    }
    give(store, &instance("never"), gift("cycle:1", Pool::Plan, 1)).await;
    reserve(store, &instance("never"), put_aside("job-1", 1)).await;
    let noon = at("2026-03-01T11:00:00Z");
    assert_eq!(store.list_overdue_holds(noon, 10).await.unwrap(), [instance("early")]);
    let expired = store
        .transact(&instance("early"), Want::money().overdue_holds(), noon, |tx| {
            tx.account.expire_holds(tx.now)
        })
        .await
        .unwrap();
    assert_eq!(expired, Ok(1));
    assert!(store.list_overdue_holds(noon, 10).await.unwrap().is_empty());
    assert_eq!(sound(store, &instance("early")).await.balances.plan, 1);
}

async fn a_hold_that_was_not_wanted_does_not_exist_for_the_decision(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 1)).await;
    let hold = reserve(store, &id, put_aside("job-1", 1)).await;
    let refused =
        store.transact(&id, Want::money(), now(), move |tx| tx.account.void(&hold.id, tx.now)).await.unwrap();
    assert_eq!(refused, Err(LedgerError::NoSuchHold));
}

async fn the_profile_reads_back_as_it_was(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let profile = wixapp_store::Profile {
        installed_at: Some(at("2026-01-31T23:59:59.999Z")),
        removed_at: Some(at("2026-02-28T00:00:00.001Z")),
        origin_instance_id: Some("origin ☃".to_owned()),
        subscription: Some(Subscription {
            billing_cycle: Some(wixapp_core::BillingCycle::Unknown("EVERY_BLUE_MOON".to_owned())),
            current_period_end: Some(at("2026-04-01T00:00:00Z")),
            ..Subscription::free("free".parse().unwrap())
        }),
        due_at: Some(at("1969-12-31T23:59:59Z")),
        last_webhook_at: Some(now()),
        reconciled_at: None,
        asks: 3,
        deleted_at: None,
    };
    let kept = profile.clone();
    let decided = store
        .transact(&id, Want::money(), now(), move |tx| {
            tx.profile = kept.clone();
            Ok::<_, ()>(())
        })
        .await;
    decided.unwrap().unwrap();
    assert_eq!(sound(store, &id).await.profile, profile);
}

async fn a_reply_is_stored_once_and_given_back_byte_for_byte(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let body = "{\"text\":\"☃ \\u0000 'quoted' $1 ?1\",\n  \"n\": 1}";
    let reply = Reply { request_hash: "abc".to_owned(), status: 402, body: body.to_owned() };
    let answer = |key: &'static str| {
        let reply = reply.clone();
        store.transact(&id, Want::money().reply("key-1").reply("other"), now(), move |tx| {
            if let Some(known) = tx.reply(key) {
                return Ok::<_, ()>((known.clone(), true));
            }
            tx.remember_reply(key, reply.clone());
            Ok((reply.clone(), false))
        })
    };
    assert_eq!(answer("key-1").await.unwrap().unwrap(), (reply.clone(), false));
    assert_eq!(answer("key-1").await.unwrap().unwrap(), (reply.clone(), true));
    assert_eq!(answer("other").await.unwrap().unwrap(), (reply.clone(), false));
    let blind = reply.clone();
    let twice = store.transact(&id, Want::money(), now(), move |tx| {
        tx.remember_reply("key-1", blind.clone());
        Ok::<_, ()>(())
    });
    assert!(twice.await.unwrap_err().is_conflict("replies_pkey"));
}

async fn instances_that_are_due_come_longest_due_first(stage: Stage) {
    let store = &stage.store;
    for (name, due) in
        [("b", "2026-03-03T00:00:00Z"), ("c", "2026-03-02T00:00:00Z"), ("a", "2026-03-04T00:00:00Z")]
    {
        let id = instance(name);
        let decided = store.transact(&id, Want::money(), now(), move |tx| {
            tx.profile.due_at = Some(at(due));
            Ok::<_, ()>(())
        });
        decided.await.unwrap().unwrap();
    }
    let due = store.list_due(at("2026-03-03T00:00:00Z"), 10).await.unwrap();
    assert_eq!(due, [instance("c"), instance("b")]);
    assert_eq!(store.list_due(at("2026-03-09T00:00:00Z"), 1).await.unwrap(), [instance("c")]);
}

async fn a_text_with_nul_is_refused(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 5)).await;
    let refused = spend(store, &id, "click\0", 1).await;
    assert!(matches!(refused, Err(Error::Inconsistent(_))), "{refused:?}");
    assert_eq!(sound(store, &id).await.balances.plan, 5);
}

async fn a_decision_without_a_change_tells_nobody(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 5)).await;
    let mut watch = store.watch();
    let read = store.transact(&id, Want::money().facts(), now(), |tx| Ok::<_, ()>(tx.account.available()));
    assert_eq!(read.await.unwrap(), Ok(credits(5)));
    while let Ok(change) = watch.try_recv() {
        assert_eq!(change.topic, Topic::Resync);
    }
}
