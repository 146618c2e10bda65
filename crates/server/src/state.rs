//! [`App`]: what every request and every worker needs.

use std::sync::Arc;

use rand::RngExt;
use tokio::sync::watch;
use wixapp_core::catalog::Catalog;
use wixapp_core::clock::{Clock, Timestamp};
use wixapp_core::derive::Policy;
use wixapp_platform::{InstanceTokenVerifier, WebhookVerifier, WixClient};
use wixapp_store::Store;

use crate::billing_source::StripeSide;
use crate::config::Config;
use crate::in_flight::InFlight;
use crate::limit::Limits;
use crate::live::LiveHub;
use crate::notice::Post;
use crate::pace::Pace;

/// The running app: the database, the plans, the clock, and the way to Wix.
pub struct App {
    /// The configuration it was started with.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The time: the machine's, or the local platform's.
    pub clock: Arc<dyn Clock>,
    /// The plans.
    pub catalog: Arc<Catalog>,
    /// The operator's decisions on plans.
    pub policy: Policy,
    /// The way to Wix.
    pub wix: WixClient,
    /// Verifies instance tokens.
    pub instance_tokens: InstanceTokenVerifier,
    /// Verifies webhooks; without a key none are taken.
    pub webhooks: Option<WebhookVerifier>,
    /// How often callers may ask.
    pub limits: Limits,
    /// What speaks with Stripe; without its key nothing is sold through it.
    pub stripe: Option<StripeSide>,
    /// How mails leave; without it nobody is written to.
    pub post: Option<Post>,
    /// The live streams.
    pub live: Arc<LiveHub>,
    /// The idempotency keys whose first request is being answered.
    pub in_flight: InFlight,
    /// How fast Wix is asked about instances.
    pub pace: Pace,
    /// When this process was started.
    pub started_at: Timestamp,
    /// Nobody kept this database for a while, so that it may be a restored copy: what was last confirmed by Wix before this
    /// moment is confirmed anew before anything is spent or given.
    pub doubtful_before: Option<Timestamp>,
    /// Wakes the workers, for example when a virtual clock was moved.
    pub wake: Arc<watch::Sender<u64>>,
}

impl App {
    /// Makes the workers look at once, for example because the clock was moved.
    pub fn wake_workers(&self) {
        self.wake.send_modify(|turn| *turn = turn.wrapping_add(1));
    }

    /// Ten random bytes for a new id.
    #[must_use]
    pub fn random(&self) -> [u8; 10] {
        rand::rng().random()
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("store", &self.store).finish_non_exhaustive()
    }
}
