//! One exchange with Stripe: bounded, repeated where the same request may be sent again, read as JSON.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Response, Url};
use serde_json::Value;

use super::API_VERSION;
use super::form::Form;
use crate::error::{Error, Kind, Retry};
use crate::read;
use crate::secret::ApiKey;

/// The largest answer that is read.
const MAX_ANSWER_LEN: usize = 1024 * 1024;
const ANSWER: &str = "answer of Stripe";
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// When Stripe asks for a longer pause than this, its error is returned at once instead.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Transport {
    http: reqwest::Client,
    base: Url,
    key: ApiKey,
    attempts: u32,
}

impl Transport {
    pub(super) fn new(http: reqwest::Client, base: Url, key: ApiKey, attempts: u32) -> Self {
        Self { http, base, key, attempts }
    }

    /// Asks for something. `name` is the endpoint without its ids, for errors and logs.
    pub(super) async fn get(&self, name: &'static str, path: &str, query: &Form) -> Result<Value, Error> {
        let url = self.url(path, query);
        self.run(name, || self.http.get(url.clone())).await
    }

    /// Makes or changes something, once under `key` however often it is sent.
    pub(super) async fn post(
        &self,
        name: &'static str,
        path: &str,
        key: &str,
        form: &Form,
    ) -> Result<Value, Error> {
        let (url, body) = (self.url(path, &Form::default()), form.encode());
        self.run(name, || {
            self.http
                .post(url.clone())
                .header("idempotency-key", key)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone())
        })
        .await
    }

    fn url(&self, path: &str, query: &Form) -> String {
        let (base, query) = (self.base.as_str().trim_end_matches('/'), query.encode());
        if query.is_empty() { format!("{base}{path}") } else { format!("{base}{path}?{query}") }
    }

    async fn run(
        &self,
        name: &'static str,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<Value, Error> {
        let mut failures = 0;
        loop {
            let error = match self.exchange(name, request()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let asked = error.retry_after().unwrap_or_default();
            if failures >= self.attempts || !error.may_be_repeated() || asked > LONGEST_PAUSE {
                return Err(error);
            }
            // Between a half and the whole, so that many clients hit by one outage do not return in step.
            let backoff = FIRST_PAUSE.saturating_mul(1 << (failures - 1).min(5));
            let pause = asked.saturating_add(backoff.mul_f64(rand::random_range(0.5..=1.0)));
            tracing::debug!(%error, failures, pause_ms = pause.as_millis(), "a call to Stripe failed and is tried again");
            tokio::time::sleep(pause).await;
        }
    }

    async fn exchange(&self, name: &'static str, request: reqwest::RequestBuilder) -> Result<Value, Error> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.key.expose()))
            .expect("a key is made of printable characters: checked when it was taken");
        bearer.set_sensitive(true);
        let request = request.header(AUTHORIZATION, bearer).header("stripe-version", API_VERSION);
        let response = request.send().await.map_err(|error| Error::transport(name, error))?;
        let status = response.status();
        if status.is_success() {
            return read::object(&body(response, name).await?, ANSWER);
        }
        let retry = retry(response.headers());
        let answer = body(response, name).await.ok().and_then(|body| read::object(&body, ANSWER).ok());
        let code = answer.as_ref().and_then(error_code);
        Err(Error::new(Kind::Status { endpoint: name, status: status.as_u16(), code, retry }))
    }
}

fn retry(headers: &HeaderMap) -> Retry {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let should = match text("stripe-should-retry") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    let after = text(RETRY_AFTER.as_str()).and_then(|text| text.parse().ok()).map(Duration::from_secs);
    Retry { should, after }
}

/// Stripe's own code. Only small letters and `_`: an answer that echoes a secret cannot get it into a log by this way.
fn error_code(answer: &Value) -> Option<String> {
    let code = read::text(answer, "/error/code").or_else(|| read::text(answer, "/error/type"))?;
    let harmless = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    (code.len() <= 64 && code.bytes().all(harmless)).then(|| code.to_owned())
}

/// The whole body, given up as soon as it is known to be too large.
async fn body(mut response: Response, name: &'static str) -> Result<Vec<u8>, Error> {
    let too_large = || Error::new(Kind::TooLarge { what: ANSWER, limit: MAX_ANSWER_LEN });
    if response.content_length().is_some_and(|length| length > MAX_ANSWER_LEN as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Error::transport(name, error))? {
        if body.len() + chunk.len() > MAX_ANSWER_LEN {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
