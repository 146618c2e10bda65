//! [`Local`]: an app with a whole local Wix platform around it, in this process.

mod side;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::RngExt;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use wixapp_core::clock::VirtualClock;
use wixapp_emulator::{Emulator, EmulatorConfig};
use wixapp_platform::AppSecret;
use wixapp_server::{App as Server, Config};

use crate::app::App;
use crate::failure::Failure;
use side::Side;

/// An app with a whole local Wix platform around it, on one virtual clock: what `dev` runs, and what a test drives. Dropping
/// it ends both without waiting.
///
/// # Example
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wixapp::{App, Local};
///
/// let local = Local::start(App::new("Greeter")).await?;
/// let emulator = local.emulator();
///
/// let site = emulator.install(&emulator.sites()[0].site_id).await?;
/// let page = emulator.app_url(&site.site_id)?;
/// assert!(page.starts_with(local.app_url()) && page.contains("instance="));
///
/// emulator.advance(jiff::SignedDuration::from_hours(24 * 30)).await?;
/// local.stop().await?;
/// # Ok(())
/// # }
/// ```
pub struct Local {
    addresses: Addresses,
    clock: VirtualClock,
    emulator: Emulator,
    platform: wixapp_emulator::Running,
    side: Arc<Side>,
    snapshot_folder: PathBuf,
    _scratch: Option<tempfile::TempDir>,
}

/// The app's id and secret on the local platform.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Identity {
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
}

/// Where a [`Local`] keeps what, and listens.
pub(crate) struct Place {
    pub(crate) identity: Identity,
    pub(crate) database_url: String,
    /// The platform's state; in memory when `None`.
    pub(crate) platform_file: Option<PathBuf>,
    /// Where snapshots are kept.
    pub(crate) snapshot_folder: PathBuf,
    /// Where mails are kept; nothing is sent.
    pub(crate) mail_folder: PathBuf,
    pub(crate) platform: TcpListener,
    pub(crate) app: TcpListener,
}

/// Where the two servers are.
struct Addresses {
    platform: String,
    app: String,
}

impl Local {
    /// Starts `app` and a platform with three demo sites on free ports, with a new database in a temporary folder.
    ///
    /// The first start on a machine also makes the key of the webhooks, which takes about a tenth of a second; the others read it
    /// from the user's cache folder.
    ///
    /// # Errors
    /// [`Failure`] when the app's configuration, folder or ports cannot be used.
    pub async fn start(app: App) -> Result<Self, Failure> {
        Self::start_with(app, |_| {}).await
    }

