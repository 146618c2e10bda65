//! Sums, averages and counts over items.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::conditions::Conditions;
use super::filter::Filter;
use super::page::{Page, Position};
use super::sort::{Order, Sort};
use super::{Items, post, value};
use crate::client::Endpoint;
use crate::error::Error;

static AGGREGATE: Endpoint = post!("/wix-data/v2/items/aggregate");

/// Sums, averages, least, greatest and counts over the items of a collection, by group; made by [`Items::aggregate`].
/// [`Conditions`] narrow the items before they are grouped, [`having`](Self::having) the groups.
///
/// # Example
/// ```no_run
/// use std::collections::BTreeMap;
/// use wixapp_platform::data::{Conditions as _, Filter, Items};
/// #[derive(serde::Deserialize)]
/// struct Group { _id: BTreeMap<String, String>, likes: f64, posts: u64 }
/// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let authors = posts.aggregate().eq("published", true).group_by(["author"]).sum("likes", "likes").count("posts");
/// let liked = authors.having(Filter::new().gt("likes", 100)).descending("likes").run::<Group>().await?;
/// for group in liked.items {
///     println!("{}: {} for {} posts", group._id["author"], group.likes, group.posts);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "it asks nothing until it is run"]
pub struct Aggregate<T> {
    items: Items<T>,
    filter: Filter,
    groups: Vec<String>,
    operations: Vec<Value>,
    having: Filter,
    sort: Sort,
    limit: Option<u32>,
    skip: u32,
    total: bool,
}

impl<T> Items<T> {
    /// Sums, averages and counts over all items, to be narrowed and grouped.
    ///
    /// # Example
    /// ```no_run
    /// #[derive(serde::Deserialize)]
    /// struct Totals { likes: f64 }
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let totals = posts.aggregate().sum("likes", "likes").run::<Totals>().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn aggregate(&self) -> Aggregate<T> {
        Aggregate {
            items: self.clone(),
            filter: Filter::new(),
            groups: Vec::new(),
            operations: Vec::new(),
            having: Filter::new(),
            sort: Sort::default(),
            limit: None,
            skip: 0,
            total: false,
        }
    }
}

impl<T> Aggregate<T> {
    /// One group for each combination of values of these fields; it is in `_id` of a result.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().group_by(["author", "year"]).count("posts");
    /// # }
    /// ```
    pub fn group_by<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.groups.extend(fields.into_iter().map(Into::into));
        self
    }

    /// The sum of a field's numbers, as `name` of a result.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().sum("likes", "all_likes");
    /// # }
    /// ```
    pub fn sum(self, field: impl Into<String>, name: impl Into<String>) -> Self {
        self.with("sum", field.into(), name.into())
    }

    /// The average of a field's numbers, as `name` of a result; null where there are none.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().average("likes", "average_likes");
    /// # }
    /// ```
    pub fn average(self, field: impl Into<String>, name: impl Into<String>) -> Self {
        self.with("average", field.into(), name.into())
    }

    /// A field's least value, as `name` of a result.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().min("_createdDate", "first");
    /// # }
    /// ```
    pub fn min(self, field: impl Into<String>, name: impl Into<String>) -> Self {
        self.with("min", field.into(), name.into())
    }

    /// A field's greatest value, as `name` of a result.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().max("_createdDate", "last");
    /// # }
    /// ```
    pub fn max(self, field: impl Into<String>, name: impl Into<String>) -> Self {
        self.with("max", field.into(), name.into())
    }

    /// The number of items, as `name` of a result.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().count("posts");
    /// # }
    /// ```
    pub fn count(mut self, name: impl Into<String>) -> Self {
        self.operations.push(json!({ "resultFieldName": name.into(), "itemCount": {} }));
        self
    }

    /// Narrows the results, whose fields have the names given to them.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Conditions as _, Filter};
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let several = posts.aggregate().group_by(["author"]).count("posts").having(Filter::new().gt("posts", 1));
    /// # }
    /// ```
    pub fn having(mut self, filter: Filter) -> Self {
        self.having = self.having.and(filter);
        self
    }

    /// Sorts the results by a field, the least first.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().group_by(["author"]).count("posts").ascending("posts");
    /// # }
    /// ```
    pub fn ascending(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into(), Order::Ascending);
        self
    }

    /// Sorts the results by a field, the greatest first.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().group_by(["author"]).count("posts").descending("posts");
    /// # }
    /// ```
    pub fn descending(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into(), Order::Descending);
        self
    }

    /// How many results a page has: 50 where nobody says, and at most 1,000.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().group_by(["author"]).count("posts").limit(10);
    /// # }
    /// ```
    pub fn limit(self, results: u32) -> Self {
        Self { limit: Some(results), ..self }
    }

    /// Leaves out so many results from the beginning.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().group_by(["author"]).count("posts").skip(10);
    /// # }
    /// ```
    pub fn skip(self, results: u32) -> Self {
        Self { skip: results, ..self }
    }

    /// Has all results counted too: [`Page::total`] of the first page.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let aggregate = posts.aggregate().group_by(["author"]).count("posts").with_total();
    /// # }
    /// ```
    pub fn with_total(self) -> Self {
        Self { total: true, ..self }
    }

    /// The first page of the results: of each group, `_id` and the named fields.
    ///
    /// # Errors
    /// [`Error::is_malformed`] for a faulty filter or a result that does not fit `A`, [`Error::is_invalid`] when nothing
    /// was asked for; else as [`Query::find`](super::Query::find).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.aggregate().group_by(["author"]).count("posts").run::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run<A: DeserializeOwned + Send + 'static>(self) -> Result<Page<A>, Error> {
        let Self { items, filter, groups, operations, having, sort, limit, skip, total } = self;
        let (filter, having, base) = (filter.to_json()?, having.to_json()?, items.base());
        let body = move |at: &Position| {
            let mut body = base.clone();
            if at.is_fresh() {
                let aggregation = json!({ "groupingFields": groups, "operations": operations });
                let what = [
                    ("initialFilter", filter.clone()),
                    ("aggregation", aggregation),
                    ("finalFilter", having.clone()),
                ];
                body.extend(what.map(|(name, value)| (name.to_owned(), value)));
                sort.write(&mut body);
                body.extend(total.then(|| ("returnTotalCount".to_owned(), true.into())));
            }
            at.write(limit, &mut body);
            body.into()
        };
        items.listing(&AGGREGATE, body, value, limit, Position::Offset(skip)).fetch().await
    }

    fn with(mut self, operation: &str, field: String, name: String) -> Self {
        self.operations.push(json!({ "resultFieldName": name, operation: { "itemFieldName": field } }));
        self
    }
}

impl<T> Conditions for Aggregate<T> {
    fn narrowed(mut self, narrow: impl FnOnce(Filter) -> Filter) -> Self {
        self.filter = narrow(self.filter);
        self
    }
}
