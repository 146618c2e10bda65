//! Posts for later: the job that starts one when its time has come, and what happens when nobody was there then.

use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::jiff::SignedDuration;
use wixapp::jobs::{NewJobExt, new_job};
use wixapp::prelude::*;
use wixapp::server::error::Refusal;
use wixapp::server::extract::NoBody;
use wixapp::store::NewJob;

use super::publish::ensure_valid;
use super::start::{Chance, Terms, start};
use super::view::{PostView, view};
use super::{Outcome, Post, PostState, problems};
use crate::connection::{Connection, Connections};
use crate::desk::{Call, Desk};

/// A post that is later than this is not published any more: news of this morning embarrass in the evening.
pub(super) const LATE: SignedDuration = SignedDuration::from_hours(2);
/// The furthest time.
const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// How long to wait when the database was away.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(10);

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(schedule)).routes(routes!(unschedule))
}

/// When to publish.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct When {
    /// Not in the past, and within a year.
    scheduled_at: Timestamp,
}

/// The time, if a post can be published then.
pub(super) fn check_time(at: Timestamp, now: Timestamp) -> Result<Timestamp, ApiError> {
    if at < now {
        return Err(ApiError::invalid("`scheduledAt` is in the past.")
            .with_hint("Choose a time that is still to come."));
    }
    if at.duration_since(now) > FURTHEST {
        return Err(ApiError::invalid("`scheduledAt` is more than a year away."));
    }
    // What is stored are milliseconds, and the job compares.
    Timestamp::from_millisecond(at.as_millisecond())
        .map_err(|_| ApiError::invalid("`scheduledAt` is no time."))
}

/// The job that starts a post with a time.
pub(super) fn due(server: &Server, id: &str, at: Option<Timestamp>) -> Result<Option<NewJob>, ApiError> {
    let Some(at) = at else { return Ok(None) };
    let (now, job) = (server.clock.now(), Due { post_id: id.to_owned(), at });
    let job =
        new_job(&job, JobId::new(now, server.random()), now).map_err(|error| ApiError::internal(&error))?;
    Ok(Some(job.run_at(at)))
}

/// Makes a post with a time a scheduled one, and any other a draft. It must see all connections.
pub(super) fn apply(tx: &mut Tx, desk: &Desk, post: &mut Post, due: Option<&NewJob>) -> Result<(), ApiError> {
    post.state = PostState::Draft;
    if let Some(due) = due {
        ensure_valid(desk, tx, &post.content, post)?;
        post.state = PostState::Scheduled;
        tx.enqueue(due.clone());
    }
    Ok(())
}

/// Has a post published at a time. It costs nothing until then.
#[utoipa::path(post, path = "/api/v1/posts/{id}/schedule", tag = "posts", operation_id = "posts_schedule",
    params(("id" = String, Path)), request_body = When, responses(
        (status = 200, body = Reply<PostView>),
        (status = 409, description = "`wrong_state`: it is published or under way", body = Refusal),
        (status = 422, description = "`invalid_request`, or `post_invalid` with `details.problems`", body = Refusal)))]
async fn schedule(
    call: Call,
    ValidPath(id): ValidPath<String>,
    ValidJson { value: when, .. }: ValidJson<When>,
) -> Result<Reply<PostView>, ApiError> {
    let at = check_time(when.scheduled_at, call.0.clock.now())?;
    set_time(&call, id, Some(at)).await
}

/// Makes a scheduled or missed post a draft again.
#[utoipa::path(post, path = "/api/v1/posts/{id}/unschedule", tag = "posts", operation_id = "posts_unschedule",
    params(("id" = String, Path)), responses(
        (status = 200, body = Reply<PostView>),
        (status = 409, description = "`wrong_state`: it is published or under way", body = Refusal)))]
async fn unschedule(
    call: Call,
    ValidPath(id): ValidPath<String>,
    _: NoBody,
) -> Result<Reply<PostView>, ApiError> {
    set_time(&call, id, None).await
}

