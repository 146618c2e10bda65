//! The program of docs/tutorial.md, which is shown there piece by piece.

#![allow(dead_code, reason = "it is a whole program inside a test")]

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::core::id::sortable_body;
use wixapp::jobs::{NewJobExt, new_job};
use wixapp::prelude::*;

fn main() -> ExitCode {
    app().run()
}

fn app() -> App {
    App::new("Autopost")
        .routes(OpenApiRouter::new().routes(routes!(list, create)))
        .state(Networks::new)
        .job::<PublishTo>()
        .job::<Finish>()
        .routes(OpenApiRouter::new().routes(routes!(publish)))
        .job::<Due>()
        .routes(OpenApiRouter::new().routes(routes!(schedule)))
}

/// Where a post is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PostState {
    Draft,
    Scheduled,
    Publishing,
    Published,
    PartlyPublished,
    Failed,
}

/// A post, as it is stored and as pages see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Post {
    id: String,
    state: PostState,
    text: String,
    networks: Vec<String>,
    /// When it is to be published.
    scheduled_at: Option<Timestamp>,
    /// Where it can be seen, on each network that has it.
    urls: BTreeMap<String, String>,
}

impl Record for Post {
    const COLLECTION: &'static str = "posts";
    fn id(&self) -> &str {
        &self.id
    }
    fn state(&self) -> &str {
        match self.state {
            PostState::Draft => "draft",
            PostState::Scheduled => "scheduled",
            PostState::Publishing => "publishing",
            PostState::Published => "published",
            PostState::PartlyPublished => "partly_published",
            PostState::Failed => "failed",
        }
    }
    fn search_text(&self) -> String {
        self.text.clone()
    }
}

/// What an owner writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPost {
    text: String,
    networks: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Posts {
    posts: Vec<Post>,
    #[schema(value_type = Option<String>)]
    next_cursor: Option<RecordCursor>,
}

/// Writes a draft.
#[utoipa::path(post, path = "/api/v1/posts", request_body = NewPost, responses((status = 201, body = Reply<Post>)))]
async fn create(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidJson { value: new, .. }: ValidJson<NewPost>,
) -> Result<(StatusCode, Reply<Post>), ApiError> {
    if new.text.trim().is_empty() || new.text.chars().count() > 500 {
        return Err(ApiError::invalid("A post has 1 to 500 characters."));
    }
    // Made before the decision: that may run more than once.
    let id = format!("post_{}", sortable_body(server.clock.now(), server.random()));
    let NewPost { text, networks } = new;
    let state = PostState::Draft;
    let post = Post { id, state, text, networks, scheduled_at: None, urls: BTreeMap::new() };
    let saved = server.change(&session, Want::money(), move |tx| Ok(tx.save_record(&post)?)).await?;
    Ok((StatusCode::CREATED, Reply::new(saved.record)))
}

/// The posts, newest first.
#[utoipa::path(get, path = "/api/v1/posts", responses((status = 200, body = Reply<Posts>)))]
async fn list(State(server): State<Arc<Server>>, session: OwnerSession) -> Result<Reply<Posts>, ApiError> {
    let page = server.list_records::<Post>(&session, &RecordFilter::default(), 20).await?;
    let posts = page.records.into_iter().map(|stored| stored.record).collect();
    Ok(Reply::new(Posts { posts, next_cursor: page.next }))
}

/// What jobs share: the way to the networks. All of them are the local platform's here.
struct Networks {
    client: reqwest::Client,
    posts: String,
}

impl Networks {
    fn new(config: &Config) -> Self {
        let posts = format!("{}/_fake-network/posts", config.wix.api_url.trim_end_matches('/'));
        Self { client: reqwest::Client::new(), posts }
    }

    /// Under one key a network publishes once, however often it is asked.
    async fn publish(&self, network: &str, text: &str, key: &str) -> Result<String, JobError> {
        let post = json!({ "text": text, "network": network, "idempotencyKey": key });
        let request = self.client.post(&self.posts).header("x-emulator", "1").json(&post);
        let answer = request.send().await.map_err(JobError::retry)?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(JobError::retry)?;
        if status.is_success() {
            return Ok(body["url"].as_str().unwrap_or_default().to_owned());
        }
        let why = format!("{network} said: {}", body["message"].as_str().unwrap_or_default());
        // Another try helps where the network broke down or is busy.
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(JobError::retry(why));
        }
        Err(JobError::fail_with("refused", why))
    }
}

