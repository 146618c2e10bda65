//! Collections: making, changing, listing and deleting them.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use wixapp_core::clock::Timestamp;

use super::field::Field;
use super::{endpoint, post};
use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

static GET: Endpoint = endpoint(Method::GET, "/wix-data/v2/collections", "GET /wix-data/v2/collections/{id}");
static LIST: Endpoint = endpoint(Method::GET, "/wix-data/v2/collections", "GET /wix-data/v2/collections");
// A repetition would find that the collection is there already, or its revision gone by.
static CREATE: Endpoint = post!("/wix-data/v2/collections").unrepeatable();
static UPDATE: Endpoint =
    endpoint(Method::PUT, "/wix-data/v2/collections", "PUT /wix-data/v2/collections").unrepeatable();
static DELETE: Endpoint =
    endpoint(Method::DELETE, "/wix-data/v2/collections", "DELETE /wix-data/v2/collections/{id}");

/// How many collections are asked for at a time.
const PAGE: usize = 100;

/// A collection of items.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Collection, CollectionPermissions, Field, FieldType};
/// let posts = Collection::new("Posts")
///     .named("Posts")
///     .with_field(Field::new("title", FieldType::Text))
///     .with_field(Field::reference("author", "Authors"))
///     .with_permissions(CollectionPermissions::admin_only());
/// assert_eq!(posts.fields.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection {
    /// Its id, which never changes.
    pub id: String,
    /// The name people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The field by which people know an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_field: Option<String>,
    /// Its fields; Wix adds its own.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Who may do what with the items on the site. An app with the permission for it may do everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<CollectionPermissions>,
    /// Which version this is; sent back with a change, so that nobody else's change is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// When it was made.
    #[serde(
        rename = "createdDate",
        default,
        deserialize_with = "wire::optional_time",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(
        rename = "updatedDate",
        default,
        deserialize_with = "wire::optional_time",
        skip_serializing_if = "Option::is_none"
    )]
    pub updated_at: Option<Timestamp>,
    /// What Wix says besides, such as capabilities and plugins, in its own form; sent back as it came.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Who may do what with a collection's items on the site.
///
/// # Example
/// ```
/// use wixapp_platform::data::{CollectionPermissions, CollectionRole};
/// let public = CollectionPermissions { read: CollectionRole::Anyone, ..CollectionPermissions::admin_only() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionPermissions {
    /// Who may add items.
    pub insert: CollectionRole,
    /// Who may change them.
    pub update: CollectionRole,
    /// Who may remove them.
    pub remove: CollectionRole,
    /// Who may read them.
    pub read: CollectionRole,
}

wire::text_enum!(
    /// Who may do something.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::CollectionRole;
    /// assert_eq!(CollectionRole::from("ANYONE".to_owned()), CollectionRole::Anyone);
    /// assert_eq!(CollectionRole::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    CollectionRole in "wixapp_platform::data" {
        /// The site's administrators.
        Admin = "ADMIN",
        /// Members of the site, with items of their own.
        SiteMemberAuthor = "SITE_MEMBER_AUTHOR",
        /// Members of the site.
        SiteMember = "SITE_MEMBER",
        /// Every visitor.
        Anyone = "ANYONE",
    }
);

impl CollectionPermissions {
    /// Nobody but administrators does anything.
    ///
    /// # Example
    /// ```
    /// let closed = wixapp_platform::data::CollectionPermissions::admin_only();
    /// ```
    #[must_use]
    pub fn admin_only() -> Self {
        let admin = || CollectionRole::Admin;
        Self { insert: admin(), update: admin(), remove: admin(), read: admin() }
    }
}

