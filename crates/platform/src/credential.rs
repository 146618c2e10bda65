//! In whose name a call is made.

use std::fmt;

use reqwest::header::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use wixapp_core::id::InstanceId;

use crate::client::{Caller, WixClient};
use crate::error::Error;
use crate::instance_token;
use crate::oauth::{AccessToken, RefreshToken};

const SITE: HeaderName = HeaderName::from_static("wix-site-id");
const ACCOUNT: HeaderName = HeaderName::from_static("wix-account-id");

/// In whose name a call is made: what every call of [`WixClient`] takes first.
///
/// `&InstanceId` converts into it, which is what an app nearly always wants: the app itself, on one install. The others
/// are for special cases. Wix's allowance of 200 requests a minute is counted for each of them apart.
///
/// `Debug` shows which kind it is and nothing of its secret.
///
/// # Example
/// ```
/// use wixapp_platform::{AccessToken, Credential};
/// use wixapp_platform::InstanceId;
/// let instance: InstanceId = "b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap();
/// let app = Credential::from(&instance);
/// let person = Credential::access_token(AccessToken::new("OauthNG.JWS.eyJ...")?);
/// let operator = Credential::api_key_for_site("IST.eyJ...", "5f6b0c1e")?;
/// assert_eq!(format!("{person:?}"), "Credential(access token)");
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct Credential(Kind);

#[derive(Clone)]
enum Kind {
    App(InstanceId),
    Token { token: AccessToken, name: &'static str, paced_as: String },
    Refresh(RefreshToken),
    ApiKey { key: AccessToken, header: HeaderName, id: HeaderValue },
}

impl Credential {
    /// The app itself on one install, by client credentials: tokens are fetched, kept and renewed by the client.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::Credential;
    /// let app = Credential::instance(&"b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap());
    /// ```
    #[must_use]
    pub fn instance(instance: &InstanceId) -> Self {
        Self(Kind::App(instance.clone()))
    }

    /// Whoever an access token stands for, such as a person of the dashboard ([`WixClient::server_token`]).
    /// It is used as it is and cannot be renewed.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AccessToken, Credential};
    /// let person = Credential::access_token(AccessToken::new("OauthNG.JWS.eyJ...")?);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn access_token(token: AccessToken) -> Self {
        let paced_as = format!("token:{}", hex::encode(Sha256::digest(token.expose())));
        Self(Kind::Token { token, name: "access token", paced_as })
    }

