//! Changing a balance by hand, and taking that back.

use wixapp_core::account::{AdjustError, Adjustment, Balances, Change, Undo, adjust_key, undo_key};
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::LedgerAccount;
use wixapp_core::{EntryId, ErrorCode, InstanceId};
use wixapp_store::{EntryStory, Store, Want};

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
/// [`ErrorCode::InsufficientCredits`] when more would be taken than is there; [`ErrorCode::IdempotencyMismatch`] when the
/// request's id counted for another change.
pub async fn adjust(
    store: &Store,
    instance_id: &InstanceId,
    adjustment: Adjustment,
    now: Timestamp,
) -> Result<Adjusted, ApiError> {
    known(store, instance_id).await?;
    let key = adjust_key(&adjustment.request_id);
    let (want, wanted) = (Want::money().business_key(key.clone()), adjustment.clone());
    let done = store.transact(instance_id, want, now, move |tx| {
        let counted = tx.account.adjust(&adjustment, tx.now)?;
        Ok::<_, AdjustError>(Adjusted { counted, balances: tx.account.balances })
    });
    let adjusted = done.await??;
    // Entries are never changed: what stands under the key now stood there when the request was refused.
    if !adjusted.counted
        && let Some(story) = store.find_entry_story_by_key(instance_id, &key).await?
        && !is_same(&wanted, &story)
    {
        let entry = &story.entry;
        return Err(ApiError::new(ErrorCode::IdempotencyMismatch)
            .with_message(format!(
                "The request `{}` made another change before, at {}.",
                wanted.request_id, entry.created_at
            ))
            .with_hint(format!(
                "`credits explain` tells of it: {}. Another change needs a request id of its own.",
                entry.id
            )));
    }
    Ok(adjusted)
}

/// Whether the entry is what the adjustment would have made. Who asks again, and in which words, makes no other change.
fn is_same(adjustment: &Adjustment, story: &EntryStory) -> bool {
    let (pool, entry) = (LedgerAccount::Available(adjustment.pool), &story.entry);
    let expires_at = story.grant.as_ref().and_then(|grant| grant.expires_at);
    match adjustment.change {
        Change::Give(amount) => {
            entry.credit == pool && entry.amount == amount && expires_at == adjustment.expires_at
        }
        Change::Take(amount) => entry.debit == pool && entry.amount == amount,
    }
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
