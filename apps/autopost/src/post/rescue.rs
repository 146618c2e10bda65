//! Ends posts that nobody else would end: the job that was to was called off, or lost worker after worker.

use wixapp::core::InstanceId;
use wixapp::prelude::*;

use super::schedule::LATE;
use super::{Outcome, Post, PostState};

/// How many sites are read at once, and how many posts of one site.
const SITES: i64 = 100;
const POSTS: i64 = 1_000;

/// The job that does it, for all sites at once.
#[derive(Serialize, Deserialize)]
pub(crate) struct Rescue;

impl Job for Rescue {
    const KIND: &'static str = "rescue_posts";
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let server = context.state::<Server>()?;
        let mut last = None;
        loop {
            let sites = server.store.list_instances(last.as_ref(), SITES).await.map_err(JobError::retry)?;
            for site in &sites {
                rescue(&server, site).await.map_err(JobError::retry)?;
            }
            last = sites.into_iter().next_back();
            if last.is_none() {
                return Ok(());
            }
        }
    }
}

/// Calls posts of a site missed whose time has passed, and has those joined again whose jobs have all ended.
async fn rescue(server: &Server, site: &InstanceId) -> Result<(), wixapp::store::Error> {
    let now = server.clock.now();
    let states = [PostState::Scheduled, PostState::Publishing].map(|state| state.as_str().to_owned());
    let filter = RecordFilter { states: states.to_vec(), to: Some(now - LATE), ..RecordFilter::default() };
    for stored in server.store.list_records::<Post>(site, &filter, POSTS).await? {
        let want = stored.record.want();
        let end = move |tx: &mut Tx| {
            // Whoever has changed it since sees to it.
            let Ok(same) = tx.record_at::<Post>(&stored.record.id, Some(stored.version)) else {
                return Ok(());
            };
            if same.record.state == PostState::Scheduled {
                return tx.save_record(&Post { state: PostState::Missed, ..same.record }).map(|_| ());
            }
            // Nothing happens while one of its jobs is at it, or the one that joins them waits.
            same.record.results.iter().filter_map(Outcome::open_job).for_each(|id| tx.join_group_of(id));
            Ok(())
        };
        let ended = server.store.transact(site, want, now, end).await?;
        ended.map_err(|error| wixapp::store::Error::Inconsistent(error.to_string()))?;
    }
    Ok(())
}
