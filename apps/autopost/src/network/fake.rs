//! The network of the local platform: one for trying things out, with breakdowns on demand.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

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

    fn request(&self, path: &str, token: &str) -> RequestBuilder {
        let request = self.outside.client().post(format!("{}/_fake-network/{path}", self.base_url));
        request.header("x-emulator", "1").bearer_auth(token)
    }
}

async fn accepted(request: RequestBuilder) -> Result<Answer, NetworkError> {
    Answer::to(request).await?.accepted(|body| body["message"].as_str())
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
        let answer = accepted(self.request("tokens", "").json(&json!({}))).await?;
        let secrets = BTreeMap::from([("token".to_owned(), answer.text("/token")?)]);
        Ok(Account { label: answer.text("/account")?, secrets })
    }

    async fn publish(&self, account: &mut Account, draft: &Draft) -> Result<String, NetworkError> {
        let (token, mut images) = (account.secret("token"), Vec::new());
        for image in &draft.images {
            let upload = self.request("media", token).header(CONTENT_TYPE, &image.content_type);
            let sent = accepted(upload.body(image.bytes.clone())).await?;
            images.push(json!({ "id": sent.text("/id")?, "alt": image.alt }));
        }
        let body =
            json!({ "text": draft.text, "network": "fake", "idempotencyKey": draft.key, "images": images });
        let url = accepted(self.request("posts", token).json(&body)).await?.text("/url")?;
        let page = self.outside.client().get(&url).timeout(Duration::from_secs(10)).send().await;
        match page {
            Ok(page) if page.status().is_success() => Ok(url),
            _ => Err(NetworkError::passing("the post cannot be seen yet")),
        }
    }
}
