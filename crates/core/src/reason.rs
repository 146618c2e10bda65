//! Why credits moved, as a sentence of the books that a page can say in its reader's language.
//!
//! The books keep an English sentence and never change it. [`Reason::read`] finds in such a sentence what it says and of
//! what; what somebody wrote by hand is nobody's to translate, and reads as `None`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::entry::{Entry, EntryCode};

/// What follows the sentence of a payment that was taken back.
const REFUNDED: &str = ": refunded";
/// What follows that where an operator noted it, with words of their own.
const NOTED: &str = ", noted by ";

/// What a sentence of the books says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// What every site gets to start with; the name is the number of credits.
    Start,
    /// A plan was bought.
    PlanBought,
    /// A plan that runs was paid once more.
    PlanBoughtAgain,
    /// The free trial of a plan began.
    Trial,
    /// A free trial became a paid plan.
    TrialConverted,
    /// The plan went up.
    Upgrade,
    /// A new cycle of a plan began.
    NewCycle,
    /// An operator gave a plan.
    PlanGiven,
    /// A top-up was bought.
    TopUpBought,
    /// A promo code was redeemed; the name is the code.
    PromoCode,
    /// Credits reached their last day.
    Expired,
    /// The paid plan ended.
    PlanEnded,
    /// The paid plan had not ended after all.
    PlanNotEnded,
    /// What is known now says that they were not due.
    NotDue,
    /// A debt of credits that were refunded after they had been spent.
    RefundedSpent,
    /// Credits were refunded while they were put aside.
    RefundedHeld,
}

impl ReasonCode {
    /// All of them; the more special sentences come first.
    pub const ALL: [Self; 16] = [
        Self::Start,
        Self::PlanBought,
        Self::PlanBoughtAgain,
        Self::Trial,
        Self::TrialConverted,
        Self::Upgrade,
        Self::NewCycle,
        Self::PlanGiven,
        Self::TopUpBought,
        Self::PromoCode,
        Self::Expired,
        Self::PlanEnded,
        Self::PlanNotEnded,
        Self::NotDue,
        Self::RefundedSpent,
        Self::RefundedHeld,
    ];

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::PlanBought => "plan_bought",
            Self::PlanBoughtAgain => "plan_bought_again",
            Self::Trial => "trial",
            Self::TrialConverted => "trial_converted",
            Self::Upgrade => "upgrade",
            Self::NewCycle => "new_cycle",
            Self::PlanGiven => "plan_given",
            Self::TopUpBought => "top_up_bought",
            Self::PromoCode => "promo_code",
            Self::Expired => "expired",
            Self::PlanEnded => "plan_ended",
            Self::PlanNotEnded => "plan_not_ended",
            Self::NotDue => "not_due",
            Self::RefundedSpent => "refunded_spent",
            Self::RefundedHeld => "refunded_held",
        }
    }

    /// The words before and after the name; the whole sentence where there is no name.
    const fn words(self) -> Words {
        match self {
            Self::Start => Words::Around("", " credits to start with"),
            Self::PlanBought => Words::Around("", " plan bought"),
            Self::PlanBoughtAgain => Words::Around("", " plan bought once more"),
            Self::Trial => Words::Around("", " plan, free trial"),
            Self::TrialConverted => Words::Around("", " plan after the free trial"),
            Self::Upgrade => Words::Around("Upgrade to ", ""),
            Self::NewCycle => Words::Around("", " plan, new cycle"),
            Self::PlanGiven => Words::Around("", " plan given"),
            Self::TopUpBought => Words::Around("", " bought"),
            Self::PromoCode => Words::Around("Promo code ", ""),
            Self::Expired => Words::All("Credits expired"),
            Self::PlanEnded => Words::All("The paid plan ended"),
            Self::PlanNotEnded => Words::All("The paid plan had not ended after all"),
            Self::NotDue => Words::All("What is known now says it was not due"),
            Self::RefundedSpent => Words::All("Credits that were refunded after they had been spent"),
            Self::RefundedHeld => Words::All("Credits that were refunded while they were put aside"),
        }
    }

    /// The sentence of the books that is about nothing by name.
    #[must_use]
    pub fn alone(self) -> String {
        self.about("")
    }

    /// The sentence of the books about `name`: a plan's name, say. A sentence without a name leaves it out.
    #[must_use]
    pub fn about(self, name: impl fmt::Display) -> String {
        match self.words() {
            Words::Around(before, after) => format!("{before}{name}{after}"),
            Words::All(sentence) => sentence.to_owned(),
        }
    }
}

