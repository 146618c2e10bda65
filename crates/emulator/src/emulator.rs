//! The handle on a local platform: for serving it, and for driving it from a test.

mod inspect;
mod owner;
mod running;
mod time;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use wixapp_core::clock::VirtualClock;

pub use self::running::Running;
use crate::companion::Companion;
use crate::config::EmulatorConfig;
use crate::engine::Engine;
use crate::error::Error;
use crate::http::record::{date, note};
use crate::{api, fake_network, page_api, pages, site_page};

/// One local Wix platform. Cloning gives another handle on the same one.
///
/// The calls below do what a person does in the platform's pages, and return when every webhook due by then was posted.
/// Over HTTP the same things return at once and [`Emulator::start`]'s background task posts the webhooks.
///
/// # Example
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wixapp_emulator::{Card, CheckoutOrder, Emulator, EmulatorConfig};
/// use wixapp_platform::AppSecret;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let here = format!("http://{}", listener.local_addr()?);
/// let secret = AppSecret::new("0123456789abcdef0123456789abcdef")?;
/// let emulator = Emulator::new(EmulatorConfig::new("my-app", secret, "http://127.0.0.1:4101", &here))?;
/// let running = emulator.start(listener)?;
///
/// let site = emulator.install(&emulator.sites()[0].site_id).await?;
/// let instance = site.install.ok_or("installed")?.instance_id;
/// let order = CheckoutOrder { product_id: "starter".into(), ..CheckoutOrder::default() };
/// let checkout = emulator.open_checkout(&instance, order)?;
/// emulator.pay(&checkout.token, &Card::paying()).await?;
/// emulator.advance(jiff::SignedDuration::from_hours(30 * 24)).await?;
/// running.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Emulator {
    engine: Arc<Engine>,
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator").field("app_id", &self.engine.config.app_id).finish_non_exhaustive()
    }
}

impl Emulator {
    /// Loads the state, or starts a fresh one, and prepares the keys.
    ///
    /// The configured clock is moved forward to where it was when the state was saved; time never runs backwards.
    ///
    /// # Errors
    /// [`Error::is_config`] for an unusable address or app id, [`Error::is_data`] for a data file that is damaged, in
    /// use by another process, or of another app; else a key that cannot be read or made.
    pub fn new(config: EmulatorConfig) -> Result<Self, Error> {
        Ok(Self { engine: Engine::new(config)? })
    }

    /// All routes: Wix's API, the page API, the fake network and the pages.
    ///
    /// On its own it answers requests but posts webhooks only with [`Emulator::start`] or [`Emulator::settle`].
    pub fn router(&self) -> Router {
        Router::new()
            .merge(
                api::routes()
                    .merge(fake_network::routes())
                    .layer(from_fn_with_state(self.clone(), note))
                    .layer(map_response_with_state(self.clone(), date)),
            )
            .merge(page_api::routes(self))
            .fallback(pages::fallback)
            .layer(from_fn_with_state(self.clone(), site_page::by_host))
            .layer(CatchPanicLayer::new())
            .layer(SetResponseHeaderLayer::if_not_present(
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ))
            .layer(SetResponseHeaderLayer::if_not_present(
                header::CACHE_CONTROL,
                HeaderValue::from_static("no-store"),
            ))
            .with_state(self.clone())
    }

    /// Serves on `listener` and posts webhooks in the background, until [`Running::stop`].
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(&self, listener: TcpListener) -> Result<Running, Error> {
        let address = listener.local_addr().map_err(Error::serve)?;
        let clockwork = tokio::spawn(Arc::clone(&self.engine).run());
        let stopped = self.engine.stopped();
        let server = axum::serve(listener, self.router()).with_graceful_shutdown(stopped);
        let server = tokio::spawn(async move { server.await });
        Ok(Running { emulator: self.clone(), address, server, clockwork })
    }

    /// Serves on `listener` until `stop` ends.
    ///
    /// # Errors
    /// When serving fails.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let running = self.start(listener)?;
        stop.await;
        running.stop().await
    }

    /// The public half of the key that signs webhooks, for the app's configuration.
    #[must_use]
    pub fn public_key_pem(&self) -> &str {
        &self.engine.public_key_pem
    }

    /// The platform's clock.
    #[must_use]
    pub fn clock(&self) -> &VirtualClock {
        self.engine.clock()
    }

    /// Names the app that shares this process: see [`Companion`]. It is held weakly, and forgotten when it is dropped.
    pub fn accompany(&self, companion: &Arc<impl Companion>) {
        let companion = Arc::downgrade(companion);
        self.engine.set_companion(companion);
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}
