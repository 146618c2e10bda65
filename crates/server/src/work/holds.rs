//! Giving back the reservations of one instance whose time ran out.

use wixapp_core::InstanceId;
use wixapp_store::{Tx, Want};

use crate::error::ApiError;
use crate::state::App;

/// Gives back every reservation of the instance whose time ran out.
pub(super) async fn expire(app: &App, instance_id: &InstanceId) -> Result<(), ApiError> {
    let decide = |tx: &mut Tx| tx.account.expire_holds(tx.now).map_err(ApiError::from);
    let want = Want::money().overdue_holds();
    app.store.transact(instance_id, want, app.clock.now(), decide).await?.map(|_| ())
}
