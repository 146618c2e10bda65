//! One item at a time.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::item::{self, Item};
use super::page::{Listing, Position};
use super::patch::Patch;
use super::query::Query;
use super::{endpoint, post};
use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;

static GET: Endpoint = endpoint(Method::GET, "/wix-data/v2/items", "GET /wix-data/v2/items/{id}");
static PATCH: Endpoint = post!("/wix-data/v2/items/patch");
static REMOVE: Endpoint = post!("/wix-data/v2/items/remove");
static TRUNCATE: Endpoint = post!("/wix-data/v2/items/truncate");

/// The items of one collection, read as `T` and written from it; made by [`WixClient::items`].
///
/// `T` has the app's own fields only, as any struct of serde; [`Value`] takes whatever there is. Cheap to clone.
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::{Conditions as _, Items, Patch};
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Post { title: String, likes: i64 }
/// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
/// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
/// let posts: Items<Post> = client.items(&instance, "Posts");
/// let post = posts.insert(Post { title: "Hello".into(), likes: 0 }).await?;
/// let post = posts.patch(&post.id, &Patch::new().increment("likes", 1)).await?;
/// assert_eq!(post.unwrap().data.likes, 1);
/// let liked = posts.query().gt("likes", 0).count().await?;
/// # Ok(())
/// # }
/// ```
pub struct Items<T> {
    pub(super) client: WixClient,
    pub(super) credential: Credential,
    collection: Arc<str>,
    consistent: bool,
    saves_references: bool,
    condition: Option<Filter>,
    item: PhantomData<fn() -> T>,
}

impl<T> Clone for Items<T> {
    fn clone(&self) -> Self {
        self.of()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("collection", &self.collection).finish_non_exhaustive()
    }
}

impl WixClient {
    /// The items of a collection, such as `Posts`, or `@namespace/Posts` for one that belongs to an app.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::Items;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let posts: Items<serde_json::Value> = client.items(&instance, "Posts");
    /// let post = posts.get("p-1").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn items<T>(&self, credential: impl Into<Credential>, collection: impl Into<String>) -> Items<T> {
        Items {
            client: self.clone(),
            credential: credential.into(),
            collection: collection.into().into(),
            consistent: false,
            saves_references: false,
            condition: None,
            item: PhantomData,
        }
    }
}

impl<T> Items<T> {
    /// The same, with reads that see everything written before them, by whomever. They are slower.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let post = posts.consistent().get("p-1").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn consistent(&self) -> Self {
        Self { consistent: true, ..self.clone() }
    }

    /// The same items, read and written as another type.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::Items;
    /// #[derive(serde::Deserialize)]
    /// struct Title { title: String }
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let titles = posts.of::<Title>().query().fields(["title"]).find().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn of<U>(&self) -> Items<U> {
        Items {
            client: self.client.clone(),
            credential: self.credential.clone(),
            collection: Arc::clone(&self.collection),
            consistent: self.consistent,
            saves_references: self.saves_references,
            condition: self.condition.clone(),
            item: PhantomData,
        }
    }

    /// The same items, written with the references of their multi-reference fields: a list of ids, or of items with an
    /// `_id`. Without it Wix leaves such fields out ([`Items::insert_references`] adds references one by one).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// posts.saving_references().insert(serde_json::json!({"title": "Hello", "tags": ["t-1", "t-2"]})).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn saving_references(&self) -> Self {
        Self { saves_references: true, ..self.clone() }
    }

    /// The same items, of which only those are changed that the filter means.
    pub(super) fn conditional(&self, filter: Filter) -> Self {
        Self { condition: Some(filter), ..self.clone() }
    }

    /// Whether a call that does the same when it is repeated may be repeated: a condition that the first attempt met
    /// may be broken by it.
    pub(super) fn may_repeat(&self, repeatable: bool) -> bool {
        repeatable && self.condition.is_none()
    }

    /// The collection's id.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// println!("{} is empty", posts.collection());
    /// # }
    /// ```
    #[must_use]
    pub fn collection(&self) -> &str {
        &self.collection
    }

    /// A query over all items, to be narrowed.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Conditions as _, Items};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.query().eq("published", true).find().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(&self) -> Query<T> {
        Query::new(self.clone())
    }

    /// Removes all items of the collection. There is no way back.
    ///
    /// # Errors
    /// As [`Items::remove`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(cache: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// cache.truncate().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn truncate(&self) -> Result<(), Error> {
        let call = Call::new(&TRUNCATE).body(self.base_of_write().into());
        self.client.answer(&self.credential, &call).await.map(drop)
    }

    /// The body every read begins with.
    pub(super) fn base(&self) -> Map<String, Value> {
        let mut base = self.base_of_write();
        if self.consistent {
            base.insert("consistentRead".to_owned(), true.into());
        }
        base
    }

    /// The body every write begins with.
    pub(super) fn base_of_write(&self) -> Map<String, Value> {
        Map::from_iter([("dataCollectionId".to_owned(), Value::from(&*self.collection))])
    }

    /// The body of a write with one more field.
    pub(super) fn write(&self, name: &str, value: Value) -> Result<Value, Error> {
        let mut body = self.base_of_write();
        body.insert(name.to_owned(), value);
        if self.saves_references && matches!(name, "dataItem" | "dataItems") {
            body.insert("saveReferences".to_owned(), true.into());
        }
        if let Some(condition) = &self.condition {
            body.insert("condition".to_owned(), json!({ "filter": condition.to_json()? }));
        }
        Ok(body.into())
    }

    pub(super) async fn call<A: DeserializeOwned>(&self, call: &Call) -> Result<A, Error> {
        self.client.call(&self.credential, call).await
    }

    pub(super) fn listing<R>(
        &self,
        endpoint: &'static Endpoint,
        body: impl Fn(&Position) -> Value + Send + Sync + 'static,
        read: fn(Value) -> Result<R, Error>,
        limit: Option<u32>,
        at: Position,
    ) -> Listing<R> {
        let (client, credential) = (self.client.clone(), self.credential.clone());
        Listing { client, credential, endpoint, may_get: false, body: Arc::new(body), read, limit, at }
    }
}

