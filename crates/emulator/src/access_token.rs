//! The platform's own access tokens: `OauthNG.JWS.` and a compact JWS under a key only the platform knows.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::id::InstanceId;

use crate::world::seed::Seed;

/// How long a token lives at Wix, in seconds (wix-protocol §3).
pub(crate) const LIFETIME_S: i64 = 14_400;

const PREFIX: &str = "OauthNG.JWS.";
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Who acts with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "UPPERCASE")]
pub(crate) enum Subject {
    /// The app itself.
    App,
    /// A person in the dashboard.
    User(String),
    /// Somebody who looks at the site.
    Visitor(String),
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TokenClaims {
    pub(crate) client_id: String,
    pub(crate) instance_id: InstanceId,
    pub(crate) subject: Subject,
    /// Whether it belongs to a session in a browser: a server has to strip it first.
    pub(crate) bound: bool,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

impl TokenClaims {
    pub(crate) fn new(client_id: &str, instance_id: &InstanceId, now: Timestamp) -> Self {
        let iat = now.as_second();
        Self {
            client_id: client_id.to_owned(),
            instance_id: instance_id.clone(),
            subject: Subject::App,
            bound: false,
            iat,
            exp: iat + LIFETIME_S,
        }
    }

    /// A token of a session in a browser.
    pub(crate) fn of_session(self, subject: Subject) -> Self {
        Self { subject, bound: true, ..self }
    }

    /// The same for another time.
    pub(crate) fn living(self, seconds: i64) -> Self {
        Self { exp: self.iat + seconds, ..self }
    }
}

/// Makes and checks tokens; kept by the seed, so that tokens stay valid over a restart.
pub(crate) struct TokenKey(hmac::Key);

impl TokenKey {
    pub(crate) fn new(seed: &Seed) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &seed.key_for("access-token")))
    }

    pub(crate) fn issue(&self, claims: &TokenClaims) -> String {
        let json = serde_json::to_vec(claims).expect("claims are plain text and numbers");
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(json));
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, text.as_bytes()));
        format!("{PREFIX}{text}.{tag}")
    }

    /// The claims of a token of ours that is valid at `now`.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Option<TokenClaims> {
        let (text, tag) = token.strip_prefix(PREFIX)?.rsplit_once('.')?;
        hmac::verify(&self.0, text.as_bytes(), &URL_SAFE_NO_PAD.decode(tag).ok()?).ok()?;
        let (_, payload) = text.split_once('.')?;
        let claims: TokenClaims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (now.as_second() < claims.exp).then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_token_is_valid_for_four_hours_and_only_untouched() {
        let key = TokenKey::new(&Seed::fixed(1));
        let claims = TokenClaims::new("app", &"i-1".parse().unwrap(), at("2027-01-01T00:00:00Z"));
        let token = key.issue(&claims);
        assert_eq!(key.verify(&token, at("2027-01-01T03:59:59Z")), Some(claims));
        assert_eq!(key.verify(&token, at("2027-01-01T04:00:00Z")), None);
        assert_eq!(TokenKey::new(&Seed::fixed(2)).verify(&token, at("2027-01-01T00:00:00Z")), None);
        for at_byte in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at_byte] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert_eq!(key.verify(&changed, at("2027-01-01T00:00:00Z")), None, "byte {at_byte}");
        }
    }

    #[test]
    fn text_that_is_no_token_is_refused() {
        let key = TokenKey::new(&Seed::fixed(1));
        for text in ["", "OauthNG.JWS.", "OauthNG.JWS.a.b.c", "OauthNG.JWS...", "a.b", "ä"] {
            assert_eq!(key.verify(text, at("2027-01-01T00:00:00Z")), None, "{text}");
        }
    }
}
