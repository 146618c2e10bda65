//! Events of Stripe that an operator has read again, by this version.

use wixapp_core::{ErrorCode, Fact, InstanceId};
use wixapp_store::Store;
use wixapp_stripe::{Event, Payload};

use super::fact::{self, Said};
use crate::config::Config;
use crate::error::ApiError;

/// What an event says that is stored for its instance.
///
/// # Errors
/// [`ErrorCode::Conflict`] when this version cannot use it, and why.
pub(crate) async fn facts(
    store: &Store,
    instance_id: &InstanceId,
    event: &Event,
) -> Result<Vec<Fact>, ApiError> {
    understood(event)?;
    if is_beside_another(store, instance_id, event).await? {
        return Err(conflict(
            "The site has had another subscription, beside which this event was weighed when it came.",
        )
        .with_hint("`reconcile` asks how the site stands now."));
    }
    let owner = store.find_stripe_owner(&event.ids()).await?;
    let invoice_id = owner.and_then(|owner| owner.invoice_id);
    match fact::read(event, invoice_id.as_deref()) {
        Said::InvoiceUnknown => Err(conflict("It is not known for which invoice this money went back.")),
        Said::Facts(facts) if facts.is_empty() => {
            Err(conflict(format!("What this {} of Stripe says changes nothing here.", event.kind)))
        }
        Said::Facts(facts) => Ok(facts),
    }
}

/// Whether the event is about one of several subscriptions: what ends one of them is no end of a plan that another one pays,
/// and which of them paid then Stripe does not say any more.
async fn is_beside_another(store: &Store, instance_id: &InstanceId, event: &Event) -> Result<bool, ApiError> {
    let Payload::Subscription { subscription, .. } = &event.payload else { return Ok(false) };
    let newest = store.list_stripe_ids(instance_id, "sub_", 2).await?;
    Ok(newest.iter().any(|id| *id != subscription.id))
}

/// Whether an event may wait anew to be stored. Whoever looks at what waits asks only whose it is: what else a new event is
/// asked when it comes is asked here.
///
/// # Errors
/// [`ErrorCode::Conflict`] when this version cannot use it, when it is about what another app sold, and when it is not of the
/// mode of the key that the configuration has, or there is none.
pub(crate) fn may_wait(config: &Config, event: &Event) -> Result<(), ApiError> {
    understood(event)?;
    let sold_by = event.metadata().and_then(|metadata| metadata.app_id.as_deref());
    if sold_by.is_some_and(|app_id| app_id != config.wix.app_id) {
        return Err(conflict("The event is about something that another app sold."));
    }
    let side = config.stripe_side().map_err(|error| conflict(error.to_string()))?;
    let side = side.ok_or_else(|| {
        conflict("Nothing is sold through Stripe by this configuration.")
            .with_hint("Give the command the configuration of the server, with stripe.secret_key.")
    })?;
    if event.livemode != side.livemode {
        let (mode, other) = if event.livemode { ("live", "test") } else { ("test", "live") };
        return Err(conflict(format!(
            "The event is of Stripe's {mode} mode, and the key of its {other} mode."
        ))
        .with_hint(format!("It can be used with a key of the {mode} mode alone (stripe.secret_key).")));
    }
    Ok(())
}

fn understood(event: &Event) -> Result<(), ApiError> {
    match &event.payload {
        Payload::Unreadable { reason } => {
            Err(conflict(format!("The payload still cannot be understood: {reason}.")))
        }
        Payload::Unknown => {
            Err(conflict(format!("This version does not know events of the type {}.", event.kind)))
        }
        Payload::Checkout(_)
        | Payload::Subscription { .. }
        | Payload::Invoice(_)
        | Payload::InvoicePayment(_)
        | Payload::Charge(_)
        | Payload::Dispute(_) => Ok(()),
    }
}

fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::Conflict).with_message(message)
}
