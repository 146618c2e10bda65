/// How many profiles a site may have.
const MOST_PROFILES: usize = 50;

/// How a brand speaks.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Profile {
    id: String,
    name: String,
    /// Each with its `#`.
    hashtags: Vec<String>,
    /// New posts get its hashtags: of all profiles, one.
    is_default: bool,
}

impl Record for Profile {
    const COLLECTION: &'static str = "profiles";
    fn id(&self) -> &str {
        &self.id
    }
}

impl Profile {
    /// The text with those hashtags that it lacks.
    fn apply(&self, text: &str) -> String {
        let lacks = |tag: &&String| {
            let mut words = text.split_whitespace();
            !words.any(|word| word.to_lowercase() == tag.to_lowercase())
        };
        let tags = self.hashtags.iter().filter(lacks).map(String::as_str);
        std::iter::once(text).chain(tags).collect::<Vec<_>>().join(" ")
    }
}
