//! The inbox: each fact once, each arrival written down.

use futures_util::future::join_all;
use wixapp_core::clock::Timestamp;
use wixapp_core::{DeliveryId, Fact, FactKind, InstanceId};
use wixapp_store::{NewDelivery, StoredFact, Topic, Want};

use crate::stage::{Stage, at, instance, now};

on_both!(
    one_fact_of_thousands_of_deliveries,
    arrivals_are_listed_newest_first_with_their_duplicates,
    arrivals_are_read_in_the_order_in_which_they_came,
    one_arrival_is_written_down_once,
    instances_with_new_facts_come_longest_waiting_first,
    facts_are_finished_parked_and_taken_out_again,
    an_answer_is_noted_once_and_then_updated,
    unknown_and_unreadable_events_are_kept,
    what_is_parked_is_listed_with_its_first_arrival,
    only_a_new_fact_is_told,
);

pub(crate) fn delivery(n: u64, id: &InstanceId, key: &str, received_at: Timestamp) -> NewDelivery {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&n.to_be_bytes());
    let kind = FactKind::AppInstalled { origin_instance_id: None };
    NewDelivery {
        delivery_id: DeliveryId::new(received_at, bytes),
        instance_id: id.clone(),
        event_type: "AppInstalled".to_owned(),
        fact_key: key.to_owned(),
        fact: Some(Fact { key: key.to_owned(), at: at("2026-02-28T12:00:00Z"), kind }),
        payload: "{\"a\": \"☃\"}".to_owned(),
        received_at,
        parked: None,
    }
}

async fn facts(stage: &Stage, id: &InstanceId) -> Vec<StoredFact> {
    let seen = stage.store.transact(id, Want::money().facts(), now(), |tx| Ok::<_, ()>(tx.facts.clone()));
    seen.await.unwrap().unwrap()
}

async fn one_fact_of_thousands_of_deliveries(stage: Stage) {
    let (id, other) = (instance("site-1"), stage.another_store().await);
    let tasks = (0..32_u64).map(|task| {
        let (store, id) = (if task % 2 == 0 { stage.store.clone() } else { other.clone() }, id.clone());
        tokio::spawn(async move {
            let mut new = 0;
            for n in 0..100 {
                let accepted = store.accept(delivery(task * 100 + n, &id, "event-1", now())).await.unwrap();
                new += usize::from(!accepted.duplicate);
            }
            new
        })
    });
    let new: usize = join_all(tasks).await.into_iter().map(|new| new.unwrap()).sum();
    assert_eq!((new, facts(&stage, &id).await.len()), (1, 1));
    assert_eq!(stage.number("SELECT count(*) FROM deliveries").await, 3_200);
    assert_eq!(stage.number("SELECT count(*) FROM deliveries WHERE duplicate = 0").await, 1);
}

async fn arrivals_are_listed_newest_first_with_their_duplicates(stage: Stage) {
    let id = instance("site-1");
    let times = ["2026-03-01T10:00:00Z", "2026-03-01T10:00:05Z", "2026-03-01T10:00:09Z"];
    for (n, time) in (0..).zip(times) {
        stage.store.accept(delivery(n, &id, "event-1", at(time))).await.unwrap();
    }
    stage.store.accept(delivery(9, &instance("site-2"), "event-1", now())).await.unwrap();
    let listed = stage.store.list_deliveries(&id, 2).await.unwrap();
    let seen: Vec<_> = listed.iter().map(|d| (d.received_at, d.duplicate, d.fact_key.as_str())).collect();
    assert_eq!(seen, [(at(times[2]), true, "event-1"), (at(times[1]), true, "event-1")]);
    let all = stage.store.list_deliveries(&id, 10).await.unwrap();
    assert_eq!((all.len(), all[2].duplicate, all[2].event_type.as_str()), (3, false, "AppInstalled"));
    assert_eq!(all[2].delivery_id, delivery(0, &id, "", at(times[0])).delivery_id);
}

