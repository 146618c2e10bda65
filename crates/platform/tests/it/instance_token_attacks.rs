//! Instance tokens that must not be accepted, generated: more than 400, each named.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};
use wixapp_core::clock::Timestamp;
use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};

use crate::forge::{self, encode, hmac_sha256};
use crate::support::{at, shown};

const SECRET: &str = "d245bbf8-57eb-49d6-aeff-beff6d82cd39";

/// What has to happen to a vector. `Harmless` tokens are genuine but may not write.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Refused,
    Harmless,
}

struct Vector {
    name: String,
    token: String,
    expected: Expected,
}

fn now() -> Timestamp {
    at("2026-01-01T00:00:00Z")
}

fn owner() -> Value {
    serde_json::to_value(InstanceClaims::owner(
        "b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap(),
        now(),
    ))
    .unwrap()
}

fn owner_with(field: &str, value: Value) -> Value {
    let mut claims = owner();
    claims[field] = value;
    claims
}

fn owner_without(field: &str) -> Value {
    let mut claims = owner();
    claims.as_object_mut().unwrap().remove(field);
    claims
}

fn signed(payload: &Value) -> String {
    forge::instance_token(payload.to_string(), SECRET)
}

fn refused(name: impl Into<String>, token: impl Into<String>) -> Vector {
    Vector { name: name.into(), token: token.into(), expected: Expected::Refused }
}

fn harmless(name: impl Into<String>, payload: &Value) -> Vector {
    Vector { name: name.into(), token: signed(payload), expected: Expected::Harmless }
}

fn truncations(good: &str) -> Vec<Vector> {
    let heads = (0..good.len()).map(|n| refused(format!("first {n} characters"), &good[..n]));
    let tails = (1..good.len()).map(|n| refused(format!("without the first {n} characters"), &good[n..]));
    let longer =
        ["A", "AA", "AAAA", ".", "_"].map(|s| refused(format!("with {s} appended"), format!("{good}{s}")));
    heads.chain(tails).chain(longer).collect()
}

fn flipped_bits(good: &str) -> Vec<Vector> {
    let (signature, payload) = good.split_once('.').unwrap();
    let mut vectors = Vec::new();
    for (part, text) in [("signature", signature), ("payload", payload)] {
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let flipped = encode(flipped);
            let token = if part == "signature" {
                format!("{flipped}.{payload}")
            } else {
                format!("{signature}.{flipped}")
            };
            vectors.push(refused(format!("bit {bit} of the {part} flipped"), token));
        }
    }
    vectors
}

/// The same bytes written otherwise: each of them would verify if decoding were lenient.
fn second_spellings(good: &str) -> Vec<Vector> {
    let (signature, payload) = good.split_once('.').unwrap();
    let mut vectors = Vec::new();
    for junk in ["=", "==", " ", "\n", "\r\n", "\t", "\0", "%3D", "\u{feff}", "\u{200b}", "+", "/", "ä"] {
        for (place, token) in [
            ("before the signature", format!("{junk}{good}")),
            ("after the signature", format!("{signature}{junk}.{payload}")),
            ("before the payload", format!("{signature}.{junk}{payload}")),
            ("after the payload", format!("{good}{junk}")),
            ("inside the signature", format!("{}{junk}{}.{payload}", &signature[..20], &signature[20..])),
            ("inside the payload", format!("{signature}.{}{junk}{}", &payload[..20], &payload[20..])),
        ] {
            vectors.push(refused(format!("{junk:?} {place}"), token));
        }
    }
    vectors.push(refused("stray bits at the signature's end", format!("{}.{payload}", next_last(signature))));
    vectors.push(refused("upper case", good.to_uppercase()));
    vectors.push(refused("lower case", good.to_lowercase()));
    vectors.push(refused("signature in hex", {
        let hex: String =
            URL_SAFE_NO_PAD.decode(signature).unwrap().iter().map(|b| format!("{b:02x}")).collect();
        format!("{hex}.{payload}")
    }));
    vectors
}

/// The text with its last character's unused low bits set: the same bytes to a lenient decoder.
fn next_last(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (head, last) = text.split_at(text.len() - 1);
    let index = ALPHABET.find(last).unwrap();
    format!("{head}{}", ALPHABET.chars().nth(index + 1).unwrap())
}

