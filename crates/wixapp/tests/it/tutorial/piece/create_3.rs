/// Writes a draft.
#[utoipa::path(post, path = "/api/v1/posts", request_body = NewPost, responses((status = 201, body = Reply<Post>)))]
async fn create(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidJson { value: new, .. }: ValidJson<NewPost>,
) -> Result<(StatusCode, Reply<Post>), ApiError> {
    // Made before the decision: that may run more than once.
    let id = format!("post_{}", sortable_body(server.clock.now(), server.random()));
    let post = new.into_post(id);
    check(&post)?;
    let saved = server.change(&session, Want::money(), move |tx| Ok(tx.save_record(&post)?)).await?;
    Ok((StatusCode::CREATED, Reply::new(saved.record)))
}