/// Brings one post to one network.
#[derive(Clone, Serialize, Deserialize)]
struct PublishTo {
    post_id: String,
    network: String,
}

impl Job for PublishTo {
    const KIND: &'static str = "publish";
    type Output = String;

    async fn run(self, context: JobContext) -> Result<String, JobError> {
        let (server, networks) = (context.state::<Server>()?, context.state::<Networks>()?);
        let post = server
            .store
            .find_record::<Post>(context.instance_id(), &self.post_id)
            .await
            .map_err(JobError::retry)?;
        let post = post.ok_or_else(|| JobError::cancel("The post was deleted meanwhile."))?.record;
        context.progress(40, format!("Publishing on {}", self.network)).await;
        let key = format!("{}-{}", self.post_id, self.network);
        networks.publish(&self.network, &post.text, &key).await
    }
}

/// Joins what the networks gave.
#[derive(Clone, Serialize, Deserialize)]
struct Finish {
    post_id: String,
}

impl Job for Finish {
    const KIND: &'static str = "finish";
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let server = context.state::<Server>()?;
        let mut urls = BTreeMap::new();
        for member in context.members() {
            if let Some(url) = member.output::<PublishTo>()? {
                urls.insert(member.job::<PublishTo>()?.network, url);
            }
        }
        let want = Want::money().record::<Post>(&self.post_id);
        let finished = server.store.transact(context.instance_id(), want, context.now(), move |tx| {
            let Some(stored) = tx.record::<Post>(&self.post_id)? else { return Ok(()) };
            let mut post = stored.record;
            post.urls.extend(urls.clone());
            post.state = match post.urls.len() {
                0 => PostState::Failed,
                all if all == post.networks.len() => PostState::Published,
                _ => PostState::PartlyPublished,
            };
            tx.save_record(&post).map(|_| ())
        });
        finished.await.map_err(JobError::retry)?.map_err(JobError::fail)
    }
}

/// A paid job for each network that does not have the post, and the one that joins them.
fn jobs_of(post: &Post) -> PaidJobs {
    let on =
        |network: &String| (Credits::ONE, PublishTo { post_id: post.id.clone(), network: network.clone() });
    let lacks = |network: &&String| !post.urls.contains_key(*network);
    let jobs: PaidJobs = post.networks.iter().filter(lacks).map(on).collect();
    jobs.join(Finish { post_id: post.id.clone() })
}

/// Publishes a post on the networks that do not have it, for one credit each.
#[utoipa::path(post, path = "/api/v1/posts/{id}/publish",
    params(("id" = String, Path), ("Idempotency-Key" = String, Header, description = "The caller's name for this")),
    responses((status = 202, body = Reply<Post>)))]
async fn publish(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<String>,
    key: IdempotencyKey,
) -> Result<OnceReply, ApiError> {
    let post = server.find_record::<Post>(&session, &id).await?;
    let jobs = jobs_of(&post.record).want(Want::money().record::<Post>(&id));
    server
        .start_paid_jobs_with(&session, &key, b"", jobs, move |tx, _started| {
            // The state the jobs were made for, and no other.
            let mut post = tx.record_at::<Post>(&id, Some(post.version))?.record;
            if matches!(post.state, PostState::Publishing | PostState::Published) {
                let refusal = ApiError::new(ErrorCode::Conflict).with_code("wrong_state");
                return Err(refusal.with_message("It is published, or on its way."));
            }
            (post.state, post.scheduled_at) = (PostState::Publishing, None);
            Ok(tx.save_record(&post)?.record)
        })
        .await
}

/// When a post is to be published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct When {
    at: Timestamp,
}

/// Has a post published at a time. It costs nothing until then.
#[utoipa::path(post, path = "/api/v1/posts/{id}/schedule", params(("id" = String, Path)), request_body = When,
    responses((status = 200, body = Reply<Post>)))]
