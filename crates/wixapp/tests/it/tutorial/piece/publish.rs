/// A paid job for each network that does not have the post, and the one that joins them.
fn jobs_of(post: &Post) -> PaidJobs {
    let on = |network: &Network| (Credits::ONE, PublishTo { post_id: post.id.clone(), network: *network });
    let lacks = |network: &&Network| !post.urls.contains_key(*network);
    let jobs: PaidJobs = post.networks.iter().filter(lacks).map(on).collect();
    jobs.join(Finish { post_id: post.id.clone() })
}

/// Publishes a post on the networks that do not have it, for one credit each.
#[utoipa::path(post, path = "/api/v1/posts/{id}/publish",
    params(("id" = String, Path), ("Idempotency-Key" = String, Header, description = "The caller's name for this")),
    responses((status = 202, body = Reply<Post>)))]
async fn publish(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidPath(id): ValidPath<String>,
    key: IdempotencyKey,
) -> Result<OnceReply, ApiError> {
    let post = server.find_record::<Post>(&session, &id).await?;
    let jobs = jobs_of(&post.record).want(Want::money().record::<Post>(&id));
    server
        .start_paid_jobs_with(&session, &key, b"", jobs, move |tx, _started| {
            // The state the jobs were made for, and no other.
            let mut post = tx.record_at::<Post>(&id, Some(post.version))?.record;
            if matches!(post.state, PostState::Publishing | PostState::Published) {
                let refusal = ApiError::new(ErrorCode::Conflict).with_code("wrong_state");
                return Err(refusal.with_message("It is published, or on its way."));
            }
            (post.state, post.scheduled_at) = (PostState::Publishing, None);
            Ok(tx.save_record(&post)?.record)
        })
        .await
}
