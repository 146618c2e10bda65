//! The platform crate's own client against Wix Data of the local platform.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use wixapp_core::id::InstanceId;
use wixapp_emulator::{AppSettings, Permission};
use wixapp_platform::data::{
    Collection, Conditions as _, Date, Draft, Expression, Field, FieldType, Filter, Group, Item, Items,
    Order, Patch, Query, Reference, SearchMode, Stage,
};
use wixapp_platform::{AppSecret, Error, WixClient};

use crate::stage::{APP_ID, SECRET, Stage as Theatre};

/// A site with the collections `Posts` and `Tags`, and the app's client.
struct Scene {
    stage: Theatre,
    client: WixClient,
    instance: InstanceId,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut wixapp_emulator::EmulatorConfig)) -> Self {
        let stage = Theatre::with(change).await;
        let client = WixClient::builder()
            .base_url(&stage.base)
            .app_id(APP_ID)
            .app_secret(AppSecret::new(SECRET).unwrap())
            .clock(Arc::new(stage.emulator.clock().clone()))
            .build()
            .unwrap();
        let instance = stage.install().await;
        Self { stage, client, instance }
    }

    async fn furnished() -> Self {
        let scene = Self::new().await;
        let posts = Collection::new("Posts")
            .with_field(Field::new("title", FieldType::Text))
            .with_field(Field::reference("author", "Authors"))
            .with_field(Field::multi_reference("tags", "Tags"));
        for collection in [posts, Collection::new("Tags"), Collection::new("Authors")] {
            scene.client.create_collection(&scene.instance, &collection).await.unwrap();
        }
        scene
    }

    fn items(&self, collection: &str) -> Items<Value> {
        self.client.items(&self.instance, collection)
    }
}

fn named(id: &str, data: Value) -> Draft<Value> {
    Draft::new(data).with_id(id)
}

fn day(day: u32) -> Date {
    Date::new(format!("2027-01-{day:02}T00:00:00Z").parse().unwrap())
}

type Build = fn(Query<Value>) -> Query<Value>;

#[tokio::test]
async fn every_operator_finds_what_it_means() {
    let scene = Scene::furnished().await;
    let posts = scene.items("Posts");
    let drafts = [
        named("a", json!({"n": 1, "title": "Green tea", "list": ["x"], "at": day(1)})),
        named("b", json!({"n": 2, "title": "Black Tea", "list": ["x", "y"], "at": day(2)})),
        named("c", json!({"n": 3, "title": "Water", "list": ["z"], "at": day(3), "place": {"city": "Kyiv"}})),
        named("d", json!({"title": "Coffee", "note": null})),
    ];
    assert_eq!(posts.bulk_insert(drafts).await.unwrap().succeeded(), 4);
    let table: [(&str, Build, &str); 28] = [
        ("all", |q: Query<Value>| q, "abcd"),
        ("eq", |q: Query<Value>| q.eq("n", 2), "b"),
        ("eq_element", |q: Query<Value>| q.eq("list", "x"), "ab"),
        ("eq_date", |q: Query<Value>| q.eq("at", day(2)), "b"),
        ("ne", |q: Query<Value>| q.ne("n", 2), "acd"),
        ("gt", |q: Query<Value>| q.gt("n", 2), "c"),
        ("gt_date", |q: Query<Value>| q.gt("at", day(1)), "bc"),
        ("ge", |q: Query<Value>| q.ge("n", 2), "bc"),
        ("lt", |q: Query<Value>| q.lt("n", 2), "a"),
        ("le", |q: Query<Value>| q.le("n", 2), "ab"),
        ("between", |q: Query<Value>| q.between("n", 1, 3), "ab"),
        ("between_dates", |q: Query<Value>| q.between("at", day(1), day(3)), "ab"),
        ("is_in", |q: Query<Value>| q.is_in("n", [1, 3, 9]), "ac"),
        ("has_some", |q: Query<Value>| q.has_some("list", ["y", "z"]), "bc"),
        ("has_all", |q: Query<Value>| q.has_all("list", ["x", "y"]), "b"),
        ("contains", |q: Query<Value>| q.contains("title", "EE"), "ad"),
        ("starts_with", |q: Query<Value>| q.starts_with("title", "co"), "d"),
        ("ends_with", |q: Query<Value>| q.ends_with("title", "Tea"), "ab"),
        ("is_empty", |q: Query<Value>| q.is_empty("n"), "d"),
        ("is_not_empty", |q: Query<Value>| q.is_not_empty("n"), "abc"),
        ("exists", |q: Query<Value>| q.exists("note", true), "d"),
        ("exists_not", |q: Query<Value>| q.exists("note", false), "abc"),
        ("two_fields", |q: Query<Value>| q.gt("n", 1).eq("list", "x"), "b"),
        ("or", |q: Query<Value>| q.eq("n", 1).or(Filter::new().eq("n", 3)), "ac"),
        ("or_all", |q: Query<Value>| q.eq("n", 1).or(Filter::new()), "abcd"),
        ("and", |q: Query<Value>| q.ge("n", 2).and(Filter::new().le("n", 2)), "b"),
        ("not", |q: Query<Value>| q.not(Filter::new().gt("n", 1)), "ad"),
        ("path", |q: Query<Value>| q.eq("place.city", "Kyiv"), "c"),
    ];
    for (name, build, expected) in table {
        let page = build(posts.query()).ascending("_id").find().await.unwrap();
        let found: String = page.items.into_iter().map(|item| item.id).collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(build(posts.query()).count().await.unwrap(), expected.len() as u64, "{name}");
    }
}