async fn schedule(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<String>,
    ValidJson { value: When { at }, .. }: ValidJson<When>,
) -> Result<Reply<Post>, ApiError> {
    let now = server.clock.now();
    if at <= now {
        return Err(ApiError::invalid("That time is over.").with_hint("Choose one that is still to come."));
    }
    let due = new_job(&Due { post_id: id.clone(), at }, JobId::new(now, server.random()), now);
    let due = due.map_err(|error| ApiError::internal(&error))?.run_at(at);
    let saved = server.change(&session, Want::money().record::<Post>(&id), move |tx| {
        let mut post = tx.record_at::<Post>(&id, None)?.record;
        if !matches!(post.state, PostState::Draft | PostState::Scheduled) {
            let refusal = ApiError::new(ErrorCode::Conflict).with_code("wrong_state");
            return Err(refusal.with_message("It is published, or on its way."));
        }
        (post.state, post.scheduled_at) = (PostState::Scheduled, Some(at));
        tx.enqueue(due.clone());
        Ok(tx.save_record(&post)?)
    });
    Ok(Reply::new(saved.await?.record))
}

/// Publishes a post when its time has come.
#[derive(Clone, Serialize, Deserialize)]
struct Due {
    post_id: String,
    at: Timestamp,
}

impl Job for Due {
    const KIND: &'static str = "due_post";
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let server = context.state::<Server>()?;
        let (owner, want) = (context.instance_id(), Want::money().record::<Post>(&self.post_id));
        let stored = server.store.find_record::<Post>(owner, &self.post_id).await.map_err(JobError::retry)?;
        let Some(stored) = stored else { return Ok(()) };
        let jobs = jobs_of(&stored.record).draw_up(context.now(), || server.random());
        let (jobs, this) = (jobs.map_err(JobError::fail)?, self.clone());
        let begun = server.store.transact(owner, want.clone(), context.now(), move |tx| {
            let Some(mut post) = this.post(tx)? else { return Ok(()) };
            jobs.start(tx)?;
            (post.state, post.scheduled_at) = (PostState::Publishing, None);
            tx.save_record(&post)?;
            Ok::<_, ApiError>(())
        });
        let Err(refusal) = begun.await.map_err(JobError::retry)? else { return Ok(()) };
        // The credits do not suffice, say. Nothing of the decision was kept; the owner finds the post failed.
        context.log(refusal.message());
        let failed = server.store.transact(owner, want, context.now(), move |tx| {
            let Some(mut post) = self.post(tx)? else { return Ok(()) };
            post.state = PostState::Failed;
            tx.save_record(&post).map(|_| ())
        });
        failed.await.map_err(JobError::retry)?.map_err(JobError::fail)
    }
}

impl Due {
    /// The post, unless it was given another time meanwhile, or published by hand.
    fn post(&self, tx: &Tx) -> Result<Option<Post>, RecordError> {
        let post = tx.record::<Post>(&self.post_id)?.map(|stored| stored.record);
        Ok(post.filter(|post| post.scheduled_at == Some(self.at)))
    }
}

