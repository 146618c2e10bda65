//! Mastodon: <https://docs.joinmastodon.org/methods/statuses/> and `/media/`.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::answer::{Answer, request};
use super::{Account, Draft, DraftImage, Field, FieldKind, Limits, Network, NetworkError, USUAL_IMAGES};
use wixapp::server::outside::Outside;

/// How often a large image is asked after, and how long is waited in between.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

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
        for _ in 0..LOOKS {
            if ready {
                return Ok(id);
            }
            tokio::time::sleep(PAUSE).await;
            let look = self.request(account, Method::GET, &format!("/api/v1/media/{id}"))?;
            ready = self.send(look).await?.status != StatusCode::PARTIAL_CONTENT;
        }
        if ready { Ok(id) } else { Err(NetworkError::passing("an image is still being processed")) }
    }
}

#[async_trait]
impl Network for Mastodon {
    fn label(&self) -> &'static str {
        "Mastodon"
    }

    fn limits(&self) -> Limits {
        Limits {
            characters: 500,
            images: 4,
            image_bytes: 10 * 1024 * 1024,
            image_types: USUAL_IMAGES.to_vec(),
        }
    }

    fn fields(&self) -> Vec<Field> {
        let server = "The address of your server, for example https://mastodon.social";
        let token = "In Mastodon: Preferences, Development, New application, with the scopes read:accounts, write:statuses \
                     and write:media; then copy its access token";
        vec![
            Field { name: "server", label: "Server", kind: FieldKind::Url, hint: server },
            Field { name: "token", label: "Access token", kind: FieldKind::Secret, hint: token },
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
