//! What must hold for every text that comes as an instance token. The fuzzer asks it of whatever it thinks of, the tests
//! of `wixapp-platform` of the seeds.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use wixapp_core::clock::Timestamp;
use wixapp_platform::instance_token::{inspect, sign};
use wixapp_platform::{AppSecret, InstanceTokenVerifier};

const SECRET: &str = "0123456789abcdef-not-a-secret";

static APP: LazyLock<(AppSecret, InstanceTokenVerifier)> = LazyLock::new(|| {
    let secret = AppSecret::new(SECRET).expect("it is long enough");
    (secret.clone(), InstanceTokenVerifier::new(vec![secret]))
});

/// Panics when something does not hold.
pub(crate) fn check(data: &[u8]) {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let (secret, verifier) = &*APP;
    let text = String::from_utf8_lossy(data);
    if let Ok(token) = inspect(&text) {
        let _ = token.claims();
    }
    let _ = verifier.verify(&text, now);
    for payload in [URL_SAFE_NO_PAD.encode(data), text.into_owned()] {
        let Ok(claims) = verifier.verify(&signed(&payload), now) else { continue };
        assert!(!claims.may_write(now) || (claims.is_owner() && !claims.is_visitor()));
        let again =
            verifier.verify(&sign(&claims, secret), now).expect("what was accepted is accepted again");
        assert_eq!(again, claims);
    }
}

/// A token whose payload the app's secret has signed, whatever it is.
fn signed(payload: &str) -> String {
    let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length is good");
    let signature = key.chain_update(payload).finalize().into_bytes();
    format!("{}.{payload}", URL_SAFE_NO_PAD.encode(signature))
}
