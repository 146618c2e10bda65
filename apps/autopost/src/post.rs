//! Posts: what is stored of one, and how pages see it.

mod check;
mod edit;
mod list;
mod publish;
mod quick;
mod rescue;
mod schedule;
pub(crate) mod start;
mod view;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::core::job::JobState;
use wixapp::jobs::{ApiError as JobFailure, api_error};
use wixapp::prelude::*;
use wixapp::store::Job as StoredJob;

use crate::image::Image;
use crate::job::Published;
use crate::network::NetworkName;

use check::problems;
pub(crate) use rescue::Rescue;
pub(crate) use schedule::Due;

pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
    let drafts = list::routes().merge(edit::routes()).merge(check::routes());
    drafts.merge(publish::routes()).merge(schedule::routes()).merge(quick::routes())
}

/// Where a post is in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PostState {
    #[default]
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
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) state: PostState,
    pub(crate) content: Content,
    pub(crate) images: Vec<PostImage>,
    pub(crate) scheduled_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    /// When it was first sent on its way: the same in every try.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostImage {
    pub(crate) image: Image,
    pub(crate) alt: String,
}

/// How a post stands with one network.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PostResult)]
pub(crate) struct Outcome {
    pub(crate) network: NetworkName,
    pub(crate) state: OutcomeState,
    #[serde(alias = "job_id", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) job_id: Option<JobId>,
    /// How far it is, 0 to 100, while it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) percent: Option<i64>,
    /// The post's page on the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<OutcomeError>,
    #[serde(skip_serializing_if = "Option::is_none")]
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

impl Outcome {
    /// On its way, with this job if it has one.
    pub(crate) fn waiting(network: NetworkName, job_id: Option<JobId>) -> Self {
        let state = OutcomeState::Waiting;
        Self { network, state, job_id, percent: None, url: None, error: None, at: None }
    }

    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.state, OutcomeState::Waiting | OutcomeState::Publishing)
    }

    /// The job that may still bring it there: also one that failed, for an operator may have that tried again.
    pub(crate) fn open_job(&self) -> Option<&JobId> {
        self.job_id.as_ref().filter(|_| self.state != OutcomeState::Published)
    }

    /// What its job says of it, before that is joined.
    pub(crate) fn seen_by(self, job: &StoredJob) -> Self {
        if !job.state.is_final() {
            let is_running = job.state == JobState::Running;
            let state = if is_running { OutcomeState::Publishing } else { OutcomeState::Waiting };
            return Self { state, percent: Some(job.progress_percent), error: None, ..self };
        }
        let read = |result| serde_json::from_str::<Published>(result).ok();
        let url = job.result.as_deref().and_then(read).map(|published| published.url);
        self.ended(url, api_error(job))
    }

    /// Once its job has ended: with an address it is published.
    pub(crate) fn ended(self, url: Option<String>, error: Option<JobFailure>) -> Self {
        if url.is_some() {
            return Self { state: OutcomeState::Published, url, error: None, ..self };
        }
        match error {
            Some(error) if error.code == "job_failed" => {
                let label = self.network.label();
                let why = format!("{label} did not answer as it should, however often it was tried.");
                self.failed("unreachable", &why)
            }
            Some(error) => self.failed(&error.code, &error.message),
            None => self.failed("failed", "The post could not be published."),
        }
    }

    pub(crate) fn failed(self, code: &str, message: &str) -> Self {
        let error = OutcomeError { code: code.to_owned(), message: message.to_owned() };
        Self { state: OutcomeState::Failed, error: Some(error), ..self }
    }
}

impl Content {
    /// The text for a network: its own version, or the one for all.
    pub(crate) fn text_for(&self, network: NetworkName) -> &str {
        self.versions.get(&network).map_or(&self.text, |version| &version.text)
    }
}