    /// Whoever an app instance token stands for: the text of `?instance=`. Verify it first
    /// ([`InstanceTokenVerifier`](crate::InstanceTokenVerifier)); this does not.
    ///
    /// # Errors
    /// [`Error::is_malformed`] for text that is no instance token.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AppSecret, Credential, InstanceClaims, instance_token};
    /// let claims = InstanceClaims::owner("i-1".parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
    /// let text = instance_token::sign(&claims, &AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?);
    /// let owner = Credential::instance_token(&text)?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn instance_token(text: &str) -> Result<Self, Error> {
        let claims = instance_token::inspect(text)?.claims()?;
        let (token, paced_as) = (AccessToken::new(text)?, format!("instance:{}", claims.instance_id));
        Ok(Self(Kind::Token { token, name: "instance token", paced_as }))
    }

    /// A custom-authentication app on the install that `token` was given for.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{Credential, oauth::RefreshToken};
    /// let app = Credential::refresh_token(RefreshToken::new("OAUTH2.eyJ...")?);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn refresh_token(token: RefreshToken) -> Self {
        Self(Kind::Refresh(token))
    }

    /// The owner of an API key, on one of the account's sites.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when key or id cannot stand in a header.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::Credential;
    /// let operator = Credential::api_key_for_site("IST.eyJ...", "5f6b0c1e")?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn api_key_for_site(key: impl Into<String>, site_id: &str) -> Result<Self, Error> {
        Self::api_key(key.into(), SITE, site_id)
    }

    /// The owner of an API key, on the account.
    ///
    /// # Errors
    /// [`Error::is_malformed`] when key or id cannot stand in a header.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::Credential;
    /// let operator = Credential::api_key_for_account("IST.eyJ...", "0a1b2c3d")?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn api_key_for_account(key: impl Into<String>, account_id: &str) -> Result<Self, Error> {
        Self::api_key(key.into(), ACCOUNT, account_id)
    }

    fn api_key(key: String, header: HeaderName, id: &str) -> Result<Self, Error> {
        let not_an_id = || Error::malformed("site or account id", "it is empty or no header value");
        let graphic = !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic());
        let id = HeaderValue::from_str(id).ok().filter(|_| graphic).ok_or_else(not_an_id)?;
        Ok(Self(Kind::ApiKey { key: AccessToken::new(key)?, header, id }))
    }

    /// The install, where the credential is the app's own for one.
    pub(crate) fn instance_id(&self) -> Option<&InstanceId> {
        match &self.0 {
            Kind::App(instance) => Some(instance),
            Kind::Token { .. } | Kind::Refresh(_) | Kind::ApiKey { .. } => None,
        }
    }

    /// The headers to send, which may have to be fetched.
    pub(crate) async fn present(&self, client: &WixClient) -> Result<Presented, Error> {
        let token = match &self.0 {
            Kind::App(instance) => client.access_token(instance).await?,
            Kind::Token { token, .. } | Kind::ApiKey { key: token, .. } => token.clone(),
            Kind::Refresh(refresh_token) => client.refreshed_token(refresh_token).await?,
        };
        let caller = Caller { authorization: token.header(), scope: self.scope(), paced_as: self.paced_as() };
        Ok(Presented { token, caller })
    }

    /// Takes note that Wix no longer accepts `token`; whether there can be another one.
    pub(crate) fn forget(&self, client: &WixClient, token: &AccessToken) -> bool {
        match &self.0 {
            Kind::App(instance) => client.forget_token(instance, token),
            Kind::Refresh(refresh_token) => client.forget_refreshed(refresh_token, token),
            Kind::Token { .. } | Kind::ApiKey { .. } => return false,
        }
        true
    }

    fn scope(&self) -> Option<(HeaderName, HeaderValue)> {
        match &self.0 {
            Kind::ApiKey { header, id, .. } => Some((header.clone(), id.clone())),
            Kind::App(_) | Kind::Token { .. } | Kind::Refresh(_) => None,
        }
    }

    fn paced_as(&self) -> String {
        match &self.0 {
            Kind::App(instance) => format!("instance:{instance}"),
            Kind::Token { paced_as, .. } => paced_as.clone(),
            Kind::Refresh(token) => format!("refresh:{}", hex::encode(token.digest())),
            Kind::ApiKey { header, id, .. } => format!("{header}:{}", id.to_str().unwrap_or_default()),
        }
    }
}

/// A credential's token and the headers made of it.
pub(crate) struct Presented {
    pub(crate) token: AccessToken,
    pub(crate) caller: Caller,
}

impl From<&InstanceId> for Credential {
    fn from(instance: &InstanceId) -> Self {
        Self::instance(instance)
    }
}

impl From<InstanceId> for Credential {
    fn from(instance: InstanceId) -> Self {
        Self(Kind::App(instance))
    }
}

impl From<&Credential> for Credential {
    fn from(credential: &Credential) -> Self {
        credential.clone()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::App(instance) => write!(f, "Credential({instance})"),
            Kind::Token { name, .. } => write!(f, "Credential({name})"),
            Kind::Refresh(_) => f.write_str("Credential(refresh token)"),
            Kind::ApiKey { header, id, .. } => write!(f, "Credential(API key, {header}: {id:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let token = || AccessToken::new("s3cr3t").unwrap();
        let all = [
            Credential::access_token(token()),
            Credential::refresh_token(RefreshToken::new("s3cr3t").unwrap()),
            Credential::api_key_for_site("s3cr3t", "site-1").unwrap(),
            Credential::api_key_for_account("s3cr3t", "account-1").unwrap(),
        ];
        for credential in all {
            assert!(!format!("{credential:?} {}", credential.paced_as()).contains("s3cr3t"));
        }
    }

    #[rstest::rstest]
    #[case("key", "")]
    #[case("key", "a b")]
    #[case("key", "a\r\nx: y")]
    #[case("", "site")]
    #[case("k\ney", "site")]
    fn what_fits_no_header_is_refused(#[case] key: &str, #[case] id: &str) {
        assert!(Credential::api_key_for_site(key, id).unwrap_err().is_malformed());
    }

    #[test]
    fn text_that_is_no_instance_token_is_refused() {
        assert!(Credential::instance_token("nonsense").unwrap_err().is_malformed());
    }
}
