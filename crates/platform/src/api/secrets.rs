//! Secrets: the vault of a site, shared by the site's own code. Not the place for an app's own keys.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! use wixapp_platform::ExposeSecret as _;
//! let key = client.secret(&instance, "mail-key").await?;
//! assert!(!key.expose_secret().is_empty());
//! # Ok(())
//! # }
//! ```

use std::fmt;

use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wixapp_core::clock::Timestamp;

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;
use crate::wire;

const VAULT: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

static VALUE: Endpoint = Endpoint::repeatable(
    Method::GET,
    "/_api/cloud-secrets-vault-server/api/v1/secrets/name",
    "GET /secrets/name/{name}",
);
static LIST: Endpoint = Endpoint::repeatable(Method::GET, VAULT, "GET /secrets");
static CREATE: Endpoint = Endpoint::once(Method::POST, VAULT, "POST /secrets");
static UPDATE: Endpoint = Endpoint::repeatable(Method::PATCH, VAULT, "PATCH /secrets/{id}");
static DELETE: Endpoint = Endpoint::repeatable(Method::DELETE, VAULT, "DELETE /secrets/{id}");

/// What is known of a secret without its value.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// for secret in client.secrets(&instance).await? {
///     println!("{} {:?}", secret.name, secret.updated_at);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretInfo {
    /// Wix's id, by which it is changed and deleted.
    pub id: String,
    /// The name by which its value is read.
    #[serde(default)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// When it was made.
    #[serde(default, rename = "createdDate", deserialize_with = "wire::optional_time")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(default, rename = "updatedDate", deserialize_with = "wire::optional_time")]
    pub updated_at: Option<Timestamp>,
}

/// A secret to store, or what is to change of one: what is `None` stays as it is. `Debug` does not show the value.
///
/// # Example
/// ```
/// use wixapp_platform::api::secrets::SecretDraft;
/// let draft = SecretDraft::new("mail-key", "s3cr3t");
/// assert!(!format!("{draft:?}").contains("s3cr3t"));
/// let renamed = SecretDraft { name: Some("smtp-key".into()), ..SecretDraft::default() };
/// ```
#[derive(Clone, Default)]
pub struct SecretDraft {
    /// The name by which the value is read; Wix allows 50 characters of `A-Z a-z 0-9 _ - .` and the like.
    pub name: Option<String>,
    /// The secret itself.
    pub value: Option<SecretString>,
    /// What it is for.
    pub description: Option<String>,
}

impl SecretDraft {
    /// A secret with a name and a value.
    ///
    /// # Example
    /// ```
    /// let draft = wixapp_platform::api::secrets::SecretDraft::new("mail-key", "s3cr3t");
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: Some(name.into()), value: Some(SecretString::from(value.into())), description: None }
    }

    fn body(&self) -> Value {
        let mut secret = Map::new();
        let value = self.value.as_ref().map(|value| value.expose_secret());
        let fields =
            [("name", self.name.as_deref()), ("value", value), ("description", self.description.as_deref())];
        for (name, text) in fields {
            if let Some(text) = text {
                secret.insert(name.to_owned(), text.into());
            }
        }
        json!({ "secret": secret })
    }
}

impl fmt::Debug for SecretDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretDraft").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct ValueAnswer {
    value: SecretString,
}

#[derive(Deserialize)]
struct ListAnswer {
    #[serde(default)]
    secrets: Vec<SecretInfo>,
}

#[derive(Deserialize)]
struct CreateAnswer {
    id: String,
}

impl WixClient {
    /// The value of a site's secret, by its name.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none of that name; [`Error::is_permission_denied`] without the permission
    /// to read secrets; [`Error::is_malformed`] for an empty name; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::ExposeSecret;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let key = client.secret(&instance, "mail-key").await?;
    /// let header = ("authorization", key.expose_secret());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn secret(&self, credential: impl Into<Credential>, name: &str) -> Result<SecretString, Error> {
        let call = Call::new(&VALUE).segment("name of the secret", name)?;
        let answer: ValueAnswer = self.call(&credential.into(), &call).await?;
        Ok(answer.value)
    }

    /// All secrets of a site, without their values.
    ///
    /// # Errors
    /// As [`WixClient::secret`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let names: Vec<_> = client.secrets(&instance).await?.into_iter().map(|secret| secret.name).collect();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn secrets(&self, credential: impl Into<Credential>) -> Result<Vec<SecretInfo>, Error> {
        let answer: ListAnswer = self.call(&credential.into(), &Call::new(&LIST)).await?;
        Ok(answer.secrets)
    }

    /// Stores a new secret; its id. Tried once.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when the name is taken, [`Error::is_invalid`] when name or value are not accepted; else as
    /// [`WixClient::secret`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::api::secrets::SecretDraft;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let id = client.create_secret(&instance, &SecretDraft::new("mail-key", "s3cr3t")).await?;
    /// client.delete_secret(&instance, &id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_secret(
        &self,
        credential: impl Into<Credential>,
        secret: &SecretDraft,
    ) -> Result<String, Error> {
        let call = Call::new(&CREATE).body(secret.body());
        let answer: CreateAnswer = self.call(&credential.into(), &call).await?;
        Ok(answer.id)
    }

    /// Changes what `change` names of a secret.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such secret; else as [`WixClient::create_secret`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::api::secrets::SecretDraft;
    /// # async fn example(client: wixapp_platform::WixClient, id: &str) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let change = SecretDraft { value: Some("new".into()), ..SecretDraft::default() };
    /// client.update_secret(&instance, id, &change).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_secret(
        &self,
        credential: impl Into<Credential>,
        id: &str,
        change: &SecretDraft,
    ) -> Result<(), Error> {
        let call = Call::new(&UPDATE).segment("id of the secret", id)?.body(change.body());
        self.answer(&credential.into(), &call).await.map(drop)
    }

    /// Deletes a secret.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such secret, also when an earlier attempt of this call deleted it; else
    /// as [`WixClient::secret`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, id: &str) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// client.delete_secret(&instance, id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_secret(&self, credential: impl Into<Credential>, id: &str) -> Result<(), Error> {
        let call = Call::new(&DELETE).segment("id of the secret", id)?;
        self.answer(&credential.into(), &call).await.map(drop)
    }
}
