//! Queries over Wix Data: what is sent for each word of the builder, and pages one after another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};
use wixapp_platform::data::{Conditions as _, Filter, Items, Query, Search};

use crate::support::{Wix, at, instance};

const QUERY: &str = "/wix-data/v2/items/query";

pub(crate) fn items(wix: &Wix) -> Items<Value> {
    wix.client.items(instance("i-1"), "Posts")
}

/// A platform that answers one request after another with these.
async fn answering(at: &str, answers: Vec<Value>) -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    for answer in answers {
        let respond = ResponseTemplate::new(200).set_body_json(answer);
        Mock::given(path(at)).respond_with(respond).up_to_n_times(1).mount(&wix.server).await;
    }
    wix
}

fn page(ids: &[&str], metadata: &Value) -> Value {
    let items: Vec<Value> = ids.iter().map(|id| json!({"id": id, "data": {"_id": id}})).collect();
    json!({"dataItems": items, "pagingMetadata": metadata})
}

/// What a request asks, from wherever it stands.
fn asked(request: &Request) -> Value {
    let in_url = request.url.query_pairs().find(|(name, _)| name == ".r").map(|(_, text)| text.into_owned());
    match in_url {
        Some(text) => serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap(),
        None => request.body_json().unwrap(),
    }
}

async fn sent(build: impl FnOnce(Query<Value>) -> Query<Value>) -> Value {
    let wix = answering(QUERY, vec![page(&[], &json!({}))]).await;
    build(items(&wix).query()).find().await.unwrap();
    asked(&wix.sent(QUERY).await[0])
}

#[rstest::rstest]
#[case::eq(|q: Query<Value>| q.eq("a", 1), json!({"a": 1}))]
#[case::ne(|q: Query<Value>| q.ne("a", "x"), json!({"a": {"$ne": "x"}}))]
#[case::gt(|q: Query<Value>| q.gt("a", 1.5), json!({"a": {"$gt": 1.5}}))]
#[case::ge(|q: Query<Value>| q.ge("a", true), json!({"a": {"$gte": true}}))]
#[case::lt(|q: Query<Value>| q.lt("a", at("2026-01-01T00:00:00Z")), json!({"a": {"$lt": {"$date": "2026-01-01T00:00:00.000Z"}}}))]
#[case::le(|q: Query<Value>| q.le("a", 1), json!({"a": {"$lte": 1}}))]
#[case::between(|q: Query<Value>| q.between("a", 1, 2), json!({"$and": [{"a": {"$gte": 1}}, {"a": {"$lt": 2}}]}))]
#[case::is_in(|q: Query<Value>| q.is_in("a", ["x", "y"]), json!({"a": {"$in": ["x", "y"]}}))]
#[case::has_some(|q: Query<Value>| q.has_some("a", [1]), json!({"a": {"$hasSome": [1]}}))]
#[case::has_all(|q: Query<Value>| q.has_all("a", [1, 2]), json!({"a": {"$hasAll": [1, 2]}}))]
#[case::contains(|q: Query<Value>| q.contains("a", "x"), json!({"a": {"$contains": "x"}}))]
#[case::starts_with(|q: Query<Value>| q.starts_with("a", "x"), json!({"a": {"$startsWith": "x"}}))]
#[case::ends_with(|q: Query<Value>| q.ends_with("a", "x"), json!({"a": {"$endsWith": "x"}}))]
#[case::is_empty(|q: Query<Value>| q.is_empty("a"), json!({"a": null}))]
#[case::is_not_empty(|q: Query<Value>| q.is_not_empty("a"), json!({"a": {"$ne": null}}))]
#[case::exists(|q: Query<Value>| q.exists("a", false), json!({"a": {"$exists": false}}))]
#[case::two_fields(|q: Query<Value>| q.eq("a", 1).gt("b", 2), json!({"a": 1, "b": {"$gt": 2}}))]
#[case::one_field_twice(|q: Query<Value>| q.ne("a", 1).ne("a", 2), json!({"$and": [{"a": {"$ne": 1}}, {"a": {"$ne": 2}}]}))]
#[case::and(|q: Query<Value>| q.eq("a", 1).and(Filter::new().eq("b", 2).eq("c", 3)), json!({"a": 1, "b": 2, "c": 3}))]
#[case::or(|q: Query<Value>| q.eq("a", 1).or(Filter::new().eq("b", 2)), json!({"$or": [{"a": 1}, {"b": 2}]}))]
#[case::or_of_nothing_so_far(|q: Query<Value>| q.or(Filter::new().eq("b", 2)), json!({"b": 2}))]
#[case::or_everything(|q: Query<Value>| q.eq("a", 1).or(Filter::new()), json!({"$or": [{"a": 1}, {}]}))]
#[case::not(|q: Query<Value>| q.eq("a", 1).not(Filter::new().eq("b", 2)), json!({"$and": [{"a": 1}, {"$not": [{"b": 2}]}]}))]
#[case::nested(
    |q: Query<Value>| q.not(Filter::new().eq("a", 1).or(Filter::new().eq("b", 2).not(Filter::new().eq("c", 3)))),
    json!({"$not": [{"$or": [{"a": 1}, {"$and": [{"b": 2}, {"$not": [{"c": 3}]}]}]}]}),
)]
#[tokio::test]
async fn every_operator_is_sent_as_wix_writes_it(
    #[case] build: fn(Query<Value>) -> Query<Value>,
    #[case] filter: Value,
) {
    assert_eq!(sent(build).await, json!({"dataCollectionId": "Posts", "query": {"filter": filter}}));
}

