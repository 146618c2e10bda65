//! Properties over generated input: what is signed verifies, and nothing panics.

use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use wixapp_core::clock::Timestamp;
use wixapp_platform::webhook::{Payload, dedupe_key};
use wixapp_platform::{
    AppSecret, InstanceClaims, InstanceTokenVerifier, WebhookSigner, WebhookVerifier, instance_token,
};

use crate::forge;
use crate::support::at;

const SECRET: &str = "d245bbf8-57eb-49d6-aeff-beff6d82cd39";

fn tokens() -> InstanceTokenVerifier {
    InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()])
}

fn signer() -> &'static (WebhookSigner, WebhookVerifier) {
    static PAIR: OnceLock<(WebhookSigner, WebhookVerifier)> = OnceLock::new();
    PAIR.get_or_init(|| {
        let signer = WebhookSigner::generate().unwrap();
        let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()]).unwrap();
        (signer, verifier)
    })
}

fn times() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_000_i64).prop_map(|ms| Timestamp::from_millisecond(ms).unwrap())
}

fn claims() -> impl Strategy<Value = InstanceClaims> {
    let text =
        || proptest::option::of(any::<String>().prop_map(|text| text.chars().take(40).collect::<String>()));
    ("[A-Za-z0-9_-]{1,128}", times(), text(), text(), text(), text(), proptest::option::of(any::<bool>()))
        .prop_map(|(id, sign_date, uid, permissions, aid, locale, demo_mode)| InstanceClaims {
            uid,
            permissions,
            aid,
            locale,
            demo_mode,
            ..InstanceClaims::new(id.parse().unwrap(), sign_date)
        })
}

/// JSON values up to a few levels deep, with texts that may be JSON themselves.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop_oneof!["\\{\\}", "\\[", "\\{\"id\":\"a\"\\}"].prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let key = prop_oneof![
            Just("data".to_owned()),
            Just("eventType".to_owned()),
            Just("instanceId".to_owned()),
            Just("identity".to_owned()),
            any::<String>(),
        ];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((key, inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

const EVENT_TYPES: [&str; 10] = [
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signed_claims_verify_to_themselves(claims in claims()) {
        let token = instance_token::sign(&claims, &AppSecret::new(SECRET).unwrap());
        prop_assert_eq!(tokens().verify(&token, claims.sign_date).unwrap(), claims.clone());
        prop_assert_eq!(instance_token::inspect(&token).unwrap().claims().unwrap(), claims);
    }

    #[test]
    fn any_change_of_a_token_is_refused(claims in claims(), at in any::<prop::sample::Index>(), new in "[ -~]") {
        let token = instance_token::sign(&claims, &AppSecret::new(SECRET).unwrap());
        let at = at.index(token.len());
        let changed = format!("{}{new}{}", &token[..at], &token[at + 1..]);
        prop_assume!(changed != token);
        prop_assert!(tokens().verify(&changed, claims.sign_date).is_err());
    }

    #[test]
    fn arbitrary_text_is_never_a_token_and_never_panics(text in any::<String>()) {
        prop_assert!(tokens().verify(&text, at("2026-01-01T00:00:00Z")).is_err());
        let _ = instance_token::inspect(&text);
    }

    #[test]
    fn arbitrary_signed_payloads_never_panic(bytes in vec(any::<u8>(), 0..200), value in values()) {
        for payload in [bytes, value.to_string().into_bytes()] {
            let _ = tokens().verify(&forge::instance_token(payload, SECRET), at("2026-01-01T00:00:00Z"));
        }
    }

    #[test]
    fn arbitrary_bytes_are_never_a_webhook_and_never_panic(bytes in vec(any::<u8>(), 0..400), text in "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,342}") {
        prop_assert!(signer().1.verify(&bytes, at("2026-01-01T00:00:00Z")).is_err());
        prop_assert!(signer().1.verify(text.as_bytes(), at("2026-01-01T00:00:00Z")).is_err());
    }

    #[test]
    fn arbitrary_payloads_of_known_types_never_panic(kind in prop::sample::select(&EVENT_TYPES), text in any::<String>(), value in values()) {
        let _ = Payload::parse(kind, &text);
        let _ = Payload::parse(kind, &value.to_string());
    }
}

proptest! {
    // Each case makes an RSA signature.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn signed_webhooks_come_back_as_they_were(kind in "[!-~]{1,60}", id in "[A-Za-z0-9_-]{1,64}", payload in values(), now in times()) {
        let (signer, verifier) = signer();
        let body = signer.sign(&kind, &id.parse().unwrap(), &payload, now).unwrap();
        let event = verifier.verify(body.as_bytes(), now).unwrap();
        prop_assert_eq!((&event.event_type, event.instance_id.as_str()), (&kind, id.as_str()));
        prop_assert_eq!(&event.payload_text, &payload.to_string());
        let later = now + jiff::SignedDuration::from_secs(90);
        let again = verifier.verify(signer.sign(&kind, &event.instance_id, &payload, later).unwrap().as_bytes(), later);
        prop_assert_eq!(dedupe_key(&event), dedupe_key(&again.unwrap()));
    }

    #[test]
    fn arbitrary_genuine_claims_never_panic(claims in values(), envelope in values(), data in values()) {
        let (signer, verifier) = signer();
        let now = at("2026-01-01T00:00:00Z");
        let dated = |data: Value| json!({"data": data, "iat": now.as_second(), "exp": now.as_second() + 60});
        let deep = json!({"eventType": "AppInstalled", "instanceId": "i", "data": data, "identity": envelope});
        for claims in [claims, dated(envelope.clone()), dated(envelope.to_string().into()), dated(deep.to_string().into())] {
            let _ = verifier.verify(signer.sign_claims(&claims).unwrap().as_bytes(), now);
        }
    }
}
