//! Checking webhooks.

use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;
use jiff::SignedDuration;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Number;
use wixapp_core::clock::Timestamp;

use super::event::{self, WebhookEvent};
use super::{MAX_BODY_LEN, WHAT, key};
use crate::error::{Error, Kind};
use crate::{base64url, json};

const PUBLIC_KEYS: &str = "the webhook public keys";

/// How far `iat` may lie ahead of our clock.
const MAX_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// Verifies webhooks under the app's active public keys.
///
/// Give it the public key from Wix's developer console, or two while the key is being changed. RS256 is pinned: what
/// the JWT's header asks for is never followed, only compared. `jwk`, `jku`, `x5u` and `kid` are ignored; `crit` is
/// refused.
///
/// # Example
/// ```
/// use wixapp_platform::webhook::{Payload, WebhookSigner, WebhookVerifier, dedupe_key};
/// let signer = WebhookSigner::generate()?;
/// let now = "2026-01-01T00:00:00Z".parse().unwrap();
/// let body = signer.sign("AppRemoved", &"i-1".parse().unwrap(), &serde_json::json!({"appId": "a-1"}), now)?;
///
/// let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?;
/// let event = verifier.verify(body.as_bytes(), now)?;
/// assert!(matches!(&event.payload, Payload::AppRemoved(removed) if removed.app_id.as_deref() == Some("a-1")));
/// assert_eq!(dedupe_key(&event).len(), 64);
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Clone)]
pub struct WebhookVerifier {
    keys: Vec<ParsedPublicKey>,
}

impl WebhookVerifier {
    /// A verifier under one or two RSA public keys in PEM form (`PUBLIC KEY` or `RSA PUBLIC KEY`). Line ends may be
    /// written as `\n`, as they are in many `.env` files.
    ///
    /// # Errors
    /// [`Error::is_config`] when there are none or more than two, or one is no RSA public key of 2048 to 8192 bits.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
    /// let verifier = WebhookVerifier::from_pems(&[&WebhookSigner::generate()?.public_key_pem()])?;
    /// assert!(WebhookVerifier::from_pems(&["no key"]).unwrap_err().is_config());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn from_pems(pems: &[&str]) -> Result<Self, Error> {
        if !(1..=2).contains(&pems.len()) {
            return Err(Error::config(PUBLIC_KEYS, "one or two are needed"));
        }
        let keys = pems.iter().map(|pem| key::parse_public(pem)).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// Checks signature and dates of a webhook's `body`, and unwraps it.
    ///
    /// The signature is checked over the text as received, before anything in it is parsed. A genuine webhook of a
    /// type this version does not know is `Ok` with [`Payload::Unknown`](super::Payload::Unknown), and one whose
    /// payload cannot be read is `Ok` with [`Payload::Unreadable`](super::Payload::Unreadable): both must be answered
    /// with 200, or Wix repeats them 12 times. Duplicates are not detected here: see
    /// [`dedupe_key`](super::dedupe_key).
    ///
    /// # Errors
    /// - [`Error::is_malformed`]: larger than 256 KiB ([`Error::is_too_large`]), no compact JWT, a layer that is no
    ///   JSON or nests deeper than 64, `crit` in the header, `exp` or `iat` missing or not a number.
    /// - [`Error::is_signature`]: not signed RS256 under an active key, or the header names another algorithm.
    /// - [`Error::is_expired`]: `exp` has been reached.
    /// - [`Error::is_not_yet_valid`]: `iat` is more than 60 s ahead of `now`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
    /// let (signer, now) = (WebhookSigner::generate()?, "2026-01-01T00:00:00Z".parse().unwrap());
    /// let body = signer.sign("AppRemoved", &"i-1".parse().unwrap(), &serde_json::json!({"appId": "a-1"}), now)?;
    /// let event = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?.verify(body.as_bytes(), now)?;
    /// assert_eq!(event.event_type, "AppRemoved");
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn verify(&self, body: &[u8], now: Timestamp) -> Result<WebhookEvent, Error> {
        let claims: Claims = json::parse_bytes(&self.open(body)?, WHAT)?;
        let issued_at = check_dates(Some(&claims.iat), &claims.exp, now)?;
        event::unwrap(&claims.data, issued_at)
    }

    /// The claims' bytes, once signature and header have been checked.
    pub(super) fn open(&self, body: &[u8]) -> Result<Vec<u8>, Error> {
        let parts = Parts::split(body)?;
        let signed = parts.signed.as_bytes();
        if !self.keys.iter().any(|key| key.verify_sig(signed, &parts.signature).is_ok()) {
            return Err(Error::new(Kind::Signature { what: WHAT }));
        }
        parts.check_header()?;
        base64url::decode(parts.claims).ok_or_else(|| Error::malformed(WHAT, "the claims are not base64url"))
    }
}

impl fmt::Debug for WebhookVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookVerifier").field("keys", &self.keys.len()).finish()
    }
}

