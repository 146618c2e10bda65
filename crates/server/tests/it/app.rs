//! [`TestApp`]: the app, the local platform and their clock, put together as `dev` does it.

mod request;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::SignedDuration;
use serde_json::json;
use tokio::net::TcpListener;
use wixapp_core::clock::{Clock, Timestamp, VirtualClock};
use wixapp_core::{ErrorCode, InstanceId};
use wixapp_emulator::{Emulator, EmulatorConfig};
use wixapp_jobs::{Registry, State};
use wixapp_place::Place;
use wixapp_platform::{AppSecret, InstanceClaims, WebhookSigner, instance_token};
use wixapp_server::serve::{self, Parts, Roles, Running, StartError};
use wixapp_server::{App, Config};

use crate::answer::Answer;
use crate::sample::{self, Gate, Sum, Work};
use crate::wire::Wire;

pub(crate) const APP_ID: &str = "0b1f6c2d-5e3a-4f7b-8c9d-1a2b3c4d5e6f";
pub(crate) const SECRET: &str = "d245bbf8-57eb-49d6-aeff-beff6d82cd39";
pub(crate) const PREVIOUS_SECRET: &str = "11111111-57eb-49d6-aeff-beff6d82cd39";
pub(crate) const START: &str = "2027-03-01T10:00:00Z";

/// What happened on the way and is checked at the end.
#[derive(Default)]
struct Notes {
    broken: BTreeSet<String>,
    expected: BTreeSet<u16>,
}

pub(crate) struct TestApp {
    pub(crate) clock: VirtualClock,
    pub(crate) emulator: Emulator,
    /// From the app to Wix.
    pub(crate) to_wix: Wire,
    /// From Wix to the app.
    pub(crate) to_app: Wire,
    pub(crate) gate: Gate,
    pub(crate) http: reqwest::Client,
    pub(crate) place: Place,
    pub(crate) base: String,
    config: Config,
    plans: tempfile::TempDir,
    running: Option<Running>,
    platform: Option<wixapp_emulator::Running>,
    notes: Arc<Mutex<Notes>>,
    finished: bool,
}

/// The app on one site.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) site_id: String,
    pub(crate) instance_id: InstanceId,
    /// The owner's token.
    pub(crate) token: String,
}

impl TestApp {
    /// On SQLite.
    pub(crate) async fn start() -> Self {
        Self::with(Place::sqlite(), |_| {}).await
    }

    pub(crate) async fn on_postgres() -> Self {
        Self::with(Place::postgres().await, |_| {}).await
    }

    pub(crate) async fn with(place: Place, change: impl FnOnce(&mut Config)) -> Self {
        Self::on_clock(VirtualClock::frozen_at(at(START)), place, change).await
    }

    pub(crate) async fn on_clock(
        clock: VirtualClock,
        place: Place,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let (to_wix, to_app) = (Wire::lay().await, Wire::lay().await);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        to_wix.lead_to(&format!("http://{}", listener.local_addr().unwrap()));
        to_wix.date_by(clock.clone());
        let secret = AppSecret::new(SECRET).unwrap();
        let emulator = Emulator::new(EmulatorConfig {
            clock: clock.clone(),
            signer_pem: Some(signer_pem()),
            seed: Some(7),
            catalog: sample::catalog(),
            ..EmulatorConfig::new(APP_ID, secret, &to_app.url, &to_wix.url)
        })
        .unwrap();
        let mut config = config(&place.url(), &to_wix.url, emulator.public_key_pem());
        change(&mut config);
        let platform = Some(emulator.start(listener).unwrap());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let mut app = Self {
            clock,
            emulator,
            to_wix,
            to_app,
            gate: Gate::closed(),
            http: http.build().unwrap(),
            place,
            base: String::new(),
            config,
            plans: tempfile::tempdir().unwrap(),
            running: None,
            platform,
            notes: Arc::default(),
            finished: false,
        };
        app.start_server().await;
        app
    }

    /// Starts the server, again on the same database after [`TestApp::stop_server`].
    pub(crate) async fn start_server(&mut self) {
        self.start_with(Roles { api: true, worker: true }).await;
    }

