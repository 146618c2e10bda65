//! The other calls of the Wix API, each made by the client: what it takes to write and read them counts too.
//!
//! Metered charges are not among them: the platform asks the app for them, and is as fast as its answer.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use wixapp_core::id::InstanceId;
use wixapp_platform::api::scripts::EmbeddedScript;
use wixapp_platform::api::secrets::SecretDraft;
use wixapp_platform::data::{
    Bulk, Collection, CollectionPlugin, Conditions as _, Field, FieldType, Filter, Index, Items, Order,
    Patch, PluginType, Reference, Search, Stage,
};
use wixapp_platform::{Error, WixClient};

use super::{APP_ID, Named, thing};

/// How many calls are under way at once.
const ABREAST: usize = 8;
/// How many items a call in bulk has.
const BULK: u64 = 100;

/// Calls a second, one row for each.
struct Rates {
    seconds: f64,
    rows: Vec<Named>,
}

impl Rates {
    /// Makes a call over and over, several at once; each gets a number of its own.
    async fn of<T, E: Into<anyhow::Error>>(
        &mut self,
        what: &'static str,
        call: impl AsyncFn(u64) -> Result<T, E>,
    ) -> Result<u64> {
        self.abreast(ABREAST, what, call).await
    }

    /// The same one after the other: for calls that undo each other.
    async fn one_by_one<T, E: Into<anyhow::Error>>(
        &mut self,
        what: &'static str,
        call: impl AsyncFn(u64) -> Result<T, E>,
    ) -> Result<()> {
        self.abreast(1, what, call).await.map(|_| ())
    }

    async fn abreast<T, E: Into<anyhow::Error>>(
        &mut self,
        abreast: usize,
        what: &'static str,
        call: impl AsyncFn(u64) -> Result<T, E>,
    ) -> Result<u64> {
        let (started, next) = (Instant::now(), Cell::new(0));
        let end = started + Duration::from_secs_f64(self.seconds);
        let caller = async || {
            while Instant::now() < end {
                call(next.replace(next.get() + 1)).await.map_err(Into::into)?;
            }
            anyhow::Ok(())
        };
        try_join_all((0..abreast).map(|_| caller())).await.context(what)?;
        let value = next.get() as f64 / started.elapsed().as_secs_f64();
        self.rows.push(Named { what, value });
        Ok(next.get())
    }
}

/// Measures all calls that the load of bytes does not; `notes` has a few items.
pub(super) async fn rates(
    client: &WixClient,
    instance: &InstanceId,
    notes: &Items<Value>,
    seconds: f64,
) -> Result<Vec<Named>> {
    let mut rates = Rates { seconds, rows: Vec::new() };
    app(client, instance, &mut rates).await?;
    reading(notes, &mut rates).await?;
    writing(client, instance, &mut rates).await?;
    in_bulk(client, instance, &mut rates).await?;
    references(client, instance, &mut rates).await?;
    structure(client, instance, &mut rates).await?;
    Ok(rates.rows)
}

async fn app(client: &WixClient, instance: &InstanceId, rates: &mut Rates) -> Result<()> {
    rates.of("purchase history", async |_| client.purchases(instance).await).await?;
    rates.of("app plans", async |_| client.app_plans(instance, &[APP_ID]).await).await?;
    let script = EmbeddedScript::default().with("colour", "red");
    rates.of("embedded script: write", async |_| client.embed_script(instance, &script, None).await).await?;
    rates.of("embedded script: read", async |_| client.embedded_script(instance, None).await).await?;
    let id = client.create_secret(instance, &SecretDraft::new("kept", "one")).await?;
    rates.of("secret: value", async |_| client.secret(instance, "kept").await).await?;
    rates.of("secrets: list", async |_| client.secrets(instance).await).await?;
    let change = SecretDraft { name: None, ..SecretDraft::new("kept", "two") };
    rates.of("secret: update", async |_| client.update_secret(instance, &id, &change).await).await?;
    let come_and_go = async |number: u64| {
        let id = client.create_secret(instance, &SecretDraft::new(format!("s-{number}"), "x")).await?;
        client.delete_secret(instance, &id).await
    };
    rates.one_by_one("secret: create, then delete", come_and_go).await
}

async fn reading(notes: &Items<Value>, rates: &mut Rates) -> Result<()> {
    rates.of("Wix Data: count", async |_| notes.query().ge("n", 50).count().await).await?;
    let distinct = async |_| notes.query().distinct::<Value>("group").await;
    rates.of("Wix Data: distinct values of 100 items", distinct).await?;
    let search = async |_| notes.query().limit(20).search(Search::all("thing title")).await;
    rates.of("Wix Data: search in 100 items", search).await?;
    let groups = async |_| notes.aggregate().group_by(["tags"]).sum("n", "sum").run::<Value>().await;
    rates.of("Wix Data: aggregate 100 items", groups).await?;
    let rows = async |_| notes.pipeline([Stage::unwind("tags")]).run::<Value>().await;
    rates.of("Wix Data: pipeline over 100 items", rows).await.map(|_| ())
}

async fn made(client: &WixClient, instance: &InstanceId, collection: &Collection) -> Result<Items<Value>> {
    client.create_collection(instance, collection).await?;
    Ok(client.items(instance, &collection.id))
}

/// An item with an id of its own.
fn numbered(number: u64) -> Value {
    let mut item = thing(usize::try_from(number).unwrap_or(usize::MAX));
    item["_id"] = json!(format!("g-{number}"));
    item
}

