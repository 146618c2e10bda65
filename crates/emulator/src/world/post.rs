//! Posts on the fake social network.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One published post.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) network: String,
    pub(crate) text: String,
    pub(crate) idempotency_key: String,
    #[serde(default)]
    pub(crate) images: Vec<PostImage>,
    pub(crate) at: Timestamp,
}

/// An image of a post.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PostImage {
    pub(crate) id: String,
    /// What it shows, in words.
    #[serde(default)]
    pub(crate) alt: String,
}

impl PostImage {
    /// Where it is.
    pub(crate) fn path(&self) -> String {
        format!("/_fake-network/media/{}", self.id)
    }
}

/// How the fake network behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mood {
    #[default]
    Usual,
    /// Every post takes four seconds.
    Slow,
    /// Every post ends with 500.
    Failing,
    /// Every post is refused with 422.
    Refusing,
    /// Every post is refused with 429 and `Retry-After`.
    RateLimited,
    /// No token is taken but one that was made since.
    Expired,
}

/// The fake network besides its posts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FakeNetwork {
    pub(crate) mood: Mood,
    /// What `Retry-After` says; nothing is 30.
    #[serde(default)]
    pub(crate) retry_after_s: Option<u64>,
    /// How often the tokens have expired; a token carries the number.
    #[serde(default)]
    pub(crate) generation: u64,
}
