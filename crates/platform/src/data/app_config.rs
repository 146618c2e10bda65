//! Settings by key.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::collections::{Collection, CollectionPermissions};
use super::field::{Field, FieldType};
use super::{Draft, Items, operand::Operand, value};
use crate::client::WixClient;
use crate::credential::Credential;
use crate::error::Error;

const COLLECTION: &str = "AppConfig";

/// Settings of an app on a site: values by key, in a collection of Wix Data, where the owner can see them.
///
/// The key is the item's id, so that setting a value is one call and two that set the same key at once cannot make two
/// of it. The collection has to be there: [`AppConfig::create`]. A value may be anything serde can write, up to 500 KB;
/// secrets do not belong there ([`WixClient::secret`]).
///
/// # Example
/// ```no_run
/// #[derive(serde::Serialize, serde::Deserialize, Default)]
/// struct Look { color: String, columns: u8 }
/// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
/// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
/// let config = client.app_config(&instance);
/// let mut look: Look = config.get("look").await?.unwrap_or_default();
/// look.columns = 3;
/// config.set("look", &look).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct AppConfig {
    items: Items<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    #[serde(default)]
    value: Value,
}

impl WixClient {
    /// The settings of the app, in the collection `AppConfig`.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let is_on = client.app_config(&instance).get::<bool>("is_on").await?.unwrap_or(true);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn app_config(&self, credential: impl Into<Credential>) -> AppConfig {
        self.app_config_in(credential, COLLECTION)
    }

    /// The settings of the app, in a collection of another name.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let config = client.app_config_in(&instance, "@acme/Settings");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn app_config_in(
        &self,
        credential: impl Into<Credential>,
        collection: impl Into<String>,
    ) -> AppConfig {
        AppConfig { items: self.items(credential, collection) }
    }
}

impl AppConfig {
    /// Makes the collection, for administrators only, unless it is there.
    ///
    /// # Errors
    /// [`Error::is_permission_denied`] without the permission to manage collections; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.app_config(&instance).create().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create(&self) -> Result<(), Error> {
        let collection = Collection::new(self.items.collection())
            .with_field(Field::new("key", FieldType::Text))
            .with_field(Field::new("value", FieldType::Any))
            .with_permissions(CollectionPermissions::admin_only());
        match self.items.client.create_collection(&self.items.credential, &collection).await {
            Err(error) if error.is_conflict() => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// The value of a key; `None` when it was never set.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such collection, [`Error::is_malformed`] for an empty key or a value
    /// that does not fit `V`; else as [`Items::get`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(config: wixapp_platform::data::AppConfig) -> Result<(), wixapp_platform::Error> {
    /// let color: Option<String> = config.get("color").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, Error> {
        self.items.get(key).await?.map(|item| value(item.data.value)).transpose()
    }

    /// Sets the value of a key, whether or not it had one.
    ///
    /// # Errors
    /// [`Error::is_malformed`] for an empty key or a value that cannot be written as JSON, [`Error::is_too_large`] above
    /// 500 KB; else as [`Items::save`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(config: wixapp_platform::data::AppConfig) -> Result<(), wixapp_platform::Error> {
    /// config.set("color", "blue").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set<V: Serialize + ?Sized>(&self, key: &str, value: &V) -> Result<(), Error> {
        if key.is_empty() {
            return Err(Error::malformed("key", "it is empty"));
        }
        let value = Operand::json(value).0.map_err(|why| Error::malformed("value", why))?;
        let entry = Entry { key: key.to_owned(), value };
        self.items.save(Draft::new(entry).with_id(key)).await.map(drop)
    }

    /// Removes a key; whether it was there.
    ///
    /// # Errors
    /// As [`Items::remove`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(config: wixapp_platform::data::AppConfig) -> Result<(), wixapp_platform::Error> {
    /// config.remove("color").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove(&self, key: &str) -> Result<bool, Error> {
        self.items.remove(key).await.map(|item| item.is_some())
    }
}
