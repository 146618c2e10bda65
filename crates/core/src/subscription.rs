//! The subscription of an instance: which plan it is on, since when, and until when.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::fact::BillingCycle;
use crate::id::PlanId;

/// In words, how an instance stands with its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// On the free plan.
    Free,
    /// In the free trial of a paid plan.
    Trial,
    /// Paid, and renewing by itself.
    Active,
    /// Paid until the period ends, then free.
    Cancelled,
    /// A payment failed; access stays, new credits wait.
    BillingIssue,
    /// The app is not installed on the site.
    Removed,
}

impl SubscriptionStatus {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Free, Self::Trial, Self::Active, Self::Cancelled, Self::BillingIssue, Self::Removed];

    /// The status's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Trial => "trial",
            Self::Active => "active",
            Self::Cancelled => "cancelled",
            Self::BillingIssue => "billing_issue",
            Self::Removed => "removed",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// An instance on a plan for a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The plan whose features the instance has now.
    pub plan_id: PlanId,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// The name of the paid life it is in.
    pub epoch: Option<String>,
    /// How it is paid.
    pub billing_cycle: Option<BillingCycle>,
    /// Since when this paid life runs.
    pub started_at: Option<Timestamp>,
    /// When the paid period ends or renews.
    pub current_period_end: Option<Timestamp>,
    /// When the next cycle's credits are due.
    pub next_cycle_at: Option<Timestamp>,
    /// Whether it renews by itself.
    pub auto_renew: bool,
    /// The plan from the period's end on, when a lower one was chosen.
    pub pending_plan_id: Option<PlanId>,
}

impl Subscription {
    /// Whether an operator gave the plan, so that nobody pays it. What is bought says how it is paid.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.epoch.is_some() && self.billing_cycle.is_none()
    }

    /// On the free plan, with no past.
    #[must_use]
    pub fn free(plan_id: PlanId) -> Self {
        Self {
            plan_id,
            status: SubscriptionStatus::Free,
            epoch: None,
            billing_cycle: None,
            started_at: None,
            current_period_end: None,
            next_cycle_at: None,
            auto_renew: false,
            pending_plan_id: None,
        }
    }
}
