//! Deletes images nobody can see any more: those that never came into a post, and files whose record is gone, because the
//! data of a site was deleted or a process ended between the two.

use std::collections::BTreeSet;
use std::time::Duration;

use wixapp::core::{InstanceId, Timestamp};
use wixapp::jiff::SignedDuration;
use wixapp::prelude::*;
use wixapp::store::Error as StoreError;

use super::Image;
use crate::desk::Desk;

/// How long an image may wait for its post.
const LOOSE: SignedDuration = SignedDuration::from_hours(24);
/// How long a file may wait for its record, which is written a moment after it.
const UNNAMED: Duration = Duration::from_secs(600);

/// The job that does it, for all sites at once.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sweep;

impl Job for Sweep {
    const KIND: &'static str = "sweep_images";
    type Output = usize;

    async fn run(self, context: JobContext) -> Result<usize, JobError> {
        let (server, desk) = (context.state::<Server>()?, context.state::<Desk>()?);
        let kept = desk.storage.list().await.map_err(JobError::retry)?;
        let sites: BTreeSet<&InstanceId> = kept.iter().map(|file| &file.instance_id).collect();
        let before = context.now() - LOOSE;
        for site in sites {
            forget_loose(&server, site, before).await.map_err(JobError::retry)?;
        }
        let mut deleted = 0;
        for file in kept.iter().filter(|file| file.age > UNNAMED) {
            let known = server.store.find_record::<Image>(&file.instance_id, &file.name).await;
            if known.map_err(JobError::retry)?.is_none() {
                desk.storage.delete(&file.instance_id, &file.name).await.map_err(JobError::retry)?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

/// Deletes the records of images that have no post since `before`, when they came or when they were taken out of their last
/// one; their files follow.
async fn forget_loose(server: &Server, site: &InstanceId, before: Timestamp) -> Result<(), StoreError> {
    let filter = RecordFilter { to: Some(before), ..Image::loose() };
    let old = server.store.list_records::<Image>(site, &filter, 1_000).await?;
    for stored in old.into_iter().filter(|stored| stored.updated_at < before) {
        let (id, version) = (stored.record.id, stored.version);
        let want = Want::money().record::<Image>(&id);
        let forget = move |tx: &mut Tx| {
            // A post may have taken it since.
            if tx.record_at::<Image>(&id, Some(version)).is_ok() {
                tx.delete_record::<Image>(&id);
            }
            Ok::<_, RecordError>(())
        };
        let _ = server.store.transact(site, want, server.clock.now(), forget).await?;
    }
    Ok(())
}