#[tokio::test]
async fn everything_else_has_its_place() {
    let build = |query: Query<Value>| {
        let sorted = query.descending("likes").ascending("title").limit(10).skip(20).with_total();
        sorted.fields(["title", "likes"]).include("author").include_up_to("tags", 5)
    };
    let expected = json!({
        "dataCollectionId": "Posts",
        "query": {
            "filter": {},
            "sort": [{"fieldName": "likes", "order": "DESC"}, {"fieldName": "title", "order": "ASC"}],
            "paging": {"limit": 10, "offset": 20},
            "fields": ["title", "likes"],
        },
        "includeReferences": [{"field": "author"}, {"field": "tags", "limit": 5}],
        "returnTotalCount": true,
    });
    assert_eq!(sent(build).await, expected);
}

#[tokio::test]
async fn reads_can_ask_for_what_was_just_written() {
    let wix = answering(QUERY, vec![page(&[], &json!({}))]).await;
    items(&wix).consistent().query().find().await.unwrap();
    assert_eq!(asked(&wix.sent(QUERY).await[0])["consistentRead"], true);
}

#[tokio::test]
async fn a_query_travels_in_the_url_as_long_as_that_has_2048_characters() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", QUERY, ResponseTemplate::new(200).set_body_json(page(&[], &json!({})))).await;
    wix.answers("POST", QUERY, ResponseTemplate::new(200).set_body_json(page(&[], &json!({})))).await;
    for length in 1_390..1_500 {
        items(&wix).query().eq("a", "x".repeat(length)).find().await.unwrap();
    }
    let requests = wix.sent(QUERY).await;
    let (get, post): (Vec<_>, Vec<_>) = requests.iter().partition(|request| request.method.as_str() == "GET");
    let of = |request: &Request| {
        wix.server.uri().len()
            + request.url.path().len()
            + request.url.query().map_or(0, |query| query.len() + 1)
    };
    let longest = get.iter().map(|request| of(request)).max().unwrap();
    assert!((2_045..=2_048).contains(&longest), "{longest}");
    assert!(
        get.iter().all(|request| request.body.is_empty()) && post.iter().all(|r| r.url.query().is_none())
    );
    let length = |request: &Request| asked(request)["query"]["filter"]["a"].as_str().unwrap().len();
    assert!(!post.is_empty() && requests.iter().map(length).eq(1_390..1_500));
}

#[tokio::test]
async fn a_long_query_in_many_letters_comes_back_letter_by_letter() {
    let wix = answering(QUERY, vec![page(&[], &json!({}))]).await;
    items(&wix).query().eq("a", "Grüße, 世界 🦄 ?&=+/%").find().await.unwrap();
    assert_eq!(asked(&wix.sent(QUERY).await[0])["query"]["filter"]["a"], "Grüße, 世界 🦄 ?&=+/%");
}

#[tokio::test]
async fn pages_follow_each_other_by_cursor() {
    let first = page(&["a", "b"], &json!({"total": 3, "hasNext": true, "cursors": {"next": "c-1"}}));
    let last = page(&["c"], &json!({"hasNext": false, "cursors": {}}));
    let wix = answering(QUERY, vec![first, last]).await;
    let query =
        items(&wix).query().eq("a", 1).ascending("b").limit(2).fields(["a"]).include("r").with_total();
    let page = query.find().await.unwrap();
    assert_eq!((page.total, page.cursor(), page.has_next()), (Some(3), Some("c-1"), true));
    let next = page.next().await.unwrap().unwrap();
    assert_eq!((next.items[0].id.as_str(), next.has_next(), next.cursor()), ("c", false, None));
    assert!(next.next().await.unwrap().is_none());
    // The cursor knows filter and order; fields and references it does not.
    let expected = json!({
        "dataCollectionId": "Posts",
        "query": {"cursorPaging": {"cursor": "c-1", "limit": 2}, "fields": ["a"]},
        "includeReferences": [{"field": "r"}],
    });
    assert_eq!(asked(&wix.sent(QUERY).await[1]), expected);
}

