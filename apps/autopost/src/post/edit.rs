//! Writing posts: create, save, duplicate, delete.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::core::id::sortable_body;
use wixapp::prelude::*;
use wixapp::server::error::Refusal;
use wixapp::server::extract::NoBody;

use super::schedule::{self, check_time};
use super::view::{PostView, view};
use super::{Content, Post, PostImage, PostState, Version};
use crate::connection::Connection;
use crate::desk::Call;
use crate::image::{self, Image};
use crate::input::check_text;
use crate::network::NetworkName;
use crate::profile::Profile;

/// The longest text that is stored, in characters; no network takes one as long.
const LONGEST: usize = 10_000;
/// The most images of a post.
const MOST_IMAGES: usize = 10;

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(save, delete)).routes(routes!(duplicate))
}

/// What is to be written of a post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PostInput)]
pub(super) struct Input {
    /// The text for every network that has no version of its own; at most 10,000 characters.
    text: String,
    networks: Vec<NetworkName>,
    /// Texts of their own for some of the networks.
    #[serde(default)]
    versions: BTreeMap<NetworkName, Version>,
    /// At most 10.
    #[serde(default)]
    images: Vec<ImageInput>,
    profile_id: Option<String>,
    /// When it is to be published; without it, it is a draft.
    scheduled_at: Option<Timestamp>,
    /// The version this was made from, for a post that is there.
    version: Option<i64>,
}

/// An image that was uploaded or fetched before.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostImageInput)]
struct ImageInput {
    id: String,
    /// What is to be seen in it, at most 1,500 characters.
    #[serde(default)]
    alt: String,
}

impl Input {
    pub(super) fn content(&self) -> Result<Content, ApiError> {
        self.check_count()?;
        let mut networks = self.networks.clone();
        networks.sort_unstable();
        networks.dedup();
        let version = |(name, version): (&NetworkName, &Version)| {
            let text = check_text("versions", &version.text, 0, LONGEST)?;
            Ok((*name, Version { text }))
        };
        let chosen = self.versions.iter().filter(|(name, _)| networks.contains(name));
        Ok(Content {
            text: check_text("text", &self.text, 0, LONGEST)?,
            versions: chosen.map(version).collect::<Result<_, ApiError>>()?,
            profile_id: self.profile_id.clone(),
            networks,
        })
    }

    fn alt(image: &ImageInput) -> Result<String, ApiError> {
        check_text("alt", &image.alt, 0, 1_500)
    }

    /// The images as they stand, for a check.
    pub(super) async fn images(
        &self,
        server: &Server,
        session: &OwnerSession,
    ) -> Result<Vec<PostImage>, ApiError> {
        let mut images = Vec::new();
        for input in &self.images {
            let stored = server.store.find_record::<Image>(&session.instance_id, &input.id).await?;
            let image = stored.ok_or_else(|| no_image(&input.id))?.record;
            images.push(PostImage { image, alt: Self::alt(input)? });
        }
        Ok(images)
    }

    fn check_count(&self) -> Result<(), ApiError> {
        if self.images.len() > MOST_IMAGES {
            return Err(ApiError::invalid(format!("A post has at most {MOST_IMAGES} images.")));
        }
        let twice = |at: usize| self.images[..at].iter().any(|other| other.id == self.images[at].id);
        if (0..self.images.len()).any(twice) {
            return Err(ApiError::invalid("An image stands in a post once."));
        }
        Ok(())
    }

    /// What a decision that takes the images must see.
    fn want(&self, want: Want) -> Want {
        let want = self.images.iter().fold(want, |want, image| want.record::<Image>(&image.id));
        self.profile_id.iter().fold(want, |want, id| want.record::<Profile>(id))
    }

    /// Takes the images for a post, and lets go those it had and has no more.
    fn take_images(&self, tx: &mut Tx, post: &mut Post) -> Result<(), ApiError> {
        let mut taken = Vec::new();
        for input in &self.images {
            let stored = tx.record::<Image>(&input.id)?.ok_or_else(|| no_image(&input.id))?;
            let mut image = stored.record;
            if image.post_id.as_ref().is_some_and(|owner| *owner != post.id) {
                return Err(ApiError::invalid("An image belongs to one post. Upload it again for another."));
            }
            if image.post_id.is_none() {
                image.post_id = Some(post.id.clone());
                tx.save_record(&image)?;
            }
            taken.push(PostImage { image, alt: Self::alt(input)? });
        }
        let left = std::mem::replace(&mut post.images, taken);
        for gone in left.into_iter().filter(|old| self.images.iter().all(|input| input.id != old.image.id)) {
            // It becomes loose, and is swept away in a day: an owner may put it back until then.
            if tx.record::<Image>(&gone.image.id)?.is_some() {
                tx.save_record(&Image { post_id: None, ..gone.image })?;
            }
        }
        match &post.content.profile_id {
            Some(id) if tx.record::<Profile>(id)?.is_none() => {
                Err(ApiError::invalid("There is no profile of this `profileId`."))
            }
            _ => Ok(()),
        }
    }
}

fn no_image(id: &str) -> ApiError {
    let id: String = id.chars().take(60).collect();
    ApiError::invalid(format!("There is no image `{id}` any more. Upload it again."))
}

/// Writes a post: a draft, or one for later when it has a time.
#[utoipa::path(post, path = "/api/v1/posts", tag = "posts", operation_id = "posts_create",
    request_body = Input, responses(
        (status = 201, body = Reply<PostView>),
        (status = 422, description = "`invalid_request`; `post_invalid` when it has a time and cannot be published then", body = Refusal)))]
