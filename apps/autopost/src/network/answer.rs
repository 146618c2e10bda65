//! What a network's API answers, and what it means.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;
use wixapp::server::outside::{Outside, ReadError, read};

use super::NetworkError;

/// The longest answer that is read, in bytes: five hundred posts of a history.
const LIMIT: usize = 4 * 1024 * 1024;

/// What a network answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    retry_after: Option<Duration>,
}

/// A request to this address of a network, if it may be asked.
pub(super) fn request(
    outside: &Outside,
    method: reqwest::Method,
    address: &str,
) -> Result<RequestBuilder, NetworkError> {
    let url = outside.check(address).map_err(|refused| NetworkError::refused(refused.to_string()))?;
    Ok(outside.client().request(method, url))
}

impl Answer {
    /// Sends a request, and reads what the network says.
    pub(super) async fn to(request: RequestBuilder) -> Result<Self, NetworkError> {
        let passing = |error: reqwest::Error| NetworkError::passing(error.without_url().to_string());
        let response = request.send().await.map_err(passing)?;
        let status = response.status();
        let seconds =
            response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = read(response, LIMIT).await.map_err(|error| match error {
            ReadError::Broken(why) => NetworkError::passing(why),
            ReadError::TooLong => NetworkError::refused("The network's answer is too long."),
        })?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        // Nobody waits longer than an hour for a network that is busy.
        let retry_after = seconds.map(|seconds: u64| Duration::from_secs(seconds.clamp(1, 3_600)));
        Ok(Self { status, body, retry_after })
    }

    /// The answer, unless it is a refusal; `why` finds the network's own words in its body.
    pub(super) fn accepted(self, why: impl FnOnce(&Value) -> Option<&str>) -> Result<Self, NetworkError> {
        if self.status.is_success() {
            return Ok(self);
        }
        let words = why(&self.body).map(|words| words.chars().take(300).collect::<String>());
        let said = words.unwrap_or_else(|| format!("it answered {}", self.status.as_u16()));
        match self.status {
            StatusCode::UNAUTHORIZED => Err(NetworkError::Expired { why: said }),
            StatusCode::REQUEST_TIMEOUT => Err(NetworkError::passing(said)),
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                Err(NetworkError::Passing { why: said, after: self.retry_after })
            }
            _ => Err(NetworkError::refused(said)),
        }
    }

    /// The text at this place of the body.
    pub(super) fn text(&self, pointer: &str) -> Result<String, NetworkError> {
        let text = self.body.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| {
            NetworkError::refused(format!(
                "The network answered something else than expected: no `{pointer}`."
            ))
        })
    }
}
