//! Queries: which items, in what order, how many, with which fields.

use futures_util::stream::BoxStream;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::conditions::Conditions;
use super::filter::Filter;
use super::item::{self, Item};
use super::page::{Listing, Page, Position};
use super::search::Search;
use super::sort::{Order, Sort};
use super::{Items, endpoint, post, value};
use crate::client::{Call, Endpoint};
use crate::error::Error;

static QUERY: Endpoint =
    endpoint(Method::POST, "/wix-data/v2/items/query", "GET or POST /wix-data/v2/items/query");
static COUNT: Endpoint = post!("/wix-data/v2/items/count");
static SEARCH: Endpoint = post!("/wix-data/v2/items/search");
static DISTINCT: Endpoint = post!("/wix-data/v2/items/query-distinct-values");

/// A query over a collection; made by [`Items::query`]. [`Conditions`] has the operators.
///
/// # Example
/// ```no_run
/// use futures_util::TryStreamExt as _;
/// use wixapp_platform::data::{Conditions as _, Items};
/// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let query = posts.query().eq("published", true).descending("likes").limit(100);
/// let most_liked = query.clone().find().await?;
/// let mut all = query.stream();
/// while let Some(post) = all.try_next().await? {
///     println!("{}", post.data["title"]);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "it asks nothing until it is told to"]
pub struct Query<T> {
    items: Items<T>,
    filter: Filter,
    sort: Sort,
    limit: Option<u32>,
    begin: Position,
    fields: Vec<String>,
    include: Vec<Value>,
    total: bool,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            filter: self.filter.clone(),
            sort: self.sort.clone(),
            limit: self.limit,
            begin: self.begin.clone(),
            fields: self.fields.clone(),
            include: self.include.clone(),
            total: self.total,
        }
    }
}

impl<T> Query<T> {
    pub(super) fn new(items: Items<T>) -> Self {
        Self {
            items,
            filter: Filter::new(),
            sort: Sort::default(),
            limit: None,
            begin: Position::Offset(0),
            fields: Vec::new(),
            include: Vec::new(),
            total: false,
        }
    }

    /// Sorts by a field, the least first; by further fields where earlier ones are equal.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let query = posts.query().ascending("author").ascending("title");
    /// # }
    /// ```
    pub fn ascending(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into(), Order::Ascending);
        self
    }

    /// Sorts by a field, the greatest first.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let query = posts.query().descending("_createdDate");
    /// # }
    /// ```
    pub fn descending(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into(), Order::Descending);
        self
    }

    /// How many items a page has: 50 where nobody says, and at most 1,000.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let query = posts.query().limit(1_000);
    /// # }
    /// ```
    pub fn limit(mut self, items: u32) -> Self {
        self.limit = Some(items);
        self
    }

    /// Leaves out so many items from the beginning.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let second_page = posts.query().limit(20).skip(20);
    /// # }
    /// ```
    pub fn skip(mut self, items: u32) -> Self {
        self.begin = Position::Offset(items);
        self
    }

    /// Goes on where an earlier page of the same query ended ([`Page::cursor`]). The cursor knows filter and order;
    /// those set here are not sent.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>, cursor: &str) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.query().limit(20).after(cursor).find().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.begin = Position::Cursor(cursor.into());
        self
    }

    /// Asks for these fields only, beside the id. `T` has to make do without the others.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let titles = posts.query().fields(["title"]);
    /// # }
    /// ```
    pub fn fields<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Puts the referenced items in the place of their ids in a reference field; of several references the first 50.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Item, Items};
    /// #[derive(serde::Deserialize)]
    /// struct Author { name: String }
    /// #[derive(serde::Deserialize)]
    /// struct Post { author: Item<Author> }
    /// # async fn example(posts: Items<Post>) -> Result<(), wixapp_platform::Error> {
    /// for post in posts.query().include("author").find().await?.items {
    ///     println!("{}", post.data.author.data.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn include(mut self, field: impl Into<String>) -> Self {
        self.include.push(json!({ "field": field.into() }));
        self
    }

    /// As [`include`](Self::include), with at most so many items of several references.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let query = posts.query().include_up_to("comments", 5);
    /// # }
    /// ```
    pub fn include_up_to(mut self, field: impl Into<String>, items: u32) -> Self {
        self.include.push(json!({ "field": field.into(), "limit": items }));
        self
    }

    /// Has all items counted too: [`Page::total`] of the first page.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let total = posts.query().with_total().limit(1).find().await?.total;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_total(mut self) -> Self {
        self.total = true;
        self
    }

    /// How many items there are; limit, order and begin do not count.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Conditions as _, Items};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let drafts = posts.query().eq("published", false).count().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn count(self) -> Result<u64, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            total_count: u64,
        }
        let mut body = self.items.base();
        body.insert("filter".to_owned(), self.filter.to_json()?);
        let answer: Answer = self.items.call(&Call::new(&COUNT).body(body.into())).await?;
        Ok(answer.total_count)
    }

    /// The first page of the distinct values of a field; the elements where it holds lists. Sorted where the query is
    /// sorted by the field.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when a value does not fit `V`; else as [`find`](Self::find).
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::Items;
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let tags: Vec<String> = posts.query().ascending("tags").distinct("tags").await?.items;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn distinct<V>(self, field: impl Into<String>) -> Result<Page<V>, Error>
    where
        V: DeserializeOwned + Send + 'static,
    {
        let (field, filter, limit) = (field.into(), self.filter.to_json()?, self.limit);
        let order = self.sort.order_of(&field).map(str::to_owned);
        let (around, total) = (self.items.base(), self.total);
        let body = move |at: &Position| {
            let mut body = around.clone();
            if at.is_fresh() {
                let known = [("fieldName", json!(field)), ("filter", filter.clone())];
                body.extend(known.map(|(name, value)| (name.to_owned(), value)));
                body.extend(order.iter().map(|order| ("order".to_owned(), json!(order))));
                body.extend(total.then(|| ("returnTotalCount".to_owned(), true.into())));
            }
            at.write(limit, &mut body);
            body.into()
        };
        self.items.listing(&DISTINCT, body, value, limit, self.begin).fetch().await
    }

    fn asked(&self) -> Asked {
        Asked { sort: self.sort.clone(), limit: self.limit, fields: self.fields.clone() }
    }

    fn around(&self) -> Map<String, Value> {
        let mut around = self.items.base();
        if !self.include.is_empty() {
            around.insert("includeReferences".to_owned(), json!(self.include));
        }
        around
    }
}