#[tokio::test]
async fn many_items_are_written_and_read_page_by_page() {
    let scene = Scene::furnished().await;
    let posts = scene.items("Posts");
    let drafts = (0..2_345).map(|n| named(&format!("i-{n:04}"), json!({"n": n, "third": n % 3})));
    assert_eq!(posts.bulk_insert(drafts).await.unwrap().succeeded(), 2_345);
    let query = || posts.query().descending("n").limit(1_000).with_total();
    let first = query().find().await.unwrap();
    assert_eq!((first.items.len(), first.total, first.items[0].id.as_str()), (1_000, Some(2_345), "i-2344"));
    let second = first.next().await.unwrap().unwrap();
    assert_eq!(second.items[0].id, "i-1344");
    let again = posts.query().limit(1_000).after(first.cursor().unwrap()).find().await.unwrap();
    assert_eq!(again.items[0].id, "i-1344");
    let all: Vec<Item<Value>> = query().skip(45).stream().try_collect().await.unwrap();
    assert!(
        all.len() == 2_300 && all.iter().enumerate().all(|(index, item)| item.data["n"] == 2_299 - index)
    );
    let thirds = posts.query().descending("third").distinct::<i64>("third").await.unwrap();
    assert_eq!(thirds.items, [2, 1, 0]);
    let long =
        posts.query().is_in("_id", (0..500).map(|n| format!("i-{n:04}"))).limit(1_000).find().await.unwrap();
    assert_eq!(long.items.len(), 500);
    let bulk = posts.bulk_remove((2_300..2_400).map(|n| format!("i-{n:04}"))).await.unwrap();
    assert_eq!(
        (bulk.succeeded(), bulk.failures().filter(|(_, error)| error.is_not_found()).count()),
        (45, 55)
    );
    posts.truncate().await.unwrap();
    assert_eq!(posts.query().count().await.unwrap(), 0);
}

