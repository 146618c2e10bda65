//! Items of Wix Data, one at a time: what is sent, what is read, what is repeated.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};
use wixapp_platform::Error;
use wixapp_platform::data::{Date, Draft, Item, Items, Operand, Patch};

use crate::data_query::items;
use crate::support::{Wix, at, client, instance, shown};

const ITEMS: &str = "/wix-data/v2/items";

async fn answering(verb: &str, path: &str, answer: Value) -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers(verb, path, ResponseTemplate::new(200).set_body_json(answer)).await;
    wix
}

fn stored(fields: Value) -> Value {
    json!({"dataItem": {"id": fields["_id"], "dataCollectionId": "Posts", "data": fields}})
}

async fn refusing(status: u16, code: &str) -> Wix {
    let wix = Wix::start().await;
    let token = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 14400});
    wix.answers("POST", "/oauth2/token", ResponseTemplate::new(200).set_body_json(token)).await;
    let body =
        json!({"message": "no", "details": {"applicationError": {"code": code, "description": "no s3cr3t"}}});
    Mock::given(any())
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(&wix.server)
        .await;
    wix
}

#[tokio::test]
async fn an_item_is_found_by_its_id() {
    let wix = answering(
        "GET",
        &format!("{ITEMS}/a%2Fb%20c"),
        stored(json!({"_id": "a/b c", "_owner": "o", "n": 1})),
    )
    .await;
    let item = items(&wix).get("a/b c").await.unwrap().unwrap();
    assert_eq!((item.id.as_str(), item.owner.as_deref(), &item.data), ("a/b c", Some("o"), &json!({"n": 1})));
    items(&wix).consistent().get("a/b c").await.unwrap();
    let queries: Vec<_> = wix
        .sent(&format!("{ITEMS}/a%2Fb%20c"))
        .await
        .iter()
        .map(|r| r.url.query().map(str::to_owned))
        .collect();
    let expected = ["dataCollectionId=Posts", "dataCollectionId=Posts&consistentRead=true"];
    assert_eq!(queries, expected.map(|query| Some(query.to_owned())));
}

#[tokio::test]
async fn an_item_that_is_not_there_is_none() {
    let wix = refusing(404, "WDE0073").await;
    assert!(items(&wix).get("a").await.unwrap().is_none());
    assert!(items(&wix).remove("a").await.unwrap().is_none());
    assert!(items(&wix).patch("a", &Patch::new().set("n", 1)).await.unwrap().is_none());
    let update = items(&wix).update(Draft::new(json!({})).with_id("a")).await;
    assert!(update.unwrap_err().is_not_found());
}

#[rstest::rstest]
#[case(404, "WDE0025", Error::is_not_found)]
#[case(403, "WDE0027", Error::is_permission_denied)]
#[case(409, "WDE0074", Error::is_conflict)]
#[case(429, "WDE0014", Error::is_rate_limited)]
#[case(413, "WDE0109", Error::is_too_large)]
#[case(400, "WDE0009", Error::is_too_large)]
#[case(400, "WDE0134", Error::is_invalid)]
#[tokio::test]
async fn refusals_answer_by_predicate_and_keep_their_code(
    #[case] status: u16,
    #[case] code: &str,
    #[case] is: fn(&Error) -> bool,
) {
    let wix = refusing(status, code).await;
    let (items, draft) = (items(&wix), || Draft::new(json!({"n": 1})).with_id("a"));
    let outcomes = [
        items.get("a").await.map(drop),
        items.insert(draft()).await.map(drop),
        items.save(draft()).await.map(drop),
        items.update(draft()).await.map(drop),
        items.patch("a", &Patch::new().set("n", 1)).await.map(drop),
        items.remove("a").await.map(drop),
        items.truncate().await,
        items.bulk_save([draft()]).await.map(drop),
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(
            is(&error) && error.code() == Some(code) && error.message().unwrap().contains("s3cr3t"),
            "{error}"
        );
        assert!(!shown(&error).contains("s3cr3t"));
    }
}

#[tokio::test]
async fn an_item_is_inserted_with_and_without_an_id() {
    let wix = answering(
        "POST",
        ITEMS,
        stored(
            json!({"_id": "new", "title": "Hello", "_createdDate": {"$date": "2026-01-01T00:00:00.000Z"}}),
        ),
    )
    .await;
    let item = items(&wix).insert(json!({"title": "Hello"})).await.unwrap();
    assert_eq!((item.id.as_str(), item.created_at), ("new", Some(at("2026-01-01T00:00:00Z"))));
    items(&wix).insert(Draft::new(json!({"title": "Hello"})).with_id("mine")).await.unwrap();
    let expected = [
        json!({"dataCollectionId": "Posts", "dataItem": {"data": {"title": "Hello"}}}),
        json!({"dataCollectionId": "Posts", "dataItem": {"id": "mine", "data": {"_id": "mine", "title": "Hello"}}}),
    ];
    assert_eq!(wix.bodies(ITEMS).await, expected);
}