/// What a request says of its items beside the filter.
struct Asked {
    sort: Sort,
    limit: Option<u32>,
    fields: Vec<String>,
}

impl Asked {
    /// `filter`, `sort`, `fields` and paging; the former two only where no cursor knows them.
    fn what(&self, at: &Position, filter: &Value) -> Map<String, Value> {
        let mut what = Map::new();
        if at.is_fresh() {
            what.insert("filter".to_owned(), filter.clone());
            self.sort.write(&mut what);
        }
        if !self.fields.is_empty() {
            what.insert("fields".to_owned(), json!(self.fields));
        }
        at.write(self.limit, &mut what);
        what
    }
}

impl<T> Conditions for Query<T> {
    fn narrowed(mut self, narrow: impl FnOnce(Filter) -> Filter) -> Self {
        self.filter = narrow(self.filter);
        self
    }
}

impl<T: DeserializeOwned + Send + 'static> Query<T> {
    /// The first page of the items.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such collection, [`Error::is_permission_denied`] without the permission
    /// to read items, [`Error::is_malformed`] for a faulty filter or an item that does not fit `T`; else as
    /// [`WixClient::access_token`](crate::WixClient::access_token).
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Conditions as _, Items};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.query().starts_with("title", "Hello").find().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn find(self) -> Result<Page<Item<T>>, Error> {
        self.found()?.fetch().await
    }

    /// All the items, page by page, each asked for when it is needed; a large [`limit`](Self::limit) makes fewer
    /// requests. An error, as those of [`find`](Self::find), ends the stream.
    ///
    /// Items that others add or remove meanwhile may be missed or seen.
    ///
    /// # Example
    /// ```no_run
    /// use futures_util::TryStreamExt as _;
    /// use wixapp_platform::data::Items;
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let ids: Vec<String> = posts.query().limit(1_000).stream().map_ok(|post| post.id).try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> BoxStream<'static, Result<Item<T>, Error>> {
        match self.found() {
            Ok(listing) => listing.stream(),
            Err(error) => Box::pin(futures_util::stream::iter([Err(error)])),
        }
    }

    /// The first page of the items whose texts hold the words: all of them where nothing else is said. Neither case nor
    /// order of the words counts.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Items, Search};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let both = posts.query().search("green tea").await?;
    /// let either = posts.query().search(Search::any("tea cofee").fuzzy()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn search(self, search: impl Into<Search>) -> Result<Page<Item<T>>, Error> {
        let words = search.into().json();
        let (filter, asked, around) = (self.filter.to_json()?, self.asked(), self.around());
        let body = move |at: &Position| {
            let mut search = asked.what(at, &filter);
            search.insert("search".to_owned(), words.clone());
            let mut body = around.clone();
            body.insert("search".to_owned(), search.into());
            body.into()
        };
        self.items.listing(&SEARCH, body, item::read, self.limit, self.begin).fetch().await
    }

    fn found(self) -> Result<Listing<Item<T>>, Error> {
        let (filter, asked, around, total) =
            (self.filter.to_json()?, self.asked(), self.around(), self.total);
        let body = move |at: &Position| {
            let mut body = around.clone();
            body.insert("query".to_owned(), asked.what(at, &filter).into());
            if total && at.is_fresh() {
                body.insert("returnTotalCount".to_owned(), true.into());
            }
            body.into()
        };
        let listing = self.items.listing(&QUERY, body, item::read, self.limit, self.begin);
        Ok(Listing { may_get: true, ..listing })
    }
}
