//! Power cuts: everything that reached the disk is recorded, and what is left at each sync is opened again.

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

use super::record::{Event, Unsynced, image, restore};
use super::work::{Answered, INSTANCES, Work, check, open};
use super::{Care, Place, url};

/// How often the database is closed and opened again, which moves its log into the file.
const SESSIONS: usize = 3;

/// Cuts the power before each sync is done, with the writes since the last one lost, kept and torn; how many cuts.
///
/// # Errors
/// When a piece of work that was answered before a cut is missing after it, or the books are not in order.
pub async fn power_cuts(work: usize, care: Care) -> Result<usize> {
    let events = record(work, care).await?;
    let cuts: Vec<_> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| matches!(event, Event::Synced { .. }))
        .map(|(number, _)| number)
        .chain([events.len()])
        .collect();
    ensure!(cuts.len() > SESSIONS, "the work synced {} times only", cuts.len());
    let mut made = 0;
    for cut in cuts {
        for unsynced in [Unsynced::Lost, Unsynced::Kept, Unsynced::Torn(cut as u64)] {
            let looked = look(&events[..cut], unsynced).await;
            looked.with_context(|| {
                format!("the power was cut after event {cut}, unsynced writes {unsynced:?}")
            })?;
            made += 1;
        }
    }
    Ok(made)
}

/// Does the work and gives what happened on the disk.
async fn record(count: usize, care: Care) -> Result<Vec<Event>> {
    let place = Place::new(care, true)?;
    let all: Vec<_> = Work::all(count).collect();
    for session in all.chunks(count.div_ceil(SESSIONS).next_multiple_of(INSTANCES)) {
        let store = open(&place.url()).await?;
        // One piece of each instance at the same time: they share commits.
        for together in session.chunks(INSTANCES) {
            let mut working = JoinSet::new();
            for work in together.iter().copied() {
                let (store, disk) = (store.clone(), std::sync::Arc::clone(&place.disk));
                working.spawn(async move {
                    let evidence = work.perform(&store).await?;
                    disk.answered(work.0, &evidence);
                    anyhow::Ok(())
                });
            }
            working.join_all().await.into_iter().collect::<Result<()>>()?;
        }
        store.close().await;
    }
    Ok(place.disk.recorded())
}

/// Opens what the power cut left, in a folder without a disk of ours.
async fn look(events: &[Event], unsynced: Unsynced) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("wixapp-torture-").tempdir()?;
    restore(&image(events, unsynced), folder.path())?;
    let store = open(&url(folder.path())).await?;
    let mut answered = Answered::new();
    for event in events {
        if let Event::Answered { work, evidence } = event {
            answered.insert(*work, evidence.clone());
        }
    }
    let checked = check(&store, &answered).await;
    store.close().await;
    checked
}
