//! A platform on a free port, an app that receives its webhooks, and a browser's and an app's way to call it.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wixapp_core::clock::{Clock, VirtualClock};
use wixapp_core::id::InstanceId;
use wixapp_emulator::view::Checkout;
use wixapp_emulator::{Card, CheckoutOrder, Emulator, EmulatorConfig, Running};
use wixapp_platform::{AppSecret, WebhookEvent, WebhookSigner, WebhookVerifier};

pub(crate) const APP_ID: &str = "0b1f6c2d-5e3a-4f7b-8c9d-1a2b3c4d5e6f";
pub(crate) const SECRET: &str = "d245bbf8-57eb-49d6-aeff-beff6d82cd39";
pub(crate) const START: &str = "2027-01-31T08:00:00Z";

/// One key for all tests: making one takes longer than most of them. Test runners start a process for each test, so it is
/// kept in the build's own folder for temporary files.
pub(crate) fn signer_pem() -> String {
    static PEM: OnceLock<String> = OnceLock::new();
    let load_or_make = || {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emulator-test-signer.pem");
        if let Ok(pem) = std::fs::read_to_string(&kept) {
            return pem;
        }
        let pem = WebhookSigner::generate().unwrap().to_pkcs8_pem().unwrap().to_string();
        let draft = kept.with_extension(std::process::id().to_string());
        std::fs::write(&draft, &pem).unwrap();
        std::fs::rename(&draft, &kept).unwrap();
        pem
    };
    PEM.get_or_init(load_or_make).clone()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// How the app answers a webhook.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Status(u16),
    Redirect,
    Hang,
    EndlessBody,
}

/// What the app got.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) at: Timestamp,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// The receiving end of webhooks: answers 200 unless told otherwise.
#[derive(Clone)]
pub(crate) struct App {
    clock: VirtualClock,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    standing: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
    told: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
}

impl App {
    async fn start(clock: VirtualClock) -> (Self, String) {
        let standing = Arc::new(Mutex::new(Answer::Status(200)));
        let app = Self {
            clock,
            arrivals: Arc::default(),
            answers: Arc::default(),
            standing,
            asked: Arc::default(),
            told: Arc::default(),
        };
        let routes = Router::new()
            .route("/api/v1/wix/webhook", post(receive))
            .route("/plugin/v1/{question}", post(provide))
            .with_state(app.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (app, url)
    }

    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.lock().unwrap().clone()
    }

    /// Answers the next webhooks in this way, one after another.
    pub(crate) fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Answers a question of the platform about custom charges in this way from now on.
    pub(crate) fn provide(&self, question: &str, status: u16, body: &Value) {
        self.told.lock().unwrap().insert(question.to_owned(), (status, body.to_string()));
    }

    /// The questions that came, with the signed text of each.
    pub(crate) fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().unwrap().clone()
    }

    /// Answers every later webhook in this way.
    pub(crate) fn answer_always(&self, answer: Answer) {
        *self.standing.lock().unwrap() = answer;
    }
}

async fn receive(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    app.arrivals.lock().unwrap().push(Arrival { at: app.clock.now(), headers, body });
    let next = app.answers.lock().unwrap().pop_front();
    let answer = next.unwrap_or(*app.standing.lock().unwrap());
    match answer {
        Answer::Status(status) => (StatusCode::from_u16(status).unwrap(), "seen").into_response(),
        Answer::Redirect => (StatusCode::FOUND, [(header::LOCATION, "/api/v1/wix/webhook")]).into_response(),
        Answer::Hang => std::future::pending().await,
        Answer::EndlessBody => {
            let part = axum::body::Bytes::from_static(&[b'x'; 1024]);
            let parts = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(part.clone()));
            axum::body::Body::from_stream(parts).into_response()
        }
    }
}

async fn provide(State(app): State<App>, Segment(question): Segment<String>, body: String) -> Response {
    app.asked.lock().unwrap().push((question.clone(), body));
    let told = app.told.lock().unwrap().get(&question).cloned();
    let (status, body) = told.unwrap_or((200, "{}".to_owned()));
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// An answer of the platform: status and JSON (null when it was none).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) json: Value,
}

impl Reply {
    /// The stable code of an error, in either form.
    pub(crate) fn code(&self) -> &str {
        let wix = &self.json["details"]["applicationError"]["code"];
        self.json["error"].as_str().or(wix.as_str()).unwrap_or_default()
    }
}

/// The platform, the app, and one client.
pub(crate) struct Stage {
    pub(crate) emulator: Emulator,
    pub(crate) app: App,
    pub(crate) app_url: String,
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    running: Option<Running>,
}

