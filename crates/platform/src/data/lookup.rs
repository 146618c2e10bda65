//! One item, with only some of its fields or with what it refers to.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::item::Item;
use super::items::there;
use super::{Items, post};
use crate::client::{Call, Endpoint};
use crate::error::Error;

static GET: Endpoint = post!("/wix-data/v2/items/get");

/// A question for one item; made by [`Items::lookup`].
///
/// # Example
/// ```no_run
/// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// if let Some(post) = posts.lookup("p-1").fields(["title", "author"]).include("author").find().await? {
///     println!("{} by {}", post.data["title"], post.data["author"]["name"]);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "it asks nothing until it is told to find"]
pub struct Lookup<T> {
    items: Items<T>,
    id: String,
    fields: Vec<String>,
    include: Vec<Value>,
}

impl<T> Items<T> {
    /// Asks for one item in another way than whole and as it is, as [`Items::get`] does.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let title = posts.lookup("p-1").fields(["title"]).find().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn lookup(&self, id: impl Into<String>) -> Lookup<T> {
        Lookup { items: self.clone(), id: id.into(), fields: Vec::new(), include: Vec::new() }
    }
}

impl<T> Lookup<T> {
    /// Asks for these fields only, beside the id.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let lookup = posts.lookup("p-1").fields(["title"]);
    /// # }
    /// ```
    pub fn fields<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Puts what a reference field refers to in its place: an item, or of several the first 50.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let lookup = posts.lookup("p-1").include("author");
    /// # }
    /// ```
    pub fn include(mut self, field: impl Into<String>) -> Self {
        self.include.push(json!({ "field": field.into() }));
        self
    }
}

impl<T: DeserializeOwned> Lookup<T> {
    /// The item; `None` when there is none of that id.
    ///
    /// # Errors
    /// As [`Items::get`]; [`Error::is_invalid`] when a field to include holds no references.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let post = posts.lookup("p-1").include("tags").find().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn find(self) -> Result<Option<Item<T>>, Error> {
        if self.id.is_empty() {
            return Err(Error::malformed("id of the item", "it is empty"));
        }
        let mut body = self.items.base();
        body.insert("dataItemId".to_owned(), self.id.into());
        for (name, list) in [("fields", json!(self.fields)), ("includeReferences", json!(self.include))] {
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                body.insert(name.to_owned(), list);
            }
        }
        there(self.items.one(&Call::new(&GET).body(body.into())).await)
    }
}
