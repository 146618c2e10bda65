//! Checkouts: open until they are paid, dismissed or too old.

use wixapp_core::clock::Timestamp;
use wixapp_core::{BillingCycle, InstanceId};
use wixapp_store::{Checkout, CheckoutState, Store, Want};

use crate::stage::{Stage, at, instance, now};

on_both!(
    a_checkout_reads_back_as_it_was_opened,
    an_ended_checkout_is_not_open_any_more,
    the_newest_open_checkout_is_found,
    a_checkout_belongs_to_its_instance,
);

fn checkout(id: &InstanceId, name: &str, created_at: Timestamp) -> Checkout {
    Checkout {
        checkout_id: name.parse().unwrap(),
        instance_id: id.clone(),
        plan_id: "pro".parse().unwrap(),
        billing_cycle: BillingCycle::Yearly,
        url: "https://www.wix.com/checkout?token=a%20b&x='1'".to_owned(),
        state: CheckoutState::Open,
        created_at,
        expires_at: at("2026-03-08T10:00:00Z"),
        completed_at: None,
    }
}

async fn open(store: &Store, checkout: &Checkout) {
    let new = checkout.clone();
    let opened = store.transact(&checkout.instance_id, Want::money(), now(), move |tx| {
        tx.open_checkout(new.clone());
        Ok::<_, ()>(tx.open_checkouts.len())
    });
    assert_eq!(opened.await.unwrap(), Ok(1));
}

async fn a_checkout_reads_back_as_it_was_opened(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let opened = checkout(&id, "chk_1", now());
    open(store, &opened).await;
    assert_eq!(store.find_checkout(&id, &opened.checkout_id).await.unwrap(), Some(opened.clone()));
    assert_eq!(store.find_open_checkout(&id).await.unwrap(), Some(opened));
}

async fn an_ended_checkout_is_not_open_any_more(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let opened = checkout(&id, "chk_1", now());
    open(store, &opened).await;
    let ended = store.transact(&id, Want::money().open_checkouts(), now(), |tx| {
        for mut checkout in tx.open_checkouts.clone() {
            checkout.state = CheckoutState::Completed;
            checkout.completed_at = Some(tx.now);
            tx.end_checkout(&checkout);
        }
        Ok::<_, ()>(tx.open_checkouts.len())
    });
    assert_eq!(ended.await.unwrap(), Ok(0));
    assert_eq!(store.find_open_checkout(&id).await.unwrap(), None);
    let found = store.find_checkout(&id, &opened.checkout_id).await.unwrap().unwrap();
    let completed = Checkout { state: CheckoutState::Completed, completed_at: Some(now()), ..opened };
    assert_eq!(found, completed);
}

async fn the_newest_open_checkout_is_found(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    for (name, time) in [
        ("chk_b", "2026-03-01T10:00:02Z"),
        ("chk_c", "2026-03-01T10:00:01Z"),
        ("chk_a", "2026-03-01T10:00:02Z"),
    ] {
        open(store, &checkout(&id, name, at(time))).await;
    }
    let newest = store.find_open_checkout(&id).await.unwrap().unwrap();
    assert_eq!(newest.checkout_id.as_str(), "chk_b");
}

async fn a_checkout_belongs_to_its_instance(stage: Stage) {
    let store = &stage.store;
    let opened = checkout(&instance("site-1"), "chk_1", now());
    open(store, &opened).await;
    let other = instance("site-2");
    assert_eq!(store.find_checkout(&other, &opened.checkout_id).await.unwrap(), None);
    assert_eq!(store.find_open_checkout(&other).await.unwrap(), None);
}
