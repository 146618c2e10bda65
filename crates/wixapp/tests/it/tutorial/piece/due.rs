/// When a post is to be published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct When {
    at: Timestamp,
}

/// Has a post published at a time. It costs nothing until then.
#[utoipa::path(post, path = "/api/v1/posts/{id}/schedule", params(("id" = String, Path)), request_body = When,
    responses((status = 200, body = Reply<Post>)))]
async fn schedule(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<String>,
    ValidJson { value: When { at }, .. }: ValidJson<When>,
) -> Result<Reply<Post>, ApiError> {
    let now = server.clock.now();
    if at <= now {
        return Err(ApiError::invalid("That time is over.").with_hint("Choose one that is still to come."));
    }
    let due = new_job(&Due { post_id: id.clone(), at }, JobId::new(now, server.random()), now);
    let due = due.map_err(|error| ApiError::internal(&error))?.run_at(at);
    let saved = server.change(&session, Want::money().record::<Post>(&id), move |tx| {
        let mut post = tx.record_at::<Post>(&id, None)?.record;
        if !matches!(post.state, PostState::Draft | PostState::Scheduled) {
            let refusal = ApiError::new(ErrorCode::Conflict).with_code("wrong_state");
            return Err(refusal.with_message("It is published, or on its way."));
        }
        (post.state, post.scheduled_at) = (PostState::Scheduled, Some(at));
        tx.enqueue(due.clone());
        Ok(tx.save_record(&post)?)
    });
    Ok(Reply::new(saved.await?.record))
}

/// Publishes a post when its time has come.
#[derive(Clone, Serialize, Deserialize)]
struct Due {
    post_id: String,
    at: Timestamp,
}

impl Job for Due {
    const KIND: &'static str = "due_post";
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let server = context.state::<Server>()?;
        let (owner, want) = (context.instance_id(), Want::money().record::<Post>(&self.post_id));
        let stored = server.store.find_record::<Post>(owner, &self.post_id).await.map_err(JobError::retry)?;
        let Some(stored) = stored else { return Ok(()) };
        let jobs = jobs_of(&stored.record).draw_up(context.now(), || server.random());
        let (jobs, this) = (jobs.map_err(JobError::fail)?, self.clone());
        let begun = server.store.transact(owner, want.clone(), context.now(), move |tx| {
            let Some(mut post) = this.post(tx)? else { return Ok(()) };
            jobs.start(tx)?;
            (post.state, post.scheduled_at) = (PostState::Publishing, None);
            tx.save_record(&post)?;
            Ok::<_, ApiError>(())
        });
        let Err(refusal) = begun.await.map_err(JobError::retry)? else { return Ok(()) };
        // The credits do not suffice, say. Nothing of the decision was kept; the owner finds the post failed.
        context.log(refusal.message());
        let failed = server.store.transact(owner, want, context.now(), move |tx| {
            let Some(mut post) = self.post(tx)? else { return Ok(()) };
            post.state = PostState::Failed;
            tx.save_record(&post).map(|_| ())
        });
        failed.await.map_err(JobError::retry)?.map_err(JobError::fail)
    }
}

impl Due {
    /// The post, unless it was given another time meanwhile, or published by hand.
    fn post(&self, tx: &Tx) -> Result<Option<Post>, RecordError> {
        let post = tx.record::<Post>(&self.post_id)?.map(|stored| stored.record);
        Ok(post.filter(|post| post.scheduled_at == Some(self.at)))
    }
}
