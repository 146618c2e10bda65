//! Making webhooks: the platform's side.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;
use zeroize::Zeroizing;

use super::event::Identity;
use super::key::{Block, to_pem};
use crate::base64url;
use crate::error::{Error, Kind};

const PRIVATE_KEY: &str = "the webhook private key";

/// How long a signed webhook stays valid: longer than the 47.2 hours over which a delivery is repeated, so that one
/// signed body serves all 13 attempts.
///
/// # Example
/// ```
/// assert_eq!(wixapp_platform::webhook::LIFETIME.as_hours(), 72);
/// ```
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(72);

/// An event that is to be signed: the second of a webhook's three layers.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::{EventDraft, Identity};
/// let (instance_id, payload) = ("i-1".parse().unwrap(), serde_json::json!({"appId": "a-1"}));
/// let draft = EventDraft {
///     event_type: "AppRemoved", instance_id: &instance_id, payload: &payload, identity: &Identity::wix_user("u-1"),
/// };
/// assert_eq!(draft.identity.wix_user_id.as_deref(), Some("u-1"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct EventDraft<'a> {
    /// What happened, as Wix names it.
    pub event_type: &'a str,
    /// The install it happened to.
    pub instance_id: &'a InstanceId,
    /// The innermost layer.
    pub payload: &'a Value,
    /// Who caused it.
    pub identity: &'a Identity,
}

/// Signs webhooks as Wix does, with an RSA key pair of its own. For the local platform and for tests.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
/// let signer = WebhookSigner::generate()?;
/// let restored = WebhookSigner::from_pkcs8_pem(&signer.to_pkcs8_pem()?)?;
/// assert_eq!(signer.public_key_pem(), restored.public_key_pem());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
pub struct WebhookSigner {
    pair: KeyPair,
    public_pem: String,
    header: String,
}

