//! Facts: what Wix told us about an instance, each stored once by its dedupe key.

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::PlanId;

macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A value this version does not know, kept as it came.
            Unknown(String),
        }

        impl $name {
            /// The value as Wix writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Unknown(text) => text }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() { $($text => Self::$variant,)+ _ => Self::Unknown(text) }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.as_str().to_owned()
            }
        }
    };
}

wire_enum!(
    /// How often a plan is paid, as Wix writes it (wix-protocol §4).
    BillingCycle {
        /// Not a recurring plan.
        NoCycle = "NO_CYCLE",
        /// Every month.
        Monthly = "MONTHLY",
        /// Every year.
        Yearly = "YEARLY",
        /// Paid once.
        OneTime = "ONE_TIME",
        /// Every two years.
        TwoYears = "TWO_YEARS",
        /// Every three years.
        ThreeYears = "THREE_YEARS",
        /// Every four years.
        FourYears = "FOUR_YEARS",
        /// Every five years.
        FiveYears = "FIVE_YEARS",
    }
);

wire_enum!(
    /// What happened to an invoice.
    InvoiceStatus {
        /// The payment did not go through.
        PaymentFailed = "PAYMENT_FAILED",
        /// Paid.
        Paid = "PAID",
        /// Money was given back.
        Refunded = "REFUNDED",
        /// The payer's bank took the money back.
        ChargedBack = "CHARGEDBACK",
    }
);

impl BillingCycle {
    /// The months one payment covers; `None` where the plan has no period of its own.
    #[must_use]
    pub fn months(&self) -> Option<i32> {
        match self {
            Self::Monthly => Some(1),
            Self::Yearly => Some(12),
            Self::TwoYears => Some(24),
            Self::ThreeYears => Some(36),
            Self::FourYears => Some(48),
            Self::FiveYears => Some(60),
            Self::NoCycle | Self::OneTime | Self::Unknown(_) => None,
        }
    }
}

/// One thing Wix told us, with the moment it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// The key under which this fact is stored once for ever.
    pub key: String,
    /// When it happened, by Wix's clock.
    pub at: Timestamp,
    /// What happened.
    pub kind: FactKind,
}

