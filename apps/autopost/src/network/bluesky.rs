//! Bluesky: <https://docs.bsky.app/docs/advanced-guides/posts>.

use std::collections::BTreeMap;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answer::{Answer, request};
use super::{Account, Draft, DraftImage, Field, FieldKind, Limits, Network, NetworkError};
use wixapp::server::outside::Outside;

use crate::text::{Mark, marks};

/// The most bytes of a text, whatever its length.
const MOST_BYTES: usize = 3_000;

const ADDRESS: &str = "https://bsky.social";

pub(super) struct Bluesky {
    outside: Outside,
    server: String,
}

impl Bluesky {
    pub(super) fn new(outside: Outside, address: Option<&str>) -> Self {
        Self { outside, server: address.unwrap_or(ADDRESS).trim_end_matches('/').to_owned() }
    }

    /// A call with one of the account's tokens; `body` fills in the rest.
    async fn call(
        &self,
        account: &Account,
        token: &str,
        method: &str,
        body: impl FnOnce(RequestBuilder) -> RequestBuilder + Send,
    ) -> Result<Answer, NetworkError> {
        let url = format!("{}/xrpc/{method}", account.secret("server"));
        let is_read = method.starts_with("com.atproto.repo.getRecord");
        let mut request = request(&self.outside, if is_read { Method::GET } else { Method::POST }, &url)?;
        if !token.is_empty() {
            request = request.bearer_auth(account.secret(token));
        }
        let answer = Answer::to(body(request)).await?;
        // Bluesky says it of a token by a word, and with 400.
        let word = answer.body["error"].as_str().unwrap_or_default();
        if matches!(word, "ExpiredToken" | "InvalidToken" | "AccountTakedown") {
            return Err(NetworkError::Expired { why: format!("Bluesky says {word}.") });
        }
        answer.accepted(|body| body["message"].as_str().or(body["error"].as_str()))
    }

