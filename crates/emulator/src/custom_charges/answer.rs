//! What the app answers, and what is kept of it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use wixapp_core::fact::{BillingCycle, InvoiceStatus};

use super::Charged;
use super::question::Asked;
use crate::world::World;
use crate::world::charge::{Charge, ChargeState};
use crate::world::coupon::{cents_of, in_words};
use crate::world::invoice::Invoice;

/// How many charges an answer may have.
const MAX_CHARGES: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LimitAnswer {
    pub(super) charge_limit: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ChargesAnswer {
    pub(super) charges: Option<Vec<LineItem>>,
}

/// A charge as the app answers it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LineItem {
    pub(super) id: Option<String>,
    pub(super) description: Option<String>,
    pub(super) amount: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct UsagesAnswer {
    pub(super) usages: Option<Vec<UsageItem>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsageItem {
    pub(super) counter_id: Option<String>,
    pub(super) quantity: Option<f64>,
    pub(super) description: Option<String>,
}

impl Asked {
    pub(super) fn line(
        &self,
        item: &LineItem,
        state: ChargeState,
        reasons: &[String],
        at: Timestamp,
    ) -> Charge {
        Charge {
            line_id: String::new(),
            charge_id: item.id.clone(),
            instance_id: self.instance_id.clone(),
            description: item.description.clone().unwrap_or_default().chars().take(500).collect(),
            amount: item.amount.clone().unwrap_or_default().chars().take(50).collect(),
            currency: Some(self.plan.currency.clone()),
            period_start: self.period.0,
            period_end: self.period.1,
            state,
            reasons: reasons.to_vec(),
            invoice_id: None,
            at,
        }
    }

    pub(super) fn lines(&self, items: &[LineItem], reasons: &[String], at: Timestamp) -> Vec<Charge> {
        let state = if reasons.is_empty() { ChargeState::Invoiced } else { ChargeState::Rejected };
        items.iter().map(|item| self.line(item, state, reasons, at)).collect()
    }

    pub(super) fn charged(
        &self,
        charges: Vec<Charge>,
        reasons: Vec<String>,
        invoice_id: Option<String>,
    ) -> Charged {
        let money = charges.iter().filter(|line| line.currency.is_some());
        let total = money.map(|line| cents_of(&line.amount)).sum::<Option<u64>>().map(in_words);
        Charged { total, charges, charge_limit: self.limit.clone(), reasons, invoice_id }
    }
}

/// Notes what was charged; what is accepted and not nothing becomes an invoice.
pub(super) fn note_charges(
    world: &mut World,
    asked: &Asked,
    items: &[LineItem],
    reasons: Vec<String>,
    now: Timestamp,
) -> Charged {
    let mut lines = asked.lines(items, &reasons, now);
    let invoice_id = (reasons.is_empty() && !lines.is_empty()).then(|| world.seed.next_guid());
    for line in &mut lines {
        line.line_id = world.seed.next_guid();
        line.invoice_id.clone_from(&invoice_id);
    }
    world.charges.extend(lines.iter().cloned());
    let charged = asked.charged(lines, reasons, invoice_id.clone());
    if let Some(invoice_id) = invoice_id {
        world.invoices.push_back(Invoice {
            invoice_id,
            instance_id: asked.instance_id.clone(),
            product_id: asked.plan.product_id.clone(),
            cycle: BillingCycle::NoCycle,
            price: charged.total.clone().unwrap_or_default(),
            currency: asked.plan.currency.clone(),
            at: now,
            renewal: true,
            status: InvoiceStatus::Paid,
            coupon_name: None,
        });
    }
    charged
}

/// What the app is told of its charges, and under which address.
pub(super) fn told_of(asked: &Asked, charged: &Charged) -> (&'static str, Value) {
    let (subscription_id, currency) = (asked.subscription_id(), &asked.plan.currency);
    if charged.reasons.is_empty() {
        let item =
            |line: &Charge| json!({ "id": line.line_id, "chargeId": line.charge_id, "amount": line.amount });
        let items: Vec<Value> = charged.charges.iter().map(item).collect();
        let invoice_id = &charged.invoice_id;
        let told = json!({
            "subscriptionId": subscription_id, "currency": currency, "invoiceId": invoice_id, "lineItems": items,
        });
        return ("invoice-created", told);
    }
    let ids: Vec<&String> = charged.charges.iter().filter_map(|line| line.charge_id.as_ref()).collect();
    let told = json!({
        "subscriptionId": subscription_id, "currency": currency, "chargeIds": ids,
        "chargeLimit": asked.limit, "reasons": charged.reasons,
    });
    ("charges-rejected", told)
}

/// Why Wix would not take these charges: at most five, each an amount of money, together below the limit.
pub(super) fn why_not(lines: &[LineItem], limit: Option<&str>) -> Vec<String> {
    let mut reasons = Vec::new();
    if lines.len() > MAX_CHARGES {
        reasons.push("TOO_MANY_CHARGES".to_owned());
    }
    let sum: Option<u64> = lines.iter().map(|line| line.amount.as_deref().and_then(cents_of)).sum();
    match (sum, limit.and_then(cents_of)) {
        (None, _) => reasons.push("INVALID_FORMAT".to_owned()),
        (Some(sum), Some(limit)) if sum >= limit && sum > 0 => {
            reasons.push("CHARGE_LIMIT_EXCEEDED".to_owned())
        }
        (Some(_), _) => {}
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(amounts: &[&str]) -> Vec<LineItem> {
        let line =
            |amount: &&str| LineItem { id: None, description: None, amount: Some((*amount).to_owned()) };
        amounts.iter().map(line).collect()
    }

    #[test]
    fn charges_are_few_whole_cents_and_below_the_limit() {
        let reasons = |amounts: &[&str], limit| why_not(&lines(amounts), limit).join(" ");
        assert_eq!(reasons(&["1.00"; 5], Some("5.01")), "");
        assert_eq!(reasons(&["1.00"; 5], Some("5.00")), "CHARGE_LIMIT_EXCEEDED");
        assert_eq!(reasons(&["1.00"; 6], None), "TOO_MANY_CHARGES");
        assert_eq!(reasons(&["1.001"], Some("5.00")), "INVALID_FORMAT");
        assert_eq!(reasons(&["-1.00"], None), "INVALID_FORMAT");
        assert_eq!(reasons(&["1.00", "x"], None), "INVALID_FORMAT");
        assert_eq!(reasons(&[], Some("0.00")), "");
        assert_eq!(reasons(&["9.00"; 6], Some("1.00")), "TOO_MANY_CHARGES CHARGE_LIMIT_EXCEEDED");
    }
}
