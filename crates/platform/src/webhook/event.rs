//! A verified webhook, unwrapped.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

use super::WHAT;
use super::payload::Payload;
use crate::error::Error;
use crate::{json, wire};

/// Event types are short dotted words; a bound keeps them usable as a stored column.
const MAX_EVENT_TYPE_LEN: usize = 200;

/// One webhook whose signature and dates have been checked. `Debug` shows what kind of event it is for whom, but not
/// its content.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
/// let (signer, now) = (WebhookSigner::generate()?, "2026-01-01T00:00:00Z".parse().unwrap());
/// let body = signer.sign("AppRemoved", &"i-1".parse().unwrap(), &serde_json::json!({"appId": "a-1"}), now)?;
/// let event = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?.verify(body.as_bytes(), now)?;
/// assert_eq!((event.instance_id.as_str(), event.payload_text.as_str()), ("i-1", r#"{"appId":"a-1"}"#));
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct WebhookEvent {
    /// What happened, as Wix names it: `PaidPlanPurchased`, `wix.data.v2.data_item_created`, …; 1 to 200 printable
    /// ASCII characters.
    pub event_type: String,
    /// The install it happened to.
    pub instance_id: InstanceId,
    /// What happened, read by type.
    pub payload: Payload,
    /// The payload's JSON text exactly as received; empty when the webhook carried none.
    pub payload_text: String,
    /// Who caused it, when Wix says so readably.
    pub identity: Option<Identity>,
    /// When Wix signed this webhook (`iat`, whole seconds). A repeated delivery may carry a later one.
    pub issued_at: Timestamp,
}

impl WebhookEvent {
    /// When the event happened by its own payload, else when the webhook was signed.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
    /// let (signer, now) = (WebhookSigner::generate()?, "2026-01-01T00:00:00Z".parse().unwrap());
    /// let body = signer.sign("AppRemoved", &"i-1".parse().unwrap(), &serde_json::json!({"appId": "a-1"}), now)?;
    /// let event = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?.verify(body.as_bytes(), now)?;
    /// assert_eq!(event.occurred_at(), now);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn occurred_at(&self) -> Timestamp {
        self.payload.occurred_at().unwrap_or(self.issued_at)
    }
}

impl fmt::Debug for WebhookEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookEvent")
            .field("event_type", &self.event_type)
            .field("instance_id", &self.instance_id)
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}

/// Who caused an event.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::{Identity, IdentityType};
/// let identity: Identity = serde_json::from_str(r#"{"identityType": "MEMBER", "memberId": "m-1"}"#).unwrap();
/// assert_eq!(identity.identity_type, IdentityType::Member);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// What kind of actor it was.
    pub identity_type: IdentityType,
    /// Set for an anonymous visitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymous_visitor_id: Option<String>,
    /// Set for a member of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_id: Option<String>,
    /// Set for a Wix user: the owner or a contributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wix_user_id: Option<String>,
    /// Set for an app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
}

impl Identity {
    /// Nobody that Wix names: what time brought about, or a bank.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::Identity;
    /// assert_eq!(serde_json::json!(Identity::unspecified()), serde_json::json!({"identityType": "UNKNOWN"}));
    /// ```
    #[must_use]
    pub const fn unspecified() -> Self {
        Self {
            identity_type: IdentityType::Unspecified,
            anonymous_visitor_id: None,
            member_id: None,
            wix_user_id: None,
            app_id: None,
        }
    }

    /// The site's owner or a contributor.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::Identity;
    /// let owner = serde_json::json!({"identityType": "WIX_USER", "wixUserId": "u-1"});
    /// assert_eq!(serde_json::json!(Identity::wix_user("u-1")), owner);
    /// ```
    #[must_use]
    pub fn wix_user(id: impl Into<String>) -> Self {
        let (identity_type, wix_user_id) = (IdentityType::WixUser, Some(id.into()));
        Self { identity_type, wix_user_id, ..Self::unspecified() }
    }

    /// An app, acting by itself.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::Identity;
    /// let app = serde_json::json!({"identityType": "APP", "appId": "a-1"});
    /// assert_eq!(serde_json::json!(Identity::app("a-1")), app);
    /// ```
    #[must_use]
    pub fn app(id: impl Into<String>) -> Self {
        Self { identity_type: IdentityType::App, app_id: Some(id.into()), ..Self::unspecified() }
    }

    /// Somebody who is not signed in to the site.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::Identity;
    /// let visitor = serde_json::json!({"identityType": "ANONYMOUS_VISITOR", "anonymousVisitorId": "v-1"});
    /// assert_eq!(serde_json::json!(Identity::anonymous_visitor("v-1")), visitor);
    /// ```
    #[must_use]
    pub fn anonymous_visitor(id: impl Into<String>) -> Self {
        let (identity_type, visitor) = (IdentityType::AnonymousVisitor, Some(id.into()));
        Self { identity_type, anonymous_visitor_id: visitor, ..Self::unspecified() }
    }
}