impl Post {
    /// What a network gets of it, as one word that is the same as long as its own text and the images are.
    pub(crate) fn matter(&self, network: NetworkName) -> String {
        // Ayrshare does not get what is to be seen in an image.
        let has_alt = network != NetworkName::Ayrshare;
        let shown: Vec<_> =
            self.images.iter().map(|image| (&image.image.id, has_alt.then_some(&image.alt))).collect();
        let matter = Sha256::digest(json!([self.content.text_for(network), shown]).to_string());
        format!("{:x}", Bytes::copy_from_slice(&matter))
    }

    /// Replaces the result of a network, or adds it.
    pub(crate) fn set_result(&mut self, outcome: Outcome) {
        self.results.retain(|result| result.network != outcome.network);
        self.results.push(outcome);
        self.results.sort_by_key(|result| result.network);
    }

    /// The state that follows from the results, once no network is under way.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if self.results.iter().any(Outcome::is_under_way) {
            return;
        }
        let published = self.results.iter().filter(|result| result.state == OutcomeState::Published).count();
        let is_missed = |result: &Outcome| result.error.as_ref().is_some_and(|error| error.code == "missed");
        self.state = match published {
            0 if self.results.iter().all(is_missed) => PostState::Missed,
            0 => PostState::Failed,
            all if all == self.results.len() => PostState::Published,
            _ => PostState::PartlyPublished,
        };
        if published > 0 {
            self.published_at.get_or_insert(now);
        }
    }

    /// What a decision on the post must see: the post, and the jobs that may still bring it to a network.
    pub(crate) fn want(&self) -> Want {
        let jobs = self.results.iter().filter_map(Outcome::open_job);
        jobs.fold(Want::money().record::<Self>(&self.id), Want::job)
    }

    /// Refuses what the post's state does not allow, and what its jobs do not: one that an operator had tried again may be at it,
    /// or has published it a moment ago, which the post does not know yet.
    pub(crate) fn ensure(&self, tx: &Tx, allowed: &[PostState], hint: &str) -> Result<(), ApiError> {
        let jobs = self.results.iter().filter_map(|result| tx.job(result.open_job()?));
        let state = jobs.fold(self.state, |state, job| match job.state {
            JobState::Completed if state != PostState::Publishing => PostState::Published,
            JobState::Completed | JobState::Cancelled | JobState::Discarded => state,
            JobState::Scheduled | JobState::Available | JobState::Running | JobState::Retryable => {
                PostState::Publishing
            }
        });
        if allowed.contains(&state) {
            return Ok(());
        }
        let state = state.as_str().replace('_', " ");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_missed_when_its_time_has_passed_on_every_network() {
        let settled = |codes: &[&str]| {
            let mut post = Post::default();
            for (network, code) in NetworkName::ALL.into_iter().zip(codes) {
                let outcome = Outcome::waiting(network, None);
                post.set_result(match *code {
                    "" => Outcome { state: OutcomeState::Published, ..outcome },
                    code => outcome.failed(code, "Why"),
                });
            }
            post.settle(Timestamp::UNIX_EPOCH);
            post.state
        };
        assert_eq!(settled(&["missed", "missed"]), PostState::Missed);
        assert_eq!(settled(&["missed", "refused"]), PostState::Failed);
        assert_eq!(settled(&["missed", ""]), PostState::PartlyPublished);
        assert_eq!(settled(&["", ""]), PostState::Published);
    }

    #[test]
    fn another_description_of_an_image_is_another_post_where_the_network_gets_it() {
        let (content_type, post_id) = ("image/png".to_owned(), None);
        let image = Image { id: "img_1".to_owned(), content_type, bytes: 1, width: 1, height: 1, post_id };
        let with = |alt: &str| {
            let image = PostImage { image: image.clone(), alt: alt.to_owned() };
            Post { images: vec![image], ..Post::default() }
        };
        let differs = |network| with("Bread").matter(network) != with("Rolls").matter(network);
        assert!(differs(NetworkName::Mastodon) && differs(NetworkName::Bluesky));
        assert!(!differs(NetworkName::Ayrshare));
    }
}
