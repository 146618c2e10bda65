//! Posts: what is stored of one, and how pages see it.

mod check;
mod edit;
mod list;
mod publish;
mod quick;
mod schedule;
pub(crate) mod start;
mod view;

use std::collections::BTreeMap;

use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::prelude::*;

use crate::image::Image;
use crate::network::NetworkName;

use check::problems;
pub(crate) use schedule::Due;

pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
    let paths = [
        list::routes(),
        edit::routes(),
        check::routes(),
        publish::routes(),
        schedule::routes(),
        quick::routes(),
    ];
    paths.into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge)
}

/// Where a post is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PostState {
    Draft,
    Scheduled,
    Publishing,
    Published,
    PartlyPublished,
    Failed,
    /// Its time came and went while nobody could publish it.
    Missed,
}

impl PostState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::PartlyPublished => "partly_published",
            Self::Failed => "failed",
            Self::Missed => "missed",
        }
    }
}

/// A post as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) state: PostState,
    pub(crate) content: Content,
    pub(crate) images: Vec<PostImage>,
    pub(crate) scheduled_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    /// When it was first sent on its way: its time on the networks, the same in every try.
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) published_at: Option<Timestamp>,
    /// One for each network it was sent to.
    pub(crate) results: Vec<Outcome>,
}

/// What the owner has written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) networks: Vec<NetworkName>,
    /// Texts of their own for some of the networks.
    pub(crate) versions: BTreeMap<NetworkName, Version>,
    pub(crate) profile_id: Option<String>,
}

/// A text for one network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    pub(crate) text: String,
}

/// An image with what is to be seen in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PostImage {
    pub(crate) image: Image,
    pub(crate) alt: String,
}

/// How a post stands with one network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) network: NetworkName,
    pub(crate) state: OutcomeState,
    pub(crate) job_id: Option<JobId>,
    pub(crate) url: Option<String>,
    pub(crate) error: Option<OutcomeError>,
    pub(crate) at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OutcomeState {
    Waiting,
    Publishing,
    Published,
    Failed,
}

/// Why a network does not have the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct OutcomeError {
    pub(crate) code: String,
    /// A sentence for people.
    pub(crate) message: String,
}

impl Content {
    /// The text for a network: its own version, or the one for all.
    pub(crate) fn text_for(&self, network: NetworkName) -> &str {
        self.versions.get(&network).map_or(&self.text, |version| &version.text)
    }
}

impl Post {
    /// The networks that a retry is for.
    pub(crate) fn failed_networks(&self) -> Vec<NetworkName> {
        let failed = self.results.iter().filter(|result| result.state == OutcomeState::Failed);
        failed.map(|result| result.network).collect()
    }

    /// Replaces the result of a network, or adds it.
    pub(crate) fn set_result(&mut self, outcome: Outcome) {
        self.results.retain(|result| result.network != outcome.network);
        self.results.push(outcome);
        self.results.sort_by_key(|result| result.network);
    }

    /// The state that follows from the results, once no network is under way.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        let published = self.results.iter().filter(|result| result.state == OutcomeState::Published).count();
        if self
            .results
            .iter()
            .any(|result| matches!(result.state, OutcomeState::Waiting | OutcomeState::Publishing))
        {
            return;
        }
        self.state = match published {
            0 => PostState::Failed,
            all if all == self.results.len() => PostState::Published,
            _ => PostState::PartlyPublished,
        };
        if published > 0 {
            self.published_at.get_or_insert(now);
        }
    }

    /// The key that networks know this post by: the same in every try, so that none publishes it twice.
    pub(crate) fn key(&self, network: NetworkName) -> String {
        format!("{}:{}", self.id, network.as_str())
    }

    /// Refuses what the post's state does not allow.
    pub(crate) fn ensure(&self, allowed: &[PostState], hint: &str) -> Result<(), ApiError> {
        if allowed.contains(&self.state) {
            return Ok(());
        }
        let state = self.state.as_str().replace('_', " ");
        let refusal = ApiError::new(ErrorCode::Conflict).with_code("wrong_state");
        Err(refusal.with_message(format!("This cannot be done with a post that is {state}.")).with_hint(hint))
    }
}

impl Record for Post {
    const COLLECTION: &'static str = "posts";

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        self.state.as_str()
    }

    fn tags(&self) -> Vec<String> {
        self.content.networks.iter().map(|network| network.as_str().to_owned()).collect()
    }

    fn at(&self) -> Option<Timestamp> {
        self.scheduled_at.or(self.published_at).or(Some(self.created_at))
    }

    fn search_text(&self) -> String {
        let versions = self.content.versions.values().map(|version| version.text.as_str());
        std::iter::once(self.content.text.as_str()).chain(versions).collect::<Vec<_>>().join("\n")
    }
}
