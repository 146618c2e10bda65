//! The platform at work: the saved world, the clock, and the task that does what is due.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, broadcast, watch};
use wixapp_core::clock::{Clock, VirtualClock};
use wixapp_platform::InstanceTokenVerifier;
use wixapp_platform::webhook::WebhookSigner;

use crate::access_token::TokenKey;
use crate::companion::Companion;
use crate::config::{Addresses, EmulatorConfig};
use crate::data::job::Jobs;
use crate::data::store::Store;
use crate::data_file::DataFile;
use crate::error::{Error, Refusal};
use crate::fake_network::Gallery;
use crate::limiter::Limiter;
use crate::live::LiveEvent;
use crate::memory_key;
use crate::pace::{Gear, TICK};
use crate::record::Recorder;
use crate::recording::Tally;
use crate::sender::Sender;
use crate::world::World;
use crate::world::seed::Seed;

/// How long the background task sleeps at most: a laptop that slept must notice the time soon after.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// How many events a slow reader of the live stream may be behind before it is told to reload.
const LIVE_BACKLOG: usize = 256;

pub(crate) struct Engine {
    pub(crate) config: EmulatorConfig,
    pub(crate) addresses: Addresses,
    pub(crate) signer: WebhookSigner,
    pub(crate) public_key_pem: String,
    pub(crate) instance_tokens: InstanceTokenVerifier,
    pub(crate) token_key: TokenKey,
    pub(crate) sender: Sender,
    pub(crate) limiter: Limiter,
    /// Held while the clock is walked, so that events happen one after another.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// The clock is never moved beyond this.
    pub(crate) horizon: Timestamp,
    pub(crate) live: broadcast::Sender<LiveEvent>,
    /// How fast the clock runs.
    pub(crate) gear: Gear,
    pub(crate) recorder: Recorder,
    /// What became of the webhooks of a replay.
    pub(crate) tally: Tally,
    /// The images of the fake network's posts.
    pub(crate) gallery: Gallery,
    /// Weakly: the app's end must not wait for whoever still holds the platform.
    companion: Mutex<Option<Weak<dyn Companion>>>,
    world: Mutex<World>,
    /// Never taken while the world is: the world may be looked at while this is held.
    data: Mutex<Store>,
    jobs: Jobs,
    /// Whether the world in memory is ahead of the file.
    unsaved: AtomicBool,
    file: Option<DataFile>,
    wake: Notify,
    stopping: watch::Sender<bool>,
}

impl Engine {
    pub(crate) fn new(config: EmulatorConfig) -> Result<Arc<Self>, Error> {
        let addresses = config.addresses()?;
        let file = config.data_file.as_deref().map(DataFile::open).transpose()?;
        let saved = file.as_ref().map(|file| file.load(&config.app_id)).transpose()?.flatten();
        let data = Store::open(config.data_file.as_deref(), &config.app_id, config.data_lag)?;
        let is_new = saved.is_none();
        let mut world = saved.unwrap_or_else(|| {
            let seed = config.seed.map_or_else(Seed::random, Seed::fixed);
            World::new(&config.app_id, seed, config.clock.now())
        });
        restore_clock(&config.clock, &world, is_new);
        let signer = signer(&config, &mut world)?;
        let engine = Arc::new(Self {
            public_key_pem: signer.public_key_pem(),
            signer,
            instance_tokens: InstanceTokenVerifier::new(vec![config.app_secret.clone()]),
            token_key: TokenKey::new(&world.seed),
            sender: Sender::new(addresses.webhook.clone())?,
            limiter: Limiter::new(config.calls_a_minute),
            turn: tokio::sync::Mutex::new(()),
            horizon: "2200-01-01T00:00:00Z".parse().expect("a fixed, valid time"),
            live: broadcast::channel(LIVE_BACKLOG).0,
            gear: Gear::default(),
            recorder: Recorder::default(),
            tally: Tally::default(),
            gallery: Gallery::default(),
            companion: Mutex::new(None),
            world: Mutex::new(world),
            data: Mutex::new(data),
            jobs: Jobs::default(),
            unsaved: AtomicBool::new(false),
            file,
            wake: Notify::new(),
            stopping: watch::Sender::new(false),
            addresses,
            config,
        });
        engine.watch_clock();
        engine.change(|_| Ok(()))?;
        engine.recall_attempts();
        Ok(engine)
    }

