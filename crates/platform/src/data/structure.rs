//! Changing a part of a collection: its names, who may use it, one of its fields.

use reqwest::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::collections::{Answer, Collection, CollectionPermissions};
use super::field::Field;
use super::{endpoint, post};
use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;

static PATCH: Endpoint =
    endpoint(Method::PATCH, "/wix-data/v2/collections", "PATCH /wix-data/v2/collections/{id}");
static PATCH_FIELD: Endpoint =
    endpoint(Method::PATCH, "/wix-data/v2/collections", "PATCH /wix-data/v2/collections/{id}/patch-field");
// A repetition would find that the field is there already.
static ADD_FIELD: Endpoint = post!("/wix-data/v2/collections/create-field").unrepeatable();
static UPDATE_FIELD: Endpoint = post!("/wix-data/v2/collections/update-field");
static REMOVE_FIELD: Endpoint = post!("/wix-data/v2/collections/delete-field");

/// What to change of a collection; the rest stays as it is.
///
/// # Example
/// ```no_run
/// use wixapp_platform::data::CollectionPatch;
/// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
/// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
/// let patch = CollectionPatch { display_name: Some("All posts".into()), ..CollectionPatch::default() };
/// client.patch_collection(&instance, "Posts", &patch).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionPatch {
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The field by which its items are named for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_field: Option<String>,
    /// All of its fields, in the place of those it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<Field>>,
    /// Who may do what with its items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<CollectionPermissions>,
}

impl WixClient {
    /// Changes a collection in part; the collection as it is then. Others' changes since it was read do not matter.
    ///
    /// # Errors
    /// As [`WixClient::create_collection`]; [`Error::is_not_found`] when there is no such collection.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{CollectionPatch, CollectionPermissions};
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let permissions = Some(CollectionPermissions::admin_only());
    /// let closed = CollectionPatch { permissions, ..CollectionPatch::default() };
    /// client.patch_collection(&instance, "Posts", &closed).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn patch_collection(
        &self,
        credential: impl Into<Credential>,
        id: &str,
        patch: &CollectionPatch,
    ) -> Result<Collection, Error> {
        let call =
            Call::new(&PATCH).segment("id of the collection", id)?.body(json!({ "dataCollection": patch }));
        self.changed(credential, call).await
    }

    /// Adds a field to a collection; the collection as it is then. Tried once.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when there is a field of that key; else as [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Field, FieldType};
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.add_field(&instance, "Posts", &Field::new("likes", FieldType::Number)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add_field(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        field: &Field,
    ) -> Result<Collection, Error> {
        let call = Call::new(&ADD_FIELD).body(json!({ "dataCollectionId": collection, "field": field }));
        self.changed(credential, call).await
    }

    /// Removes a field from a collection; the collection as it is then. Items keep their values.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such field, also when an attempt before a lost answer had removed it;
    /// else as [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.remove_field(&instance, "Posts", "likes").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove_field(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        key: &str,
    ) -> Result<Collection, Error> {
        let call = Call::new(&REMOVE_FIELD).body(json!({ "dataCollectionId": collection, "fieldKey": key }));
        self.changed(credential, call).await
    }

    /// Replaces a field of a collection, the one of the same key; the collection as it is then. Items keep their values.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such field; else as [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Field, FieldType};
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.update_field(&instance, "Posts", &Field::new("link", FieldType::Url)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_field(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        field: &Field,
    ) -> Result<Collection, Error> {
        let body = json!({ "dataCollectionId": collection, "field": field });
        self.changed(credential, Call::new(&UPDATE_FIELD).body(body)).await
    }

    /// Changes a field of a collection in part: the properties that are given, as Wix names them; the collection as it
    /// is then.
    ///
    /// # Errors
    /// As [`WixClient::update_field`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let described = [("description", "How many people like it".into())];
    /// client.patch_field(&instance, "Posts", "likes", described).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn patch_field(
        &self,
        credential: impl Into<Credential>,
        collection: &str,
        key: &str,
        properties: impl IntoIterator<Item = (&str, Value)>,
    ) -> Result<Collection, Error> {
        let mut field: Map<String, Value> =
            properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        field.insert("key".to_owned(), key.into());
        let call = Call::new(&PATCH_FIELD)
            .segment("id of the collection", collection)?
            .segment("operation", "patch-field")?
            .body(json!({ "dataCollectionId": collection, "field": field }));
        self.changed(credential, call).await
    }

    async fn changed(&self, credential: impl Into<Credential>, call: Call) -> Result<Collection, Error> {
        let answer: Answer = self.call(&credential.into(), &call).await?;
        Ok(answer.collection)
    }
}
