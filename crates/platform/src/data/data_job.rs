//! Changing all items that a filter means: Wix does it in a job of its own, which can be asked how far it is.

use reqwest::Method;
use serde::Deserialize;

use super::filter::Filter;
use super::patch::Patch;
use super::{Items, endpoint, post};
use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

static PATCH: Endpoint = post!("/wix-data/v2/bulk/items/async-patch-by-filter");
static REMOVE: Endpoint = post!("/wix-data/v2/bulk/items/async-remove-by-filter");
static STATUS: Endpoint =
    endpoint(Method::GET, "/wix-data/v2/async-jobs", "GET /wix-data/v2/async-jobs/{id}/status");

/// How far a job of Wix Data is.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, job: &str) -> Result<(), wixapp_platform::Error> {
/// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
/// let job = client.data_job(&instance, job).await?;
/// if job.is_over() {
///     println!("{} items changed", job.succeeded);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DataJob {
    /// Where it stands.
    #[serde(rename = "status")]
    pub state: DataJobState,
    /// How many items it has changed.
    #[serde(rename = "successCount", default, deserialize_with = "wire::integer")]
    pub succeeded: i64,
}

wire::text_enum!(
    /// Where a job of Wix Data stands.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::DataJobState;
    /// assert_eq!(DataJobState::from("FAILED".to_owned()), DataJobState::Failed);
    /// ```
    DataJobState in "wixapp_platform::data" {
        /// It has not begun.
        Initialized = "INITIALIZED",
        /// It is at work.
        Processing = "PROCESSING",
        /// All items were changed.
        Succeeded = "SUCCEEDED",
        /// It ended before all items were changed.
        Failed = "FAILED",
    }
);

impl DataJob {
    /// Whether nothing more will come of it.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{DataJob, DataJobState};
    /// assert!(!DataJob { state: DataJobState::Processing, succeeded: 3 }.is_over());
    /// ```
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, DataJobState::Succeeded | DataJobState::Failed)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    job_id: String,
}

impl<T> Items<T> {
    /// Changes single fields of all items that the filter means; gives the id of the job ([`WixClient::data_job`]).
    /// Tried once if doing it twice would be something else.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when filter or patch were given something impossible, [`Error::is_not_found`] when there
    /// is no such collection, [`Error::is_permission_denied`] without the permission to write items; else as
    /// [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Conditions as _, Filter, Items, Patch};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let job = posts.patch_matching(&Filter::new().eq("author", "Ada"), &Patch::new().set("author", "Ada L.")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn patch_matching(&self, filter: &Filter, patch: &Patch) -> Result<String, Error> {
        let mut body = self.base_of_write();
        body.insert("filter".to_owned(), filter.to_json()?);
        body.insert("fieldModifications".to_owned(), patch.modifications()?.into());
        let call = Call { idempotent: patch.is_repeatable(), ..Call::new(&PATCH).body(body.into()) };
        self.call::<Begun>(&call).await.map(|begun| begun.job_id)
    }

    /// Removes all items that the filter means; gives the id of the job ([`WixClient::data_job`]). There is no way back.
    ///
    /// # Errors
    /// As [`Items::patch_matching`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Conditions as _, Filter, Items};
    /// # async fn example(posts: Items<serde_json::Value>) -> Result<(), wixapp_platform::Error> {
    /// let job = posts.remove_matching(&Filter::new().eq("spam", true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove_matching(&self, filter: &Filter) -> Result<String, Error> {
        let mut body = self.base_of_write();
        body.insert("filter".to_owned(), filter.to_json()?);
        self.call::<Begun>(&Call::new(&REMOVE).body(body.into())).await.map(|begun| begun.job_id)
    }
}

impl WixClient {
    /// How far a job is that [`Items::patch_matching`] or [`Items::remove_matching`] began.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none of that id; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, job: &str) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// while !client.data_job(&instance, job).await?.is_over() {
    ///     tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn data_job(&self, credential: impl Into<Credential>, job: &str) -> Result<DataJob, Error> {
        let call = Call::new(&STATUS).segment("id of the job", job)?.segment("operation", "status")?;
        self.call(&credential.into(), &call).await
    }
}
