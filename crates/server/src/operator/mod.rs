//! What operators do by hand: they have no address in the API, only the commands of the program and these functions.

pub mod adjust;
pub mod billing;
pub mod delete;
pub mod jobs;
pub mod plan;
pub mod refund;
pub mod replay;

use wixapp_core::{ErrorCode, InstanceId};
use wixapp_store::{Instance, Store};

use crate::error::ApiError;

/// The name under which an operator's doing stands among the facts.
const EVENT_TYPE: &str = "Operator";

fn explained(actor: &str, reason: &str) -> Result<(String, String), ApiError> {
    let (actor, reason) = (actor.trim().to_owned(), reason.trim().to_owned());
    if actor.is_empty() || reason.is_empty() {
        return Err(ApiError::invalid("This needs somebody who does it, and a reason."));
    }
    Ok((actor, reason))
}

/// The instance, which must be known: a misspelt id is not made one.
///
/// # Errors
/// [`ErrorCode::NotFound`] when nobody has heard of it.
pub async fn known(store: &Store, instance_id: &InstanceId) -> Result<Instance, ApiError> {
    let found = store.find_instance(instance_id).await?;
    found.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound)
            .with_message(format!("There is no instance `{instance_id}`."))
            .with_hint("`webhook list` shows the instances that Wix has spoken of lately.")
    })
}
