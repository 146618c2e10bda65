#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Posts {
    posts: Vec<Post>,
    #[schema(value_type = Option<String>)]
    next_cursor: Option<RecordCursor>,
}

/// The posts, newest first.
#[utoipa::path(get, path = "/api/v1/posts", responses((status = 200, body = Reply<Posts>)))]
async fn list(State(server): State<Arc<Server>>, session: OwnerSession) -> Result<Reply<Posts>, ApiError> {
    let page = server.list_records::<Post>(&session, &RecordFilter::default(), 20).await?;
    let posts = page.records.into_iter().map(|stored| stored.record).collect();
    Ok(Reply::new(Posts { posts, next_cursor: page.next }))
}
