//! What happens to an instance at the platform, and what it must come to.

use anyhow::Result;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use wixapp_core::InstanceId;

use crate::identity::{self, APP_ID, Identity};

/// The lives an instance can have, on the standard catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Installed, and no more.
    Installed,
    /// A plan was bought.
    Bought,
    /// A plan was bought, and then a higher one.
    Upgraded,
    /// A plan was bought, and a lower one chosen for later.
    Downgraded,
    /// A plan was bought and will not be renewed.
    Cancelled,
    /// A plan was bought, cancelled, and taken up again.
    Reactivated,
    /// The largest plan was bought: more credits than a run of a thousand kills spends. Not drawn.
    Spender,
}

impl Script {
    const DRAWN: [Self; 6] =
        [Self::Installed, Self::Bought, Self::Upgraded, Self::Downgraded, Self::Cancelled, Self::Reactivated];

    pub(super) fn draw(rng: &mut StdRng) -> Self {
        Self::DRAWN[rng.random_range(0..Self::DRAWN.len())]
    }

    /// What the instance has once all its events are known: billing-rules §3.
    pub(super) fn credits(self) -> i64 {
        match self {
            Self::Installed => 200,
            Self::Bought => 200 + 1_000,
            Self::Upgraded => 200 + 1_000 + 5_000,
            Self::Downgraded | Self::Cancelled | Self::Reactivated => 200 + 5_000,
            Self::Spender => 200 + 25_000,
        }
    }

    /// The signed webhooks, one for each event, in the order in which things happened.
    pub(super) fn webhooks(self, identity: &Identity, instance: &InstanceId) -> Result<Vec<String>> {
        let invoice = format!("invoice-{instance}");
        let bought = |plan| ("PaidPlanPurchased", plan_event(plan, 1, &invoice, json!({})));
        let cancelled =
            json!({"cancelReason": "USER_CANCEL", "subscriptionCancellationType": "AT_END_OF_PERIOD"});
        let mut events = vec![("AppInstalled", json!({"appId": APP_ID}))];
        match self {
            Self::Installed => {}
            Self::Bought => events.push(bought("starter")),
            Self::Spender => events.push(bought("scale")),
            Self::Upgraded => events.extend([bought("starter"), changed("starter", "pro", &invoice)]),
            Self::Downgraded => events.extend([bought("pro"), changed("pro", "starter", &invoice)]),
            Self::Cancelled | Self::Reactivated => {
                let cancelled = plan_event("pro", 2, &invoice, cancelled);
                events.extend([bought("pro"), ("PaidPlanAutoRenewalCancelled", cancelled)]);
            }
        }
        if self == Self::Reactivated {
            let again = plan_event("pro", 3, &invoice, json!({"reason": "the owner's wish"}));
            events.push(("PlanReactivated", again));
        }
        events.iter().map(|(kind, payload)| identity.webhook(kind, instance, payload)).collect()
    }
}

fn changed(from: &str, to: &str, invoice: &str) -> (&'static str, Value) {
    let previous = json!({"previousVendorProductId": from, "previousCycle": "MONTHLY"});
    ("PaidPlanChanged", plan_event(to, 2, &format!("{invoice}-changed"), previous))
}

/// The payload of an event of a plan; those of one instance follow each other by milliseconds.
fn plan_event(plan: &str, order: i64, invoice: &str, more: Value) -> Value {
    let at = identity::now() + std::time::Duration::from_millis(order.unsigned_abs());
    let mut payload = json!({
        "operationTimeStamp": at.to_string(), "vendorProductId": plan, "cycle": "MONTHLY", "invoiceId": invoice,
    });
    if let (Some(payload), Value::Object(more)) = (payload.as_object_mut(), more) {
        payload.extend(more);
    }
    payload
}
