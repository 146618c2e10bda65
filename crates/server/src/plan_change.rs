//! What another plan, or another way of paying it, would be for an instance; and what of it our own page sells.

use std::cmp::Ordering;

use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::clock::Timestamp;
use wixapp_core::subscription::Subscription;
use wixapp_core::{BillingCycle, BillingSource, Catalog, ErrorCode, Plan};

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
    /// The plan in force, when an operator gave it: nobody pays that, so it is no reason not to sell what outlasts it.
    pub(crate) given: Option<Given<'a>>,
}

/// A plan that an operator gave, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) until: Option<Timestamp>,
}

impl<'a> PlanChange<'a> {
    /// Seen from what is in force, `now_on`, and what of it is paid.
    pub(crate) fn new(
        catalog: &'a Catalog,
        now_on: &Subscription,
        paid: &'a Subscription,
        to: &'a Plan,
        pay_by: &'a BillingCycle,
    ) -> Self {
        let plan = |id| catalog.find(id).unwrap_or_else(|| catalog.free());
        let given = Given { plan: plan(&now_on.plan_id), until: now_on.current_period_end };
        let given = Some(given).filter(|_| now_on.is_given());
        Self { from: plan(&paid.plan_id), paid_by: paid.billing_cycle.as_ref(), to, pay_by, given }
    }

    /// The plan in force, whether it is paid or was given.
    pub(crate) fn in_force(&self) -> &'a Plan {
        self.given.map_or(self.from, |given| given.plan)
    }

    /// Whether the plan was given without an end, so that buying it would bring nothing.
    fn is_given_for_good(&self) -> bool {
        self.given.is_some_and(|given| given.until.is_none() && given.plan.rank == self.to.rank)
    }

    fn is_below_gift(&self) -> bool {
        self.given.is_some_and(|given| self.to.rank < given.plan.rank)
    }

    pub(crate) fn kind(&self) -> PlanChangeKind {
        match self.to.rank.cmp(&self.from.rank) {
            _ if self.is_given_for_good() => PlanChangeKind::None,
            _ if self.is_below_gift() && self.to.is_free() => PlanChangeKind::ToFree,
            _ if self.is_below_gift() => PlanChangeKind::Downgrade,
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
    /// (App Market review): the owner cancels where the plan is paid and buys again.
    pub(crate) fn refusal(&self, source: BillingSource) -> Option<ApiError> {
        if let Some(refusal) = self.refusal_of_given() {
            return Some(refusal);
        }
        let (name, place) = (&self.from.name, place(source));
        let shorter = || {
            ApiError::new(ErrorCode::BillingCycleNotSold).with_message(format!(
                "{name} is paid for a longer time; a shorter one is chosen {place} when it is over."
            ))
        };
        match self.kind() {
            PlanChangeKind::None => Some(ApiError::new(ErrorCode::AlreadyOnPlan)),
            PlanChangeKind::Downgrade | PlanChangeKind::ToFree => Some(
                ApiError::new(ErrorCode::DowngradeNotSold)
                    .with_message(format!("You are on {name}; a lower plan is chosen {place}.")),
            ),
            PlanChangeKind::ShorterCycle => Some(shorter()),
            PlanChangeKind::Upgrade if self.longer() == Ordering::Less => Some(shorter()),
            PlanChangeKind::Upgrade | PlanChangeKind::Purchase | PlanChangeKind::LongerCycle => None,
        }
    }

    /// A gift that ends is no reason not to sell its plan: who buys it goes on when the gift is over. A lower plan would be paid
    /// for nothing until then.
    fn refusal_of_given(&self) -> Option<ApiError> {
        let given = self.given?;
        let until = given.until.map_or_else(
            || "until whoever gave it ends it".to_owned(),
            |at| format!("until {}", at.strftime("%-d %B %Y")),
        );
        let was_given = format!("{} was given to this site {until}", given.plan.name);
        if self.is_given_for_good() {
            let message = format!("{was_given}: there is nothing to buy.");
            return Some(ApiError::new(ErrorCode::AlreadyOnPlan).with_message(message));
        }
        let message = format!("{was_given}; a lower plan is sold when that is over.");
        self.is_below_gift().then(|| ApiError::new(ErrorCode::DowngradeNotSold).with_message(message))
    }
}

/// Where an owner manages what is paid.
pub(crate) fn place(source: BillingSource) -> &'static str {
    match source {
        BillingSource::Wix => "in Wix under Manage Apps",
        BillingSource::Stripe => "in the customer portal",
        BillingSource::None => "by whoever gave it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let change = PlanChange { from: plan(from), paid_by, to: plan(to), pay_by, given: None };
            assert_eq!(change.kind(), kind, "{from} {paid_by:?} {to} {pay_by:?}");
            assert_eq!(
                change.refusal(BillingSource::Wix).map(|refusal| refusal.code()),
                refusal,
                "{from} {paid_by:?} {to} {pay_by:?}"
            );
        }
    }

    #[test]
    fn a_refusal_names_the_place_where_the_plan_is_paid() {
        let catalog = Catalog::standard();
        let plan = |id: &str| catalog.find(&id.parse().unwrap()).unwrap();
        let (monthly, yearly) = (BillingCycle::Monthly, BillingCycle::Yearly);
        for (to, pay_by) in [("starter", &yearly), ("pro", &monthly)] {
            let change =
                PlanChange { from: plan("pro"), paid_by: Some(&yearly), to: plan(to), pay_by, given: None };
            let said = |source| change.refusal(source).unwrap().message().to_owned();
            assert!(said(BillingSource::Wix).contains("in Wix under Manage Apps"), "{to}");
            assert!(said(BillingSource::Stripe).contains("in the customer portal"), "{to}");
        }
    }

    #[test]
    fn a_gift_that_ends_can_be_bought_and_one_without_an_end_cannot() {
        let catalog = Catalog::standard();
        let plan = |id: &str| catalog.find(&id.parse().unwrap()).unwrap();
        let ends: Option<Timestamp> = Some("2027-12-31T00:00:00Z".parse().unwrap());
        let cases = [
            ("pro", ends, PlanChangeKind::Purchase, None),
            ("scale", ends, PlanChangeKind::Purchase, None),
            ("scale", None, PlanChangeKind::Purchase, None),
            ("pro", None, PlanChangeKind::None, Some(ErrorCode::AlreadyOnPlan)),
            ("starter", ends, PlanChangeKind::Downgrade, Some(ErrorCode::DowngradeNotSold)),
            ("starter", None, PlanChangeKind::Downgrade, Some(ErrorCode::DowngradeNotSold)),
            ("free", ends, PlanChangeKind::ToFree, Some(ErrorCode::DowngradeNotSold)),
        ];
        for (to, until, kind, code) in cases {
            let given = Some(Given { plan: plan("pro"), until });
            let (from, to, pay_by) = (plan("free"), plan(to), &BillingCycle::Monthly);
            let change = PlanChange { from, paid_by: None, to, pay_by, given };
            assert_eq!(
                (change.kind(), change.refusal(BillingSource::Wix).map(|no| no.code())),
                (kind, code),
                "{} {until:?}",
                to.id
            );
        }
        // What is paid below the gift is not paid twice.
        let given = Some(Given { plan: plan("pro"), until: ends });
        let (from, monthly) = (plan("pro"), &BillingCycle::Monthly);
        let again = PlanChange { from, paid_by: Some(monthly), to: from, pay_by: monthly, given };
        assert_eq!(again.refusal(BillingSource::Wix).map(|no| no.code()), Some(ErrorCode::AlreadyOnPlan));
    }
}
