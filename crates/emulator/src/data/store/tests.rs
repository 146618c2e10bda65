//! Changes are whole, survive a restart, and follow at their time.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::collection::Stored;
use super::definition::{Definition, Permissions, Role};
use super::op::Op;
use super::{Store, Tx, journal_path};
use crate::data::error::DataError;

fn now() -> Timestamp {
    "2027-01-01T00:00:00Z".parse().unwrap()
}

fn definition(id: &str) -> Definition {
    let role = Role::Admin;
    Definition {
        id: id.to_owned(),
        display_name: Some("Things".to_owned()),
        display_field: None,
        fields: Vec::new(),
        permissions: Permissions { insert: role, update: role, remove: role, read: role },
        plugins: Vec::new(),
        revision: 1,
        created_at: now(),
        updated_at: now(),
        indexes: Vec::new(),
    }
}

fn put(tx: &mut Tx<'_>, id: &str, seq: u64, text: &str) {
    let item = json!({ "_id": id, "text": text });
    let stored = Stored { id: id.into(), text: item.to_string().into() };
    tx.apply(Op::Put { collection: "C".to_owned(), seq, stored });
}

fn fill(store: &mut Store) {
    let done = store.write("site", now(), |tx| {
        tx.apply(Op::Define(Box::new(definition("C"))));
        for n in 1..=3 {
            put(tx, &format!("i{n}"), n, "tab\there\nand \"there\" ü");
        }
        tx.apply(Op::Link {
            collection: "C".to_owned(),
            field: "f".to_owned(),
            id: "i1".into(),
            to: vec!["i2".into()],
        });
        Ok(())
    });
    done.unwrap();
}

/// All there is, as text.
fn all(store: &mut Store) -> String {
    store
        .sites
        .iter()
        .flat_map(|(site, data)| data.steps().map(move |op| format!("{site} {op:?}\n")))
        .collect()
}

#[test]
fn a_refused_change_leaves_nothing_behind() {
    let mut store = Store::open(None, "app", None).unwrap();
    fill(&mut store);
    let before = all(&mut store);
    let refused = store.write("site", now(), |tx| {
        put(tx, "i1", 1, "other");
        put(tx, "i9", 9, "new");
        tx.apply(Op::Remove { collection: "C".to_owned(), seq: 2 });
        tx.link("C", "f", "i1", vec!["i3".to_owned()])?;
        tx.apply(Op::Clear { collection: "C".to_owned() });
        put(tx, "i5", 5, "after");
        tx.apply(Op::Define(Box::new(Definition { revision: 2, ..definition("C") })));
        tx.apply(Op::Drop { collection: "C".to_owned() });
        tx.apply(Op::Define(Box::new(definition("D"))));
        Err::<(), _>(DataError::missing("x"))
    });
    assert_eq!(refused, Err(DataError::missing("x")));
    assert_eq!(all(&mut store), before);
}

#[test]
fn everything_is_there_after_a_restart_and_a_torn_line_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let mut store = Store::open(Some(&file), "app", None).unwrap();
    fill(&mut store);
    store
        .write("site", now(), |tx| {
            tx.apply(Op::Remove { collection: "C".to_owned(), seq: 2 });
            Ok(())
        })
        .unwrap();
    let before = all(&mut store);
    drop(store);
    let journal = journal_path(&file);
    let mut bytes = std::fs::read(&journal).unwrap();
    let whole = bytes.len();
    bytes.extend_from_slice(
        "{\"site\":\"site\",\"ops\":[{\"clear\":{\"collection\":\"C\"}}]}\t\u{fc}".as_bytes(),
    );
    bytes.pop();
    std::fs::write(&journal, &bytes).unwrap();

    let mut store = Store::open(Some(&file), "app", None).unwrap();
    assert_eq!(all(&mut store), before);
    assert_eq!(std::fs::metadata(&journal).unwrap().len(), whole as u64, "the torn line is cut off");
    fill(&mut store);
    drop(store);
    assert!(Store::open(Some(&file), "app", None).is_ok());
    let other = Store::open(Some(&file), "other-app", None).unwrap_err();
    assert!(other.is_data() && other.to_string().contains("belongs to the app app"), "{other}");
}

#[test]
fn a_damaged_line_is_refused_and_not_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    fill(&mut Store::open(Some(&file), "app", None).unwrap());
    let journal = journal_path(&file);
    let good = std::fs::read_to_string(&journal).unwrap();
    for damage in [
        good.replace("\"seq\":2", "\"seq\":-2"),
        good.replace("\t{", "\t["),
        good.replace("layout\":1", "layout\":9"),
    ] {
        std::fs::write(&journal, damage).unwrap();
        assert!(Store::open(Some(&file), "app", None).unwrap_err().is_data());
    }
}

#[test]
fn a_file_full_of_the_past_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let mut store = Store::open(Some(&file), "app", None).unwrap();
    fill(&mut store);
    let long = "x".repeat(400_000);
    for _ in 0..30 {
        store
            .write("site", now(), |tx| {
                put(tx, "i1", 1, &long);
                Ok(())
            })
            .unwrap();
    }
    let before = all(&mut store);
    drop(store);
    let bytes = std::fs::metadata(journal_path(&file)).unwrap().len();
    assert!(bytes < 9_000_000, "30 × 400 KB were written, {bytes} bytes are kept");
    assert_eq!(all(&mut Store::open(Some(&file), "app", None).unwrap()), before);
}

#[test]
fn a_replica_follows_after_its_lag() {
    let mut store = Store::open(None, "app", Some(SignedDuration::from_secs(5))).unwrap();
    fill(&mut store);
    let at = |s: i64| now() + SignedDuration::from_secs(s);
    let mut items = |s: i64, consistent: bool| {
        store.read("site", at(s), consistent).collections.get("C").map(|have| have.len())
    };
    assert_eq!(items(4, false), None);
    assert_eq!(items(4, true), Some(3));
    assert_eq!(items(5, false), Some(3));
}
