//! The key under which an event is stored once.

use sha2::{Digest, Sha256};

use super::{Payload, WebhookEvent};

/// The key under which an event is one event, however often and however freshly signed it is delivered.
///
/// A domain event's own id where there is one, else SHA-256 in hex over instance id, event type and payload text, one
/// per line. Never the JWT: Wix may sign a repeated delivery anew. Domain event ids hold at most 128 characters of
/// `A-Z a-z 0-9 _ - .`, so both kinds fit the same column.
///
/// **Sharp edge:** `AppInstalled` and `AppRemoved` say nothing of when they happened, so installing, removing and
/// installing again yields the first installation's key a second time. Learn the present state from
/// [`WixClient::app_instance`](crate::WixClient::app_instance), as for anything else a lost webhook would have said.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::dedupe_key;
/// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
/// let (signer, now) = (WebhookSigner::generate()?, "2026-01-01T00:00:00Z".parse().unwrap());
/// let body = signer.sign("AppRemoved", &"i-1".parse().unwrap(), &serde_json::json!({"appId": "a-1"}), now)?;
/// let event = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?.verify(body.as_bytes(), now)?;
/// assert_eq!(dedupe_key(&event), dedupe_key(&event.clone()));
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[must_use]
pub fn dedupe_key(event: &WebhookEvent) -> String {
    if let Payload::Domain(domain) = &event.payload {
        return domain.id.clone();
    }
    // Neither an instance id nor an event type can hold a line end, so the lines cannot be shifted against each other.
    let mut hash = Sha256::new();
    for line in [event.instance_id.as_str(), "\n", &event.event_type, "\n", &event.payload_text] {
        hash.update(line);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(event_type: &str, instance: &str, data: &str) -> WebhookEvent {
        let envelope = json!({"eventType": event_type, "instanceId": instance, "data": data}).to_string();
        super::super::event::unwrap(&envelope, "2026-01-01T00:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn key_is_the_hash_of_instance_type_and_payload_text() {
        // printf 'i\nAppRemoved\n{"appId":"a"}' | sha256sum
        let key = dedupe_key(&event("AppRemoved", "i", r#"{"appId":"a"}"#));
        assert_eq!(key, "4bfe9b9fbc68a27bff7c4f091710cbfeff78c4a70a3a34df7deba6619cb3615c");
    }

    #[test]
    fn every_part_and_every_byte_of_the_payload_counts() {
        let base = event("AppRemoved", "i", r#"{"appId":"a"}"#);
        for other in [
            event("AppRemoved", "j", r#"{"appId":"a"}"#),
            event("AppInstalled", "i", r#"{"appId":"a"}"#),
            event("AppRemoved", "i", r#"{"appId": "a"}"#),
        ] {
            assert_ne!(dedupe_key(&base), dedupe_key(&other));
        }
    }

    #[test]
    fn a_freshly_signed_repeat_has_the_same_key() {
        let first = event("AppRemoved", "i", "{}");
        let repeat = WebhookEvent { issued_at: "2026-01-02T00:00:00Z".parse().unwrap(), ..first.clone() };
        assert_eq!(dedupe_key(&first), dedupe_key(&repeat));
    }

    #[test]
    fn a_domain_event_is_known_by_its_id() {
        let data =
            json!({"id": "ev-1", "entityFqdn": "wix.data.v2.data_item", "slug": "created", "entityId": "x"});
        assert_eq!(dedupe_key(&event("wix.data.v2.data_item_created", "i", &data.to_string())), "ev-1");
    }
}
