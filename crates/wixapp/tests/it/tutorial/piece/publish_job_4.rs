impl Job for PublishTo {
    const KIND: &'static str = "publish";
    type Output = String;

    async fn run(self, context: JobContext) -> Result<String, JobError> {
        let server = context.state::<Server>()?;
        let post = server
            .store
            .find_record::<Post>(context.instance_id(), &self.post_id)
            .await
            .map_err(JobError::retry)?;
        let post = post.ok_or_else(|| JobError::cancel("The post was deleted meanwhile."))?.record;
        context.progress(40, format!("Publishing on {}", self.network.as_str())).await;
        let sent = send(&context, &post, self.network, "fake-0").await?;
        sent.ok_or_else(|| JobError::fail_with("expired", "The network does not take the token."))
    }
}
