//! Aggregation in stages.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::page::{Page, Position};
use super::stage::Stage;
use super::{Items, post, value};
use crate::client::Endpoint;
use crate::error::Error;

static PIPELINE: Endpoint = post!("/wix-data/v2/items/aggregate-pipeline");

/// The items of a collection on their way through stages; made by [`Items::pipeline`].
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::{Items, Order, Stage};
/// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let sorted = posts.pipeline([Stage::sort([("likes", Order::Descending)])]);
/// let first = sorted.limit(10).run::<serde_json::Value>().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "it asks nothing until it is run"]
pub struct Pipeline<T> {
    items: Items<T>,
    stages: Vec<Value>,
    limit: Option<u32>,
    begin: Position,
}

impl<T> Items<T> {
    /// Runs the items through stages. Put a filter first: it finds its items as a query does.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Expression, Group, Items, Stage};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let stages = [Stage::unwind("tags"), Stage::group(Group::new().by(Expression::field("tags"), "tag").count("posts"))];
    /// for row in posts.pipeline(stages).run::<serde_json::Value>().await?.items {
    ///     println!("{}: {}", row["_id"]["tag"], row["posts"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipeline(&self, stages: impl IntoIterator<Item = Stage>) -> Pipeline<T> {
        let stages = stages.into_iter().map(|stage| stage.0).collect();
        Pipeline { items: self.clone(), stages, limit: None, begin: Position::Offset(0) }
    }
}

impl<T> Pipeline<T> {
    /// How many rows there are on a page: 50 where nobody says, and at most 1,000.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(posts: wixapp_platform::data::Items<serde_json::Value>) {
    /// let pipeline = posts.pipeline([]).limit(10);
    /// # }
    /// ```
    pub fn limit(self, rows: u32) -> Self {
        Self { limit: Some(rows), ..self }
    }

    /// Goes on from a place that a page gave ([`Page::cursor`]).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.pipeline([]).run::<serde_json::Value>().await?;
    /// if let Some(cursor) = page.cursor() {
    ///     let next = posts.pipeline([]).after(cursor).run::<serde_json::Value>().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn after(self, cursor: impl Into<String>) -> Self {
        Self { begin: Position::Cursor(cursor.into()), ..self }
    }

    /// The first page of the rows that come out.
    ///
    /// # Errors
    /// [`Error::is_invalid`] when Wix does not accept a stage, [`Error::is_malformed`] when a row does not fit `A`; else
    /// as [`Query::find`](super::Query::find).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let rows = posts.pipeline([wixapp_platform::data::Stage::unwind("tags")]).run::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run<A: DeserializeOwned + Send + 'static>(self) -> Result<Page<A>, Error> {
        let Self { items, stages, limit, begin } = self;
        let base = items.base();
        let body = move |at: &Position| {
            let mut pipeline = Map::new();
            if at.is_fresh() {
                pipeline.insert("stages".to_owned(), json!(stages));
            }
            at.write(limit, &mut pipeline);
            let mut body = base.clone();
            body.insert("pipeline".to_owned(), pipeline.into());
            body.into()
        };
        items.listing(&PIPELINE, body, value, limit, begin).fetch().await
    }
}
