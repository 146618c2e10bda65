//! Giving back reservations whose time ran out.

use std::sync::Arc;

use wixapp_store::{Tx, Want};

use super::BATCH;
use crate::error::ApiError;
use crate::state::App;

/// Gives back every reservation whose time ran out.
pub async fn expire(app: &Arc<App>) {
    let now = app.clock.now();
    let instances = match app.store.list_overdue_holds(now, BATCH).await {
        Ok(instances) => instances,
        Err(error) => {
            tracing::warn!(error = %error, "overdue reservations could not be listed");
            return;
        }
    };
    for instance_id in instances {
        let decide = |tx: &mut Tx| tx.account.expire_holds(tx.now).map_err(ApiError::from);
        let done = app.store.transact(&instance_id, Want::money().overdue_holds(), now, decide).await;
        if let Err(error) = done.map_err(ApiError::from).and_then(|inner| inner) {
            tracing::error!(instance.id = %instance_id, error = error.message(), "reservations could not be given back");
        }
    }
}
