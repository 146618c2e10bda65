//! Checkout pages: opened by the app, closed by the payer or by time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::{InstanceId, PlanId};

use super::World;
use super::coupon::Coupon;
use crate::error::Refusal;

/// How long a checkout URL lives at Wix (wix-protocol §5).
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(48);

/// What became of a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckoutStatus {
    /// It can be paid.
    Open,
    /// It was paid.
    Paid,
    /// It was not paid within 48 hours.
    Expired,
    /// The payer closed it.
    Cancelled,
}

/// One checkout page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Checkout {
    pub(crate) token: String,
    pub(crate) site_id: String,
    pub(crate) instance_id: InstanceId,
    pub(crate) product_id: String,
    pub(crate) plan_id: PlanId,
    pub(crate) plan_name: String,
    #[serde(default)]
    pub(crate) plan_rank: u32,
    /// For how many days the plan is tried out before it is paid.
    #[serde(default)]
    pub(crate) trial_days: Option<i64>,
    /// What makes the first payment cheaper.
    #[serde(default)]
    pub(crate) coupon: Option<Coupon>,
    pub(crate) cycle: BillingCycle,
    pub(crate) price: String,
    pub(crate) currency: String,
    pub(crate) success_url: String,
    pub(crate) test_checkout: bool,
    pub(crate) status: CheckoutStatus,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Checkout {
    pub(crate) fn is_closed(&self) -> bool {
        self.status != CheckoutStatus::Open
    }

    /// What is charged today, by the price of a period, the trial and the coupon.
    pub(crate) fn due_today(&self) -> String {
        if self.test_checkout || self.trial_days.is_some() {
            return "0.00".to_owned();
        }
        self.coupon.as_ref().map_or_else(|| self.price.clone(), |coupon| coupon.apply(&self.price))
    }

    /// The status at `now`: time closes a page even before the platform noted it.
    pub(crate) fn status_at(&self, now: Timestamp) -> CheckoutStatus {
        if self.status == CheckoutStatus::Open && now >= self.expires_at {
            return CheckoutStatus::Expired;
        }
        self.status
    }

    /// Refuses what only an open page may do.
    pub(crate) fn ensure_open(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.status_at(now) {
            CheckoutStatus::Open => Ok(()),
            CheckoutStatus::Paid => Err(Refusal::conflict("checkout_paid", "This checkout is already paid.")),
            CheckoutStatus::Expired => Err(Refusal::conflict(
                "checkout_expired",
                "This checkout expired 48 hours after it was opened.",
            )),
            CheckoutStatus::Cancelled => {
                Err(Refusal::conflict("checkout_cancelled", "This checkout was closed."))
            }
        }
    }
}

impl World {
    pub(crate) fn checkout(&self, token: &str) -> Result<&Checkout, Refusal> {
        let unknown = || Refusal::not_found("There is no such checkout on the local platform.");
        self.checkouts.iter().find(|checkout| checkout.token == token).ok_or_else(unknown)
    }

    /// Puts a coupon on an open checkout, or takes it off again.
    pub(crate) fn use_coupon(
        &mut self,
        token: &str,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.checkout(token)?.ensure_open(now)?;
        let unknown = || {
            let message = "There is no coupon with this code.";
            Refusal::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "unknown_coupon", message)
        };
        let coupon = match code {
            Some(code) => Some(self.find_coupon(code).cloned().ok_or_else(unknown)?),
            None => None,
        };
        if let Some(checkout) = self.checkouts.iter_mut().find(|checkout| checkout.token == token) {
            checkout.coupon = coupon;
        }
        Ok(())
    }

    /// Drops the trial from a checkout whose install had one meanwhile.
    pub(crate) fn drop_stale_trial(&mut self, token: &str) {
        let Ok(checkout) = self.checkout(token) else { return };
        let may_try =
            self.find_instance(checkout.instance_id.as_str()).is_some_and(|(_, install)| install.may_try());
        if may_try {
            return;
        }
        if let Some(checkout) = self.checkouts.iter_mut().find(|checkout| checkout.token == token) {
            checkout.trial_days = None;
        }
    }

    /// Closes a checkout that was found before.
    pub(crate) fn close_checkout(&mut self, token: &str, status: CheckoutStatus) {
        if let Some(checkout) = self.checkouts.iter_mut().find(|checkout| checkout.token == token) {
            checkout.status = status;
        }
    }
}
