//! A site's paid plan and its life on the calendar.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::PlanId;

use super::coupon::Coupon;

/// A plan bought on a site, from the purchase until it ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Subscription {
    pub(crate) product_id: String,
    pub(crate) plan_id: PlanId,
    pub(crate) name: String,
    pub(crate) cycle: BillingCycle,
    pub(crate) price: String,
    pub(crate) currency: String,
    /// How the plan ranks among the others; a lower one that is bought begins when the period ends.
    #[serde(default)]
    pub(crate) rank: u32,
    /// The moment of purchase: the anchor of every later period.
    pub(crate) started_at: Timestamp,
    /// Since when this plan runs, where that is later than the anchor: a lower plan keeps the days of the one before.
    #[serde(default)]
    pub(crate) since: Option<Timestamp>,
    /// The lower plan that the next period is paid for.
    #[serde(default)]
    pub(crate) next: Option<NextPlan>,
    /// How many periods are paid.
    pub(crate) periods_paid: i32,
    pub(crate) period_end_at: Timestamp,
    pub(crate) auto_renew: bool,
    pub(crate) ended: bool,
    /// The invoice of the current period.
    pub(crate) invoice_id: String,
    /// Whether the payer's card will decline the next renewal.
    #[serde(default)]
    pub(crate) card_fails: bool,
    /// The invoice whose payment failed and is still open. The plan lives on meanwhile.
    #[serde(default)]
    pub(crate) unpaid_invoice_id: Option<String>,
    /// When the free trial becomes a paid plan; `None` outside a trial.
    #[serde(default)]
    pub(crate) trial_ends_at: Option<Timestamp>,
    /// What makes the first payment cheaper; `None` once that is made.
    #[serde(default)]
    pub(crate) coupon: Option<Coupon>,
}

/// A lower plan that was chosen while a higher one is paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NextPlan {
    pub(crate) product_id: String,
    pub(crate) plan_id: PlanId,
    pub(crate) name: String,
    pub(crate) rank: u32,
    pub(crate) cycle: BillingCycle,
    pub(crate) price: String,
    pub(crate) currency: String,
}

impl Subscription {
    /// Since when this plan is paid.
    pub(crate) fn runs_since(&self) -> Timestamp {
        self.since.unwrap_or(self.started_at)
    }

    /// Whether it is paid at `now`: also right in the moment before the platform noted the period's end.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        !self.ended && (self.auto_renew || now < self.period_end_at)
    }

    /// Whether its period will end by itself: it is not over, and no unpaid invoice keeps it waiting.
    pub(crate) fn is_running(&self) -> bool {
        !self.ended && self.unpaid_invoice_id.is_none()
    }

    /// Ends it, however long it was paid for.
    pub(crate) fn end(&mut self, now: Timestamp) {
        (self.ended, self.auto_renew, self.next) = (true, false, None);
        self.period_end_at = self.period_end_at.min(now);
    }

    /// Turns the free trial into a paid plan: its first period begins.
    pub(crate) fn convert(&mut self, invoice_id: String) {
        self.trial_ends_at = None;
        (self.started_at, self.periods_paid) = (self.period_end_at, 1);
        self.period_end_at = period_end(self.started_at, &self.cycle, 1);
        self.invoice_id = invoice_id;
    }

    /// Pays for the period after all whose payment was taken back.
    pub(crate) fn pay_again(&mut self) {
        self.periods_paid += 1;
        self.period_end_at = period_end(self.started_at, &self.cycle, self.periods_paid);
    }

    /// The price of the period that is paid now, and the coupon that is used up by it.
    pub(crate) fn take_first_price(&mut self) -> (String, Option<Coupon>) {
        if self.trial_ends_at.is_some() {
            return ("0.00".to_owned(), None);
        }
        let coupon = self.coupon.take();
        (coupon.as_ref().map_or_else(|| self.price.clone(), |coupon| coupon.apply(&self.price)), coupon)
    }

    /// Pays for the next period, of the lower plan if one was chosen.
    pub(crate) fn renew(&mut self, invoice_id: String) {
        if let Some(next) = self.next.take() {
            self.begin(next);
        }
        self.periods_paid += 1;
        self.period_end_at = period_end(self.started_at, &self.cycle, self.periods_paid);
        self.invoice_id = invoice_id;
    }
}

impl Subscription {
    /// The lower plan begins as the period ends. Paid in the same way it keeps the days on which it is due.
    fn begin(&mut self, next: NextPlan) {
        let NextPlan { product_id, plan_id, name, rank, cycle, price, currency } = next;
        if cycle != self.cycle {
            (self.started_at, self.periods_paid) = (self.period_end_at, 0);
        }
        self.since = Some(self.period_end_at);
        (self.product_id, self.plan_id, self.name, self.rank) = (product_id, plan_id, name, rank);
        (self.cycle, self.price, self.currency) = (cycle, price, currency);
    }
}

/// When the `periods`-th period ends that began at `anchor`.
///
/// Counted from the anchor each time, so a plan bought on 31 January is due on 28 February and again on 31 March.
pub(crate) fn period_end(anchor: Timestamp, cycle: &BillingCycle, periods: i32) -> Timestamp {
    let months = cycle.months().unwrap_or(1).saturating_mul(periods);
    let start = anchor.to_zoned(TimeZone::UTC);
    let span = Span::new().try_months(months);
    span.and_then(|span| start.checked_add(span)).map_or(Timestamp::MAX, |end| end.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(anchor: &str, cycle: &BillingCycle, periods: std::ops::RangeInclusive<i32>) -> Vec<String> {
        let anchor = anchor.parse().unwrap();
        periods.map(|n| period_end(anchor, cycle, n).to_string()[..10].to_owned()).collect()
    }

    #[test]
    fn monthly_periods_clamp_to_the_months_end_and_keep_their_day() {
        let found = ends("2027-01-31T08:00:00Z", &BillingCycle::Monthly, 1..=4);
        assert_eq!(found, ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]);
    }

    #[test]
    fn yearly_periods_clamp_on_leap_days() {
        let found = ends("2028-02-29T08:00:00Z", &BillingCycle::Yearly, 1..=4);
        assert_eq!(found, ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]);
    }

    #[test]
    fn a_period_beyond_the_calendar_never_panics() {
        let end = period_end("2027-01-31T08:00:00Z".parse().unwrap(), &BillingCycle::FiveYears, i32::MAX);
        assert_eq!(end, Timestamp::MAX);
    }
}
