//! Aggregates, pipelines, references, collections and settings: what is sent and what is read.

use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, Request, ResponseTemplate};
use wixapp_platform::data::{
    Collection, CollectionPermissions, CollectionRole, Conditions as _, Expression, Field, FieldType, Filter,
    Group, Order, Projection, Reference, Stage,
};

use crate::data_query::items;
use crate::support::{Wix, at, instance};

async fn answering(verb: &str, at: &str, answer: Value) -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers(verb, at, ResponseTemplate::new(200).set_body_json(answer)).await;
    wix
}

#[tokio::test]
async fn groups_are_asked_for_in_full_and_then_by_cursor() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Row {
        _id: std::collections::BTreeMap<String, String>,
        likes: f64,
    }
    const AGGREGATE: &str = "/wix-data/v2/items/aggregate";
    let row = |author: &str| json!({"_id": {"author": author}, "likes": 1.5});
    let wix = Wix::start().await.grants_tokens().await;
    let first = json!({"results": [row("Ada")], "pagingMetadata": {"total": 2, "hasNext": true, "cursors": {"next": "c-1"}}});
    Mock::given(path(AGGREGATE))
        .respond_with(ResponseTemplate::new(200).set_body_json(first))
        .up_to_n_times(1)
        .mount(&wix.server)
        .await;
    wix.answers("POST", AGGREGATE, ResponseTemplate::new(200).set_body_json(json!({"results": [row("Bo")]})))
        .await;
    let aggregate =
        items(&wix).consistent().aggregate().eq("published", true).group_by(["author"]).sum("likes", "likes");
    let aggregate = aggregate.average("likes", "avg").min("likes", "min").max("likes", "max").count("posts");
    let aggregate = aggregate
        .having(Filter::new().gt("likes", 1))
        .descending("likes")
        .ascending("posts")
        .limit(1)
        .skip(2);
    let page = aggregate.with_total().run::<Row>().await.unwrap();
    assert_eq!((page.items[0].likes, page.total), (1.5, Some(2)));
    assert_eq!(page.next().await.unwrap().unwrap().items[0]._id["author"], "Bo");
    let of = |name: &str, what: &str| json!({"resultFieldName": name, what: {"itemFieldName": "likes"}});
    let expected = [
        json!({
            "dataCollectionId": "Posts", "consistentRead": true, "initialFilter": {"published": true},
            "aggregation": {"groupingFields": ["author"], "operations": [
                of("likes", "sum"), of("avg", "average"), of("min", "min"), of("max", "max"),
                {"resultFieldName": "posts", "itemCount": {}},
            ]},
            "finalFilter": {"likes": {"$gt": 1}},
            "sort": [{"fieldName": "likes", "order": "DESC"}, {"fieldName": "posts", "order": "ASC"}],
            "paging": {"limit": 1, "offset": 2}, "returnTotalCount": true,
        }),
        json!({"dataCollectionId": "Posts", "consistentRead": true, "cursorPaging": {"cursor": "c-1", "limit": 1}}),
    ];
    assert_eq!(wix.bodies(AGGREGATE).await, expected);
}

#[tokio::test]
async fn faulty_filters_of_groups_are_told() {
    let wix = Wix::start().await;
    let bad = || Filter::new().eq("", 1);
    let outcomes = [
        items(&wix).aggregate().and(bad()).count("n").run::<Value>().await.map(drop),
        items(&wix).aggregate().count("n").having(bad()).run::<Value>().await.map(drop),
        Stage::filter(&bad()).map(drop),
    ];
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().is_malformed()));
}

