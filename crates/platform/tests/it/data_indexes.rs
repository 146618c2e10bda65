//! Indexes, and changes of a part of a collection.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use wixapp_platform::data::{
    CollectionPatch, CollectionPermissions, Field, FieldType, Index, IndexStatus, Order,
};

use crate::support::{Wix, instance};

const INDEXES: &str = "/wix-data/v2/indexes";
const COLLECTIONS: &str = "/wix-data/v2/collections";

async fn answering(verb: &str, at: &str, answer: Value) -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers(verb, at, ResponseTemplate::new(200).set_body_json(answer)).await;
    wix
}

#[tokio::test]
async fn an_index_is_made_as_wix_writes_it() {
    let answer = json!({"index": {
        "id": "x", "name": "i", "fields": [{"path": "a"}, {"path": "b", "order": "DESC"}], "unique": true,
        "status": "FAILED", "failure": {"code": "WDE0113", "description": "twice", "itemId": "p-1"},
    }});
    let wix = answering("POST", INDEXES, answer).await;
    let index = Index::new("i").on("a", Order::Ascending).on("b", Order::Descending).unique();
    let made = wix.client.create_index(&instance("i-1"), "Posts", &index).await.unwrap();
    assert_eq!((&made.fields, made.unique, made.status), (&index.fields, true, Some(IndexStatus::Failed)));
    let failure = made.failure.unwrap();
    assert_eq!((failure.code.as_str(), failure.item_id.as_deref()), ("WDE0113", Some("p-1")));
    let sent = json!({"dataCollectionId": "Posts", "index": {
        "name": "i", "unique": true, "caseInsensitive": false,
        "fields": [{"path": "a", "order": "ASC"}, {"path": "b", "order": "DESC"}],
    }});
    assert_eq!(wix.bodies(INDEXES).await, [sent]);
}

#[tokio::test]
async fn indexes_are_listed_dropped_and_counted() {
    let listed = json!({"indexes": [{"name": "i", "status": "SOMETHING_NEW"}, {"name": "j"}]});
    let wix = answering("GET", INDEXES, listed).await;
    wix.answers("DELETE", INDEXES, ResponseTemplate::new(200).set_body_json(json!({}))).await;
    let room = json!({"regular1Field": 0, "regular3Field": 2, "unique1Field": 1, "total": 3});
    wix.answers("GET", &format!("{INDEXES}/available"), ResponseTemplate::new(200).set_body_json(room)).await;
    let i = &instance("i-1");
    let indexes = wix.client.indexes(i, "A b").await.unwrap();
    assert_eq!(indexes[0].status, Some(IndexStatus::Unknown("SOMETHING_NEW".into())));
    assert_eq!((indexes[1].status.as_ref(), indexes[1].unique), (None, false));
    wix.client.drop_index(i, "A b", "i&j").await.unwrap();
    let left = wix.client.available_indexes(i, "Posts").await.unwrap();
    assert_eq!((left.of_one_field, left.of_three_fields, left.unique, left.total), (0, 2, 1, 3));
    let pairs: Vec<(String, String)> =
        wix.sent(INDEXES).await[1].url.query_pairs().map(|(a, b)| (a.into(), b.into())).collect();
    let expected = [("dataCollectionId", "A b"), ("indexName", "i&j")];
    assert_eq!(pairs, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[tokio::test]
async fn a_part_of_a_collection_is_changed() {
    let answer = json!({"dataCollection": {"id": "Posts", "fields": [], "revision": "2"}});
    let wix = answering("PATCH", &format!("{COLLECTIONS}/Posts"), answer.clone()).await;
    let respond = || ResponseTemplate::new(200).set_body_json(answer.clone());
    let patch_field = format!("{COLLECTIONS}/Posts/patch-field");
    wix.answers("PATCH", &patch_field, respond()).await;
    let update_field = format!("{COLLECTIONS}/update-field");
    wix.answers("POST", &update_field, respond()).await;
    let i = &instance("i-1");

    let permissions = Some(CollectionPermissions::admin_only());
    let patch = CollectionPatch { permissions, ..CollectionPatch::default() };
    assert_eq!(wix.client.patch_collection(i, "Posts", &patch).await.unwrap().revision.as_deref(), Some("2"));
    wix.client.patch_field(i, "Posts", "n", [("description", "d".into())]).await.unwrap();
    wix.client.update_field(i, "Posts", &Field::new("n", FieldType::Url)).await.unwrap();

    let admin = "ADMIN";
    let closed = json!({"insert": admin, "update": admin, "remove": admin, "read": admin});
    let sent = json!({"dataCollection": {"permissions": closed}});
    assert_eq!(wix.bodies(&format!("{COLLECTIONS}/Posts")).await, [sent]);
    let described = json!({"dataCollectionId": "Posts", "field": {"key": "n", "description": "d"}});
    assert_eq!(wix.bodies(&patch_field).await, [described]);
    let replaced = json!({"dataCollectionId": "Posts", "field": {"key": "n", "type": "URL"}});
    assert_eq!(wix.bodies(&update_field).await, [replaced]);
    assert!(wix.client.patch_field(i, "", "n", []).await.unwrap_err().is_malformed());
}
