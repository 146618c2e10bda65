//! `POST billing/promo`: redeems a code.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_core::ErrorCode;
use wixapp_core::account::{PromoError, promo_key};
use wixapp_core::clock::Timestamp;
use wixapp_store::{Tx, Want};

use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession, ValidJson};
use crate::idempotency::{Once, OnceReply, decide_once};
use crate::reply::Reply;
use crate::routes::credits::view;
use crate::routes::user::status::CreditsView;
use crate::state::App;

/// A code to redeem.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PromoRequest {
    /// The code, in upper or lower case.
    #[schema(min_length = 1, max_length = 64, example = "WELCOME")]
    code: String,
}

/// A code was redeemed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redeemed {
    /// How many credits it gave.
    pub amount: i64,
    /// When those that are left then expire.
    pub expires_at: Option<Timestamp>,
    /// The balances after it.
    pub credits: CreditsView,
}

/// Redeems a promo code: once for each site, and as often in all as the code may be.
#[utoipa::path(post, path = "/billing/promo", tag = "billing", operation_id = "billing_promo", request_body = PromoRequest,
    params(("Idempotency-Key" = String, Header, description = "The caller's name for this redemption")),
    responses(
        (status = 200, body = Reply<Redeemed>),
        (status = 404, description = "`promo_unknown`", body = crate::error::Refusal),
        (status = 409, description = "`promo_not_running`, `promo_redeemed`, `promo_used_up` or `request_in_progress`",
            body = crate::error::Refusal),
    ))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<PromoRequest>,
) -> Result<OnceReply, ApiError> {
    if !(1..=64).contains(&request.code.len()) || request.code.contains(char::is_control) {
        return Err(ApiError::invalid("`code` must be 1 to 64 bytes, without control characters."));
    }
    let id = &session.instance_id;
    let limit = app.catalog.find_promo(&request.code).and_then(|promo| promo.total_limit);
    let mut want = Want::money().business_key(promo_key(id, &request.code));
    if limit.is_some() {
        want = want.promo(&request.code);
    }
    let (catalog, code) = (app.catalog.clone(), request.code.clone());
    let decide = move |tx: &mut Tx| {
        let grant = tx.account.redeem_promo(&catalog, &code, tx.now)?;
        // One instance's books cannot know how many others have redeemed. A refusal takes the grant with it.
        if limit.is_some_and(|limit| !tx.claim_promo(&code, limit)) {
            return Err(ApiError::new(ErrorCode::PromoUsedUp));
        }
        Ok(Redeemed { amount: grant.amount.get(), expires_at: grant.expires_at, credits: view(tx) })
    };
    let once = Once { instance_id: id, key: &key, request: &bytes, status: StatusCode::OK };
    decide_once(&app, once, want, decide).await
}

impl From<PromoError> for ApiError {
    fn from(error: PromoError) -> Self {
        match error {
            PromoError::Unknown => {
                Self::new(ErrorCode::PromoUnknown).with_hint("Check the spelling of the code.")
            }
            PromoError::NotStarted { starts_at } => Self::new(ErrorCode::PromoNotRunning)
                .with_message(format!("This code can be redeemed from {starts_at} on.")),
            PromoError::Ended { ended_at } => Self::new(ErrorCode::PromoNotRunning)
                .with_message(format!("This code could be redeemed until {ended_at}.")),
            PromoError::AlreadyRedeemed => Self::new(ErrorCode::PromoRedeemed),
            PromoError::Ledger(error) => error.into(),
        }
    }
}
