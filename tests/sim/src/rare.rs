//! What must have happened now and then: a run in which one of these never did has proved nothing about it.

use std::collections::BTreeMap;

/// Something rare that the simulator counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rare {
    /// An upgrade while the app heard nothing.
    UpgradeDuringOutage,
    /// A refund of credits that were spent already.
    RefundOfSpentCredits,
    /// The same webhook again after a crash between commit and answer.
    DuplicateAfterCrash,
    /// A decision that granted something was thrown away by a crash.
    GrantThrownAway,
    /// More than three grants at once.
    CatchUpOverThree,
    /// A hold that was open when a paid life ended.
    HoldAcrossPlanEnd,
    /// A webhook of a purchase that came after an answer had shown the plan.
    AnswerBeforeWebhook,
    /// The app removed and installed again while a plan was paid.
    ReinstallOnPaidPlan,
    /// A removal signed anew after the app was installed again.
    StaleRemoval,
    /// A site duplicated.
    SiteDuplicated,
    /// A failed payment that came through after all.
    PaymentRecovered,
    /// A failed payment that ended the plan.
    PaymentGivenUp,
    /// A trial that became a paid plan.
    TrialConverted,
    /// A trial that was cancelled.
    TrialCancelled,
    /// A change between paying by the month and by the year.
    CycleSwitched,
    /// A lower plan that began when the higher one's period was over.
    DowngradeTookEffect,
    /// An outage of a hundred days.
    LongOutage,
    /// A purchase that left no trace.
    LostWithoutTrace,
    /// A client that repeated a spend after a crash and was not charged twice.
    SpendRepeated,
    /// A hold that ran out.
    HoldExpired,
    /// A hold posted in part.
    HoldPostedInPart,
    /// The app's clock off by minutes.
    ClockSkewed,
    /// A verdict that compared the balances to the credit.
    BalancesCompared,
    /// A verdict that compared only what was granted and cut: credits were taken back across a cut.
    GrantsCompared,
}

impl Rare {
    /// Every one of them.
    pub const ALL: [Self; 24] = [
        Self::UpgradeDuringOutage,
        Self::RefundOfSpentCredits,
        Self::DuplicateAfterCrash,
        Self::GrantThrownAway,
        Self::CatchUpOverThree,
        Self::HoldAcrossPlanEnd,
        Self::AnswerBeforeWebhook,
        Self::ReinstallOnPaidPlan,
        Self::StaleRemoval,
        Self::SiteDuplicated,
        Self::PaymentRecovered,
        Self::PaymentGivenUp,
        Self::TrialConverted,
        Self::TrialCancelled,
        Self::CycleSwitched,
        Self::DowngradeTookEffect,
        Self::LongOutage,
        Self::LostWithoutTrace,
        Self::SpendRepeated,
        Self::HoldExpired,
        Self::HoldPostedInPart,
        Self::ClockSkewed,
        Self::BalancesCompared,
        Self::GrantsCompared,
    ];
}

/// How often each happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Counters(BTreeMap<Rare, u64>);

impl Counters {
    /// It happened.
    pub fn count(&mut self, what: Rare) {
        *self.0.entry(what).or_default() += 1;
    }

    /// How often it happened.
    #[must_use]
    pub fn of(&self, what: Rare) -> u64 {
        self.0.get(&what).copied().unwrap_or_default()
    }

    /// Adds what another run counted.
    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(*what).or_default() += count;
        }
    }

    /// What never happened.
    #[must_use]
    pub fn missing(&self) -> Vec<Rare> {
        Rare::ALL.into_iter().filter(|what| self.of(*what) == 0).collect()
    }
}
