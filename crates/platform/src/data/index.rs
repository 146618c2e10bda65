//! Indexes of collections: which fields are looked up fast, and which hold each value once.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::sort::Order;
use super::{endpoint, post};
use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

static CREATE: Endpoint = post!("/wix-data/v2/indexes").unrepeatable();
static LIST: Endpoint = endpoint(Method::GET, "/wix-data/v2/indexes", "GET /wix-data/v2/indexes");
static DROP: Endpoint = endpoint(Method::DELETE, "/wix-data/v2/indexes", "DELETE /wix-data/v2/indexes");
static AVAILABLE: Endpoint =
    endpoint(Method::GET, "/wix-data/v2/indexes/available", "GET /wix-data/v2/indexes/available");

/// An index of a collection.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Index, Order};
/// let by_author = Index::new("byAuthor").on("author", Order::Ascending).on("likes", Order::Descending);
/// let one_each = Index::new("oneEach").on("slug", Order::Ascending).unique();
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Its name, one of its own in the collection.
    pub name: String,
    /// The fields it orders by, one after the other: at most three, of a unique index one.
    #[serde(default)]
    pub fields: Vec<IndexField>,
    /// Whether no two items may have the same value.
    #[serde(default)]
    pub unique: bool,
    /// Whether capitals and small letters are the same to it.
    #[serde(default)]
    pub case_insensitive: bool,
    /// How far it is; `None` in one that is to be made.
    #[serde(default, skip_serializing)]
    pub status: Option<IndexStatus>,
    /// Why it could not be built.
    #[serde(default, skip_serializing)]
    pub failure: Option<IndexFailure>,
}

/// A field of an index.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Index, Order};
/// assert_eq!(Index::new("i").on("author", Order::Ascending).fields[0].path, "author");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexField {
    /// The field, or a path into it: `address.city`.
    pub path: String,
    /// Which end comes first.
    #[serde(default = "ascending")]
    pub order: Order,
}

fn ascending() -> Order {
    Order::Ascending
}

wire::text_enum!(
    /// How far an index is.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::IndexStatus;
    /// assert_eq!(IndexStatus::from("ACTIVE".to_owned()), IndexStatus::Active);
    /// ```
    IndexStatus in "wixapp_platform::data" {
        /// It is being built.
        Building = "BUILDING",
        /// It is in use.
        Active = "ACTIVE",
        /// It is being dropped.
        Dropping = "DROPPING",
        /// It is gone.
        Dropped = "DROPPED",
        /// It could not be built.
        Failed = "FAILED",
        /// It no longer fits the items.
        Invalid = "INVALID",
    }
);

/// Why an index could not be built.
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::{Index, Order};
/// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
/// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
/// let unique = Index::new("oneEach").on("slug", Order::Ascending).unique();
/// if let Some(failure) = client.create_index(&instance, "Posts", &unique).await?.failure {
///     println!("{}: see the item {:?}", failure.code, failure.item_id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexFailure {
    /// The code of Wix, for example `WDE0113` where two items have the value of a unique index.
    #[serde(default)]
    pub code: String,
    /// What Wix says of it.
    #[serde(default)]
    pub description: String,
    /// The item that stands in its way.
    #[serde(default)]
    pub item_id: Option<String>,
}

/// How many indexes a collection may still get.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
/// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
/// let room = client.available_indexes(&instance, "Posts").await?;
/// assert!(room.unique <= room.total);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct AvailableIndexes {
    /// Of one field.
    #[serde(rename = "regular1Field", default)]
    pub of_one_field: u32,
    /// Of up to three fields.
    #[serde(rename = "regular3Field", default)]
    pub of_three_fields: u32,
    /// Unique ones.
    #[serde(rename = "unique1Field", default)]
    pub unique: u32,
    /// All together.
    #[serde(default)]
    pub total: u32,
}

impl Index {
    /// An index without fields.
    ///
    /// # Example
    /// ```
    /// let index = wixapp_platform::data::Index::new("byAuthor");
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        let (name, fields) = (name.into(), Vec::new());
        Self { name, fields, unique: false, case_insensitive: false, status: None, failure: None }
    }

    /// Orders by a field, after those it has.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Index, Order};
    /// let index = Index::new("byAuthor").on("author", Order::Ascending);
    /// ```
    #[must_use]
    pub fn on(mut self, path: impl Into<String>, order: Order) -> Self {
        self.fields.push(IndexField { path: path.into(), order });
        self
    }

    /// Lets no two items have the same value.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Index, Order};
    /// let index = Index::new("oneEach").on("slug", Order::Ascending).unique();
    /// ```
    #[must_use]
    pub fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// Takes capitals and small letters for the same.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Index, Order};
    /// let index = Index::new("byTitle").on("title", Order::Ascending).case_insensitive();
    /// ```
    #[must_use]
    pub fn case_insensitive(self) -> Self {
        Self { case_insensitive: true, ..self }
    }
}

#[derive(Deserialize)]
struct Made {
    index: Index,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    indexes: Vec<Index>,
}

impl WixClient {
    /// Makes an index of a collection. Wix builds it in its own time: its [`status`](Index::status) says how far it is,
    /// and that it failed where items stand in its way. Tried once.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when there is one of that name, [`Error::is_invalid`] when the collection may have no more;
    /// else as [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Index, Order};
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.create_index(&instance, "Posts", &Index::new("byAuthor").on("author", Order::Ascending)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_index(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        index: &Index,
    ) -> Result<Index, Error> {
        let body = json!({ "dataCollectionId": collection, "index": index });
        let made: Made = self.call(&credential.into(), &Call::new(&CREATE).body(body)).await?;
        Ok(made.index)
    }

    /// The indexes of a collection.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such collection; else as [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::IndexStatus;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let indexes = client.indexes(&instance, "Posts").await?;
    /// let active = indexes.iter().filter(|index| index.status == Some(IndexStatus::Active)).count();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn indexes(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
    ) -> Result<Vec<Index>, Error> {
        let call = Call::new(&LIST).query("dataCollectionId", collection);
        let listed: Listed = self.call(&credential.into(), &call).await?;
        Ok(listed.indexes)
    }

    /// Drops an index of a collection, by its name.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none, also when an attempt before a lost answer had dropped it; else as
    /// [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.drop_index(&instance, "Posts", "byAuthor").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn drop_index(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        name: &str,
    ) -> Result<(), Error> {
        let call = Call::new(&DROP).query("dataCollectionId", collection).query("indexName", name);
        self.answer(&credential.into(), &call).await.map(drop)
    }

    /// How many indexes a collection may still get.
    ///
    /// # Errors
    /// As [`WixClient::indexes`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let is_full = client.available_indexes(&instance, "Posts").await?.total == 0;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn available_indexes(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
    ) -> Result<AvailableIndexes, Error> {
        self.call(&credential.into(), &Call::new(&AVAILABLE).query("dataCollectionId", collection)).await
    }
}
