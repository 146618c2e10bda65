//! `POST posts/publish`: a post in one step, to the network of the local platform.

use axum::http::StatusCode;
use utoipa::ToSchema;
use wixapp::prelude::*;
use wixapp::server::error::Refusal;
use wixapp::server::idempotency::{Once, decide_once};

use super::publish::ensure_valid;
use super::start::{Chance, Terms, start};
use super::{Content, Post};
use crate::connection::Connection;
use crate::desk::Call;
use crate::network::NetworkName;

/// The longest post, in characters.
const LONGEST: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(handle))
}

/// A post to publish.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PublishRequest {
    /// The text, 1 to 500 characters.
    text: String,
    /// `fail` to see what happens when the network refuses the post.
    simulate: Option<Simulate>,
}

/// What to try out.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Simulate {
    /// The network refuses the post.
    Fail,
}

/// Publishes a post in the background, for one credit that comes back when it fails.
#[utoipa::path(post, path = "/api/v1/posts/publish", tag = "posts", operation_id = "posts_quick", request_body = PublishRequest,
    params(("Idempotency-Key" = String, Header, description = "The caller's name for this post")),
    responses(
        (status = 202, body = Reply<StartedJob>),
        (status = 402, description = "`insufficient_credits`", body = Refusal),
        (status = 422, body = Refusal),
    ))]
async fn handle(
    Call(server, session, desk): Call,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<PublishRequest>,
) -> Result<OnceReply, ApiError> {
    // What is counted is what is published: white space around a text is no part of it.
    let text = request.text.trim();
    let length = text.chars().count();
    if length == 0 || length > LONGEST {
        let why = format!("A post has 1 to {LONGEST} characters; this one has {length}.");
        return Err(ApiError::invalid(why));
    }
    let networks = vec![NetworkName::Fake];
    let content = Content { text: text.to_owned(), networks: networks.clone(), ..Content::default() };
    let (new, chance) = (Post::new(&server, content), Chance::draw(&server));
    let terms = Terms { refuse: request.simulate.is_some(), ..Terms::default() };
    let decide = move |tx: &mut Tx| {
        let mut post = new.clone();
        ensure_valid(&desk, tx, &post.content, &post)?;
        let (started, credits) = start(tx, &mut post, &networks, &chance, &terms)?;
        tx.save_record(&post)?;
        let job_id = started.into_iter().next().map(|started| started.job_id);
        let job_id = job_id.ok_or_else(|| ApiError::internal(&"a start without a job"))?;
        Ok(StartedJob { job_id, credits })
    };
    let want = Want::money().all_records::<Connection>();
    let once =
        Once { instance_id: &session.instance_id, key: &key, request: &bytes, status: StatusCode::ACCEPTED };
    decide_once(&server, once, want, decide).await
}
