//! One HTTP exchange with Wix: bounded, repeated where harmless, read as JSON.

use std::sync::Arc;
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{ACCEPT, AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use wixapp_core::clock::{Clock, Timestamp};

use super::base_url::{BaseUrl, with_query};
use super::breaker::Breaker;
use super::call::{Call, Endpoint};
use super::echo::Echo;
use super::limiter::Limiter;
use super::refusal;
use super::retry::RetryPolicy;
use super::retry_after;
use crate::error::{Error, Kind};
use crate::json;

const ANSWER: &str = "answer of Wix";

/// An error's body is read no further than this.
const MAX_ERROR_LEN: usize = 64 * 1024;

/// For how many callers the mark of their last write is kept.
const ECHOES: usize = 10_000;

/// Who calls, as Wix and as the limiter know them.
pub(crate) struct Caller {
    /// Raw, without "Bearer": that is how Wix's own SDK sends it (wix-protocol §3).
    pub(crate) authorization: HeaderValue,
    /// For whom an API key acts.
    pub(crate) scope: Option<(HeaderName, HeaderValue)>,
    pub(crate) paced_as: String,
}

pub(crate) struct Transport {
    http: reqwest::Client,
    base: BaseUrl,
    retry: RetryPolicy,
    clock: Arc<dyn Clock>,
    limiter: Limiter,
    breaker: Breaker,
    echo: Echo,
}

/// A successful answer.
pub(crate) struct Answer {
    body: Vec<u8>,
    /// When it was given, by Wix's clock.
    pub(crate) at: Option<Timestamp>,
}

impl Answer {
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        json::parse_bytes(&self.body, ANSWER)
    }
}

/// The `Date` header, in whole seconds.
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    DateTimeParser::new().parse_timestamp(text).ok()
}

impl Transport {
    pub(super) fn new(
        http: reqwest::Client,
        base: BaseUrl,
        retry: RetryPolicy,
        clock: Arc<dyn Clock>,
        (limiter, breaker): (Limiter, Breaker),
    ) -> Self {
        Self { http, base, retry, clock, limiter, breaker, echo: Echo::new(ECHOES) }
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Makes a call without credentials.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        self.send(call, None).await?.read()
    }

    /// Makes a call, as often as it is harmless and may help.
    pub(crate) async fn send(&self, call: &Call, caller: Option<&Caller>) -> Result<Answer, Error> {
        let retry = if call.idempotent { self.retry } else { self.retry.once() };
        retry.run(|| self.attempt(call, caller)).await
    }

    async fn attempt(&self, call: &Call, caller: Option<&Caller>) -> Result<Answer, Error> {
        let endpoint = call.endpoint.name;
        if let Some(caller) = caller {
            let paced = |retry_after| Error::new(Kind::Paced { endpoint, retry_after });
            self.limiter.admit(&caller.paced_as).await.map_err(paced)?;
        }
        let open = |retry_after| Error::new(Kind::CircuitOpen { endpoint, retry_after });
        let pass = self.breaker.enter(call.endpoint.area()).map_err(open)?;
        let outcome = self.exchange(call, caller).await;
        pass.record(!matches!(&outcome, Err(error) if error.is_timeout() || error.is_unavailable()));
        outcome
    }

    async fn exchange(&self, call: &Call, caller: Option<&Caller>) -> Result<Answer, Error> {
        let endpoint = call.endpoint;
        let response = self
            .request(call, caller)
            .send()
            .await
            .map_err(|error| Error::transport(endpoint.name, error))?;
        let status = response.status();
        if let Some(caller) = caller {
            self.echo.note(&caller.paced_as, response.headers());
        }
        tracing::debug!(endpoint = endpoint.name, status = status.as_u16(), "Wix answered");
        if status.is_success() {
            let at = date(response.headers());
            let body = read(response, endpoint, endpoint.max_answer).await?;
            return Ok(Answer { body, at });
        }
        let retry_after = self.retry_after(response.headers());
        // The answer's status says enough; a body that cannot be read takes nothing away from it.
        let body = read(response, endpoint, MAX_ERROR_LEN).await.ok();
        let answer = body.map(|body| refusal::parse(&body)).unwrap_or_default();
        let (endpoint, status) = (endpoint.name, status.as_u16());
        Err(Error::new(Kind::Status { endpoint, status, answer, retry_after }))
    }

    fn request(&self, call: &Call, caller: Option<&Caller>) -> RequestBuilder {
        let url = self.url(call);
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(caller) = caller {
            request = request.header(AUTHORIZATION, caller.authorization.clone());
            if let Some((name, value)) = &caller.scope {
                request = request.header(name, value);
            }
            if let Some((name, value)) = self.echo.header(&caller.paced_as) {
                request = request.header(name, value);
            }
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        request
    }

    /// Where a call goes.
    pub(crate) fn url(&self, call: &Call) -> String {
        let mut url = self.base.endpoint(call.endpoint.path) + &call.tail;
        if !call.query.is_empty() {
            url = with_query(&url, &call.query);
        }
        url
    }

    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        retry_after::parse(headers.get(RETRY_AFTER)?.to_str().ok()?, self.clock.now())
    }
}

/// The whole body, given up as soon as it is known to be too large.
async fn read(mut response: Response, endpoint: &'static Endpoint, limit: usize) -> Result<Vec<u8>, Error> {
    let too_large = || Error::new(Kind::TooLarge { what: ANSWER, limit });
    if response.content_length().is_some_and(|len| len > limit as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Error::transport(endpoint.name, error))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