#[tokio::test]
async fn every_stage_is_sent_as_wix_writes_it() {
    const PIPELINE: &str = "/wix-data/v2/items/aggregate-pipeline";
    let wix = answering("POST", PIPELINE, json!({"results": [{"_id": {"tag": "a"}, "n": 2}]})).await;
    let field = Expression::field;
    let stages = [
        Stage::filter(&Filter::new().eq("a", 1)).unwrap(),
        Stage::sort([("a", Order::Ascending), ("b", Order::Descending)]),
        Stage::skip(1),
        Stage::limit(2),
        Stage::unwind("tags"),
        Stage::object_to_array("o", "list"),
        Stage::group(
            Group::new()
                .by(field("tags"), "tag")
                .average(field("n"), "avg")
                .first(field("n"), "first")
                .count("n"),
        ),
        Stage::project(
            Projection::new()
                .include(["a"])
                .exclude(["b"])
                .reshape(field("c"), "d")
                .nested(Projection::new().include(["e"]), "f"),
        ),
    ];
    let page = items(&wix).pipeline(stages).run::<Value>().await.unwrap();
    assert_eq!(page.items[0]["n"], 2);
    let gathered =
        |what: &str, name: &str| json!({what: {"expression": {"fieldPath": "n"}}, "resultFieldName": name});
    let expected = json!({"dataCollectionId": "Posts", "pipeline": {"stages": [
        {"filter": {"a": 1}},
        {"sort": {"values": [{"fieldName": "a", "order": "ASC"}, {"fieldName": "b", "order": "DESC"}]}},
        {"skip": 1},
        {"limit": 2},
        {"unwindArray": {"arrayFieldName": "tags"}},
        {"objectToArray": {"objectFieldName": "o", "destinationFieldName": "list"}},
        {"group": {
            "groupIds": [{"expression": {"fieldPath": "tags"}, "key": "tag"}],
            "accumulators": [
                gathered("avg", "avg"), gathered("first", "first"),
                {"sum": {"expression": {"numeric": 1}}, "resultFieldName": "n"},
            ],
        }},
        {"projection": {"fields": [
            {"include": {"fieldName": "a"}},
            {"exclude": {"fieldName": "b"}},
            {"reshape": {"resultFieldName": "d", "expression": {"fieldPath": "c"}}},
            {"projectNested": {"resultFieldName": "f", "fields": [{"include": {"fieldName": "e"}}]}},
        ]}},
    ]}});
    assert_eq!(wix.bodies(PIPELINE).await, [expected]);
}

#[rstest::rstest]
#[case(Expression::add([Expression::number(1), Expression::number(2)]), json!({"add": {"expressions": [{"numeric": 1}, {"numeric": 2}]}}))]
#[case(Expression::multiply([Expression::number(2)]), json!({"multiply": {"expressions": [{"numeric": 2}]}}))]
#[case(Expression::concat([Expression::text("a")]), json!({"concat": {"expressions": [{"text": "a"}]}}))]
#[case(Expression::subtract(Expression::number(1), Expression::number(2)), json!({"subtract": {"firstExpression": {"numeric": 1}, "secondExpression": {"numeric": 2}}}))]
#[case(Expression::divide(Expression::number(1), Expression::number(2)), json!({"divide": {"firstExpression": {"numeric": 1}, "secondExpression": {"numeric": 2}}}))]
#[case(Expression::remainder(Expression::number(1), Expression::number(2)), json!({"mod": {"firstExpression": {"numeric": 1}, "secondExpression": {"numeric": 2}}}))]
#[case(Expression::absolute(Expression::number(1)), json!({"abs": {"expression": {"numeric": 1}}}))]
#[case(Expression::floor(Expression::number(1)), json!({"floor": {"expression": {"numeric": 1}}}))]
#[case(Expression::ceiling(Expression::number(1)), json!({"ceil": {"expression": {"numeric": 1}}}))]
#[case(Expression::stringify(Expression::number(1)), json!({"stringify": {"expression": {"numeric": 1}}}))]
#[case(Expression::lower(Expression::text("a")), json!({"toLower": {"expression": {"text": "a"}}}))]
#[case(Expression::upper(Expression::text("a")), json!({"toUpper": {"expression": {"text": "a"}}}))]
#[case(Expression::length(Expression::text("a")), json!({"length": {"expression": {"text": "a"}}}))]
#[case(Expression::substring(Expression::text("a"), Expression::number(0), None), json!({"substring": {"expression": {"text": "a"}, "startExpression": {"numeric": 0}}}))]
#[case(Expression::substring(Expression::text("a"), Expression::number(0), Some(Expression::number(1))), json!({"substring": {"expression": {"text": "a"}, "startExpression": {"numeric": 0}, "lengthExpression": {"numeric": 1}}}))]
#[tokio::test]
async fn every_expression_is_sent_as_wix_writes_it(#[case] expression: Expression, #[case] expected: Value) {
    const PIPELINE: &str = "/wix-data/v2/items/aggregate-pipeline";
    let wix = answering("POST", PIPELINE, json!({"results": []})).await;
    let stages = [Stage::project(Projection::new().reshape(expression, "x"))];
    items(&wix).pipeline(stages).run::<Value>().await.unwrap();
    let body = &wix.bodies(PIPELINE).await[0];
    assert_eq!(body.pointer("/pipeline/stages/0/projection/fields/0/reshape/expression"), Some(&expected));
}

