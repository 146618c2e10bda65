//! What the passing of time brings: cycles, and the ends of paid periods.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use wixapp_core::InstanceId;

use super::{BATCH, PARALLEL, derive, reconcile};
use crate::state::App;

/// Looks at every instance that is due; costs nothing for all others.
pub async fn sweep(app: &Arc<App>) {
    let due = match app.store.list_due(app.clock.now(), BATCH).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(error = %error, "due instances could not be listed");
            return;
        }
    };
    stream::iter(due).for_each_concurrent(PARALLEL, |instance_id| look(app, instance_id)).await;
}

/// Asks Wix before anything is granted for a time that no word of Wix covers.
async fn look(app: &Arc<App>, instance_id: InstanceId) {
    let answer = reconcile::ask(app, &instance_id).await;
    if let Err(error) = derive::instance(app, &instance_id, Some(answer)).await {
        tracing::error!(instance.id = %instance_id, error = error.message(), "a due instance could not be processed");
    }
}