    /// As [`start`](Self::start), on a platform whose settings `change` changes: how far reads are behind writes, how many calls it
    /// takes, which events it tells, what it knows of the app. Its addresses, secret, clock and folders stay as they are.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    ///
    /// # Example
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use wixapp::jiff::SignedDuration;
    /// use wixapp::{App, Local};
    ///
    /// let strict = Local::start_with(App::new("Greeter"), |platform| {
    ///     platform.data_lag = Some(SignedDuration::from_secs(5));
    ///     platform.calls_a_minute = Some(50);
    /// });
    /// strict.await?.stop().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start_with(app: App, change: impl FnOnce(&mut EmulatorConfig)) -> Result<Self, Failure> {
        let scratch = tempfile::tempdir()?;
        let place = Place {
            identity: Identity::new(),
            database_url: format!("sqlite:{}", scratch.path().join("app.sqlite3").display()),
            platform_file: None,
            snapshot_folder: scratch.path().join("snapshots"),
            mail_folder: scratch.path().join("mail"),
            platform: TcpListener::bind("127.0.0.1:0").await?,
            app: TcpListener::bind("127.0.0.1:0").await?,
        };
        Ok(Self { _scratch: Some(scratch), ..Box::pin(Self::start_at(app, place, change)).await? })
    }

    pub(crate) async fn start_at(
        app: App,
        place: Place,
        change: impl FnOnce(&mut EmulatorConfig),
    ) -> Result<Self, Failure> {
        let at = |address: SocketAddr| format!("http://{address}");
        let addresses =
            Addresses { platform: at(place.platform.local_addr()?), app: at(place.app.local_addr()?) };
        let clock = VirtualClock::new();
        let emulator = emulator(&app, &place, &addresses, clock.clone(), change)?;
        let config = config(&app.name, &place, &addresses, emulator.public_key_pem())?;
        let side = Box::pin(Side::start(app, config, clock.clone(), place.app)).await?;
        emulator.accompany(&side);
        // The platform comes second, so that the webhooks it still owes find the app.
        let platform = emulator.start(place.platform).map_err(|error| Failure::ours(error.to_string()))?;
        Ok(Self {
            addresses,
            clock,
            emulator,
            platform,
            side,
            snapshot_folder: place.snapshot_folder,
            _scratch: None,
        })
    }

    /// Where the app answers, for example `http://127.0.0.1:4101`.
    #[must_use]
    pub fn app_url(&self) -> &str {
        &self.addresses.app
    }

    /// Where the platform answers, for example `http://127.0.0.1:4100`.
    #[must_use]
    pub fn platform_url(&self) -> &str {
        &self.addresses.platform
    }

    /// The platform: installs, pays, moves the clock, shows deliveries.
    #[must_use]
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// The clock of the platform, the app and its jobs. Move it with [`Emulator::advance`], which also posts the webhooks
    /// that fall due on the way.
    #[must_use]
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// The running app: its database, plans and configuration. Going back to a snapshot starts the app anew; ask again then.
    #[must_use]
    pub fn server(&self) -> Arc<Server> {
        self.side.server()
    }

    /// Where snapshots are: each in a folder of its name, the app's database in it as `app.sqlite3`.
    #[must_use]
    pub fn snapshot_folder(&self) -> &Path {
        &self.snapshot_folder
    }

    /// Stops both, after what is under way is finished or handed back.
    ///
    /// # Errors
    /// [`Failure`] when the platform's last state could not be saved.
    pub async fn stop(self) -> Result<(), Failure> {
        self.side.stop().await;
        self.platform.stop().await.map_err(|error| Failure::ours(error.to_string()))
    }
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local")
            .field("app_url", &self.addresses.app)
            .field("platform_url", &self.addresses.platform)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// A new app with a secret that nobody can guess.
    pub(crate) fn new() -> Self {
        let (mut id, mut secret) = ([0_u8; 16], [0_u8; 32]);
        rand::rng().fill(&mut id);
        rand::rng().fill(&mut secret);
        let id = hex::encode(id);
        let app_id = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-");
        Self { app_id, app_secret: hex::encode(secret) }
    }
}

fn emulator(
    app: &App,
    place: &Place,
    at: &Addresses,
    clock: VirtualClock,
    change: impl FnOnce(&mut EmulatorConfig),
) -> Result<Emulator, Failure> {
    let secret =
        AppSecret::new(&place.identity.app_secret).map_err(|error| Failure::user(error.to_string()))?;
    let app_secret = secret.clone();
    let mut config = app.listing(EmulatorConfig::new(&place.identity.app_id, secret, &at.app, &at.platform));
    change(&mut config);
    let config = EmulatorConfig {
        app_id: place.identity.app_id.clone(),
        app_secret,
        app_url: at.app.clone(),
        public_url: at.platform.clone(),
        data_file: place.platform_file.clone(),
        snapshot_folder: Some(place.snapshot_folder.clone()),
        clock,
        ..config
    };
    Emulator::new(config).map_err(|error| Failure::user(error.to_string()))
}

fn config(name: &str, place: &Place, at: &Addresses, public_key: &str) -> Result<Config, Failure> {
    let name: String =
        name.chars().filter(|sign| !sign.is_control() && !"<>".contains(*sign)).take(60).collect();
    let text = toml::to_string(&serde_json::json!({
        "database": { "url": place.database_url },
        "wix": {
            "app_id": place.identity.app_id,
            "app_secret": place.identity.app_secret,
            "webhook_public_key": public_key,
            "api_url": at.platform,
            "dashboard_url": at.platform,
            "install_url": format!("{}/app-market/{}", at.platform, place.identity.app_id),
            "frame_ancestors": [at.platform, at.platform.replace("127.0.0.1", "localhost")],
        },
        "notices": { "from": format!("{name} <app@localhost>"), "folder": place.mail_folder },
        "server": { "bind": at.app.trim_start_matches("http://"), "drain_s": 5 },
        // A developer who stops the app in mid-job does not want to wait half a minute for its rescue.
        "jobs": { "lease_s": 3 },
        // A test against the local platform asks as fast as it can.
        "limits": { "instance_per_s": 0, "address_per_s": 0 },
    }));
    Ok(Config::from_text(&text.map_err(|error| Failure::ours(error.to_string()))?)?)
}