#[tokio::test]
async fn a_page_can_be_found_again_by_its_cursor() {
    let wix = answering(QUERY, vec![page(&[], &json!({}))]).await;
    items(&wix).query().limit(7).after("c-1").find().await.unwrap();
    assert_eq!(
        asked(&wix.sent(QUERY).await[0])["query"],
        json!({"cursorPaging": {"cursor": "c-1", "limit": 7}})
    );
}

#[rstest::rstest]
#[case(None, 50)]
#[case(Some(2), 2)]
#[tokio::test]
async fn without_cursors_pages_are_counted(#[case] limit: Option<u32>, #[case] step: u32) {
    let more = || json!({"hasNext": true});
    let wix = answering(QUERY, vec![page(&["a"], &more()), page(&["b"], &more()), page(&[], &more())]).await;
    let mut query = items(&wix).query().eq("a", 1).skip(10);
    if let Some(limit) = limit {
        query = query.limit(limit);
    }
    let ids: Vec<String> = query.stream().map_ok(|item| item.id).try_collect().await.unwrap();
    assert_eq!(ids, ["a", "b"]);
    let requests = wix.sent(QUERY).await;
    let offsets: Vec<Value> =
        requests.iter().map(|r| asked(r)["query"]["paging"]["offset"].clone()).collect();
    assert_eq!(offsets, [json!(10), json!(10 + step), json!(10 + 2 * step)]);
    assert!(requests.iter().all(|request| asked(request)["query"]["filter"] == json!({"a": 1})));
}

