//! The client for Wix's HTTP API.
//!
//! [`WixClient`] holds the connection pool, the app's credentials and the caches of tokens; the calls themselves are
//! methods added by the modules that own them: [`oauth`](crate::oauth), [`access_token`](crate::access_token),
//! [`api`](crate::api).
//!
//! Every call is bounded: a timeout per attempt, at most three attempts (only where repeating is harmless), at most
//! 1 MiB of answer, no redirects, at most 200 requests in a minute for each instance. A part of
//! Wix that fails ten times in a row is left alone for a moment.
//!
//! # Example
//! ```no_run
//! use wixapp_platform::{AppSecret, WixClient};
//! let client = WixClient::builder()
//!     .app_id("0c1d2e3f-0000-4000-8000-000000000000")
//!     .app_secret(AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?)
//!     .build()?;
//! # Ok::<(), wixapp_platform::Error>(())
//! ```

mod base_url;
mod breaker;
mod builder;
mod call;
mod echo;
mod flight;
mod limiter;
pub(crate) mod refusal;
mod retry;
mod retry_after;
mod transport;

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tracing::Instrument as _;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_core::id::InstanceId;

pub(crate) use self::base_url::with_query;
pub use self::builder::{DEFAULT_BASE_URL, DEFAULT_TIMEOUT, WixClientBuilder};
pub(crate) use self::call::{Call, Endpoint};
pub(crate) use self::flight::{Age, FlightCache};
pub(crate) use self::transport::{Answer, Caller, Transport};
use crate::access_token::Verdict;
use crate::credential::Credential;
use crate::error::Error;
use crate::oauth::CachedToken;
use crate::secret::AppSecret;

/// A client for Wix's HTTP API, acting as one app on behalf of its instances, or as another [`Credential`].
///
/// Cheap to clone: clones share connections and caches. Access tokens are fetched with the app's credentials, kept per
/// instance, renewed before they end, and fetched once however many callers need one at the same moment. When Wix
/// answers 401 the token is dropped and the call repeated once with a new one.
///
/// # Example
/// ```no_run
/// use wixapp_platform::{AppSecret, WixClient};
/// # async fn example() -> Result<(), wixapp_platform::Error> {
/// let client = WixClient::builder()
///     .app_id("0c1d2e3f-0000-4000-8000-000000000000")
///     .app_secret(AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?)
///     .build()?;
/// let instance: wixapp_platform::InstanceId = "b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap();
/// let answer = client.app_instance(&instance).await?;
/// println!("free: {}", answer.instance.is_free);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WixClient {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) app: Option<App>,
    /// Where the pages of Wix are that an app sends browsers to.
    pub(crate) site: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: FlightCache<InstanceId, CachedToken>,
    pub(crate) refreshed: FlightCache<[u8; 32], CachedToken>,
    pub(crate) verdicts: FlightCache<[u8; 32], Verdict>,
}

/// The app's own credentials.
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: AppSecret,
}

impl WixClient {
    /// A builder; app id and app secret are mandatory unless it is told that there is no app.
    ///
    /// # Example
    /// ```
    /// # use wixapp_platform::{AppSecret, WixClient};
    /// let client = WixClient::builder()
    ///     .base_url("http://127.0.0.1:4100")
    ///     .app_id("0c1d2e3f-0000-4000-8000-000000000000")
    ///     .app_secret(AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?)
    ///     .build()?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn builder() -> WixClientBuilder {
        WixClientBuilder::default()
    }

    /// The app's id, as given to the builder; empty without an app.
    ///
    /// # Example
    /// ```
    /// let client = wixapp_platform::WixClient::builder().base_url("http://127.0.0.1:4100").without_app().build()?;
    /// assert_eq!(client.app_id(), "");
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn app_id(&self) -> &str {
        self.inner.app.as_ref().map_or("", |app| &app.id)
    }

    /// The app's own credentials, for the calls that cannot do without.
    pub(crate) fn app(&self) -> Result<&App, Error> {
        self.inner.app.as_ref().ok_or_else(|| Error::config("the client", "it was made without an app"))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Makes `call` in the name of `credential` and reads the answer.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        credential: &Credential,
        call: &Call,
    ) -> Result<T, Error> {
        self.answer(credential, call).await?.read()
    }

    /// Makes `call` in the name of `credential`, in a span of its own.
    pub(crate) async fn answer(&self, credential: &Credential, call: &Call) -> Result<Answer, Error> {
        let span = tracing::debug_span!(
            "wix.call",
            endpoint = call.endpoint.name,
            instance.id = credential.instance_id().map(tracing::field::display),
        );
        self.present_and_send(credential, call).instrument(span).await
    }

    /// Sends `call`, once more with a new token if Wix does not know the first one any longer: a call that was answered
    /// with 401 was not carried out.
    async fn present_and_send(&self, credential: &Credential, call: &Call) -> Result<Answer, Error> {
        let presented = credential.present(self).await?;
        let outcome = self.inner.transport.send(call, Some(&presented.caller)).await;
        let denied = matches!(&outcome, Err(error) if error.status() == Some(401));
        if !denied || !credential.forget(self, &presented.token) {
            return outcome;
        }
        tracing::info!("Wix no longer accepts the access token");
        let presented = credential.present(self).await?;
        self.inner.transport.send(call, Some(&presented.caller)).await
    }
}

impl fmt::Debug for WixClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WixClient").field("app_id", &self.app_id()).finish_non_exhaustive()
    }
}
