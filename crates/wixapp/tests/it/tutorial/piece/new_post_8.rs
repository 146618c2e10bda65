/// What an owner writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPost {
    text: String,
    #[serde(default)]
    image: Option<PostImage>,
    networks: BTreeSet<Network>,
}

impl NewPost {
    fn into_post(self, id: String) -> Post {
        let (state, urls) = (PostState::Draft, BTreeMap::new());
        let Self { text, image, networks } = self;
        Post { id, state, text, image, networks, scheduled_at: None, urls }
    }
}
