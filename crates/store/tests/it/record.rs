//! Records: documents of the app's own.

use serde::{Deserialize, Serialize};
use wixapp_core::InstanceId;
use wixapp_core::account::LedgerError;
use wixapp_core::clock::Timestamp;
use wixapp_core::grant::Pool;
use wixapp_store::{Error, Record, RecordError, RecordFilter, RecordPlace, Store, Stored, Want};

use crate::stage::{Stage, at, gift, give, instance, now, put_aside};

on_both!(
    a_record_is_written_read_changed_and_deleted,
    a_change_of_what_was_not_seen_is_refused,
    a_new_record_never_replaces_one_that_was_not_wanted,
    instances_and_collections_never_meet,
    lists_are_narrowed_by_state_tag_time_and_text,
    pages_neither_skip_nor_repeat,
    a_record_and_a_hold_are_one_commit,
    changes_that_wait_for_each_other_all_count,
    what_cannot_be_stored_is_refused_and_says_why,
    a_record_of_another_shape_is_no_panic,
    deleting_personal_data_takes_the_records,
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    id: String,
    text: String,
    state: String,
    tags: Vec<String>,
    due: Option<Timestamp>,
}

impl Record for Note {
    const COLLECTION: &'static str = "notes";
    fn id(&self) -> &str {
        &self.id
    }
    fn state(&self) -> &str {
        &self.state
    }
    fn tags(&self) -> Vec<String> {
        self.tags.clone()
    }
    fn at(&self) -> Option<Timestamp> {
        self.due
    }
    fn search_text(&self) -> String {
        self.text.clone()
    }
}

/// Another type in another collection, under the same ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Label {
    id: String,
    colour: u32,
}

impl Record for Label {
    const COLLECTION: &'static str = "labels";
    fn id(&self) -> &str {
        &self.id
    }
}

fn note(id: &str, text: &str) -> Note {
    let (id, text, state) = (id.to_owned(), text.to_owned(), "open".to_owned());
    Note { id, text, state, tags: Vec::new(), due: None }
}

async fn save<R: Record + Clone>(
    store: &Store,
    id: &InstanceId,
    record: &R,
) -> Result<Stored<R>, RecordError> {
    let (want, record) = (Want::money().record::<R>(record.id()), record.clone());
    store.transact(id, want, now(), move |tx| tx.save_record(&record)).await.unwrap()
}

async fn ids(store: &Store, id: &InstanceId, filter: &RecordFilter) -> Vec<String> {
    let found = store.list_records::<Note>(id, filter, 100).await.unwrap();
    let count = store.count_records::<Note>(id, filter).await.unwrap();
    assert_eq!(count, i64::try_from(found.len()).unwrap(), "{filter:?}");
    found.into_iter().map(|stored| stored.record.id).collect()
}

async fn a_record_is_written_read_changed_and_deleted(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    assert_eq!(store.find_record::<Note>(&id, "n-1").await.unwrap(), None);
    let first = save(store, &id, &note("n-1", "Milk\u{0} & \"bread\" 🥖")).await.unwrap();
    assert_eq!((first.version, first.created_at), (1, now()));
    assert_eq!(store.find_record(&id, "n-1").await.unwrap(), Some(first.clone()));

    let later = at("2026-03-02T10:00:00Z");
    let changed = note("n-1", "Butter");
    let want = Want::money().record::<Note>("n-1");
    let second = store.transact(&id, want, later, move |tx| tx.save_record(&changed)).await.unwrap().unwrap();
    assert_eq!((second.version, second.created_at, second.updated_at), (2, now(), later));
    assert_eq!(store.find_record(&id, "n-1").await.unwrap(), Some(second));

    let delete = |tx: &mut wixapp_store::Tx| {
        tx.delete_record::<Note>("n-1");
        tx.record::<Note>("n-1")
    };
    let want = Want::money().record::<Note>("n-1");
    assert_eq!(store.transact(&id, want, now(), delete).await.unwrap(), Ok(None));
    assert_eq!(store.find_record::<Note>(&id, "n-1").await.unwrap(), None);
    assert_eq!(save(store, &id, &note("n-1", "anew")).await.unwrap().version, 1);
}

async fn a_change_of_what_was_not_seen_is_refused(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    save(store, &id, &note("n-1", "one")).await.unwrap();
    save(store, &id, &note("n-1", "two")).await.unwrap();
    let change = async |name: &'static str, version| {
        let want = Want::money().record::<Note>(name);
        let changed = store.transact(&id, want, now(), move |tx| {
            let mut note = tx.record_at::<Note>(name, version)?.record;
            note.text = "three".to_owned();
            tx.save_record(&note).map(|stored| stored.version)
        });
        changed.await.unwrap()
    };
    assert_eq!(change("n-1", Some(1)).await, Err(RecordError::Stale { version: 2 }));
    assert_eq!(store.find_record::<Note>(&id, "n-1").await.unwrap().unwrap().record.text, "two");
    assert_eq!(change("n-1", Some(2)).await, Ok(3));
    assert_eq!(change("n-2", None).await, Err(RecordError::Missing));
}