async fn set_time(call: &Call, id: String, at: Option<Timestamp>) -> Result<Reply<PostView>, ApiError> {
    let Call(server, session, desk) = call;
    let (due, shared) = (due(server, &id, at)?, Arc::clone(desk));
    let before = server.find_record::<Post>(session, &id).await?;
    let want = before.record.want().all_records::<Connection>();
    let saved = server.change(session, want, move |tx| {
        let mut post = tx.record_at::<Post>(&id, Some(before.version))?.record;
        let allowed = [PostState::Draft, PostState::Scheduled, PostState::Missed];
        post.ensure(tx, &allowed, "Duplicate it, and schedule the copy.")?;
        post.scheduled_at = at;
        post.results.clear();
        apply(tx, &shared, &mut post, due.as_ref())?;
        Ok(tx.save_record(&post)?)
    });
    Ok(Reply::new(view(call, saved.await?).await?))
}

/// Starts a post whose time has come. One that was given another time meanwhile, or none, has another job for that.
#[derive(Serialize, Deserialize)]
pub(crate) struct Due {
    post_id: String,
    at: Timestamp,
}

impl Job for Due {
    const KIND: &'static str = "due_post";
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let (server, desk) = (context.state::<Server>()?, context.state::<Desk>()?);
        let want = Want::money().record::<Post>(&self.post_id).all_records::<Connection>();
        let (chance, now) = (Chance::draw(&server), context.now());
        // It spends: what a restored copy says of the credits is no word to spend on.
        server.settle_doubt(context.instance_id()).await.map_err(|_| JobError::snooze(LOOK_AGAIN))?;
        let this = Arc::new(self);
        let (first, shared) = (Arc::clone(&this), Arc::clone(&desk));
        // It never gives up by itself: a post that nobody starts and nobody calls missed would be lost in silence.
        let again = |_| JobError::snooze(LOOK_AGAIN);
        let starting = server
            .store
            .transact(context.instance_id(), want.clone(), now, move |tx| first.start(tx, &shared, &chance));
        let Err(refusal) = starting.await.map_err(again)? else { return Ok(()) };
        context.log(format!("not started: {}", refusal.message()));
        let code = refusal.code();
        let told = move |tx: &mut Tx| this.fail(tx, code, &refusal);
        let told = server.store.transact(context.instance_id(), want, now, told).await.map_err(again)?;
        told.map_err(JobError::fail)
    }
}

impl Due {
    /// The post, if this job is still the one to start it.
    fn post(&self, tx: &Tx) -> Result<Option<Post>, RecordError> {
        let post = tx.record::<Post>(&self.post_id)?.map(|stored| stored.record);
        Ok(post.filter(|post| post.state == PostState::Scheduled && post.scheduled_at == Some(self.at)))
    }

    fn start(&self, tx: &mut Tx, desk: &Desk, chance: &Chance) -> Result<(), ApiError> {
        let Some(mut post) = self.post(tx)? else { return Ok(()) };
        if tx.profile.removed_at.is_some() || tx.now.duration_since(self.at) > LATE {
            post.state = PostState::Missed;
            tx.save_record(&post)?;
            return Ok(());
        }
        // A network that must be connected again is waited for, as it is by a post that is under way.
        let found = problems(desk, &Connections::of(tx)?, &post.content, &post.images);
        if let Some(problem) = found.into_iter().find(|problem| problem.code != "reconnect") {
            return Err(ApiError::invalid(problem.message));
        }
        let networks = post.content.networks.clone();
        let terms = Terms { until: Some(self.at + LATE), ..Terms::default() };
        // The same in every copy of the database: what was published before a restored one is found again.
        post.sent_at.get_or_insert(self.at);
        start(tx, &mut post, &networks, chance, &terms)?;
        tx.save_record(&post)?;
        Ok(())
    }

    /// Says on every network why the post was not started.
    fn fail(&self, tx: &mut Tx, code: ErrorCode, refusal: &ApiError) -> Result<(), RecordError> {
        let Some(mut post) = self.post(tx)? else { return Ok(()) };
        let code = if code == ErrorCode::InvalidRequest { "post_invalid" } else { code.as_str() };
        for network in post.content.networks.clone() {
            let outcome = Outcome { at: Some(tx.now), ..Outcome::waiting(network, None) };
            post.set_result(outcome.failed(code, refusal.message()));
        }
        post.state = PostState::Failed;
        tx.save_record(&post).map(|_| ())
    }
}
