//! Images: uploaded or fetched, kept in a storage, shown by addresses that prove themselves.

pub(crate) mod fetch;
pub(crate) mod sweep;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use utoipa::{IntoParams, ToSchema};
use wixapp::core::id::sortable_body;
use wixapp::prelude::*;
use wixapp::server::error::Refusal;
use wixapp::server::extract::BoundedBytes;
use wixapp::server::image_kind::ImageKind;

use crate::desk::{Call, Desk};
use fetch::FetchError;

/// The largest image, in bytes.
pub(crate) const LIMIT: usize = 10 * 1024 * 1024;
/// How many images without a post a site may have.
const MOST_LOOSE: i64 = 200;

pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(upload)).routes(routes!(from_url)).routes(routes!(show))
}

/// An image as it is stored, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) content_type: String,
    pub(crate) bytes: usize,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The post it belongs to; until it has one, it is deleted after a day.
    pub(crate) post_id: Option<String>,
}

impl Image {
    /// The state of an image that has no post.
    const LOOSE: &'static str = "loose";

    /// All that have no post.
    fn loose() -> RecordFilter {
        RecordFilter { states: vec![Self::LOOSE.to_owned()], ..RecordFilter::default() }
    }
}

impl Record for Image {
    const COLLECTION: &'static str = "images";
    fn id(&self) -> &str {
        &self.id
    }
    fn state(&self) -> &str {
        if self.post_id.is_some() { "used" } else { Self::LOOSE }
    }
}

/// An image.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Image)]
pub(crate) struct ImageView {
    id: String,
    /// Where it can be seen, for a day.
    url: String,
    /// What is to be seen in it, for those who cannot.
    alt: String,
    content_type: String,
    bytes: usize,
    width: u32,
    height: u32,
}

impl ImageView {
    pub(crate) fn new(image: &Image, alt: String, url: String) -> Self {
        let Image { id, content_type, bytes, width, height, .. } = image.clone();
        Self { id, url, alt, content_type, bytes, width, height }
    }
}

/// Where an image is to be fetched from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImageAddress {
    /// A public address, `http` or `https`.
    url: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Signature {
    /// As it stands in the image's `url`.
    signature: String,
}

/// Uploads an image: the file is the body.
#[utoipa::path(post, path = "/api/v1/images", tag = "images", operation_id = "images_upload",
    request_body(content = Vec<u8>, content_type = "image/*", description = "The file, at most 10 MiB"),
    responses(
        (status = 201, body = Reply<ImageView>),
        (status = 413, description = "`payload_too_large`: more than 10 MiB", body = Refusal),
        (status = 422, description = "`image_type_refused`: no JPEG, PNG, GIF or WebP; `too_many_unused_images`", body = Refusal)))]
async fn upload(
    call: Call,
    BoundedBytes(bytes): BoundedBytes<LIMIT>,
) -> Result<(StatusCode, Reply<ImageView>), ApiError> {
    keep(&call, bytes).await
}

/// Fetches an image from a public address: without redirects, within five seconds.
#[utoipa::path(post, path = "/api/v1/images/from-url", tag = "images", operation_id = "images_from_url",
    request_body = ImageAddress, responses(
        (status = 201, body = Reply<ImageView>),
        (status = 422, description = "`image_address_refused`, `image_too_large`, `image_type_refused` or `too_many_unused_images`", body = Refusal)))]
async fn from_url(
    call: Call,
    ValidJson { value: request, .. }: ValidJson<ImageAddress>,
) -> Result<(StatusCode, Reply<ImageView>), ApiError> {
    let Call(_, _, desk) = &call;
    let bytes = desk.fetcher.fetch(&request.url).await.map_err(|error| match error {
        FetchError::Address(why) => refuse("image_address_refused", why),
        FetchError::TooLarge => refuse("image_too_large", "An image may have 10 MiB at the most."),
    })?;
    keep(&call, bytes.into()).await
}

