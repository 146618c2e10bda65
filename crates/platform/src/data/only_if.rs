//! Changes on a condition.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Items;
use super::bulk::Bulk;
use super::filter::Filter;
use super::item::{Draft, Item};
use super::patch::Patch;
use crate::error::Error;

/// The items of a collection, changed only where a condition holds; made by [`Items::only_if`].
///
/// Wix looks at the condition and writes in one step, so that of two who change an item on the same condition one comes
/// too late. An item for which it does not hold counts as one that is not there. Each call is tried once: after a lost
/// answer the item may have been changed by it, and no longer meet the condition.
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::{Conditions as _, Filter, Items, Patch};
/// # async fn example(stock: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
/// let in_stock = stock.only_if(Filter::new().ge("pieces", 1));
/// let sold = in_stock.patch("cup", &Patch::new().increment("pieces", -1)).await?.is_some();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct OnlyIf<T>(Items<T>);

impl<T> Clone for OnlyIf<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Items<T> {
    /// The same items, changed only where the filter means them.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Conditions as _, Filter, Items};
    /// # async fn example(drafts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let removed = drafts.only_if(Filter::new().eq("published", false)).remove("d-1").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn only_if(&self, filter: Filter) -> OnlyIf<T> {
        OnlyIf(self.conditional(filter))
    }
}

impl<T: DeserializeOwned> OnlyIf<T> {
    /// [`Items::patch`], on the condition; `None` also when it does not hold.
    ///
    /// # Errors
    /// As [`Items::patch`]; [`Error::is_malformed`] for a faulty filter.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{OnlyIf, Patch};
    /// # async fn example(in_stock: OnlyIf<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let cup = in_stock.patch("cup", &Patch::new().increment("pieces", -1)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn patch(&self, id: &str, patch: &Patch) -> Result<Option<Item<T>>, Error> {
        self.0.patch(id, patch).await
    }

    /// [`Items::remove`], on the condition; `None` also when it does not hold.
    ///
    /// # Errors
    /// As [`Items::remove`]; [`Error::is_malformed`] for a faulty filter.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(drafts: wixapp_platform::data::OnlyIf<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let was_removed = drafts.remove("d-1").await?.is_some();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove(&self, id: &str) -> Result<Option<Item<T>>, Error> {
        self.0.remove(id).await
    }
}

impl<T: Serialize + DeserializeOwned> OnlyIf<T> {
    /// [`Items::update`], on the condition.
    ///
    /// # Errors
    /// As [`Items::update`], with [`Error::is_not_found`] also when the condition does not hold; [`Error::is_malformed`]
    /// for a faulty filter.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Draft, OnlyIf};
    /// # async fn example(drafts: OnlyIf<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// drafts.update(Draft::new(serde_json::json!({"title": "New"})).with_id("d-1")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update(&self, item: impl Into<Draft<T>>) -> Result<Item<T>, Error> {
        self.0.update(item).await
    }
}

impl<T> OnlyIf<T> {
    /// [`Items::bulk_update`], on the condition; items for which it does not hold fail.
    ///
    /// # Errors
    /// As [`Items::bulk_update`]; [`Error::is_malformed`] for a faulty filter.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Draft, OnlyIf};
    /// # async fn example(drafts: OnlyIf<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = drafts.bulk_update([Draft::new(serde_json::json!({"title": "New"})).with_id("d-1")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_update<D: Into<Draft<T>>>(
        &self,
        items: impl IntoIterator<Item = D>,
    ) -> Result<Bulk, Error>
    where
        T: Serialize,
    {
        self.0.bulk_update(items).await
    }

    /// [`Items::bulk_patch`], on the condition; items for which it does not hold fail.
    ///
    /// # Errors
    /// As [`Items::bulk_patch`]; [`Error::is_malformed`] for a faulty filter.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{OnlyIf, Patch};
    /// # async fn example(drafts: OnlyIf<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let bulk = drafts.bulk_patch(["d-1", "d-2"], &Patch::new().set("published", true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_patch<I: Into<String>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        patch: &Patch,
    ) -> Result<Bulk, Error> {
        self.0.bulk_patch(ids, patch).await
    }

    /// [`Items::bulk_remove`], on the condition; items for which it does not hold fail.
    ///
    /// # Errors
    /// As [`Items::bulk_remove`]; [`Error::is_malformed`] for a faulty filter.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(drafts: wixapp_platform::data::OnlyIf<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let removed = drafts.bulk_remove(["d-1", "d-2"]).await?.succeeded();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bulk_remove<I: Into<String>>(
        &self,
        ids: impl IntoIterator<Item = I>,
    ) -> Result<Bulk, Error> {
        self.0.bulk_remove(ids).await
    }
}