#[tokio::test]
async fn an_item_lives_through_every_change() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Post {
        title: String,
        likes: i64,
        at: Option<Date>,
    }
    let scene = Scene::furnished().await;
    let posts: Items<Post> = scene.client.items(&scene.instance, "Posts");
    let post = posts.insert(Post { title: "Grüße 🦄".into(), likes: 0, at: Some(day(1)) }).await.unwrap();
    assert_eq!(post.created_at, Some("2027-01-31T08:00:00Z".parse().unwrap()));
    assert_eq!((post.owner.is_some(), post.updated_at), (true, post.created_at));
    assert_eq!(posts.get(&post.id).await.unwrap().as_ref(), Some(&post));
    let patched = posts
        .patch(&post.id, &Patch::new().increment("likes", 5).set("at", None::<Date>))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((patched.data.likes, patched.data.at), (5, None));
    let (owner, changed) =
        (post.owner.clone(), Item { data: Post { title: "New".into(), ..post.data }, ..post });
    let updated = posts.update(changed).await.unwrap();
    assert_eq!((updated.data.likes, updated.owner), (0, owner));
    let saved = posts
        .save(Draft::new(Post { title: "x".into(), likes: 1, at: None }).with_id("a/b ?#%..ä"))
        .await
        .unwrap();
    assert!(saved.inserted && posts.get("a/b ?#%..ä").await.unwrap().is_some());
    assert!(!posts.save(saved.item).await.unwrap().inserted);
    assert_eq!(posts.remove("a/b ?#%..ä").await.unwrap().unwrap().data.title, "x");
    assert!(
        posts.remove("a/b ?#%..ä").await.unwrap().is_none() && posts.get("none").await.unwrap().is_none()
    );
    let list = scene.items("Posts");
    let patch =
        Patch::new().set("list", json!(["a"])).append("list", "b").remove_from("list", "a").remove("title");
    assert_eq!(list.patch(&updated.id, &patch).await.unwrap().unwrap().data["list"], json!(["b"]));
}

#[tokio::test]
async fn references_are_made_followed_and_broken() {
    let scene = Scene::furnished().await;
    let (posts, tags) = (scene.items("Posts"), scene.items("Tags"));
    scene.items("Authors").insert(named("ada", json!({"name": "Ada"}))).await.unwrap();
    assert_eq!(
        tags.bulk_insert(["t", "u", "v"].map(|id| named(id, json!({"name": id})))).await.unwrap().succeeded(),
        3
    );
    posts.insert(named("p", json!({"title": "Hello", "author": "ada"}))).await.unwrap();
    let link = |to: &str| Reference::new("tags", "p", to);
    let bulk = posts.insert_references(&[link("t"), link("gone"), link("u")]).await.unwrap();
    assert_eq!(
        bulk.failures().map(|(index, error)| (index, error.is_not_found())).collect::<Vec<_>>(),
        [(1, true)]
    );
    assert!(
        posts.is_referenced(&link("t")).await.unwrap() && !posts.is_referenced(&link("v")).await.unwrap()
    );
    let ids = || async {
        let found: Vec<_> =
            posts.referenced::<Value>("tags", ["p"]).limit(1).stream().try_collect().await.unwrap();
        found
            .into_iter()
            .map(|tag| tag.item.unwrap().data["name"].as_str().unwrap().to_owned())
            .collect::<String>()
    };
    assert_eq!(ids().await, "tu");
    posts.replace_references("tags", "p", ["v", "t"]).await.unwrap();
    assert_eq!(ids().await, "vt");
    drop(posts.remove_references(&[link("v")]).await.unwrap());
    tags.remove("t").await.unwrap();
    let lost = posts.referenced::<Value>("tags", ["p"]).find().await.unwrap().items;
    assert!(lost.iter().all(|tag| tag.id == "t" && tag.item.is_none()));
    #[derive(serde::Deserialize)]
    struct Post {
        author: Item<BTreeMap<String, String>>,
    }
    let page = posts.of::<Post>().query().include("author").find().await.unwrap();
    assert_eq!(page.items[0].data.author.data["name"], "Ada");
    assert!(posts.referenced::<Value>("title", ["p"]).find().await.unwrap_err().is_invalid());
}