async fn arrivals_are_read_in_the_order_in_which_they_came(stage: Stage) {
    let sites = [instance("site-1"), instance("site-2")];
    let times =
        ["2026-03-01T10:00:09Z", "2026-03-01T10:00:00Z", "2026-03-01T10:00:05Z", "2026-03-01T10:00:07Z"];
    for (n, time) in (0..).zip(times) {
        let site = &sites[usize::from(n == 2)];
        stage.store.accept(delivery(n, site, &format!("event-{n}"), at(time))).await.unwrap();
    }
    let read = async |site: Option<&InstanceId>, size: i64| {
        let (mut all, mut last) = (Vec::new(), None);
        loop {
            let page = stage.store.list_arrivals_after(site, last.as_ref(), size).await.unwrap();
            let Some(end) = page.last() else { return all };
            last = Some(end.delivery_id.clone());
            all.extend(page.into_iter().map(|arrival| arrival.fact.key));
        }
    };
    for size in [1, 3, 10] {
        assert_eq!(read(None, size).await, ["event-1", "event-2", "event-3", "event-0"]);
        assert_eq!(read(Some(&sites[1]), size).await, ["event-2"]);
    }
    let facts = stage.store.list_facts(&sites[0]).await.unwrap();
    let keys: Vec<_> = facts.iter().map(|fact| fact.key.as_str()).collect();
    assert_eq!(keys, ["event-0", "event-1", "event-3"], "by when they happened, then by key");
    assert_eq!(stage.store.list_facts(&instance("nobody")).await.unwrap(), []);
}

async fn one_arrival_is_written_down_once(stage: Stage) {
    let id = instance("site-1");
    stage.store.accept(delivery(1, &id, "event-1", now())).await.unwrap();
    let again = stage.store.accept(delivery(1, &id, "event-2", now())).await.unwrap_err();
    assert!(again.is_conflict("deliveries_pkey"), "{again}");
    assert_eq!(facts(&stage, &id).await.len(), 1, "the second fact went with its delivery");
}

async fn instances_with_new_facts_come_longest_waiting_first(stage: Stage) {
    let store = &stage.store;
    let arrivals = [
        ("b", "k1", "2026-03-01T10:00:02Z"),
        ("a", "k1", "2026-03-01T10:00:03Z"),
        ("c", "k1", "2026-03-01T10:00:01Z"),
        ("a", "k2", "2026-03-01T10:00:00Z"),
        ("d", "k1", "2026-03-01T10:00:02Z"),
    ];
    for (n, (name, key, time)) in (0..).zip(arrivals) {
        store.accept(delivery(n, &instance(name), key, at(time))).await.unwrap();
    }
    let expected = ["a", "c", "b", "d"].map(instance);
    assert_eq!(store.list_unprocessed(10).await.unwrap(), expected);
    assert_eq!(store.list_unprocessed(2).await.unwrap(), expected[..2]);
    let id = instance("a");
    let finish = store.transact(&id, Want::money().facts(), now(), |tx| {
        tx.finish_facts();
        Ok::<_, ()>(())
    });
    finish.await.unwrap().unwrap();
    assert_eq!(store.list_unprocessed(10).await.unwrap(), expected[1..]);
}

async fn facts_are_finished_parked_and_taken_out_again(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    for (n, key) in (0..).zip(["one", "two", "three"]) {
        store.accept(delivery(n, &id, key, now())).await.unwrap();
    }
    assert_eq!(store.count_waiting().await.unwrap(), (3, 0));
    let decide = |reason: Option<&'static str>| {
        store.transact(&id, Want::money().facts(), now(), move |tx| {
            tx.park_fact("two", reason);
            tx.finish_facts();
            Ok::<_, ()>(())
        })
    };
    decide(Some("unknown plan")).await.unwrap().unwrap();
    let states: Vec<_> =
        facts(&stage, &id).await.into_iter().map(|fact| (fact.key, fact.is_new, fact.parked)).collect();
    let state = |key: &str, parked: Option<&str>| (key.to_owned(), false, parked.map(str::to_owned));
    assert_eq!(states, [state("one", None), state("three", None), state("two", Some("unknown plan"))]);
    assert_eq!(store.count_waiting().await.unwrap(), (0, 1));
    assert_eq!(store.count_waiting_of(&id).await.unwrap(), (0, 1));
    assert_eq!(store.count_waiting_of(&instance("site-2")).await.unwrap(), (0, 0));
    decide(None).await.unwrap().unwrap();
    assert_eq!(store.count_waiting().await.unwrap(), (0, 0));
    assert!(facts(&stage, &id).await.iter().all(|fact| fact.parked.is_none() && !fact.is_new));
}

