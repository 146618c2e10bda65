//! Looking at one instance whose time has come.

use std::sync::Arc;

use wixapp_core::InstanceId;

use super::{derive, reconcile};
use crate::error::ApiError;
use crate::state::App;

/// Asks Wix before anything is granted for a time that no word of Wix covers.
pub(super) async fn look(app: &Arc<App>, instance_id: &InstanceId) -> Result<(), ApiError> {
    let answer = reconcile::ask(app, instance_id).await;
    derive::instance(app, instance_id, Some(answer)).await.map(|_| ())
}
