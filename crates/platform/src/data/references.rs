//! References from items to items of other collections.

use futures_util::stream::BoxStream;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::bulk::Bulk;
use super::item::{self, Item};
use super::page::{Listing, Page, Position};
use super::{Items, post};
use crate::client::{Call, Endpoint};
use crate::error::Error;

static INSERT: Endpoint = post!("/wix-data/v2/bulk/items/insert-references");
static REMOVE: Endpoint = post!("/wix-data/v2/bulk/items/remove-references");
static REPLACE: Endpoint = post!("/wix-data/v2/items/replace-references");
static IS_REFERENCED: Endpoint = post!("/wix-data/v2/items/is-referenced");
static QUERY: Endpoint = post!("/wix-data/v2/items/query-referenced");

/// A reference: the item `from` refers to the item `to` by a multi-reference field of its collection.
///
/// # Example
/// ```
/// use wixapp_platform::data::Reference;
/// let reference = Reference::new("tags", "p-1", "t-1");
/// assert_eq!(reference.to, "t-1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The field.
    pub field: String,
    /// The item that refers.
    pub from: String,
    /// The item referred to.
    pub to: String,
}

impl Reference {
    /// A reference by `field`, from one item to another.
    ///
    /// # Example
    /// ```
    /// let reference = wixapp_platform::data::Reference::new("tags", "p-1", "t-1");
    /// ```
    pub fn new(field: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { field: field.into(), from: from.into(), to: to.into() }
    }

    fn json(&self) -> Value {
        json!({ "referringItemFieldName": self.field, "referringItemId": self.from, "referencedItemId": self.to })
    }
}

/// An item that was referred to.
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::Items;
/// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// for tag in posts.referenced::<serde_json::Value>("tags", ["p-1"]).find().await?.items {
///     match tag.item {
///         Some(tag) => println!("{}", tag.data["name"]),
///         None => println!("{} is gone", tag.id),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Referenced<R> {
    /// The item that refers, where Wix says it.
    pub from: Option<String>,
    /// The id of the item referred to.
    pub id: String,
    /// That item; `None` when it is gone or may not be read.
    pub item: Option<Item<R>>,
}

impl<T> Items<T> {
    /// Adds references, in calls of 1,000. One that is there already is [`Error::is_conflict`] in its result.
    ///
    /// # Errors
    /// [`Error::is_invalid`] when the field holds no references; else as [`Items::bulk_remove`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Items, Reference};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = posts.insert_references(&[Reference::new("tags", "p-1", "t-1")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn insert_references(&self, references: &[Reference]) -> Result<Bulk, Error> {
        let references = references.iter().map(Reference::json).collect();
        self.bulk(&INSERT, "dataItemReferences", references, false).await
    }

    /// Removes references, in calls of 1,000.
    ///
    /// # Errors
    /// As [`Items::insert_references`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Items, Reference};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = posts.remove_references(&[Reference::new("tags", "p-1", "t-1")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove_references(&self, references: &[Reference]) -> Result<Bulk, Error> {
        let references = references.iter().map(Reference::json).collect();
        self.bulk(&REMOVE, "dataItemReferences", references, true).await
    }

    /// Makes an item refer by a field to just these items.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when one of the items is not there; else as [`Items::insert_references`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// posts.replace_references("tags", "p-1", ["t-1", "t-2"]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn replace_references<I: Into<String>>(
        &self,
        field: &str,
        from: &str,
        to: impl IntoIterator<Item = I>,
    ) -> Result<(), Error> {
        let to: Vec<String> = to.into_iter().map(Into::into).collect();
        let mut body = self.base_of_write();
        let what = [
            ("referringItemFieldName", json!(field)),
            ("referringItemId", json!(from)),
            ("newReferencedItemIds", json!(to)),
        ];
        body.extend(what.map(|(name, value)| (name.to_owned(), value)));
        self.client.answer(&self.credential, &Call::new(&REPLACE).body(body.into())).await.map(drop)
    }

    /// Whether one item refers to another by a field.
    ///
    /// # Errors
    /// As [`Items::get`]; [`Error::is_invalid`] when the field holds no references.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Items, Reference};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let is_tagged = posts.is_referenced(&Reference::new("tags", "p-1", "t-1")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn is_referenced(&self, reference: &Reference) -> Result<bool, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            is_referenced: bool,
        }
        let mut body = Value::Object(self.base());
        if let (Value::Object(body), Value::Object(reference)) = (&mut body, reference.json()) {
            body.extend(reference);
        }
        let answer: Answer = self.call(&Call::new(&IS_REFERENCED).body(body)).await?;
        Ok(answer.is_referenced)
    }

    /// The items that some items refer to by a field.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let tags = posts.referenced::<serde_json::Value>("tags", ["p-1", "p-2"]).limit(100).find().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn referenced<R>(
        &self,
        field: impl Into<String>,
        from: impl IntoIterator<Item = impl Into<String>>,
    ) -> References<R> {
        References {
            items: self.of(),
            field: field.into(),
            from: from.into_iter().map(Into::into).collect(),
            descending: false,
            fields: Vec::new(),
            limit: None,
            skip: 0,
            total: false,
        }
    }
}

