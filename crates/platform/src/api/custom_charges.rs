//! Custom charges: usage billing, where Wix calls the app.
//!
//! Wix asks at `/v1/charge-limit` how much an instance may be charged in a billing cycle, at `/v1/charges` what is due,
//! and at `/v1/usages` what was used. Each request's body is a signed JWT:
//! [`WebhookVerifier::verify_service_plugin`](crate::WebhookVerifier::verify_service_plugin) makes the types below of it.
//!
//! # Example
//! ```
//! use wixapp_platform::api::custom_charges::{Charge, Charges};
//! let due = Charge { id: "c-1".into(), description: "100 posts".into(), amount: "9.50".into(), usage_period: None };
//! let answer = Charges { charges: vec![due] };
//! assert!(answer.check("10").is_ok(), "below the limit that the owner was told");
//! ```

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use wixapp_core::clock::Timestamp;

use super::plans::PlanCycle;
use crate::error::Error;
use crate::wire;

/// Wix takes no more charges at a time.
///
/// # Example
/// ```
/// assert_eq!(wixapp_platform::api::custom_charges::MAX_CHARGES, 5);
/// ```
pub const MAX_CHARGES: usize = 5;

/// Wix takes no smaller charge, in hundredths of the currency's unit.
const MIN_HUNDREDTHS: i64 = 50;

/// `POST /v1/charge-limit`: how much may an instance be charged in a cycle?
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::ChargeLimitRequest;
/// let request: ChargeLimitRequest = serde_json::from_str(r#"{"currency": "EUR"}"#).unwrap();
/// assert_eq!(request.subscription_id, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChargeLimitRequest {
    /// The subscription; missing before the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// The currency of the limit, ISO 4217.
    #[serde(default)]
    pub currency: String,
    /// The cycle it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<PlanCycle>,
}

/// The answer of `POST /v1/charge-limit`.
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::ChargeLimit;
/// let limit = ChargeLimit { charge_limit: Some("100.00".into()) };
/// assert_eq!(serde_json::to_string(&limit).unwrap(), r#"{"chargeLimit":"100.00"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChargeLimit {
    /// As a decimal number above 0; it can be raised by the owner only and never lowered.
    pub charge_limit: Option<String>,
}

/// `POST /v1/charges`: what is due for a period?
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::{ChargesRequest, Intent};
/// let request: ChargesRequest = serde_json::from_str(r#"{"currency": "EUR", "intent": "CREATE_INVOICE"}"#).unwrap();
/// assert_eq!(request.intent, Some(Intent::CreateInvoice));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChargesRequest {
    /// The subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// The currency of the charges, ISO 4217.
    #[serde(default)]
    pub currency: String,
    /// The period's begin.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub period_start: Option<Timestamp>,
    /// The period's end.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub period_end: Option<Timestamp>,
    /// What Wix will do with the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
}

wire::text_enum!(
    /// What Wix will do with an answer.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::custom_charges::Intent;
    /// assert_eq!(Intent::from("CREATE_INVOICE".to_owned()), Intent::CreateInvoice);
    /// assert_eq!(Intent::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    Intent in "wixapp_platform::api::custom_charges" {
        /// Show it.
        DisplayOnly = "DISPLAY_ONLY",
        /// Make an invoice of it.
        CreateInvoice = "CREATE_INVOICE",
    }
);

/// The answer of `POST /v1/charges`.
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::{Charge, Charges};
/// let charge = Charge { id: "c-1".into(), description: "100 posts".into(), amount: "9.50".into(), usage_period: None };
/// assert!(Charges { charges: vec![charge] }.check("100.00").is_ok());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charges {
    /// At most [`MAX_CHARGES`]; their sum must stay below the limit.
    pub charges: Vec<Charge>,
}

/// Something due.
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::{Charge, Charges};
/// let charge = Charge { id: "c-1".into(), description: "100 posts".into(), amount: "9.50".into(), usage_period: None };
/// assert!(Charges { charges: vec![charge] }.check("100.00").is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Charge {
    /// The app's own id, at most 64 characters: by it the invoice names the charge.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// How much, as a decimal number of at least `0.50`.
    pub amount: String,
    /// When it was used, where that is not the billing cycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_period: Option<UsagePeriod>,
}

/// A period of use.
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::UsagePeriod;
/// let (start_date, end_date) = ("2026-06-01T00:00:00Z".parse().unwrap(), "2026-07-01T00:00:00Z".parse().unwrap());
/// let june = UsagePeriod { start_date, end_date };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsagePeriod {
    /// Its begin.
    #[serde(deserialize_with = "wire::time")]
    pub start_date: Timestamp,
    /// Its end, not before its begin.
    #[serde(deserialize_with = "wire::time")]
    pub end_date: Timestamp,
}

