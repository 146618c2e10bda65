/// Uploads an image: the file is the body.
#[utoipa::path(post, path = "/api/v1/images", request_body(content = Vec<u8>, content_type = "image/*"),
    responses((status = 201, body = Reply<Image>)))]
async fn upload(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    Shared(images): Shared<Images>,
    BoundedBytes(bytes): BoundedBytes<LARGEST>,
) -> Result<(StatusCode, Reply<Image>), ApiError> {
    images.keep(&server, &session, bytes).await
}

/// Where an image is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImageAddress {
    url: String,
}

/// Fetches an image from a public address.
#[utoipa::path(post, path = "/api/v1/images/from-url", request_body = ImageAddress,
    responses((status = 201, body = Reply<Image>)))]
async fn fetch(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    Shared(images): Shared<Images>,
    ValidJson { value: address, .. }: ValidJson<ImageAddress>,
) -> Result<(StatusCode, Reply<Image>), ApiError> {
    let no = |why: &str| ApiError::invalid(format!("The image cannot be fetched from there: {why}"));
    let url = images.outside.check(&address.url).map_err(|refused| no(&refused.to_string()))?;
    let request = images.outside.client().get(url).timeout(std::time::Duration::from_secs(5));
    // Not in the words of the library, which may tell of the network behind this server.
    let answer = request.send().await.map_err(|_| no("nothing answers there."))?;
    if !answer.status().is_success() {
        return Err(no("there is none."));
    }
    let bytes = read(answer, LARGEST).await.map_err(|_| no("it is too large, or broke off."))?;
    images.keep(&server, &session, bytes.into()).await
}