/// The item in an answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) data_item: Value,
    pub(super) action: Option<String>,
}

impl<T: DeserializeOwned> Items<T> {
    /// The item of that id; `None` when there is none.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such collection, [`Error::is_permission_denied`] without the permission
    /// to read items, [`Error::is_malformed`] for an empty id or an item that does not fit `T`; else as
    /// [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let title = posts.get("p-1").await?.map(|post| post.data["title"].clone());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get(&self, id: &str) -> Result<Option<Item<T>>, Error> {
        let mut call =
            Call::new(&GET).segment("id of the item", id)?.query("dataCollectionId", &*self.collection);
        if self.consistent {
            call = call.query("consistentRead", "true");
        }
        there(self.one(&call).await)
    }

    /// Changes single fields of an item; the item as it is now, or `None` when there is none of that id. Tried once if
    /// doing it twice would be something else.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when the patch was given something impossible; else as [`Items::insert`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Items, Patch};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let patch = Patch::new().set("title", "New").increment("edits", 1).append("tags", "edited").remove("draft");
    /// let post = posts.patch("p-1", &patch).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn patch(&self, id: &str, patch: &Patch) -> Result<Option<Item<T>>, Error> {
        let body = self.write("patch", patch.of(id)?)?;
        let call =
            Call { idempotent: self.may_repeat(patch.is_repeatable()), ..Call::new(&PATCH).body(body) };
        there(self.one(&call).await)
    }

    /// Removes an item: what it was, or `None` when there is none of that id, also when an attempt before a lost answer
    /// had removed it.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such collection, [`Error::is_permission_denied`] without the permission
    /// to write items; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let was_there = posts.remove("p-1").await?.is_some();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove(&self, id: &str) -> Result<Option<Item<T>>, Error> {
        let body = self.write("dataItemId", id.into())?;
        let call = Call { idempotent: self.may_repeat(true), ..Call::new(&REMOVE).body(body) };
        there(self.one(&call).await)
    }

    pub(super) async fn one(&self, call: &Call) -> Result<Item<T>, Error> {
        self.call::<Answer>(call).await.and_then(|answer| item::read(answer.data_item))
    }
}

/// No such item is an answer like others; no such collection is not.
pub(super) fn there<T>(outcome: Result<T, Error>) -> Result<Option<T>, Error> {
    match outcome {
        Err(error) if error.code() == Some("WDE0073") => Ok(None),
        other => other.map(Some),
    }
}