#[tokio::test]
async fn a_struct_goes_in_and_comes_out() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Post {
        title: String,
        publish_at: Option<Date>,
        author: Option<Item<BTreeMap<String, String>>>,
    }
    let fields = json!({"_id": "p", "title": "Hello", "publish_at": {"$date": "2026-01-01T00:00:00.000Z"}, "author": {"_id": "a", "name": "Ada"}});
    let wix = answering("POST", ITEMS, stored(fields.clone())).await;
    let posts: Items<Post> = wix.client.items(instance("i-1"), "Posts");
    let author = Item {
        id: "a".into(),
        owner: None,
        created_at: None,
        updated_at: None,
        data: BTreeMap::from([("name".into(), "Ada".into())]),
    };
    let post = Post {
        title: "Hello".into(),
        publish_at: Some(Date::new(at("2026-01-01T00:00:00Z"))),
        author: Some(author),
    };
    let item = posts.insert(Draft::new(post).with_id("p")).await.unwrap();
    assert_eq!(wix.bodies(ITEMS).await[0]["dataItem"]["data"], fields);
    assert_eq!(item.data.publish_at.unwrap().timestamp(), at("2026-01-01T00:00:00Z"));
    assert_eq!(item.data.author.unwrap().data["name"], "Ada");
}

#[rstest::rstest]
#[case("INSERTED", true)]
#[case("UPDATED", false)]
#[tokio::test]
async fn saving_says_whether_the_item_is_new(#[case] action: &str, #[case] inserted: bool) {
    let mut answer = stored(json!({"_id": "a", "n": 1}));
    answer["action"] = action.into();
    let wix = answering("POST", &format!("{ITEMS}/save"), answer).await;
    let saved = items(&wix).save(Draft::new(json!({"n": 1})).with_id("a")).await.unwrap();
    assert_eq!((saved.inserted, saved.item.id.as_str()), (inserted, "a"));
    let expected =
        json!({"dataCollectionId": "Posts", "dataItem": {"id": "a", "data": {"_id": "a", "n": 1}}});
    assert_eq!(wix.bodies(&format!("{ITEMS}/save")).await, [expected]);
}

#[tokio::test]
async fn what_was_read_is_updated_with_its_owner() {
    let wix = answering("POST", &format!("{ITEMS}/update"), stored(json!({"_id": "a", "n": 2}))).await;
    let read = Item {
        id: "a".into(),
        owner: Some("o".into()),
        created_at: Some(at("2026-01-01T00:00:00Z")),
        updated_at: None,
        data: json!({"n": 2}),
    };
    assert_eq!(items(&wix).update(read).await.unwrap().data, json!({"n": 2}));
    let expected = json!({"dataCollectionId": "Posts", "dataItem": {"id": "a", "data": {"_id": "a", "_owner": "o", "n": 2}}});
    assert_eq!(wix.bodies(&format!("{ITEMS}/update")).await, [expected]);
}

#[tokio::test]
async fn every_change_of_a_field_is_sent_as_wix_writes_it() {
    let wix = answering("POST", &format!("{ITEMS}/patch"), stored(json!({"_id": "a", "n": 2}))).await;
    let patch = Patch::new()
        .set("title", "New")
        .set("at", at("2026-01-01T00:00:00Z"))
        .set("note", None::<&str>)
        .set("size", Operand::json(&[1, 2]))
        .increment("n", -1)
        .append("tags", "a")
        .remove_from("tags", "b")
        .remove("draft");
    items(&wix).patch("a", &patch).await.unwrap();
    let set = |field: &str, value: Value| json!({"fieldPath": field, "action": "SET_FIELD", "setFieldOptions": {"value": value}});
    let expected = json!({"dataCollectionId": "Posts", "patch": {"dataItemId": "a", "fieldModifications": [
        set("title", json!("New")),
        set("at", json!({"$date": "2026-01-01T00:00:00.000Z"})),
        set("note", json!(null)),
        set("size", json!([1, 2])),
        {"fieldPath": "n", "action": "INCREMENT_FIELD", "incrementFieldOptions": {"value": -1}},
        {"fieldPath": "tags", "action": "APPEND_TO_ARRAY", "appendToArrayOptions": {"value": "a"}},
        {"fieldPath": "tags", "action": "REMOVE_FROM_ARRAY", "removeFromArrayOptions": {"value": "b"}},
        {"fieldPath": "draft", "action": "REMOVE_FIELD"},
    ]}});
    assert_eq!(wix.bodies(&format!("{ITEMS}/patch")).await, [expected]);
}

