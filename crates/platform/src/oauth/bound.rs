//! Tokens of the dashboard SDK, made usable for a server.

use serde::Deserialize;
use serde_json::json;

use super::AccessToken;
use super::client_credentials::TOKEN;
use crate::access_token::presentable;
use crate::client::{Call, WixClient};
use crate::error::Error;

#[derive(Deserialize)]
struct Answer {
    access_token: String,
}

impl WixClient {
    /// A token with the rights of the person who sent `dashboard_token`, for calls of the app's server.
    ///
    /// The dashboard SDK's tokens are bound to the browser's session; this takes the bond off. Not kept: ask once per
    /// request of that person.
    ///
    /// # Errors
    /// [`Error::is_malformed`] for text that cannot be a token, [`Error::status`] when Wix refuses it,
    /// [`Error::is_config`] when the client was made without an app; else as [`WixClient::access_token`].
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::Credential;
    /// # async fn example(client: wixapp_platform::WixClient, header: &str) -> Result<(), wixapp_platform::Error> {
    /// let person = Credential::access_token(client.server_token(header).await?);
    /// let answer = client.app_instance(person).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn server_token(&self, dashboard_token: &str) -> Result<AccessToken, Error> {
        let body = json!({
            "grant_type": "strip_bound_session",
            "client_secret": self.app()?.secret.expose(),
            "access_token": presentable(dashboard_token)?,
        });
        let answer: Answer = self.inner.transport.ask(&Call::new(&TOKEN).body(body)).await?;
        AccessToken::new(answer.access_token)
    }
}
