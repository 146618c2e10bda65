//! Many items at a time: calls of a thousand, and what became of each item.

use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, Request, ResponseTemplate};
use wixapp_platform::data::{BulkAction, Draft, Patch, Reference};

use crate::data_query::items;
use crate::support::Wix;

/// Answers each bulk call at `at` as Wix would: `fails` says which items fail, by what they are in the request.
async fn bulk(at: &'static str, field: &'static str, fails: fn(&Value) -> Option<&'static str>) -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    let respond = move |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let parts = body[field].as_array().unwrap();
        let results: Vec<Value> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| {
                let id = part["id"].as_str().or(part["dataItemId"].as_str()).or(part.as_str());
                let mut metadata = json!({"id": id, "originalIndex": index, "success": true});
                if let Some(code) = fails(part) {
                    metadata["success"] = false.into();
                    metadata["error"] =
                        json!({"code": code, "description": format!("{code}: no"), "data": {}});
                }
                json!({"action": "INSERT", "itemMetadata": metadata})
            })
            .collect();
        // Wix does not promise an order.
        let results: Vec<Value> = results.into_iter().rev().collect();
        ResponseTemplate::new(200).set_body_json(json!({"results": results, "bulkActionMetadata": {}}))
    };
    Mock::given(path(at)).respond_with(respond).mount(&wix.server).await;
    wix
}

fn drafts(count: usize) -> impl Iterator<Item = Draft<Value>> {
    (0..count).map(|number| Draft::new(json!({"n": number})).with_id(format!("i-{number}")))
}