impl Stage {
    /// A fresh platform in memory whose clock stands at [`START`].
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A platform that keeps its state in `file`.
    pub(crate) async fn on_file(file: &Path, clock: VirtualClock) -> Self {
        Self::with(|config| {
            config.data_file = Some(file.to_owned());
            config.clock = clock;
        })
        .await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut EmulatorConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut config =
            EmulatorConfig::new(APP_ID, AppSecret::new(SECRET).unwrap(), "http://127.0.0.1:9", &base);
        config.clock = VirtualClock::frozen_at(at(START));
        config.signer_pem = Some(signer_pem());
        config.seed = Some(7);
        change(&mut config);
        let (app, app_url) = App::start(config.clock.clone()).await;
        config.app_url.clone_from(&app_url);
        config.webhook_url = format!("{app_url}/api/v1/wix/webhook");
        if config.pricing_url == "http://127.0.0.1:9/plans" {
            config.pricing_url = format!("{app_url}/plans");
        }
        if let Some(path) = &mut config.custom_charges_url {
            *path = format!("{app_url}/{path}");
        }
        let emulator = Emulator::new(config).unwrap();
        let running = Some(emulator.start(listener).unwrap());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { emulator, app, app_url, base, http: http.build().unwrap(), running }
    }

    /// Stops it cleanly, as Ctrl-C does.
    pub(crate) async fn stop(mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.emulator.clock().now()
    }

    pub(crate) fn site_id(&self) -> String {
        self.emulator.sites()[0].site_id.clone()
    }

    /// Installs the app on the first site.
    pub(crate) async fn install(&self) -> InstanceId {
        self.emulator.install(&self.site_id()).await.unwrap().install.unwrap().instance_id
    }

    pub(crate) fn order(&self, instance: &InstanceId, product: &str, cycle: &str) -> Checkout {
        let order = CheckoutOrder {
            product_id: product.to_owned(),
            billing_cycle: Some(cycle.to_owned().into()),
            ..CheckoutOrder::default()
        };
        self.emulator.open_checkout(instance, order).unwrap()
    }

    /// Buys a plan with the card that pays.
    pub(crate) async fn buy(&self, instance: &InstanceId, product: &str, cycle: &str) {
        let checkout = self.order(instance, product, cycle);
        self.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// As the platform's page asks.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        reply(self.request(Method::GET, path)).await
    }

    /// As the platform's page writes.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        reply(self.request(Method::POST, path).header("x-emulator", "1").json(body)).await
    }

    /// A client-credentials token for an instance.
    pub(crate) async fn token(&self, instance: &InstanceId) -> String {
        let reply = self.post("/oauth2/token", &credentials(instance.as_str())).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json["access_token"].as_str().unwrap().to_owned()
    }

    /// A call of the app with a token.
    pub(crate) async fn call(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let request = self.request(method, path).header("authorization", token);
        reply(if let Some(body) = body { request.json(body) } else { request }).await
    }

    /// Get App Instance, as the app asks.
    pub(crate) async fn app_instance(&self, instance: &InstanceId) -> Value {
        let token = self.token(instance).await;
        let reply =
            reply(self.request(Method::GET, "/apps/v1/instance").header("authorization", token)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json
    }

    /// The webhooks the app got, verified with the platform's public key.
    pub(crate) fn events(&self) -> Vec<WebhookEvent> {
        let verifier = WebhookVerifier::from_pems(&[self.emulator.public_key_pem()]).unwrap();
        let verify = |arrival: &Arrival| verifier.verify(arrival.body.as_bytes(), arrival.at).unwrap();
        self.app.arrivals().iter().map(verify).collect()
    }

    pub(crate) fn event_types(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.event_type).collect()
    }

    /// The innermost layer of the last webhook.
    pub(crate) fn last_payload(&self) -> Value {
        serde_json::from_str(&self.events().last().unwrap().payload_text).unwrap()
    }
}

/// A refusal is a sentence without the words of the libraries a request is read with.
#[track_caller]
fn assert_for_people(message: &str) {
    let jargon = [
        "invalid type",
        "invalid value",
        "invalid digit",
        "invalid length",
        ", expected",
        "i64",
        "u32",
        "struct ",
        "variant",
        " column ",
        "eserialize",
        "target type",
        "missing field",
        "unknown field",
        "recursion",
        "EOF",
    ];
    assert_eq!(jargon.iter().find(|word| message.contains(*word)), None, "{message}");
    assert!(message.len() > 10 && message.ends_with(['.', '?']), "{message}");
    assert!(!message.contains("..") && !message.contains(".;"), "{message}");
}

pub(crate) async fn reply(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let json = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
    if status >= 400 && json["message"].is_string() {
        assert_for_people(json["message"].as_str().unwrap());
    }
    Reply { status, json }
}

pub(crate) fn credentials(instance: &str) -> Value {
    json!({
        "grant_type": "client_credentials", "client_id": APP_ID, "client_secret": SECRET, "instance_id": instance,
    })
}
