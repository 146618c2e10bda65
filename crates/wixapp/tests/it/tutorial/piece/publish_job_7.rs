impl Job for PublishTo {
    const KIND: &'static str = "publish";
    type Output = String;

    async fn run(self, context: JobContext) -> Result<String, JobError> {
        let (server, keys) = (context.state::<Server>()?, context.state::<Keys>()?);
        let (owner, name) = (context.instance_id(), self.network.as_str());
        let post = server.store.find_record::<Post>(owner, &self.post_id).await.map_err(JobError::retry)?;
        let post = post.ok_or_else(|| JobError::cancel("The post was deleted meanwhile."))?.record;
        let account = server.store.find_record::<Account>(owner, name).await.map_err(JobError::retry)?;
        let not_connected = || JobError::fail_with("not_connected", format!("{name} is not connected."));
        let account = account.ok_or_else(not_connected)?;
        if account.record.state == AccountState::Connected {
            context.progress(40, format!("Publishing on {name}")).await;
            if let Some(token) = keys.open(owner, &account.record)
                && let Some(url) = send(&context, &post, self.network, token.expose_secret()).await?
            {
                return Ok(url);
            }
            expire(&context, &server, account).await?;
        }
        context.log(format!("Waiting until {name} is connected again"));
        Err(JobError::snooze(LOOK_AGAIN))
    }
}
