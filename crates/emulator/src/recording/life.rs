//! How an instance stood at Wix at any moment, as far as a recording tells: what Get App Instance answers in a replay.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::InstanceId;

use super::{RecordedPlan, RecordedWebhook, Recording, read};

/// How much one piece of a life holds, so that it fits into a request.
pub(crate) const MAX_SAID: usize = 100;

/// An answer that came so soon after a moment was true at that moment already: an app asks at least once a day, and when
/// something is due it asks right then.
const SOON: SignedDuration = SignedDuration::from_hours(25);

/// The life of one instance, or a piece of it: what [`Recording::lives`] gives and a platform is told before it replays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedLife {
    pub(crate) instance_id: InstanceId,
    /// The instance this one was copied from.
    pub(crate) origin: Option<InstanceId>,
    pub(crate) past: RecordedPast,
}

/// What was heard of an instance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordedPast {
    /// What was said of its plan, the earliest first.
    pub(crate) said: Vec<Said>,
    /// Since when the app was there, or was not, the earliest first.
    pub(crate) presence: Vec<Presence>,
}

/// What Wix said of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Said {
    #[serde(deserialize_with = "read::moment")]
    pub(crate) from: Timestamp,
    /// How long it was repeated, where Wix was asked; an event is of one moment.
    #[serde(deserialize_with = "read::maybe_moment")]
    pub(crate) until: Option<Timestamp>,
    pub(crate) plan: Option<RecordedPlan>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Presence {
    #[serde(deserialize_with = "read::moment")]
    pub(crate) from: Timestamp,
    pub(crate) installed: bool,
}

impl RecordedPast {
    /// Adds another piece.
    pub(crate) fn extend(&mut self, more: Self) {
        self.said.extend(more.said);
        self.said.sort_by_key(|said| said.from);
        self.presence.extend(more.presence);
        self.presence.sort_by_key(|presence| presence.from);
    }

    /// Whether the app was on the site; before anything was heard it was, unless an install is what comes first.
    pub(crate) fn is_installed(&self, at: Timestamp) -> bool {
        let heard = self.presence.iter().take_while(|presence| presence.from <= at).last();
        let first_is_install = || self.presence.first().is_some_and(|first| first.installed);
        heard.map_or_else(|| !first_is_install(), |presence| presence.installed)
    }

    /// The plan that was paid.
    pub(crate) fn plan(&self, at: Timestamp) -> Option<&RecordedPlan> {
        let next = self.said.partition_point(|said| said.from <= at);
        let last = next.checked_sub(1).and_then(|index| self.said.get(index));
        if let Some(Said { until: Some(until), plan, .. }) = last
            && at <= *until
        {
            return plan.as_ref();
        }
        let coming = self.said.get(next).filter(|said| said.until.is_some());
        if let Some(coming) = coming.filter(|said| said.from.duration_since(at) <= SOON) {
            return coming.plan.as_ref();
        }
        let over = |plan: &&RecordedPlan| !plan.auto_renewing && plan.expires_at.is_some_and(|end| end <= at);
        last?.plan.as_ref().filter(|plan| !over(plan))
    }
}

impl Recording {
    /// How each instance stood at each moment, in pieces of a bounded size.
    #[must_use]
    pub fn lives(&self) -> Vec<RecordedLife> {
        let mut webhooks: HashMap<&str, Vec<&RecordedWebhook>> = HashMap::new();
        for webhook in &self.webhooks {
            webhooks.entry(webhook.instance_id.as_str()).or_default().push(webhook);
        }
        let mut lives = Vec::new();
        for instance in &self.instances {
            let mut told = webhooks.remove(instance.instance_id.as_str()).unwrap_or_default();
            // What was told twice was told by the first; what came late had happened before.
            told.sort_by_key(|webhook| webhook.happened_at);
            let mut said: Vec<Said> = instance
                .answers
                .iter()
                .map(|answer| Said {
                    from: answer.from,
                    until: Some(answer.until),
                    plan: answer.plan.clone(),
                })
                .collect();
            let presence = presence(&told, &said);
            for webhook in &told {
                add_event(&mut said, webhook);
            }
            let origin = told.iter().find_map(|webhook| {
                webhook.data.get("originInstanceId")?.as_str()?.parse::<InstanceId>().ok()
            });
            lives.extend(pieces(&instance.instance_id, origin.as_ref(), said, presence));
        }
        lives
    }
}

/// An install, a removal, and an answer, which Wix gives only where the app is.
fn presence(told: &[&RecordedWebhook], said: &[Said]) -> Vec<Presence> {
    let told = told.iter().filter_map(|webhook| match webhook.event.as_str() {
        "AppInstalled" => Some(Presence { from: webhook.happened_at, installed: true }),
        "AppRemoved" => Some(Presence { from: webhook.happened_at, installed: false }),
        _ => None,
    });
    let answered = said.iter().map(|said| Presence { from: said.from, installed: true });
    let mut all: Vec<Presence> = told.chain(answered).collect();
    // A removal and a reinstall of one moment are a reinstall.
    all.sort_by_key(|presence| (presence.from, presence.installed));
    all.dedup_by_key(|presence| presence.installed);
    all
}

