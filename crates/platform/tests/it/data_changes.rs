//! Changes of Wix Data on a condition, by a filter, with references; and looking one item up.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use wiremock::matchers::path;
use wixapp_platform::data::{Conditions as _, DataJobState, Draft, Filter, Patch};

use crate::data_query::items;
use crate::support::{Wix, client, instance};

const V2: &str = "/wix-data/v2";

async fn answering(at: &[&str], answer: &Value) -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    for at in at {
        let respond = ResponseTemplate::new(200).set_body_json(answer);
        wix.answers("POST", &format!("{V2}/{at}"), respond).await;
    }
    wix
}

async fn only_body(wix: &Wix, at: &str) -> Value {
    let bodies = wix.bodies(&format!("{V2}/{at}")).await;
    assert_eq!(bodies.len(), 1, "{at}");
    bodies[0].clone()
}

fn named(id: &str) -> Draft<Value> {
    Draft::new(json!({"n": 2})).with_id(id)
}

#[tokio::test]
async fn a_condition_goes_with_every_change_it_is_for() {
    let one = answering(
        &["items/update", "items/patch", "items/remove"],
        &json!({"dataItem": {"data": {"_id": "a"}}}),
    )
    .await;
    let free = items(&one).only_if(Filter::new().lt("n", 3));
    free.update(named("a")).await.unwrap();
    free.clone().patch("a", &Patch::new().set("n", 2)).await.unwrap();
    free.remove("a").await.unwrap();
    for at in ["items/update", "items/patch", "items/remove"] {
        assert_eq!(only_body(&one, at).await["condition"], json!({"filter": {"n": {"$lt": 3}}}), "{at}");
    }
    let all = ["bulk/items/update", "bulk/items/patch", "bulk/items/remove"];
    let done = json!({"results": [{"itemMetadata": {"id": "a", "originalIndex": 0, "success": true}}]});
    let many = answering(&all, &done).await;
    let free = items(&many).only_if(Filter::new().lt("n", 3));
    assert_eq!(free.bulk_update([named("a")]).await.unwrap().succeeded(), 1);
    assert_eq!(free.bulk_patch(["a"], &Patch::new().set("n", 2)).await.unwrap().succeeded(), 1);
    assert_eq!(free.bulk_remove(["a"]).await.unwrap().succeeded(), 1);
    for at in all {
        assert_eq!(only_body(&many, at).await["condition"], json!({"filter": {"n": {"$lt": 3}}}), "{at}");
    }
}

#[tokio::test]
async fn a_change_on_a_condition_is_tried_once_and_one_without_again() {
    for (conditional, attempts) in [(true, 1), (false, 2)] {
        let wix = Wix::start().await.grants_tokens().await;
        let down = ResponseTemplate::new(503).insert_header("retry-after", "0");
        wiremock::Mock::given(path(format!("{V2}/items/remove"))).respond_with(down).mount(&wix.server).await;
        let patient = client(&wix.server.uri(), &wix.clock).attempts(2).build().unwrap();
        let all = patient.items::<Value>(instance("i-1"), "Posts");
        let outcome = if conditional {
            all.only_if(Filter::new().eq("n", 1)).remove("a").await
        } else {
            all.remove("a").await
        };
        assert!(outcome.unwrap_err().is_unavailable());
        assert_eq!(wix.count(&format!("{V2}/items/remove")).await, attempts, "conditional: {conditional}");
    }
}

#[tokio::test]
async fn a_faulty_condition_is_told_and_not_sent() {
    let wix = Wix::start().await;
    let faulty = items(&wix).only_if(Filter::new().eq("", 1));
    assert!(faulty.remove("a").await.unwrap_err().is_malformed());
    assert!(faulty.update(named("a")).await.unwrap_err().is_malformed());
    assert!(faulty.bulk_remove(["a"]).await.unwrap_err().is_malformed());
    assert!(items(&wix).remove_matching(&Filter::new().eq("$or", 1)).await.unwrap_err().is_malformed());
    let all = Filter::new();
    let impossible = Patch::new().set("", 1);
    assert!(items(&wix).patch_matching(&all, &impossible).await.unwrap_err().is_malformed());
    assert!(items(&wix).lookup("").find().await.unwrap_err().is_malformed());
    assert!(wix.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn references_are_saved_with_whole_items_only() {
    let paths = ["items", "items/save", "items/update", "items/patch"];
    let wix = answering(&paths, &json!({"dataItem": {"data": {"_id": "a"}}})).await;
    let linked = items(&wix).saving_references();
    linked.insert(named("a")).await.unwrap();
    linked.save(named("a")).await.unwrap();
    linked.of::<Value>().update(named("a")).await.unwrap();
    linked.patch("a", &Patch::new().set("n", 1)).await.unwrap();
    for (at, saved) in [("items", true), ("items/save", true), ("items/update", true), ("items/patch", false)]
    {
        assert_eq!(only_body(&wix, at).await["saveReferences"] == true, saved, "{at}");
    }
}

#[tokio::test]
async fn one_item_is_looked_up_with_what_was_asked_for() {
    let item = json!({"dataItem": {"data": {"_id": "a/b", "author": {"_id": "ada"}}}});
    let wix = answering(&["items/get"], &item).await;
    let post =
        items(&wix).consistent().lookup("a/b").fields(["title"]).include("author").find().await.unwrap();
    assert_eq!(post.unwrap().data["author"]["_id"], "ada");
    let expected = json!({
        "dataCollectionId": "Posts", "consistentRead": true, "dataItemId": "a/b", "fields": ["title"],
        "includeReferences": [{"field": "author"}],
    });
    assert_eq!(only_body(&wix, "items/get").await, expected);
    let gone = Wix::start().await.grants_tokens().await;
    let body = json!({"message": "no", "details": {"applicationError": {"code": "WDE0073"}}});
    gone.answers("POST", &format!("{V2}/items/get"), ResponseTemplate::new(404).set_body_json(body)).await;
    assert!(items(&gone).lookup("a").find().await.unwrap().is_none());
}

#[tokio::test]
async fn many_are_changed_by_a_filter_and_the_job_is_asked() {
    let paths = ["bulk/items/async-patch-by-filter", "bulk/items/async-remove-by-filter"];
    let wix = answering(&paths, &json!({"jobId": "j/1"})).await;
    let filter = Filter::new().ge("n", 2);
    let job = items(&wix).patch_matching(&filter, &Patch::new().set("n", 0)).await.unwrap();
    assert_eq!(items(&wix).remove_matching(&filter).await.unwrap(), job);
    let patched = json!({
        "dataCollectionId": "Posts", "filter": {"n": {"$gte": 2}},
        "fieldModifications": [{"fieldPath": "n", "action": "SET_FIELD", "setFieldOptions": {"value": 0}}],
    });
    assert_eq!(only_body(&wix, paths[0]).await, patched);
    let removed = json!({"dataCollectionId": "Posts", "filter": {"n": {"$gte": 2}}});
    assert_eq!(only_body(&wix, paths[1]).await, removed);

    let status = format!("{V2}/async-jobs/j%2F1/status");
    let answer =
        ResponseTemplate::new(200).set_body_json(json!({"status": "PROCESSING", "successCount": "7"}));
    wix.answers("GET", &status, answer).await;
    let asked = wix.client.data_job(&instance("i-1"), &job).await.unwrap();
    assert_eq!((asked.is_over(), asked.state, asked.succeeded), (false, DataJobState::Processing, 7));
    assert!(wix.client.data_job(&instance("i-1"), "").await.unwrap_err().is_malformed());
}
