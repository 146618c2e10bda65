//! Mastodon: <https://docs.joinmastodon.org/methods/statuses/> and `/media/`.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use wixapp::core::Timestamp;
use wixapp::jiff::SignedDuration;

use super::answer::{Answer, request};
use super::{Account, Draft, DraftImage, Field, FieldKind, Limits, Network, NetworkError};
use wixapp::server::outside::Outside;

use crate::text::{mastodon_signs, readable};

/// How often a large image is asked after, and how long is waited in between.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);
/// For how long a key is relied on: Mastodon forgets an `Idempotency-Key` after an hour.
const KEY_LIFE: SignedDuration = SignedDuration::from_mins(50);
/// How far the server's clock may be from ours.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);

/// How many pages of forty statuses are looked through for a post at the most.
const PAGES: u32 = 25;

pub(super) struct Mastodon {
    outside: Outside,
}

impl Mastodon {
    pub(super) fn new(outside: Outside) -> Self {
        Self { outside }
    }

    fn request(&self, account: &Account, method: Method, path: &str) -> Result<RequestBuilder, NetworkError> {
        // The address is checked each time: what is stored may be older than the rule.
        let address = format!("{}{path}", account.secret("server"));
        Ok(request(&self.outside, method, &address)?.bearer_auth(account.secret("token")))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, NetworkError> {
        Answer::to(request).await?.accepted(|body| body["error"].as_str())
    }

    /// Uploads an image and waits until it can be used.
    async fn upload(&self, account: &Account, image: &DraftImage) -> Result<String, NetworkError> {
        let part = Part::bytes(image.bytes.to_vec()).file_name("image").mime_str(&image.content_type);
        let part = part.map_err(|error| NetworkError::refused(error.to_string()))?;
        let form = Form::new().part("file", part).text("description", image.alt.clone());
        let request = self.request(account, Method::POST, "/api/v2/media")?.multipart(form);
        let answer = self.send(request).await?;
        let id = answer.text("/id")?;
        let mut ready = answer.status != StatusCode::ACCEPTED;
        let mut looks = 0..LOOKS;
        while !ready && looks.next().is_some() {
            tokio::time::sleep(PAUSE).await;
            let look = self.request(account, Method::GET, &format!("/api/v1/media/{id}"))?;
            ready = self.send(look).await?.status != StatusCode::PARTIAL_CONTENT;
        }
        if ready { Ok(id) } else { Err(NetworkError::passing("an image is still being processed")) }
    }

    /// The address of what an earlier try has made, when the server may have forgotten its key.
    async fn earlier(&self, account: &Account, draft: &Draft) -> Result<Option<String>, NetworkError> {
        if draft.now.duration_since(draft.at) < KEY_LIFE {
            return Ok(None);
        }
        let who = self.request(account, Method::GET, "/api/v1/accounts/verify_credentials")?;
        let id = self.send(who).await?.text("/id")?;
        let (since, signs) = (draft.at - CLOCKS_APART, mastodon_signs(&draft.text));
        let is_recent = |status: &Value| {
            let at = status["created_at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
            at.is_some_and(|at| at >= since)
        };
        let is_it = |status: &&Value| {
            let images = status["media_attachments"].as_array().map_or(0, Vec::len);
            let text = readable(status["content"].as_str().unwrap_or_default());
            is_recent(status) && images == draft.images.len() && mastodon_signs(&text) == signs
        };
        let mut older = String::new();
        for _ in 0..PAGES {
            let path = format!("/api/v1/accounts/{id}/statuses?exclude_reblogs=true&limit=40{older}");
            let page = self.statuses(account, &path).await?;
            if let Some(found) = page.iter().find(is_it) {
                return Ok(found["url"].as_str().map(str::to_owned));
            }
            // The newest come first.
            let Some(last) = page.last().filter(|last| is_recent(last)) else { break };
            older = format!("&max_id={}", last["id"].as_str().unwrap_or_default());
        }
        Ok(None)
    }

    async fn statuses(&self, account: &Account, path: &str) -> Result<Vec<Value>, NetworkError> {
        let statuses = match self.send(self.request(account, Method::GET, path)?).await {
            // The token may lack `read:statuses`; what it has made is public.
            Err(NetworkError::Refused { .. }) => {
                let address = format!("{}{path}", account.secret("server"));
                self.send(request(&self.outside, Method::GET, &address)?).await?
            }
            answer => answer?,
        };
        Ok(statuses.body.as_array().cloned().unwrap_or_default())
    }
}

#[async_trait]
impl Network for Mastodon {
    fn limits(&self) -> Limits {
        Limits::new(500, 10 * 1024 * 1024)
    }

    fn fields(&self) -> Vec<Field> {
        let server = "The address of your server, for example https://mastodon.social";
        let token = "In Mastodon: Preferences, Development, New application, with the scopes read:accounts, read:statuses, \
                     write:statuses and write:media; then copy its access token";
        vec![
            Field::new("server", "Server", FieldKind::Url, server),
            Field::new("token", "Access token", FieldKind::Secret, token),
        ]
    }

    fn length(&self, text: &str) -> usize {
        crate::text::mastodon_length(text)
    }

    async fn connect(&self, fields: &BTreeMap<String, String>) -> Result<Account, NetworkError> {
        let mut account = Account { label: String::new(), secrets: fields.clone() };
        let given = account.secret("server").trim_end_matches('/').to_owned();
        let url = self.outside.check(&given).map_err(|refused| NetworkError::refused(refused.to_string()))?;
        // Only the server counts: whoever copies the address of a page means it as well.
        account.secrets.insert("server".to_owned(), url.origin().ascii_serialization());
        let request = self.request(&account, Method::GET, "/api/v1/accounts/verify_credentials")?;
        let name = self.send(request).await?.text("/username")?;
        account.label = format!("@{name}@{}", url.host_str().unwrap_or_default());
        Ok(account)
    }

    async fn publish(&self, account: &mut Account, draft: &Draft) -> Result<String, NetworkError> {
        if let Some(url) = self.earlier(account, draft).await? {
            return Ok(url);
        }
        let mut media: Vec<Value> = Vec::new();
        for image in &draft.images {
            media.push(self.upload(account, image).await?.into());
        }
        let body = json!({ "status": draft.text, "media_ids": media, "visibility": "public" });
        let request = self.request(account, Method::POST, "/api/v1/statuses")?;
        let answer = self.send(request.header("Idempotency-Key", &draft.key).json(&body)).await?;
        answer.text("/url")
    }
}