async fn create(
    call: Call,
    ValidJson { value: input, .. }: ValidJson<Input>,
) -> Result<(StatusCode, Reply<PostView>), ApiError> {
    let Call(server, session, desk) = &call;
    let now = server.clock.now();
    let mut new = Post::new(server, input.content()?);
    new.scheduled_at = input.scheduled_at.map(|at| check_time(at, now)).transpose()?;
    let due = schedule::due(server, &new.id, new.scheduled_at)?;
    let want = input.want(Want::money()).all_records::<Connection>();
    let shared = Arc::clone(desk);
    let made = server.change(session, want, move |tx| {
        let mut post = new.clone();
        input.take_images(tx, &mut post)?;
        schedule::apply(tx, &shared, &mut post, due.as_ref())?;
        Ok(tx.save_record(&post)?)
    });
    Ok((StatusCode::CREATED, Reply::new(view(&call, made.await?).await?)))
}

/// Saves a post that was not published yet: as a draft, or for later when it has a time.
#[utoipa::path(put, path = "/api/v1/posts/{id}", tag = "posts", operation_id = "posts_save",
    params(("id" = String, Path)), request_body = Input, responses(
        (status = 200, body = Reply<PostView>),
        (status = 409, description = "`stale`: somebody else has saved it since; `wrong_state`: it is published or under way", body = Refusal)))]
async fn save(
    call: Call,
    ValidPath(id): ValidPath<String>,
    ValidJson { value: input, .. }: ValidJson<Input>,
) -> Result<Reply<PostView>, ApiError> {
    let Call(server, session, desk) = &call;
    let (content, now) = (input.content()?, server.clock.now());
    let Some(version) = input.version else {
        return Err(ApiError::invalid("`version` is missing: send the one you have read."));
    };
    let before = server.find_record::<Post>(session, &id).await?.record;
    let at = match input.scheduled_at {
        // A time that was set before may have passed meanwhile.
        kept if before.state == PostState::Scheduled && before.scheduled_at == kept => kept,
        at => at.map(|at| check_time(at, now)).transpose()?,
    };
    let due = schedule::due(server, &id, at)?;
    let want = input.want(before.want()).all_records::<Connection>();
    let want = before.images.iter().fold(want, |want, old| want.record::<Image>(&old.image.id));
    let shared = Arc::clone(desk);
    let saved = server.change(session, want, move |tx| {
        let mut post = tx.record_at::<Post>(&id, Some(version))?.record;
        let open = [PostState::Draft, PostState::Scheduled, PostState::Missed, PostState::Failed];
        post.ensure(tx, &open, "Duplicate it, and change the copy.")?;
        post.content = content.clone();
        post.scheduled_at = at;
        post.results.clear();
        input.take_images(tx, &mut post)?;
        schedule::apply(tx, &shared, &mut post, due.as_ref())?;
        Ok(tx.save_record(&post)?)
    });
    Ok(Reply::new(view(&call, saved.await?).await?))
}

/// Makes a draft of the same text, with copies of the images.
#[utoipa::path(post, path = "/api/v1/posts/{id}/duplicate", tag = "posts", operation_id = "posts_duplicate",
    params(("id" = String, Path)), responses((status = 201, body = Reply<PostView>)))]
async fn duplicate(
    call: Call,
    ValidPath(id): ValidPath<String>,
    _: NoBody,
) -> Result<(StatusCode, Reply<PostView>), ApiError> {
    let Call(server, session, _) = &call;
    let original = server.find_record::<Post>(session, &id).await?.record;
    let mut post = Post::new(server, original.content);
    for PostImage { image, alt } in original.images {
        // One whose bytes are gone cannot be shown either.
        if let Some(copied) = image::copy(&call, &image.id).await? {
            post.images.push(PostImage { image: Image { post_id: Some(post.id.clone()), ..copied }, alt });
        }
    }
    let made = server.change(session, Want::money(), move |tx| {
        for image in &post.images {
            tx.save_record(&image.image)?;
        }
        Ok(tx.save_record(&post)?)
    });
    Ok((StatusCode::CREATED, Reply::new(view(&call, made.await?).await?)))
}

/// Deletes a post and its images here. What is on the networks stays there.
#[utoipa::path(delete, path = "/api/v1/posts/{id}", tag = "posts", operation_id = "posts_delete",
    params(("id" = String, Path)), responses(
        (status = 204, description = "It is gone"),
        (status = 409, description = "`wrong_state`: it is being published", body = Refusal)))]
async fn delete(
    Call(server, session, desk): Call,
    ValidPath(id): ValidPath<String>,
    _: NoBody,
) -> Result<StatusCode, ApiError> {
    use PostState::{Draft, Failed, Missed, PartlyPublished, Published, Scheduled};
    let before = server.find_record::<Post>(&session, &id).await?;
    let gone = server.change(&session, before.record.want(), move |tx| {
        let post = tx.record_at::<Post>(&id, Some(before.version))?.record;
        let settled = [Draft, Scheduled, Published, PartlyPublished, Failed, Missed];
        post.ensure(tx, &settled, "Wait until it is published, or stop its jobs first.")?;
        tx.delete_record::<Post>(&id);
        for image in &post.images {
            tx.delete_record::<Image>(&image.image.id);
        }
        Ok(post)
    });
    for PostImage { image, .. } in gone.await?.images {
        // A file that stays is swept away later: its record is gone.
        if let Err(error) = desk.storage.delete(&session.instance_id, &image.id).await {
            tracing::warn!(%error, "an image could not be deleted");
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

impl Post {
    /// A new draft.
    pub(crate) fn new(server: &Server, content: Content) -> Self {
        let created_at = server.clock.now();
        let id = format!("post_{}", sortable_body(created_at, server.random()));
        Self { id, content, created_at, ..Self::default() }
    }
}