wire::text_enum!(
    /// The kind of actor behind an event.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::IdentityType;
    /// assert_eq!(IdentityType::from("WIX_USER".to_owned()), IdentityType::WixUser);
    /// assert_eq!(IdentityType::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    IdentityType in "wixapp_platform::webhook" {
        /// Wix does not say.
        Unspecified = "UNKNOWN",
        /// Somebody who is not signed in to the site.
        AnonymousVisitor = "ANONYMOUS_VISITOR",
        /// A signed-in member of the site.
        Member = "MEMBER",
        /// The site's owner or a contributor.
        WixUser = "WIX_USER",
        /// An app.
        App = "APP",
    }
);

/// The second layer. Fields this version does not use (`accountInfo`) are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    event_type: String,
    instance_id: InstanceId,
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    identity: Option<Value>,
}

/// Unwraps the second and third layer.
pub(super) fn unwrap(envelope: &str, issued_at: Timestamp) -> Result<WebhookEvent, Error> {
    let Envelope { event_type, instance_id, data, identity } = json::parse(envelope, WHAT)?;
    if !is_event_type(&event_type) {
        return Err(Error::malformed(WHAT, "the event type is not 1 to 200 printable characters"));
    }
    let (payload, payload_text) = match data {
        None => (Payload::parse(&event_type, ""), String::new()),
        Some(Value::String(text)) => {
            json::check_depth(&text, WHAT)?;
            (Payload::parse(&event_type, &text), text)
        }
        // Never seen from Wix. The event is genuine, so it is kept and parked instead of being refused for ever.
        Some(other) => (Payload::unreadable(&event_type, "the payload is not JSON text"), other.to_string()),
    };
    let identity = identity.map(parse_identity).transpose()?.flatten();
    Ok(WebhookEvent { event_type, instance_id, payload, payload_text, identity, issued_at })
}

/// An identity that cannot be read is dropped: no money depends on it.
fn parse_identity(identity: Value) -> Result<Option<Identity>, Error> {
    let Value::String(text) = identity else { return Ok(serde_json::from_value(identity).ok()) };
    json::check_depth(&text, WHAT)?;
    Ok(serde_json::from_str(&text).ok())
}

fn is_event_type(text: &str) -> bool {
    (1..=MAX_EVENT_TYPE_LEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unwrapped(envelope: &Value) -> Result<WebhookEvent, Error> {
        unwrap(&envelope.to_string(), "2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn payload_text_is_kept_exactly_as_received() {
        let text = "{ \"appId\" : \"a\",\n \"new\": 1.50 }";
        let event = unwrapped(&json!({"eventType": "AppRemoved", "instanceId": "i", "data": text})).unwrap();
        assert_eq!(event.payload_text, text);
    }

    #[test]
    fn identity_is_read_from_its_text() {
        let identity = json!({"identityType": "WIX_USER", "wixUserId": "u-1"}).to_string();
        let event =
            unwrapped(&json!({"eventType": "X", "instanceId": "i", "data": "{}", "identity": identity}))
                .unwrap();
        let identity = event.identity.unwrap();
        assert_eq!(
            (identity.identity_type, identity.wix_user_id),
            (IdentityType::WixUser, Some("u-1".into()))
        );
    }

    #[test]
    fn unreadable_identity_does_not_cost_the_event() {
        let event = unwrapped(&json!({"eventType": "X", "instanceId": "i", "identity": "{"})).unwrap();
        assert_eq!(event.identity, None);
    }

    #[rstest::rstest]
    #[case::no_type(json!({"instanceId": "i"}))]
    #[case::empty_type(json!({"eventType": "", "instanceId": "i"}))]
    #[case::line_end_in_type(json!({"eventType": "A\nB", "instanceId": "i"}))]
    #[case::endless_type(json!({"eventType": "x".repeat(201), "instanceId": "i"}))]
    #[case::no_instance(json!({"eventType": "X"}))]
    #[case::null_instance(json!({"eventType": "X", "instanceId": null}))]
    #[case::instance_is_no_id(json!({"eventType": "X", "instanceId": "a b"}))]
    #[case::not_an_object(json!("X"))]
    fn envelopes_without_type_or_instance_are_malformed(#[case] envelope: Value) {
        assert!(unwrapped(&envelope).unwrap_err().is_malformed());
    }

    #[test]
    fn payload_that_is_not_text_is_parked() {
        let event = unwrapped(&json!({"eventType": "AppRemoved", "instanceId": "i", "data": {"appId": "a"}}))
            .unwrap();
        assert!(matches!(event.payload, Payload::Unreadable { .. }));
        assert_eq!(event.payload_text, r#"{"appId":"a"}"#);
    }
}
