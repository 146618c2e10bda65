/// Sends a post and gives its address; `None` when the network does not take the token. Under one key a network publishes once,
/// however often it is asked.
async fn send(
    context: &JobContext,
    post: &Post,
    network: Network,
    token: &str,
) -> Result<Option<String>, JobError> {
    let (networks, images) = (context.state::<Networks>()?, context.state::<Images>()?);
    let mut sent = Vec::new();
    if let Some(image) = &post.image {
        let bytes = images.storage.get(context.instance_id(), &image.id).await.map_err(JobError::retry)?;
        let bytes =
            bytes.ok_or_else(|| JobError::fail_with("image_gone", "The image of the post is gone."))?;
        let content_type = ImageKind::of(&bytes).map_or("application/octet-stream", |kind| kind.content_type);
        let upload = networks.request("media", token).header("content-type", content_type).body(bytes);
        let Some(answer) = networks.ask(network, upload).await? else { return Ok(None) };
        sent.push(json!({ "id": answer["id"], "alt": image.alt }));
    }
    let key = format!("{}-{}", post.id, network.as_str());
    let body = json!({ "text": post.text, "network": network, "idempotencyKey": key, "images": sent });
    let answer = networks.ask(network, networks.request("posts", token).json(&body)).await?;
    Ok(answer.map(|answer| answer["url"].as_str().unwrap_or_default().to_owned()))
}
