//! `POST credits/reserve`: puts credits aside for work that follows.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_core::HoldId;
use wixapp_core::clock::Timestamp;
use wixapp_core::hold::ReserveRequest as Reservation;
use wixapp_core::input::{Amount, Whole};
use wixapp_store::Want;

use super::{RESERVED, check_action, view};
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession, ValidJson};
use crate::idempotency::{Once, OnceReply, decide_once};
use crate::reply::Reply;
use crate::routes::user::status::CreditsView;
use crate::state::App;

const DEFAULT_TTL_S: i64 = 15 * 60;
const MAX_TTL_S: i64 = 7 * 24 * 60 * 60;

/// What to put aside, and for what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReserveRequest {
    /// How many credits; at least 1.
    #[schema(value_type = i64, minimum = 1)]
    amount: Amount,
    /// What for, for example `publish`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:-]+$")]
    action: String,
    /// After how many seconds they come back by themselves: 1 to 604,800, 900 when left out.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 604_800)]
    ttl_s: Option<Whole<1, MAX_TTL_S>>,
}

/// Credits were put aside.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reserved {
    /// The reservation, for `post` and `void`.
    #[schema(value_type = String)]
    pub hold_id: HoldId,
    /// How many credits.
    pub amount: i64,
    /// When they come back by themselves.
    pub expires_at: Option<Timestamp>,
    /// The balances after it.
    pub credits: CreditsView,
}

/// Puts credits aside, once under the idempotency key.
#[utoipa::path(post, path = "/credits/reserve", tag = "credits", operation_id = "credits_reserve", request_body = ReserveRequest,
    params(("Idempotency-Key" = String, Header, description = "The caller's name for this reservation")),
    responses(
        (status = 200, body = Reply<Reserved>),
        (status = 402, description = "`insufficient_credits`", body = crate::error::Refusal),
    ))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<ReserveRequest>,
) -> Result<OnceReply, ApiError> {
    check_action(&request.action)?;
    let ttl_s = request.ttl_s.map_or(DEFAULT_TTL_S, Whole::get);
    let name = format!("{RESERVED}{}", key.key);
    let decide = move |tx: &mut wixapp_store::Tx| {
        let reservation = Reservation {
            key: name.clone(),
            action: request.action.clone(),
            amount: request.amount.into(),
            expires_at: tx.now.checked_add(SignedDuration::from_secs(ttl_s)).ok(),
        };
        let hold = tx.account.reserve(reservation, tx.now)?;
        Ok(Reserved {
            hold_id: hold.id,
            amount: hold.amount.get(),
            expires_at: hold.expires_at,
            credits: view(tx),
        })
    };
    let once = Once { instance_id: &session.instance_id, key: &key, request: &bytes, status: StatusCode::OK };
    decide_once(&app, once, Want::money(), decide).await
}
