//! What a webhook says without what it says of people: fields that are known to be harmless stay, everything else goes.

use std::collections::HashMap;

use serde_json::{Map, Value};
use wixapp_core::InstanceId;
use wixapp_emulator::EVENTS;
use wixapp_platform::webhook::Payload;

/// The fields of Wix's app events that hold no words of people (wix-protocol §4).
const KEPT: [&str; 13] = [
    "operationTimeStamp",
    "vendorProductId",
    "cycle",
    "expiresOn",
    "previousVendorProductId",
    "previousCycle",
    "cancelReason",
    "subscriptionCancellationType",
    "cancelledDuringFreeTrial",
    "reason",
    "status",
    "recurring",
    "invoiceId",
];
/// The same of domain events; what changed in the entity is people's data.
const KEPT_OF_DOMAIN: [&str; 6] =
    ["id", "entityFqdn", "slug", "eventTime", "triggeredByAnonymizeRequest", "entityEventSequence"];
const CHANGES: [&str; 4] = ["createdEvent", "updatedEvent", "deletedEvent", "actionEvent"];
/// No value of a field that is kept is as long.
const MAX_TEXT: usize = 200;

/// Names instead of ids. Ids of entities may be chosen by people, and are always replaced.
pub(super) struct Names {
    replaces: bool,
    known: HashMap<(&'static str, String), String>,
    counts: HashMap<&'static str, u64>,
}

impl Names {
    pub(super) fn new(replaces: bool) -> Self {
        Self { replaces, known: HashMap::new(), counts: HashMap::new() }
    }

    pub(super) fn instance(&mut self, id: &InstanceId) -> InstanceId {
        let name = self.chosen("instance", id.as_str());
        name.parse().unwrap_or_else(|_| id.clone())
    }

    pub(super) fn invoice(&mut self, id: &str) -> String {
        self.chosen("invoice", id)
    }

    fn chosen(&mut self, kind: &'static str, id: &str) -> String {
        if self.replaces { self.name(kind, id) } else { id.to_owned() }
    }

    fn name(&mut self, kind: &'static str, id: &str) -> String {
        let Self { known, counts, .. } = self;
        let number = || {
            let count = counts.entry(kind).or_default();
            *count += 1;
            format!("{kind}-{count}")
        };
        known.entry((kind, id.to_owned())).or_insert_with(number).clone()
    }

    /// A business key with the ids in it replaced.
    pub(super) fn key(&self, key: &str) -> String {
        let name = |part: &str| {
            let found = ["instance", "invoice"].map(|kind| self.known.get(&(kind, part.to_owned())));
            found.into_iter().flatten().next().cloned().unwrap_or_else(|| part.to_owned())
        };
        if self.replaces { key.split(':').map(name).collect::<Vec<_>>().join(":") } else { key.to_owned() }
    }
}

/// The payload of an event as it may leave the house; `None` for an event this version does not know, of which nobody can
/// say what is in it.
pub(super) fn payload(event: &str, text: &str, names: &mut Names) -> Option<Value> {
    let fields = serde_json::from_str::<Value>(text).ok();
    if EVENTS.contains(&event) {
        return Some(fields.map_or(Value::Null, |fields| app_event(fields, names)));
    }
    match (Payload::parse(event, text), fields) {
        (Payload::Domain(_), Some(Value::Object(fields))) => Some(domain_event(fields, names)),
        _ => None,
    }
}

fn app_event(fields: Value, names: &mut Names) -> Value {
    let Value::Object(fields) = fields else { return Value::Null };
    let kept = fields.into_iter().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("invoiceId", Value::String(id)) if id.len() <= MAX_TEXT => Value::String(names.invoice(&id)),
            ("instanceId" | "originInstanceId", Value::String(id)) => {
                id.parse().map_or(Value::Null, |id| names.instance(&id).to_string().into())
            }
            // The platform that replays it puts its own app's id there.
            ("appId", _) => Value::from(""),
            (name, value) if KEPT.contains(&name) => harmless(value),
            _ => Value::Null,
        };
        (name, value)
    });
    // A field that nobody knows may be named after somebody.
    let known = ["instanceId", "originInstanceId", "appId", "couponName", "userReason"];
    let fields = kept.filter(|(name, _)| KEPT.contains(&name.as_str()) || known.contains(&name.as_str()));
    Value::Object(fields.collect())
}

