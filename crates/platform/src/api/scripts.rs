//! Embedded scripts: switching an app's script on a site on and off, with its parameters.
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! use wixapp_platform::api::scripts::EmbeddedScript;
//! let script = EmbeddedScript::default().with("accountId", "a-1");
//! client.embed_script(&instance, &script, None).await?;
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client::{Call, Endpoint, WixClient};
use crate::credential::Credential;
use crate::error::Error;

// Embedding sets the whole state, so that a repetition changes nothing.
static EMBED: Endpoint = Endpoint::repeatable(Method::POST, "/apps/v1/scripts", "POST /apps/v1/scripts");
static SCRIPT: Endpoint = Endpoint::repeatable(Method::GET, "/apps/v1/scripts", "GET /apps/v1/scripts");

/// How an app's script is embedded in a site.
///
/// # Example
/// ```
/// use wixapp_platform::api::scripts::EmbeddedScript;
/// let script = EmbeddedScript::default().with("accountId", "a-1");
/// assert_eq!(script.parameters["accountId"], "a-1");
/// assert!(!script.disabled);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddedScript {
    /// The values of the placeholders in the script.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// True when visitors do not get the script.
    #[serde(default)]
    pub disabled: bool,
}

impl EmbeddedScript {
    /// The same with one more parameter.
    ///
    /// # Example
    /// ```
    /// let script = wixapp_platform::api::scripts::EmbeddedScript::default().with("accountId", "a-1");
    /// ```
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    properties: EmbeddedScript,
}

impl WixClient {
    /// Embeds the app's script in the site of an instance, replacing all parameters; the state that came of it.
    ///
    /// `component` is the script's id in Wix's developer console; it may be left out for an app with one script.
    ///
    /// # Errors
    /// [`Error::is_invalid`] when a parameter is missing or unknown; [`Error::is_permission_denied`] without the
    /// permission to manage embedded scripts; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::api::scripts::EmbeddedScript;
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let script = EmbeddedScript::default().with("accountId", "a-1");
    /// client.embed_script(&instance, &script, None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn embed_script(
        &self,
        credential: impl Into<Credential>,
        script: &EmbeddedScript,
        component: Option<&str>,
    ) -> Result<EmbeddedScript, Error> {
        let mut body = json!({ "properties": script });
        if let Some(component) = component {
            body["componentId"] = component.into();
        }
        let answer: Answer = self.call(&credential.into(), &Call::new(&EMBED).body(body)).await?;
        Ok(answer.properties)
    }

    /// How the app's script is embedded in the site of an instance.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when it never was; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// # let instance: wixapp_platform::InstanceId = "i-1".parse().unwrap();
    /// let active = !client.embedded_script(&instance, None).await?.disabled;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn embedded_script(
        &self,
        credential: impl Into<Credential>,
        component: Option<&str>,
    ) -> Result<EmbeddedScript, Error> {
        let mut call = Call::new(&SCRIPT);
        if let Some(component) = component {
            call = call.query("componentId", component);
        }
        let answer: Answer = self.call(&credential.into(), &call).await?;
        Ok(answer.properties)
    }
}
