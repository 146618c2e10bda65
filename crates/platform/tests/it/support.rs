//! What the HTTP tests share: a client on a mock server under a clock that stands still.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};
use wixapp_core::clock::{Timestamp, VirtualClock};
use wixapp_core::id::InstanceId;
use wixapp_platform::{AppSecret, Error, WixClient, WixClientBuilder};

pub(crate) const APP_ID: &str = "app-1";
pub(crate) const APP_SECRET: &str = "s3cr3t-of-the-app-0123";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn instance(id: &str) -> InstanceId {
    id.parse().unwrap()
}

/// A mock server, its clock, and a client that tries each call once.
pub(crate) struct Wix {
    pub(crate) server: MockServer,
    pub(crate) clock: VirtualClock,
    pub(crate) client: WixClient,
}

impl Wix {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let clock = VirtualClock::frozen_at(at("2026-01-01T00:00:00Z"));
        let client = client(&server.uri(), &clock).build().unwrap();
        Self { server, clock, client }
    }

    /// Answers token requests with `token-1`, `token-2`, … of four hours.
    pub(crate) async fn grants_tokens(self) -> Self {
        let count = std::sync::atomic::AtomicU32::new(0);
        let answer = move |_: &wiremock::Request| {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
            let body = json!({"access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 14400});
            ResponseTemplate::new(200).set_body_json(body)
        };
        Mock::given(method("POST")).and(path("/oauth2/token")).respond_with(answer).mount(&self.server).await;
        self
    }

    pub(crate) async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&self.server).await;
    }

    /// How many requests arrived at `at`.
    pub(crate) async fn count(&self, at: &str) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().filter(|request| request.url.path() == at).count()
    }

    /// The requests at `at`, in order.
    pub(crate) async fn sent(&self, at: &str) -> Vec<wiremock::Request> {
        let requests = self.server.received_requests().await.unwrap();
        requests.into_iter().filter(|request| request.url.path() == at).collect()
    }

    /// The bodies of the requests at `at` that have one, in order.
    pub(crate) async fn bodies(&self, at: &str) -> Vec<Value> {
        self.sent(at).await.iter().filter_map(|request| request.body_json().ok()).collect()
    }

    /// The `Authorization` headers of the requests at `at`, in order.
    pub(crate) async fn tokens_seen(&self, at: &str) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        let seen = requests.iter().filter(|request| request.url.path() == at);
        seen.map(|request| request.headers["authorization"].to_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn client(base_url: &str, clock: &VirtualClock) -> WixClientBuilder {
    WixClient::builder()
        .base_url(base_url)
        .app_id(APP_ID)
        .app_secret(AppSecret::new(APP_SECRET).unwrap())
        .clock(Arc::new(clock.clone()))
        .timeout(Duration::from_secs(30))
        .attempts(1)
}

/// Everything an error shows of itself, causes included.
pub(crate) fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(" {inner} {inner:?}"));
        cause = inner.source();
    }
    text
}
