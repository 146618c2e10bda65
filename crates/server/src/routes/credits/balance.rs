//! `GET credits/balance`: what can be spent.

use std::sync::Arc;

use axum::extract::State;

use crate::error::ApiError;
use crate::extract::OwnerSession;
use crate::reply::Reply;
use crate::routes::user::status::CreditsView;
use crate::state::App;

/// What the caller's instance can spend.
#[utoipa::path(get, path = "/credits/balance", tag = "credits", operation_id = "credits_balance", responses(
    (status = 200, body = Reply<CreditsView>),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
) -> Result<Reply<CreditsView>, ApiError> {
    let found = app.store.find_instance(&session.instance_id).await?;
    let (balances, seq) = found.map(|instance| (instance.balances, instance.seq)).unwrap_or_default();
    Ok(Reply::new(CreditsView::new(&balances, seq)))
}
