//! A post as pages see it: with the addresses of its images, and how far its jobs are.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use wixapp::core::{InstanceId, Timestamp};
use wixapp::prelude::*;
use wixapp::store::Job as StoredJob;

use super::{Outcome, Post, PostImage, PostState, Version};
use crate::desk::{Call, Desk};
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
    results: Vec<Outcome>,
}

/// The post as pages see it now.
pub(crate) async fn view(call: &Call, stored: Stored<Post>) -> Result<PostView, ApiError> {
    let Call(server, session, desk) = call;
    let mut jobs = Vec::new();
    for id in stored.record.results.iter().filter_map(Outcome::open_job) {
        jobs.extend(server.store.find_job(&session.instance_id, id).await?);
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
            let job = jobs.iter().find(|job| Some(&job.job_id) == outcome.open_job());
            if let Some(job) = job { outcome.seen_by(job) } else { outcome }
        };
        let image = |image: PostImage| {
            ImageView::new(&image.image, image.alt, desk.image_address(owner, &image.image.id, now))
        };
        let results: Vec<_> = post.results.into_iter().map(result).collect();
        let is_under_way = results.iter().any(Outcome::is_under_way);
        Self {
            id: post.id,
            version,
            state: if is_under_way { PostState::Publishing } else { post.state },
            text: post.content.text,
            networks: post.content.networks,
            versions: post.content.versions,
            images: post.images.into_iter().map(image).collect(),
            profile_id: post.content.profile_id,
            scheduled_at: post.scheduled_at,
            created_at: post.created_at,
            updated_at,
            published_at: post.published_at,
            results,
        }
    }
}
