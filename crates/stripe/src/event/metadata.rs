//! What we write into the metadata of Stripe's objects, so that an event says whose it is.

use serde_json::Value;

use crate::read;

/// What we wrote into an object's metadata. Stripe copies a subscription's onto its invoices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The app: one account of Stripe may sell several.
    pub app_id: Option<String>,
    /// The instance that pays.
    pub instance_id: Option<String>,
    /// Our id of the plan or top-up that was bought.
    pub plan_id: Option<String>,
    /// How it is paid: `MONTHLY`, `YEARLY` or `ONE_TIME`.
    pub billing_cycle: Option<String>,
    /// Our id of the checkout.
    pub checkout_id: Option<String>,
}

/// The names under which it stands, which no other program uses.
pub(crate) const NAMES: [&str; 5] =
    ["wixapp_app_id", "wixapp_instance_id", "wixapp_plan_id", "wixapp_billing_cycle", "wixapp_checkout_id"];

impl Metadata {
    /// Reads it from the first of the places where it stands.
    pub(crate) fn read(object: &Value, places: &[&str]) -> Self {
        let mut found = places.iter().map(|place| Self::at(object, place)).filter(|found| !found.is_empty());
        found.next().unwrap_or_default()
    }

    fn at(object: &Value, place: &str) -> Self {
        let text = |name: &str| read::text(object, &format!("{place}/{name}")).map(str::to_owned);
        let [app_id, instance_id, plan_id, billing_cycle, checkout_id] = NAMES.map(text);
        Self { app_id, instance_id, plan_id, billing_cycle, checkout_id }
    }

    /// Whether there is nothing of ours.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Names and values, as they are sent.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let values = [&self.app_id, &self.instance_id, &self.plan_id, &self.billing_cycle, &self.checkout_id];
        NAMES.into_iter().zip(values).filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}
