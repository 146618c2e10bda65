//! Scenarios: small files that play a life of a site, line by line.

mod parse;
mod run;
mod step;

use std::fmt;

use serde::Serialize;

pub(crate) use self::step::Step;
use crate::error::{Error, Refusal};

/// A life of a site as text: one step a line, `#` begins a comment.
///
/// # Example
/// ```
/// use wixapp_emulator::Scenario;
/// let scenario: Scenario = "install\nbuy starter monthly\nadvance 30d\nexpect plan starter".parse()?;
/// assert_eq!(scenario.len(), 4);
/// let wrong = "install\nbye starter".parse::<Scenario>().unwrap_err();
/// assert!(wrong.to_string().starts_with("Line 2:"));
/// # Ok::<(), wixapp_emulator::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    steps: Vec<(usize, Step)>,
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepDone {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The step.
    pub step: String,
    /// What it led to.
    pub said: String,
}

/// How a scenario went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScenarioRun {
    /// The steps that were done, in order.
    pub steps: Vec<StepDone>,
    /// The step it stopped at, and why.
    pub failed: Option<StepFailed>,
}

/// The step that a scenario stopped at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepFailed {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The step.
    pub step: String,
    /// A stable code: `unmet` for an expectation, else that of the refused call.
    pub code: String,
    /// Why, for people.
    pub message: String,
}

impl Scenario {
    /// The scenarios that come with wixapp: name and text.
    #[must_use]
    pub fn shipped() -> &'static [(&'static str, &'static str)] {
        &[
            ("first-payment", include_str!("../../scenarios/first-payment.scenario")),
            ("trial-to-refund", include_str!("../../scenarios/trial-to-refund.scenario")),
            ("missed-payment", include_str!("../../scenarios/missed-payment.scenario")),
            ("cancel-and-return", include_str!("../../scenarios/cancel-and-return.scenario")),
            ("reinstall", include_str!("../../scenarios/reinstall.scenario")),
            ("five-years", include_str!("../../scenarios/five-years.scenario")),
            ("chaos", include_str!("../../scenarios/chaos.scenario")),
        ]
    }

    /// How many steps it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it has no steps. A scenario that was read always has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl std::str::FromStr for Scenario {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(Self::read(text)?)
    }
}

impl Scenario {
    pub(crate) fn read(text: &str) -> Result<Self, Refusal> {
        parse::scenario(text).map_err(|(line, why)| {
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Refusal::new(status, "invalid_scenario", format!("Line {line}: {why}"))
        })
    }
}

impl fmt::Display for StepFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.step, self.message)
    }
}
