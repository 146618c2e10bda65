//! Today's flow: the app's own credentials, one token per instance.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use wixapp_core::id::InstanceId;

use super::{AccessToken, CachedToken};
use crate::client::{Call, Endpoint, WixClient};
use crate::error::Error;
use crate::wire;

pub(super) static TOKEN: Endpoint = Endpoint::repeatable(Method::POST, "/oauth2/token", "POST /oauth2/token");

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(deserialize_with = "wire::integer")]
    expires_in: i64,
}

impl WixClient {
    /// The app's access token for `instance`, from the cache or from Wix.
    ///
    /// Callers that need a token at the same moment share one request. In the last ten minutes of its life a token is
    /// still handed out while its successor is fetched in the background. Calls of this client do all this by
    /// themselves: ask only to call Wix in other ways.
    ///
    /// # Errors
    /// [`Error::is_config`] when the client was made without an app; [`Error::is_unauthorized`] or another
    /// [`Error::status`] when Wix refuses app id, app secret or instance; [`Error::is_timeout`],
    /// [`Error::is_unavailable`], [`Error::is_rate_limited`] after three attempts; [`Error::is_malformed`] for an
    /// answer that is not one.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient) -> Result<(), wixapp_platform::Error> {
    /// let instance = "b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap();
    /// let token = client.access_token(&instance).await?;
    /// let header = ("authorization", token.expose());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn access_token(&self, instance: &InstanceId) -> Result<AccessToken, Error> {
        let now = self.now();
        let fetch = || fetch_token(self.clone(), instance.clone());
        let cached = self.inner.tokens.get(instance, |cached| cached.age(now), fetch).await?;
        Ok(cached.token().clone())
    }

    /// Drops `token` from the cache, unless it has been replaced already.
    pub(crate) fn forget_token(&self, instance: &InstanceId, token: &AccessToken) {
        self.inner.tokens.forget(instance, |cached| cached.token().expose() == token.expose());
    }
}

async fn fetch_token(client: WixClient, instance: InstanceId) -> Result<CachedToken, Error> {
    let asked_at = client.now();
    let app = client.app()?;
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": app.id,
        "client_secret": app.secret.expose(),
        "instance_id": instance,
    });
    let answer: Answer = client.inner.transport.ask(&Call::new(&TOKEN).body(body)).await?;
    CachedToken::new(answer.access_token, answer.expires_in, asked_at)
}