fn domain_event(fields: Map<String, Value>, names: &mut Names) -> Value {
    let kept = fields.into_iter().filter_map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("entityId", Value::String(id)) => Value::String(names.name("entity", &id)),
            (name, _) if CHANGES.contains(&name) => Value::Object(Map::new()),
            (name, value) if KEPT_OF_DOMAIN.contains(&name) => harmless(value),
            _ => return None,
        };
        Some((name, value))
    });
    Value::Object(kept.collect())
}

/// A short value without structure.
fn harmless(value: Value) -> Value {
    match value {
        Value::String(text) if text.len() > MAX_TEXT || text.contains('@') => Value::Null,
        Value::Array(_) | Value::Object(_) => Value::Null,
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn scrubbed(event: &str, payload: &Value, pseudonyms: bool) -> Option<Value> {
        super::payload(event, &payload.to_string(), &mut Names::new(pseudonyms))
    }

    #[test]
    fn words_of_people_and_unknown_fields_are_gone() {
        let payload = json!({
            "operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "pro", "cycle": "MONTHLY",
            "couponName": "For Ada", "userReason": "Ada Lovelace moved to 12 Main Street", "buyerEmail": "ada@example.com",
            "cancelReason": {"name": "Ada"}, "reason": "write to ada@example.com", "invoiceId": "inv-1", "Ada Lovelace": 1,
        });
        let kept = scrubbed("PaidPlanAutoRenewalCancelled", &payload, false).unwrap();
        assert_eq!(
            kept,
            json!({
                "operationTimeStamp": "2026-01-01T00:00:00Z", "vendorProductId": "pro", "cycle": "MONTHLY",
                "couponName": null, "userReason": null, "cancelReason": null, "reason": null, "invoiceId": "inv-1",
            })
        );
    }

    #[test]
    fn a_domain_event_keeps_its_frame_only() {
        let payload = json!({
            "id": "e-1", "entityFqdn": "wix.contacts.v4.contact", "slug": "created", "entityId": "ada@example.com",
            "createdEvent": {"entity": {"name": "Ada", "phone": 4711}}, "eventTime": "2026-01-01T00:00:00Z", "more": "Ada",
        });
        let kept = scrubbed("wix.contacts.v4.contact_created", &payload, false).unwrap();
        assert_eq!((&kept["entityId"], &kept["createdEvent"]), (&json!("entity-1"), &json!({})));
        assert!(!kept.to_string().contains("Ada") && !kept.to_string().contains("4711"), "{kept}");
    }

    #[test]
    fn what_nobody_knows_or_can_read_is_not_kept() {
        assert_eq!(scrubbed("SomethingNew", &json!({ "a": 1 }), false), None);
        assert_eq!(payload("AppInstalled", "Ada {", &mut Names::new(false)), Some(Value::Null));
        assert_eq!(scrubbed("AppInstalled", &json!(["Ada"]), false), Some(Value::Null));
    }

    #[test]
    fn pseudonyms_are_the_same_wherever_an_id_stands() {
        let mut names = Names::new(true);
        let invoice =
            json!({ "status": "PAID", "invoiceId": "inv-9", "instanceId": "site-a", "recurring": true });
        let kept = payload("InvoiceStatusUpdated", &invoice.to_string(), &mut names).unwrap();
        assert_eq!((&kept["invoiceId"], &kept["instanceId"]), (&json!("invoice-1"), &json!("instance-1")));
        assert_eq!(names.key("cycle:site-a:inv-9:0"), "cycle:instance-1:invoice-1:0");
        assert_eq!(names.instance(&"site-a".parse().unwrap()).as_str(), "instance-1");
        assert_eq!(Names::new(false).key("cycle:site-a:inv-9:0"), "cycle:site-a:inv-9:0");
    }
}