async fn an_answer_is_noted_once_and_then_updated(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let answer = |seen: &str| {
        let snapshot = wixapp_core::fact::Snapshot { paid: None, seen_until: at(seen) };
        Fact { key: "snapshot:1".to_owned(), at: now(), kind: FactKind::Snapshot(snapshot) }
    };
    for seen in ["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"] {
        let fact = answer(seen);
        let noted = store.transact(&id, Want::money().facts(), now(), move |tx| {
            tx.note_fact("snapshot", fact.clone());
            Ok::<_, ()>(tx.facts.len())
        });
        assert_eq!(noted.await.unwrap(), Ok(1));
    }
    let stored = facts(&stage, &id).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].fact, Some(answer("2026-03-02T10:00:00Z")));
    assert_eq!((stored[0].is_new, stored[0].event_type.as_str()), (false, "snapshot"));
}

async fn unknown_and_unreadable_events_are_kept(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let unknown = NewDelivery { fact: None, ..delivery(1, &id, "unknown", now()) };
    let reason = Some("no invoice in it".to_owned());
    // NUL cannot be stored as such, and a webhook that brings one must still be accepted.
    let payload = "not \0 JSON".to_owned();
    let unreadable =
        NewDelivery { fact: None, parked: reason, payload, ..delivery(2, &id, "unreadable", now()) };
    for new in [unknown, unreadable] {
        assert!(!store.accept(new).await.unwrap().duplicate);
    }
    assert_eq!(store.count_waiting().await.unwrap(), (0, 1));
    assert!(store.list_unprocessed(10).await.unwrap().is_empty());
    let stored = facts(&stage, &id).await;
    assert!(stored.iter().all(|fact| fact.fact.is_none()) && stored.len() == 2);
    let kept = "SELECT count(*) FROM facts WHERE payload = 'not \u{fffd} JSON'";
    assert_eq!(stage.number(kept).await, 1);
}

async fn what_is_parked_is_listed_with_its_first_arrival(stage: Stage) {
    let (store, id, other) = (&stage.store, instance("site-1"), instance("site-2"));
    let unread = |n: u64, id: &InstanceId, key: &str, time: &str| {
        let parked = Some("it cannot be read".to_owned());
        store.accept(NewDelivery { fact: None, parked, ..delivery(n, id, key, at(time)) })
    };
    // At one moment the ids of arrivals do not tell which came first.
    let (early, late) = ("2026-01-01T10:00:00Z", "2026-03-01T10:00:01Z");
    assert!(!unread(9, &id, "event-1", late).await.unwrap().duplicate);
    assert!(unread(1, &id, "event-1", late).await.unwrap().duplicate);
    unread(2, &other, "event-1", early).await.unwrap();
    store.accept(delivery(3, &id, "event-2", at(late))).await.unwrap();
    // What an event says besides its first fact has no arrival of its own, and what Wix was asked has none at all.
    let note = store.transact(&id, Want::money().facts(), now(), |tx| {
        for key in ["event-2.2", "event-22", "answer"] {
            let kind = FactKind::AppInstalled { origin_instance_id: None };
            tx.note_fact("noted", Fact { key: key.to_owned(), at: now(), kind });
            tx.park_fact(key, Some("unknown plan"));
        }
        tx.finish_facts();
        Ok::<_, ()>(())
    });
    note.await.unwrap().unwrap();
    let listed = store.list_parked(10).await.unwrap();
    let mut seen: Vec<_> = listed
        .iter()
        .map(|one| (one.fact.instance_id.as_str(), one.fact.key.as_str(), one.delivery_id.clone()))
        .collect();
    assert_eq!(seen[0].0, "site-2", "longest waiting first");
    assert_eq!(store.list_parked(1).await.unwrap(), listed[..1]);
    seen.sort();
    let arrival = |n: u64, id: &InstanceId, time: &str| Some(delivery(n, id, "", at(time)).delivery_id);
    let wanted = [
        ("site-1", "answer", None),
        ("site-1", "event-1", arrival(9, &id, late)),
        ("site-1", "event-2.2", arrival(3, &id, late)),
        ("site-1", "event-22", None),
        ("site-2", "event-1", arrival(2, &other, early)),
    ];
    assert_eq!(seen, wanted);
}

async fn only_a_new_fact_is_told(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let mut watch = store.watch();
    for n in 0..3 {
        store.accept(delivery(n, &id, "event-1", now())).await.unwrap();
    }
    let mut told = Vec::new();
    while let Ok(change) = watch.try_recv() {
        told.extend((change.topic != Topic::Resync).then_some(change));
    }
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].instance_id.as_ref(), &told[0].topic), (Some(&id), &Topic::Facts));
}
