//! Custom authentication: to Wix's installer and back.

use std::fmt;

use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use wixapp_core::id::InstanceId;

use super::{AccessToken, OAuthState, RefreshToken};
use crate::client::{Call, Endpoint, WixClient, with_query};
use crate::credential::Credential;
use crate::error::{Error, Kind};

// A code is good for one exchange: repeated after a lost answer it would only be refused.
static ACCESS: Endpoint = Endpoint::once(Method::POST, "/oauth/access", "POST /oauth/access");

const WHAT: &str = "return from the installer";

/// What Wix's installer sends the owner's browser back with.
///
/// `Debug` does not show the code: for ten minutes it is worth a refresh token.
///
/// # Example
/// ```
/// use wixapp_platform::oauth::InstallCallback;
/// let callback = InstallCallback::from_query("code=c-1&instanceId=i-1&state=s-1")?;
/// assert_eq!(callback.instance_id.as_str(), "i-1");
/// assert!(InstallCallback::from_query("code=c-1&instanceId=i-1").unwrap_err().is_refused());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct InstallCallback {
    /// The install that the browser names. Anybody may write another one here: only the instance of an
    /// [`InstallGrant`] is proven.
    pub instance_id: InstanceId,
    code: SecretString,
    state: String,
}

impl InstallCallback {
    /// Reads the query string of the app's redirect URL: `code`, `instanceId` and `state`, each exactly once.
    ///
    /// # Errors
    /// [`Error::is_refused`] when one is missing, empty or given twice; a return without `state` is never good.
    /// [`Error::is_malformed`] when `instanceId` is no id.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::oauth::InstallCallback;
    /// let callback = InstallCallback::from_query("code=c-1&instanceId=i-1&state=s-1")?;
    /// assert_eq!(callback.instance_id.as_str(), "i-1");
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn from_query(query: &str) -> Result<Self, Error> {
        let [code, instance, state] = pick(query, ["code", "instanceId", "state"])?;
        let instance_id = instance.parse().map_err(|_| Error::malformed(WHAT, "instanceId is no id"))?;
        Ok(Self { instance_id, code: code.into(), state })
    }
}

impl fmt::Debug for InstallCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstallCallback").field("instance_id", &self.instance_id).finish_non_exhaustive()
    }
}

/// The values of `names`, each given exactly once and not empty. Given twice, two readers could see two values.
fn pick<const N: usize>(query: &str, names: [&'static str; N]) -> Result<[String; N], Error> {
    let refused = |why| Error::new(Kind::Refused { what: WHAT, why });
    if query.len() > 16 * 1024 {
        return Err(refused("its query is too long"));
    }
    let query = query.strip_prefix('?').unwrap_or(query);
    let url =
        Url::parse(&format!("http://query.invalid/?{query}")).map_err(|_| refused("it has no query"))?;
    let mut values = names.map(|_| String::new());
    for (name, value) in url.query_pairs() {
        if let Some(index) = names.iter().position(|wanted| *wanted == name) {
            if !values[index].is_empty() {
                return Err(refused("code, instanceId or state is given twice"));
            }
            values[index] = value.into_owned();
        }
    }
    if values.iter().any(String::is_empty) {
        return Err(refused("code, instanceId or state is missing"));
    }
    Ok(values)
}

/// What a finished installation brought.
///
/// # Example
/// ```no_run
/// use wixapp_platform::oauth::{InstallCallback, InstallGrant, OAuthState};
/// # async fn example(client: wixapp_platform::WixClient, callback: InstallCallback, state: OAuthState) -> Result<(), wixapp_platform::Error> {
/// let InstallGrant { instance_id, refresh_token, .. } = client.complete_install(&callback, &state).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct InstallGrant {
    /// The install that the tokens are for, as Wix says it.
    pub instance_id: InstanceId,
    /// For the first calls, and for [`WixClient::close_installer_url`]; it lives five minutes.
    pub access_token: AccessToken,
    /// For everything later. Store it sealed: [`RefreshToken::seal`].
    pub refresh_token: RefreshToken,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: String,
}

