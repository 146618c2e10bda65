//! A social network that exists only here: something for the reference app to publish to.

mod gallery;

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Emulator;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::http::body::{NoBody, Strict};
use crate::http::html::escape;
use crate::http::part::Segment;
use crate::world::post::{FakeNetwork, Mood, Post, PostImage};

pub(crate) use gallery::Gallery;

/// A network takes its time; without it nobody would see the progress of a job.
const USUAL: Duration = Duration::from_millis(400);
/// How long a post takes whose text contains `[slow]`.
const SLOW: Duration = Duration::from_secs(4);

pub(crate) fn routes() -> Router<Emulator> {
    Router::new()
        .route("/_fake-network/posts", post(publish).get(list))
        .route("/_fake-network/posts/{post_id}", get(show))
        .route("/_fake-network/media", post(gallery::upload))
        .route("/_fake-network/media/{media_id}", get(gallery::show))
        .route("/_fake-network/tokens", post(make_token))
        .route("/_fake-network/mood", get(show_mood).put(set_mood))
        .method_not_allowed_fallback(crate::page_api::method_not_allowed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPost {
    text: String,
    network: String,
    idempotency_key: String,
    /// Sent before, to `POST /_fake-network/media`.
    #[serde(default)]
    images: Vec<PostImage>,
}

/// How the network is to behave from now on.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MoodView {
    mood: Mood,
    /// What `Retry-After` says when it is `rate_limited`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
}

#[derive(Serialize)]
struct Token {
    token: String,
    account: &'static str,
}

#[derive(Serialize)]
struct Published {
    id: String,
    url: String,
}

#[derive(Serialize)]
struct PostView {
    id: String,
    text: String,
    network: String,
    url: String,
    at: Timestamp,
    images: Vec<ImageView>,
}

#[derive(Serialize)]
struct ImageView {
    alt: String,
    url: String,
}

#[derive(Serialize)]
struct Posts {
    posts: Vec<PostView>,
}

impl NewPost {
    fn check(&self) -> Result<(), Refusal> {
        let word = |text: &str| {
            (1..=128).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(&b))
        };
        if self.text.trim().is_empty() || self.text.chars().count() > 5_000 {
            return Err(Refusal::invalid("`text` must have 1 to 5,000 characters."));
        }
        if !word(&self.network) || !word(&self.idempotency_key) {
            return Err(Refusal::invalid(
                "`network` and `idempotencyKey` must have 1 to 128 of the characters A-Z, a-z, 0-9, `_`, `-`, `.` and `:`.",
            ));
        }
        if self.images.len() > 4 || self.images.iter().any(|image| image.alt.chars().count() > 1_500) {
            return Err(Refusal::invalid(
                "`images` must be 4 at the most, with an `alt` of up to 1,500 characters.",
            ));
        }
        if self.text.contains("[fail]") {
            let message = "The network broke down, as the text asked for with [fail].";
            return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "network_failed", message));
        }
        Ok(())
    }
}

/// `POST /_fake-network/posts`: the same key gives the same post again.
async fn publish(
    State(emulator): State<Emulator>,
    headers: HeaderMap,
    Strict(new): Strict<NewPost>,
) -> Result<impl IntoResponse, Refusal> {
    new.check()?;
    let network = emulator.engine().read(|world| world.fake_network.clone());
    network.check_token(&headers)?;
    let slow = new.text.contains("[slow]") || network.mood == Mood::Slow;
    tokio::time::sleep(if slow { SLOW } else { USUAL }).await;
    network.check_mood()?;
    let engine = emulator.engine();
    let sent = |image: &PostImage| engine.gallery.has(&image.id);
    if !new.images.iter().all(sent) {
        return Err(Refusal::invalid("Send each image to POST /_fake-network/media before its post."));
    }
    let id = engine.change(|world| {
        if let Some(post) = world.posts.iter().find(|post| post.idempotency_key == new.idempotency_key) {
            // An image that is sent once more has another id.
            let images = post.images.iter().map(|image| &image.alt).eq(new.images.iter().map(|i| &i.alt));
            let same = post.text == new.text && post.network == new.network && images;
            let other = "This `idempotencyKey` belongs to another post.";
            return if same {
                Ok(post.id.clone())
            } else {
                Err(Refusal::conflict("idempotency_mismatch", other))
            };
        }
        let id = world.seed.next_guid();
        let NewPost { text, network, idempotency_key, images } = new;
        let at = engine.now();
        world.posts.push_back(Post { id: id.clone(), network, text, idempotency_key, images, at });
        Ok(id)
    })?;
    let url = url_of(engine, &id);
    Ok(Json(Published { id, url }))
}

