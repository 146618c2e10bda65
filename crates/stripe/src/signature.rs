//! Stripe's signature scheme: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]`.
//!
//! Each `v1` is HMAC-SHA256 of `<t>.<body>` under the endpoint's secret, the whole `whsec_…` text being the key. While a
//! secret is being rolled Stripe signs with both, so the header has a `v1` for each. `v0` is a test scheme of Stripe's and
//! proves nothing (docs.stripe.com/webhooks#verify-manually).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wixapp_core::clock::Timestamp;

use crate::error::Error;
use crate::secret::WebhookSecret;

/// How far an event's timestamp may lie from our clock, in seconds, either way: what Stripe's own libraries use.
pub const TOLERANCE_S: i64 = 300;

/// Longer headers are not Stripe's: a timestamp and two signatures need 160 bytes.
const MAX_HEADER_LEN: usize = 1_024;
/// Stripe signs with two secrets at the most.
const MAX_SIGNATURES: usize = 8;

/// Verifies that an event comes from Stripe.
///
/// # Example
/// ```
/// use wixapp_stripe::{WebhookSecret, WebhookVerifier, signature};
/// let secret = WebhookSecret::new("whsec_0123456789abcdef")?;
/// let now = "2027-03-01T00:00:00Z".parse().unwrap();
/// let header = signature::sign(&secret, b"{}", now);
/// let verifier = WebhookVerifier::new(vec![secret])?;
/// assert!(verifier.verify(&header, b"{}", now).is_ok());
/// assert!(verifier.verify(&header, b"{ }", now).is_err());
/// # Ok::<(), wixapp_stripe::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct WebhookVerifier {
    secrets: Vec<WebhookSecret>,
}

impl WebhookVerifier {
    /// A verifier that takes events under any of these secrets.
    ///
    /// # Errors
    /// [`Error::is_config`] when there is none.
    pub fn new(secrets: Vec<WebhookSecret>) -> Result<Self, Error> {
        if secrets.is_empty() {
            return Err(Error::config("the webhook secret of Stripe", "it is missing"));
        }
        Ok(Self { secrets })
    }

    /// Whether `header` signs `body` under one of the secrets, at a time close to `now`.
    ///
    /// # Errors
    /// [`Error::is_signature`] when it does not.
    pub fn verify(&self, header: &str, body: &[u8], now: Timestamp) -> Result<(), Error> {
        let header = Header::parse(header)?;
        // The signature first: the time of an unsigned header means nothing.
        let mut genuine = false;
        for secret in &self.secrets {
            let mac = keyed(secret).chain_update(header.t).chain_update(b".").chain_update(body);
            for signature in &header.signatures {
                genuine |= mac.clone().verify_slice(signature).is_ok();
            }
        }
        if !genuine {
            return Err(Error::signature("no signature belongs to the body"));
        }
        if (now.as_second() - header.seconds).abs() > TOLERANCE_S {
            return Err(Error::signature("it was signed more than five minutes ago, or ahead"));
        }
        Ok(())
    }
}

struct Header<'a> {
    /// The timestamp as it was written: that text is what was signed.
    t: &'a str,
    seconds: i64,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    fn parse(header: &'a str) -> Result<Self, Error> {
        if header.len() > MAX_HEADER_LEN {
            return Err(Error::signature("the header is too long"));
        }
        let (mut t, mut signatures) = (None, Vec::new());
        for part in header.split(',') {
            match part.split_once('=') {
                Some(("t", _)) if t.is_some() => return Err(Error::signature("it has two timestamps")),
                Some(("t", text)) => t = Some(text),
                Some(("v1", text)) if signatures.len() < MAX_SIGNATURES => signatures.extend(parse_mac(text)),
                // Other schemes, and what is no pair, prove nothing.
                _ => {}
            }
        }
        let t = t.ok_or_else(|| Error::signature("it has no timestamp"))?;
        // Up to 11 digits lie far past any date, and cannot overflow.
        let is_number = (1..=11).contains(&t.len()) && t.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = t.parse().ok().filter(|_| is_number);
        let seconds = seconds.ok_or_else(|| Error::signature("its timestamp is no number"))?;
        if signatures.is_empty() {
            return Err(Error::signature("it has no v1 signature"));
        }
        Ok(Self { t, seconds, signatures })
    }
}

/// Stripe writes 64 lower-case hex digits.
fn parse_mac(text: &str) -> Option<[u8; 32]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    hex::decode(text).ok()?.try_into().ok()
}

/// The header that Stripe would send with `body` at `now`: for tests and local stand-ins.
#[must_use]
pub fn sign(secret: &WebhookSecret, body: &[u8], now: Timestamp) -> String {
    let t = now.as_second().to_string();
    let mac = keyed(secret).chain_update(&t).chain_update(b".").chain_update(body).finalize().into_bytes();
    format!("t={t},v1={}", hex::encode(mac))
}

fn keyed(secret: &WebhookSecret) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length")
}