enum Words {
    Around(&'static str, &'static str),
    All(&'static str),
}

/// What a sentence of the books says, and of what.
///
/// # Example
/// ```
/// use wixapp_core::reason::{Reason, ReasonCode, refunded};
/// let sentence = refunded(&ReasonCode::NewCycle.about("Starter"));
/// assert_eq!(sentence, "Starter plan, new cycle: refunded");
/// let told = Reason { code: ReasonCode::NewCycle, name: Some("Starter".into()), refunded: true };
/// assert_eq!(Reason::read(&sentence), Some(told));
/// assert_eq!(Reason::read("an apology for Tuesday"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it says.
    pub code: ReasonCode,
    /// Of which plan, top-up, promo code or number of credits, where it names one.
    pub name: Option<String>,
    /// Whether the payment behind it was taken back.
    pub refunded: bool,
}

impl Reason {
    /// What the sentence of an entry says; `None` for the words of who used credits, or of an operator.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        let by_rule = match entry.code {
            // A grant that a user asks for is that of a promo code.
            EntryCode::Grant => true,
            // An operator may be called anything.
            EntryCode::Adjust => false,
            _ => matches!(entry.cause.actor.as_str(), "wix" | "cycle"),
        };
        Self::read(&entry.cause.reason).filter(|_| by_rule)
    }

    /// What a sentence of the books says; `None` for one that somebody wrote, or to which somebody added something.
    #[must_use]
    pub fn read(sentence: &str) -> Option<Self> {
        if sentence.split(REFUNDED).skip(1).any(|after| after.starts_with(NOTED)) {
            return None;
        }
        let (said, refunded) = match sentence.strip_suffix(REFUNDED) {
            Some(said) => (said, true),
            None => (sentence, false),
        };
        ReasonCode::ALL.into_iter().find_map(|code| {
            let name = match code.words() {
                Words::All(whole) => (whole == said).then_some(None)?,
                Words::Around(before, after) => {
                    let name = said.strip_prefix(before)?.strip_suffix(after)?;
                    Some(name.to_owned()).filter(|name| !name.is_empty()).map(Some)?
                }
            };
            Some(Self { code, name, refunded })
        })
    }
}

/// The sentence of a payment that was taken back.
#[must_use]
pub fn refunded(sentence: &str) -> String {
    format!("{sentence}{REFUNDED}")
}

/// The sentence of a payment that an operator noted as taken back, and why.
#[must_use]
pub fn noted(sentence: &str, actor: &str, why: &str) -> String {
    format!("{sentence}{REFUNDED}{NOTED}{actor}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_read_as_what_it_was_written_for() {
        for code in ReasonCode::ALL {
            let sentence = code.about("Gold");
            let named = matches!(code.words(), Words::Around(..));
            for (sentence, refunded) in [(sentence.clone(), false), (refunded(&sentence), true)] {
                let read = Reason { code, name: named.then(|| "Gold".to_owned()), refunded };
                assert_eq!(Reason::read(&sentence), Some(read), "{sentence}");
            }
        }
    }

    #[test]
    fn what_somebody_wrote_is_left_as_it_is() {
        for sentence in ["", " bought", "publish"] {
            assert_eq!(Reason::read(sentence), None, "{sentence}");
        }
        for code in ReasonCode::ALL {
            for why in ["angry", "wrong pack bought", "Pro plan given", ": refunded"] {
                let sentence = noted(&code.about("Gold"), "kim", why);
                assert_eq!(Reason::read(&sentence), None, "{sentence}");
            }
        }
    }

    #[test]
    fn the_name_in_the_api_is_that_of_serde() {
        for code in ReasonCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
