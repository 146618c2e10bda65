//! Every address with something wrong in every place: refused with a sentence, never a 5xx, and nothing changed.

use reqwest::Method;
use serde_json::{Value, json};

use super::Shop;

/// Every posting address with a body it accepts.
fn calls() -> Vec<(&'static str, Value)> {
    let c = "Goods";
    let item = json!({ "id": "new", "data": { "name": "n", "when": { "$date": "2027-01-02T03:04:05Z" } } });
    let have = json!({ "id": "tea", "data": { "name": "n" } });
    let patch = json!({ "dataItemId": "tea", "fieldModifications": [
        { "fieldPath": "name", "action": "SET_FIELD", "setFieldOptions": { "value": 1 } }] });
    let link =
        json!({ "referringItemFieldName": "parts", "referringItemId": "tea", "referencedItemId": "cup" });
    let paging = json!({ "limit": 5, "offset": 0 });
    let filter = json!({ "name": { "$gt": "a", "$in": ["b"] }, "$or": [{ "n": { "$exists": true } }] });
    vec![
        ("/items", json!({ "dataCollectionId": c, "dataItem": item })),
        (
            "/items/get",
            json!({ "dataCollectionId": c, "dataItemId": "tea", "fields": ["name"],
            "includeReferences": [{ "field": "parts", "limit": 3 }], "consistentRead": true }),
        ),
        ("/items/update", json!({ "dataCollectionId": c, "dataItem": have, "condition": { "filter": {} } })),
        ("/items/save", json!({ "dataCollectionId": c, "dataItem": have, "saveReferences": false })),
        ("/items/patch", json!({ "dataCollectionId": c, "patch": patch })),
        (
            "/items/query",
            json!({ "dataCollectionId": c, "query": { "filter": filter, "paging": paging,
            "sort": [{ "fieldName": "name", "order": "ASC" }], "fields": ["name"] }, "returnTotalCount": true,
            "includeReferences": [{ "field": "parts", "limit": 3 }] }),
        ),
        ("/items/query", json!({ "dataCollectionId": c, "query": { "cursorPaging": { "limit": 1 } } })),
        ("/items/count", json!({ "dataCollectionId": c, "filter": filter })),
        (
            "/items/query-distinct-values",
            json!({ "dataCollectionId": c, "fieldName": "name", "filter": {},
            "order": "DESC", "paging": paging }),
        ),
        (
            "/items/search",
            json!({ "dataCollectionId": c, "search": { "filter": {}, "paging": paging,
            "sort": [{ "fieldName": "name" }], "search": { "expression": "x", "mode": "OR", "fuzzy": true } } }),
        ),
        (
            "/items/aggregate",
            json!({ "dataCollectionId": c, "initialFilter": {}, "finalFilter": {}, "aggregation": {
            "groupingFields": ["name"], "operations": [{ "resultFieldName": "s", "sum": { "itemFieldName": "n" } }] },
            "sort": [{ "fieldName": "s", "order": "ASC" }], "paging": paging }),
        ),
        (
            "/items/aggregate-pipeline",
            json!({ "dataCollectionId": c, "pipeline": { "paging": paging, "stages": [
            { "filter": { "name": "x" } },
            { "group": { "groupIds": [{ "key": "g", "expression": { "fieldPath": "name" } }],
                "accumulators": [{ "resultFieldName": "s", "sum": { "expression": { "numeric": 1 } } }] } },
            { "sort": { "values": [{ "fieldName": "s", "order": "ASC" }] } }] } }),
        ),
        ("/items/is-referenced", {
            let mut all = link.clone();
            all["dataCollectionId"] = json!(c);
            all
        }),
        (
            "/items/query-referenced",
            json!({ "dataCollectionId": c, "referringItemId": "tea",
            "referringItemFieldName": "parts", "order": "ASC", "paging": paging, "fields": ["name"] }),
        ),
        (
            "/items/replace-references",
            json!({ "dataCollectionId": c, "referringItemId": "tea",
            "referringItemFieldName": "parts", "newReferencedItemIds": ["cup"] }),
        ),
        ("/bulk/items/insert", json!({ "dataCollectionId": c, "dataItems": [item], "returnEntity": true })),
        ("/bulk/items/update", json!({ "dataCollectionId": c, "dataItems": [have] })),
        ("/bulk/items/save", json!({ "dataCollectionId": c, "dataItems": [have] })),
        ("/bulk/items/patch", json!({ "dataCollectionId": c, "patches": [patch] })),
        ("/bulk/items/remove", json!({ "dataCollectionId": c, "dataItemIds": ["none"] })),
        ("/bulk/items/insert-references", json!({ "dataCollectionId": c, "dataItemReferences": [link] })),
        ("/bulk/items/remove-references", json!({ "dataCollectionId": c, "dataItemReferences": [link] })),
        (
            "/collections",
            json!({ "collection": { "id": "More", "displayName": "More",
            "fields": [{ "key": "a", "type": "TEXT" }], "permissions": { "insert": "ADMIN" } } }),
        ),
        (
            "/collections/create-field",
            json!({ "dataCollectionId": c, "field": { "key": "z", "type": "TEXT" } }),
        ),
        (
            "/indexes",
            json!({ "dataCollectionId": c, "index": { "name": "i", "unique": false,
            "fields": [{ "path": "name", "order": "ASC" }] } }),
        ),
        (
            "/bulk/items/async-remove-by-filter",
            json!({ "dataCollectionId": c, "filter": { "name": "none" } }),
        ),
        ("/items/truncate", json!({ "dataCollectionId": "Spare" })),
        ("/items/remove", json!({ "dataCollectionId": c, "dataItemId": "cup" })),
    ]
}