    pub(crate) fn clock(&self) -> &VirtualClock {
        &self.config.clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock().now()
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the world: all of it or, when `apply` refuses or the disk does, nothing.
    pub(crate) fn change<T>(
        &self,
        apply: impl FnOnce(&mut World) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut current = self.lock();
        let mut next = current.clone();
        let done = apply(&mut next)?;
        next.clock_offset_ms = self.clock().offset_ms();
        next.saved_at = self.now();
        next.trim();
        if let Some(file) = &self.file {
            file.save(&next).map_err(|error| {
                tracing::error!(%error, "the local platform could not save its state");
                Refusal::not_saved()
            })?;
        }
        *current = next;
        self.unsaved.store(false, Ordering::Release);
        drop(current);
        self.wake.notify_one();
        self.tell(LiveEvent::State);
        Ok(done)
    }

    /// Notes what time alone brought about. It is saved with the next change or at the end of the walk: after a crash the
    /// same would fall due again and lead to the same world.
    pub(crate) fn note<T>(&self, apply: impl FnOnce(&mut World) -> T) -> T {
        let noted = apply(&mut self.lock());
        self.unsaved.store(true, Ordering::Release);
        self.tell(LiveEvent::State);
        noted
    }

    /// The app that shares this process, if it does.
    pub(crate) fn companion(&self) -> Option<Arc<dyn Companion>> {
        self.companion.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.upgrade()
    }

    pub(crate) fn set_companion(&self, companion: Weak<dyn Companion>) {
        *self.companion.lock().unwrap_or_else(PoisonError::into_inner) = Some(companion);
    }

    /// Replaces the whole world by an earlier one, and sets the clock back to it.
    pub(crate) fn rewind(&self, world: World) -> Result<(), Refusal> {
        let at = world.saved_at;
        if let Some(file) = &self.file {
            file.save(&world).map_err(|error| {
                tracing::error!(%error, "the local platform could not save its state");
                Refusal::not_saved()
            })?;
        }
        *self.lock() = world;
        self.clock().set(at);
        if self.save().is_err() {
            // The file holds the state already; how far the clock is behind the machine's is saved with the next change.
            tracing::warn!("the local platform could not save its clock");
        }
        Ok(())
    }

    /// Makes the background task look at what is due.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Tells everybody who watches; nobody watching is fine.
    pub(crate) fn tell(&self, event: LiveEvent) {
        let _ = self.live.send(event);
    }

    /// Saves the clock, and what was noted, unless the file has them already.
    pub(crate) fn save(&self) -> Result<(), Refusal> {
        let clock_moved = self.read(|world| world.clock_offset_ms) != self.clock().offset_ms();
        if clock_moved || self.unsaved.load(Ordering::Acquire) { self.change(|_| Ok(())) } else { Ok(()) }
    }

    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Ends when the platform stops.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopping = self.stopping.subscribe();
        async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }

    /// Does what is due, when it is due, until the platform stops.
    pub(crate) async fn run(self: Arc<Self>) {
        let stopped = self.stopped();
        tokio::pin!(stopped);
        while !self.is_stopping() {
            self.tick().await;
            let nap = match self.settle().await {
                Ok(()) => self.nap(),
                Err(_) => Duration::from_secs(1),
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(nap) => {}
                () = &mut stopped => {}
            }
        }
    }

    fn nap(&self) -> Duration {
        if self.gear.get().is_some() {
            return TICK;
        }
        let Some((at, _)) = self.read(World::next_due) else { return LONGEST_NAP };
        let wait = at.duration_since(self.now());
        // A frozen clock may stand right before something due: look again, without spinning.
        Duration::try_from(wait).unwrap_or_default().clamp(Duration::from_millis(1), LONGEST_NAP)
    }

    fn watch_clock(self: &Arc<Self>) {
        let engine = Arc::downgrade(self);
        self.clock().subscribe(move |now| {
            let Some(engine) = engine.upgrade() else { return };
            engine.tell(LiveEvent::Clock { now, offset_ms: engine.clock().offset_ms() });
            engine.wake.notify_one();
        });
    }

    /// The sites' data.
    pub(crate) fn data(&self) -> MutexGuard<'_, Store> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings the clock to where it was; it never goes behind the last saved moment, even if the machine's clock did.
fn restore_clock(clock: &VirtualClock, world: &World, is_new: bool) {
    if is_new {
        return;
    }
    let behind_ms = world.clock_offset_ms.saturating_sub(clock.offset_ms());
    if behind_ms > 0 {
        clock.advance(jiff::SignedDuration::from_millis(behind_ms));
    }
    if clock.now() < world.saved_at {
        clock.set(world.saved_at);
    }
}

/// The configured key, else the saved one, else a new one that is saved from now on; in memory, the one of all such platforms.
fn signer(config: &EmulatorConfig, world: &mut World) -> Result<WebhookSigner, Error> {
    if let Some(pem) = &config.signer_pem {
        return WebhookSigner::from_pkcs8_pem(pem).map_err(Error::key);
    }
    if let Some(pem) = &world.signer_pem {
        return WebhookSigner::from_pkcs8_pem(pem).map_err(Error::key);
    }
    let pem = if config.data_file.is_some() { memory_key::fresh()? } else { memory_key::shared()? };
    let signer = WebhookSigner::from_pkcs8_pem(&pem).map_err(Error::key)?;
    world.signer_pem = Some(pem);
    Ok(signer)
}
