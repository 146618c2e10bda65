//! One HTTP exchange with Wix: bounded, repeated where harmless, read as JSON.

use std::sync::Arc;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use wixapp_core::clock::Clock;

use super::base_url::BaseUrl;
use super::retry::RetryPolicy;
use super::retry_after;
use crate::error::{Error, Kind};
use crate::json;
use crate::oauth::AccessToken;

/// The largest answer that is read.
const MAX_ANSWER_LEN: usize = 1024 * 1024;

const ANSWER: &str = "answer of Wix";

/// One operation of Wix's API.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Method and path, for errors and logs.
    pub(crate) name: &'static str,
    /// Whether doing it twice is the same as doing it once.
    pub(crate) idempotent: bool,
}

pub(crate) struct Transport {
    http: reqwest::Client,
    base: BaseUrl,
    retry: RetryPolicy,
    clock: Arc<dyn Clock>,
}

impl Transport {
    pub(super) fn new(
        http: reqwest::Client,
        base: BaseUrl,
        retry: RetryPolicy,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { http, base, retry, clock }
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Calls `endpoint` and reads the answer as `T`.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        endpoint: &'static Endpoint,
        token: Option<&AccessToken>,
        body: Option<&Value>,
    ) -> Result<T, Error> {
        let retry = if endpoint.idempotent { self.retry } else { self.retry.once() };
        let answer = retry.run(|| self.exchange(endpoint, token, body)).await?;
        json::parse_bytes(&answer, ANSWER)
    }

    async fn exchange(
        &self,
        endpoint: &'static Endpoint,
        token: Option<&AccessToken>,
        body: Option<&Value>,
    ) -> Result<Vec<u8>, Error> {
        let response = self
            .request(endpoint, token, body)
            .send()
            .await
            .map_err(|error| Error::transport(endpoint.name, error))?;
        if response.status().is_success() {
            return read(response, endpoint).await;
        }
        let (status, retry_after) = (response.status(), self.retry_after(response.headers()));
        // The answer's status says enough; a body that cannot be read takes nothing away from it.
        let code = read(response, endpoint).await.ok().and_then(|body| error_code(&body));
        Err(status_error(endpoint, status, code, retry_after))
    }

    fn request(
        &self,
        endpoint: &Endpoint,
        token: Option<&AccessToken>,
        body: Option<&Value>,
    ) -> RequestBuilder {
        let url = self.base.endpoint(endpoint.path);
        let mut request = self
            .http
            .request(endpoint.method.clone(), url)
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = token {
            // Raw, without "Bearer": that is how Wix's own SDK sends it (wix-protocol §3).
            request = request.header(AUTHORIZATION, token.header());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request
    }

    fn retry_after(&self, headers: &HeaderMap) -> Option<std::time::Duration> {
        retry_after::parse(headers.get(RETRY_AFTER)?.to_str().ok()?, self.clock.now())
    }
}

/// The whole body, given up as soon as it is known to be too large.
async fn read(mut response: Response, endpoint: &'static Endpoint) -> Result<Vec<u8>, Error> {
    let too_large = || Error::new(Kind::TooLarge { what: ANSWER, limit: MAX_ANSWER_LEN });
    if response.content_length().is_some_and(|len| len > MAX_ANSWER_LEN as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Error::transport(endpoint.name, error))? {
        if body.len() + chunk.len() > MAX_ANSWER_LEN {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn status_error(
    endpoint: &'static Endpoint,
    status: StatusCode,
    code: Option<String>,
    retry_after: Option<std::time::Duration>,
) -> Error {
    Error::new(Kind::Status { endpoint: endpoint.name, status: status.as_u16(), code, retry_after })
}

/// Wix's own code in an error's body. Only capitals, digits and `_`: a body that echoes a token cannot get it into a
/// log by this way.
fn error_code(body: &[u8]) -> Option<String> {
    let body: Value = json::parse_bytes(body, ANSWER).ok()?;
    let code = body.pointer("/details/applicationError/code")?.as_str()?;
    let harmless = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    ((1..=48).contains(&code.len()) && code.bytes().all(harmless)).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(r#"{"details":{"applicationError":{"code":"WDE0025"}}}"#, Some("WDE0025"))]
    #[case(r#"{"details":{"applicationError":{"code":"eyJhbGciOi"}}}"#, None)]
    #[case(r#"{"details":{"applicationError":{"code":""}}}"#, None)]
    #[case(r#"{"details":{"applicationError":{"code":7}}}"#, None)]
    #[case(r#"{"message":"no"}"#, None)]
    #[case("<html>", None)]
    fn only_harmless_codes_are_taken_from_an_error(#[case] body: &str, #[case] code: Option<&str>) {
        assert_eq!(error_code(body.as_bytes()).as_deref(), code);
    }
}
