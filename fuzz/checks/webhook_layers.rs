//! What must hold for every body that comes as a webhook. The first byte chooses what the others are: the body itself,
//! or one of the layers within a genuine signature. The fuzzer asks it of whatever it thinks of, the tests of
//! `wixapp-platform` of the seeds.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use wixapp_core::clock::Timestamp;
use wixapp_platform::webhook::{Payload, WebhookVerifier, dedupe_key};

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;
/// 2026-01-01T00:00:00Z
const NOW_S: i64 = 1_767_225_600;
const EVENTS: [&str; 10] = [
    "AppInstalled",
    "AppRemoved",
    "PaidPlanPurchased",
    "PaidPlanChanged",
    "PaidPlanAutoRenewalCancelled",
    "PlanConvertedToPaid",
    "PlanReactivated",
    "PlanTransferred",
    "InvoiceStatusUpdated",
    "wix.data.v2.data_item_created",
];

static KEYS: LazyLock<(KeyPair, WebhookVerifier)> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("an encoded key");
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(der.as_ref()));
    let verifier = WebhookVerifier::from_pems(&[&pem]).expect("it is a key");
    (pair, verifier)
});

/// Panics when something does not hold.
pub(crate) fn check(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 6 {
        0 => assert!(!is_accepted(rest), "nobody signed this"),
        1 => with_header(rest),
        2 => with_claims(rest),
        3 => with_claims(&claims(&String::from_utf8_lossy(rest))),
        4 => with_payload(rest),
        _ => with_plugin(rest),
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW_S).expect("a time")
}

/// Whether a body is an event, and then a sound one.
fn is_accepted(body: &[u8]) -> bool {
    let Ok(event) = KEYS.1.verify(body, now()) else { return false };
    assert!((1..=200).contains(&event.event_type.len()), "{}", event.event_type);
    assert!(!dedupe_key(&event).is_empty());
    let _ = (event.occurred_at(), format!("{event:?}"));
    true
}

fn with_claims(claims: &[u8]) {
    let _ = is_accepted(&signed(HEADER.as_bytes(), claims));
}

fn with_header(header: &[u8]) {
    if is_accepted(&signed(header, &claims(r#"{"eventType":"X","instanceId":"i"}"#))) {
        let header: Value = serde_json::from_slice(header).expect("an accepted header is JSON");
        assert!(header["alg"] == "RS256" && header.get("crit").is_none(), "{header}");
    }
}

fn with_payload(rest: &[u8]) {
    let Some((event, payload)) = rest.split_first() else { return };
    let event = EVENTS[usize::from(*event) % EVENTS.len()];
    let text = String::from_utf8_lossy(payload);
    let _ = Payload::parse(event, &text).occurred_at();
    let envelope = json!({"eventType": event, "instanceId": "i-1", "data": text, "identity": text});
    with_claims(&claims(&envelope.to_string()));
}

fn with_plugin(claims: &[u8]) {
    let body = signed(HEADER.as_bytes(), claims);
    if let Ok(call) = KEYS.1.verify_service_plugin::<Value>(&body, "app-1", now()) {
        assert!(call.issued_at.as_second() <= NOW_S + 60);
    }
}

/// Claims around an envelope, valid now.
fn claims(envelope: &str) -> Vec<u8> {
    json!({"data": envelope, "iat": NOW_S - 1, "exp": NOW_S + 3_600}).to_string().into_bytes()
}

/// A JWT of these bytes, signed by the platform.
fn signed(header: &[u8], claims: &[u8]) -> Vec<u8> {
    let pair = &KEYS.0;
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).expect("it signs");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)).into_bytes()
}
