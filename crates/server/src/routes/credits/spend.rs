//! `POST credits/spend`: spends credits at once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_core::EntryId;
use wixapp_core::entry::Cause;
use wixapp_core::input::Amount;
use wixapp_store::Want;

use super::{check_action, view};
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession, ValidJson};
use crate::idempotency::{Once, OnceReply, decide_once};
use crate::reply::Reply;
use crate::routes::user::status::CreditsView;
use crate::state::App;

/// What to spend, and on what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpendRequest {
    /// How many credits; at least 1.
    #[schema(value_type = i64, minimum = 1)]
    amount: Amount,
    /// What for, for example `publish`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:-]+$")]
    action: String,
    /// The caller's own name for it, shown in the history. The ledger keeps it, also after the data of the site was deleted:
    /// an id of yours, and nothing about people.
    #[schema(max_length = 200)]
    reference: Option<String>,
}

/// Credits were spent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spent {
    /// The ledger entry.
    #[schema(value_type = String)]
    pub entry_id: EntryId,
    /// The balances after it.
    pub credits: CreditsView,
}

/// Spends credits at once, once under the idempotency key.
#[utoipa::path(post, path = "/credits/spend", tag = "credits", operation_id = "credits_spend", request_body = SpendRequest,
    params(("Idempotency-Key" = String, Header, description = "The caller's name for this spend")),
    responses(
        (status = 200, body = Reply<Spent>),
        (status = 402, description = "`insufficient_credits`", body = crate::error::Refusal),
    ))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<SpendRequest>,
) -> Result<OnceReply, ApiError> {
    check_action(&request.action)?;
    if request.reference.as_ref().is_some_and(|text| text.len() > 200 || text.contains(char::is_control)) {
        return Err(ApiError::invalid(
            "`reference` may have 200 bytes at the most, and no control characters.",
        ));
    }
    let name = key.key.clone();
    let decide = move |tx: &mut wixapp_store::Tx| {
        let cause = Cause::new("user", request.reference.clone().unwrap_or_default());
        let entry_id = tx.account.spend(&name, &request.action, request.amount.into(), &cause, tx.now)?;
        Ok(Spent { entry_id, credits: view(tx) })
    };
    let once = Once { instance_id: &session.instance_id, key: &key, request: &bytes, status: StatusCode::OK };
    decide_once(&app, once, Want::money(), decide).await
}