    /// A call with the access token, which is renewed once when it has expired.
    async fn call_renewing(
        &self,
        account: &mut Account,
        method: &str,
        body: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Answer, NetworkError> {
        match self.call(account, "access", method, &body).await {
            Err(NetworkError::Expired { .. }) => {
                let renewed = self
                    .call(account, "refresh", "com.atproto.server.refreshSession", |request| request)
                    .await?;
                keep_tokens(account, &renewed)?;
                self.call(account, "access", method, &body).await
            }
            other => other,
        }
    }

    async fn upload(&self, account: &mut Account, image: &DraftImage) -> Result<Value, NetworkError> {
        let answer = self.call_renewing(account, "com.atproto.repo.uploadBlob", |request| {
            request.header(CONTENT_TYPE, &image.content_type).body(image.bytes.clone())
        });
        let blob = answer.await?.body["blob"].clone();
        Ok(json!({
            "image": blob, "alt": image.alt,
            "aspectRatio": { "width": image.width, "height": image.height },
        }))
    }

    /// The post of this key, if an earlier try has brought it there.
    async fn is_there(&self, account: &mut Account, rkey: &str) -> Result<bool, NetworkError> {
        let did = account.secret("did").to_owned();
        let method =
            format!("com.atproto.repo.getRecord?repo={did}&collection=app.bsky.feed.post&rkey={rkey}");
        let found = self.call_renewing(account, &method, |request| request);
        match found.await {
            Ok(_) => Ok(true),
            Err(NetworkError::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn keep_tokens(account: &mut Account, session: &Answer) -> Result<(), NetworkError> {
    let places =
        [("access", "/accessJwt"), ("refresh", "/refreshJwt"), ("did", "/did"), ("handle", "/handle")];
    for (name, pointer) in places {
        account.secrets.insert(name.to_owned(), session.text(pointer)?);
    }
    Ok(())
}

#[async_trait]
impl Network for Bluesky {
    fn limits(&self) -> Limits {
        Limits::new(300, 1_000_000)
    }

    fn fields(&self) -> Vec<Field> {
        let password = "In Bluesky: Settings, Privacy and security, App passwords. Never your own password";
        vec![
            Field::new("handle", "Handle", FieldKind::Text, "For example joe.bsky.social"),
            Field::new("password", "App password", FieldKind::Secret, password),
        ]
    }

    fn length(&self, text: &str) -> usize {
        // Signs that are made of very many bytes count by those.
        let over = text.len().saturating_sub(MOST_BYTES);
        crate::text::graphemes(text).max(if over > 0 { self.limits().characters + over } else { 0 })
    }

    async fn connect(&self, fields: &BTreeMap<String, String>) -> Result<Account, NetworkError> {
        let mut account = Account { label: String::new(), secrets: BTreeMap::new() };
        account.secrets.insert("server".to_owned(), self.server.clone());
        let handle = fields.get("handle").map_or("", String::as_str).trim_start_matches('@');
        let body = json!({ "identifier": handle, "password": fields.get("password") });
        let session = self
            .call(&account, "", "com.atproto.server.createSession", |request| request.json(&body))
            .await?;
        // The password is not kept: the tokens renew themselves.
        keep_tokens(&mut account, &session)?;
        account.label = format!("@{}", account.secret("handle"));
        Ok(account)
    }

    async fn publish(&self, account: &mut Account, draft: &Draft) -> Result<String, NetworkError> {
        let mut record = json!({
            "$type": "app.bsky.feed.post", "text": draft.text, "createdAt": draft.now.to_string(), "facets": facets(&draft.text),
        });
        let mut images = Vec::new();
        for image in &draft.images {
            images.push(self.upload(account, image).await?);
        }
        if !images.is_empty() {
            record["embed"] = json!({ "$type": "app.bsky.embed.images", "images": images });
        }
        let rkey = record_key(&draft.key, draft.at.as_microsecond());
        let did = account.secret("did").to_owned();
        let body = json!({ "repo": did, "collection": "app.bsky.feed.post", "rkey": rkey, "record": record });
        let made =
            self.call_renewing(account, "com.atproto.repo.createRecord", |request| request.json(&body)).await;
        match made {
            Ok(_) => {}
            Err(expired @ NetworkError::Expired { .. }) => return Err(expired),
            // A record of this key may be there from a try whose answer was lost; Bluesky then answers 500, or 400.
            Err(error) => {
                if !self.is_there(account, &rkey).await? {
                    return Err(error);
                }
            }
        }
        Ok(format!("https://bsky.app/profile/{}/post/{rkey}", account.secret("handle")))
    }
}

/// Where links and tags are, in bytes of UTF-8: Bluesky finds none by itself.
fn facets(text: &str) -> Value {
    let facet = |mark: &Mark| {
        let range = mark.range();
        let feature = match mark {
            Mark::Link(_) => json!({ "$type": "app.bsky.richtext.facet#link", "uri": text[range.clone()] }),
            Mark::Tag(_) => {
                json!({ "$type": "app.bsky.richtext.facet#tag", "tag": text[range.start + 1..range.end] })
            }
        };
        json!({ "index": { "byteStart": range.start, "byteEnd": range.end }, "features": [feature] })
    };
    marks(text).iter().map(facet).collect()
}

/// A record key in the form Bluesky wants, a time and a number in 13 signs, that is the same for the same post.
fn record_key(key: &str, micros: i64) -> String {
    const SIGNS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let digest = Sha256::digest(key.as_bytes());
    // Posts of one moment differ in twenty bits of their keys: those below a thousandth of a second are free for it.
    let low = u64::from(u32::from_be_bytes([0, digest[0], digest[1], digest[2]]) & 0xf_ffff);
    let number = ((micros.cast_unsigned() << 10) & (u64::MAX >> 1) & !0xf_ffff) | low;
    let sign = |place: u32| char::from(SIGNS[usize::try_from((number >> (5 * place)) & 31).unwrap_or(0)]);
    (0..13).rev().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facets_stand_in_bytes_of_utf_8() {
        let text = "Öl 🥖 #brot https://a.b/ö";
        let found = facets(text);
        let at = |index: usize, name: &str| {
            usize::try_from(found[index]["index"][name].as_u64().unwrap()).unwrap()
        };
        assert_eq!(&text.as_bytes()[at(0, "byteStart")..at(0, "byteEnd")], b"#brot");
        assert_eq!(&text.as_bytes()[at(1, "byteStart")..at(1, "byteEnd")], "https://a.b/ö".as_bytes());
        assert_eq!(found[0]["features"][0]["tag"], "brot");
        assert_eq!(found[1]["features"][0]["uri"], "https://a.b/ö");
    }

    #[test]
    fn a_record_key_is_a_time_and_stays_the_same() {
        let micros = 1_772_359_200_123_456;
        let key = record_key("post_1:bluesky", micros);
        assert_eq!((key.len(), record_key("post_1:bluesky", micros)), (13, key.clone()));
        assert!(
            key.bytes().all(|b| b"234567abcdefghijklmnopqrstuvwxyz".contains(&b)) && key.as_bytes()[0] < b'k'
        );
        assert_ne!(record_key("post_2:bluesky", micros), key);
        assert!(record_key("post_1:bluesky", micros + 2_000) > key);
    }
}
