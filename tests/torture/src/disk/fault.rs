//! I/O errors: the disk fails at the N-th write, cut or sync and from then on, for every N until none is left to fail.

use anyhow::{Context, Result, ensure};
use wixapp_store::Store;

use super::work::{Answered, Work, check, finish, open};
use super::{Care, Mood, Place};

/// Lets every single call of the disk fail in its turn; how many there were.
///
/// # Errors
/// When something answered is lost or doubled, a read is not served, or the work cannot go on once the disk is well.
pub async fn every_fault(work: usize) -> Result<u64> {
    let mut number = 1;
    while one_fault(number, work).await.with_context(|| format!("the disk failed at call {number}"))? {
        number += 1;
    }
    Ok(number - 1)
}

/// Whether the fault came before the work was over.
async fn one_fault(number: u64, count: usize) -> Result<bool> {
    let place = Place::new(Care::Full, false)?;
    place.disk.set(Mood::FailsAt(number));
    let Some(store) = open_once(&place).await? else { return recover(&place, count, Answered::new()).await };
    let mut answered = Answered::new();
    for work in Work::all(count) {
        match work.perform(&store).await {
            Ok(evidence) => {
                answered.insert(work.0, evidence);
            }
            Err(error) => {
                ensure!(place.disk.has_failed(), "{work:?} failed on a healthy disk: {error}");
                ensure!(error.is_unavailable(), "a failing disk is not called unavailable: {error}");
                check(&store, &answered).await.context("reads on the failing disk")?;
                place.disk.set(Mood::Healthy);
                finish(&store, count, &mut answered).await?;
                close(store).await;
                return recover(&place, count, answered).await;
            }
        }
    }
    close(store).await;
    let fired = place.disk.has_failed();
    recover(&place, count, answered).await?;
    Ok(fired)
}

async fn open_once(place: &Place) -> Result<Option<Store>> {
    match open(&place.url()).await {
        Ok(store) => Ok(Some(store)),
        Err(error) => {
            ensure!(place.disk.has_failed(), "it does not open on a healthy disk: {error}");
            Ok(None)
        }
    }
}

/// The disk is well again, and the server starts anew.
async fn recover(place: &Place, count: usize, mut answered: Answered) -> Result<bool> {
    place.disk.set(Mood::Healthy);
    let store = open(&place.url()).await.context("it does not open once the disk is well")?;
    check(&store, &answered).await.context("after a new start")?;
    finish(&store, count, &mut answered).await?;
    close(store).await;
    Ok(true)
}

/// Drops the last connections too, which moves SQLite's log into the file.
async fn close(store: Store) {
    store.close().await;
}