#[tokio::test]
async fn items_travel_a_thousand_at_a_time_and_are_told_by_their_place_in_the_call() {
    const INSERT: &str = "/wix-data/v2/bulk/items/insert";
    let wix =
        bulk(INSERT, "dataItems", |item| (item["data"]["n"].as_u64()? % 1_000 == 7).then_some("WDE0074"))
            .await;
    let bulk = items(&wix).bulk_insert(drafts(2_500)).await.unwrap();
    let sizes: Vec<_> =
        wix.bodies(INSERT).await.iter().map(|body| body["dataItems"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [1_000, 1_000, 500]);
    assert_eq!(wix.bodies(INSERT).await[2]["dataItems"][0]["id"], "i-2000");
    assert_eq!((bulk.results.len(), bulk.succeeded()), (2_500, 2_497));
    let failures: Vec<_> =
        bulk.failures().map(|(index, error)| (index, error.is_conflict(), error.code())).collect();
    assert_eq!(failures, [7, 1_007, 2_007].map(|index| (index, true, Some("WDE0074"))));
    assert!(bulk.results.iter().enumerate().all(|(index, result)| result.id == Some(format!("i-{index}"))));
    assert!(bulk.results.iter().all(|result| result.action == Some(BulkAction::Insert)));
}

#[rstest::rstest]
#[case(0, 0)]
#[case(1, 1)]
#[case(1_000, 1)]
#[case(1_001, 2)]
#[tokio::test]
async fn there_are_no_more_calls_than_are_needed(#[case] count: usize, #[case] calls: usize) {
    const SAVE: &str = "/wix-data/v2/bulk/items/save";
    let wix = bulk(SAVE, "dataItems", |_| None).await;
    let bulk = items(&wix).bulk_save(drafts(count)).await.unwrap();
    assert_eq!((bulk.succeeded(), wix.count(SAVE).await), (count, calls));
}

#[tokio::test]
async fn every_bulk_call_has_its_form() {
    const BULK: &str = "/wix-data/v2/bulk/items";
    let wix = Wix::start().await.grants_tokens().await;
    let nothing = ResponseTemplate::new(200).set_body_json(json!({"results": []}));
    for name in ["insert", "save", "update", "patch", "remove", "insert-references", "remove-references"] {
        wix.answers("POST", &format!("{BULK}/{name}"), nothing.clone()).await;
    }
    let (items, draft) = (items(&wix), || [Draft::new(json!({"n": 1})).with_id("a")]);
    let reference = [Reference::new("tags", "a", "t")];
    let patch = Patch::new().set("n", 2);
    drop(items.bulk_insert(draft()).await.unwrap());
    drop(items.bulk_save(draft()).await.unwrap());
    drop(items.bulk_update(draft()).await.unwrap());
    drop(items.bulk_patch(["a", "b"], &patch).await.unwrap());
    drop(items.bulk_remove(["a", "b"]).await.unwrap());
    drop(items.insert_references(&reference).await.unwrap());
    drop(items.remove_references(&reference).await.unwrap());
    let sent = json!([{"id": "a", "data": {"_id": "a", "n": 1}}]);
    let change = json!([{"fieldPath": "n", "action": "SET_FIELD", "setFieldOptions": {"value": 2}}]);
    let link = json!([{"referringItemFieldName": "tags", "referringItemId": "a", "referencedItemId": "t"}]);
    let expected = [
        ("insert", "dataItems", sent.clone()),
        ("save", "dataItems", sent.clone()),
        ("update", "dataItems", sent),
        (
            "patch",
            "patches",
            json!([{"dataItemId": "a", "fieldModifications": change}, {"dataItemId": "b", "fieldModifications": change}]),
        ),
        ("remove", "dataItemIds", json!(["a", "b"])),
        ("insert-references", "dataItemReferences", link.clone()),
        ("remove-references", "dataItemReferences", link),
    ];
    for (name, field, value) in expected {
        assert_eq!(
            wix.bodies(&format!("{BULK}/{name}")).await,
            [json!({"dataCollectionId": "Posts", field: value})],
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_was_done_before_a_failure_is_told() {
    const REMOVE: &str = "/wix-data/v2/bulk/items/remove";
    let wix = Wix::start().await.grants_tokens().await;
    let done: Vec<Value> = (0..1_000)
        .map(|n| json!({"action": "DELETE", "itemMetadata": {"originalIndex": n, "success": true}}))
        .collect();
    let first = ResponseTemplate::new(200).set_body_json(json!({"results": done}));
    Mock::given(path(REMOVE)).respond_with(first).up_to_n_times(1).mount(&wix.server).await;
    Mock::given(path(REMOVE)).respond_with(ResponseTemplate::new(503)).mount(&wix.server).await;
    let bulk = items(&wix).bulk_remove((0..3_000).map(|n| n.to_string())).await.unwrap();
    assert_eq!((bulk.results.len(), bulk.succeeded(), wix.count(REMOVE).await), (3_000, 1_000, 2));
    assert!(bulk.failures().all(|(index, error)| index >= 1_000 && error.is_unavailable()));
}

#[tokio::test]
async fn a_first_call_that_fails_is_an_error() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("POST", "/wix-data/v2/bulk/items/remove", ResponseTemplate::new(403)).await;
    assert!(items(&wix).bulk_remove(["a"]).await.unwrap_err().is_permission_denied());
}

#[tokio::test]
async fn items_that_are_too_large_together_travel_in_smaller_calls() {
    const SAVE: &str = "/wix-data/v2/bulk/items/save";
    let wix = Wix::start().await.grants_tokens().await;
    let respond = |request: &Request| {
        let body: Value = request.body_json().unwrap();
        let items = body["dataItems"].as_array().unwrap();
        if items.len() > 1
            && items.iter().map(|item| item["data"]["size"].as_u64().unwrap()).sum::<u64>() > 10
        {
            let error = json!({"code": "WDE0109", "description": "Payload is too large"});
            return ResponseTemplate::new(413).set_body_json(json!({"details": {"applicationError": error}}));
        }
        let results: Vec<Value> = items.iter().enumerate().map(|(index, item)| {
            json!({"action": "INSERT", "itemMetadata": {"id": item["id"], "originalIndex": index, "success": true}})
        }).collect();
        ResponseTemplate::new(200).set_body_json(json!({"results": results}))
    };
    Mock::given(path(SAVE)).respond_with(respond).mount(&wix.server).await;
    let drafts = [1, 9, 5, 5, 20, 1, 1].into_iter().enumerate();
    let drafts = drafts.map(|(index, size)| Draft::new(json!({"size": size})).with_id(index.to_string()));
    let bulk = items(&wix).bulk_save(drafts).await.unwrap();
    let ids: Vec<_> = bulk.results.iter().map(|result| result.id.as_deref().unwrap()).collect();
    assert_eq!((bulk.succeeded(), ids.join("")), (7, "0123456".to_owned()));
}

#[tokio::test]
async fn one_item_that_is_too_large_alone_is_an_error() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("POST", "/wix-data/v2/bulk/items/save", ResponseTemplate::new(413)).await;
    assert!(items(&wix).bulk_save(drafts(2)).await.unwrap_err().is_too_large());
}

#[rstest::rstest]
#[case::none(json!({"results": []}))]
#[case::nothing(json!({}))]
#[case::foreign(json!({"results": [{"itemMetadata": {"originalIndex": 99, "success": true}}]}))]
#[tokio::test]
async fn an_item_without_a_result_is_not_taken_for_done(#[case] answer: Value) {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("POST", "/wix-data/v2/bulk/items/remove", ResponseTemplate::new(200).set_body_json(answer))
        .await;
    let bulk = items(&wix).bulk_remove(["a"]).await.unwrap();
    assert!(bulk.results[0].outcome.as_ref().unwrap_err().is_malformed());
}

#[tokio::test]
async fn what_is_wrong_with_an_item_is_told_in_words() {
    let wix = Wix::start().await.grants_tokens().await;
    let error = json!({"code": "WDE0075", "description": "no", "data": {"fieldViolations": [{"field": "n", "description": "too large"}]}});
    let results =
        json!([{"action": "INSERT", "itemMetadata": {"originalIndex": 0, "success": false, "error": error}}]);
    wix.answers(
        "POST",
        "/wix-data/v2/bulk/items/save",
        ResponseTemplate::new(200).set_body_json(json!({"results": results})),
    )
    .await;
    let bulk = items(&wix).bulk_save(drafts(1)).await.unwrap();
    let error = bulk.results[0].outcome.as_ref().unwrap_err();
    assert_eq!(
        (error.message(), error.to_string()),
        (Some("no; n: too large"), "Wix refused an item (WDE0075)".to_owned())
    );
}

#[tokio::test]
async fn references_tell_what_became_of_each() {
    let wix = Wix::start().await.grants_tokens().await;
    let results = json!([
        {"action": "INSERT", "referenceMetadata": {"originalIndex": 0, "success": true}},
        {"action": "INSERT", "referenceMetadata": {"originalIndex": 1, "success": false, "error": {"code": "WDE0073", "description": "no item"}}},
    ]);
    wix.answers(
        "POST",
        "/wix-data/v2/bulk/items/insert-references",
        ResponseTemplate::new(200).set_body_json(json!({"results": results})),
    )
    .await;
    let references = [Reference::new("tags", "a", "t"), Reference::new("tags", "a", "u")];
    let bulk = items(&wix).insert_references(&references).await.unwrap();
    assert!(bulk.results[0].outcome.is_ok() && bulk.results[1].outcome.as_ref().unwrap_err().is_not_found());
}
