/// Brings one post to one network.
#[derive(Clone, Serialize, Deserialize)]
struct PublishTo {
    post_id: String,
    network: Network,
}