impl WixClient {
    /// Where to send the owner's browser so that Wix asks for consent.
    ///
    /// `token` is what Wix opened the app's URL with (`?token=…`); `redirect_url` is one registered for the app.
    ///
    /// # Errors
    /// [`Error::is_config`] when the client was made without an app or `redirect_url` is not an https URL (http on
    /// this machine is accepted).
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::oauth::OAuthState;
    /// # fn example(client: wixapp_platform::WixClient, token: &str) -> Result<(), wixapp_platform::Error> {
    /// let state = OAuthState::random();
    /// let cookie = format!("state={}; Secure; HttpOnly; SameSite=Lax", state.as_str());
    /// let location = client.install_url(token, "https://app.example/installed", &state)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn install_url(&self, token: &str, redirect_url: &str, state: &OAuthState) -> Result<String, Error> {
        let app = self.app()?;
        if !is_redirect_target(redirect_url) {
            return Err(Error::config("the redirect URL", "it is not an absolute https URL"));
        }
        let query =
            [("redirectUrl", redirect_url), ("appId", &app.id), ("state", state.as_str()), ("token", token)];
        Ok(with_query(&format!("{}/installer/install", self.inner.site), &query))
    }

    /// Exchanges the code of a return from the installer, if it carries the very `state` its browser was sent with.
    ///
    /// Tried once, since a code is good for one exchange. The `instanceId` beside the code comes from the browser and
    /// proves nothing, so Wix is asked whom the new tokens are for ([`WixClient::app_instance`]).
    ///
    /// # Errors
    /// [`Error::is_refused`] when the state is another one, and then Wix is not asked, or when the code is for another
    /// install than the browser named: somebody changed the address, and the tokens are dropped. [`Error::status`] when
    /// Wix refuses the code (it lives ten minutes); else as [`WixClient::access_token`] and [`WixClient::app_instance`].
    /// The code is used up by then: the owner has to begin anew.
    ///
    /// # Example
    /// ```no_run
    /// use wixapp_platform::oauth::{InstallCallback, OAuthState};
    /// # async fn example(client: wixapp_platform::WixClient, query: &str, cookie: &str) -> Result<(), wixapp_platform::Error> {
    /// let grant = client.complete_install(&InstallCallback::from_query(query)?, &cookie.parse()?).await?;
    /// let location = client.close_installer_url(&grant.access_token);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn complete_install(
        &self,
        callback: &InstallCallback,
        state: &OAuthState,
    ) -> Result<InstallGrant, Error> {
        state.check(&callback.state)?;
        let app = self.app()?;
        let body = json!({
            "grant_type": "authorization_code",
            "client_id": app.id,
            "client_secret": app.secret.expose(),
            "code": callback.code.expose_secret(),
        });
        let answer: Answer = self.inner.transport.ask(&Call::new(&ACCESS).body(body)).await?;
        let access_token = AccessToken::new(answer.access_token)?;
        let refresh_token = RefreshToken::new(answer.refresh_token)?;
        let bearer = Credential::access_token(access_token.clone());
        let instance_id = self.app_instance(bearer).await?.instance.instance_id;
        if instance_id != callback.instance_id {
            return Err(Error::new(Kind::Refused { what: WHAT, why: "its code is for another instance" }));
        }
        Ok(InstallGrant { instance_id, access_token, refresh_token })
    }

    /// Where to send the owner's browser at the end, which closes Wix's installer.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(client: wixapp_platform::WixClient, grant: wixapp_platform::oauth::InstallGrant) {
    /// let location = client.close_installer_url(&grant.access_token);
    /// # }
    /// ```
    #[must_use]
    pub fn close_installer_url(&self, access_token: &AccessToken) -> String {
        let url = format!("{}/installer/close-window", self.inner.site);
        with_query(&url, &[("access_token", access_token.expose())])
    }
}

fn is_redirect_target(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && local)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::no_state("code=c&instanceId=i")]
    #[case::empty_state("code=c&instanceId=i&state=")]
    #[case::two_states("code=c&instanceId=i&state=a&state=b")]
    #[case::no_code("instanceId=i&state=s")]
    #[case::no_instance("code=c&state=s")]
    #[case::other_case("Code=c&instanceId=i&state=s")]
    #[case::nothing("")]
    #[case::too_long(&format!("code=c&instanceId=i&state={}", "s".repeat(20_000)))]
    fn a_return_that_says_too_little_or_too_much_is_refused(#[case] query: &str) {
        assert!(InstallCallback::from_query(query).unwrap_err().is_refused());
    }

    #[test]
    fn an_instance_that_is_no_id_is_malformed() {
        let query = "code=c&instanceId=..%2Fx&state=s";
        assert!(InstallCallback::from_query(query).unwrap_err().is_malformed());
    }

    #[test]
    fn debug_shows_neither_code_nor_state() {
        let callback = InstallCallback::from_query("?code=s3cr3t&instanceId=i&state=s3cr3t").unwrap();
        assert!(!format!("{callback:?}").contains("s3cr3t"));
    }

    #[rstest::rstest]
    #[case("https://app.example/x", true)]
    #[case("http://localhost:3000/x", true)]
    #[case("http://app.example/x", false)]
    #[case("javascript:alert(1)", false)]
    #[case("/x", false)]
    #[case("", false)]
    fn browsers_return_to_https_only(#[case] url: &str, #[case] good: bool) {
        assert_eq!(is_redirect_target(url), good);
    }
}
