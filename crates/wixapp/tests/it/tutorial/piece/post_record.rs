impl Record for Post {
    const COLLECTION: &'static str = "posts";
    fn id(&self) -> &str {
        &self.id
    }
    fn state(&self) -> &str {
        match self.state {
            PostState::Draft => "draft",
            PostState::Scheduled => "scheduled",
            PostState::Publishing => "publishing",
            PostState::Published => "published",
            PostState::PartlyPublished => "partly_published",
            PostState::Failed => "failed",
        }
    }
    fn search_text(&self) -> String {
        self.text.clone()
    }
}