/// The three parts of a compact JWT; `signed` is the text the signature covers.
struct Parts<'a> {
    signed: &'a str,
    header: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn split(body: &'a [u8]) -> Result<Self, Error> {
        if body.len() > MAX_BODY_LEN {
            return Err(Error::new(Kind::TooLarge { what: WHAT, limit: MAX_BODY_LEN }));
        }
        let malformed = |why| Error::malformed(WHAT, why);
        let text = std::str::from_utf8(body).map_err(|_| malformed("not UTF-8"))?;
        let no_jwt = || malformed("it is not three parts joined by dots");
        let (signed, signature) = text.rsplit_once('.').ok_or_else(no_jwt)?;
        let (header, claims) = signed.split_once('.').ok_or_else(no_jwt)?;
        if claims.contains('.') || header.is_empty() || claims.is_empty() {
            return Err(no_jwt());
        }
        let signature =
            base64url::decode(signature).ok_or_else(|| malformed("the signature is not base64url"))?;
        Ok(Self { signed, header, claims, signature })
    }

    fn check_header(&self) -> Result<(), Error> {
        let bytes = base64url::decode(self.header)
            .ok_or_else(|| Error::malformed(WHAT, "the header is not base64url"))?;
        let header: Header = json::parse_bytes(&bytes, WHAT)?;
        if header.crit {
            return Err(Error::malformed(WHAT, "the header demands an extension (crit)"));
        }
        if header.alg != "RS256" {
            return Err(Error::new(Kind::Signature { what: WHAT }));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Whether the member is there at all; its value, even `null`, does not matter (RFC 7515 §4.1.11).
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

#[derive(Deserialize)]
struct Claims {
    data: String,
    iat: Number,
    exp: Number,
}

/// Checks `exp` and `iat`, and returns the latter; without `iat` it was issued now.
pub(super) fn check_dates(iat: Option<&Number>, exp: &Number, now: Timestamp) -> Result<Timestamp, Error> {
    let issued_at = iat.map_or(Ok(now), numeric_date)?;
    if now >= numeric_date(exp)? {
        return Err(Error::new(Kind::Expired { what: WHAT }));
    }
    if issued_at.duration_since(now) > MAX_AHEAD {
        return Err(Error::new(Kind::NotYetValid { what: WHAT }));
    }
    Ok(issued_at)
}

/// RFC 7519's NumericDate: seconds since the epoch, fractions allowed and dropped.
fn numeric_date(number: &Number) -> Result<Timestamp, Error> {
    let out_of_range = || Error::malformed(WHAT, "a date is out of range");
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, and the ends are out of range below"
    )]
    let seconds = number.as_i64().or_else(|| number.as_f64().map(|n| n.floor() as i64));
    Timestamp::from_second(seconds.ok_or_else(out_of_range)?).map_err(|_| out_of_range())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::WebhookSigner;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn either_of_two_active_keys_is_accepted_and_no_third() {
        let signers = [(); 3].map(|()| WebhookSigner::generate().unwrap());
        let [first, second, _] = signers.each_ref().map(WebhookSigner::public_key_pem);
        let verifier = WebhookVerifier::from_pems(&[&first, &second]).unwrap();
        let now = at("2026-01-01T00:00:00Z");
        let accepted = signers.each_ref().map(|signer| {
            let body =
                signer.sign("AppInstalled", &"i-1".parse().unwrap(), &json!({"appId": "a"}), now).unwrap();
            verifier.verify(body.as_bytes(), now).is_ok()
        });
        assert_eq!(accepted, [true, true, false]);
    }

    #[test]
    fn none_and_three_keys_are_refused() {
        let pem = WebhookSigner::generate().unwrap().public_key_pem();
        assert!(WebhookVerifier::from_pems(&[]).unwrap_err().is_config());
        assert!(WebhookVerifier::from_pems(&[&pem, &pem, &pem]).unwrap_err().is_config());
    }

    #[rstest::rstest]
    #[case::last_moment("2026-01-01T00:59:59.999Z", "ok")]
    #[case::reached("2026-01-01T01:00:00Z", "expired")]
    #[case::a_minute_ahead("2025-12-31T23:59:00Z", "ok")]
    #[case::further_ahead("2025-12-31T23:58:59.999Z", "not yet valid")]
    fn dates_are_checked_to_the_millisecond(#[case] now: &str, #[case] expected: &str) {
        let signer = WebhookSigner::generate().unwrap();
        let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()]).unwrap();
        let iat = at("2026-01-01T00:00:00Z").as_second();
        let data = json!({"eventType": "X", "instanceId": "i"}).to_string();
        let body = signer.sign_claims(&json!({"data": data, "iat": iat, "exp": iat + 3600})).unwrap();
        let outcome = match verifier.verify(body.as_bytes(), at(now)) {
            Ok(_) => "ok",
            Err(error) if error.is_expired() => "expired",
            Err(error) if error.is_not_yet_valid() => "not yet valid",
            Err(_) => "other",
        };
        assert_eq!(outcome, expected);
    }
}
