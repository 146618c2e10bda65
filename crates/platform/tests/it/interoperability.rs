//! Agreement with `jsonwebtoken`, an implementation that shares no code with ours.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Value, json};
use wixapp_platform::{WebhookSigner, WebhookVerifier};

use crate::support::{at, instance};

#[test]
fn webhooks_signed_by_the_other_implementation_are_accepted() {
    let signer = WebhookSigner::generate().unwrap();
    let key = EncodingKey::from_rsa_pem(signer.to_pkcs8_pem().unwrap().as_bytes()).unwrap();
    let envelope = json!({"eventType": "AppRemoved", "instanceId": "i-1", "data": "{\"appId\":\"a\"}"});
    let claims = json!({"data": envelope.to_string(), "iat": 1_767_225_600, "exp": 1_767_229_200});
    let body = encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap();
    let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()]).unwrap();
    let event = verifier.verify(body.as_bytes(), at("2026-01-01T00:00:00Z")).unwrap();
    assert_eq!(event.event_type, "AppRemoved");
}

#[test]
fn webhooks_of_ours_are_accepted_by_the_other_implementation() {
    let signer = WebhookSigner::generate().unwrap();
    let signed_at = at("2100-01-01T00:00:00Z");
    let body = signer.sign("AppInstalled", &instance("i-1"), &json!({"appId": "a"}), signed_at).unwrap();
    let key = DecodingKey::from_rsa_pem(signer.public_key_pem().as_bytes()).unwrap();
    let decoded = decode::<Value>(&body, &key, &Validation::new(Algorithm::RS256)).unwrap();
    let envelope: Value = serde_json::from_str(decoded.claims["data"].as_str().unwrap()).unwrap();
    assert_eq!(envelope["eventType"], "AppInstalled");
    assert_eq!(envelope["data"], r#"{"appId":"a"}"#);
}
