//! Looking at new facts: in order per instance, parallel between instances.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use wixapp_core::InstanceId;

use super::{BATCH, PARALLEL, derive, reconcile};
use crate::state::App;

/// Looks at every fact that nobody looked at yet.
pub async fn process_all(app: &Arc<App>) {
    loop {
        let waiting = match app.store.list_unprocessed(BATCH).await {
            Ok(waiting) => waiting,
            Err(error) => {
                tracing::warn!(error = %error, "new facts could not be listed");
                return;
            }
        };
        if waiting.is_empty() {
            return;
        }
        let done = stream::iter(waiting)
            .map(|instance_id| process(app, instance_id))
            .buffer_unordered(PARALLEL)
            .fold(true, |all, good| async move { all && good })
            .await;
        // What failed is tried again with the next look; one bad instance must not spin the loop.
        if !done {
            return;
        }
    }
}

async fn process(app: &Arc<App>, instance_id: InstanceId) -> bool {
    match derive::instance(app, &instance_id, None).await {
        Ok(outcome) => {
            if outcome.unconfirmed {
                reconcile::soon(app, instance_id);
            }
            true
        }
        Err(error) => {
            let passing = derive::is_passing(&error);
            tracing::error!(instance.id = %instance_id, error = error.message(), passing, "facts could not be processed");
            false
        }
    }
}