/// The tutorial shows this file and nothing else.
#[test]
fn the_tutorial_shows_what_is_tested_here() {
    let (text, program) = (include_str!("../../../../docs/tutorial.md"), include_str!("tutorial.rs"));
    let blocks: Vec<_> =
        text.split("```rust\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 12);
    for block in blocks {
        // It grows at its end, step by step.
        let is_growing = block.starts_with("fn app() -> App {\n");
        let shown = if is_growing { block.strip_suffix("}\n").unwrap() } else { block };
        assert!(program.contains(shown), "not in tutorial.rs:\n{block}");
    }
}

#[cfg(test)]
mod tests {
    use wixapp::Local;

    use super::*;

    /// The owner of a site, with the app on it.
    struct Owner {
        local: Local,
        client: reqwest::Client,
        token: String,
    }

    impl Owner {
        async fn new() -> Self {
            let local = Local::start(app()).await.unwrap();
            let site = local.emulator().install(&local.emulator().sites()[0].site_id).await.unwrap();
            let page = local.emulator().app_url(&site.site_id).unwrap();
            let token = page.split_once("instance=").unwrap().1.split('&').next().unwrap().to_owned();
            Self { local, client: reqwest::Client::new(), token }
        }

        async fn ask(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
            let request = self.client.request(method, format!("{}{path}", self.local.app_url()));
            let request = request.header("authorization", format!("WixInstance {}", self.token));
            request.json(&body).send().await.unwrap().json().await.unwrap()
        }

        /// Publishes a post; under one key it counts once.
        async fn publish(&self, post: &Value, key: &str) -> u16 {
            let path = format!("/api/v1/posts/{}/publish", post["data"]["id"].as_str().unwrap());
            let request = self.client.post(format!("{}{path}", self.local.app_url()));
            let request = request.header("authorization", format!("WixInstance {}", self.token));
            request.header("idempotency-key", key).send().await.unwrap().status().as_u16()
        }

        /// How the networks behave from now on.
        async fn mood(&self, mood: &str) {
            let request = self.client.put(format!("{}/_fake-network/mood", self.local.platform_url()));
            let request = request.header("x-emulator", "1").json(&json!({ "mood": mood }));
            assert_eq!(request.send().await.unwrap().status(), 200);
        }

        /// Asks until the answer is the wanted one: webhooks and jobs take a moment.
        async fn wait_for(&self, path: &str, at: &str, wanted: Value) -> Value {
            let mut turn = tokio::time::interval(std::time::Duration::from_millis(20));
            loop {
                turn.tick().await;
                let answer = self.ask(reqwest::Method::GET, path, Value::Null).await;
                if answer.pointer(at) == Some(&wanted) {
                    return answer;
                }
            }
        }
    }

    #[tokio::test]
    async fn a_post_reaches_both_networks_for_two_credits() {
        let owner = Owner::new().await;
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(200)).await;
        let draft = json!({ "text": "Fresh bread", "networks": ["mastodon", "bluesky"] });
        let post = owner.ask(reqwest::Method::POST, "/api/v1/posts", draft).await;
        // A double click is one publication.
        assert_eq!([owner.publish(&post, "click").await, owner.publish(&post, "click").await], [202, 202]);
        let posts = owner.wait_for("/api/v1/posts", "/data/posts/0/state", json!("published")).await;
        assert_eq!(posts["data"]["posts"][0]["urls"].as_object().unwrap().len(), 2);
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(198)).await;
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn what_the_networks_refused_costs_nothing_and_is_tried_again() {
        let owner = Owner::new().await;
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(200)).await;
        let draft = json!({ "text": "Fresh bread", "networks": ["mastodon"] });
        let post = owner.ask(reqwest::Method::POST, "/api/v1/posts", draft).await;
        owner.mood("refusing").await;
        owner.publish(&post, "first").await;
        owner.wait_for("/api/v1/posts", "/data/posts/0/state", json!("failed")).await;
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(200)).await;
        owner.mood("usual").await;
        owner.publish(&post, "second").await;
        owner.wait_for("/api/v1/posts", "/data/posts/0/state", json!("published")).await;
        assert_eq!(owner.publish(&post, "third").await, 409);
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(199)).await;
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_post_for_later_goes_out_when_its_time_has_come() {
        let owner = Owner::new().await;
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(200)).await;
        let draft = json!({ "text": "Fresh bread", "networks": ["mastodon"] });
        let post = owner.ask(reqwest::Method::POST, "/api/v1/posts", draft).await;
        let path = format!("/api/v1/posts/{}/schedule", post["data"]["id"].as_str().unwrap());
        let in_an_hour = owner.local.server().clock.now() + wixapp::jiff::SignedDuration::from_hours(1);
        let scheduled = owner.ask(reqwest::Method::POST, &path, json!({ "at": in_an_hour })).await;
        assert_eq!(scheduled["data"]["state"], "scheduled");
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(200)).await;
        owner.local.emulator().advance(wixapp::jiff::SignedDuration::from_hours(1)).await.unwrap();
        owner.wait_for("/api/v1/posts", "/data/posts/0/state", json!("published")).await;
        owner.wait_for("/api/v1/wix/credits/balance", "/data/available", json!(199)).await;
        owner.local.stop().await.unwrap();
    }
}