#[tokio::test]
async fn references_are_replaced_and_asked_for() {
    const REPLACE: &str = "/wix-data/v2/items/replace-references";
    const IS: &str = "/wix-data/v2/items/is-referenced";
    let wix = answering("POST", REPLACE, json!({"dataItemReferences": []})).await;
    wix.answers("POST", IS, ResponseTemplate::new(200).set_body_json(json!({"isReferenced": true}))).await;
    items(&wix).replace_references("tags", "p", ["t", "u"]).await.unwrap();
    assert!(items(&wix).consistent().is_referenced(&Reference::new("tags", "p", "t")).await.unwrap());
    let replaced = json!({"dataCollectionId": "Posts", "referringItemFieldName": "tags", "referringItemId": "p", "newReferencedItemIds": ["t", "u"]});
    let asked = json!({"dataCollectionId": "Posts", "consistentRead": true, "referringItemFieldName": "tags", "referringItemId": "p", "referencedItemId": "t"});
    assert_eq!((wix.bodies(REPLACE).await, wix.bodies(IS).await), (vec![replaced], vec![asked]));
}

#[tokio::test]
async fn referenced_items_are_followed_and_lost_ones_told() {
    const QUERY: &str = "/wix-data/v2/items/query-referenced";
    let results = json!([
        {"referringItemId": "p", "dataItem": {"id": "t", "data": {"_id": "t", "name": "Tea"}}},
        {"unresolvedReference": {"referringItemId": "p", "referringItemFieldName": "tags", "referencedItemId": "u"}},
    ]);
    let wix = answering("POST", QUERY, json!({"results": results, "pagingMetadata": {}})).await;
    let tags = items(&wix)
        .referenced::<Value>("tags", ["p"])
        .descending()
        .fields(["name"])
        .limit(5)
        .skip(1)
        .find()
        .await
        .unwrap()
        .items;
    assert_eq!(
        (tags[0].from.as_deref(), tags[0].id.as_str(), &tags[0].item.as_ref().unwrap().data),
        (Some("p"), "t", &json!({"name": "Tea"}))
    );
    assert_eq!((tags[1].from.as_deref(), tags[1].id.as_str(), &tags[1].item), (Some("p"), "u", &None));
    items(&wix).referenced::<Value>("tags", ["p", "q"]).find().await.unwrap();
    let one = json!({
        "dataCollectionId": "Posts", "referringItemFieldName": "tags", "referringItemId": "p", "order": "DESC",
        "fields": ["name"], "paging": {"limit": 5, "offset": 1},
    });
    let two = json!({"dataCollectionId": "Posts", "referringItemFieldName": "tags", "referringItemIds": ["p", "q"]});
    assert_eq!(wix.bodies(QUERY).await, [one, two]);
}

#[rstest::rstest]
#[case(json!("s3cr3t"))]
#[case(json!({}))]
#[case(json!({"dataItem": {"data": 7}}))]
#[case(json!({"unresolvedReference": "x"}))]
#[tokio::test]
async fn references_that_lead_nowhere_are_malformed(#[case] row: Value) {
    let wix = answering("POST", "/wix-data/v2/items/query-referenced", json!({"results": [row]})).await;
    let error = items(&wix).referenced::<Value>("tags", ["p"]).find().await.unwrap_err();
    assert!(error.is_malformed() && !crate::support::shown(&error).contains("s3cr3t"));
}

