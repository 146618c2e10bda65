//! Pages of an answer, and the stream of all of them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;

const ANSWER: &str = "answer of Wix";

/// How many there are on a page where nobody says.
const DEFAULT_PAGE: u32 = 50;

/// The longest URL with a query in it; a longer one is sent as a POST, as Wix's own SDK does.
const MAX_URL: usize = 2_048;

/// One page of what was asked for.
///
/// # Example
/// ```no_run
/// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let mut page = Some(posts.query().limit(100).find().await?);
/// while let Some(posts) = page {
///     for post in &posts.items {
///         println!("{}", post.id);
///     }
///     page = posts.next().await?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Page<R> {
    /// What is on the page, in order.
    pub items: Vec<R>,
    /// How many there are on all pages, if that was asked for and they are not too many to count.
    pub total: Option<u64>,
    next: Option<Listing<R>>,
    previous: Option<Listing<R>>,
}

impl<R> Page<R> {
    /// Whether there is a page after this one.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let more = posts.query().find().await?.has_next();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Where the next page begins, to go on from later or elsewhere ([`Query::after`](super::Query::after)); `None` on
    /// the last page, and where Wix counts pages instead.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.query().find().await?;
    /// if let Some(cursor) = page.cursor() {
    ///     let next = posts.query().after(cursor).find().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        match &self.next.as_ref()?.at {
            Position::Offset(_) => None,
            Position::Cursor(cursor) => Some(cursor),
        }
    }

    /// The page after this one; `None` after the last.
    ///
    /// # Errors
    /// As the call that gave this page.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let second = posts.query().find().await?.next().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&self) -> Result<Option<Self>, Error> {
        match &self.next {
            Some(listing) => listing.fetch().await.map(Some),
            None => Ok(None),
        }
    }
}

impl<R> Page<R> {
    /// Whether there is a page before this one that Wix leads back to.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let is_first = !posts.query().find().await?.has_previous();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn has_previous(&self) -> bool {
        self.previous.is_some()
    }

    /// Asks for the page before this one, in the same order; `None` on the first.
    ///
    /// # Errors
    /// As the call that gave this page.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let first = posts.query().find().await?;
    /// if let Some(second) = first.next().await? {
    ///     let first_again = second.previous().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn previous(&self) -> Result<Option<Self>, Error> {
        match &self.previous {
            Some(listing) => listing.fetch().await.map(Some),
            None => Ok(None),
        }
    }
}

impl<R: fmt::Debug> fmt::Debug for Page<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("items", &self.items).field("total", &self.total).finish_non_exhaustive()
    }
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Position {
    Offset(u32),
    Cursor(String),
}

impl Position {
    /// Adds `paging` or `cursorPaging`; nothing for a usual first page.
    pub(super) fn write(&self, limit: Option<u32>, into: &mut Map<String, Value>) {
        let (name, mut paging) = match self {
            Self::Offset(0) if limit.is_none() => return,
            Self::Offset(offset) => ("paging", json!({ "offset": offset })),
            Self::Cursor(cursor) => ("cursorPaging", json!({ "cursor": cursor })),
        };
        if let Some(limit) = limit {
            paging["limit"] = limit.into();
        }
        into.insert(name.to_owned(), paging);
    }

    /// Whether the request has to say what is asked for; a cursor knows.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(self, Self::Offset(_))
    }
}

/// What is asked for page by page.
pub(super) struct Listing<R> {
    pub(super) client: WixClient,
    pub(super) credential: Credential,
    pub(super) endpoint: &'static Endpoint,
    /// Whether the request may travel in the URL.
    pub(super) may_get: bool,
    /// The request for the page that begins there.
    pub(super) body: Arc<dyn Fn(&Position) -> Value + Send + Sync>,
    pub(super) read: fn(Value) -> Result<R, Error>,
    pub(super) limit: Option<u32>,
    pub(super) at: Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(alias = "dataItems", alias = "distinctValues", alias = "results", alias = "collections")]
    rows: Option<Vec<Value>>,
    paging_metadata: Option<Metadata>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    total: Option<u64>,
    has_next: Option<bool>,
    cursors: Option<Cursors>,
}

#[derive(Deserialize)]
struct Cursors {
    next: Option<String>,
    prev: Option<String>,
}

impl<R> Listing<R> {
    pub(super) async fn fetch(&self) -> Result<Page<R>, Error> {
        let answer: Answer = self.client.call(&self.credential, &self.call()).await?;
        let metadata = answer.paging_metadata.unwrap_or_default();
        let rows = answer.rows.unwrap_or_default();
        let next = self.next_position(&metadata, rows.is_empty())?.map(|at| self.at(at));
        let back = metadata.cursors.and_then(|cursors| cursors.prev).filter(|cursor| !cursor.is_empty());
        let previous = back.map(|cursor| self.at(Position::Cursor(cursor)));
        let items = rows.into_iter().map(self.read).collect::<Result<_, _>>()?;
        Ok(Page { items, total: metadata.total, next, previous })
    }

    fn call(&self) -> Call {
        let body = (self.body)(&self.at);
        if self.may_get {
            let asked = URL_SAFE_NO_PAD.encode(body.to_string());
            let call = Call { method: Method::GET, ..Call::new(self.endpoint) }.query(".r", asked);
            if self.client.inner.transport.url(&call).len() <= MAX_URL {
                return call;
            }
        }
        Call::new(self.endpoint).body(body)
    }

    fn next_position(&self, metadata: &Metadata, is_empty: bool) -> Result<Option<Position>, Error> {
        if !metadata.has_next.unwrap_or(false) {
            return Ok(None);
        }
        let cursor = metadata.cursors.as_ref().and_then(|cursors| cursors.next.clone());
        let next = match (cursor.filter(|cursor| !cursor.is_empty()), &self.at) {
            (Some(cursor), _) => Position::Cursor(cursor),
            (None, Position::Offset(offset)) => {
                Position::Offset(offset.saturating_add(self.limit.unwrap_or(DEFAULT_PAGE)))
            }
            (None, Position::Cursor(_)) => return Ok(None),
        };
        // A platform that leads nowhere must not lead a reader of all pages round and round.
        if next == self.at {
            return Err(Error::malformed(ANSWER, "the next page is this one"));
        }
        Ok((!is_empty || !next.is_fresh()).then_some(next))
    }

    /// The same, beginning elsewhere.
    fn at(&self, at: Position) -> Self {
        Self {
            client: self.client.clone(),
            credential: self.credential.clone(),
            endpoint: self.endpoint,
            may_get: self.may_get,
            body: Arc::clone(&self.body),
            read: self.read,
            limit: self.limit,
            at,
        }
    }
}

impl<R: Send + 'static> Listing<R> {
    /// All of it, page by page, each asked for when it is needed. An error ends the stream.
    pub(super) fn stream(self) -> BoxStream<'static, Result<R, Error>> {
        let begin = (VecDeque::new(), Some(self));
        stream::try_unfold(begin, |(mut rows, mut next)| async move {
            loop {
                if let Some(row) = rows.pop_front() {
                    return Ok(Some((row, (rows, next))));
                }
                let Some(listing) = next else { return Ok(None) };
                let page = listing.fetch().await?;
                (rows, next) = (page.items.into(), page.next);
            }
        })
        .boxed()
    }
}