async fn a_new_record_never_replaces_one_that_was_not_wanted(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    save(store, &id, &note("n-1", "first")).await.unwrap();
    let blind = store.transact(&id, Want::money(), now(), |tx| tx.save_record(&note("n-1", "second"))).await;
    assert!(matches!(blind, Err(Error::Conflict { .. })), "{blind:?}");
    assert_eq!(store.find_record::<Note>(&id, "n-1").await.unwrap().unwrap().record.text, "first");
}

async fn instances_and_collections_never_meet(stage: Stage) {
    let (store, one, two) = (&stage.store, instance("site-1"), instance("site-2"));
    save(store, &one, &note("n-1", "of one")).await.unwrap();
    save(store, &two, &note("n-1", "of two")).await.unwrap();
    save(store, &one, &Label { id: "n-1".to_owned(), colour: 3 }).await.unwrap();
    let all = Want::money().all_records::<Note>();
    let seen =
        store.look(&one, all, now(), |tx| (tx.records::<Note>(), tx.records::<Label>())).await.unwrap();
    assert_eq!(seen.0.unwrap()[0].record.text, "of one");
    assert_eq!(seen.1.unwrap(), []);
    let deletion = store.transact(&one, Want::money(), now(), |tx| {
        tx.delete_record::<Note>("n-1");
        Ok::<_, RecordError>(())
    });
    deletion.await.unwrap().unwrap();
    assert!(ids(store, &one, &RecordFilter::default()).await.is_empty());
    assert_eq!(ids(store, &two, &RecordFilter::default()).await, ["n-1"]);
    assert_eq!(store.find_record::<Label>(&one, "n-1").await.unwrap().unwrap().record.colour, 3);
}

async fn lists_are_narrowed_by_state_tag_time_and_text(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let day = |day: u8| at(&format!("2026-03-0{day}T00:00:00Z"));
    for (name, state, tag, due, text) in [
        ("a", "open", "blue", day(1), "Straße 100%"),
        ("b", "done", "blue", day(2), "ÄPFEL und Birnen"),
        ("c", "open", "blueish", day(3), "nothing_here"),
        ("d", "late", "red", day(4), ""),
    ] {
        let tags = vec!["common".to_owned(), tag.to_owned()];
        let record = Note { state: state.to_owned(), tags, due: Some(due), ..note(name, text) };
        save(store, &id, &record).await.unwrap();
    }
    let none = RecordFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let states = |states: &[&str]| states.iter().map(|&state| state.to_owned()).collect::<Vec<_>>();
    for (filter, found) in [
        (none(), "dcba"),
        (RecordFilter { states: states(&["open"]), ..none() }, "ca"),
        (RecordFilter { states: states(&["done", "open", "done"]), ..none() }, "cba"),
        (RecordFilter { states: states(&["", "op", "\0", "' OR 1=1 --"]), ..none() }, ""),
        (RecordFilter { tag: text("blue"), ..none() }, "ba"),
        (RecordFilter { tag: text("common"), ..none() }, "dcba"),
        (RecordFilter { tag: text("com"), ..none() }, ""),
        (RecordFilter { from: Some(day(2)), to: Some(day(4)), ..none() }, "cb"),
        (RecordFilter { text: text("äpfel"), ..none() }, "b"),
        (RecordFilter { text: text("STRASSE"), ..none() }, ""),
        (RecordFilter { text: text("stra"), ..none() }, "a"),
        (RecordFilter { text: text("%"), ..none() }, "a"),
        (RecordFilter { text: text("_"), ..none() }, "c"),
        (RecordFilter { text: text("\0"), ..none() }, ""),
        (RecordFilter { states: states(&["open"]), tag: text("blue"), text: text("100"), ..none() }, "a"),
    ] {
        assert_eq!(ids(store, &id, &filter).await.concat(), found, "{filter:?}");
    }
}

