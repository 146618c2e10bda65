//! Credits: what is there, what happened, and spending.

pub mod balance;
mod cursor;
pub mod explain;
mod export;
pub mod history;
pub mod post;
pub mod reserve;
pub mod spend;
pub mod usage;
pub mod void;

use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::hold::{Hold, HoldState};
use wixapp_core::{ErrorCode, HoldId};
use wixapp_store::Tx;

use crate::error::ApiError;
use crate::openapi::closed;
use crate::routes::user::status::CreditsView;

/// A reservation that was ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndedHold {
    /// The reservation.
    #[schema(value_type = String)]
    pub hold_id: HoldId,
    /// How it ended.
    #[schema(value_type = closed::HoldEnd, example = "posted")]
    pub state: HoldState,
    /// The balances after it.
    pub credits: CreditsView,
}

impl EndedHold {
    fn new(hold: Hold, tx: &Tx) -> Self {
        Self { hold_id: hold.id, state: hold.state, credits: view(tx) }
    }
}

/// The beginning of the key of each reservation that was made by `credits/reserve`.
const RESERVED: &str = "api:";

/// A reservation of a job ends with its job, and one that a handler made is the app's to end: who could end it by hand would have
/// the work for nothing.
fn refuse_of_job(tx: &Tx, id: &HoldId) -> Result<(), ApiError> {
    if tx.account.holds.iter().any(|hold| hold.id == *id && !hold.key.starts_with(RESERVED)) {
        return Err(ApiError::new(ErrorCode::Conflict)
            .with_message(
                "The reservation belongs to a job, or to the app, which ends it when the work is done.",
            )
            .with_hint("A job is called off by jobs/{id}/cancel, and its credits come back."));
    }
    Ok(())
}

/// The balances as the transaction leaves them.
#[must_use]
pub fn view(tx: &Tx) -> CreditsView {
    CreditsView::new(&tx.account.balances, tx.account.seq)
}

/// An action is a short name for what credits are spent on.
fn check_action(action: &str) -> Result<(), ApiError> {
    let good = (1..=64).contains(&action.len())
        && action.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':'));
    if good {
        return Ok(());
    }
    Err(ApiError::invalid("`action` must be 1 to 64 characters of letters, digits, `_`, `-`, `.` and `:`."))
}
