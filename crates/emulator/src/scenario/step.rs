//! What a scenario can do and expect.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use wixapp_core::fact::BillingCycle;

use crate::chaos::Chaos;
use crate::world::delivery::DeliveryState;

/// One line of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// As it was written.
    pub(crate) text: String,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The following steps are about this site: its number from 1, its name, or its id.
    Site(String),
    Install,
    Uninstall,
    Duplicate,
    Buy {
        product: String,
        cycle: BillingCycle,
    },
    Trial {
        product: String,
        cycle: BillingCycle,
        days: i64,
    },
    Cancel,
    Reactivate,
    CardFails(bool),
    Pay,
    Refund,
    ChargeBack,
    End {
        reason: String,
    },
    Advance(SignedDuration),
    Next,
    Until(Timestamp),
    Chaos(Option<Chaos>),
    Snapshot(String),
    Restore(String),
    Trigger {
        event: String,
        overrides: Map<String, Value>,
    },
    Expect(Expectation),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// A plan's id, or `free`.
    Plan(String),
    /// What the owner can still spend, as the app says.
    Credits(i64),
    /// Events of a type since the scenario began, in a state if one is named.
    Event { event: String, state: Option<DeliveryState>, times: Option<usize> },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