#[tokio::test]
async fn a_stream_asks_for_a_page_when_it_is_needed_and_ends_with_an_error() {
    let wix =
        answering(QUERY, vec![page(&["a", "b"], &json!({"hasNext": true, "cursors": {"next": "c-1"}}))])
            .await;
    let mut stream = items(&wix).query().stream();
    assert!(wix.server.received_requests().await.unwrap().is_empty());
    assert_eq!(stream.try_next().await.unwrap().unwrap().id, "a");
    assert_eq!(stream.try_next().await.unwrap().unwrap().id, "b");
    assert_eq!(wix.count(QUERY).await, 1);
    assert!(stream.try_next().await.unwrap_err().is_not_found());
    assert!(stream.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_page_that_leads_to_itself_ends_with_an_error() {
    let round = || page(&["a"], &json!({"hasNext": true, "cursors": {"next": "c-1"}}));
    let wix = answering(QUERY, vec![round(), round()]).await;
    let outcome: Result<Vec<_>, _> = items(&wix).query().stream().try_collect().await;
    assert!(outcome.unwrap_err().is_malformed());
    assert_eq!(wix.count(QUERY).await, 2);
}

#[tokio::test]
async fn items_are_counted() {
    let wix = answering("/wix-data/v2/items/count", vec![json!({"totalCount": 7})]).await;
    assert_eq!(items(&wix).consistent().query().gt("a", 1).limit(3).count().await.unwrap(), 7);
    let expected = json!({"dataCollectionId": "Posts", "filter": {"a": {"$gt": 1}}, "consistentRead": true});
    assert_eq!(wix.bodies("/wix-data/v2/items/count").await, [expected]);
}

#[tokio::test]
async fn distinct_values_come_in_the_order_of_their_field() {
    const DISTINCT: &str = "/wix-data/v2/items/query-distinct-values";
    let first = json!({"distinctValues": ["b", "a"], "pagingMetadata": {"total": 3, "hasNext": true, "cursors": {"next": "c-1"}}});
    let wix = answering(DISTINCT, vec![first, json!({"distinctValues": ["0"]})]).await;
    let query = items(&wix).query().eq("a", 1).ascending("x").descending("tags").limit(2).with_total();
    let page = query.distinct::<String>("tags").await.unwrap();
    assert_eq!((page.items.as_slice(), page.total), (["b".to_owned(), "a".to_owned()].as_slice(), Some(3)));
    assert_eq!(page.next().await.unwrap().unwrap().items, ["0"]);
    let first = json!({
        "dataCollectionId": "Posts", "fieldName": "tags", "filter": {"a": 1}, "order": "DESC",
        "paging": {"limit": 2, "offset": 0}, "returnTotalCount": true,
    });
    let second = json!({"dataCollectionId": "Posts", "cursorPaging": {"cursor": "c-1", "limit": 2}});
    assert_eq!(wix.bodies(DISTINCT).await, [first, second]);
}

#[tokio::test]
async fn values_that_do_not_fit_are_malformed() {
    let wix =
        answering("/wix-data/v2/items/query-distinct-values", vec![json!({"distinctValues": ["s3cr3t"]})])
            .await;
    let error = items(&wix).query().distinct::<u32>("tags").await.unwrap_err();
    assert!(error.is_malformed() && !crate::support::shown(&error).contains("s3cr3t"));
}

#[rstest::rstest]
#[case("green tea".into(), json!({"expression": "green tea", "mode": "AND"}))]
#[case(Search::any(String::from("tea")), json!({"expression": "tea", "mode": "OR"}))]
#[case(Search::from(String::from("tee")).fuzzy(), json!({"expression": "tee", "mode": "AND", "fuzzy": true}))]
#[tokio::test]
async fn words_are_searched_for(#[case] search: Search, #[case] words: Value) {
    const SEARCH: &str = "/wix-data/v2/items/search";
    let wix = answering(SEARCH, vec![page(&["a"], &json!({}))]).await;
    let found = items(&wix).query().eq("a", 1).include("r").search(search).await.unwrap();
    assert_eq!(found.items[0].id, "a");
    let expected = json!({
        "dataCollectionId": "Posts",
        "search": {"filter": {"a": 1}, "search": words},
        "includeReferences": [{"field": "r"}],
    });
    assert_eq!(wix.bodies(SEARCH).await, [expected]);
}

#[rstest::rstest]
#[case::no_name(|q: Query<Value>| q.eq("", 1))]
#[case::an_operator_as_name(|q: Query<Value>| q.eq("$or", json!([])))]
#[case::an_operator_as_value(|q: Query<Value>| q.eq("password", json!({"$ne": null})))]
#[case::an_operator_in_ne(|q: Query<Value>| q.ne("a", json!({"$exists": true})))]
#[case::not_a_number(|q: Query<Value>| q.eq("a", f64::NAN))]
#[case::endless(|q: Query<Value>| q.gt("a", f64::INFINITY))]
#[case::compared_with_nothing(|q: Query<Value>| q.gt("a", None::<i32>))]
#[case::compared_with_a_list(|q: Query<Value>| q.lt("a", json!([1])))]
#[case::compared_with_an_object(|q: Query<Value>| q.between("a", 1, json!({})))]
#[case::a_list_of_lists(|q: Query<Value>| q.is_in("a", [json!([1])]))]
#[case::nothing_in_a_list(|q: Query<Value>| q.has_all("a", [None::<i32>]))]
#[case::json_that_is_no_object(|q: Query<Value>| q.and(Filter::from_json(json!([1]))))]
#[case::within_or(|q: Query<Value>| q.eq("a", 1).or(Filter::new().eq("", 1)))]
#[case::within_not(|q: Query<Value>| q.not(Filter::new().eq("", 1)))]
#[case::within_and(|q: Query<Value>| q.and(Filter::new().eq("", 1)))]
#[case::within_or_of_nothing(|q: Query<Value>| q.or(Filter::new().eq("", 1)))]
#[case::told_once_only(|q: Query<Value>| q.eq("", 1).eq("a", 1).or(Filter::new().eq("b", 1)))]
#[tokio::test]
async fn a_faulty_filter_is_told_and_not_sent(#[case] build: fn(Query<Value>) -> Query<Value>) {
    let wix = Wix::start().await;
    let query = || build(items(&wix).query());
    let outcomes = [
        query().find().await.map(drop),
        query().count().await.map(drop),
        query().distinct::<Value>("a").await.map(drop),
        query().search("x").await.map(drop),
        query().stream().try_next().await.map(drop),
    ];
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().is_malformed()));
    assert!(wix.server.received_requests().await.unwrap().is_empty());
}

#[rstest::rstest]
#[case(404, "WDE0025", wixapp_platform::Error::is_not_found)]
#[case(403, "WDE0027", wixapp_platform::Error::is_permission_denied)]
#[case(429, "WDE0014", wixapp_platform::Error::is_rate_limited)]
#[case(400, "WDE0070", wixapp_platform::Error::is_invalid)]
#[tokio::test]
async fn codes_of_wix_data_are_kept(
    #[case] status: u16,
    #[case] code: &str,
    #[case] is: fn(&wixapp_platform::Error) -> bool,
) {
    let wix = Wix::start().await.grants_tokens().await;
    let body = json!({"message": "no", "details": {"applicationError": {"code": code, "description": "no", "data": {}}}});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(&wix.server)
        .await;
    let error = items(&wix).query().find().await.unwrap_err();
    assert!(is(&error) && error.code() == Some(code) && error.status() == Some(status), "{error}");
}