fn dots(good: &str) -> Vec<Vector> {
    let (signature, payload) = good.split_once('.').unwrap();
    [
        ("no dot", format!("{signature}{payload}")),
        ("only a dot", ".".into()),
        ("two dots only", "..".into()),
        ("leading dot", format!(".{good}")),
        ("trailing dot", format!("{good}.")),
        ("double dot", format!("{signature}..{payload}")),
        ("third part", format!("{good}.{signature}")),
        ("payload twice", format!("{signature}.{payload}.{payload}")),
        ("payload first", format!("{payload}.{signature}")),
        ("token twice", format!("{good}.{good}")),
        ("full-width dot", format!("{signature}．{payload}")),
        ("comma", format!("{signature},{payload}")),
        ("empty", String::new()),
        ("empty signature", format!(".{payload}")),
        ("empty payload", format!("{signature}.")),
        ("empty payload, genuinely signed", forge::instance_token("", SECRET)),
    ]
    .map(|(name, token)| refused(name, token))
    .into()
}

fn other_secrets(payload: &str) -> Vec<Vector> {
    let similar = [
        "",
        "0",
        "D245BBF8-57EB-49D6-AEFF-BEFF6D82CD39",
        "d245bbf857eb49d6aeffbeff6d82cd39",
        "d245bbf8-57eb-49d6-aeff-beff6d82cd39\n",
        " d245bbf8-57eb-49d6-aeff-beff6d82cd39",
        "d245bbf8-57eb-49d6-aeff-beff6d82cd38",
        "d245bbf8-57eb-49d6-aeff-beff6d82cd3",
        "93dc28d6ffeb-ffea-6d94-be75-8fbb542d",
        "other-app-secret-0123456789",
        "secret",
        "undefined",
        "null",
        "[object Object]",
    ];
    let mut vectors: Vec<_> = similar
        .iter()
        .map(|secret| refused(format!("signed under {secret:?}"), forge::instance_token(payload, secret)))
        .collect();
    // HMAC pads keys with zero bytes, so these two are one key to HMAC itself; the secret's text decides.
    let raw_key: Vec<u8> =
        (0..16).map(|i| u8::from_str_radix(&SECRET.replace('-', "")[i * 2..][..2], 16).unwrap()).collect();
    let text = encode(payload);
    vectors.push(refused(
        "signed under the secret's 16 bytes",
        token(&hmac_sha256(&raw_key, text.as_bytes()), &text),
    ));
    vectors
}

fn token(signature: &[u8], payload_text: &str) -> String {
    format!("{}.{payload_text}", encode(signature))
}

fn other_macs(payload: &str) -> Vec<Vector> {
    let text = encode(payload);
    let (key, message) = (SECRET.as_bytes(), text.as_bytes());
    let hash = |parts: &[&[u8]]| Sha256::digest(parts.concat()).to_vec();
    let good = hmac_sha256(key, message);
    [
        ("HMAC over the decoded JSON", hmac_sha256(key, payload.as_bytes())),
        ("HMAC over the padded text", hmac_sha256(key, format!("{text}==").as_bytes())),
        ("HMAC over a leading dot", hmac_sha256(key, format!(".{text}").as_bytes())),
        ("HMAC with key and message swapped", hmac_sha256(message, key)),
        ("HMAC of HMAC", hmac_sha256(key, &good)),
        ("plain hash", hash(&[message])),
        ("secret-prefix hash", hash(&[key, message])),
        ("secret-suffix hash", hash(&[message, key])),
        ("truncated SHA-512", Sha512::digest(message)[..32].to_vec()),
        ("zeros", vec![0; 32]),
        ("ones", vec![0xff; 32]),
        ("one byte", vec![good[0]]),
        ("31 bytes", good[..31].to_vec()),
        ("33 bytes", [good.clone(), vec![0]].concat()),
        ("twice", [good.clone(), good.clone()].concat()),
        ("reversed", good.iter().rev().copied().collect()),
    ]
    .map(|(name, signature)| refused(format!("signature: {name}"), token(&signature, &text)))
    .into()
}