#[tokio::test]
async fn what_was_removed_is_given_back() {
    let wix = answering("POST", &format!("{ITEMS}/remove"), stored(json!({"_id": "a", "n": 1}))).await;
    assert_eq!(items(&wix).remove("a").await.unwrap().unwrap().data, json!({"n": 1}));
    let expected = json!({"dataCollectionId": "Posts", "dataItemId": "a"});
    assert_eq!(wix.bodies(&format!("{ITEMS}/remove")).await, [expected]);
}

#[tokio::test]
async fn a_collection_is_emptied() {
    let wix = answering("POST", &format!("{ITEMS}/truncate"), json!({})).await;
    items(&wix).consistent().truncate().await.unwrap();
    assert_eq!(wix.bodies(&format!("{ITEMS}/truncate")).await, [json!({"dataCollectionId": "Posts"})]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_told() {
    let wix = Wix::start().await;
    let (items, i) = (items(&wix), &instance("i-1"));
    let outcomes = [
        items.get("").await.map(drop),
        items.get("..").await.map(drop),
        items.update(json!({"n": 1})).await.map(drop),
        items.insert(json!([1])).await.map(drop),
        wix.client.items::<f64>(i, "Posts").save(1.5).await.map(drop),
        items.patch("a", &Patch::new().set("", 1)).await.map(drop),
        items.patch("a", &Patch::new().increment("n", f64::NAN)).await.map(drop),
        items.bulk_patch(["a"], &Patch::new().append("", 1)).await.map(drop),
        items.bulk_update([json!({"n": 1})]).await.map(drop),
        items.bulk_insert([json!({"n": 1}), json!(7)]).await.map(drop),
    ];
    for (index, outcome) in outcomes.iter().enumerate() {
        assert!(outcome.as_ref().unwrap_err().is_malformed(), "{index}");
    }
    assert!(wix.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn only_what_is_the_same_twice_is_repeated() {
    let wix = Wix::start().await.grants_tokens().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(503).insert_header("retry-after", "0"))
        .mount(&wix.server)
        .await;
    let patient = client(&wix.server.uri(), &wix.clock).attempts(3).failures_in_a_row(0).build().unwrap();
    let items: Items<Value> = patient.items(instance("i-1"), "Posts");
    let named = || Draft::new(json!({})).with_id("a");
    let (set, add) = (
        Patch::new().set("n", 1).remove_from("t", 1).remove("x"),
        Patch::new().set("n", 1).increment("m", 1),
    );
    let mut attempts = Vec::new();
    macro_rules! count {
        ($call:expr) => {{
            let before = wix.server.received_requests().await.unwrap().len();
            assert!($call.await.is_err_and(|error| error.is_unavailable()));
            attempts.push(wix.server.received_requests().await.unwrap().len() - before);
        }};
    }
    items.get("a").await.unwrap_err();
    count!(items.get("a"));
    count!(items.save(named()));
    count!(items.update(named()));
    count!(items.patch("a", &set));
    count!(items.remove("a"));
    count!(items.query().find());
    count!(items.bulk_save([named()]));
    count!(items.bulk_patch(["a"], &set));
    count!(items.bulk_remove(["a"]));
    assert_eq!(attempts, [3; 9]);
    attempts.clear();
    count!(items.insert(named()));
    count!(items.save(json!({})));
    count!(items.patch("a", &add));
    count!(items.bulk_insert([named()]));
    count!(items.bulk_save([Draft::new(json!({}))]));
    count!(items.bulk_patch(["a"], &add));
    assert_eq!(attempts, [1; 6]);
}

#[tokio::test]
async fn who_wrote_shows_it_when_reading() {
    let wix = Wix::start().await.grants_tokens().await;
    let answer = || ResponseTemplate::new(200).set_body_json(stored(json!({"_id": "a"})));
    wix.answers("POST", ITEMS, answer().insert_header("x-wix-consistent", "mark-1")).await;
    wix.answers("GET", &format!("{ITEMS}/a"), answer()).await;
    let writer = items(&wix);
    let other: Items<Value> = wix.client.items(instance("i-2"), "Posts");
    writer.get("a").await.unwrap();
    writer.insert(json!({})).await.unwrap();
    // Another handle of the same client in the same name, and another name.
    items(&wix).get("a").await.unwrap();
    other.get("a").await.unwrap();
    let requests = wix.sent(&format!("{ITEMS}/a")).await;
    let marks: Vec<_> = requests
        .iter()
        .map(|r| r.headers.get("x-wix-consistent").map(|mark| mark.to_str().unwrap()))
        .collect();
    assert_eq!(marks, [None, Some("mark-1"), None]);
}