    pub(crate) async fn start_with(&mut self, roles: Roles) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.base = format!("http://{}", listener.local_addr().unwrap());
        self.to_app.lead_to(&self.base);
        self.running = Some(self.serve(roles, listener).await);
    }

    async fn serve(&self, roles: Roles, listener: TcpListener) -> Running {
        self.try_serve(roles, listener).await.unwrap()
    }

    /// Why a server does not start with the configuration as it is.
    pub(crate) async fn not_served(&self) -> StartError {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.try_serve(Roles { api: true, worker: true }, listener).await.err().expect("it is refused")
    }

    async fn try_serve(&self, roles: Roles, listener: TcpListener) -> Result<Running, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let opened = serve::open(self.config.clone(), sample::catalog(), clock).await.unwrap();
        let to_wake = Arc::downgrade(&opened);
        self.clock.subscribe(move |_| {
            if let Some(app) = to_wake.upgrade() {
                app.wake_workers();
            }
        });
        let parts = Parts {
            name: "Sample".to_owned(),
            routes: sample::routes(&self.gate),
            jobs: Registry::new().register::<Work>().register::<Sum>(),
            state: Arc::new(State::new().with(self.gate.clone())),
            catalog: sample::catalog(),
        };
        serve::start(opened, parts, roles, listener)
    }

    /// The next server has these plans: what `change` makes of the text of the standard ones.
    pub(crate) fn use_plans(&mut self, change: impl FnOnce(String) -> String) {
        let file = self.plans.path().join("plans.toml");
        std::fs::write(&file, change(sample::plans())).unwrap();
        self.config.plans.catalog = Some(file.display().to_string());
    }

    /// What the next server is started with.
    pub(crate) fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// The next server finds this database in place of the one that is there now.
    pub(crate) fn restore(&mut self, backup: Place) {
        assert!(self.running.is_none(), "a server runs on the database");
        self.config.database.url = backup.url();
        self.place = backup;
    }

    /// A second server on the same database, which does what `roles` says.
    pub(crate) async fn another_server(&self, roles: Roles) -> Running {
        self.serve(roles, TcpListener::bind("127.0.0.1:0").await.unwrap()).await
    }

    /// The right to answer under a key, as a request has it that is being answered.
    pub(crate) async fn in_flight(&self, site: &Site, key: &str) -> wixapp_server::in_flight::Turn {
        self.app().in_flight.turn(&site.instance_id, key).await.unwrap()
    }

    pub(crate) async fn stop_server(&mut self) {
        self.take_server().stop().await;
    }

    /// The running server, for stopping it in a way of one's own.
    pub(crate) fn take_server(&mut self) -> Running {
        self.running.take().expect("the server runs")
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        self.running.as_ref().expect("the server runs").app()
    }

    /// Ends the test: nothing may be left over, no book may be out of order, and no answer may have been a 5xx that the
    /// test did not expect.
    pub(crate) async fn finish(mut self) {
        self.finished = true;
        if self.running.is_none() {
            self.start_server().await;
        }
        self.settled().await;
        let jobs = "SELECT count(*) FROM jobs WHERE state NOT IN ('completed', 'discarded', 'cancelled')";
        assert_eq!(self.place.number(jobs).await, 0, "jobs are left over");
        let held = "SELECT count(*) FROM holds h JOIN jobs j ON j.hold_id = h.hold_id WHERE h.state = 'open'";
        assert_eq!(self.place.number(held).await, 0, "credits of ended jobs are still put aside");
        for instance_id in self.app().store.list_instances(None, i64::MAX).await.unwrap() {
            let flaw = self.app().store.verify_ledger(&instance_id).await.unwrap();
            assert_eq!(flaw.map(|flaw| format!("{instance_id}: {flaw:?}")), None);
        }
        assert_eq!(self.notes.lock().unwrap().broken, BTreeSet::new(), "answers that broke down");
        self.stop_server().await;
        self.platform.take().unwrap().stop().await.unwrap();
    }

    /// Until every fact was looked at.
    pub(crate) async fn settled(&self) {
        self.until("all facts looked at", async || {
            (self.app().store.count_waiting().await.unwrap().0 == 0).then_some(())
        })
        .await;
    }

    /// Says that answers with this status are what the test is about.
    pub(crate) fn expect_status(&self, status: u16) {
        self.notes.lock().unwrap().expected.insert(status);
    }

    // What the owner and Wix do.

    /// Installs the app on the first site that does not have it, and waits for its free credits.
    pub(crate) async fn install(&self) -> Site {
        let sites = self.emulator.sites();
        let free = sites.iter().find(|site| site.install.is_none()).expect("a site without the app");
        let installed = self.emulator.install(&free.site_id).await.unwrap();
        let instance_id = installed.install.unwrap().instance_id;
        let site = self.site(&free.site_id, &instance_id);
        self.until_available(&site.token, 200).await;
        site
    }

    /// The site with a token that is fresh now.
    pub(crate) fn site(&self, site_id: &str, instance_id: &InstanceId) -> Site {
        let token =
            instance_token::sign(&self.claims(site_id, instance_id), &AppSecret::new(SECRET).unwrap());
        Site { site_id: site_id.to_owned(), instance_id: instance_id.clone(), token }
    }

    /// The site with a token that is fresh now.
    pub(crate) fn fresh(&self, site: &Site) -> Site {
        self.site(&site.site_id, &site.instance_id)
    }

    /// What the token of a site's owner says.
    pub(crate) fn claims(&self, site_id: &str, instance_id: &InstanceId) -> InstanceClaims {
        InstanceClaims {
            uid: Some("owner-1".to_owned()),
            meta_site_id: Some(site_id.to_owned()),
            locale: Some("en".to_owned()),
            ..InstanceClaims::owner(instance_id.clone(), self.clock.now())
        }
    }

    pub(crate) async fn advance(&self, by: SignedDuration) {
        self.emulator.advance(by).await.unwrap();
    }

    /// Opens a checkout for the plan through the app; gives our id and Wix's token of it.
    pub(crate) async fn checkout(&self, site: &Site, plan: &str) -> (String, String) {
        let body = json!({ "planId": plan, "billingCycle": "MONTHLY" });
        let opened = self.post(&site.token, "/api/v1/wix/billing/checkout-url", None, &body).await;
        let url = opened.data()["checkoutUrl"].as_str().unwrap();
        let (_, token) = url.rsplit_once('/').unwrap();
        (opened.data()["checkoutId"].as_str().unwrap().to_owned(), token.to_owned())
    }

    /// Tries to open a checkout, however that ends.
    pub(crate) async fn checkout_refused(&self, site: &Site) {
        let body = json!({ "planId": "scale", "billingCycle": "MONTHLY", "couponCode": "planted-7" });
        self.post(&site.token, "/api/v1/wix/billing/checkout-url", None, &body).await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !self.finished && !std::thread::panicking() {
            panic!("the test did not call `finish`, so nobody looked for what it left over");
        }
    }
}

