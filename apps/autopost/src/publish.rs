//! Publishing a post: the route that takes it, and the job that does it.

use serde_json::{Value, json};
use utoipa::ToSchema;
use wixapp::prelude::*;
use wixapp::server::error::Refusal;

use crate::network::{Network, NetworkError};

/// The longest post, in characters.
const LONGEST: usize = 500;

/// The routes of this page.
pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
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
#[utoipa::path(post, path = "/api/v1/posts/publish", tag = "posts", request_body = PublishRequest,
    params(("Idempotency-Key" = String, Header, description = "The caller's name for this post")),
    responses(
        (status = 202, body = Reply<StartedJob>),
        (status = 402, description = "`insufficient_credits`", body = Refusal),
        (status = 422, body = Refusal),
    ))]
async fn handle(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<PublishRequest>,
) -> Result<OnceReply, ApiError> {
    // What is counted is what is published: white space around a text is no part of it.
    let text = request.text.trim();
    let length = text.chars().count();
    if length == 0 || length > LONGEST {
        return Err(ApiError::invalid(format!(
            "A post has 1 to {LONGEST} characters; this one has {length}."
        )));
    }
    let job = Publish { text: text.to_owned(), refuse: request.simulate.is_some() };
    server.start_paid_job(&session, &key, &bytes, Credits::ONE, job).await
}

/// Brings one post to the network.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Publish {
    text: String,
    refuse: bool,
}

impl Job for Publish {
    const KIND: &'static str = "publish";
    type Output = Value;

    async fn run(self, context: JobContext) -> Result<Value, JobError> {
        let network = context.state::<Network>()?;
        context.progress(10, "Preparing the post").await;
        if self.refuse {
            context.progress(40, "Publishing on the network").await;
            return Err(JobError::fail_with("refused", "The network refused the post, as you asked."));
        }
        context.progress(40, "Publishing on the network").await;
        // The job's id is the key: a second attempt after a crash finds the first one's post.
        let post =
            network.publish(&self.text, context.job_id().as_str()).await.map_err(|error| match error {
                NetworkError::Passing(reason) => JobError::retry(reason),
                NetworkError::Refused(reason) => JobError::fail_with("refused", reason),
            })?;
        context.progress(80, "Publishing: waiting until it can be seen").await;
        if !network.is_visible(&post).await {
            return Err(JobError::retry("the post cannot be seen yet"));
        }
        Ok(json!({ "url": post.url }))
    }
}
