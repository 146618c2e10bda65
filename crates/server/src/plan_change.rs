//! What another plan, or another way of paying it, would be for an instance; and what of it our own page sells.

use std::cmp::Ordering;

use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::subscription::Subscription;
use wixapp_core::{BillingCycle, ErrorCode, Plan};

use crate::error::ApiError;

/// What kind of change it would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanChangeKind {
    /// None: it is this plan, paid this way, already.
    None,
    /// The first paid plan.
    Purchase,
    /// A higher plan.
    Upgrade,
    /// A lower plan that is paid too.
    Downgrade,
    /// The end of paying.
    ToFree,
    /// The same plan, paid for a longer time at once.
    LongerCycle,
    /// The same plan, paid for a shorter time at once.
    ShorterCycle,
}

/// A plan that somebody looks at, seen from the plan they are on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanChange<'a> {
    pub(crate) from: &'a Plan,
    pub(crate) paid_by: Option<&'a BillingCycle>,
    pub(crate) to: &'a Plan,
    pub(crate) pay_by: &'a BillingCycle,
}

impl<'a> PlanChange<'a> {
    pub(crate) fn new(
        from: &'a Plan,
        subscription: Option<&'a Subscription>,
        to: &'a Plan,
        pay_by: &'a BillingCycle,
    ) -> Self {
        Self { from, paid_by: subscription.and_then(|now| now.billing_cycle.as_ref()), to, pay_by }
    }

    pub(crate) fn kind(&self) -> PlanChangeKind {
        match self.to.rank.cmp(&self.from.rank) {
            _ if self.to.is_free() && self.from.is_free() => PlanChangeKind::None,
            _ if self.to.is_free() => PlanChangeKind::ToFree,
            Ordering::Greater if self.from.is_free() => PlanChangeKind::Purchase,
            Ordering::Greater => PlanChangeKind::Upgrade,
            Ordering::Less => PlanChangeKind::Downgrade,
            Ordering::Equal => match self.longer() {
                Ordering::Greater => PlanChangeKind::LongerCycle,
                Ordering::Less => PlanChangeKind::ShorterCycle,
                Ordering::Equal => PlanChangeKind::None,
            },
        }
    }

    /// How the time that is paid at once would compare with what it is now.
    fn longer(&self) -> Ordering {
        let months = |cycle: &BillingCycle| cycle.months().unwrap_or(0);
        self.paid_by.map_or(Ordering::Equal, |now| months(self.pay_by).cmp(&months(now)))
    }

    /// Why our page does not sell it. A downgrade and a shorter way of paying must not be sold by an app's own page
    /// (App Market review): the owner cancels in Wix and buys again.
    pub(crate) fn refusal(&self) -> Option<ApiError> {
        let name = &self.from.name;
        let shorter = || {
            ApiError::new(ErrorCode::BillingCycleNotSold).with_message(format!(
                "{name} is paid for a longer time; a shorter one is chosen in Wix, under Manage Apps, when it is over."
            ))
        };
        match self.kind() {
            PlanChangeKind::None => Some(ApiError::new(ErrorCode::AlreadyOnPlan)),
            PlanChangeKind::Downgrade | PlanChangeKind::ToFree => {
                Some(ApiError::new(ErrorCode::DowngradeNotSold).with_message(format!(
                    "You are on {name}; a lower plan is chosen in Wix under Manage Apps."
                )))
            }
            PlanChangeKind::ShorterCycle => Some(shorter()),
            PlanChangeKind::Upgrade if self.longer() == Ordering::Less => Some(shorter()),
            PlanChangeKind::Upgrade | PlanChangeKind::Purchase | PlanChangeKind::LongerCycle => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wixapp_core::Catalog;

    #[test]
    fn every_pair_of_plans_and_ways_of_paying_has_one_kind_and_what_is_lower_is_not_sold() {
        let catalog = Catalog::standard();
        let plan = |id: &str| catalog.find(&id.parse().unwrap()).unwrap();
        let (monthly, yearly) = (BillingCycle::Monthly, BillingCycle::Yearly);
        let cases = [
            ("free", None, "free", &monthly, PlanChangeKind::None, Some(ErrorCode::AlreadyOnPlan)),
            ("free", None, "pro", &yearly, PlanChangeKind::Purchase, None),
            ("starter", Some(&monthly), "pro", &monthly, PlanChangeKind::Upgrade, None),
            ("starter", Some(&monthly), "pro", &yearly, PlanChangeKind::Upgrade, None),
            ("starter", Some(&yearly), "pro", &yearly, PlanChangeKind::Upgrade, None),
            (
                "starter",
                Some(&yearly),
                "pro",
                &monthly,
                PlanChangeKind::Upgrade,
                Some(ErrorCode::BillingCycleNotSold),
            ),
            (
                "pro",
                Some(&monthly),
                "starter",
                &yearly,
                PlanChangeKind::Downgrade,
                Some(ErrorCode::DowngradeNotSold),
            ),
            (
                "pro",
                Some(&monthly),
                "free",
                &monthly,
                PlanChangeKind::ToFree,
                Some(ErrorCode::DowngradeNotSold),
            ),
            ("pro", Some(&monthly), "pro", &monthly, PlanChangeKind::None, Some(ErrorCode::AlreadyOnPlan)),
            ("pro", Some(&monthly), "pro", &yearly, PlanChangeKind::LongerCycle, None),
            (
                "pro",
                Some(&yearly),
                "pro",
                &monthly,
                PlanChangeKind::ShorterCycle,
                Some(ErrorCode::BillingCycleNotSold),
            ),
        ];
        for (from, paid_by, to, pay_by, kind, refusal) in cases {
            let change = PlanChange { from: plan(from), paid_by, to: plan(to), pay_by };
            assert_eq!(change.kind(), kind, "{from} {paid_by:?} {to} {pay_by:?}");
            assert_eq!(
                change.refusal().map(|refusal| refusal.code()),
                refusal,
                "{from} {paid_by:?} {to} {pay_by:?}"
            );
        }
    }
}
