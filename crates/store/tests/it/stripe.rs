//! Events of Stripe: whose they are, stored once with all they say, or waiting.

use futures_util::future::join_all;
use jiff::SignedDuration;
use wixapp_core::{BillingSource, Fact, FactKind};
use wixapp_store::{StripeDelivery, StripeEvent, StripeKept, StripeLink, StripeOwner, StripeWait, Want};

use crate::inbox::delivery;
use crate::stage::{Stage, at, instance, now};

on_both!(
    the_source_that_was_settled_last_counts,
    an_event_is_stored_once_with_all_its_facts_and_links,
    an_id_stays_with_its_first_instance_and_learns_its_invoice,
    ids_of_a_kind_are_listed_newest_first,
    events_with_the_same_ids_do_not_wait_for_each_other,
    an_event_waits_until_it_is_settled,
    a_parked_event_is_found_and_waits_anew,
    a_stored_event_is_replayed_with_all_its_facts,
    events_that_say_nothing_to_the_app_are_deleted_by_age_and_no_others,
    what_is_to_end_is_due_until_it_is_done,
);

fn link(stripe_id: &str, invoice_id: Option<&str>) -> StripeLink {
    StripeLink { stripe_id: stripe_id.to_owned(), invoice_id: invoice_id.map(str::to_owned) }
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn event(n: u64, site: &str, key: &str, links: Vec<StripeLink>) -> StripeDelivery {
    let id = instance(site);
    let second = Fact {
        key: format!("{key}.2"),
        at: at("2026-02-28T12:00:00Z"),
        kind: FactKind::AppInstalled { origin_instance_id: None },
    };
    StripeDelivery { delivery: delivery(n, &id, key, now()), more: vec![second], links }
}

fn waiting(event_id: &str) -> StripeEvent {
    StripeEvent {
        event_id: event_id.to_owned(),
        event_type: "charge.refunded".to_owned(),
        payload: "{}".to_owned(),
        received_at: now(),
        asks: 0,
        ask_at: at("2026-03-01T10:00:30Z"),
    }
}

async fn the_source_that_was_settled_last_counts(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    assert_eq!(store.find_billing_source(&id).await.unwrap(), None);
    for source in BillingSource::ALL {
        store.set_billing_source(&id, source, now()).await.unwrap();
        assert_eq!(store.find_billing_source(&id).await.unwrap(), Some(source));
    }
    assert_eq!(store.find_billing_source(&instance("site-2")).await.unwrap(), None);
}

async fn an_event_is_stored_once_with_all_its_facts_and_links(stage: Stage) {
    let store = &stage.store;
    store.keep_stripe_event(waiting("evt_1"), StripeKept::Waiting).await.unwrap();
    for n in 0..3 {
        let accepted =
            store.accept_stripe(event(n, "site-1", "evt_1", vec![link("sub_1", None)])).await.unwrap();
        assert_eq!(accepted.duplicate, n > 0);
    }
    let (id, want) = (instance("site-1"), Want::money().facts());
    let facts = store.transact(&id, want, now(), |tx| Ok::<_, ()>(tx.facts.clone())).await;
    let facts = facts.unwrap().unwrap();
    let keys: Vec<_> = facts.iter().map(|fact| (fact.key.as_str(), fact.is_new)).collect();
    assert_eq!(keys, [("evt_1", true), ("evt_1.2", true)]);
    assert_eq!(stage.number("SELECT count(*) FROM deliveries").await, 3);
    let owner = store.find_stripe_owner(&owned(&["cus_9", "sub_1"])).await.unwrap();
    assert_eq!(owner, Some(StripeOwner { instance_id: instance("site-1"), invoice_id: None }));
    assert_eq!(store.list_waiting_stripe_events(10).await.unwrap(), [], "what waited is stored now");
    assert_eq!(store.find_stripe_owner(&[]).await.unwrap(), None);
}

async fn an_id_stays_with_its_first_instance_and_learns_its_invoice(stage: Stage) {
    let store = &stage.store;
    let tie = async |site: &str, invoice: Option<&str>| {
        store.link_stripe_ids(&instance(site), vec![link("pi_1", invoice)], now()).await.unwrap();
        let owner = store.find_stripe_owner(&owned(&["pi_1"])).await.unwrap().unwrap();
        (owner.instance_id.to_string(), owner.invoice_id)
    };
    assert_eq!(tie("site-1", None).await, ("site-1".to_owned(), None));
    assert_eq!(tie("site-2", Some("in_2")).await, ("site-1".to_owned(), None));
    assert_eq!(tie("site-1", Some("in_1")).await, ("site-1".to_owned(), Some("in_1".to_owned())));
    assert_eq!(tie("site-1", Some("in_3")).await, ("site-1".to_owned(), Some("in_1".to_owned())));
    assert_eq!(tie("site-1", None).await.1.as_deref(), Some("in_1"));
    // The invoice of another instance's payment is not taken for this one's.
    store.link_stripe_ids(&instance("site-2"), vec![link("cus_2", None)], now()).await.unwrap();
    let owner = store.find_stripe_owner(&owned(&["cus_2", "pi_1"])).await.unwrap().unwrap();
    assert_eq!((owner.instance_id, owner.invoice_id), (instance("site-2"), None));
}

async fn ids_of_a_kind_are_listed_newest_first(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    for (n, name) in ["sub_a", "sub_b", "cus_a", "subx_c"].into_iter().enumerate() {
        let later = now() + jiff::SignedDuration::from_secs(i64::try_from(n).unwrap());
        store.link_stripe_ids(&id, vec![link(name, None)], later).await.unwrap();
    }
    assert_eq!(store.list_stripe_ids(&id, "sub_", 9).await.unwrap(), ["sub_b", "sub_a"]);
    assert_eq!(store.list_stripe_ids(&id, "sub_", 1).await.unwrap(), ["sub_b"]);
    assert_eq!(store.list_stripe_ids(&instance("site-2"), "sub_", 9).await.unwrap(), [""; 0]);
}

async fn events_with_the_same_ids_do_not_wait_for_each_other(stage: Stage) {
    let other = stage.another_store().await;
    let names = ["cus_1", "in_1", "pi_1", "sub_1"];
    let tasks = (0..64_u64).map(|n| {
        let store = if n % 2 == 0 { stage.store.clone() } else { other.clone() };
        let mut links: Vec<StripeLink> = names.iter().map(|id| link(id, None)).collect();
        links.rotate_left(usize::try_from(n % 4).unwrap());
        tokio::spawn(async move { store.accept_stripe(event(n, "site-1", &format!("evt_{n}"), links)).await })
    });
    for accepted in join_all(tasks).await {
        assert!(!accepted.unwrap().unwrap().duplicate);
    }
    assert_eq!(stage.number("SELECT count(*) FROM stripe_links").await, 4);
    assert_eq!(stage.number("SELECT count(*) FROM facts").await, 128);
}

async fn an_event_waits_until_it_is_settled(stage: Stage) {
    let store = &stage.store;
    let kept = [
        ("evt_1", StripeKept::Waiting),
        ("evt_2", StripeKept::Waiting),
        ("evt_3", StripeKept::Waiting),
        ("evt_4", StripeKept::Unknown),
        ("evt_5", StripeKept::Parked("why")),
    ];
    for (id, kept) in kept {
        assert!(!store.keep_stripe_event(waiting(id), kept).await.unwrap().duplicate);
        assert!(store.keep_stripe_event(waiting(id), kept).await.unwrap().duplicate);
    }
    let later = at("2026-03-01T10:05:00Z");
    store.settle_stripe_event("evt_1", StripeWait::Until(later), "not yet").await.unwrap();
    store.settle_stripe_event("evt_2", StripeWait::Foreign, "another's").await.unwrap();
    store.settle_stripe_event("evt_3", StripeWait::Parked, "nobody's").await.unwrap();
    store.settle_stripe_event("evt_5", StripeWait::Until(later), "it does not wait").await.unwrap();
    let expected = StripeEvent { asks: 1, ask_at: later, ..waiting("evt_1") };
    assert_eq!(store.list_waiting_stripe_events(10).await.unwrap(), [expected]);
    assert_eq!(stage.number("SELECT count(*) FROM stripe_events WHERE state = 'parked'").await, 2);
}

async fn a_parked_event_is_found_and_waits_anew(stage: Stage) {
    let store = &stage.store;
    for (id, kept) in [
        ("evt_1", StripeKept::Waiting),
        ("evt_2", StripeKept::Waiting),
        ("evt_3", StripeKept::Waiting),
        ("evt_4", StripeKept::Unknown),
        ("evt_5", StripeKept::Parked("odd")),
    ] {
        store.keep_stripe_event(waiting(id), kept).await.unwrap();
    }
    store.settle_stripe_event("evt_2", StripeWait::Parked, "nobody's").await.unwrap();
    store.settle_stripe_event("evt_3", StripeWait::Foreign, "another's").await.unwrap();
    let parked = store.list_parked_stripe_events(9).await.unwrap();
    let seen: Vec<_> = parked.iter().map(|one| (one.event_id.as_str(), one.reason.as_deref())).collect();
    assert_eq!(seen, [("evt_2", Some("nobody's")), ("evt_5", Some("odd"))]);
    assert_eq!(store.list_parked_stripe_events(1).await.unwrap(), parked[..1]);
    assert_eq!(store.find_stripe_event("evt_5").await.unwrap().as_ref(), Some(&parked[1]));
    assert_eq!(store.find_stripe_event("evt_9").await.unwrap(), None);
    assert_eq!(store.count_stripe_events().await.unwrap(), (1, 2));
    let later = at("2026-03-02T10:00:00Z");
    let mut anew = Vec::new();
    for id in ["evt_1", "evt_2", "evt_3", "evt_4", "evt_5", "evt_9"] {
        anew.push(store.retry_stripe_event(id, later).await.unwrap());
    }
    assert_eq!(anew, [false, true, false, true, true, false]);
    let now_on = |id| StripeEvent { ask_at: later, ..waiting(id) };
    let expected = [waiting("evt_1"), now_on("evt_2"), now_on("evt_4"), now_on("evt_5")];
    assert_eq!(store.list_waiting_stripe_events(9).await.unwrap(), expected);
    assert_eq!(store.find_stripe_event("evt_2").await.unwrap().unwrap().reason, None);
    assert_eq!(store.count_stripe_events().await.unwrap(), (4, 0));
}

async fn a_stored_event_is_replayed_with_all_its_facts(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    store.accept_stripe(event(1, "site-1", "evt_1", Vec::new())).await.unwrap();
    // As a version stored it that read less in it.
    stage.raw("UPDATE facts SET kind = NULL, state = 'done' WHERE fact_key = 'evt_1'").await.unwrap();
    stage.raw("DELETE FROM facts WHERE fact_key = 'evt_1.2'").await.unwrap();
    let arrival = store.list_arrivals(Some(&id), 9).await.unwrap().pop().unwrap();
    let read = |key: &str| Fact { key: key.to_owned(), at: now(), kind: FactKind::AppRemoved };
    for _ in 0..2 {
        store.replay_stripe(&arrival, vec![read("evt_1"), read("evt_1.2")]).await.unwrap();
        let facts = store.list_facts(&id).await.unwrap();
        let facts: Vec<_> = facts.into_iter().map(|stored| (stored.fact.unwrap(), stored.is_new)).collect();
        assert_eq!(facts, [(read("evt_1"), true), (read("evt_1.2"), true)]);
    }
    let after = store.find_arrival(&arrival.delivery_id).await.unwrap().unwrap();
    assert_eq!(after.fact.payload, arrival.fact.payload, "what came stays as it came");
    assert_eq!(stage.number("SELECT count(*) FROM deliveries").await, 1);
}

async fn events_that_say_nothing_to_the_app_are_deleted_by_age_and_no_others(stage: Stage) {
    let store = &stage.store;
    for (id, kept) in [
        ("evt_waiting", StripeKept::Waiting),
        ("evt_unknown", StripeKept::Unknown),
        ("evt_parked", StripeKept::Parked("odd")),
        ("evt_foreign", StripeKept::Waiting),
        ("evt_unplaced", StripeKept::Waiting),
        ("evt_money", StripeKept::Waiting),
    ] {
        store.keep_stripe_event(waiting(id), kept).await.unwrap();
    }
    store.settle_stripe_event("evt_foreign", StripeWait::Foreign, "another's").await.unwrap();
    store.settle_stripe_event("evt_unplaced", StripeWait::Parked, "nobody's").await.unwrap();
    store.accept_stripe(event(1, "site-1", "evt_money", Vec::new())).await.unwrap();
    assert_eq!(
        store.purge_stripe_events(now(), 9).await.unwrap(),
        0,
        "they are as old as that, and no older"
    );
    let later = now() + SignedDuration::from_secs(1);
    assert_eq!(store.purge_stripe_events(later, 1).await.unwrap(), 1);
    assert_eq!(store.purge_stripe_events(later, 9).await.unwrap(), 1);
    let left =
        "SELECT count(*) FROM stripe_events WHERE event_id IN ('evt_waiting', 'evt_parked', 'evt_unplaced')";
    assert_eq!((stage.number(left).await, stage.number("SELECT count(*) FROM stripe_events").await), (3, 3));
    // What brought money is known by its key, which no age deletes.
    assert!(store.accept_stripe(event(2, "site-1", "evt_money", Vec::new())).await.unwrap().duplicate);
}

async fn what_is_to_end_is_due_until_it_is_done(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let note = async |id, at| {
        let decide = move |tx: &mut wixapp_store::Tx| {
            tx.end_at_stripe(at);
            Ok::<_, ()>(())
        };
        store.transact(id, Want::money(), now(), decide).await.unwrap().unwrap();
    };
    let due = async |minutes| {
        let found = store.list_stripe_endings(now() + SignedDuration::from_mins(minutes), 9).await.unwrap();
        found.into_iter().map(|ending| (ending.instance_id.to_string(), ending.attempts)).collect::<Vec<_>>()
    };
    store.link_stripe_ids(&id, vec![link("sub_1", None)], now()).await.unwrap();
    note(&id, now() + SignedDuration::from_mins(10)).await;
    note(&id, now() + SignedDuration::from_mins(30)).await;
    note(&instance("never-bought"), now()).await;
    assert_eq!(due(9).await, []);
    assert_eq!(due(10).await, [("site-1".to_owned(), 0)], "the first word counts");
    store.postpone_stripe_ending(&id, now() + SignedDuration::from_mins(20)).await.unwrap();
    assert_eq!(due(19).await, []);
    assert_eq!(due(20).await, [("site-1".to_owned(), 1)]);
    store.finish_stripe_ending(&id).await.unwrap();
    assert_eq!(due(1_000).await, []);
}
