//! Looking at the new facts of one instance.

use std::sync::Arc;

use wixapp_core::InstanceId;
use wixapp_core::crash::{Moment, here};

use super::{derive, reconcile};
use crate::error::ApiError;
use crate::state::App;

/// Derives the instance from all it knows, the new facts among them.
pub(super) async fn process(app: &Arc<App>, instance_id: &InstanceId) -> Result<(), ApiError> {
    here(Moment::FactsListed);
    if reconcile::settle_doubt(app, instance_id).await? {
        app.wake_workers();
        return Ok(());
    }
    let outcome = derive::instance(app, instance_id, None).await?;
    if outcome.unconfirmed {
        // It is due at once now: Wix must confirm what the facts alone do not.
        app.wake_workers();
    }
    Ok(())
}