#[tokio::test]
async fn groups_and_pipelines_add_up() {
    let scene = Scene::furnished().await;
    let posts = scene.items("Posts");
    let rows = [("a", 1, "x"), ("a", 2, "y"), ("b", 5, "x")];
    let drafts = rows
        .map(|(author, likes, tag)| Draft::new(json!({"by": author, "likes": likes, "list": [tag, "all"]})));
    assert_eq!(posts.bulk_insert(drafts).await.unwrap().succeeded(), 3);
    let sums = posts
        .aggregate()
        .ge("likes", 1)
        .group_by(["by"])
        .sum("likes", "sum")
        .average("likes", "avg")
        .min("likes", "min")
        .max("likes", "max")
        .count("n");
    let groups = sums.having(Filter::new().gt("n", 1)).run::<Value>().await.unwrap().items;
    assert_eq!(groups, [json!({"_id": {"by": "a"}, "sum": 3, "avg": 1.5, "min": 1, "max": 2, "n": 2})]);
    let stages = [
        Stage::filter(&Filter::new().ge("likes", 1)).unwrap(),
        Stage::unwind("list"),
        Stage::group(
            Group::new()
                .by(Expression::upper(Expression::field("list")), "tag")
                .sum(Expression::field("likes"), "likes")
                .count("n"),
        ),
        Stage::sort([("likes", Order::Descending), ("n", Order::Ascending)]),
        Stage::limit(2),
    ];
    let rows = posts.pipeline::<Value>(stages).await.unwrap().items;
    assert_eq!(
        rows,
        [
            json!({"_id": {"tag": "ALL"}, "likes": 8, "n": 3}),
            json!({"_id": {"tag": "X"}, "likes": 6, "n": 2})
        ]
    );
}

#[tokio::test]
async fn words_are_searched_for() {
    let scene = Scene::furnished().await;
    let posts = scene.items("Posts");
    let drafts = [("a", "Green tea"), ("b", "Black tea"), ("c", "Water")]
        .map(|(id, title)| named(id, json!({"title": title})));
    assert_eq!(posts.bulk_insert(drafts).await.unwrap().succeeded(), 3);
    let ids = |page: wixapp_platform::data::Page<Item<Value>>| {
        page.items.into_iter().map(|item| item.id).collect::<String>()
    };
    let query = || posts.query().ascending("_id");
    assert_eq!(ids(query().search("TEA green", SearchMode::All).await.unwrap()), "a");
    assert_eq!(ids(query().search("green water", SearchMode::Any).await.unwrap()), "ac");
}

