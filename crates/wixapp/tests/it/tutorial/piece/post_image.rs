/// The image of a post.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PostImage {
    id: String,
    /// What is to be seen in it, for those who cannot.
    alt: String,
}
