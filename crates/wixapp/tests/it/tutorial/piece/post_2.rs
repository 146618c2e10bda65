/// A post, as it is stored and as pages see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Post {
    id: String,
    state: PostState,
    text: String,
    networks: BTreeSet<Network>,
    /// When it is to be published.
    scheduled_at: Option<Timestamp>,
    /// Where it can be seen, on each network that has it.
    urls: BTreeMap<Network, String>,
}
