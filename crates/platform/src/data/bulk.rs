//! Many items at a time.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{DataItem, Draft};
use super::patch::Patch;
use super::{Items, post};
use crate::client::{Call, Endpoint};
use crate::error::Error;
use crate::wire;

static INSERT: Endpoint = post!("/wix-data/v2/bulk/items/insert");
static SAVE: Endpoint = post!("/wix-data/v2/bulk/items/save");
static UPDATE: Endpoint = post!("/wix-data/v2/bulk/items/update");
static PATCH: Endpoint = post!("/wix-data/v2/bulk/items/patch");
static REMOVE: Endpoint = post!("/wix-data/v2/bulk/items/remove");

/// How many items Wix takes in one call.
const CHUNK: usize = 1_000;

/// What became of each item of a bulk call, in the order of the call.
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::Items;
/// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let bulk = posts.bulk_remove((0..5_000).map(|number| format!("p-{number}"))).await?;
/// println!("{} of {} are removed", bulk.succeeded(), bulk.results.len());
/// for (index, error) in bulk.failures() {
///     println!("{index}: {error}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "single items may have failed"]
pub struct Bulk {
    /// One for each item.
    pub results: Vec<BulkResult>,
}

/// What became of one item.
///
/// # Example
/// ```no_run
/// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// for result in posts.bulk_remove(["p-1"]).await?.results {
///     println!("{:?}: {}", result.id, result.outcome.is_ok());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct BulkResult {
    /// The item's id, where Wix names it: that of a new item too.
    pub id: Option<String>,
    /// What Wix did or tried; `None` where it was not asked any more.
    pub action: Option<BulkAction>,
    /// Whether it was done, and if not, why: [`Error::is_conflict`], [`Error::is_not_found`] and the like tell what is
    /// wrong with the item. After a call that failed as a whole, its items and those after it carry the error of that
    /// call: they may or may not have been written.
    pub outcome: Result<(), Error>,
}

wire::text_enum!(
    /// What was done with an item.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::BulkAction;
    /// assert_eq!(BulkAction::from("INSERT".to_owned()), BulkAction::Insert);
    /// assert_eq!(BulkAction::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    BulkAction in "wixapp_platform::data" {
        /// It was added.
        Insert = "INSERT",
        /// It was replaced.
        Update = "UPDATE",
        /// Some of its fields were changed.
        Patch = "PATCH",
        /// It was removed.
        Delete = "DELETE",
    }
);

impl Bulk {
    /// How many items were written.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let removed = posts.bulk_remove(["p-1", "p-2"]).await?.succeeded();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn succeeded(&self) -> usize {
        self.results.iter().filter(|result| result.outcome.is_ok()).count()
    }

    /// The items that were not written, by their place in the call, and why.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = posts.bulk_remove(["p-1", "p-2"]).await?;
    /// let missing = bulk.failures().filter(|(_, error)| error.is_not_found()).count();
    /// # Ok(())
    /// # }
    /// ```
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.results
            .iter()
            .enumerate()
            .filter_map(|(index, result)| Some((index, result.outcome.as_ref().err()?)))
    }
}

impl<T: Serialize> Items<T> {
    /// Adds items, in calls of 1,000. Each call is tried once.
    ///
    /// # Errors
    /// As [`Items::insert`], when the first call fails as a whole or an item cannot be written as JSON; what concerns
    /// single items, or later calls, is in the results.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = posts.bulk_insert((0..3).map(|number| serde_json::json!({"number": number}))).await?;
    /// let ids: Vec<_> = bulk.results.into_iter().filter_map(|result| result.id).collect();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_insert<D: Into<Draft<T>>>(
        &self,
        items: impl IntoIterator<Item = D>,
    ) -> Result<Bulk, Error> {
        let sent = drafts(items, Ok)?;
        self.bulk(&INSERT, "dataItems", jsons(sent), false).await
    }

    /// Adds items, or replaces the whole ones of those ids, in calls of 1,000.
    ///
    /// # Errors
    /// As [`Items::bulk_insert`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Draft, Items};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let drafts = ["a", "b"].map(|id| Draft::new(serde_json::json!({"title": id})).with_id(id));
    /// let bulk = posts.bulk_save(drafts).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_save<D: Into<Draft<T>>>(
        &self,
        items: impl IntoIterator<Item = D>,
    ) -> Result<Bulk, Error> {
        let sent = drafts(items, Ok)?;
        let repeatable = sent.iter().all(|item| item.id.is_some());
        self.bulk(&SAVE, "dataItems", jsons(sent), repeatable).await
    }

    /// Replaces whole items, in calls of 1,000.
    ///
    /// # Errors
    /// As [`Items::bulk_insert`]; [`Error::is_malformed`] when an item has no id.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let page = posts.query().find().await?;
    /// let bulk = posts.bulk_update(page.items).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_update<D: Into<Draft<T>>>(
        &self,
        items: impl IntoIterator<Item = D>,
    ) -> Result<Bulk, Error> {
        let sent = drafts(items, DataItem::named)?;
        self.bulk(&UPDATE, "dataItems", jsons(sent), true).await
    }
}

