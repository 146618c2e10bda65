#[path = "../../../../../fuzz/checks/mutate.rs"]
mod mutate;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Filter;
use crate::data::error::DataError;

#[track_caller]
fn matches(filter: &Value, item: &Value) -> bool {
    Filter::parse(Some(filter)).unwrap().matches(item)
}

#[test]
fn every_operator_says_yes_and_no() {
    let item = json!({
        "name": "Ada Lovelace", "age": 36, "tags": ["math", "Poetry"], "born": { "$date": "1815-12-10T00:00:00.000Z" },
        "nothing": null, "active": true, "address": { "city": "London" },
    });
    let yes = [
        json!({}),
        json!({ "name": "Ada Lovelace" }),
        json!({ "name": { "$eq": "Ada Lovelace" } }),
        json!({ "tags": "math" }),
        json!({ "tags": ["math", "Poetry"] }),
        json!({ "nothing": null, "missing": null }),
        json!({ "name": { "$ne": null } }),
        json!({ "tags": { "$ne": "music" } }),
        json!({ "age": { "$gt": 35, "$lt": 37 } }),
        json!({ "age": { "$gte": 36, "$lte": 36 } }),
        json!({ "born": { "$lt": { "$date": "1900-01-01T00:00:00Z" } } }),
        json!({ "active": { "$gt": false } }),
        json!({ "age": { "$in": [1, 36] } }),
        json!({ "age": { "$nin": [1, 35] } }),
        json!({ "missing": { "$nin": [1] } }),
        json!({ "nothing": { "$isEmpty": true }, "name": { "$isEmpty": false } }),
        json!({ "tags": { "$hasSome": ["x", "math"] } }),
        json!({ "tags": { "$hasAll": ["Poetry", "math"] } }),
        json!({ "name": { "$contains": "LOVE" } }),
        json!({ "name": { "$startsWith": "ada" } }),
        json!({ "name": { "$endsWith": "LACE" } }),
        json!({ "tags": { "$startsWith": "poet" } }),
        json!({ "nothing": { "$exists": true }, "missing": { "$exists": false } }),
        json!({ "address.city": "London" }),
        json!({ "$and": [{ "age": 36 }, { "active": true }] }),
        json!({ "$and": [] }),
        json!({ "$or": [{ "age": 1 }, {}] }),
        json!({ "$not": { "age": 1 } }),
        json!({ "$not": [{ "age": 1 }] }),
        json!({ "age": { "$not": { "$gt": 40 } } }),
        json!({ "name": { "$matches": { "ignoreCase": true, "spec": [
            { "type": "literal", "value": "ADA" }, { "type": "anyOf", "value": " \t\n-" },
            { "type": "literal", "value": "lovelace" }] } } }),
    ];
    for filter in yes {
        assert!(matches(&filter, &item), "{filter}");
    }
    let no = [
        json!({ "name": "ada lovelace" }),
        json!({ "age": "36" }),
        json!({ "age": null }),
        json!({ "tags": { "$ne": "math" } }),
        json!({ "age": { "$nin": [36] } }),
        json!({ "name": { "$isEmpty": true } }),
        json!({ "missing": { "$isEmpty": false } }),
        json!({ "age": { "$gt": 36 } }),
        json!({ "age": { "$lt": "40" } }),
        json!({ "missing": { "$lt": 5 } }),
        json!({ "age": { "$in": [] } }),
        json!({ "tags": { "$hasAll": ["math", "x"] } }),
        json!({ "age": { "$contains": "3" } }),
        json!({ "name": { "$endsWith": "Ada" } }),
        json!({ "missing": { "$exists": true } }),
        json!({ "$or": [{ "age": 1 }, { "age": 2 }] }),
        json!({ "$not": {} }),
        json!({ "name": { "$matches": { "ignoreCase": true, "spec": [{ "type": "literal", "value": "ada" }] } } }),
    ];
    for filter in no {
        assert!(!matches(&filter, &item), "{filter}");
    }
}

#[test]
fn a_filter_that_cannot_be_right_is_refused_with_its_code() {
    let mut deep = json!({ "a": 1 });
    for _ in 0..25 {
        deep = json!({ "$and": [deep] });
    }
    let cases = [
        (json!([]), "WDE0056"),
        (json!("x"), "WDE0056"),
        (json!({ "$and": {} }), "WDE0057"),
        (json!({ "$and": ["x"] }), "WDE0056"),
        (json!({ "$or": [] }), "WDE0057"),
        (json!({ "$not": [{}, {}] }), "WDE0057"),
        (json!({ "$not": 1 }), "WDE0056"),
        (json!({ "$nor": [] }), "WDE0093"),
        (json!({ "a": { "$regex": ".*" } }), "WDE0070"),
        (json!({ "$regex": ".*" }), "WDE0070"),
        (json!({ "a": { "$not": { "$regex": "x" } } }), "WDE0070"),
        (json!({ "a": { "$near": 1 } }), "WDE0093"),
        (json!({ "a": { "$gt": null } }), "WDE0058"),
        (json!({ "a": { "$lte": { "b": 1 } } }), "WDE0058"),
        (json!({ "a": { "$contains": 1 } }), "WDE0059"),
        (json!({ "a": { "$in": "x" } }), "WDE0057"),
        (json!({ "a": { "$hasAll": [[1]] } }), "WDE0060"),
        (json!({ "a": { "$in": [null] } }), "WDE0060"),
        (json!({ "a": { "$exists": "yes" } }), "WDE0093"),
        (json!({ "a": { "$matches": { "spec": [] } } }), "WDE0063"),
        (json!({ "a": { "$matches": { "ignoreCase": true } } }), "WDE0062"),
        (json!({ "a": { "$matches": { "ignoreCase": true, "spec": [{ "type": "x" }] } } }), "WDE0064"),
        (json!({ "": 1 }), "WDE0003"),
        (deep, "WDE0169"),
    ];
    for (filter, expected) in cases {
        let error = Filter::parse(Some(&filter)).unwrap_err();
        let DataError::Application { status, code, description, .. } = error else { panic!("{filter}") };
        assert_eq!((status, code), (StatusCode::BAD_REQUEST, expected), "{filter}");
        assert!(description.starts_with(expected), "{description}");
    }
}

#[test]
fn the_fuzzers_seeds_and_inputs_near_them_mean_the_same_by_an_index_and_without() {
    let repository = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let asked = mutate::for_each_near_a_seed(repository, "data_filter", super::prove::check_filter);
    assert!(asked >= 600, "{asked}");
}
