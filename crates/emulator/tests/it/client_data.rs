//! What the Rust client does with Wix Data beyond the cases of `same_cases`: types, streams, and settings by key.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use wixapp_platform::data::{Conditions as _, Date, Draft, Field, Item, Items, Patch};

use crate::same_cases::scene::{Scene, day, named};

#[tokio::test]
async fn many_items_are_written_and_read_page_by_page() {
    let scene = Scene::new().await;
    let posts = scene.notes().await;
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
    let scene = Scene::new().await;
    let notes = scene.notes().await;
    let posts: Items<Post> = notes.of();
    let post =
        posts.insert(Post { title: "Grüße 🦄".into(), likes: 0, at: Some(day("2027-01-01")) }).await.unwrap();
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
    let patch =
        Patch::new().set("list", json!(["a"])).append("list", "b").remove_from("list", "a").remove("title");
    assert_eq!(notes.patch(&updated.id, &patch).await.unwrap().unwrap().data["list"], json!(["b"]));
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
async fn references_are_streamed_and_included_by_type() {
    #[derive(serde::Deserialize)]
    struct Post {
        author: Item<BTreeMap<String, String>>,
    }
    let scene = Scene::new().await;
    let people = scene.collection(&[], &["ada", "bob", "cay"].map(|id| json!({"_id": id, "name": id}))).await;
    let fields = [
        Field::reference("author", people.collection()),
        Field::multi_reference("fans", people.collection()),
    ];
    let posts = scene.collection(&fields, &[json!({"_id": "p", "author": "ada"})]).await;
    posts.replace_references("fans", "p", ["cay", "bob"]).await.unwrap();
    let fans = posts.referenced::<Value>("fans", ["p"]).limit(1).stream();
    let ids: Vec<String> = fans.map_ok(|fan| fan.id).try_collect().await.unwrap();
    assert_eq!(ids, ["cay", "bob"]);
    let page = posts.of::<Post>().query().include("author").find().await.unwrap();
    assert_eq!(page.items[0].data.author.data["name"], "ada");
}