impl WebhookSigner {
    /// A signer with a fresh RSA key of 2048 bits; takes some tens of milliseconds.
    ///
    /// # Errors
    /// When the cryptographic library fails, for example for want of randomness.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::WebhookSigner;
    /// let signer = WebhookSigner::generate()?;
    /// let restored = WebhookSigner::from_pkcs8_pem(&signer.to_pkcs8_pem()?)?;
    /// assert_eq!(restored.public_key_pem(), signer.public_key_pem());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn generate() -> Result<Self, Error> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| failed_to("generate a key"))?;
        Self::from_pair(pair)
    }

    /// The signer whose private key [`to_pkcs8_pem`](Self::to_pkcs8_pem) once wrote.
    ///
    /// # Errors
    /// [`Error::is_config`] when the text is no RSA private key of at least 2048 bits in PKCS#8 PEM form.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::WebhookSigner;
    /// let signer = WebhookSigner::generate()?;
    /// let restored = WebhookSigner::from_pkcs8_pem(&signer.to_pkcs8_pem()?)?;
    /// assert_eq!(restored.public_key_pem(), signer.public_key_pem());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, Error> {
        let refuse = |why| Error::config(PRIVATE_KEY, why);
        let block = Block::parse(pem).ok_or_else(|| refuse("it is not one PEM block"))?;
        let der = Zeroizing::new(block.der);
        if block.label != "PRIVATE KEY" {
            return Err(refuse("it is not in PKCS#8 form"));
        }
        let pair = KeyPair::from_pkcs8(&der).map_err(|_| refuse("it is no RSA key of 2048 bits or more"))?;
        Self::from_pair(pair)
    }

    fn from_pair(pair: KeyPair) -> Result<Self, Error> {
        let public: PublicKeyX509Der<'_> =
            pair.public_key().as_der().map_err(|_| failed_to("encode a public key"))?;
        let key_id = hex::encode(&Sha256::digest(public.as_ref())[..8]);
        let header = base64url::encode(json!({"alg": "RS256", "kid": key_id, "typ": "JWT"}).to_string());
        let public_pem = to_pem("PUBLIC KEY", public.as_ref());
        Ok(Self { pair, public_pem, header })
    }

    /// The private key in PKCS#8 PEM form, wiped from memory when dropped. Store it like a password.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::WebhookSigner;
    /// let signer = WebhookSigner::generate()?;
    /// let restored = WebhookSigner::from_pkcs8_pem(&signer.to_pkcs8_pem()?)?;
    /// assert_eq!(restored.public_key_pem(), signer.public_key_pem());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, Error> {
        let der = self.pair.as_der().map_err(|_| failed_to("encode a private key"))?;
        Ok(Zeroizing::new(to_pem("PRIVATE KEY", der.as_ref())))
    }

    /// The public key in PEM form: what [`WebhookVerifier::from_pems`](super::WebhookVerifier::from_pems) takes.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::WebhookSigner;
    /// let signer = WebhookSigner::generate()?;
    /// let restored = WebhookSigner::from_pkcs8_pem(&signer.to_pkcs8_pem()?)?;
    /// assert_eq!(restored.public_key_pem(), signer.public_key_pem());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn public_key_pem(&self) -> String {
        self.public_pem.clone()
    }

    /// Signs one event into a webhook's body: three layers, without saying who caused it, valid for [`LIFETIME`].
    ///
    /// `now` is cut to whole seconds, as JWT dates are.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
    /// let (signer, now) = (WebhookSigner::generate()?, "2026-01-01T00:00:00Z".parse().unwrap());
    /// let body = signer.sign("AppRemoved", &"i-1".parse().unwrap(), &serde_json::json!({"appId": "a-1"}), now)?;
    /// assert_eq!(body.split('.').count(), 3);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn sign(
        &self,
        event_type: &str,
        instance_id: &InstanceId,
        payload: &Value,
        now: Timestamp,
    ) -> Result<String, Error> {
        let identity = &Identity::unspecified();
        self.sign_event(EventDraft { event_type, instance_id, payload, identity }, now)
    }

    /// Signs one event as [`sign`](Self::sign) does, and says who caused it.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::{EventDraft, Identity, WebhookSigner, WebhookVerifier};
    /// let (signer, now) = (WebhookSigner::generate()?, "2026-01-01T00:00:00Z".parse().unwrap());
    /// let (instance_id, payload) = ("i-1".parse().unwrap(), serde_json::json!({"appId": "a-1"}));
    /// let draft = EventDraft {
    ///     event_type: "AppRemoved", instance_id: &instance_id, payload: &payload, identity: &Identity::wix_user("u-1"),
    /// };
    /// let body = signer.sign_event(draft, now)?;
    /// let event = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?.verify(body.as_bytes(), now)?;
    /// assert_eq!(event.identity, Some(Identity::wix_user("u-1")));
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn sign_event(&self, event: EventDraft<'_>, now: Timestamp) -> Result<String, Error> {
        let expires_at = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
        self.sign_until(event, now, expires_at)
    }

    /// Signs one event as [`sign_event`](Self::sign_event) does, with an end of one's own: for an event that is told again long
    /// after it happened. Both moments are cut to whole seconds.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::{EventDraft, Identity, WebhookSigner, WebhookVerifier};
    /// let (then, now) = ("2024-01-01T00:00:00Z".parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
    /// let (signer, end) = (WebhookSigner::generate()?, "2026-01-02T00:00:00Z".parse().unwrap());
    /// let (instance_id, payload) = ("i-1".parse().unwrap(), serde_json::json!({"appId": "a-1"}));
    /// let draft = EventDraft {
    ///     event_type: "AppRemoved", instance_id: &instance_id, payload: &payload, identity: &Identity::unspecified(),
    /// };
    /// let body = signer.sign_until(draft, then, end)?;
    /// let event = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?.verify(body.as_bytes(), now)?;
    /// assert_eq!(event.issued_at, then);
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn sign_until(
        &self,
        event: EventDraft<'_>,
        issued_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String, Error> {
        let envelope = json!({
            "eventType": event.event_type,
            "instanceId": event.instance_id,
            "data": event.payload.to_string(),
            "identity": json!(event.identity).to_string(),
        });
        let (iat, exp) = (issued_at.as_second(), expires_at.as_second());
        self.sign_claims(&json!({"data": envelope.to_string(), "iat": iat, "exp": exp}))
    }

    /// Signs `claims` as they are, whatever they say; for tests that need a genuine signature over odd content.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    ///
    /// # Example
    /// ```
    /// let body = wixapp_platform::webhook::WebhookSigner::generate()?.sign_claims(&serde_json::json!({"data": 7}))?;
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn sign_claims(&self, claims: &Value) -> Result<String, Error> {
        let text = format!("{}.{}", self.header, base64url::encode(claims.to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| failed_to("sign"))?;
        Ok(format!("{text}.{}", base64url::encode(signature)))
    }
}

impl fmt::Debug for WebhookSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSigner").finish_non_exhaustive()
    }
}

fn failed_to(what: &'static str) -> Error {
    Error::new(Kind::Internal { what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::WebhookVerifier;

    #[test]
    fn a_signed_body_outlives_all_thirteen_attempts() {
        let signer = WebhookSigner::generate().unwrap();
        let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()]).unwrap();
        let signed_at: Timestamp = "2026-01-01T00:00:00.750Z".parse().unwrap();
        let body =
            signer.sign("AppInstalled", &"i".parse().unwrap(), &json!({"appId": "a"}), signed_at).unwrap();
        let last_attempt = signed_at + SignedDuration::from_mins(60 * 47 + 12);
        let event = verifier.verify(body.as_bytes(), last_attempt).unwrap();
        assert_eq!(event.issued_at.to_string(), "2026-01-01T00:00:00Z");
    }

    #[rstest::rstest]
    #[case::public(|signer: &WebhookSigner| signer.public_key_pem())]
    #[case::truncated(|signer: &WebhookSigner| signer.to_pkcs8_pem().unwrap()[..800].to_owned())]
    #[case::nothing(|_: &WebhookSigner| String::new())]
    fn text_that_is_no_private_key_is_refused(#[case] text: fn(&WebhookSigner) -> String) {
        let signer = WebhookSigner::generate().unwrap();
        assert!(WebhookSigner::from_pkcs8_pem(&text(&signer)).unwrap_err().is_config());
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", WebhookSigner::generate().unwrap()), "WebhookSigner { .. }");
    }
}
