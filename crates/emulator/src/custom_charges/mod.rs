//! Custom charges: the platform asks the app what a usage-based plan costs, and keeps a ledger of the answers.

mod answer;
mod question;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wixapp_core::id::InstanceId;

use self::answer::{ChargesAnswer, LimitAnswer, LineItem, UsagesAnswer, note_charges, told_of, why_not};
use self::question::Asked;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::event::wix_time;
use crate::world::charge::{Charge, ChargeState};
use crate::world::coupon::{cents_of, in_words};

/// How many counts an answer may have.
const MAX_USAGES: usize = 100;

/// What the platform wants an answer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Intent {
    /// To show the owner what it would be.
    DisplayOnly,
    /// To write an invoice.
    CreateInvoice,
}

/// The lines of an answer, and why they were not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Charged {
    /// The lines, as they stand in the ledger if they were noted.
    pub charges: Vec<Charge>,
    /// Their sum, where each is an amount of money.
    pub total: Option<String>,
    /// The most that may be charged.
    pub charge_limit: Option<String>,
    /// Why they are not accepted, in Wix's words; empty when they are.
    pub reasons: Vec<String>,
    /// The invoice they stand on.
    pub invoice_id: Option<String>,
}

impl Engine {
    /// Whether the app is paid by use.
    pub(crate) fn has_custom_charges(&self) -> bool {
        self.addresses.custom_charges.is_some()
    }

    /// Asks for the limit of a plan that was just bought. It is set once; later only the owner may raise it.
    pub(crate) async fn ask_charge_limit(&self, instance_id: &str) -> Result<Option<String>, Refusal> {
        let asked = self.read(|world| Asked::of(world, instance_id, self.now()))?;
        let cycle = match asked.plan.cycle.months() {
            Some(months) if months % 12 == 0 => recurring("YEAR", months / 12),
            Some(months) => recurring("MONTH", months),
            None => json!({ "cycleType": "ONE_TIME" }),
        };
        let request = json!({ "subscriptionId": asked.subscription_id(), "currency": asked.plan.currency, "cycle": cycle });
        let answer: LimitAnswer = self.ask(&asked, "charge-limit", request).await?;
        let limit = answer
            .charge_limit
            .map(|text| cents_of(&text).map(in_words).ok_or_else(|| no_money("chargeLimit")));
        let limit = limit.transpose()?;
        self.change(|world| {
            if let Some(install) = world.find_instance_mut(instance_id) {
                install.charge_limit.clone_from(&limit);
            }
            Ok(limit)
        })
    }

    /// Raises the limit, as an owner may, and tells the app.
    pub(crate) async fn raise_charge_limit(&self, instance_id: &str, limit: &str) -> Result<String, Refusal> {
        let asked = self.read(|world| Asked::of(world, instance_id, self.now()))?;
        let cents = cents_of(limit)
            .ok_or_else(|| Refusal::invalid("`chargeLimit` is a price such as \"100.00\"."))?;
        if asked.limit.as_deref().and_then(cents_of).is_some_and(|known| cents < known) {
            return Err(Refusal::conflict("limit_lower", "A charge limit can only be raised."));
        }
        let limit = in_words(cents);
        self.change(|world| {
            if let Some(install) = world.find_instance_mut(instance_id) {
                install.charge_limit = Some(limit.clone());
            }
            Ok(())
        })?;
        let request = json!({
            "subscriptionId": asked.subscription_id(), "currency": asked.plan.currency, "chargeLimit": limit,
        });
        self.tell_app(&asked, "limit-updated", request).await;
        Ok(limit)
    }

    /// Asks what the app charges for the period that runs; with `CreateInvoice` it is noted and invoiced.
    pub(crate) async fn list_charges(&self, instance_id: &str, intent: Intent) -> Result<Charged, Refusal> {
        let asked = self.read(|world| Asked::of(world, instance_id, self.now()))?;
        self.charges_of(asked, intent).await
    }

