//! What all networks have in common: the trait, and what travels through it. To add a network is to write one more of them.

mod answer;
mod ayrshare;
mod bluesky;
mod fake;
mod mastodon;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::prelude::*;
use wixapp::server::outside::Outside;

use crate::settings::Settings;

/// The networks by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Network)]
pub(crate) enum NetworkName {
    Fake,
    Mastodon,
    Bluesky,
    Ayrshare,
}

impl NetworkName {
    pub(crate) const ALL: [Self; 4] = [Self::Fake, Self::Mastodon, Self::Bluesky, Self::Ayrshare];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fake => "fake",
            Self::Mastodon => "mastodon",
            Self::Bluesky => "bluesky",
            Self::Ayrshare => "ayrshare",
        }
    }

    /// How people call it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Fake => "the fake network",
            Self::Mastodon => "Mastodon",
            Self::Bluesky => "Bluesky",
            Self::Ayrshare => "Ayrshare",
        }
    }
}

/// What a network takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    /// The longest text, as the network counts it.
    pub(crate) characters: usize,
    /// The most images of one post.
    pub(crate) images: usize,
    /// The largest image, in bytes.
    pub(crate) image_bytes: usize,
    /// The content types of images.
    pub(crate) image_types: Vec<&'static str>,
}

impl Limits {
    /// With up to four images, of the types that most networks take.
    fn new(characters: usize, image_bytes: usize) -> Self {
        let image_types = vec!["image/jpeg", "image/png", "image/gif", "image/webp"];
        Self { characters, images: 4, image_bytes, image_types }
    }
}

/// Something an owner is asked for when a network is connected.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: FieldKind,
    /// What to write into it, or where to find it.
    pub(crate) hint: &'static str,
}

impl Field {
    fn new(name: &'static str, label: &'static str, kind: FieldKind, hint: &'static str) -> Self {
        Self { name, label, kind, hint }
    }
}

/// How a field is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FieldKind {
    Text,
    Url,
    Secret,
}

/// An account on a network: who it is, and what proves it. The proofs are encrypted wherever they are kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// How the owner knows it, for example `@joe@mastodon.social`.
    pub(crate) label: String,
    pub(crate) secrets: BTreeMap<String, String>,
}

impl Account {
    pub(crate) fn secret(&self, name: &str) -> &str {
        self.secrets.get(name).map_or("", String::as_str)
    }
}

/// A post as a network gets it.
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) images: Vec<DraftImage>,
    /// The same for every try to bring this post, as it is, to this network: the network publishes it once.
    pub(crate) key: String,
    /// When the owner first had it published: the same for every try.
    pub(crate) at: Timestamp,
    /// When this try is made.
    pub(crate) now: Timestamp,
}

/// An image of a [`Draft`].
pub(crate) struct DraftImage {
    pub(crate) bytes: bytes::Bytes,
    pub(crate) content_type: String,
    pub(crate) alt: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Where the network can fetch it, when this server has a public address.
    pub(crate) url: Option<String>,
}

/// Why a network did not do what was asked.
#[derive(Debug)]
pub(crate) enum NetworkError {
    /// It may work another time; the network may say when.
    Passing { why: String, after: Option<Duration> },
    /// It never will.
    Refused { why: String },
    /// The owner must connect the account again.
    Expired { why: String },
}

impl NetworkError {
    pub(crate) fn passing(why: impl Into<String>) -> Self {
        Self::Passing { why: why.into(), after: None }
    }

    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }
}

/// A network that posts go to.
#[async_trait]
pub(crate) trait Network: Send + Sync {
    /// What it takes.
    fn limits(&self) -> Limits;

    /// What an owner is asked for to connect an account.
    fn fields(&self) -> Vec<Field>;

    /// How long a text is, as this network counts.
    fn length(&self, text: &str) -> usize {
        crate::text::graphemes(text)
    }

    /// Tries what the owner has filled in, and says whose account it is.
    async fn connect(&self, fields: &BTreeMap<String, String>) -> Result<Account, NetworkError>;

    /// Publishes a post and gives the address of its page. Under one key it is published once, however often this is called.
    /// What is renewed of the account on the way is kept, whatever comes of the post.
    async fn publish(&self, account: &mut Account, draft: &Draft) -> Result<String, NetworkError>;
}

/// The networks this app knows.
pub(crate) type Networks = BTreeMap<NetworkName, Arc<dyn Network>>;

pub(crate) fn networks(settings: &Settings, config: &Config) -> Networks {
    let way = |trusted| if trusted { Outside::trusting() } else { Outside::new() };
    let outside = way(settings.allow_private_addresses);
    let mut all = Networks::new();
    // The local platform brings a network of its own; Wix does not.
    if !config.wix.api_url.contains("wixapis.com") {
        all.insert(NetworkName::Fake, Arc::new(fake::Fake::new(&config.wix.api_url)));
    }
    all.insert(NetworkName::Mastodon, Arc::new(mastodon::Mastodon::new(outside)));
    // Whoever runs the server may name servers of their own; those are trusted, wherever they are.
    let trusted = |address: &Option<String>| way(settings.allow_private_addresses || address.is_some());
    let (at, way) = (&settings.bluesky_url, trusted(&settings.bluesky_url));
    all.insert(NetworkName::Bluesky, Arc::new(bluesky::Bluesky::new(way, at.as_deref())));
    let (at, way) = (&settings.ayrshare_url, trusted(&settings.ayrshare_url));
    all.insert(NetworkName::Ayrshare, Arc::new(ayrshare::Ayrshare::new(way, at.as_deref())));
    all
}
