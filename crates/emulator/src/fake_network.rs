//! A social network that exists only here: something for the reference app to publish to.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Emulator;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::html::escape;
use crate::http::part::Segment;
use crate::world::post::Post;

/// A network takes its time; without it nobody would see the progress of a job.
const USUAL: Duration = Duration::from_millis(400);
/// How long a post takes whose text contains `[slow]`.
const SLOW: Duration = Duration::from_secs(4);

pub(crate) fn routes() -> Router<Emulator> {
    Router::new()
        .route("/_fake-network/posts", post(publish).get(list))
        .route("/_fake-network/posts/{post_id}", get(show))
        .method_not_allowed_fallback(crate::page_api::method_not_allowed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPost {
    text: String,
    network: String,
    idempotency_key: String,
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
    Strict(new): Strict<NewPost>,
) -> Result<impl IntoResponse, Refusal> {
    new.check()?;
    tokio::time::sleep(if new.text.contains("[slow]") { SLOW } else { USUAL }).await;
    let engine = emulator.engine();
    let id = engine.change(|world| {
        if let Some(post) = world.posts.iter().find(|post| post.idempotency_key == new.idempotency_key) {
            let same = post.text == new.text && post.network == new.network;
            let other = "This `idempotencyKey` belongs to another post.";
            return if same {
                Ok(post.id.clone())
            } else {
                Err(Refusal::conflict("idempotency_mismatch", other))
            };
        }
        let id = world.seed.next_guid();
        let NewPost { text, network, idempotency_key } = new;
        world.posts.push_back(Post { id: id.clone(), network, text, idempotency_key, at: engine.now() });
        Ok(id)
    })?;
    let url = url_of(engine, &id);
    Ok(Json(Published { id, url }))
}

/// `GET /_fake-network/posts`: newest first.
async fn list(State(emulator): State<Emulator>) -> impl IntoResponse {
    let engine = emulator.engine();
    let view = |post: &Post| PostView {
        id: post.id.clone(),
        text: post.text.clone(),
        network: post.network.clone(),
        url: url_of(engine, &post.id),
        at: post.at,
    };
    Json(Posts { posts: engine.read(|world| world.posts.iter().rev().map(view).collect()) })
}

/// `GET /_fake-network/posts/{id}`: the post as a page.
async fn show(State(emulator): State<Emulator>, Segment(id): Segment<String>) -> Result<Response, Refusal> {
    let found = emulator.engine().read(|world| world.posts.iter().find(|post| post.id == id).cloned());
    let post = found.ok_or_else(|| Refusal::not_found("There is no such post."))?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Post on {network}</title>\
         <style>body{{font:16px/1.5 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}}\
         article{{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #dfe5eb;border-radius:8px;padding:1rem}}\
         </style><h1>{network}</h1><article>{text}</article><p>Published {at} on the local platform.</p></html>",
        network = escape(&post.network),
        text = escape(&post.text),
        at = post.at,
    );
    let policy =
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response())
}

fn url_of(engine: &Engine, id: &str) -> String {
    engine.page(&format!("/_fake-network/posts/{id}"))
}
