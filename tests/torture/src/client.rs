//! What the proofs ask of a server.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::RequestBuilder;
use serde_json::Value;

/// Far beyond the slowest answer: who waits longer waits for a server that hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// A client whose connections are its own.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
}

/// An answer, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) retry_after: Option<String>,
}

impl Answer {
    /// A field of the answer's `data`.
    pub(crate) fn text(&self, field: &str) -> Result<String> {
        let body: Value = serde_json::from_str(&self.body).with_context(|| self.body.clone())?;
        let found = body["data"][field].as_str();
        Ok(found.with_context(|| format!("no `{field}` in {}", self.body))?.to_owned())
    }
}

/// A write of an instance's owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write<'a> {
    pub(crate) path: &'a str,
    pub(crate) token: &'a str,
    /// The idempotency key.
    pub(crate) key: &'a str,
    pub(crate) body: &'a str,
}

impl Client {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { http: reqwest::Client::builder().no_proxy().timeout(LIMIT).build()? })
    }

    /// Sends a write.
    pub(crate) async fn write(&self, server: &str, write: Write<'_>) -> Result<Answer> {
        let request = self.http.post(format!("{server}{}", write.path));
        let request = request
            .header("authorization", format!("WixInstance {}", write.token))
            .header("idempotency-key", write.key)
            .header("content-type", "application/json")
            .body(write.body.to_owned());
        exchange(request).await
    }

    /// Asks for something; with the token of an owner or without.
    pub(crate) async fn get(&self, server: &str, path: &str, token: Option<&str>) -> Result<Answer> {
        let mut request = self.http.get(format!("{server}{path}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("WixInstance {token}"));
        }
        exchange(request).await
    }

    /// Delivers a signed webhook.
    pub(crate) async fn deliver(&self, server: &str, body: &str) -> Result<Answer> {
        let request = self.http.post(format!("{server}/api/v1/wix/webhook"));
        exchange(request.header("content-type", "text/plain").body(body.to_owned())).await
    }
}

async fn exchange(request: RequestBuilder) -> Result<Answer> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = retry_after.map(str::to_owned);
    Ok(Answer { status, retry_after, body: response.text().await? })
}
