//! Ayrshare, which passes posts on to many networks: <https://www.ayrshare.com/docs/apis/post/post>.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::answer::{Answer, request};
use super::{Account, Draft, Field, FieldKind, Limits, Network, NetworkError};
use wixapp::server::outside::Outside;

const ADDRESS: &str = "https://api.ayrshare.com";
/// Where Ayrshare itself shows a post, by its id.
const PAGE: &str = "https://app.ayrshare.com/post/";
/// How often the history is asked for the address of a post, and how long is waited in between.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Ayrshare {
    outside: Outside,
    base_url: String,
}

impl Ayrshare {
    pub(super) fn new(outside: Outside, address: Option<&str>) -> Self {
        Self { outside, base_url: address.unwrap_or(ADDRESS).trim_end_matches('/').to_owned() }
    }

    fn request(&self, account: &Account, method: Method, path: &str) -> Result<RequestBuilder, NetworkError> {
        let request = request(&self.outside, method, &format!("{}/api/{path}", self.base_url))?;
        let request = request.bearer_auth(account.secret("key"));
        Ok(match account.secret("profile") {
            "" => request,
            profile => request.header("Profile-Key", profile),
        })
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, NetworkError> {
        let mut answer = Answer::to(request).await?;
        if let Some(post) = answer.body.pointer_mut("/posts/0").map(Value::take) {
            answer.body = post;
        }
        // One platform that refuses makes an error of the whole, though others have the post.
        let is_refused = answer.status.as_u16() == 400 && answer.body["postIds"].is_array();
        if is_refused || having(&answer.body).next().is_some() {
            return Ok(answer);
        }
        match (answer.status.as_u16(), said(&answer.body)) {
            // A wrong key is 403 here.
            (403, why) => Err(NetworkError::Expired { why: why.unwrap_or("it answered 403").to_owned() }),
            // It has had the post's key: the post is there, and the history that did not show it will.
            (400, Some(why)) if why.to_lowercase().contains("key") => Err(NetworkError::passing(why)),
            _ => answer.accepted(said),
        }
    }

    /// The address of the post with this name of Ayrshare's, once the networks behind it have given one.
    async fn address_of(&self, account: &Account, id: &str) -> Result<String, NetworkError> {
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let question = self.request(account, Method::GET, &format!("history/{id}"))?;
            match self.send(question).await {
                Ok(post) => {
                    if let Some(url) = outcome(&post.body, &[])? {
                        return Ok(url);
                    }
                }
                Err(NetworkError::Passing { .. }) => {}
                // The question is refused, and not the post.
                Err(NetworkError::Refused { .. } | NetworkError::Expired { .. }) => break,
            }
        }
        // It is published; only its address is not known.
        Ok(format!("{PAGE}{id}"))
    }