/// A plan as a fact names it: Wix's product id and how it is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanTerms {
    /// Wix's id or slug of the product; the catalogue says which plan it is.
    pub vendor_product_id: String,
    /// How the plan is paid.
    pub cycle: BillingCycle,
    /// When the paid period ends, where Wix says so.
    pub expires_at: Option<Timestamp>,
    /// The invoice, where Wix names one.
    pub invoice_id: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum FactKind {
    /// The app was installed on the site.
    AppInstalled {
        /// The instance this one was copied from, when the site is a duplicate.
        origin_instance_id: Option<String>,
    },
    /// The app was removed from the site.
    AppRemoved,
    /// A plan was bought.
    PlanPurchased(PlanTerms),
    /// The plan was swapped for another.
    PlanChanged {
        /// The plan from now on.
        terms: PlanTerms,
        /// The product it replaced.
        previous_vendor_product_id: Option<String>,
    },
    /// A trial became a paid plan.
    TrialConverted(PlanTerms),
    /// The plan will not renew, or ends now.
    RenewalCancelled {
        /// The product, as Wix names it.
        vendor_product_id: String,
        /// True when access ends at once and not at the period's end.
        immediately: bool,
        /// True when the plan was cancelled inside its free trial.
        in_trial: bool,
        /// True when it was cancelled because the plan moved to another site: what it gave stays.
        #[serde(default, skip_serializing_if = "is_false")]
        moved: bool,
    },
    /// Automatic renewal was switched on again.
    PlanReactivated(PlanTerms),
    /// The plan moved to another owner or site.
    PlanTransferred(PlanTerms),
    /// An invoice changed its status.
    InvoiceUpdated {
        /// The invoice.
        invoice_id: String,
        /// Its status now.
        status: InvoiceStatus,
        /// Whether it is for a renewal; `None` when nobody said. What was bought once, a first payment, and what a change
        /// costs at once are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recurring: Option<bool>,
        /// Who noted it by hand, and why; `None` when it was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        noted: Option<Noted>,
        /// True when nobody says when it happened: the fact's time is then that of its signature, and a repetition that was
        /// signed anew has another.
        #[serde(default, skip_serializing_if = "is_false")]
        undated: bool,
    },
    /// Wix's list of purchases holds this one-time product. No invoice is named; a purchase that was told is the same one.
    PurchaseListed(PlanTerms),
    /// What Get App Instance answered.
    Snapshot(Snapshot),
    /// An operator gave a plan.
    PlanGiven {
        /// The plan, by our own id.
        plan_id: PlanId,
        /// Until when; until it is ended when nothing is said.
        until: Option<Timestamp>,
        /// Who gave it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// An operator ended the plan that was given.
    GivenPlanEnded {
        /// Who ended it.
        actor: String,
        /// Why.
        reason: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// An operator's name and reason behind a fact that nobody else told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Noted {
    /// Who noted it.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// An answer of Get App Instance: the truth at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The paid plan; `None` when Wix says `isFree`.
    pub paid: Option<PaidSnapshot>,
    /// The last time Wix gave this same answer; the fact's `at` is the first time.
    pub seen_until: Timestamp,
}

/// The paid plan in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaidSnapshot {
    /// The plan and its terms.
    pub terms: PlanTerms,
    /// Since when the plan is paid (`billing.timeStamp`), where Wix says so.
    pub since: Option<Timestamp>,
    /// Whether it renews by itself.
    pub auto_renewing: bool,
    /// Whether it is in its free trial.
    pub in_trial: bool,
}

impl FactKind {
    /// The order of facts that happened at the same moment: causes before their consequences.
    ///
    /// An answer of Wix comes first. It was true when Wix looked, and an event of the same millisecond may have happened
    /// right after that look: the event must have the last word. Where the answer already knew the event, the event
    /// says the same once more and changes nothing.
    #[must_use]
    pub fn order(&self) -> u8 {
        match self {
            Self::Snapshot(_) => 0,
            // Wix signs in whole seconds: a removal and a reinstall within one are a reinstall.
            Self::AppRemoved => 1,
            Self::AppInstalled { .. } => 2,
            Self::PlanPurchased(_) | Self::PurchaseListed(_) => 3,
            Self::TrialConverted(_) => 4,
            Self::PlanChanged { .. } => 5,
            Self::PlanTransferred(_) => 6,
            Self::InvoiceUpdated { .. } => 7,
            Self::RenewalCancelled { .. } => 8,
            Self::PlanReactivated(_) => 9,
            Self::GivenPlanEnded { .. } => 10,
            Self::PlanGiven { .. } => 11,
        }
    }

    /// The product id this fact speaks of, if any.
    #[must_use]
    pub fn vendor_product_id(&self) -> Option<&str> {
        match self {
            Self::PlanPurchased(t)
            | Self::PurchaseListed(t)
            | Self::TrialConverted(t)
            | Self::PlanReactivated(t)
            | Self::PlanTransferred(t) => Some(&t.vendor_product_id),
            Self::PlanChanged { terms, .. } => Some(&terms.vendor_product_id),
            Self::RenewalCancelled { vendor_product_id, .. } => Some(vendor_product_id),
            Self::Snapshot(snapshot) => snapshot.paid.as_ref().map(|p| p.terms.vendor_product_id.as_str()),
            Self::AppInstalled { .. }
            | Self::AppRemoved
            | Self::InvoiceUpdated { .. }
            | Self::PlanGiven { .. }
            | Self::GivenPlanEnded { .. } => None,
        }
    }
}

/// Sorts facts into the order in which they are folded: by time, kind, then dedupe key.
pub fn sort(facts: &mut [impl Borrow<Fact>]) {
    let place = |fact: &Fact| (fact.at, fact.kind.order());
    facts.sort_by(|a, b| {
        let (a, b) = (a.borrow(), b.borrow());
        place(a).cmp(&place(b)).then_with(|| a.key.cmp(&b.key))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_wire_values_are_kept_as_they_came() {
        let cycle: BillingCycle = serde_json::from_str("\"EVERY_BLUE_MOON\"").unwrap();
        assert_eq!(cycle, BillingCycle::Unknown("EVERY_BLUE_MOON".into()));
        assert_eq!(serde_json::to_string(&cycle).unwrap(), "\"EVERY_BLUE_MOON\"");
    }

    #[test]
    fn a_removal_and_an_install_of_one_moment_are_a_reinstall() {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let fact = |key: &str, kind| Fact { key: key.into(), at, kind };
        let installed = FactKind::AppInstalled { origin_instance_id: None };
        let mut facts =
            vec![fact("a", FactKind::AppRemoved), fact("c", installed.clone()), fact("b", installed)];
        sort(&mut facts);
        assert_eq!(facts.iter().map(|f| f.key.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
