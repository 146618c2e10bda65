//! Deleting what is stored of the people of a site.

use wixapp_core::InstanceId;
use wixapp_core::account::LedgerError;
use wixapp_core::clock::Timestamp;
use wixapp_core::hold::HoldState;
use wixapp_store::{CheckoutState, Store, Tx, Want};

use super::known;
use crate::error::ApiError;

/// What was ended on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Jobs that had not ended.
    pub jobs: usize,
    /// Reservations that were open; their credits went back.
    pub holds: usize,
}

/// Deletes the personal data of an instance: work under way is cancelled, its credits go back, and payloads, arguments,
/// results, stored answers and addresses are gone.
///
/// The books stay, under the instance's id alone, and so do the keys of everything that was ever given: free credits are
/// never given again. Doing it again changes nothing more.
///
/// # Errors
/// [`NotFound`](wixapp_core::ErrorCode::NotFound) for an instance nobody has heard of.
pub async fn delete(store: &Store, instance_id: &InstanceId, now: Timestamp) -> Result<Deleted, ApiError> {
    known(store, instance_id).await?;
    let want = Want::money().everything_open().open_checkouts();
    Ok(store.transact(instance_id, want, now, decide).await??)
}

fn decide(tx: &mut Tx) -> Result<Deleted, LedgerError> {
    let jobs = tx.open_jobs();
    for job in &jobs {
        tx.cancel_job(job, None);
    }
    let open = tx.account.holds.iter().filter(|hold| hold.state == HoldState::Open);
    let holds: Vec<_> = open.map(|hold| hold.id.clone()).collect();
    for hold in &holds {
        tx.account.void(hold, tx.now)?;
    }
    for mut checkout in tx.open_checkouts.clone() {
        checkout.state = CheckoutState::Dismissed;
        checkout.completed_at = Some(tx.now);
        tx.end_checkout(&checkout);
    }
    tx.erase();
    Ok(Deleted { jobs: jobs.len(), holds: holds.len() })
}
