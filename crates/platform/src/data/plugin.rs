//! Plugins of collections: what Wix does with a collection besides keeping its items.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::collections::{Answer, Collection};
use super::post;
use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

// A repetition would find that the plugin is there, or gone, already.
static ADD: Endpoint = post!("/wix-data/v2/collections/add-plugin").unrepeatable();
static DELETE: Endpoint = post!("/wix-data/v2/collections/delete-plugin").unrepeatable();

wire::text_enum!(
    /// What a plugin does.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::PluginType;
    /// assert_eq!(PluginType::from("PUBLISH".to_owned()), PluginType::Publish);
    /// assert_eq!(PluginType::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    PluginType in "wixapp_platform::data" {
        /// Items are drafts or published, and published at a time.
        Publish = "PUBLISH",
        /// The collection has one item.
        SingleItem = "SINGLE_ITEM",
        /// Items have addresses.
        Urlized = "URLIZED",
        /// The collection belongs to an app without a page for it.
        Gridappless = "GRIDAPPLESS",
        /// Items can be translated.
        Multilingual = "MULTILINGUAL",
        /// Other sites may use the collection.
        Shared = "SHARED",
        /// A field has an item's address in the editor.
        EditablePageLink = "EDITABLE_PAGE_LINK",
        /// People see the collection in the CMS.
        Cms = "CMS",
    }
);

/// A plugin of a collection.
///
/// # Example
/// ```
/// use serde_json::json;
/// use wixapp_platform::data::{CollectionPlugin, PluginType};
/// let drafts = CollectionPlugin::new(PluginType::Publish)
///     .with("publishOptions", json!({"defaultStatus": "DRAFT"}));
/// assert_eq!(serde_json::to_value(&drafts).unwrap()["type"], "PUBLISH");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionPlugin {
    /// What it does.
    #[serde(rename = "type")]
    pub plugin_type: PluginType,
    /// Its options, in Wix's own form.
    #[serde(flatten)]
    pub options: Map<String, Value>,
}

impl CollectionPlugin {
    /// A plugin without options.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{CollectionPlugin, PluginType};
    /// assert!(CollectionPlugin::new(PluginType::Cms).options.is_empty());
    /// ```
    #[must_use]
    pub fn new(plugin_type: PluginType) -> Self {
        Self { plugin_type, options: Map::new() }
    }

    /// The plugin with an option, by Wix's name for it.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{CollectionPlugin, PluginType};
    /// let single = CollectionPlugin::new(PluginType::SingleItem).with("singleItemOptions", serde_json::json!({}));
    /// assert_eq!(single.options.len(), 1);
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.options.insert(name.into(), value);
        self
    }
}

impl WixClient {
    /// Adds a plugin to a collection; the collection as it is then. Tried once.
    ///
    /// # Errors
    /// [`Error::is_invalid`] when the collection has one of that type or Wix knows no such type, [`Error::is_not_found`] when
    /// there is no such collection, [`Error::is_permission_denied`] without the permission to manage collections; else as
    /// [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{CollectionPlugin, PluginType};
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.add_collection_plugin(&instance, "Posts", &CollectionPlugin::new(PluginType::Publish)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add_collection_plugin(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        plugin: &CollectionPlugin,
    ) -> Result<Collection, Error> {
        let body = json!({ "dataCollectionId": collection, "plugin": plugin });
        let answer: Answer = self.call(&credential.into(), &Call::new(&ADD).body(body)).await?;
        Ok(answer.collection)
    }

    /// Takes a plugin away from a collection; the collection as it is then. Tried once.
    ///
    /// # Errors
    /// [`Error::is_invalid`] when the collection has none of that type; else as [`WixClient::add_collection_plugin`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::PluginType;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.delete_collection_plugin(&instance, "Posts", &PluginType::Publish).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_collection_plugin(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        plugin_type: &PluginType,
    ) -> Result<Collection, Error> {
        let body = json!({ "dataCollectionId": collection, "pluginType": plugin_type });
        let answer: Answer = self.call(&credential.into(), &Call::new(&DELETE).body(body)).await?;
        Ok(answer.collection)
    }
}