    /// What earlier tries under this key have made: the answer of one may have been lost, and another was refused in part.
    async fn earlier(&self, account: &Account, draft: &Draft) -> Result<Vec<Value>, NetworkError> {
        let days = draft.now.duration_since(draft.at).as_hours() / 24 + 2;
        let history = format!("history?lastDays={days}&limit=500");
        let history = match self.send(self.request(account, Method::GET, &history)?).await {
            // Without a history, what is there already is known by its key.
            Err(NetworkError::Refused { .. }) => return Ok(Vec::new()),
            answer => answer?,
        };
        let posts = if history.body.is_array() { &history.body } else { &history.body["history"] };
        Ok(items(posts).filter(|post| post["notes"] == draft.key).cloned().collect())
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Ayrshare's words for what went wrong.
fn said(body: &Value) -> Option<&str> {
    body["errors"][0]["message"].as_str().or(body["message"].as_str())
}

/// The platforms that have the post.
fn having(post: &Value) -> impl Iterator<Item = &str> {
    items(&post["postIds"]).filter(|id| id["status"] == "success").filter_map(|id| id["platform"].as_str())
}

fn address(post: &Value) -> Option<String> {
    items(&post["postIds"]).find_map(|id| id["postUrl"].as_str()).map(str::to_owned)
}

/// The address of a post if there is one by now; a refusal when a platform did not take it, though others have it, some of
/// them by an earlier try.
fn outcome(post: &Value, earlier: &[&str]) -> Result<Option<String>, NetworkError> {
    if post["status"] != "error" {
        return Ok(address(post));
    }
    let refused =
        |error: &Value| Some(format!("{}: {}", error["platform"].as_str()?, error["message"].as_str()?));
    let parts = earlier.iter().copied().chain(having(post)).map(|platform| format!("{platform} has it"));
    let parts: Vec<_> = parts.chain(items(&post["errors"]).filter_map(refused)).collect();
    let whole = said(post).unwrap_or("it could not publish the post");
    Err(NetworkError::refused(if parts.is_empty() { whole.to_owned() } else { parts.join("; ") }))
}

#[async_trait]
impl Network for Ayrshare {
    fn limits(&self) -> Limits {
        Limits {
            image_types: vec!["image/jpeg", "image/png", "image/webp"],
            ..Limits::new(2_200, 5 * 1024 * 1024)
        }
    }

    fn fields(&self) -> Vec<Field> {
        let platforms = "Where Ayrshare publishes, with commas between them, for example facebook, linkedin";
        vec![
            Field::new("key", "API key", FieldKind::Secret, "In Ayrshare's dashboard: API Key"),
            Field::new("platforms", "Platforms", FieldKind::Text, platforms),
        ]
    }

    async fn connect(&self, fields: &BTreeMap<String, String>) -> Result<Account, NetworkError> {
        let mut account = Account { label: String::new(), secrets: fields.clone() };
        let wanted: Vec<String> =
            account.secret("platforms").split(',').map(|name| name.trim().to_lowercase()).collect();
        let user = self.send(self.request(&account, Method::GET, "user")?).await?;
        let linked: Vec<_> = items(&user.body["activeSocialAccounts"]).filter_map(Value::as_str).collect();
        if let Some(missing) = wanted.iter().find(|name| !linked.contains(&name.as_str())) {
            let why = format!("`{missing}` is not linked in Ayrshare; linked are: {}.", linked.join(", "));
            return Err(NetworkError::refused(why));
        }
        account.secrets.insert("platforms".to_owned(), wanted.join(","));
        account.label = format!("Ayrshare: {}", wanted.join(", "));
        Ok(account)
    }

    async fn publish(&self, account: &mut Account, draft: &Draft) -> Result<String, NetworkError> {
        let media: Vec<&str> = draft.images.iter().filter_map(|image| image.url.as_deref()).collect();
        if media.len() < draft.images.len() {
            let why = "Ayrshare fetches images itself, and this server has no public address.";
            return Err(NetworkError::refused(why));
        }
        let earlier = self.earlier(account, draft).await?;
        let open = earlier.iter().find(|post| post["status"] != "error");
        if let Some(id) = open.and_then(|post| post["id"].as_str()) {
            return self.address_of(account, id).await;
        }
        // Only where it is not yet: a platform that has the post never gets it again.
        let having: Vec<&str> = earlier.iter().flat_map(having).collect();
        let platforms = account.secret("platforms").split(',').filter(|name| !having.contains(name));
        let platforms: Vec<&str> = platforms.collect();
        if platforms.is_empty() {
            let id = earlier.iter().find_map(|post| post["id"].as_str()).unwrap_or_default();
            return Ok(earlier.iter().find_map(address).unwrap_or_else(|| format!("{PAGE}{id}")));
        }
        let body = json!({
            "post": draft.text, "platforms": platforms, "mediaUrls": media, "notes": draft.key,
            // What was refused is another post when it is tried again.
            "idempotencyKey": format!("{}:{}", draft.key, earlier.len()),
        });
        let request = self.request(account, Method::POST, "post")?.json(&body);
        let answer = self.send(request).await?;
        if let Some(url) = outcome(&answer.body, &having)? {
            return Ok(url);
        }
        let id = answer.body["id"].as_str().ok_or_else(|| NetworkError::passing("no post in the answer"))?;
        self.address_of(account, id).await
    }
}
