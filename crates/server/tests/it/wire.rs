//! The wire between the app and Wix: it passes everything on, counts it, and breaks when a test wants it to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use wixapp_core::clock::{Clock, VirtualClock};

/// What happens to what is sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Behaviour {
    PassOn,
    /// Answered with this status, and never passed on.
    Answer(u16),
    /// Answered with this JSON, and never passed on.
    Say(Value),
    /// Says of each instance that is asked about, as Wix would, how it stands by one of these: which one goes by the number at
    /// the end of its id.
    SayOfEach(Vec<Told>),
    /// Not answered before the behaviour changes.
    Hang,
    /// Passed on at once; the answers about this path are held back until the behaviour changes.
    HoldBack(&'static str),
}

/// What Wix tells of an instance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Free,
    /// What it pays, in the words of Get App Instance.
    Paid(Value),
    /// The app is not on that site.
    Gone,
}

/// One direction of the wire.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) url: String,
    target: Arc<Mutex<String>>,
    behaviour: Arc<watch::Sender<Behaviour>>,
    counts: Arc<Mutex<HashMap<String, usize>>>,
    held_back: Arc<Mutex<HashMap<String, usize>>>,
    /// The clock by which the other end dates what it says.
    clock: Arc<Mutex<Option<VirtualClock>>>,
    client: reqwest::Client,
}

impl Wire {
    /// A wire to nowhere yet.
    pub(crate) async fn lay() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            target: Arc::default(),
            behaviour: Arc::new(watch::Sender::new(Behaviour::PassOn)),
            counts: Arc::default(),
            held_back: Arc::default(),
            clock: Arc::default(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let service = Router::new().fallback(carry).with_state(wire.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        wire
    }

    pub(crate) fn lead_to(&self, url: &str) {
        url.clone_into(&mut self.target.lock().unwrap());
    }

    pub(crate) fn date_by(&self, clock: VirtualClock) {
        *self.clock.lock().unwrap() = Some(clock);
    }

    pub(crate) fn set(&self, behaviour: Behaviour) {
        self.behaviour.send_replace(behaviour);
    }

    /// How often this path was sent to.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.counts.lock().unwrap().get(path).copied().unwrap_or(0)
    }

    /// How many answers about this path were held back.
    pub(crate) fn held_back(&self, path: &str) -> usize {
        self.held_back.lock().unwrap().get(path).copied().unwrap_or(0)
    }
}

async fn carry(
    State(wire): State<Wire>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    *wire.counts.lock().unwrap().entry(uri.path().to_owned()).or_default() += 1;
    let mut behaviour = wire.behaviour.subscribe();
    let behaviour = behaviour.wait_for(|behaviour| *behaviour != Behaviour::Hang).await.unwrap().clone();
    let mut answer = answer(&wire, behaviour, method, &uri, headers, body).await;
    let now = wire.clock.lock().unwrap().as_ref().map(Clock::now);
    if let Some(now) = now.filter(|_| !answer.headers().contains_key(header::DATE)) {
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        answer.headers_mut().insert(header::DATE, date.try_into().unwrap());
    }
    answer
}

async fn answer(
    wire: &Wire,
    behaviour: Behaviour,
    method: Method,
    uri: &Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match behaviour {
        Behaviour::Answer(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Behaviour::Say(value) => axum::Json(value).into_response(),
        Behaviour::SayOfEach(told) => say_of(&headers, &body, &told),
        Behaviour::HoldBack(path) if path == uri.path() => {
            let answer = pass_on(wire, method, uri, headers, body).await;
            *wire.held_back.lock().unwrap().entry(uri.path().to_owned()).or_default() += 1;
            let mut behaviour = wire.behaviour.subscribe();
            behaviour.wait_for(|behaviour| *behaviour != Behaviour::HoldBack(path)).await.unwrap();
            answer
        }
        Behaviour::PassOn | Behaviour::Hang | Behaviour::HoldBack(_) => {
            pass_on(wire, method, uri, headers, body).await
        }
    }
}

/// A token that is the instance's own id, and the instance that the token is of.
fn say_of(headers: &HeaderMap, body: &Bytes, told: &[Told]) -> Response {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let for_token = asked["instance_id"].as_str();
    let id = for_token.unwrap_or_else(|| headers[header::AUTHORIZATION].to_str().unwrap());
    let number = id.rsplit('-').next().and_then(|number| number.parse::<usize>().ok()).unwrap_or(0);
    let told = &told[number % told.len()];
    let site = json!({});
    axum::Json(match told {
        Told::Gone => return StatusCode::NOT_FOUND.into_response(),
        _ if for_token.is_some() => {
            json!({ "access_token": id, "token_type": "Bearer", "expires_in": 14_400 })
        }
        Told::Free => json!({ "instance": { "instanceId": id, "isFree": true }, "site": site }),
        Told::Paid(billing) => {
            json!({ "instance": { "instanceId": id, "isFree": false, "billing": billing }, "site": site })
        }
    })
    .into_response()
}

async fn pass_on(wire: &Wire, method: Method, uri: &Uri, mut headers: HeaderMap, body: Bytes) -> Response {
    for own in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        headers.remove(own);
    }
    let url = format!("{}{uri}", wire.target.lock().unwrap());
    match wire.client.request(method, url).headers(headers).body(body).send().await {
        Ok(response) => {
            let status = response.status();
            let kind = response.headers().get(header::CONTENT_TYPE).cloned();
            let mut answer = (status, response.bytes().await.unwrap()).into_response();
            if let Some(kind) = kind {
                answer.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            answer
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