impl Charges {
    /// Says what Wix would refuse in this answer, before Wix does.
    ///
    /// # Errors
    /// [`Error::is_malformed`] with more than five charges, an id of 0 or more than 64 characters or given twice, an
    /// amount that is no decimal number or below 0.50, a period that ends before it begins, or a sum that reaches
    /// `limit` (a decimal number).
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::api::custom_charges::{Charge, Charges};
    /// let charge = Charge { id: "c-1".into(), description: "100 posts".into(), amount: "9.50".into(), usage_period: None };
    /// let charges = Charges { charges: vec![charge] };
    /// assert!(charges.check("10").is_ok());
    /// assert!(charges.check("9.50").unwrap_err().is_malformed());
    /// ```
    pub fn check(&self, limit: &str) -> Result<(), Error> {
        let refuse = |why| Error::malformed("custom charges", why);
        if self.charges.len() > MAX_CHARGES {
            return Err(refuse("there are more than 5"));
        }
        let mut sum = 0_i64;
        for (index, charge) in self.charges.iter().enumerate() {
            if !(1..=64).contains(&charge.id.chars().count()) {
                return Err(refuse("an id has not 1 to 64 characters"));
            }
            if self.charges[..index].iter().any(|other| other.id == charge.id) {
                return Err(refuse("an id is given twice"));
            }
            let period =
                charge.usage_period.map_or(SignedDuration::ZERO, |p| p.end_date.duration_since(p.start_date));
            if period.is_negative() {
                return Err(refuse("a usage period ends before it begins"));
            }
            let amount =
                hundredths(&charge.amount).ok_or_else(|| refuse("an amount is no decimal number"))?;
            if amount < MIN_HUNDREDTHS {
                return Err(refuse("an amount is below 0.50"));
            }
            sum = sum.checked_add(amount).ok_or_else(|| refuse("the sum is too large"))?;
        }
        let limit = hundredths(limit).ok_or_else(|| refuse("the limit is no decimal number"))?;
        if sum >= limit && !self.charges.is_empty() {
            return Err(refuse("the sum reaches the limit"));
        }
        Ok(())
    }
}

/// A decimal number of at most 12 digits before the point, in hundredths; further digits are cut off, as Wix does.
fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 12 {
        return None;
    }
    let part = format!("{part:0<2}");
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part[..2].parse().ok()?)
}

/// `POST /v1/usages`: how much was used in a period?
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::UsagesRequest;
/// let request: UsagesRequest = serde_json::from_str(r#"{"counterIds": ["posts"]}"#).unwrap();
/// assert_eq!(request.counter_ids, ["posts"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsagesRequest {
    /// The subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// What is asked about; at most 5.
    #[serde(default)]
    pub counter_ids: Vec<String>,
    /// The period's begin.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub period_start: Option<Timestamp>,
    /// The period's end.
    #[serde(default, deserialize_with = "wire::optional_time", skip_serializing_if = "Option::is_none")]
    pub period_end: Option<Timestamp>,
    /// What Wix will do with the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
}

/// The answer of `POST /v1/usages`.
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::{Usage, Usages};
/// let usages = Usages { usages: vec![Usage { counter_id: "posts".into(), quantity: 12, description: None }] };
/// assert_eq!(serde_json::to_value(&usages).unwrap()["usages"][0]["counterId"], "posts");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usages {
    /// One for each counter asked about.
    pub usages: Vec<Usage>,
}

/// How much of something was used.
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::Usage;
/// let usage = Usage { counter_id: "posts".into(), quantity: 12, description: None };
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// What was counted.
    pub counter_id: String,
    /// How much, in whole units.
    pub quantity: u32,
    /// In words, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(id: &str, amount: &str) -> Charge {
        Charge { id: id.into(), description: "use".into(), amount: amount.into(), usage_period: None }
    }

    #[rstest::rstest]
    #[case::exact("10", Some(1000))]
    #[case::cents("1.99", Some(199))]
    #[case::one_digit("1.5", Some(150))]
    #[case::cut_off("1.999", Some(199))]
    #[case::negative("-1", None)]
    #[case::comma("1,50", None)]
    #[case::no_digits("1.", None)]
    #[case::exponent("1e3", None)]
    #[case::huge("9999999999999", None)]
    #[case::empty("", None)]
    fn amounts_are_decimal_numbers(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(hundredths(text), expected);
    }

    #[rstest::rstest]
    #[case::none(vec![], true)]
    #[case::five(vec![charge("1", "1"), charge("2", "1"), charge("3", "1"), charge("4", "1"), charge("5", "1")], true)]
    #[case::six(vec![charge("1", "1"), charge("2", "1"), charge("3", "1"), charge("4", "1"), charge("5", "1"), charge("6", "1")], false)]
    #[case::small(vec![charge("1", "0.49")], false)]
    #[case::twice(vec![charge("1", "1"), charge("1", "1")], false)]
    #[case::no_id(vec![charge("", "1")], false)]
    #[case::sum_below(vec![charge("1", "5"), charge("2", "4.99")], true)]
    #[case::sum_reaches(vec![charge("1", "5"), charge("2", "5")], false)]
    fn what_wix_would_refuse_is_said_before(#[case] charges: Vec<Charge>, #[case] good: bool) {
        assert_eq!(Charges { charges }.check("10.00").is_ok(), good);
    }
}
