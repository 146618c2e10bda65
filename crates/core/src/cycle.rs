//! Cycles: when a plan's credits are due again.

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::fact::BillingCycle;

/// How long a cycle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CyclePolicy {
    /// Thirty days of 24 hours.
    #[default]
    #[serde(rename = "30d")]
    ThirtyDays,
    /// The same day each month, clamped to the month's end; the anchor's day is kept.
    #[serde(rename = "month")]
    Month,
}

/// The cycles of one plan from its anchor on: number `n` with the moment its credits are due.
#[derive(Debug, Clone, Copy)]
pub struct Cycles {
    anchor: Timestamp,
    policy: CyclePolicy,
    /// Paid by the year: at most 12 cycles in each paid year, whatever the policy.
    by_year: bool,
}

impl Cycles {
    /// The cycles of a plan paid by `billing` whose first cycle began at `anchor`.
    #[must_use]
    pub fn new(anchor: Timestamp, policy: CyclePolicy, billing: &BillingCycle) -> Self {
        Self { anchor, policy, by_year: billing.months().is_some_and(|months| months >= 12) }
    }

    /// When cycle `n` begins; `None` past the end of time.
    ///
    /// # Example
    /// ```
    /// use wixapp_core::{BillingCycle, cycle::{CyclePolicy, Cycles}};
    /// let anchor = "2026-01-31T12:00:00Z".parse()?;
    /// let cycles = Cycles::new(anchor, CyclePolicy::Month, &BillingCycle::Monthly);
    /// let days: Vec<String> = (0..3).filter_map(|n| cycles.start(n)).map(|t| t.to_string()[..10].into()).collect();
    /// assert_eq!(days, ["2026-01-31", "2026-02-28", "2026-03-31"]);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn start(&self, n: u32) -> Option<Timestamp> {
        match (self.policy, self.by_year) {
            (CyclePolicy::Month, _) => add_months(self.anchor, i32::try_from(n).ok()?),
            (CyclePolicy::ThirtyDays, false) => add_days(self.anchor, i64::from(n) * 30),
            (CyclePolicy::ThirtyDays, true) => {
                let year = add_months(self.anchor, i32::try_from(n / 12).ok()?.checked_mul(12)?)?;
                add_days(year, i64::from(n % 12) * 30)
            }
        }
    }

    /// The number of the first cycle that begins after `at`.
    #[must_use]
    pub fn next_after(&self, at: Timestamp) -> u32 {
        // No cycle is shorter than the shortest month, and none of a year is further than that from its month.
        let passed = (month_number(at) - month_number(self.anchor)).max(0);
        let passed = match (self.policy, self.by_year) {
            (CyclePolicy::ThirtyDays, false) => at.duration_since(self.anchor).as_hours().max(0) / (30 * 24),
            (CyclePolicy::Month, _) | (CyclePolicy::ThirtyDays, true) => i64::from(passed),
        };
        let first = u32::try_from(passed - 2).unwrap_or(0);
        (first..).find(|n| self.start(*n).is_none_or(|start| start > at)).unwrap_or(u32::MAX)
    }
}

/// `months` calendar months after `at`, in UTC, clamped to the month's end.
#[must_use]
pub fn add_months(at: Timestamp, months: i32) -> Option<Timestamp> {
    let then = Offset::UTC.to_datetime(at);
    let month = month_number(at).checked_add(months)?;
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let first = Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
    let date = Date::new(first.year(), first.month(), then.day().min(first.days_in_month())).ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(then.time())).ok()
}

/// How many whole months lie between the month of `at` and the first of the year 0.
fn month_number(at: Timestamp) -> i32 {
    let date = Offset::UTC.to_datetime(at).date();
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

fn add_days(at: Timestamp, days: i64) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()
}

/// The end of the paid period that covers `at`, for a plan paid every `months` months since `started_at`.
#[must_use]
pub fn period_end_after(started_at: Timestamp, months: i32, at: Timestamp) -> Option<Timestamp> {
    // Start one period early: clamping may put the anniversary on either side of `at`.
    let passed = (month_number(at) - month_number(started_at)).max(0) / months - 1;
    (passed.max(0)..=passed + 3)
        .filter_map(|n| add_months(started_at, n.checked_mul(months)?))
        .find(|end| *end > at && *end > started_at)
}