async fn shop() -> Shop {
    let shop = Shop::open().await;
    let parts = json!({ "key": "parts", "type": "MULTI_REFERENCE",
        "typeMetadata": { "multiReference": { "referencedCollectionId": "Goods" } } });
    shop.collection("Goods", json!([{ "key": "name", "type": "TEXT" }, parts])).await;
    shop.collection("Spare", json!([])).await;
    for id in ["tea", "cup"] {
        shop.insert("Goods", json!({ "_id": id, "name": id, "n": 1 })).await;
    }
    shop
}

/// The places of a body, as JSON pointers.
fn places(body: &Value, at: &str, into: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match body {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let place = format!("{at}/{name}");
        into.push(place.clone());
        places(value, &place, into);
    }
}

#[tokio::test]
async fn anything_anywhere_is_answered_with_sense() {
    let mut deep = json!(1);
    (0..60).for_each(|_| deep = json!({ "$not": deep }));
    let junk = [
        Value::Null,
        json!(-1.5),
        json!("\u{0}x"),
        json!([[]]),
        json!({ "$date": "never" }),
        json!({ "$nor": [] }),
        deep,
    ];
    let shop = shop().await;
    let mut refused = 0;
    for (path, body) in calls() {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            for junk in &junk {
                let mut sent = body.clone();
                *sent.pointer_mut(&place).unwrap() = junk.clone();
                let reply = shop.post(path, sent).await;
                let fine = matches!(reply.status, 200 | 400 | 403 | 404 | 409);
                assert!(fine && reply.json.is_object(), "{path} {place} {junk}: {reply:?}");
                if reply.status != 200 {
                    refused += 1;
                    let named = !reply.code().is_empty();
                    let field = &reply.json["details"]["validationError"]["fieldViolations"][0]["field"];
                    assert!(named || field.is_string(), "{path} {place} {junk}: {reply:?}");
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

#[tokio::test]
async fn every_call_of_the_list_is_a_good_one() {
    let shop = shop().await;
    for (path, body) in calls() {
        shop.done(path, body).await;
    }
}

#[tokio::test]
async fn bodies_and_addresses_that_are_none_are_refused() {
    let shop = shop().await;
    for body in ["", "{", "[]", "null", "{} {}", "\"x\""] {
        let request = shop.stage.request(Method::POST, "/wix-data/v2/items/query");
        let request = request.header("authorization", &shop.token).header("content-type", "application/json");
        let reply = crate::stage::reply(request.body(body)).await;
        assert_eq!(reply.status, 400, "{body}: {reply:?}");
    }
    for query in ["?.r=", "?.r=%%", "?.r=W10", "?.r=bm9uZQ", "?dataCollectionId=%ff", "?limit=x", ""] {
        let reply = shop.call(Method::GET, &format!("/items/query{query}"), None).await;
        assert_eq!(reply.status, 400, "{query}: {reply:?}");
        assert!(reply.json["message"].is_string(), "{query}: {reply:?}");
    }
    // Cursors that are JSON, and are not ours: `["query"]`, `["query",5]`, `["distinct",5]`, `["distinct",[]]`.
    for cursor in ["WyJxdWVyeSJd", "WyJxdWVyeSIsNV0", "WyJkaXN0aW5jdCIsNV0", "WyJkaXN0aW5jdCIsW11d", "x", "é"]
    {
        let sent = json!({ "dataCollectionId": "Goods", "query": { "cursorPaging": { "cursor": cursor } } });
        let reply = shop.post("/items/query", sent).await;
        assert_eq!((reply.status, reply.code()), (400, "WDE0152"), "{cursor}");
        let sent =
            json!({ "dataCollectionId": "Goods", "fieldName": "name", "cursorPaging": { "cursor": cursor } });
        let reply = shop.post("/items/query-distinct-values", sent).await;
        assert_eq!((reply.status, reply.code()), (400, "WDE0152"), "{cursor}");
    }
    let nobody = shop.stage.request(Method::POST, "/wix-data/v2/items/query").json(&json!({}));
    assert_eq!(crate::stage::reply(nobody).await.status, 401);
    let wrong = shop.call(Method::PATCH, "/items/query", Some(&json!({}))).await;
    assert!(matches!(wrong.status, 400 | 405), "{wrong:?}");
}