/// A question for the items referred to; made by [`Items::referenced`].
///
/// # Example
/// ```no_run
/// use futures_util::TryStreamExt as _;
/// use wixapp_platform::data::{Items, Referenced};
/// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let tags: Vec<Referenced<serde_json::Value>> = posts.referenced("tags", ["p-1"]).stream().try_collect().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "it asks nothing until it is told to find"]
pub struct References<R> {
    items: Items<R>,
    field: String,
    from: Vec<String>,
    descending: bool,
    fields: Vec<String>,
    limit: Option<u32>,
    skip: u32,
    total: bool,
}

impl<R> References<R> {
    /// How many there are on a page: 50 where nobody says, and at most 1,000.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let tags = posts.referenced::<serde_json::Value>("tags", ["p-1"]).limit(10);
    /// # }
    /// ```
    pub fn limit(self, items: u32) -> Self {
        Self { limit: Some(items), ..self }
    }

    /// Leaves out so many from the beginning.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let tags = posts.referenced::<serde_json::Value>("tags", ["p-1"]).skip(10);
    /// # }
    /// ```
    pub fn skip(self, items: u32) -> Self {
        Self { skip: items, ..self }
    }

    /// Asks for the number of all of them, too ([`Page::total`]).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let tags = posts.referenced::<serde_json::Value>("tags", ["p-1"]).with_total().find().await?;
    /// println!("{} of {:?}", tags.items.len(), tags.total);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_total(self) -> Self {
        Self { total: true, ..self }
    }

    /// Turns the order in which they were added around.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let latest_first = posts.referenced::<serde_json::Value>("tags", ["p-1"]).descending();
    /// # }
    /// ```
    pub fn descending(self) -> Self {
        Self { descending: true, ..self }
    }

    /// Asks for these fields only, beside the id.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let names = posts.referenced::<serde_json::Value>("tags", ["p-1"]).fields(["name"]);
    /// # }
    /// ```
    pub fn fields<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }
}

impl<R: DeserializeOwned + Send + 'static> References<R> {
    /// The first page.
    ///
    /// # Errors
    /// As [`Query::find`](super::Query::find); [`Error::is_invalid`] when the field holds no references.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.referenced::<serde_json::Value>("tags", ["p-1"]).find().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn find(self) -> Result<Page<Referenced<R>>, Error> {
        self.listing().fetch().await
    }

    /// All of them, page by page; an error ends the stream.
    ///
    /// # Example
    /// ```no_run
    /// use futures_util::TryStreamExt as _;
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let mut tags = posts.referenced::<serde_json::Value>("tags", ["p-1"]).stream();
    /// while let Some(tag) = tags.try_next().await? {
    ///     println!("{}", tag.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> BoxStream<'static, Result<Referenced<R>, Error>> {
        self.listing().stream()
    }

    fn listing(self) -> Listing<Referenced<R>> {
        let Self { items, field, from, descending, fields, limit, skip, total } = self;
        let base = items.base();
        let body = move |at: &Position| {
            let mut body = base.clone();
            let mut tell = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
            if !fields.is_empty() {
                tell("fields", json!(fields));
            }
            if at.is_fresh() {
                tell("referringItemFieldName", json!(field));
                match from.as_slice() {
                    // The older form, which every version knows.
                    [one] => tell("referringItemId", json!(one)),
                    several => tell("referringItemIds", json!(several)),
                }
                if descending {
                    tell("order", json!("DESC"));
                }
                if total {
                    tell("returnTotalCount", json!(true));
                }
            }
            at.write(limit, &mut body);
            body.into()
        };
        items.listing(&QUERY, body, read, limit, Position::Offset(skip))
    }
}

fn read<R: DeserializeOwned>(mut row: Value) -> Result<Referenced<R>, Error> {
    let malformed = || Error::malformed("answer of Wix", "a reference leads to no item");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let from = text(&row["referringItemId"]).or_else(|| text(&row["unresolvedReference"]["referringItemId"]));
    if row["dataItem"].is_object() {
        let item = item::read::<R>(row["dataItem"].take())?;
        return Ok(Referenced { from, id: item.id.clone(), item: Some(item) });
    }
    let id = text(&row["unresolvedReference"]["referencedItemId"]).ok_or_else(malformed)?;
    Ok(Referenced { from, id, item: None })
}
