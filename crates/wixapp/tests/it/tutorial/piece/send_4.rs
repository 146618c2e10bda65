/// Sends a post and gives its address; `None` when the network does not take the token. Under one key a network publishes once,
/// however often it is asked.
async fn send(
    context: &JobContext,
    post: &Post,
    network: Network,
    token: &str,
) -> Result<Option<String>, JobError> {
    let networks = context.state::<Networks>()?;
    let key = format!("{}-{}", post.id, network.as_str());
    let body = json!({ "text": post.text, "network": network, "idempotencyKey": key });
    let answer = networks.ask(network, networks.request("posts", token).json(&body)).await?;
    Ok(answer.map(|answer| answer["url"].as_str().unwrap_or_default().to_owned()))
}
