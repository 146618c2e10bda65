//! Domain events: changes of entities on the site, all in one form.

use serde::Deserialize;
use serde_json::Value;
use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

use crate::wire;

/// A change of one entity of the site, for example an item of Wix Data (`wix.data.v2.data_item_created`).
///
/// # Example
/// ```
/// use wixapp_platform::webhook::Payload;
/// let payload = Payload::parse("wix.data.v2.data_item_created", r#"{"id": "e-1", "entityFqdn": "wix.data.v2.data_item", "slug": "created", "entityId": "p-1", "createdEvent": {}}"#);
/// assert!(matches!(payload, Payload::Domain(event) if event.entity_id == "p-1"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DomainEvent {
    /// The event's own id: 1 to 128 characters of `A-Z a-z 0-9 _ - .`, the same on every delivery.
    pub id: String,
    /// The kind of entity, for example `wix.data.v2.data_item`.
    pub entity_fqdn: String,
    /// What happened in one word, for example `created`.
    pub slug: String,
    /// The entity.
    pub entity_id: String,
    /// The change itself, when its form is known.
    pub change: Option<DomainChange>,
    /// When it happened, where Wix says so.
    pub event_time: Option<Timestamp>,
    /// True when a request to anonymise personal data caused it.
    pub triggered_by_anonymize_request: bool,
    /// A number, as text, that grows with each change of one entity: the order of its events.
    pub entity_event_sequence: Option<String>,
}

/// The content of a domain event, in Wix's own JSON form.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::{DomainChange, Payload};
/// let payload = Payload::parse("wix.data.v2.data_item_created", r#"{"id": "e-1", "entityFqdn": "wix.data.v2.data_item", "slug": "created", "entityId": "p-1", "createdEvent": {}}"#);
/// assert!(matches!(payload, Payload::Domain(event) if matches!(event.change, Some(DomainChange::Created(_)))));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum DomainChange {
    /// The entity was made: `createdEvent`.
    Created(Value),
    /// The entity changed: `updatedEvent`.
    Updated(Value),
    /// The entity was removed: `deletedEvent`.
    Deleted(Value),
    /// Something else happened to it: `actionEvent`.
    Action(Value),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    entity_fqdn: String,
    slug: String,
    entity_id: String,
    created_event: Option<Value>,
    updated_event: Option<Value>,
    deleted_event: Option<Value>,
    action_event: Option<Value>,
    #[serde(default, deserialize_with = "wire::optional_time")]
    event_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::optional_bool")]
    triggered_by_anonymize_request: Option<bool>,
    #[serde(default)]
    entity_event_sequence: Option<Value>,
}

impl DomainEvent {
    /// The domain event in `text`, if it is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let wire: Wire = serde_json::from_str(text).ok()?;
        // The id becomes a stored key, so it has to be as tame as an instance id.
        wire.id.parse::<InstanceId>().ok()?;
        let change = (wire.created_event.map(DomainChange::Created))
            .or(wire.updated_event.map(DomainChange::Updated))
            .or(wire.deleted_event.map(DomainChange::Deleted))
            .or(wire.action_event.map(DomainChange::Action));
        Some(Self {
            id: wire.id,
            entity_fqdn: wire.entity_fqdn,
            slug: wire.slug,
            entity_id: wire.entity_id,
            change,
            event_time: wire.event_time,
            triggered_by_anonymize_request: wire.triggered_by_anonymize_request.unwrap_or(false),
            entity_event_sequence: wire.entity_event_sequence.and_then(sequence),
        })
    }
}

fn sequence(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item_created() -> Value {
        json!({
            "id": "ev-1", "entityFqdn": "wix.data.v2.data_item", "slug": "created", "entityId": "item-1",
            "createdEvent": {"entity": {"id": "item-1"}}, "eventTime": "2026-01-01T00:00:00.123456Z",
            "triggeredByAnonymizeRequest": true, "entityEventSequence": "12",
        })
    }

    #[test]
    fn a_domain_event_is_read_in_full() {
        let event = DomainEvent::parse(&item_created().to_string()).unwrap();
        assert_eq!(event.change, Some(DomainChange::Created(json!({"entity": {"id": "item-1"}}))));
        assert!(event.triggered_by_anonymize_request && event.event_time.is_some());
        assert_eq!(event.entity_event_sequence.as_deref(), Some("12"));
    }

    #[rstest::rstest]
    #[case::line_end("a\nb")]
    #[case::empty("")]
    #[case::endless(&"x".repeat(129))]
    fn an_id_unfit_for_a_key_makes_it_no_domain_event(#[case] id: &str) {
        let mut event = item_created();
        event["id"] = id.into();
        assert_eq!(DomainEvent::parse(&event.to_string()), None);
    }
}
