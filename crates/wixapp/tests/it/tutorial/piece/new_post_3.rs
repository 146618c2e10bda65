/// What an owner writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPost {
    text: String,
    networks: BTreeSet<Network>,
}

impl NewPost {
    fn into_post(self, id: String) -> Post {
        let Self { text, networks } = self;
        Post { id, state: PostState::Draft, text, networks, scheduled_at: None, urls: BTreeMap::new() }
    }
}
