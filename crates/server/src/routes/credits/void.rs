//! `POST credits/void`: gives a reservation back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use wixapp_core::HoldId;
use wixapp_store::Want;

use super::{EndedHold, refuse_of_job};
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession, ValidJson};
use crate::idempotency::{Once, OnceReply, decide_once};
use crate::reply::Reply;
use crate::state::App;

/// Which reservation to give back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VoidRequest {
    /// The reservation.
    #[schema(value_type = String)]
    hold_id: HoldId,
}

/// Gives a reservation's credits back.
#[utoipa::path(post, path = "/credits/void", tag = "credits", operation_id = "credits_void", request_body = VoidRequest,
    params(("Idempotency-Key" = String, Header, description = "The caller's name for this")),
    responses(
        (status = 200, body = Reply<EndedHold>),
        (status = 404, description = "`not_found`: there is no such reservation", body = crate::error::Refusal),
        (status = 409, description = "`hold_ended`; `conflict`: it is a job's, which ends it", body = crate::error::Refusal),
    ))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<VoidRequest>,
) -> Result<OnceReply, ApiError> {
    let want = Want::money().hold(&request.hold_id);
    let decide = move |tx: &mut wixapp_store::Tx| {
        refuse_of_job(tx, &request.hold_id)?;
        let hold = tx.account.void(&request.hold_id, tx.now)?;
        Ok(EndedHold::new(hold, tx))
    };
    let once = Once { instance_id: &session.instance_id, key: &key, request: &bytes, status: StatusCode::OK };
    decide_once(&app, once, want, decide).await
}
