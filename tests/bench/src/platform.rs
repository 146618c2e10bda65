//! The local platform by itself, in this process: its start, its memory, its answers in a second, its queries.
//!
//! The platform has one thread for its requests (and those it starts for data), the load has this one.

mod calls;

use std::fs;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wixapp::{App, Local};
use wixapp_core::id::InstanceId;
use wixapp_emulator::{Card, CheckoutOrder, Emulator, EmulatorConfig};
use wixapp_platform::data::{Collection, Conditions as _, Index, Items, Order, Query};
use wixapp_platform::oauth::{InstallCallback, OAuthState, RefreshToken};
use wixapp_platform::{AppSecret, WebhookSigner, WixClient};

use crate::connection::Connection;
use crate::load;
use crate::request::Requests;
use crate::tally::median;

const APP_ID: &str = "bench";
const SECRET: &str = "a secret of sixteen bytes or more";
const STARTS: usize = 15;
const LIVES: usize = 5;
/// The app is the discard port: its webhooks fail at once.
const APP_URL: &str = "http://127.0.0.1:9";
const CONNECTIONS: usize = 16;
const ITEMS_A_SITE: usize = 100;
/// How often a query is asked; the middle one counts.
const ASKED: usize = 21;

/// How much of it.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlatformArgs {
    /// How long each endpoint is loaded.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// How many sites have the app when the memory is read.
    #[arg(long, default_value_t = 100)]
    sites: usize,
    /// How many items the queries look through.
    #[arg(long, default_value_t = 100_000)]
    items: usize,
}

/// What was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// From nothing to the first answer, in this process, with a key that was made before.
    start_ms: f64,
    /// As a test of a user's app has it: the platform, the app and its database.
    local_start_ms: f64,
    /// A yearly plan through its first year into the second, webhooks, retries and cycles of the app included.
    year_ms: f64,
    /// The same through five years.
    five_years_ms: f64,
    idle_mb: f64,
    sites_mb: f64,
    endpoints: Vec<Named>,
    queries: Vec<Named>,
}

/// A figure with what it is of: answers in a second, or milliseconds.
#[derive(Debug, Serialize)]
struct Named {
    what: &'static str,
    value: f64,
}

/// Measures everything.
pub(crate) async fn run(args: &PlatformArgs) -> Result<Figures> {
    let pem = WebhookSigner::generate()?.to_pkcs8_pem()?.to_string();
    let place = Place::open(&pem)?;
    let idle_mb = memory_mb()?;
    let mut instances = vec![place.install_first().await?];
    while instances.len() < args.sites {
        let site = place.emulator.duplicate(&place.emulator.sites()[0].site_id).await?;
        instances.push(site.install.context("a copy of a site has the app")?.instance_id);
    }
    for instance in &instances {
        place.fill(instance, "Notes", ITEMS_A_SITE).await?;
    }
    let sites_mb = memory_mb()?;
    let mut endpoints = place.endpoints(&instances[0], args.seconds).await?;
    let notes = place.client.items(&instances[0], "Notes");
    // A history with something in it.
    let order = CheckoutOrder { product_id: "starter".to_owned(), ..CheckoutOrder::default() };
    let page = place.emulator.open_checkout(&instances[0], order)?;
    place.emulator.pay(&page.token, &Card::paying()).await?;
    endpoints.extend(calls::rates(&place.client, &instances[0], &notes, args.seconds / 4.0).await?);
    let queries = place.queries(&instances[0], args.items).await?;
    // Last: what they leave behind must not count as the platform's memory.
    let start_ms = starts(&pem).await?;
    let local_start_ms = local_starts().await?;
    let year_ms = life("advance 390d\nexpect plan starter\nexpect credits 13200").await?;
    let five_years_ms = life("advance 1825d\nexpect plan starter\nexpect credits 60200").await?;
    Ok(Figures { start_ms, local_start_ms, year_ms, five_years_ms, idle_mb, sites_mb, endpoints, queries })
}

/// The time from nothing to the first answer.
async fn starts(pem: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let place = Place::open(pem)?;
        let request = request("GET", "/_emulator/clock", None, None);
        let status = Connection::open(place.address).await?.exchange(&request).await?.status;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        ensure!(status == 200, "the platform answered {status}");
    }
    median(times).context("there are several starts")
}