async fn writing(client: &WixClient, instance: &InstanceId, rates: &mut Rates) -> Result<()> {
    let items = made(client, instance, &Collection::new("Grown")).await?;
    let count = rates.of("Wix Data: insert", async |number| items.insert(numbered(number)).await).await?;
    let each = |number: u64| number % count;
    rates.of("Wix Data: update", async |number| items.update(numbered(each(number))).await).await?;
    let patch = Patch::new().set("title", "Another");
    let id = |number: u64| format!("g-{}", each(number));
    rates.of("Wix Data: patch", async |number| items.patch(&id(number), &patch).await).await?;
    let come_and_go = async |number: u64| {
        let id = format!("gone-{number}");
        items.insert(json!({"_id": id})).await?;
        items.remove(&id).await
    };
    rates.of("Wix Data: insert, then remove", come_and_go).await.map(|_| ())
}

/// That each of the items was written.
fn all(bulk: Result<Bulk, Error>, count: u64) -> Result<()> {
    let failed = bulk?.failures().count();
    ensure!(failed == 0, "{failed} of {count} items were not written");
    Ok(())
}

async fn in_bulk(client: &WixClient, instance: &InstanceId, rates: &mut Rates) -> Result<()> {
    let items = made(client, instance, &Collection::new("Bulk")).await?;
    let hundred = |from: u64| (from * BULK..(from + 1) * BULK).map(numbered);
    let ids = || (0..BULK).map(|number| format!("g-{number}"));
    let insert = async |number| all(items.bulk_insert(hundred(number)).await, BULK);
    rates.of("Wix Data: insert of 100 items", insert).await?;
    items.truncate().await?;
    let save = async |_| all(items.bulk_save(hundred(0)).await, BULK);
    rates.of("Wix Data: save of 100 items", save).await?;
    let update = async |_| all(items.bulk_update(hundred(0)).await, BULK);
    rates.of("Wix Data: update of 100 items", update).await?;
    let patch = Patch::new().set("title", "Another");
    let patched = async |_| all(items.bulk_patch(ids(), &patch).await, BULK);
    rates.of("Wix Data: patch of 100 items", patched).await?;
    let matching = Filter::new().ge("n", 0);
    let begun = async |_| items.patch_matching(&matching, &patch).await;
    rates.one_by_one("Wix Data: begin a patch by filter of 100 items", begun).await?;
    let job = items.patch_matching(&matching, &patch).await?;
    rates.of("Wix Data: state of a job", async |_| client.data_job(instance, &job).await).await?;
    let come_and_go = async |_| {
        all(items.bulk_save(hundred(0)).await, BULK)?;
        all(items.bulk_remove(ids()).await, BULK)
    };
    rates.one_by_one("Wix Data: save of 100 items, then their remove", come_and_go).await
}

async fn references(client: &WixClient, instance: &InstanceId, rates: &mut Rates) -> Result<()> {
    let tags = made(client, instance, &Collection::new("Tags")).await?;
    let posts = Collection::new("Posts").with_field(Field::multi_reference("tags", "Tags"));
    let posts = made(client, instance, &posts).await?;
    all(tags.bulk_insert(["a", "b"].map(|id| json!({"_id": id}))).await, 2)?;
    posts.insert(json!({"_id": "p"})).await?;
    let (one, two) = ([Reference::new("tags", "p", "a")], [Reference::new("tags", "p", "b")]);
    all(posts.insert_references(&one).await, 1)?;
    rates.of("Wix Data: is referenced", async |_| posts.is_referenced(&one[0]).await).await?;
    let referenced = async |_| posts.referenced::<Value>("tags", ["p"]).find().await;
    rates.of("Wix Data: referenced items", referenced).await?;
    let replace = async |_| posts.replace_references("tags", "p", ["a"]).await;
    rates.of("Wix Data: replace references", replace).await?;
    let come_and_go = async |_| {
        all(posts.insert_references(&two).await, 1)?;
        all(posts.remove_references(&two).await, 1)
    };
    rates.one_by_one("Wix Data: insert a reference, then remove it", come_and_go).await
}

async fn structure(client: &WixClient, instance: &InstanceId, rates: &mut Rates) -> Result<()> {
    rates.of("Wix Data: collections", async |_| client.collections(instance).await).await?;
    rates.of("Wix Data: collection", async |_| client.collection(instance, "Notes").await).await?;
    let come_and_go = async |number: u64| {
        let id = format!("C-{number}");
        client.create_collection(instance, &Collection::new(&id)).await?;
        client.delete_collection(instance, &id).await
    };
    rates.one_by_one("Wix Data: create a collection, then delete it", come_and_go).await?;
    let likes = Field::new("likes", FieldType::Number);
    let come_and_go = async |_| {
        client.add_field(instance, "Notes", &likes).await?;
        client.remove_field(instance, "Notes", "likes").await
    };
    rates.one_by_one("Wix Data: add a field, then remove it", come_and_go).await?;
    let plugin = CollectionPlugin::new(PluginType::Publish);
    let come_and_go = async |_| {
        client.add_collection_plugin(instance, "Notes", &plugin).await?;
        client.delete_collection_plugin(instance, "Notes", &PluginType::Publish).await
    };
    rates.one_by_one("Wix Data: add a plugin, then remove it", come_and_go).await?;
    rates.of("Wix Data: indexes", async |_| client.indexes(instance, "Notes").await).await?;
    let come_and_go = async |number: u64| {
        let index = Index::new(format!("i{number}")).on("n", Order::Ascending);
        client.create_index(instance, "Notes", &index).await?;
        client.drop_index(instance, "Notes", &index.name).await
    };
    rates.one_by_one("Wix Data: create an index of 100 items, then drop it", come_and_go).await
}
