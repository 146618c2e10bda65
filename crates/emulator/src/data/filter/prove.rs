//! What must hold for every filter: the fuzzer asks it of whatever it thinks of, the unit tests of the fuzzer's seeds.

use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Value, json};

use super::Filter;
use crate::data::query::find;
use crate::data::store::collection::{Collection, Stored};
use crate::data::store::definition::{Definition, Permissions, Role};

/// Enough that indexes are used.
const ITEMS: u64 = 520;

static ITEMS_KEPT: LazyLock<Mutex<Collection>> = LazyLock::new(|| Mutex::new(collection()));

/// Reads the bytes as a filter, and panics when it means something else by an index than item by item.
pub(crate) fn check_filter(bytes: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
    let Ok(filter) = Filter::parse(Some(&json)) else { return };
    let opposite = Filter::Not(Box::new(filter.clone()));
    let mut collection = ITEMS_KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut expected = 0;
    for seq in 1..=ITEMS {
        let item = collection.item(seq).expect("it was put there");
        let matches = filter.matches(&item);
        assert_ne!(matches, opposite.matches(&item), "{json} and its opposite, of {item}");
        expected += usize::from(matches);
        for (path, test) in filter.required() {
            let part = Filter::Field { path: path.to_owned(), test: test.clone() };
            assert!(!matches || part.matches(&item), "{json} needs {part:?}, and {item} matches without");
        }
    }
    assert_eq!(find::count(&mut collection, &filter), expected, "{json}");
}

fn collection() -> Collection {
    let role = Role::Admin;
    let mut collection = Collection::new(Definition {
        id: "Things".to_owned(),
        display_name: None,
        display_field: None,
        fields: Vec::new(),
        permissions: Permissions { insert: role, update: role, remove: role, read: role },
        plugins: Vec::new(),
        revision: 1,
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        indexes: Vec::new(),
    });
    for seq in 1..=ITEMS {
        let id = format!("i-{seq}");
        let text = thing(seq, &id).to_string();
        collection.put(seq, Stored { id: id.as_str().into(), text: text.into() });
    }
    collection
}

/// Items that differ in the types of their values, too.
fn thing(seq: u64, id: &str) -> Value {
    let mut thing = json!({"_id": id, "n": seq % 97, "seen": seq.is_multiple_of(2)});
    let title = ["Blue", "bread", "", "ÄPFEL", "blue ribbon"];
    let which = usize::try_from(seq % 5).unwrap_or(0);
    match seq % 7 {
        0 => thing["title"] = title[which].into(),
        1 => thing["title"] = json!(["x", title[which]]),
        2 => thing["rating"] = Value::Null,
        3 => thing["at"] = json!({"$date": format!("2026-01-{:02}T00:00:00.000Z", seq % 28 + 1)}),
        4 => thing["tags"] = json!([if seq.is_multiple_of(3) { "x" } else { "y" }, "z", seq % 3]),
        5 => thing["list"] = json!([{"a": seq % 4}, {"a": -1.5}, 2]),
        _ => thing["place"] = json!({"city": title[which], "at": [1, 2]}),
    }
    if seq.is_multiple_of(11) {
        thing["n"] = json!(-1.0e300);
    }
    thing
}