async fn pages_neither_skip_nor_repeat(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let names: Vec<String> = (0..23).map(|n| format!("n-{n:02}")).collect();
    for (n, name) in names.iter().enumerate() {
        // Three of them at one moment each.
        let due = Some(now() + jiff::SignedDuration::from_secs(i64::try_from(n / 3).unwrap()));
        let state = ["open", "done"][n % 2].to_owned();
        save(store, &id, &Note { due, state, ..note(name, "x") }).await.unwrap();
    }
    for states in [vec![], vec!["open".to_owned(), "done".to_owned()]] {
        let mut filter = RecordFilter { states, ..RecordFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = store.list_records::<Note>(&id, &filter, 5).await.unwrap();
            filter.before = page.last().map(RecordPlace::of);
            seen.extend(page.into_iter().map(|stored| stored.record.id));
            if filter.before.is_none() {
                break;
            }
        }
        seen.reverse();
        assert_eq!(seen, names);
    }
}

async fn a_record_and_a_hold_are_one_commit(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("first", Pool::Plan, 1)).await;
    let publish = async |name: &'static str| {
        let want = Want::money().record::<Note>(name).hold_key(name);
        let done = store.transact(&id, want, now(), move |tx| {
            // Written first: the refusal after it must take it back.
            tx.save_record(&note(name, "x")).expect("a good note");
            tx.account.reserve(put_aside(name, 1), tx.now)?;
            Ok::<_, LedgerError>(())
        });
        done.await.unwrap()
    };
    assert!(publish("n-1").await.is_ok());
    assert!(matches!(publish("n-2").await, Err(LedgerError::InsufficientCredits { .. })));
    assert_eq!(ids(store, &id, &RecordFilter::default()).await, ["n-1"]);
    assert_eq!(stage.number("SELECT count(*) FROM holds").await, 1);
}

async fn changes_that_wait_for_each_other_all_count(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let other = stage.another_store().await;
    save(store, &id, &Label { id: "n".to_owned(), colour: 0 }).await.unwrap();
    let adds = (0..40).map(|n| {
        let (store, id) = (if n % 2 == 0 { store.clone() } else { other.clone() }, id.clone());
        tokio::spawn(async move {
            let want = Want::money().record::<Label>("n");
            let add = store.transact(&id, want, now(), |tx| {
                let mut label = tx.record_at::<Label>("n", None)?.record;
                label.colour += 1;
                tx.save_record(&label)
            });
            add.await.unwrap().unwrap();
        })
    });
    for add in adds.collect::<Vec<_>>() {
        add.await.unwrap();
    }
    let stored = store.find_record::<Label>(&id, "n").await.unwrap().unwrap();
    assert_eq!((stored.record.colour, stored.version), (40, 41));
}

async fn what_cannot_be_stored_is_refused_and_says_why(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let long = "x".repeat(129);
    let bad = [
        Note { id: String::new(), ..note("", "") },
        note("with space", ""),
        note("nul\0", ""),
        note(&long, ""),
        Note { state: "a|b".to_owned(), ..note("n", "") },
        Note { state: long.clone(), ..note("n", "") },
        Note { tags: vec!["a\0".to_owned()], ..note("n", "") },
        note("n", &"x".repeat(256 * 1024)),
    ];
    for record in bad {
        let refused = save(store, &id, &record).await.unwrap_err();
        assert!(matches!(&refused, RecordError::Unfit { collection: "notes", .. }), "{refused}");
    }
    assert_eq!(store.count_records::<Note>(&id, &RecordFilter::default()).await.unwrap(), 0);
    assert_eq!(store.find_record::<Note>(&id, "\0").await.unwrap(), None);
}

async fn a_record_of_another_shape_is_no_panic(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    save(store, &id, &note("n-1", "x")).await.unwrap();
    stage.raw(r#"UPDATE records SET body = '{"id":7}'"#).await.unwrap();
    assert!(matches!(store.find_record::<Note>(&id, "n-1").await, Err(Error::Inconsistent(_))));
    assert!(store.list_records::<Note>(&id, &RecordFilter::default(), 9).await.is_err());
    let want = Want::money().record::<Note>("n-1");
    let seen = store.look(&id, want, now(), |tx| tx.record::<Note>("n-1")).await.unwrap();
    assert!(matches!(seen, Err(RecordError::Unreadable { .. })));
}

async fn deleting_personal_data_takes_the_records(stage: Stage) {
    let (store, id, other) = (&stage.store, instance("site-1"), instance("site-2"));
    for owner in [&id, &other] {
        save(store, owner, &note("n-1", "a name")).await.unwrap();
    }
    let erase = store.transact(&id, Want::money().all_records::<Note>(), now(), |tx| {
        tx.erase();
        tx.records::<Note>()
    });
    assert_eq!(erase.await.unwrap(), Ok(Vec::new()));
    assert_eq!(store.find_record::<Note>(&id, "n-1").await.unwrap(), None);
    assert!(store.find_record::<Note>(&other, "n-1").await.unwrap().is_some());
}