fn jwts(payload: &str) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for alg in ["none", "None", "HS256", "RS256"] {
        let signed_part =
            format!("{}.{}", encode(format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#)), encode(payload));
        let signature = encode(hmac_sha256(SECRET.as_bytes(), signed_part.as_bytes()));
        vectors.push(refused(format!("JWT {alg}, signed"), format!("{signed_part}.{signature}")));
        vectors.push(refused(format!("JWT {alg}, unsigned"), format!("{signed_part}.")));
        vectors.push(refused(format!("JWT {alg}, two parts"), signed_part));
    }
    vectors
}

/// Signed under the right secret, but saying something that cannot be believed.
fn unreadable_payloads() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for field in ["instanceId", "signDate"] {
        vectors.push(refused(format!("without {field}"), signed(&owner_without(field))));
        for value in
            [json!(null), json!(""), json!(5), json!(true), json!([]), json!({}), json!(["a"]), json!(" ")]
        {
            vectors.push(refused(format!("{field} = {value}"), signed(&owner_with(field, value))));
        }
    }
    for id in ["a b", "a\nb", "../x", "a'b", "ä", "a%00", &"x".repeat(129)] {
        vectors.push(refused(format!("instanceId = {id:?}"), signed(&owner_with("instanceId", json!(id)))));
    }
    for date in
        ["yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "1767225600000", "99999-01-01T00:00:00Z", "-1"]
    {
        vectors.push(refused(format!("signDate = {date:?}"), signed(&owner_with("signDate", json!(date)))));
        vectors.push(refused(
            format!("expirationDate = {date:?}"),
            signed(&owner_with("expirationDate", json!(date))),
        ));
    }
    for field in ["permissions", "aid", "uid", "demoMode", "expirationDate"] {
        for value in [json!(7), json!([]), json!({"a": 1})] {
            vectors.push(refused(format!("{field} = {value}"), signed(&owner_with(field, value))));
        }
    }
    let good = owner().to_string();
    let texts: [(&str, Vec<u8>); 17] = [
        ("fields by position", br#"["i-1","2026-01-01T00:00:00Z",null,"OWNER",null,null,null,null,null,null,null,null,null,null,null]"#.into()),
        ("null", b"null".into()),
        ("array", format!("[{good}]").into()),
        ("text", json!(good).to_string().into()),
        ("number", b"1".into()),
        ("empty object", b"{}".into()),
        ("two values", format!("{good}{good}").into()),
        ("trailing comma", format!("{},}}", &good[..good.len() - 1]).into()),
        ("trailing text", format!("{good} x").into()),
        ("comment", format!("/**/{good}").into()),
        ("byte-order mark", format!("\u{feff}{good}").into()),
        ("UTF-16", good.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("broken UTF-8", [good.as_bytes(), &[0xff]].concat()),
        ("single quotes", good.replace('"', "'").into()),
        ("aid twice", good.replacen('{', r#"{"aid":"v","aid":null,"#, 1).into()),
        ("instanceId twice", good.replacen('{', r#"{"instanceId":"other","#, 1).into()),
        ("not a number", good.replacen('{', r#"{"x":NaN,"#, 1).into()),
    ];
    vectors.extend(
        texts.map(|(name, text)| refused(format!("payload: {name}"), forge::instance_token(text, SECRET))),
    );
    vectors
}

fn bombs() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for depth in [65, 100, 128, 1_000, 2_500] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let bomb = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let payload = owner().to_string().replacen('{', &format!(r#"{{"x":{bomb},"#), 1);
            vectors.push(refused(format!("{depth} deep {open}"), forge::instance_token(payload, SECRET)));
            let unclosed = open.repeat(depth);
            vectors.push(refused(format!("{depth} open {open}"), forge::instance_token(unclosed, SECRET)));
        }
    }
    for len in [instance_token::MAX_TOKEN_LEN + 1, 1 << 20] {
        vectors.push(refused(format!("{len} characters"), "A".repeat(len)));
        vectors.push(refused(format!("{len} dots"), ".".repeat(len)));
        vectors.push(refused(
            format!("genuine, {len} long"),
            signed(&owner_with("locale", json!("x".repeat(len)))),
        ));
    }
    vectors
}

fn out_of_time() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for end in
        ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z", "2020-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]
    {
        vectors.push(refused(format!("ended {end}"), signed(&owner_with("expirationDate", json!(end)))));
    }
    for date in
        ["2026-01-01T00:01:00.001Z", "2026-01-01T01:00:00Z", "2030-01-01T00:00:00Z", "9999-12-30T00:00:00Z"]
    {
        vectors.push(refused(format!("signed {date}"), signed(&owner_with("signDate", json!(date)))));
    }
    for date in [
        "2025-12-30T23:59:59.999Z",
        "2025-12-01T00:00:00Z",
        "2012-08-11T13:56:44.635Z",
        "0001-01-01T00:00:00Z",
    ] {
        let mut claims = owner_without("expirationDate");
        claims["signDate"] = json!(date);
        vectors.push(harmless(format!("old: {date}"), &claims));
        claims["expirationDate"] = json!("2036-01-01T00:00:00Z");
        vectors.push(harmless(format!("old, long-lived: {date}"), &claims));
    }
    vectors
}

fn no_owner() -> Vec<Vector> {
    let permissions = [
        json!(null),
        json!(""),
        json!("owner"),
        json!("Owner"),
        json!("OWNER "),
        json!(" OWNER"),
        json!("OWNER\0"),
        json!("OWNER,ADMIN"),
        json!("ADMIN"),
        json!("VISITOR"),
        json!("ОWNER"),
        json!("OWNERS"),
        json!("true"),
        json!("*"),
    ];
    let mut vectors: Vec<_> = permissions
        .iter()
        .map(|p| harmless(format!("permissions = {p}"), &owner_with("permissions", p.clone())))
        .collect();
    vectors.push(harmless("no permissions", &owner_without("permissions")));
    for aid in ["", "0", "null", "false", "9a0cb5de-0000-4000-8000-000000000000", " "] {
        vectors.push(harmless(format!("aid = {aid:?}"), &owner_with("aid", json!(aid))));
        let mut claims = owner_with("aid", json!(aid));
        claims["uid"] = json!("u-1");
        vectors.push(harmless(format!("aid = {aid:?} with uid"), &claims));
    }
    // Look-alikes of the permission in other places must not count.
    for field in ["Permissions", "PERMISSIONS", "permission", "role", "isOwner"] {
        let mut claims = owner_without("permissions");
        claims[field] = json!("OWNER");
        vectors.push(harmless(format!("{field} = OWNER"), &claims));
    }
    vectors
}

fn vectors() -> Vec<Vector> {
    let (good, payload) = (signed(&owner()), owner().to_string());
    [
        truncations(&good),
        flipped_bits(&good),
        second_spellings(&good),
        dots(&good),
        other_secrets(&payload),
        other_macs(&payload),
        jwts(&payload),
        unreadable_payloads(),
        bombs(),
        out_of_time(),
        no_owner(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn no_attack_is_accepted() {
    let verifier = InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()]);
    let vectors = vectors();
    let distinct: std::collections::HashSet<_> = vectors.iter().map(|v| &v.token).collect();
    assert!(distinct.len() >= 400, "only {} vectors", distinct.len());
    for Vector { name, token, expected } in &vectors {
        let outcome = verifier.verify(token, now());
        let seen = match &outcome {
            Err(_) => Expected::Refused,
            Ok(claims) => {
                assert!(!claims.may_write(now()), "{name}: may write");
                Expected::Harmless
            }
        };
        assert_eq!(seen, *expected, "{name}: {outcome:?}");
    }
}

#[test]
fn no_refusal_quotes_the_token() {
    let verifier = InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()]);
    let payload = signed(&owner_with("signDate", json!("s3cr3t-in-the-payload")));
    let shown = shown(&verifier.verify(&payload, now()).unwrap_err());
    assert!(!shown.contains("s3cr3t") && !shown.contains(&payload[..16]), "{shown}");
}

/// Without this the test above would pass on a verifier that refuses everything.
#[test]
fn the_token_that_all_attacks_derive_from_is_accepted() {
    let verifier = InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()]);
    let claims = verifier.verify(&signed(&owner()), now()).unwrap();
    assert!(claims.may_write(now()));
    let unknown_fields = owner_with("somethingNew", json!({"a": [1, 2, {"b": null}]}));
    assert!(verifier.verify(&signed(&unknown_fields), now()).unwrap().may_write(now()));
    assert!(verifier.verify(&signed(&owner_with("aid", json!(null))), now()).unwrap().may_write(now()));
}
