//! The images of the fake network: sent before the post that shows them, and kept in memory.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::Emulator;
use crate::error::Refusal;
use crate::http::part::Segment;

/// How much is kept. A post whose image was forgotten shows what it was described as.
const KEPT_BYTES: usize = 64 * 1024 * 1024;
/// The largest image.
const IMAGE_BYTES: usize = 10 * 1024 * 1024;
const TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

struct Image {
    id: String,
    content_type: &'static str,
    bytes: Bytes,
}

/// The newest images.
#[derive(Default)]
pub(crate) struct Gallery {
    images: Mutex<VecDeque<Image>>,
}

impl Gallery {
    fn keep(&self, image: Image) {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        images.push_back(image);
        while images.iter().map(|image| image.bytes.len()).sum::<usize>() > KEPT_BYTES {
            images.pop_front();
        }
    }

    fn find(&self, id: &str) -> Option<(&'static str, Bytes)> {
        let images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        let image = images.iter().find(|image| image.id == id)?;
        Some((image.content_type, image.bytes.clone()))
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.find(id).is_some()
    }
}

#[derive(Serialize)]
struct Sent {
    id: String,
}

/// `POST /_fake-network/media`: an image, as it is, for a post that comes after it.
pub(super) async fn upload(
    State(emulator): State<Emulator>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Refusal> {
    let engine = emulator.engine();
    engine.read(|world| world.fake_network.clone()).check_token(&headers)?;
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = TYPES.into_iter().find(|known| *known == said).ok_or_else(|| {
        let message = format!("Send an image, with its `Content-Type`: one of {}.", TYPES.join(", "));
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
    })?;
    let bytes = axum::body::to_bytes(body, IMAGE_BYTES).await.map_err(|_| {
        let message = "An image may have 10 MiB at the most.";
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", message)
    })?;
    if bytes.is_empty() {
        return Err(Refusal::invalid("The image is empty."));
    }
    let id = engine.change(|world| Ok(world.seed.next_guid()))?;
    engine.gallery.keep(Image { id: id.clone(), content_type, bytes });
    Ok(Json(Sent { id }))
}

/// `GET /_fake-network/media/{id}`: the image.
pub(super) async fn show(
    State(emulator): State<Emulator>,
    Segment(id): Segment<String>,
) -> Result<Response, Refusal> {
    let found = emulator.engine().gallery.find(&id);
    let (content_type, bytes) = found.ok_or_else(|| Refusal::not_found("There is no such image."))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], bytes).into_response())
}