/// The bytes of an image.
#[utoipa::path(get, path = "/api/v1/images/{id}", tag = "images", operation_id = "images_show", security(()),
    params(("id" = String, Path), Signature), responses(
        (status = 200, description = "The file", content_type = "image/*", body = Vec<u8>),
        (status = 404, description = "`not_found`: there is none, or the signature is not good any more", body = Refusal)))]
async fn show(
    State(server): State<Arc<Server>>,
    Shared(desk): Shared<Desk>,
    ValidPath(id): ValidPath<String>,
    ValidQuery(query): ValidQuery<Signature>,
) -> Result<Response, ApiError> {
    let gone = || ApiError::new(ErrorCode::NotFound).with_message("There is no such image any more.");
    let owner = desk.owner_of_image(&id, &query.signature, server.clock.now()).ok_or_else(gone)?;
    let image = server.store.find_record::<Image>(&owner, &id).await?.ok_or_else(gone)?.record;
    let bytes = desk.storage.get(&owner, &id).await.map_err(|error| unavailable(&error))?.ok_or_else(gone)?;
    let headers = [
        (header::CONTENT_TYPE, image.content_type.as_str()),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Whoever opens it as a page of its own gets an image and nothing that runs.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

async fn keep(call: &Call, bytes: Bytes) -> Result<(StatusCode, Reply<ImageView>), ApiError> {
    let Call(server, session, desk) = call;
    let kind = ImageKind::of(&bytes).ok_or_else(|| {
        refuse("image_type_refused", "This is no JPEG, PNG, GIF or WebP image that can be read.")
    })?;
    if server.store.count_records::<Image>(&session.instance_id, &Image::loose()).await? >= MOST_LOOSE {
        let message = format!(
            "There are {MOST_LOOSE} images that no post uses. Put some of them into posts, or wait a day."
        );
        return Err(refuse("too_many_unused_images", message));
    }
    let image = store(call, kind, bytes).await?;
    let saved = image.clone();
    server.change(session, Want::money(), move |tx| Ok(tx.save_record(&saved)?)).await?;
    let url = desk.image_address(&session.instance_id, &image.id, server.clock.now());
    Ok((StatusCode::CREATED, Reply::new(ImageView::new(&image, String::new(), url))))
}

/// Puts the bytes of a new image into the storage; its record is for the caller to write.
async fn store(Call(server, session, desk): &Call, kind: ImageKind, bytes: Bytes) -> Result<Image, ApiError> {
    let id = format!("img_{}", sortable_body(server.clock.now(), server.random()));
    let (content_type, width, height) = (kind.content_type.to_owned(), kind.width, kind.height);
    let image = Image { id, content_type, bytes: bytes.len(), width, height, post_id: None };
    desk.storage.put(&session.instance_id, &image.id, bytes).await.map_err(|error| unavailable(&error))?;
    Ok(image)
}

/// A copy of an image under an id of its own; its record is for the caller to write. `None` when its bytes are gone.
pub(crate) async fn copy(call: &Call, id: &str) -> Result<Option<Image>, ApiError> {
    let Call(_, session, desk) = call;
    let found = desk.storage.get(&session.instance_id, id).await.map_err(|error| unavailable(&error))?;
    let Some((kind, bytes)) = found.and_then(|bytes| Some((ImageKind::of(&bytes)?, bytes))) else {
        return Ok(None);
    };
    store(call, kind, bytes).await.map(Some)
}

pub(crate) fn unavailable(error: &std::io::Error) -> ApiError {
    tracing::warn!(%error, "the image storage cannot be used");
    ApiError::new(ErrorCode::Unavailable)
        .with_message("Images cannot be kept for the moment.")
        .with_retry_after(10)
}

fn refuse(code: &'static str, message: impl Into<String>) -> ApiError {
    ApiError::invalid(message).with_code(code)
}
