//! One item at a time.

use serde_json::json;
use wixapp_platform::data::{Conditions as _, Date, Filter, Patch};

use super::Case::Cannot;
use super::scene::{named, refused};
use super::{call, tests};

/// Why a call through the context has no counterpart.
pub(super) const CONTEXT: &str = "the context is a global of JavaScript; in Rust the client is at hand";

call! { INSERT "items.insert"
    "gives the item an id, an owner and its dates" => |s| {
        let item = s.notes().await.insert(json!({"text": "a"})).await.unwrap();
        assert!(item.id.len() == 36 && item.id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'), "{}", item.id);
        assert!(item.owner.is_some() && item.created_at.is_some());
        assert_eq!(item.created_at, item.updated_at);
    }
    "keeps an id of its own" => |s| {
        let item = s.notes().await.insert(named("mine", json!({"text": "a"}))).await.unwrap();
        assert_eq!(item.id, "mine");
    }
    "keeps structure, numbers, booleans, null and dates" => |s| {
        let when = Date::new("2027-01-02T03:04:05.678Z".parse().unwrap());
        let fields = json!({
            "list": [1, "two", {"three": 3.5}, [true]], "object": {"deep": {"er": null}}, "when": when,
            "dates": [Date::new("2020-02-29T00:00:00Z".parse().unwrap())],
        });
        assert_eq!(s.notes().await.insert(fields.clone()).await.unwrap().data, fields);
    }
    "does not overwrite" => |s| {
        let notes = s.notes().await;
        notes.insert(named("taken", json!({"text": "first"}))).await.unwrap();
        let error = refused(notes.insert(named("taken", json!({"text": "second"}))).await, "WDE0074");
        assert!(error.is_conflict());
        assert_eq!(notes.get("taken").await.unwrap().unwrap().data["text"], "first");
    }
    "into a collection that is not there" => |s| {
        assert!(refused(s.items("Nowhere").insert(json!({})).await, "WDE0025").is_not_found());
    }
    "of more than 500 KB" => |s| {
        let large = json!({"text": "x".repeat(520_000)});
        assert!(refused(s.notes().await.insert(large).await, "WDE0009").is_too_large());
    }
    "through the context, elevated" = Cannot(CONTEXT);
}

call! { GET "items.get"
    "an item" => |s| {
        let notes = s.notes().await;
        notes.insert(named("read", json!({"text": "here"}))).await.unwrap();
        assert_eq!(notes.get("read").await.unwrap().unwrap().data["text"], "here");
    }
    "null when it is not there" => |s| { assert!(s.notes().await.get("none").await.unwrap().is_none()); }
    "an id with spaces, signs and letters of other languages" => |s| {
        let (notes, id) = (s.notes().await, "a b+c:d,e;f@g=h&ü 世界");
        notes.insert(named(id, json!({"text": "odd"}))).await.unwrap();
        assert_eq!(notes.get(id).await.unwrap().unwrap().data["text"], "odd");
        assert_eq!(notes.lookup(id).find().await.unwrap().unwrap().id, id);
    }
    "only some fields" => |s| {
        let notes = s.notes().await;
        notes.insert(named("wide", json!({"text": "a", "more": 1, "other": 2}))).await.unwrap();
        let item = notes.lookup("wide").fields(["text", "more"]).find().await.unwrap().unwrap();
        assert_eq!((item.id.as_str(), item.owner, item.data), ("wide", None, json!({"text": "a", "more": 1})));
    }
    "consistently" => |s| {
        let notes = s.notes().await;
        notes.insert(named("now", json!({}))).await.unwrap();
        assert_eq!(notes.consistent().get("now").await.unwrap().unwrap().id, "now");
    }
    "from a collection that is not there" => |s| {
        refused(s.items("Nowhere").get("x").await, "WDE0025");
        refused(s.items("Nowhere").lookup("x").find().await, "WDE0025");
    }
}

call! { UPDATE "items.update"
    "replaces the whole item" => |s| {
        let notes = s.notes().await;
        let before = notes.insert(named("whole", json!({"text": "a", "more": 1}))).await.unwrap();
        assert_eq!(notes.update(named("whole", json!({"text": "b"}))).await.unwrap().data, json!({"text": "b"}));
        let after = notes.get("whole").await.unwrap().unwrap();
        assert_eq!(after.data, json!({"text": "b"}));
        assert_eq!((after.created_at, after.owner), (before.created_at, before.owner));
    }
    "an item that is not there" => |s| {
        refused(s.notes().await.update(named("none", json!({"text": "a"}))).await, "WDE0073");
    }
    "an item without an id" => |s| {
        assert!(s.notes().await.update(json!({"text": "a"})).await.unwrap_err().is_malformed());
    }
    "on a condition that holds" => |s| {
        let notes = s.notes().await;
        notes.insert(named("cond", json!({"n": 1}))).await.unwrap();
        let first = notes.only_if(Filter::new().eq("n", 1));
        assert_eq!(first.update(named("cond", json!({"n": 2}))).await.unwrap().data, json!({"n": 2}));
    }
    "on a condition that does not hold" => |s| {
        let notes = s.notes().await;
        notes.insert(named("cond2", json!({"n": 1}))).await.unwrap();
        let ninth = notes.only_if(Filter::new().eq("n", 9));
        refused(ninth.update(named("cond2", json!({"n": 2}))).await, "WDE0073");
        assert_eq!(notes.get("cond2").await.unwrap().unwrap().data["n"], 1);
    }
}

call! { SAVE "items.save"
    "inserts what is new" => |s| {
        let saved = s.notes().await.save(named("saved", json!({"text": "a"}))).await.unwrap();
        assert!(saved.inserted && saved.item.data["text"] == "a");
    }
    "inserts what has no id" => |s| {
        let saved = s.notes().await.save(json!({"text": "a"})).await.unwrap();
        assert!(saved.inserted && !saved.item.id.is_empty());
    }
    "replaces what is there" => |s| {
        let notes = s.notes().await;
        notes.insert(named("again", json!({"text": "a", "more": 1}))).await.unwrap();
        let saved = notes.save(named("again", json!({"text": "b"}))).await.unwrap();
        assert_eq!((saved.inserted, saved.item.data), (false, json!({"text": "b"})));
    }
}

call! { PATCH "items.patch"
    "sets a field and leaves the others" => |s| {
        let notes = s.notes().await;
        notes.insert(named("p", json!({"text": "a", "more": 1}))).await.unwrap();
        let item = notes.patch("p", &Patch::new().set("text", "b")).await.unwrap().unwrap();
        assert_eq!(item.data, json!({"text": "b", "more": 1}));
    }
    "sets a field within an object" => |s| {
        let notes = s.notes().await;
        notes.insert(named("p", json!({"inner": {"a": 1}}))).await.unwrap();
        let item = notes.patch("p", &Patch::new().set("inner.b", 2)).await.unwrap().unwrap();
        assert_eq!(item.data["inner"], json!({"a": 1, "b": 2}));
    }
    "sets a date" => |s| {
        let (notes, when) = (s.notes().await, Date::new("2027-01-02T03:04:05Z".parse().unwrap()));
        notes.insert(named("p", json!({}))).await.unwrap();
        let item = notes.patch("p", &Patch::new().set("when", when)).await.unwrap().unwrap();
        assert_eq!(item.data["when"], json!(when));
    }
    "increments, also what is not there yet" => |s| {
        let notes = s.notes().await;
        notes.insert(named("p", json!({"n": 5}))).await.unwrap();
        let item = notes.patch("p", &Patch::new().increment("n", -2).increment("m", 3)).await.unwrap().unwrap();
        assert_eq!(item.data, json!({"n": 3, "m": 3}));
    }
    "appends to and removes from lists" => |s| {
        let notes = s.notes().await;
        notes.insert(named("p", json!({"list": ["a", "b", "a"]}))).await.unwrap();
        let item = notes.patch("p", &Patch::new().remove_from("list", "a").append("list", "c")).await;
        assert_eq!(item.unwrap().unwrap().data["list"], json!(["b", "c"]));
    }
    "removes a field" => |s| {
        let notes = s.notes().await;
        notes.insert(named("p", json!({"text": "a", "more": 1}))).await.unwrap();
        let item = notes.patch("p", &Patch::new().remove("more")).await.unwrap().unwrap();
        assert_eq!(item.data, json!({"text": "a"}));
    }
    "increments a text: refused, and nothing of it happens" => |s| {
        let notes = s.notes().await;
        notes.insert(named("p", json!({"text": "a", "n": 1}))).await.unwrap();
        refused(notes.patch("p", &Patch::new().set("n", 2).increment("text", 1)).await, "WDE0075");
        assert_eq!(notes.get("p").await.unwrap().unwrap().data["n"], 1);
    }
    "an item that is not there" => |s| {
        assert!(s.notes().await.patch("none", &Patch::new().set("a", 1)).await.unwrap().is_none());
    }
    "on a condition that does not hold" => |s| {
        let notes = s.notes().await;
        notes.insert(named("p", json!({"n": 1}))).await.unwrap();
        let many = notes.only_if(Filter::new().gt("n", 5));
        assert!(many.patch("p", &Patch::new().set("n", 2)).await.unwrap().is_none());
        assert_eq!(notes.get("p").await.unwrap().unwrap().data["n"], 1);
    }
}

call! { REMOVE "items.remove"
    "gives back what was removed" => |s| {
        let notes = s.notes().await;
        notes.insert(named("gone", json!({"text": "a"}))).await.unwrap();
        assert_eq!(notes.remove("gone").await.unwrap().unwrap().data["text"], "a");
        assert!(notes.get("gone").await.unwrap().is_none());
    }
    "null when it is not there" => |s| { assert!(s.notes().await.remove("none").await.unwrap().is_none()); }
    "on a condition that does not hold" => |s| {
        let notes = s.notes().await;
        notes.insert(named("stays", json!({"n": 1}))).await.unwrap();
        assert!(notes.only_if(Filter::new().gt("n", 5)).remove("stays").await.unwrap().is_none());
        assert_eq!(notes.get("stays").await.unwrap().unwrap().data["n"], 1);
    }
}

call! { TRUNCATE "items.truncate"
    "removes all items and keeps the collection" => |s| {
        let full = s.three().await;
        full.truncate().await.unwrap();
        assert_eq!(full.query().count().await.unwrap(), 0);
        assert_eq!(s.client.collection(&s.instance, full.collection()).await.unwrap().id, full.collection());
    }
    "of a collection that is not there" => |s| { refused(s.items("Nowhere").truncate().await, "WDE0025"); }
}

tests! {
    insert: INSERT,
    get: GET,
    update: UPDATE,
    save: SAVE,
    patch: PATCH,
    remove: REMOVE,
    truncate: TRUNCATE,
}