impl<T> Items<T> {
    /// Changes the same fields of many items, in calls of 1,000. Each call is tried once if doing it twice would be
    /// something else.
    ///
    /// # Errors
    /// As [`Items::patch`], when the first call fails as a whole; what concerns single items, or later calls, is in the
    /// results.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Items, Patch};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = posts.bulk_patch(["p-1", "p-2"], &Patch::new().set("published", true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_patch<I: Into<String>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        patch: &Patch,
    ) -> Result<Bulk, Error> {
        let patches = ids.into_iter().map(|id| patch.of(&id.into())).collect::<Result<_, _>>()?;
        self.bulk(&PATCH, "patches", patches, patch.is_repeatable()).await
    }

    /// Removes items, in calls of 1,000. One that is not there is [`Error::is_not_found`] in its result, also when an
    /// attempt before a lost answer had removed it: then each item of that call may be.
    ///
    /// # Errors
    /// As [`Items::remove`], when the first call fails as a whole; what concerns single items, or later calls, is in the
    /// results.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(posts: wixapp_platform::data::Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = posts.bulk_remove(["p-1", "p-2"]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_remove<I: Into<String>>(
        &self,
        ids: impl IntoIterator<Item = I>,
    ) -> Result<Bulk, Error> {
        let ids = ids.into_iter().map(|id| Value::String(id.into())).collect();
        self.bulk(&REMOVE, "dataItemIds", ids, true).await
    }

    /// Sends `parts` in calls that are not too long for Wix, one after another.
    pub(super) async fn bulk(
        &self,
        endpoint: &'static Endpoint,
        field: &str,
        parts: Vec<Value>,
        repeatable: bool,
    ) -> Result<Bulk, Error> {
        let mut results: Vec<Option<BulkResult>> = vec![None; parts.len()];
        let mut waiting: Vec<Range<usize>> = (0..parts.len())
            .step_by(CHUNK)
            .map(|begin| begin..parts.len().min(begin + CHUNK))
            .rev()
            .collect();
        while let Some(range) = waiting.pop() {
            let body = self.write(field, parts[range.clone()].into())?;
            let call = Call { idempotent: self.may_repeat(repeatable), ..Call::new(endpoint).body(body) };
            match self.call::<Answer>(&call).await {
                Ok(answer) => answer.sort_into(&mut results[range]),
                // Nothing of it was written: half of it may be small enough.
                Err(error) if error.is_refused_for_size() && range.len() > 1 => {
                    let middle = range.start + range.len() / 2;
                    waiting.extend([middle..range.end, range.start..middle]);
                }
                Err(error) if range.start == 0 => return Err(error),
                Err(error) => return Ok(Bulk::ended(results, &error)),
            }
        }
        Ok(Bulk::ended(results, &Error::malformed("answer of Wix", "the result of an item is missing")))
    }
}

impl Bulk {
    /// The results, with `error` for items that have none.
    fn ended(results: Vec<Option<BulkResult>>, error: &Error) -> Self {
        let unknown = || BulkResult { id: None, action: None, outcome: Err(error.clone()) };
        Self { results: results.into_iter().map(|result| result.unwrap_or_else(unknown)).collect() }
    }
}

fn drafts<T: Serialize, D: Into<Draft<T>>>(
    items: impl IntoIterator<Item = D>,
    check: fn(DataItem) -> Result<DataItem, Error>,
) -> Result<Vec<DataItem>, Error> {
    items.into_iter().map(|item| item.into().data_item().and_then(check)).collect()
}

fn jsons(items: Vec<DataItem>) -> Vec<Value> {
    items.into_iter().map(|item| item.json).collect()
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<ResultWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultWire {
    action: Option<BulkAction>,
    #[serde(alias = "referenceMetadata")]
    item_metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    id: Option<String>,
    original_index: Option<usize>,
    success: bool,
    error: Option<Map<String, Value>>,
}

impl Answer {
    /// Puts each result where its item stands; `into` are the places of this call's items.
    fn sort_into(self, into: &mut [Option<BulkResult>]) {
        for ResultWire { action, item_metadata: metadata } in self.results {
            // A first place of 0 may be left out, as any default.
            let Some(place) = into.get_mut(metadata.original_index.unwrap_or(0)) else { continue };
            let outcome = if metadata.success {
                Ok(())
            } else {
                Err(Error::item_refused(&metadata.error.map_or(Value::Null, Value::Object)))
            };
            *place = Some(BulkResult { id: metadata.id, action, outcome });
        }
    }
}