    /// Asks what the app charges for a stretch of time, to show it: nothing is noted.
    pub(crate) async fn preview_charges(
        &self,
        instance_id: &str,
        period: (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<Charged, Refusal> {
        let asked = self.read(|world| Asked::of(world, instance_id, self.now()))?;
        let period = (period.0.unwrap_or(asked.period.0), period.1.unwrap_or(asked.period.1));
        if period.1 < period.0 {
            return Err(Refusal::invalid("`endDate` must not lie before `startDate`."));
        }
        self.charges_of(Asked { period, ..asked }, Intent::DisplayOnly).await
    }

    async fn charges_of(&self, asked: Asked, intent: Intent) -> Result<Charged, Refusal> {
        let request = json!({
            "subscriptionId": asked.subscription_id(),
            "currency": asked.plan.currency,
            "periodStart": wix_time(asked.period.0),
            "periodEnd": wix_time(asked.period.1),
            "intent": intent,
        });
        let answer: ChargesAnswer = self.ask(&asked, "charges", request).await?;
        let lines = answer.charges.unwrap_or_default();
        let reasons = why_not(&lines, asked.limit.as_deref());
        if intent == Intent::DisplayOnly {
            return Ok(asked.charged(asked.lines(&lines, &reasons, self.now()), reasons, None));
        }
        let charged = self.change(|world| Ok(note_charges(world, &asked, &lines, reasons, self.now())))?;
        let (path, told) = told_of(&asked, &charged);
        self.tell_app(&asked, path, told).await;
        Ok(charged)
    }

    /// Asks how much of the app's counters was used, and notes it.
    pub(crate) async fn list_usages(
        &self,
        instance_id: &str,
        counter_ids: &[String],
    ) -> Result<Charged, Refusal> {
        let asked = self.read(|world| Asked::of(world, instance_id, self.now()))?;
        let request = json!({
            "subscriptionId": asked.subscription_id(),
            "counterIds": counter_ids,
            "periodStart": wix_time(asked.period.0),
            "periodEnd": wix_time(asked.period.1),
            "intent": Intent::CreateInvoice,
        });
        let answer: UsagesAnswer = self.ask(&asked, "usages", request).await?;
        let usages = answer.usages.unwrap_or_default();
        let counted = |quantity: Option<f64>| quantity.filter(|n| n.is_finite() && *n >= 0.0);
        if usages.len() > MAX_USAGES || usages.iter().any(|item| counted(item.quantity).is_none()) {
            return Err(Refusal::app_failed(format!(
                "The app must answer with at most {MAX_USAGES} `usages`, each with a `quantity` of 0 or more."
            )));
        }
        self.change(|world| {
            let lines = usages.into_iter().map(|item| {
                let amount = counted(item.quantity).map_or_else(String::new, |quantity| quantity.to_string());
                let item =
                    LineItem { id: item.counter_id, description: item.description, amount: Some(amount) };
                let line = asked.line(&item, ChargeState::Counted, &[], self.now());
                Charge { line_id: world.seed.next_guid(), currency: None, ..line }
            });
            let lines: Vec<Charge> = lines.collect();
            world.charges.extend(lines.iter().cloned());
            Ok(asked.charged(lines, Vec::new(), None))
        })
    }

    /// After a purchase: what may the app charge? A purchase does not fail because the app does not answer.
    pub(crate) async fn after_purchase(&self, instance_id: &InstanceId) {
        if !self.has_custom_charges() {
            return;
        }
        if let Err(refusal) = self.ask_charge_limit(instance_id.as_str()).await {
            tracing::warn!(instance.id = %instance_id, reason = %refusal, "no charge limit was learnt");
        }
    }

    /// After a period: what does the app charge for it?
    pub(crate) async fn after_period(&self, instance_id: &InstanceId, period: (Timestamp, Timestamp)) {
        if !self.has_custom_charges() {
            return;
        }
        let asked = self.read(|world| Asked::of(world, instance_id.as_str(), self.now()));
        let charged = match asked {
            Ok(asked) => self.charges_of(Asked { period, ..asked }, Intent::CreateInvoice).await.map(|_| ()),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = charged {
            tracing::warn!(instance.id = %instance_id, reason = %refusal, "the period was not charged");
        }
    }
}

fn recurring(unit: &str, count: i32) -> Value {
    json!({ "cycleType": "RECURRING", "cycleDuration": { "unit": unit, "count": count } })
}

fn no_money(field: &str) -> Refusal {
    Refusal::app_failed(format!("The app's `{field}` is no price such as \"100.00\"."))
}