/// The platform is where the wire to it begins: it names itself so.
fn config(database: &str, platform: &str, public_key: &str) -> Config {
    let config = json!({
        "database": { "url": database },
        "wix": {
            "app_id": APP_ID,
            "app_secret": SECRET,
            "app_secret_previous": PREVIOUS_SECRET,
            "webhook_public_key": public_key,
            "api_url": platform,
            "dashboard_url": platform,
            "frame_ancestors": [platform],
            "questions_per_s": 1_000_000,
        },
        "server": { "drain_s": 5 },
        // Tables over all that is wrong ask faster than anybody may; a test of its own is about the limits.
        "limits": { "instance_per_s": 0, "address_per_s": 0 },
    });
    Config::from_text(&toml::to_string(&config).unwrap()).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

pub(crate) fn days(days: i64) -> SignedDuration {
    hours(24 * days)
}

/// Runs all of them at the same time.
pub(crate) async fn together<T>(all: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(all).await
}

/// How many of the answers have this status.
pub(crate) fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// How many of the answers are refused with this code.
pub(crate) fn count_refused(answers: &[Answer], code: ErrorCode) -> usize {
    answers.iter().filter(|answer| answer.code() == code.as_str()).count()
}

/// The platform's own key.
pub(crate) fn signer() -> WebhookSigner {
    WebhookSigner::from_pkcs8_pem(&signer_pem()).unwrap()
}

/// One key for all tests: making one takes longer than most of them. Test runners start a process for each test, so it is
/// kept in the build's own folder for temporary files.
fn signer_pem() -> String {
    static PEM: OnceLock<String> = OnceLock::new();
    let load_or_make = || {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("server-test-signer.pem");
        if let Ok(pem) = std::fs::read_to_string(&kept) {
            return pem;
        }
        let pem = WebhookSigner::generate().unwrap().to_pkcs8_pem().unwrap().to_string();
        let draft = kept.with_extension(std::process::id().to_string());
        std::fs::write(&draft, &pem).unwrap();
        // Whoever was first wins: all must take the same key.
        let _ = std::fs::hard_link(&draft, &kept);
        std::fs::remove_file(&draft).unwrap();
        std::fs::read_to_string(&kept).unwrap()
    };
    PEM.get_or_init(load_or_make).clone()
}
