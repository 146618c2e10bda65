//! `POST posts/{id}/publish` and `POST posts/{id}/retry`.

use axum::http::StatusCode;
use serde_json::json;
use utoipa::ToSchema;
use wixapp::prelude::*;
use wixapp::server::error::Refusal;
use wixapp::server::extract::NoBody;
use wixapp::server::idempotency::{Once, decide_once};
use wixapp::server::routes::user::status::CreditsView;

use super::start::{Chance, StartedOn, Terms, start};
use super::view::PostView;
use super::{Content, OutcomeState, Post, PostState, problems};
use crate::connection::{Connection, Connections};
use crate::desk::{Call, Desk};
use crate::network::NetworkName;

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(publish)).routes(routes!(retry))
}

/// A post is on its way.
#[derive(Serialize, ToSchema)]
struct Started {
    post: PostView,
    jobs: Vec<StartedOn>,
    /// The balances after it.
    credits: CreditsView,
}

/// What both requests bring: their key, and the id of the post.
type Asked = (Call, ValidPath<String>, IdempotencyKey, NoBody);

/// Publishes a post now, for one credit a network. A credit comes back when its network does not take the post.
#[utoipa::path(post, path = "/api/v1/posts/{id}/publish", tag = "posts", operation_id = "posts_publish",
    params(("id" = String, Path), ("Idempotency-Key" = String, Header, description = "The caller's name for this")),
    responses(
        (status = 202, body = Reply<Started>),
        (status = 402, description = "`insufficient_credits`", body = Refusal),
        (status = 409, description = "`wrong_state`: it is published or under way", body = Refusal),
        (status = 422, description = "`post_invalid`: `details.problems` says what is in the way", body = Refusal)))]
async fn publish(asked: Asked) -> Result<OnceReply, ApiError> {
    send(asked, |tx, post| {
        let allowed = [PostState::Draft, PostState::Scheduled, PostState::Missed];
        post.ensure(tx, &allowed, "Retry the networks that failed, or duplicate the post.")?;
        Ok(post.content.networks.clone())
    })
    .await
}

/// Tries the networks again that do not have the post.
#[utoipa::path(post, path = "/api/v1/posts/{id}/retry", tag = "posts", operation_id = "posts_retry",
    params(("id" = String, Path), ("Idempotency-Key" = String, Header, description = "The caller's name for this")),
    responses(
        (status = 202, body = Reply<Started>),
        (status = 402, description = "`insufficient_credits`", body = Refusal),
        (status = 409, description = "`wrong_state`: nothing of it has failed", body = Refusal),
        (status = 422, description = "`post_invalid`: `details.problems` says what is in the way", body = Refusal)))]
async fn retry(asked: Asked) -> Result<OnceReply, ApiError> {
    send(asked, |tx, post| {
        let failed = post.results.iter().filter(|result| result.state == OutcomeState::Failed);
        let failed: Vec<_> = failed.map(|result| result.network).collect();
        let allowed = [PostState::Failed, PostState::PartlyPublished, PostState::Missed];
        // One that was missed before it was ever sent has nothing to try again.
        let allowed = if failed.is_empty() { &[][..] } else { &allowed };
        post.ensure(tx, allowed, "Only what has failed can be tried again.")?;
        Ok(failed)
    })
    .await
}

/// Starts a post on the networks that `choose` names, once under the key.
async fn send(
    (Call(server, session, desk), ValidPath(id), key, _): Asked,
    choose: impl Fn(&Tx, &Post) -> Result<Vec<NetworkName>, ApiError> + Send + Sync + 'static,
) -> Result<OnceReply, ApiError> {
    // One that is gone is refused below, unless this was answered before.
    let before = server.store.find_record::<Post>(&session.instance_id, &id).await?;
    let (before, version) = before.map_or_else(Default::default, |stored| (stored.record, stored.version));
    let want = before.want().all_records::<Connection>();
    let (chance, owner) = (Chance::draw(&server), session.instance_id.clone());
    let decide = move |tx: &mut Tx| {
        let mut post = tx.record_at::<Post>(&id, Some(version))?.record;
        let networks = choose(tx, &post)?;
        let content = Content { networks: networks.clone(), ..post.content.clone() };
        ensure_valid(&desk, tx, &content, &post)?;
        let (jobs, credits) = start(tx, &mut post, &networks, &chance, &Terms::default())?;
        let stored = tx.save_record(&post)?;
        Ok(Started { post: PostView::new(&desk, &owner, stored, tx.now, &[]), jobs, credits })
    };
    let once =
        Once { instance_id: &session.instance_id, key: &key, request: b"", status: StatusCode::ACCEPTED };
    decide_once(&server, once, want, decide).await
}

/// Refuses a post that has problems, and names them.
pub(super) fn ensure_valid(desk: &Desk, tx: &Tx, content: &Content, post: &Post) -> Result<(), ApiError> {
    let problems = problems(desk, &Connections::of(tx)?, content, &post.images);
    let Some(first) = problems.first() else { return Ok(()) };
    let more = match problems.len() - 1 {
        0 => String::new(),
        others => format!(" ({others} more)"),
    };
    let refusal = ApiError::invalid(format!("{}{more}", first.message)).with_code("post_invalid");
    Err(refusal.with_details(json!({ "problems": problems })))
}
