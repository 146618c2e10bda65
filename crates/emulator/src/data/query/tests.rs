//! The answers with an index are the answers without one.

use serde_json::{Value, json};

use super::find::{Want, count, find};
use super::order::Sorting;
use super::page::{Page, Start};
use super::{Query, run};
use crate::data::filter::Filter;
use crate::data::store::collection::{Collection, Stored};
use crate::data::store::definition::{Definition, Permissions, Role};
use crate::data::store::op::SiteData;

fn definition(id: &str) -> Definition {
    let at = "2027-01-01T00:00:00Z".parse().unwrap();
    let role = Role::Admin;
    Definition {
        id: id.to_owned(),
        display_name: None,
        display_field: None,
        fields: Vec::new(),
        permissions: Permissions { insert: role, update: role, remove: role, read: role },
        plugins: Vec::new(),
        revision: 1,
        created_at: at,
        updated_at: at,
        indexes: Vec::new(),
    }
}

/// Items with numbers, texts, gaps and, in every seventh, a list.
fn collection(size: u64) -> Collection {
    let mut collection = Collection::new(definition("C"));
    for n in 1..=size {
        let mut item =
            json!({ "_id": format!("i{n}"), "n": n % 50, "t": format!("t{}", n % 13), "u": n * 7 % size });
        if n % 7 == 0 {
            item["l"] = json!([n % 3, "x"]);
        } else if n % 5 != 0 {
            item["l"] = json!(n % 4);
        }
        collection.put(n, Stored { id: format!("i{n}").into(), text: item.to_string().into() });
    }
    collection
}

fn filters() -> Vec<Value> {
    vec![
        json!({}),
        json!({ "n": 7 }),
        json!({ "n": { "$gte": 10, "$lt": 13 } }),
        json!({ "n": { "$gt": 45 } }),
        json!({ "n": { "$lte": 2 }, "t": "t3" }),
        json!({ "t": { "$in": ["t1", "t2", "t1", 4] } }),
        json!({ "l": 1 }),
        json!({ "l": { "$gte": 1, "$lt": 2 } }),
        json!({ "l": null }),
        json!({ "l": { "$hasSome": ["x", 3] } }),
        json!({ "l": { "$hasAll": ["x", 2] } }),
        json!({ "$or": [{ "n": 3 }, { "t": "t5" }] }),
        json!({ "$and": [{ "n": { "$gt": 5 } }, { "$not": { "t": "t1" } }] }),
        json!({ "n": 4, "t": { "$contains": "T1" } }),
        json!({ "_id": { "$in": ["i4", "i9", "none"] } }),
        json!({ "_id": "i4", "n": 5 }),
        json!({ "n": { "$gt": 7, "$lt": 3 } }),
    ]
}

fn sortings() -> Vec<Sorting> {
    let by = |fields: &[(&str, bool)]| Sorting(fields.iter().map(|(f, d)| ((*f).to_owned(), *d)).collect());
    vec![
        by(&[]),
        by(&[("n", false)]),
        by(&[("n", true)]),
        by(&[("u", true)]),
        by(&[("l", false)]),
        by(&[("l", true)]),
        by(&[("t", false), ("n", true)]),
        by(&[("none", false)]),
    ]
}

/// All items, parsed once.
fn everything(collection: &Collection) -> Vec<(u64, Value)> {
    collection.seqs().filter_map(|seq| Some((seq, collection.item(seq)?))).collect()
}

/// What the documentation of the operators says, with no index and no early end.
fn plainly(all: &[(u64, Value)], filter: &Filter, sorting: &Sorting) -> Vec<String> {
    let mut matching: Vec<_> = all
        .iter()
        .filter(|(_, item)| filter.matches(item))
        .map(|(seq, item)| (sorting.position(item, *seq), item["_id"].as_str().unwrap().to_owned()))
        .collect();
    matching.sort_by(|(a, _), (b, _)| sorting.compare(a, b));
    matching.into_iter().map(|(_, id)| id).collect()
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_index_changes_no_answer() {
    for (size, step) in [(40, 1), (600, 1), (2_100, 5)] {
        let mut collection = collection(size);
        let all = everything(&collection);
        for filter in filters().into_iter().step_by(step) {
            let filter = Filter::parse(Some(&filter)).unwrap();
            for sorting in sortings() {
                let expected = plainly(&all, &filter, &sorting);
                let want = Want {
                    filter: &filter,
                    sorting: &sorting,
                    from: None,
                    backwards: false,
                    skip: 3,
                    limit: 20,
                };
                let found: Vec<Value> =
                    find(&mut collection, &want).items.into_iter().map(|(_, i)| i).collect();
                let page: Vec<String> = expected.iter().skip(3).take(20).cloned().collect();
                assert_eq!(ids(&found), page, "{size} {filter:?} {sorting:?}");
                assert_eq!(count(&mut collection, &filter), expected.len(), "{size} {filter:?}");
            }
        }
    }
}

fn walk(site: &mut SiteData, filter: &Value, sorting: &Sorting, limit: usize) -> (Vec<String>, Vec<String>) {
    let mut query = Query {
        collection: "C".to_owned(),
        filter: filter.clone(),
        sorting: sorting.clone(),
        page: Page { limit, start: Start::Offset(0) },
        total: false,
    };
    let (mut forwards, mut backwards, mut last) = (Vec::new(), Vec::new(), None);
    loop {
        let (items, info) = run(site, &query).unwrap();
        forwards.extend(ids(&items));
        last = info.prev.clone().or(last);
        let Some(next) = info.next else { break };
        query.page.start = Start::Cursor(next);
        // A cursor carries the query: what is sent beside it does not count.
        (query.filter, query.sorting) = (json!({}), Sorting::default());
    }
    while let Some(cursor) = last {
        query.page.start = Start::Cursor(cursor);
        let (items, info) = run(site, &query).unwrap();
        backwards.splice(0..0, ids(&items));
        last = info.prev;
    }
    (forwards, backwards)
}

#[test]
fn cursors_lead_through_everything_once_and_back() {
    for size in [30, 510] {
        let mut site = SiteData::default();
        site.collections.insert("C".to_owned(), collection(size));
        let all = everything(&site.collections["C"]);
        for filter in filters() {
            let parsed = Filter::parse(Some(&filter)).unwrap();
            for sorting in sortings() {
                let expected = plainly(&all, &parsed, &sorting);
                let (forwards, backwards) = walk(&mut site, &filter, &sorting, 97);
                assert_eq!(forwards, expected, "{size} {filter} {sorting:?}");
                let before_the_last_page = expected.len().saturating_sub(1) / 97 * 97;
                assert_eq!(backwards, expected[..before_the_last_page], "{size} {filter} {sorting:?}");
            }
        }
    }
}

#[test]
fn a_cursor_of_something_else_is_refused() {
    let mut site = SiteData::default();
    site.collections.insert("C".to_owned(), collection(10));
    for cursor in ["x", "", "W10", "WyJkaXN0aW5jdCIse31d", "WyJxdWVyeSIse31d"] {
        let query = Query {
            collection: "C".to_owned(),
            filter: Value::Null,
            sorting: Sorting::default(),
            page: Page { limit: 1, start: Start::Cursor(cursor.to_owned()) },
            total: false,
        };
        assert_eq!(run(&mut site, &query).unwrap_err(), super::bad_cursor(), "{cursor}");
    }
}