const COLLECTIONS: &str = "/wix-data/v2/collections";

fn posts() -> Value {
    json!({
        "id": "Posts", "displayName": "All posts", "collectionType": "NATIVE", "revision": "3",
        "fields": [
            {"key": "_id", "type": "TEXT", "systemField": true},
            {"key": "tags", "type": "MULTI_REFERENCE", "typeMetadata": {"multiReference": {"referencedCollectionId": "Tags"}}, "encrypted": false},
            {"key": "new", "type": "SOMETHING_NEW"},
        ],
        "permissions": {"insert": "ADMIN", "update": "ADMIN", "remove": "ADMIN", "read": "CMS_EDITOR"},
        "plugins": [{"type": "PUBLISH"}], "createdDate": "2026-01-01T00:00:00Z",
    })
}

#[tokio::test]
async fn a_collection_is_read_changed_and_sent_back_with_all_it_had() {
    let wix =
        answering("GET", &format!("{COLLECTIONS}/%40acme%2FPosts"), json!({"collection": posts()})).await;
    wix.answers("PUT", COLLECTIONS, ResponseTemplate::new(200).set_body_json(json!({"collection": posts()})))
        .await;
    let i = &instance("i-1");
    let collection = wix.client.collection(i, "@acme/Posts").await.unwrap();
    assert_eq!(
        (collection.fields[1].referenced_collection(), collection.created_at),
        (Some("Tags"), Some(at("2026-01-01T00:00:00Z")))
    );
    assert_eq!(collection.permissions.as_ref().unwrap().read, CollectionRole::Unknown("CMS_EDITOR".into()));
    let changed = collection
        .named("Others")
        .with_field(Field::new("n", FieldType::Number).named("N").with("description", "d"));
    wix.client.update_collection(i, &changed).await.unwrap();
    let mut expected = posts();
    expected["displayName"] = "Others".into();
    expected["fields"]
        .as_array_mut()
        .unwrap()
        .push(json!({"key": "n", "displayName": "N", "type": "NUMBER", "description": "d"}));
    assert_eq!(wix.bodies(COLLECTIONS).await, [json!({"collection": expected})]);
}

#[tokio::test]
async fn collections_are_made_and_their_fields_added_and_removed() {
    let wix = Wix::start().await.grants_tokens().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"collection": posts()}));
    for at in
        [COLLECTIONS.to_owned(), format!("{COLLECTIONS}/create-field"), format!("{COLLECTIONS}/delete-field")]
    {
        wix.answers("POST", &at, answer.clone()).await;
    }
    wix.answers(
        "DELETE",
        &format!("{COLLECTIONS}/Posts"),
        ResponseTemplate::new(200).set_body_json(json!({})),
    )
    .await;
    let i = &instance("i-1");
    let permissions =
        CollectionPermissions { read: CollectionRole::Anyone, ..CollectionPermissions::admin_only() };
    let made = Collection::new("Posts")
        .with_field(Field::reference("author", "Authors"))
        .with_permissions(permissions);
    assert_eq!(wix.client.create_collection(i, &made).await.unwrap().revision.as_deref(), Some("3"));
    wix.client.add_field(i, "Posts", &Field::new("n", FieldType::DateTime)).await.unwrap();
    wix.client.remove_field(i, "Posts", "n").await.unwrap();
    wix.client.delete_collection(i, "Posts").await.unwrap();
    let created = json!({"collection": {
        "id": "Posts", "permissions": {"insert": "ADMIN", "update": "ADMIN", "remove": "ADMIN", "read": "ANYONE"},
        "fields": [{"key": "author", "type": "REFERENCE", "typeMetadata": {"reference": {"referencedCollectionId": "Authors"}}}],
    }});
    assert_eq!(wix.bodies(COLLECTIONS).await, [created]);
    let added = json!({"dataCollectionId": "Posts", "field": {"key": "n", "type": "DATETIME"}});
    assert_eq!(wix.bodies(&format!("{COLLECTIONS}/create-field")).await, [added]);
    let removed = json!({"dataCollectionId": "Posts", "fieldKey": "n"});
    assert_eq!(wix.bodies(&format!("{COLLECTIONS}/delete-field")).await, [removed]);
    assert_eq!(wix.count(&format!("{COLLECTIONS}/Posts")).await, 1);
}

