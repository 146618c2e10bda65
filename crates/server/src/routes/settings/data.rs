//! `DELETE settings/data`: the owner has the personal data of the site deleted.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::ErrorCode;

use crate::error::ApiError;
use crate::extract::{NoBody, OwnerSession};
use crate::operator::delete;
use crate::reply::Reply;
use crate::state::App;

/// What was ended on the way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedData {
    /// Jobs that had not ended, and were cancelled.
    pub cancelled_jobs: usize,
    /// Reservations that were open, and whose credits went back.
    pub returned_holds: usize,
}

/// Deletes the personal data of the caller's instance, for good: what webhooks brought, the texts and results of jobs,
/// stored answers, and where mails go. Work under way is cancelled, and its credits come back.
///
/// The credit ledger stays under the instance's id alone, and so does the plan: neither is data of a person, and deleting
/// ends nothing that is paid for. It may also be asked for after the app was removed; doing it again changes nothing more.
#[utoipa::path(delete, path = "/settings/data", tag = "settings", operation_id = "settings_data_delete", responses(
    (status = 200, body = Reply<DeletedData>),
    (status = 404, description = "`not_found`: nothing was ever stored of this instance", body = crate::error::Refusal),
))]
pub async fn delete(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    _: NoBody,
) -> Result<Reply<DeletedData>, ApiError> {
    let ended = delete::delete(&app.store, &session.instance_id, app.clock.now()).await.map_err(unknown)?;
    tracing::info!(
        instance.id = %session.instance_id, jobs = ended.jobs, holds = ended.holds,
        "an owner had the data of the site deleted"
    );
    Ok(Reply::new(DeletedData { cancelled_jobs: ended.jobs, returned_holds: ended.holds }))
}

/// An owner is told in other words than an operator that nobody has heard of the instance.
fn unknown(refusal: ApiError) -> ApiError {
    match refusal.code() {
        ErrorCode::NotFound => {
            ApiError::new(ErrorCode::NotFound).with_message("Nothing is stored of this site.")
        }
        _ => refusal,
    }
}
