//! The handle on a local platform: for serving it, and for driving it from a test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn_with_state;
use jiff::SignedDuration;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use wixapp_core::clock::VirtualClock;
use wixapp_core::id::InstanceId;

use crate::card::Card;
use crate::chaos::Chaos;
use crate::checkout::CheckoutOrder;
use crate::companion::Companion;
use crate::config::EmulatorConfig;
use crate::engine::Engine;
use crate::error::{Error, Refusal};
use crate::http::record::note;
use crate::pace::Pace;
use crate::record::Record;
use crate::scenario::{Scenario, ScenarioRun};
use crate::snapshot::Snapshot;
use crate::timeline::Advance;
use crate::view::{Checkout, Delivery, DeliveryDetail, Site};
use crate::{api, fake_network, page_api, pages, site_page};

/// How long open requests may take to finish when the platform stops.
const PATIENCE: Duration = Duration::from_secs(5);

/// One local Wix platform. Cloning gives another handle on the same one.
///
/// The calls below do what a person does in the platform's pages, and return when every webhook due by then was posted.
/// Over HTTP the same things return at once and [`Emulator::start`]'s background task posts the webhooks.
///
/// # Example
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
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
            .merge(api::routes().merge(fake_network::routes()).layer(from_fn_with_state(self.clone(), note)))
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

    /// All sites.
    #[must_use]
    pub fn sites(&self) -> Vec<Site> {
        self.engine.sites()
    }

    /// Installs the app on a site; the app gets `AppInstalled`.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `already_installed`.
    pub async fn install(&self, site_id: &str) -> Result<Site, Error> {
        let site = self.engine.install(site_id)?;
        self.settle().await.map(|()| site)
    }

    /// Removes the app from a site; the app gets `AppRemoved`. A paid plan runs on.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `not_installed`.
    pub async fn uninstall(&self, site_id: &str) -> Result<Site, Error> {
        let site = self.engine.uninstall(site_id)?;
        self.settle().await.map(|()| site)
    }

    /// The address of the app's page for a site's owner, with a fresh instance token.
    ///
    /// # Errors
    /// [`Error::code`] `not_found` or `not_installed`.
    pub fn app_url(&self, site_id: &str) -> Result<String, Error> {
        Ok(self.engine.app_frame(site_id, &self.engine.addresses.public_origin(), &[])?)
    }

    /// Opens a checkout page, as `POST /apps/v1/checkout` does.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` or `not_found`.
    pub fn open_checkout(&self, instance_id: &InstanceId, order: CheckoutOrder) -> Result<Checkout, Error> {
        let opened = self.engine.open_checkout(instance_id, order)?;
        self.checkout(&opened.token)
    }

    /// A checkout page by its token.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`.
    pub fn checkout(&self, token: &str) -> Result<Checkout, Error> {
        Ok(self.engine.checkout_view(token)?)
    }

    /// Pays a checkout; gives the address the browser goes to. The app gets `PaidPlanPurchased`, or `PaidPlanChanged`
    /// when the site has a plan.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_card`, `card_declined`, `insufficient_funds`, `expired_card`, `checkout_paid`,
    /// `checkout_expired`, `checkout_cancelled` or `not_found`.
    pub async fn pay(&self, token: &str, card: &Card) -> Result<String, Error> {
        let redirect_url = self.engine.pay(token, card)?;
        let instance_id =
            self.engine.read(|world| Ok::<_, Refusal>(world.checkout(token)?.instance_id.clone()))?;
        self.engine.after_purchase(&instance_id).await;
        self.settle().await.map(|()| redirect_url)
    }

    /// Closes a checkout unpaid; gives the address the browser goes to.
    ///
    /// # Errors
    /// [`Error::code`] `checkout_paid`, `checkout_expired` or `not_found`.
    pub fn cancel_checkout(&self, token: &str) -> Result<String, Error> {
        Ok(self.engine.cancel_checkout(token)?)
    }

    /// Switches a plan's automatic renewal; the app gets `PaidPlanAutoRenewalCancelled` or `PlanReactivated`.
    ///
    /// # Errors
    /// [`Error::code`] `no_plan` or `not_found`.
    pub async fn set_auto_renew(&self, instance_id: &InstanceId, enabled: bool) -> Result<Site, Error> {
        let site = self.engine.set_auto_renew(instance_id.as_str(), enabled)?;
        self.settle().await.map(|()| site)
    }

    /// Moves the clock forward, doing everything due on the way in the order of time.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_duration` beyond the year 2200.
    pub async fn advance(&self, by: SignedDuration) -> Result<Advance, Error> {
        if by.is_negative() {
            return Err(Refusal::invalid("The clock only goes forward.").into());
        }
        Ok(self.engine.advance(by).await?)
    }

    /// Moves the clock to the next thing due and does it.
    ///
    /// # Errors
    /// [`Error::code`] `nothing_due`.
    pub async fn advance_to_next(&self) -> Result<Advance, Error> {
        Ok(self.engine.advance_to_next().await?)
    }

    /// Moves the clock to a later moment, doing everything due on the way.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_time` for an earlier one, `invalid_duration` beyond the year 2200.
    pub async fn advance_to(&self, target: jiff::Timestamp) -> Result<Advance, Error> {
        Ok(self.engine.advance_to(target).await?)
    }

    /// Lets the clock of a serving platform run at a pace of its own, or at real speed again with `None`.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_time` or `invalid_duration` when it is to run until a moment that it cannot reach.
    pub fn set_pace(&self, pace: Option<Pace>) -> Result<(), Error> {
        Ok(self.engine.set_pace(pace)?)
    }

    /// Names the app that shares this process: see [`Companion`]. It is held weakly, and forgotten when it is dropped.
    pub fn accompany(&self, companion: &Arc<impl Companion>) {
        let companion = Arc::downgrade(companion);
        self.engine.set_companion(companion);
    }

    /// Saves platform and app under a name of `a-z`, `0-9`, `-` and `_`; with `replace`, an older one of that name goes.
    ///
    /// # Errors
    /// [`Error::code`] `no_snapshots` without a folder for them, `snapshot_exists`, `invalid_request`, or `unavailable` when
    /// the disk refuses.
    pub async fn save_snapshot(&self, name: &str, replace: bool) -> Result<Snapshot, Error> {
        Ok(self.engine.save_snapshot(name, replace).await?)
    }

    /// Goes back to a snapshot: time, sites, plans, webhooks that wait, and the app's data.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`, `snapshot_unfit` for one of another app or version, or `unavailable`.
    pub async fn restore_snapshot(&self, name: &str) -> Result<Snapshot, Error> {
        Ok(self.engine.restore_snapshot(name).await?)
    }

    /// All snapshots, by the platform's time in them.
    ///
    /// # Errors
    /// [`Error::code`] `no_snapshots` without a folder for them.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, Error> {
        Ok(self.engine.list_snapshots()?)
    }

    /// Plays a scenario until its end, or the first step that fails: see [`ScenarioRun::failed`].
    ///
    /// # Errors
    /// [`Error::code`] `not_found` on a platform without sites.
    pub async fn play(&self, scenario: &Scenario) -> Result<ScenarioRun, Error> {
        Ok(self.engine.play(scenario).await?)
    }

    /// Leads to one of Wix's app events on a site, the first by default: what is missing on the way (an install, a plan) is
    /// done first, and the app hears of that too. `overrides` replaces fields of the event's payload.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` for an unknown event, `not_found`, or a conflict that names what is in the way.
    pub async fn trigger(
        &self,
        event_type: &str,
        site_id: Option<&str>,
        overrides: &Map<String, Value>,
    ) -> Result<Delivery, Error> {
        let queued = self.engine.trigger(event_type, site_id, overrides)?;
        self.settle().await?;
        self.delivery(queued.delivery_id.as_str()).map(|detail| detail.delivery)
    }

    /// What the platform noted for the inspector, oldest first: requests, tokens, deliveries, and what time brought.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        self.engine.records(|_| true)
    }

    /// Posts every webhook, and ends or renews every plan, that is due now.
    ///
    /// # Errors
    /// [`Error::code`] `unavailable` when the state cannot be saved.
    pub async fn settle(&self) -> Result<(), Error> {
        Ok(self.engine.settle().await?)
    }

    /// Lets webhooks be doubled, delayed, reordered and lost from now on, or ends that with `None`. The same settings, the
    /// same calls and the same virtual times lead to the same run.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` for a rate above 100.
    pub fn set_chaos(&self, chaos: Option<Chaos>) -> Result<(), Error> {
        Ok(self.engine.set_chaos(chaos)?)
    }

    /// The settings of the present run of chaos.
    #[must_use]
    pub fn chaos(&self) -> Option<Chaos> {
        self.engine.read(|world| world.chaos.as_ref().map(|run| run.profile))
    }

    /// All kept webhook deliveries, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.engine.read(|world| world.deliveries.iter().map(Delivery::from).collect())
    }

    /// A delivery with its requests and answers.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`.
    pub fn delivery(&self, delivery_id: &str) -> Result<DeliveryDetail, Error> {
        Ok(self.engine.delivery_detail(delivery_id)?)
    }

    /// Posts the same event again, `times` times (1 to 20); these repetitions are not retried.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` or `not_found`.
    pub async fn resend(&self, delivery_id: &str, times: u32) -> Result<Vec<Delivery>, Error> {
        let queued = self.engine.queue_resends(delivery_id, times)?;
        self.settle().await?;
        let sent =
            |queued: &Delivery| self.delivery(queued.delivery_id.as_str()).map(|detail| detail.delivery);
        queued.iter().map(sent).collect()
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

/// A platform that is serving. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    emulator: Emulator,
    address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
    clockwork: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends live streams, lets open requests finish, and returns when nothing runs any more.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.emulator.engine.stop();
        let served = tokio::time::timeout(PATIENCE, &mut self.server).await;
        let _ = (&mut self.clockwork).await;
        match served {
            Ok(Ok(served)) => served.map_err(Error::serve),
            Ok(Err(lost)) => Err(Error::serve(std::io::Error::other(lost))),
            // A client that never finishes its request must not keep the platform from stopping.
            Err(_) => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.emulator.engine.stop();
        self.server.abort();
        self.clockwork.abort();
    }
}
