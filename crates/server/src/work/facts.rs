//! Looking at the new facts of one instance.

use std::sync::Arc;

use wixapp_core::InstanceId;
use wixapp_core::crash::{Moment, here};

use super::derive;
use crate::error::ApiError;
use crate::state::App;

/// Derives the instance from all it knows, the new facts among them.
pub(super) async fn process(app: &Arc<App>, instance_id: &InstanceId) -> Result<(), ApiError> {
    here(Moment::FactsListed);
    let outcome = derive::instance(app, instance_id, None).await?;
    if outcome.unconfirmed {
        // It is due at once now: Wix must confirm what the facts alone do not.
        app.wake_workers();
    }
    Ok(())
}