#[tokio::test]
async fn all_collections_are_listed_page_by_page() {
    let wix = Wix::start().await.grants_tokens().await;
    let respond = |request: &Request| {
        let pairs: std::collections::HashMap<_, _> = request.url.query_pairs().into_owned().collect();
        let offset: usize = pairs["paging.offset"].parse().unwrap();
        let ids = (offset..250.min(offset + 100)).map(|number| json!({"id": number.to_string()}));
        let body = json!({"collections": ids.collect::<Vec<_>>(), "pagingMetadata": {"hasNext": offset + 100 < 250}});
        ResponseTemplate::new(200).set_body_json(body)
    };
    Mock::given(path(COLLECTIONS)).respond_with(respond).mount(&wix.server).await;
    let all = wix.client.collections(&instance("i-1")).await.unwrap();
    assert_eq!((all.len(), all[249].id.as_str(), wix.count(COLLECTIONS).await), (250, "249", 3));
}

#[tokio::test]
async fn a_setting_is_one_item_named_by_its_key() {
    const ITEM: &str = "/wix-data/v2/items/look";
    let entry = json!({"_id": "look", "key": "look", "value": {"columns": 3}});
    let wix = answering("GET", ITEM, json!({"dataItem": {"id": "look", "data": entry}})).await;
    wix.answers(
        "POST",
        "/wix-data/v2/items/save",
        ResponseTemplate::new(200).set_body_json(json!({"action": "UPDATED", "dataItem": {"data": entry}})),
    )
    .await;
    wix.answers(
        "POST",
        "/wix-data/v2/items/remove",
        ResponseTemplate::new(200).set_body_json(json!({"dataItem": {"data": entry}})),
    )
    .await;
    let config = wix.client.app_config(instance("i-1"));
    assert_eq!(config.get::<Value>("look").await.unwrap(), Some(json!({"columns": 3})));
    assert!(config.get::<String>("look").await.unwrap_err().is_malformed());
    config.set("look", &json!({"columns": 4})).await.unwrap();
    assert!(config.remove("look").await.unwrap());
    let saved = json!({"dataCollectionId": "AppConfig", "dataItem": {"id": "look", "data": {"_id": "look", "key": "look", "value": {"columns": 4}}}});
    assert_eq!(wix.bodies("/wix-data/v2/items/save").await, [saved]);
    assert_eq!(wix.sent(ITEM).await[0].url.query(), Some("dataCollectionId=AppConfig"));
}

#[tokio::test]
async fn a_setting_needs_a_key_and_a_value() {
    let wix = Wix::start().await;
    let config = wix.client.app_config_in(instance("i-1"), "Other");
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert!(config.set("", "x").await.unwrap_err().is_malformed());
    assert!(config.set("x", &unwritable).await.unwrap_err().is_malformed());
    assert!(config.get::<Value>("").await.unwrap_err().is_malformed());
    assert!(wix.server.received_requests().await.unwrap().is_empty());
}

#[rstest::rstest]
#[case(200, true)]
#[case(409, true)]
#[case(403, false)]
#[tokio::test]
async fn the_collection_of_settings_is_made_unless_it_is_there(#[case] status: u16, #[case] good: bool) {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers(
        "POST",
        COLLECTIONS,
        ResponseTemplate::new(status).set_body_json(json!({"collection": {"id": "AppConfig"}})),
    )
    .await;
    assert_eq!(wix.client.app_config(instance("i-1")).create().await.is_ok(), good);
    assert_eq!(
        wix.bodies(COLLECTIONS).await[0]["collection"]["fields"][1],
        json!({"key": "value", "type": "ANY"})
    );
}