/// The time from nothing to a platform with an app and its database.
async fn local_starts() -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let local = Box::pin(Local::start(App::new("Bench"))).await?;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        local.stop().await?;
    }
    median(times).context("there are several starts")
}

/// The time that the steps of a scenario take for an app whose owner bought a yearly plan.
async fn life(steps: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..LIVES {
        let local = Box::pin(Local::start(App::new("Bench"))).await?;
        let play = async |steps: &str| {
            let run = local.emulator().play(&steps.parse()?).await?;
            ensure!(run.failed.is_none(), "{:?}", run.failed);
            Ok(())
        };
        play("install\nbuy starter yearly\nexpect credits 1200").await?;
        let started = Instant::now();
        play(steps).await?;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        local.stop().await?;
    }
    median(times).context("there are several lives")
}

/// A platform on a thread of its own, and the app's client.
struct Place {
    emulator: Emulator,
    address: SocketAddr,
    client: WixClient,
    /// The platform ends when this is dropped.
    _stop: oneshot::Sender<()>,
}

impl Place {
    fn open(pem: &str) -> Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let pem = pem.to_owned();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let address = listener.local_addr()?;
                let emulator = Emulator::new(config(address, pem)?)?;
                let running = emulator.start(listener)?;
                sender.send((emulator, address))?;
                // An error says that the place was dropped, which is what was waited for.
                let _ = stopped.await;
                anyhow::Ok(running.stop().await?)
            })
        });
        let (emulator, address) = receiver.recv().context("the platform did not start")?;
        let client = WixClient::builder().base_url(format!("http://{address}")).app_id(APP_ID);
        let client = client.app_secret(AppSecret::new(SECRET)?).requests_per_minute(u32::MAX).build()?;
        Ok(Self { emulator, address, client, _stop: stop })
    }

    async fn install_first(&self) -> Result<InstanceId> {
        let site = self.emulator.install(&self.emulator.sites()[0].site_id).await?;
        Ok(site.install.context("the app was installed")?.instance_id)
    }

    /// A collection of so many items.
    async fn fill(&self, instance: &InstanceId, collection: &str, count: usize) -> Result<Items<Value>> {
        match self.client.create_collection(instance, &Collection::new(collection)).await {
            // A copy of a site has its collections.
            Err(error) if error.is_conflict() => {}
            made => drop(made?),
        }
        let items: Items<Value> = self.client.items(instance, collection);
        items.truncate().await?;
        let bulk = items.bulk_insert((0..count).map(thing)).await?;
        ensure!(bulk.succeeded() == count, "{} of {count} items were written", bulk.succeeded());
        Ok(items)
    }

    async fn endpoints(&self, instance: &InstanceId, seconds: f64) -> Result<Vec<Named>> {
        let token = self.client.access_token(instance).await?;
        let page = self.emulator.dashboard_token(&self.emulator.sites()[0].site_id)?;
        let with = |method: &str, path: &str, body: Option<&Value>| {
            request(method, path, Some(token.expose()), body)
        };
        let credentials = json!({
            "grant_type": "client_credentials", "client_id": APP_ID, "client_secret": SECRET, "instance_id": instance,
        });
        let refresh = json!({
            "grant_type": "refresh_token", "client_id": APP_ID, "client_secret": SECRET,
            "refresh_token": self.refresh_token().await?.expose(),
        });
        let note = json!({"dataCollectionId": "Notes", "query": {"filter": {"n": {"$gte": 50}}, "paging": {"limit": 20}}});
        let item = json!({"dataCollectionId": "Notes", "dataItem": {"id": "t-1", "data": thing(1)}});
        let plans = [
            ("client-credentials token", request("POST", "/oauth2/token", None, Some(&credentials))),
            ("refresh token → access token", request("POST", "/oauth/access", None, Some(&refresh))),
            ("token-info", request("POST", "/oauth2/token-info", None, Some(&json!({"token": page})))),
            ("app instance", with("GET", "/apps/v1/instance", None)),
            ("checkout", with("POST", "/apps/v1/checkout", Some(&json!({"productId": "starter-plan"})))),
            ("BI event", with("POST", "/apps/v1/bi-event", Some(&json!({"eventName": "APP_UPGRADED"})))),
            ("Wix Data: get", with("GET", "/wix-data/v2/items/t-1?dataCollectionId=Notes", None)),
            ("Wix Data: query, 20 of 100 items", with("POST", "/wix-data/v2/items/query", Some(&note))),
            ("Wix Data: save", with("POST", "/wix-data/v2/items/save", Some(&item))),
        ];
        let mut rates = Vec::new();
        for (what, request) in plans {
            let requests = Arc::new(Requests::repeated(vec![request]));
            let figures = load::run_for(self.address, CONNECTIONS, &requests, seconds).await?;
            ensure!(figures.errors == 0, "{what}: {:?}", figures.first_error);
            rates.push(Named { what, value: figures.per_second });
        }
        Ok(rates)
    }

    /// What the owner's consent gives an app with custom authentication.
    async fn refresh_token(&self) -> Result<RefreshToken> {
        let link = self.emulator.install_link(&self.emulator.sites()[0].site_id)?;
        let token = link.split(['?', '&']).find_map(|pair| pair.strip_prefix("token="));
        let token = token.context("no token in the link")?;
        let state = OAuthState::random();
        let page = self.client.install_url(token, &format!("{APP_URL}/back"), &state)?;
        let (_, form) = page.split_once('?').context("no query in the installer's address")?;
        let consent = format!(
            "POST /installer/install HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            form.len()
        );
        let mut connection = Connection::open(self.address).await?;
        connection.send(consent.as_bytes()).await?;
        let answer = String::from_utf8_lossy(connection.next_chunk().await?).into_owned();
        let query = answer.split_once("/back?").and_then(|(_, rest)| rest.lines().next());
        let callback = InstallCallback::from_query(query.context("the consent leads nowhere")?)?;
        Ok(self.client.complete_install(&callback, &state).await?.refresh_token)
    }

    async fn queries(&self, instance: &InstanceId, count: usize) -> Result<Vec<Named>> {
        let items = self.fill(instance, "Things", count).await?;
        let index = Index::new("byGroup").on("group", Order::Ascending);
        self.client.create_index(instance, "Things", &index).await?;
        type Build = fn(Query<Value>) -> Query<Value>;
        let unindexed: Build = |query| query.eq("other", 77);
        let asked: [(&'static str, Build); 5] = [
            ("equality, with an index", |query| query.eq("group", 77)),
            ("range and order of the indexed field", |query| query.ge("group", 500).descending("group")),
            ("equality, of a field nobody indexed, from then on", unindexed),
            ("by part of a text, which no index helps", |query| query.contains("title", "no 4242")),
            ("order of two fields, all items", |query| query.ascending("group").descending("other")),
        ];
        // The platform makes an index of its own when a field is first asked for, which the median would hide.
        let what = "equality, of a field nobody indexed, the first time";
        let mut times = vec![Named { what, value: ask(unindexed(items.query())).await.context(what)? }];
        for (what, build) in asked {
            let mut runs = Vec::new();
            for _ in 0..ASKED {
                runs.push(ask(build(items.query())).await.context(what)?);
            }
            times.push(Named { what, value: median(runs).context("it was asked")? });
        }
        Ok(times)
    }
}

