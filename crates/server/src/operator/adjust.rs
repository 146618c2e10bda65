//! Changing a balance by hand, and taking that back.

use wixapp_core::account::{AdjustError, Adjustment, Balances, Undo, adjust_key, undo_key};
use wixapp_core::clock::Timestamp;
use wixapp_core::{EntryId, ErrorCode, InstanceId};
use wixapp_store::{Store, Want};

use super::known;
use crate::error::ApiError;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adjusted {
    /// Whether it changed anything: the same request counts once.
    pub counted: bool,
    /// The balances after it.
    pub balances: Balances,
}

/// Gives or takes credits by hand, once under the request's id.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an instance nobody has heard of; [`ErrorCode::InvalidRequest`] without an actor or a reason;
/// [`ErrorCode::InsufficientCredits`] when more would be taken than is there.
pub async fn adjust(
    store: &Store,
    instance_id: &InstanceId,
    adjustment: Adjustment,
    now: Timestamp,
) -> Result<Adjusted, ApiError> {
    known(store, instance_id).await?;
    let want = Want::money().business_key(adjust_key(&adjustment.request_id));
    let done = store.transact(instance_id, want, now, move |tx| {
        let counted = tx.account.adjust(&adjustment, tx.now)?;
        Ok::<_, AdjustError>(Adjusted { counted, balances: tx.account.balances })
    });
    Ok(done.await??)
}

/// Takes an adjustment back by a reverse entry, once.
///
/// # Errors
/// [`ErrorCode::NotFound`] when the instance has no such entry; [`ErrorCode::InvalidRequest`] when it is no adjustment, or
/// without an actor or a reason.
pub async fn undo(
    store: &Store,
    instance_id: &InstanceId,
    entry_id: &EntryId,
    undo: Undo,
    now: Timestamp,
) -> Result<Adjusted, ApiError> {
    known(store, instance_id).await?;
    let found = store.find_entry_story(instance_id, entry_id).await?;
    let original = found.map(|story| story.entry).ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound)
            .with_message(format!("The instance has no entry `{entry_id}`."))
            .with_hint("`credits show` lists the entries with their ids.")
    })?;
    // All grants and open holds: what was given may be spent, put aside or gone.
    let want = Want::money().facts().business_key(undo_key(&original));
    let done = store.transact(instance_id, want, now, move |tx| {
        let counted = tx.account.undo_adjustment(&original, &undo, tx.now)?;
        Ok::<_, AdjustError>(Adjusted { counted, balances: tx.account.balances })
    });
    Ok(done.await??)
}

impl From<AdjustError> for ApiError {
    fn from(error: AdjustError) -> Self {
        match error {
            AdjustError::Ledger(error) => error.into(),
            AdjustError::Unexplained => {
                Self::invalid("An adjustment needs somebody who makes it, and a reason.")
            }
            AdjustError::NoRequestId => Self::invalid("An adjustment needs an id of its own."),
            AdjustError::ExpiresInThePast => Self::invalid("The credits would have expired already."),
            AdjustError::NoAdjustment => Self::invalid("The entry is no adjustment of this instance.")
                .with_hint("Only what was given or taken by hand can be taken back."),
        }
    }
}
