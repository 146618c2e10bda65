//! What nothing on this machine can beat: the figures that ours are held against.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::routing::{self, get};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::json;
use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};

use crate::identity::{self, Event};

/// How many of each a single core does in a second.
#[derive(Debug, Serialize)]
pub(crate) struct Verifications {
    /// Webhooks: one RS256 check, three layers of JSON.
    webhooks_per_second: f64,
    /// Instance tokens: one HMAC-SHA256 and its claims.
    tokens_per_second: f64,
}

/// Measures signature checks on this thread.
pub(crate) fn verifications(time: Duration) -> Result<Verifications> {
    let signer = WebhookSigner::generate()?;
    let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?;
    let (event, now) = (Event::installed(identity::instance(1)), identity::now());
    let body = signer.sign(event.event_type, &event.instance, &event.payload, now)?;

    let secret = || AppSecret::new("a secret of sixteen bytes or more");
    let token = instance_token::sign(&InstanceClaims::owner(identity::instance(1), now), &secret()?);
    let tokens = InstanceTokenVerifier::new(vec![secret()?]);
    Ok(Verifications {
        webhooks_per_second: per_second(time, || verifier.verify(body.as_bytes(), now).is_ok())?,
        tokens_per_second: per_second(time, || tokens.verify(&token, now).is_ok())?,
    })
}

fn per_second(time: Duration, mut work: impl FnMut() -> bool) -> Result<f64> {
    let (started, mut count) = (Instant::now(), 0_u32);
    while started.elapsed() < time {
        ensure!(work(), "a genuine signature was refused");
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

/// Serves with axum and nothing around it, until killed: `GET /health`, and the network that posts go to.
pub(crate) async fn serve_bare(address: SocketAddr) -> Result<()> {
    let post = Json(json!({"id": "post_1", "url": format!("http://{address}/health")}));
    let router = Router::new()
        .route("/health", get(|| async { r#"{"status":"ok"}"# }))
        .route("/_fake-network/posts", routing::post(|| async { post }));
    let listener = tokio::net::TcpListener::bind(address).await.context("cannot listen")?;
    axum::serve(listener, router).await.context("the bare server ended")
}
