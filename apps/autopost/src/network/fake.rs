//! The network of the local platform: one for trying things out, with breakdowns on demand.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::answer::Answer;
use super::{Account, Draft, Field, Limits, Network, NetworkError};
use wixapp::server::outside::Outside;

pub(super) struct Fake {
    outside: Outside,
    base_url: String,
}

impl Fake {
    pub(super) fn new(base_url: &str) -> Self {
        // The local platform is on this machine.
        Self { outside: Outside::trusting(), base_url: base_url.trim_end_matches('/').to_owned() }
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> Result<Answer, NetworkError> {
        let request = self.outside.client().post(format!("{}/_fake-network/{path}", self.base_url));
        let request = request.header("x-emulator", "1").bearer_auth(token).json(body);
        let answer = Answer::to(request).await?;
        answer.accepted(|body| body["message"].as_str())
    }
}

#[async_trait]
impl Network for Fake {
    fn limits(&self) -> Limits {
        Limits::new(500, 10 * 1024 * 1024)
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    async fn connect(&self, _: &BTreeMap<String, String>) -> Result<Account, NetworkError> {
        let answer = self.post("tokens", "", &json!({})).await?;
        let secrets = BTreeMap::from([("token".to_owned(), answer.text("/token")?)]);
        Ok(Account { label: answer.text("/account")?, secrets })
    }

    async fn publish(&self, account: &mut Account, draft: &Draft) -> Result<String, NetworkError> {
        let body = json!({ "text": draft.text, "network": "fake", "idempotencyKey": draft.key });
        let url = self.post("posts", account.secret("token"), &body).await?.text("/url")?;
        let page = self.outside.client().get(&url).timeout(Duration::from_secs(10)).send().await;
        match page {
            Ok(page) if page.status().is_success() => Ok(url),
            _ => Err(NetworkError::passing("the post cannot be seen yet")),
        }
    }
}
