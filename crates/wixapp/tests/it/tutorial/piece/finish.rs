/// Joins what the networks gave.
#[derive(Clone, Serialize, Deserialize)]
struct Finish {
    post_id: String,
}

impl Job for Finish {
    const KIND: &'static str = "finish";
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let server = context.state::<Server>()?;
        let mut urls = BTreeMap::new();
        for member in context.members() {
            if let Some(url) = member.output::<PublishTo>()? {
                urls.insert(member.job::<PublishTo>()?.network, url);
            }
        }
        let want = Want::money().record::<Post>(&self.post_id);
        let finished = server.store.transact(context.instance_id(), want, context.now(), move |tx| {
            let Some(stored) = tx.record::<Post>(&self.post_id)? else { return Ok(()) };
            let mut post = stored.record;
            post.urls.extend(urls.clone());
            post.state = match post.urls.len() {
                0 => PostState::Failed,
                all if all == post.networks.len() => PostState::Published,
                _ => PostState::PartlyPublished,
            };
            tx.save_record(&post).map(|_| ())
        });
        finished.await.map_err(JobError::retry)?.map_err(JobError::fail)
    }
}