/// The beginning of the paid period that covers `at`, for a plan paid every `months` months since `started_at`; before the
/// first one, `started_at`.
#[must_use]
pub fn period_start_before(started_at: Timestamp, months: i32, at: Timestamp) -> Timestamp {
    let passed = (month_number(at) - month_number(started_at)).max(0) / months;
    let starts = [passed, passed - 1].into_iter().filter(|n| *n > 0);
    let starts = starts.filter_map(|n| add_months(started_at, n.checked_mul(months)?));
    starts.filter(|start| *start <= at).max().unwrap_or(started_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn days(cycles: Cycles, until: &str) -> usize {
        (0..).map_while(|n| cycles.start(n)).take_while(|t| *t < at(until)).count()
    }

    #[test]
    fn thirty_day_policy_on_a_monthly_plan_gives_13_cycles_in_365_days() {
        let cycles = Cycles::new(at("2026-01-01T00:00:00Z"), CyclePolicy::ThirtyDays, &BillingCycle::Monthly);
        assert_eq!(days(cycles, "2027-01-01T00:00:00Z"), 13);
        let monthly = Cycles::new(at("2026-01-01T00:00:00Z"), CyclePolicy::Month, &BillingCycle::Monthly);
        assert_eq!(days(monthly, "2027-01-01T00:00:00Z"), 12);
    }

    #[test]
    fn a_paid_year_gives_12_cycles_under_either_policy() {
        for policy in [CyclePolicy::ThirtyDays, CyclePolicy::Month] {
            let cycles = Cycles::new(at("2024-02-29T08:00:00Z"), policy, &BillingCycle::FiveYears);
            assert_eq!(days(cycles, "2025-02-28T08:00:00Z"), 12, "{policy:?}");
            assert_eq!(days(cycles, "2029-02-28T08:00:00Z"), 60, "{policy:?}");
            let yearly = Cycles::new(at("2026-01-01T00:00:00Z"), policy, &BillingCycle::Yearly);
            assert_eq!(days(yearly, "2027-01-01T00:00:00Z"), 12, "{policy:?}");
        }
    }

    #[test]
    fn period_end_keeps_the_anchor_day_through_short_months() {
        let start = at("2026-01-31T00:00:00Z");
        let ends = ["2026-02-28", "2026-03-31", "2026-04-30"];
        let mut now = start;
        for end in ends {
            now = period_end_after(start, 1, now).unwrap();
            assert_eq!(now.to_string(), format!("{end}T00:00:00Z"));
        }
    }

    proptest! {
        #[test]
        fn month_cycles_rise_strictly_at_most_one_a_month_over_8_years(day in 0i64..1500, hour in 0i64..24) {
            let anchor = at("2024-01-01T00:00:00Z") + SignedDuration::from_hours(day * 24 + hour);
            let cycles = Cycles::new(anchor, CyclePolicy::Month, &BillingCycle::Monthly);
            let starts: Vec<_> = (0..97).filter_map(|n| cycles.start(n)).collect();
            prop_assert_eq!(starts.len(), 97);
            for pair in starts.windows(2) {
                prop_assert!(pair[0] < pair[1]);
                let month = |t: Timestamp| t.to_string()[..7].to_owned();
                prop_assert_ne!(month(pair[0]), month(pair[1]));
            }
        }

        #[test]
        fn next_after_names_the_first_later_cycle(offset in 0i64..3000, yearly: bool, month: bool) {
            let anchor = at("2025-05-31T10:00:00Z");
            let billing = if yearly { BillingCycle::Yearly } else { BillingCycle::Monthly };
            let policy = if month { CyclePolicy::Month } else { CyclePolicy::ThirtyDays };
            let cycles = Cycles::new(anchor, policy, &billing);
            let now = anchor + SignedDuration::from_hours(offset * 24);
            let n = cycles.next_after(now);
            prop_assert!(cycles.start(n).unwrap() > now);
            prop_assert!(n == 0 || cycles.start(n - 1).unwrap() <= now);
        }

        #[test]
        fn period_end_is_the_first_anniversary_later_than_now(offset in 0i64..4000, hour in 0i64..24, months in prop::sample::select(vec![1, 12, 24])) {
            let start = at("2024-02-29T10:00:00Z");
            let now = start + SignedDuration::from_hours(offset * 24 + hour);
            let end = period_end_after(start, months, now).unwrap();
            let naive = (1..).filter_map(|n| add_months(start, n * months)).find(|t| *t > now).unwrap();
            prop_assert_eq!(end, naive);
        }

        #[test]
        fn period_start_is_the_last_anniversary_by_now(offset in -40i64..4000, hour in 0i64..24, months in prop::sample::select(vec![1, 12, 24])) {
            let start = at("2024-02-29T10:00:00Z");
            let now = start + SignedDuration::from_hours(offset * 24 + hour);
            let starts = (0..).map_while(|n| add_months(start, n * months)).take_while(|t| *t <= now);
            prop_assert_eq!(period_start_before(start, months, now), starts.last().unwrap_or(start));
        }

        #[test]
        fn months_are_added_as_the_calendar_does(second in -60_000_000_000i64..200_000_000_000, months in -30_000i32..30_000) {
            let start = Timestamp::from_second(second).unwrap();
            let span = jiff::Span::new().try_months(months).unwrap();
            let calendar = start.to_zoned(jiff::tz::TimeZone::UTC).checked_add(span).ok().map(|t| t.timestamp());
            prop_assert_eq!(add_months(start, months), calendar);
        }
    }
}