#[tokio::test]
async fn collections_are_made_changed_and_deleted() {
    let scene = Scene::furnished().await;
    let (client, i) = (&scene.client, &scene.instance);
    assert!(client.create_collection(i, &Collection::new("Posts")).await.unwrap_err().is_conflict());
    let with_field = client.add_field(i, "Posts", &Field::new("likes", FieldType::Number)).await.unwrap();
    let stale =
        client.update_collection(i, &Collection { revision: Some("1".into()), ..with_field.clone() }).await;
    assert!(stale.unwrap_err().is_conflict());
    let named = client.update_collection(i, &with_field.named("All posts")).await.unwrap();
    assert!(
        named.display_name.as_deref() == Some("All posts")
            && named.fields.iter().any(|field| field.key == "likes")
    );
    let without = client.remove_field(i, "Posts", "likes").await.unwrap();
    assert!(without.fields.iter().all(|field| field.key != "likes"));
    assert!(client.remove_field(i, "Posts", "likes").await.unwrap_err().is_not_found());
    let mut ids: Vec<_> =
        client.collections(i).await.unwrap().into_iter().map(|collection| collection.id).collect();
    ids.sort();
    assert_eq!(ids, ["Authors", "Posts", "Tags"]);
    client.delete_collection(i, "Tags").await.unwrap();
    assert!(client.collection(i, "Tags").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn settings_are_kept_by_key() {
    let scene = Scene::new().await;
    let config = scene.client.app_config(&scene.instance);
    assert!(config.get::<String>("color").await.unwrap_err().is_not_found());
    config.create().await.unwrap();
    config.create().await.unwrap();
    assert_eq!(config.get::<String>("color").await.unwrap(), None);
    for color in ["blue", "green"] {
        config.set("color", color).await.unwrap();
        assert_eq!(config.get::<String>("color").await.unwrap().as_deref(), Some(color));
    }
    config.set("sizes", &[1, 2]).await.unwrap();
    assert_eq!(config.get::<Vec<u8>>("sizes").await.unwrap(), Some(vec![1, 2]));
    assert!(config.remove("color").await.unwrap() && !config.remove("color").await.unwrap());
    let keys = scene.items("AppConfig").query().distinct::<String>("key").await.unwrap();
    assert_eq!(keys.items, ["sizes"]);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_code_and_predicate() {
    let scene = Scene::furnished().await;
    let posts = scene.items("Posts");
    posts.insert(named("a", json!({}))).await.unwrap();
    let too_large = json!({"text": "x".repeat(600_000)});
    type Case<'c> = (Error, fn(&Error) -> bool, &'c str);
    let table: [Case<'_>; 6] = [
        (scene.items("None").get("a").await.unwrap_err(), Error::is_not_found, "WDE0025"),
        (scene.items("None").query().find().await.unwrap_err(), Error::is_not_found, "WDE0025"),
        (posts.update(named("b", json!({}))).await.unwrap_err(), Error::is_not_found, "WDE0073"),
        (posts.insert(named("a", json!({}))).await.unwrap_err(), Error::is_conflict, "WDE0074"),
        (posts.insert(too_large).await.unwrap_err(), Error::is_too_large, "WDE0009"),
        (posts.insert(json!({"$bad": 1})).await.unwrap_err(), Error::is_invalid, "WDE0134"),
    ];
    for (error, is, code) in table {
        assert!(is(&error) && error.code() == Some(code), "{code}: {error}");
    }
    let bulk = posts.bulk_insert([named("a", json!({})), named("b", json!({}))]).await.unwrap();
    assert!(bulk.results[0].outcome.as_ref().unwrap_err().is_conflict() && bulk.results[1].outcome.is_ok());
    let page = posts.query().limit(1_001).find().await.unwrap_err();
    assert!(page.is_invalid() && page.message().unwrap().contains("limit"), "{page}");
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let scene = Scene::new().await;
    let permissions =
        Permission::ALL.into_iter().filter(|held| *held != Permission::WriteDataItems).collect();
    scene.stage.emulator.set_settings(AppSettings { permissions, ..AppSettings::default() }).unwrap();
    scene.client.create_collection(&scene.instance, &Collection::new("Posts")).await.unwrap();
    let error = scene.items("Posts").insert(json!({})).await.unwrap_err();
    assert!(error.is_permission_denied() && error.code() == Some("WDE0027"));
    assert!(error.message().unwrap().contains("Write Data Items"));
    assert!(scene.items("Posts").query().find().await.unwrap().items.is_empty());
}

#[tokio::test]
async fn who_writes_reads_it_though_others_are_behind() {
    let scene = Scene::with(|config| config.data_lag = Some(jiff::SignedDuration::from_hours(1))).await;
    scene.client.create_collection(&scene.instance, &Collection::new("Posts")).await.unwrap();
    let posts = scene.items("Posts");
    posts.insert(named("a", json!({}))).await.unwrap();
    assert!(posts.get("a").await.unwrap().is_some());
    let other = WixClient::builder()
        .base_url(&scene.stage.base)
        .app_id(APP_ID)
        .app_secret(AppSecret::new(SECRET).unwrap())
        .clock(Arc::new(scene.stage.emulator.clock().clone()))
        .build()
        .unwrap();
    let elsewhere: Items<Value> = other.items(&scene.instance, "Posts");
    assert!(
        elsewhere.query().find().await.is_ok_and(|page| page.items.is_empty())
            || elsewhere.get("a").await.is_err()
    );
    assert!(elsewhere.consistent().get("a").await.unwrap().is_some());
}
