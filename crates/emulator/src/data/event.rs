//! What the app is told of its data: domain events, when it subscribed to them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::item::{Change, ChangeKind};
use super::request::Caller;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::event::{AppEvent, Cause, wix_time};

const ENTITY: &str = "wix.data.v2.data_item";

/// The domain events of Wix Data that an app can subscribe to.
pub(crate) const EVENTS: [&str; 3] =
    ["wix.data.v2.data_item_created", "wix.data.v2.data_item_updated", "wix.data.v2.data_item_deleted"];

impl ChangeKind {
    pub(crate) fn event_type(self) -> &'static str {
        match self {
            Self::Created => EVENTS[0],
            Self::Updated => EVENTS[1],
            Self::Deleted => EVENTS[2],
        }
    }

    fn slug(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

impl Engine {
    /// Queues a webhook for each change the app wants to know of.
    pub(crate) fn tell_app_of_data(
        &self,
        caller: &Caller,
        collection: &str,
        changes: &[Change],
    ) -> Result<(), Refusal> {
        let wanted = |change: &&Change| self.config.subscriptions.contains(change.kind.event_type());
        let wanted: Vec<&Change> = changes.iter().filter(wanted).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let now = self.now();
        self.change(|world| {
            for change in wanted {
                let (id, sequence) = (world.seed.next_guid(), world.seed.drawn());
                let payload = payload(collection, change, &id, sequence, now);
                let cause = Cause::Caller(caller.identity.clone());
                let event = AppEvent { event_type: change.kind.event_type(), payload, cause };
                world.queue_delivery(&caller.instance_id, event, now, now);
            }
            Ok(())
        })
    }
}

/// The payload of a domain event; `sequence` grows with every event of the site.
fn payload(collection: &str, change: &Change, id: &str, sequence: u64, now: Timestamp) -> Value {
    let entity = |data: &Value| json!({ "id": change.id, "dataCollectionId": collection, "data": data });
    let mut payload = json!({
        "id": id,
        "entityFqdn": ENTITY,
        "slug": change.kind.slug(),
        "entityId": change.id,
        "eventTime": wix_time(now),
        "triggeredByAnonymizeRequest": false,
        "entityEventSequence": sequence.to_string(),
    });
    let (name, body) = match change.kind {
        ChangeKind::Created => ("createdEvent", json!({ "entity": entity(&change.item) })),
        ChangeKind::Updated => {
            let before = change.before.as_ref().map(entity);
            ("updatedEvent", json!({ "currentEntity": entity(&change.item), "previousEntity": before }))
        }
        ChangeKind::Deleted => ("deletedEvent", json!({ "deletedEntity": entity(&change.item) })),
    };
    payload[name] = body;
    payload
}