impl FakeNetwork {
    /// The token that is good now; one of an app that sends none is good until the first expiry.
    fn token(&self) -> String {
        format!("fake-{}", self.generation)
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let sent =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if sent.unwrap_or("fake-0") == self.token() {
            return Ok(());
        }
        let message = "The token has expired. Make a new one with POST /_fake-network/tokens.";
        Err(Refusal::new(StatusCode::UNAUTHORIZED, "token_expired", message))
    }

    fn check_mood(&self) -> Result<(), Refusal> {
        match self.mood {
            Mood::Usual | Mood::Slow | Mood::Expired => Ok(()),
            Mood::Failing => {
                let message = "The network broke down, as its mood is `failing`.";
                Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "network_failed", message))
            }
            Mood::Refusing => {
                let message = "The network does not like this post, as its mood is `refusing`.";
                Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "post_refused", message))
            }
            Mood::RateLimited => {
                let message = "Too many posts, as the mood of the network is `rate_limited`.";
                let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message);
                Err(Refusal { retry_after_s: Some(self.retry_after_s.unwrap_or(30)), ..refusal })
            }
        }
    }
}

/// `POST /_fake-network/tokens`: an account is connected anew, and its token is good.
async fn make_token(State(emulator): State<Emulator>, _: NoBody) -> Result<impl IntoResponse, Refusal> {
    let token = emulator.engine().change(|world| {
        let network = &mut world.fake_network;
        if network.mood == Mood::Expired {
            network.mood = Mood::Usual;
        }
        Ok(network.token())
    })?;
    Ok(Json(Token { token, account: "Local platform" }))
}

/// `GET /_fake-network/mood`.
async fn show_mood(State(emulator): State<Emulator>) -> impl IntoResponse {
    let network = emulator.engine().read(|world| world.fake_network.clone());
    Json(MoodView { mood: network.mood, retry_after_s: network.retry_after_s })
}

/// `PUT /_fake-network/mood`: for trying out what an app does when a network has a bad day.
async fn set_mood(
    State(emulator): State<Emulator>,
    Strict(wanted): Strict<MoodView>,
) -> Result<impl IntoResponse, Refusal> {
    if wanted.retry_after_s.is_some_and(|seconds| !(1..=86_400).contains(&seconds)) {
        return Err(Refusal::invalid("`retryAfterS` must be 1 to 86,400 seconds."));
    }
    emulator.engine().change(|world| {
        let network = &mut world.fake_network;
        network.generation += u64::from(wanted.mood == Mood::Expired && network.mood != Mood::Expired);
        (network.mood, network.retry_after_s) = (wanted.mood, wanted.retry_after_s);
        Ok(())
    })?;
    Ok(Json(wanted))
}

/// `GET /_fake-network/posts`: newest first.
async fn list(State(emulator): State<Emulator>) -> impl IntoResponse {
    let engine = emulator.engine();
    let image = |image: &PostImage| ImageView { alt: image.alt.clone(), url: engine.page(&image.path()) };
    let view = |post: &Post| PostView {
        id: post.id.clone(),
        text: post.text.clone(),
        network: post.network.clone(),
        url: url_of(engine, &post.id),
        at: post.at,
        images: post.images.iter().map(image).collect(),
    };
    Json(Posts { posts: engine.read(|world| world.posts.iter().rev().map(view).collect()) })
}

/// `GET /_fake-network/posts/{id}`: the post as a page.
async fn show(State(emulator): State<Emulator>, Segment(id): Segment<String>) -> Result<Response, Refusal> {
    let found = emulator.engine().read(|world| world.posts.iter().find(|post| post.id == id).cloned());
    let post = found.ok_or_else(|| Refusal::not_found("There is no such post."))?;
    let gallery = &emulator.engine().gallery;
    let image = |image: &PostImage| {
        let alt = escape(&image.alt);
        if gallery.has(&image.id) {
            format!("<img src=\"{}\" alt=\"{alt}\">", image.path())
        } else {
            format!("<p>An image that is not kept any more: {alt}</p>")
        }
    };
    let images: String = post.images.iter().map(image).collect();
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Post on {network}</title>\
         <style>body{{font:16px/1.5 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}}\
         article{{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #dfe5eb;border-radius:8px;padding:1rem}}\
         img{{display:block;max-width:100%;margin-top:1rem;border-radius:8px}}\
         </style><h1>{network}</h1><article>{text}</article>{images}<p>Published {at} on the local platform.</p></html>",
        network = escape(&post.network),
        text = escape(&post.text),
        at = post.at,
    );
    let policy = HeaderValue::from_static(
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response())
}

fn url_of(engine: &Engine, id: &str) -> String {
    engine.page(&format!("/_fake-network/posts/{id}"))
}