impl Collection {
    /// A collection without fields.
    ///
    /// # Example
    /// ```
    /// let posts = wixapp_platform::data::Collection::new("Posts");
    /// ```
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            display_name: None,
            display_field: None,
            fields: Vec::new(),
            permissions: None,
            revision: None,
            created_at: None,
            updated_at: None,
            more: Map::new(),
        }
    }

    /// The same with a name for people.
    ///
    /// # Example
    /// ```
    /// let posts = wixapp_platform::data::Collection::new("Posts").named("All posts");
    /// ```
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { display_name: Some(name.into()), ..self }
    }

    /// The same with one more field.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Collection, Field, FieldType};
    /// let posts = Collection::new("Posts").with_field(Field::new("title", FieldType::Text));
    /// ```
    #[must_use]
    pub fn with_field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The same with permissions.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Collection, CollectionPermissions};
    /// let posts = Collection::new("Posts").with_permissions(CollectionPermissions::admin_only());
    /// ```
    #[must_use]
    pub fn with_permissions(self, permissions: CollectionPermissions) -> Self {
        Self { permissions: Some(permissions), ..self }
    }

    fn body(&self) -> Value {
        json!({ "collection": self })
    }
}

/// A collection in an answer.
#[derive(Deserialize)]
pub(super) struct Answer {
    /// Changes of a part name it `dataCollection`.
    #[serde(alias = "dataCollection")]
    pub(super) collection: Collection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListAnswer {
    #[serde(default)]
    collections: Vec<Collection>,
    paging_metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(default)]
    has_next: bool,
}

impl WixClient {
    /// All collections of a site.
    ///
    /// # Errors
    /// [`Error::is_permission_denied`] without the permission to read collections; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let ids: Vec<_> = client.collections(&instance).await?.into_iter().map(|collection| collection.id).collect();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn collections(&self, credential: impl Into<Credential>) -> Result<Vec<Collection>, Error> {
        let (credential, mut all) = (credential.into(), Vec::new());
        loop {
            let call = Call::new(&LIST)
                .query("paging.limit", PAGE.to_string())
                .query("paging.offset", all.len().to_string());
            let page: ListAnswer = self.call(&credential, &call).await?;
            let is_last =
                page.collections.is_empty() || !page.paging_metadata.is_some_and(|paging| paging.has_next);
            all.extend(page.collections);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// A collection, by its id.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none; else as [`WixClient::collections`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let fields = client.collection(&instance, "Posts").await?.fields;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn collection(&self, credential: impl Into<Credential>, id: &str) -> Result<Collection, Error> {
        let call = Call::new(&GET).segment("id of the collection", id)?;
        let answer: Answer = self.call(&credential.into(), &call).await?;
        Ok(answer.collection)
    }

    /// Makes a collection; as it is then. Tried once.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when there is one of that id, [`Error::is_invalid`] when Wix does not accept a field,
    /// [`Error::is_permission_denied`] without the permission to manage collections; else as [`WixClient::collections`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::data::{Collection, Field, FieldType};
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let posts = Collection::new("Posts").with_field(Field::new("title", FieldType::Text));
    /// match client.create_collection(&instance, &posts).await {
    ///     Err(error) if error.is_conflict() => {}
    ///     made => drop(made?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_collection(
        &self,
        credential: impl Into<Credential>,
        collection: &Collection,
    ) -> Result<Collection, Error> {
        let answer: Answer =
            self.call(&credential.into(), &Call::new(&CREATE).body(collection.body())).await?;
        Ok(answer.collection)
    }

    /// Replaces a whole collection, as it was read and then changed; as it is then. Items keep the fields that it loses.
    /// Tried once.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when somebody else changed it since; else as [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let posts = client.collection(&instance, "Posts").await?.named("All posts");
    /// client.update_collection(&instance, &posts).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_collection(
        &self,
        credential: impl Into<Credential>,
        collection: &Collection,
    ) -> Result<Collection, Error> {
        let answer: Answer =
            self.call(&credential.into(), &Call::new(&UPDATE).body(collection.body())).await?;
        Ok(answer.collection)
    }

    /// Deletes a collection with all its items.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none, also when an attempt before a lost answer had deleted it; else as
    /// [`WixClient::create_collection`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.delete_collection(&instance, "Posts").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_collection(&self, credential: impl Into<Credential>, id: &str) -> Result<(), Error> {
        let call = Call::new(&DELETE).segment("id of the collection", id)?;
        self.answer(&credential.into(), &call).await.map(drop)
    }
}