/// Puts what an event says of the plan among what was said.
fn add_event(said: &mut Vec<Said>, webhook: &RecordedWebhook) {
    let at = said.partition_point(|said| said.from < webhook.happened_at);
    let before = at.checked_sub(1).and_then(|index| said[index].plan.clone());
    let text = |field: &str| webhook.data.get(field).and_then(Value::as_str).map(str::to_owned);
    let plan = match webhook.event.as_str() {
        "PaidPlanPurchased"
        | "PaidPlanChanged"
        | "PlanConvertedToPaid"
        | "PlanReactivated"
        | "PlanTransferred" => {
            let Some(product_id) = text("vendorProductId") else { return };
            let cycle = text("cycle").map_or(BillingCycle::Monthly, BillingCycle::from);
            if cycle == BillingCycle::OneTime {
                return;
            }
            Some(RecordedPlan {
                product_id,
                cycle,
                since: Some(webhook.happened_at),
                expires_at: text("expiresOn").and_then(|text| text.parse().ok()),
                invoice_id: text("invoiceId"),
                auto_renewing: true,
                in_trial: false,
            })
        }
        "PaidPlanAutoRenewalCancelled"
            if text("subscriptionCancellationType").as_deref() == Some("IMMEDIATELY") =>
        {
            None
        }
        "PaidPlanAutoRenewalCancelled" => before.map(|plan| RecordedPlan { auto_renewing: false, ..plan }),
        _ => return,
    };
    said.insert(at, Said { from: webhook.happened_at, until: None, plan });
}

fn pieces(
    instance_id: &InstanceId,
    origin: Option<&InstanceId>,
    said: Vec<Said>,
    presence: Vec<Presence>,
) -> Vec<RecordedLife> {
    let count = said.len().max(presence.len()).div_ceil(MAX_SAID).max(1);
    let (mut said, mut presence) = (said.into_iter(), presence.into_iter());
    let mut piece = || RecordedLife {
        instance_id: instance_id.clone(),
        origin: origin.cloned(),
        past: RecordedPast {
            said: said.by_ref().take(MAX_SAID).collect(),
            presence: presence.by_ref().take(MAX_SAID).collect(),
        },
    };
    (0..count).map(|_| piece()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{RecordedAnswer, RecordedInstance};
    use serde_json::json;

    fn day(day: u32) -> Timestamp {
        format!("2026-01-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn webhook(at: u32, event: &str, data: Value) -> RecordedWebhook {
        let id = "i".parse().unwrap();
        RecordedWebhook { at: day(at), happened_at: day(at), instance_id: id, event: event.to_owned(), data }
    }

    fn plan(product: &str, auto_renewing: bool) -> RecordedPlan {
        RecordedPlan {
            product_id: product.to_owned(),
            cycle: BillingCycle::Monthly,
            since: None,
            expires_at: None,
            invoice_id: None,
            auto_renewing,
            in_trial: false,
        }
    }

    fn past(webhooks: Vec<RecordedWebhook>, answers: Vec<(u32, u32, Option<RecordedPlan>)>) -> RecordedPast {
        let answers = answers
            .into_iter()
            .map(|(from, until, plan)| RecordedAnswer { from: day(from), until: day(until), plan })
            .collect();
        let instance = RecordedInstance { instance_id: "i".parse().unwrap(), answers, left_out: None };
        let instances = vec![instance];
        let recording =
            Recording { pseudonyms: false, until: None, instances, webhooks, entries: Vec::new() };
        let mut whole = RecordedPast::default();
        recording.lives().into_iter().for_each(|life| whole.extend(life.past));
        whole
    }

    fn product(past: &RecordedPast, at: u32) -> Option<&str> {
        past.plan(day(at)).map(|plan| plan.product_id.as_str())
    }

    #[test]
    fn answers_hold_while_they_were_repeated_and_right_before_they_came() {
        let answers = vec![(2, 9, Some(plan("starter", true))), (20, 25, None)];
        let past = past(Vec::new(), answers);
        let seen = [1, 2, 9, 15, 19, 20, 28].map(|at| product(&past, at).is_some());
        assert_eq!(seen, [true, true, true, true, false, false, false]);
    }

    #[test]
    fn an_event_speaks_until_the_next_word() {
        let bought =
            json!({ "vendorProductId": "pro", "cycle": "MONTHLY", "expiresOn": "2026-01-20T00:00:00.000Z" });
        let cancelled = json!({ "subscriptionCancellationType": "AT_END_OF_PERIOD" });
        let webhooks = vec![
            webhook(3, "PaidPlanPurchased", bought.clone()),
            webhook(10, "PaidPlanAutoRenewalCancelled", cancelled),
        ];
        let ending = past(webhooks, Vec::new());
        assert_eq!([1, 3, 19, 20].map(|at| product(&ending, at)), [None, Some("pro"), Some("pro"), None]);
        assert!(!ending.plan(day(12)).unwrap().auto_renewing);

        let at_once = json!({ "subscriptionCancellationType": "IMMEDIATELY" });
        let webhooks = vec![
            webhook(3, "PaidPlanPurchased", bought),
            webhook(10, "PaidPlanAutoRenewalCancelled", at_once),
        ];
        let ended = past(webhooks, Vec::new());
        assert_eq!([9, 10].map(|at| product(&ended, at)), [Some("pro"), None]);
    }

    #[test]
    fn the_app_is_there_from_its_install_to_its_removal_and_when_wix_answers() {
        let webhooks = vec![webhook(5, "AppInstalled", json!({})), webhook(10, "AppRemoved", json!({}))];
        let past = past(webhooks, vec![(20, 20, None)]);
        let seen = [4, 5, 9, 10, 19, 20, 30].map(|at| past.is_installed(day(at)));
        assert_eq!(seen, [false, true, true, false, false, true, true]);
        assert!(RecordedPast::default().is_installed(day(1)), "nothing was heard of its install");
    }

    #[test]
    fn a_long_life_comes_in_pieces() {
        let answers: Vec<_> = (1..=28).cycle().take(250).map(|at| (at, at, None)).collect();
        let whole = past(Vec::new(), answers);
        assert_eq!(whole.said.len(), 250);
        assert!(whole.said.windows(2).all(|pair| pair[0].from <= pair[1].from));
    }
}
