//! `GET posts` and `GET posts/{id}`.

use utoipa::{IntoParams, ToSchema};
use wixapp::prelude::*;
use wixapp::server::extract::Moment;

use super::view::{PostView, view};
use super::{Post, PostState};
use crate::desk::Call;
use crate::network::NetworkName;

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Query {
    /// Only in this state.
    state: Option<PostState>,
    /// Only for this network.
    network: Option<NetworkName>,
    /// Only with this piece of text, at most 100 characters.
    q: Option<String>,
    /// From this moment on: when it is scheduled, else was published, else was written.
    #[param(value_type = Option<String>)]
    from: Option<Moment>,
    /// Before this moment.
    #[param(value_type = Option<String>)]
    to: Option<Moment>,
    /// The `nextCursor` of another page.
    #[param(value_type = Option<String>)]
    cursor: Option<RecordCursor>,
    /// 1 to 100; 20 without it.
    limit: Option<u32>,
}

/// A page of posts, newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Posts {
    posts: Vec<PostView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    next_cursor: Option<RecordCursor>,
}

/// The posts, newest first.
#[utoipa::path(get, path = "/api/v1/posts", tag = "posts", operation_id = "posts_list", params(Query),
    responses((status = 200, body = Reply<Posts>)))]
async fn list(call: Call, ValidQuery(query): ValidQuery<Query>) -> Result<Reply<Posts>, ApiError> {
    let Call(server, session, _) = &call;
    let limit = query.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::invalid("`limit` must be 1 to 100."));
    }
    if query.q.as_deref().is_some_and(|text| text.chars().count() > 100) {
        return Err(ApiError::invalid("`q` has at most 100 characters."));
    }
    let filter = RecordFilter {
        states: query.state.iter().map(|state| state.as_str().to_owned()).collect(),
        tag: query.network.map(|network| network.as_str().to_owned()),
        text: query.q.filter(|text| !text.is_empty()),
        from: query.from.map(|Moment(at)| at),
        to: query.to.map(|Moment(at)| at),
        before: query.cursor.map(|RecordCursor(place)| place),
    };
    let page = server.list_records::<Post>(session, &filter, limit).await?;
    let mut posts = Vec::new();
    for stored in page.records {
        posts.push(view(&call, stored).await?);
    }
    Ok(Reply::new(Posts { posts, next_cursor: page.next }))
}

/// One post.
#[utoipa::path(get, path = "/api/v1/posts/{id}", tag = "posts", operation_id = "posts_show",
    params(("id" = String, Path)), responses((status = 200, body = Reply<PostView>)))]
async fn show(call: Call, ValidPath(id): ValidPath<String>) -> Result<Reply<PostView>, ApiError> {
    let Call(server, session, _) = &call;
    let stored = server.find_record(session, &id).await?;
    Ok(Reply::new(view(&call, stored).await?))
}