/// The milliseconds until a page of 50 is there.
async fn ask(query: Query<Value>) -> Result<f64> {
    let started = Instant::now();
    let page = query.limit(50).find().await?;
    let time = started.elapsed();
    ensure!(!page.items.is_empty(), "nothing was found");
    Ok(time.as_secs_f64() * 1_000.0)
}

fn config(address: SocketAddr, pem: String) -> Result<EmulatorConfig> {
    let secret = AppSecret::new(SECRET)?;
    let base = format!("http://{address}");
    let mut config = EmulatorConfig::new(APP_ID, secret, APP_URL, &base);
    config.signer_pem = Some(pem);
    config.calls_a_minute = None;
    Ok(config)
}

/// An item of about 200 bytes.
fn thing(number: usize) -> Value {
    json!({
        "_id": format!("t-{number}"), "n": number, "group": number % 1_000, "other": number % 999,
        "title": format!("A thing with no {number} and a title of usual length"), "tags": ["a", "b"],
    })
}

fn request(method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Vec<u8> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let token = token.map(|token| format!("authorization: {token}\r\n")).unwrap_or_default();
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{token}content-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The resident memory of this process.
fn memory_mb() -> Result<f64> {
    // What was freed a moment ago goes back to the system.
    thread::sleep(Duration::from_millis(200));
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc")?;
    let kilobytes: f64 = line.split_whitespace().next().context("no number in VmRSS")?.parse()?;
    Ok(kilobytes / 1_024.0)
}
