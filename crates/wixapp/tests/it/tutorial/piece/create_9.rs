/// Writes a draft, with what the default profile adds to it.
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
    if let Some(image) = &post.image {
        // 404 when this site has no such image.
        server.find_record::<Image>(&session, &image.id).await?;
    }
    let saved = server.change(&session, Want::money().all_records::<Profile>(), move |tx| {
        let mut post = post.clone();
        let profiles = tx.records::<Profile>()?;
        if let Some(brand) = profiles.iter().find(|stored| stored.record.is_default) {
            post.text = brand.record.apply(&post.text);
        }
        check(&post)?;
        Ok(tx.save_record(&post)?)
    });
    Ok((StatusCode::CREATED, Reply::new(saved.await?.record)))
}
