//! A post as pages see it: with the addresses of its images, and how far its jobs are.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use wixapp::core::job::JobState;
use wixapp::core::{InstanceId, Timestamp};
use wixapp::jobs::api_error;
use wixapp::prelude::*;
use wixapp::store::Job as StoredJob;

use super::{Outcome, OutcomeError, OutcomeState, Post, PostImage, PostState, Version};
use crate::desk::Desk;
use crate::image::ImageView;
use crate::network::NetworkName;

/// A post.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Post)]
pub(crate) struct PostView {
    id: String,
    /// How often it was saved: send it back with a change.
    version: i64,
    state: PostState,
    text: String,
    networks: Vec<NetworkName>,
    /// Texts of their own for some of the networks.
    versions: BTreeMap<NetworkName, Version>,
    images: Vec<ImageView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<Timestamp>,
    results: Vec<OutcomeView>,
}

/// How a post stands with one network.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PostResult)]
pub(crate) struct OutcomeView {
    network: NetworkName,
    state: OutcomeState,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    job_id: Option<JobId>,
    /// How far it is, 0 to 100, while it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<i64>,
    /// The post's page on the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<OutcomeError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

/// The post as pages see it now.
pub(crate) async fn view(
    server: &Server,
    desk: &Desk,
    session: &OwnerSession,
    stored: Stored<Post>,
) -> Result<PostView, ApiError> {
    let mut jobs = Vec::new();
    if stored.record.state == PostState::Publishing {
        for id in stored.record.results.iter().filter_map(|outcome| outcome.job_id.as_ref()) {
            jobs.extend(server.store.find_job(&session.instance_id, id).await?);
        }
    }
    Ok(PostView::new(desk, &session.instance_id, stored, server.clock.now(), &jobs))
}

impl PostView {
    pub(crate) fn new(
        desk: &Desk,
        owner: &InstanceId,
        stored: Stored<Post>,
        now: Timestamp,
        jobs: &[StoredJob],
    ) -> Self {
        let Stored { record: post, version, updated_at, .. } = stored;
        let result = |outcome: Outcome| {
            let job = jobs.iter().find(|job| Some(&job.job_id) == outcome.job_id.as_ref());
            OutcomeView::new(outcome, job)
        };
        let image = |image: PostImage| {
            ImageView::new(&image.image, image.alt, desk.image_address(owner, &image.image.id, now))
        };
        Self {
            id: post.id,
            version,
            state: post.state,
            text: post.content.text,
            networks: post.content.networks,
            versions: post.content.versions,
            images: post.images.into_iter().map(image).collect(),
            profile_id: post.content.profile_id,
            scheduled_at: post.scheduled_at,
            created_at: post.created_at,
            updated_at,
            published_at: post.published_at,
            results: post.results.into_iter().map(result).collect(),
        }
    }
}

impl OutcomeView {
    /// What is stored, or, before the jobs are joined, what the job says.
    fn new(outcome: Outcome, job: Option<&StoredJob>) -> Self {
        let Outcome { network, state, job_id, url, error, at } = outcome;
        let mut view = Self { network, state, job_id, percent: None, url, error, at };
        let under_way = matches!(view.state, OutcomeState::Waiting | OutcomeState::Publishing);
        let Some(job) = job.filter(|_| under_way) else { return view };
        view.percent = Some(job.progress_percent);
        match job.state {
            JobState::Scheduled | JobState::Available | JobState::Retryable => {}
            JobState::Running => view.state = OutcomeState::Publishing,
            JobState::Completed => {
                view.state = OutcomeState::Published;
                view.url = job.result.as_deref().and_then(address);
            }
            JobState::Cancelled | JobState::Discarded => {
                view.state = OutcomeState::Failed;
                view.error =
                    api_error(job).map(|error| OutcomeError { code: error.code, message: error.message });
            }
        }
        view
    }
}

/// The address in a job's result.
fn address(result: &str) -> Option<String> {
    serde_json::from_str::<crate::job::Published>(result).ok().map(|published| published.url)
}
