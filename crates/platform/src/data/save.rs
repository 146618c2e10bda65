//! Adding whole items, and replacing them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::item::{self, Draft, Item};
use super::items::Answer;
use super::{Items, post};
use crate::client::{Call, Endpoint};
use crate::error::Error;

static INSERT: Endpoint = post!("/wix-data/v2/items").unrepeatable();
static SAVE: Endpoint = post!("/wix-data/v2/items/save");
static UPDATE: Endpoint = post!("/wix-data/v2/items/update");

/// What [`Items::save`] did.
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::{Draft, Items};
/// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let draft = Draft::new(serde_json::json!({"title": "Hello"})).with_id("p-1");
/// let is_new = posts.save(draft).await?.inserted;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Saved<T> {
    /// The item as it is now.
    pub item: Item<T>,
    /// Whether it is new; `false` also when an attempt before a lost answer had inserted it.
    pub inserted: bool,
}

impl<T: Serialize + DeserializeOwned> Items<T> {
    /// Adds an item: `T`, or a [`Draft`] with an id of the app's choice. Tried once.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when there is an item of that id, [`Error::is_too_large`] above 500 KB,
    /// [`Error::is_invalid`] when Wix does not accept a field, [`Error::is_not_found`] when there is no such collection,
    /// [`Error::is_permission_denied`] without the permission to write items, [`Error::is_malformed`] when `T` is no
    /// object with named fields; else as
    /// [`WixClient::access_token`](crate::WixClient::access_token).
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Draft, Items};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let post = posts.insert(serde_json::json!({"title": "Hello"})).await?;
    /// let named = posts.insert(Draft::new(serde_json::json!({"title": "Hello"})).with_id("p-1")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn insert(&self, item: impl Into<Draft<T>>) -> Result<Item<T>, Error> {
        let body = self.write("dataItem", item.into().data_item()?.json)?;
        self.one(&Call::new(&INSERT).body(body)).await
    }

    /// Adds an item, or replaces the whole one of that id.
    ///
    /// # Errors
    /// As [`Items::insert`], without conflicts.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Draft, Items};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// posts.save(Draft::new(serde_json::json!({"title": "Hello"})).with_id("p-1")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn save(&self, item: impl Into<Draft<T>>) -> Result<Saved<T>, Error> {
        let sent = item.into().data_item()?;
        let body = self.write("dataItem", sent.json)?;
        let call = Call { idempotent: sent.id.is_some(), ..Call::new(&SAVE).body(body) };
        let answer: Answer = self.call(&call).await?;
        Ok(Saved {
            item: item::read(answer.data_item)?,
            inserted: answer.action.as_deref() == Some("INSERTED"),
        })
    }

    /// Replaces a whole item: fields that are not there any more are gone. [`Items::patch`] changes single fields.
    ///
    /// # Errors
    /// [`Error::is_malformed`] without an id, [`Error::is_not_found`] when there is no item of it; else as
    /// [`Items::insert`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// if let Some(mut post) = posts.get("p-1").await? {
    ///     post.data["title"] = "New".into();
    ///     posts.update(post).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update(&self, item: impl Into<Draft<T>>) -> Result<Item<T>, Error> {
        let body = self.write("dataItem", item.into().data_item()?.named()?.json)?;
        self.one(&Call { idempotent: self.may_repeat(true), ..Call::new(&UPDATE).body(body) }).await
    }
}
