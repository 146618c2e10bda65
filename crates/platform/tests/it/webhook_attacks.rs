//! Webhooks that must not be accepted, generated: more than 120, each named.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wixapp_core::clock::Timestamp;
use wixapp_platform::webhook::{MAX_BODY_LEN, Payload, WebhookVerifier};

use crate::forge::{Signing, app_key, encode, genuine, jwt, other_key};
use crate::support::{at, shown};
use crate::webhook_forgeries;

/// A 1024-bit key, and a webhook genuinely signed with it. Its private half was thrown away.
const SHORT_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCo4LzKZdUYpber/y781B0wHHek
QXTqrn9hdIa76AqFwrTfzthPmPW71vyGJFjRC1hBppehsEIOOxWrj2EeVUw35DWb
w/YCOBjADdcFI1iNMFanrQUIdJjfHeGdcr71aN51m2Hv03BIBxBSEY+tSPCdwy7J
suX7CV7anGtKHd8x6wIDAQAB
-----END PUBLIC KEY-----
";
const SHORT_KEY_JWT: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.\
    eyJkYXRhIjogIntcImV2ZW50VHlwZVwiOiBcIkFwcEluc3RhbGxlZFwiLCBcImluc3RhbmNlSWRcIjogXCJpLTFcIiwgXCJkYXRhXCI6IFwie1xc\
    XCJhcHBJZFxcXCI6IFxcXCJhXFxcIn1cIn0iLCAiaWF0IjogMTc2NzIyNTYwMCwgImV4cCI6IDQxMDI0NDQ4MDB9.MfQGXimxvxZJjUCrzS_sfX\
    PXT9Ibs9vBVb_s893r1RjM-FlJdcsGPjIQYUpRTbNW95ihdz1KP4IBBr1mwlvFulHSs-KHwf4RO2lkqRiDtNc27a-xtrtx0UKcW2N4ahOwtrRZVO\
    21iOzGiGt6YdIf849a4tJe3JyFL51rZffuN1M";

pub(crate) struct Vector {
    name: String,
    body: Vec<u8>,
}

pub(crate) fn refused(name: impl Into<String>, body: impl Into<Vec<u8>>) -> Vector {
    Vector { name: name.into(), body: body.into() }
}

fn now() -> Timestamp {
    at("2026-01-01T00:00:00Z")
}

fn envelope() -> Value {
    json!({"eventType": "AppInstalled", "instanceId": "i-1", "data": r#"{"appId":"a"}"#})
}

fn claims_value() -> Value {
    let iat = now().as_second();
    json!({"data": envelope().to_string(), "iat": iat, "exp": iat + 3600})
}

/// The claims of the webhook that all attacks derive from.
pub(crate) fn claims() -> String {
    claims_value().to_string()
}

fn rs256() -> Value {
    json!({"alg": "RS256", "typ": "JWT"})
}

/// A genuine webhook with one claim replaced, or removed by `None`.
fn with_claim(name: &str, value: Option<Value>) -> String {
    let mut claims = claims_value();
    match value {
        Some(value) => claims[name] = value,
        None => drop(claims.as_object_mut().unwrap().remove(name)),
    }
    genuine(&rs256(), &claims.to_string())
}

fn with_envelope(envelope: &str) -> String {
    with_claim("data", Some(json!(envelope)))
}

fn tampered(good: &str) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for n in (0..good.len()).step_by(13) {
        vectors.push(refused(format!("first {n} characters"), &good[..n]));
        vectors.push(refused(format!("without the first {n} characters"), &good[n + 1..]));
    }
    let parts: Vec<_> = good.split('.').collect();
    for (index, part) in parts.iter().enumerate() {
        let bytes = URL_SAFE_NO_PAD.decode(part).unwrap();
        for bit in (0..bytes.len() * 8).step_by(29) {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let mut parts: Vec<_> = parts.iter().map(|&part| part.to_owned()).collect();
            parts[index] = encode(flipped);
            vectors.push(refused(format!("bit {bit} of part {index} flipped"), parts.join(".")));
        }
        for junk in ["=", "==", " ", "\n", "+", "\0", "ä", "."] {
            let mut parts: Vec<_> = parts.iter().map(|&part| part.to_owned()).collect();
            parts[index].push_str(junk);
            vectors.push(refused(format!("{junk:?} after part {index}"), parts.join(".")));
        }
    }
    vectors
}

fn shapes(good: &str) -> Vec<Vector> {
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let json_form = json!({"protected": header, "payload": claims, "signature": signature}).to_string();
    [
        ("nothing", String::new()),
        ("dots", "..".into()),
        ("many dots", ".".repeat(1000)),
        ("two parts", format!("{header}.{claims}")),
        ("five parts", format!("{good}.{header}.{claims}")),
        ("empty signature", format!("{header}.{claims}.")),
        ("empty header", format!(".{claims}.{signature}")),
        ("detached payload", format!("{header}..{signature}")),
        ("quoted", format!("\"{good}\"")),
        ("JSON form", json_form),
        ("Bearer", format!("Bearer {good}")),
        ("leading space", format!(" {good}")),
        ("line end", format!("{good}\n")),
        ("byte-order mark", format!("\u{feff}{good}")),
        ("form field", format!("jwt={good}")),
        ("parts swapped", format!("{claims}.{header}.{signature}")),
        ("the plain envelope", envelope().to_string()),
        ("the plain claims", claims_value().to_string()),
        ("nested JWT", genuine(&json!({"alg": "RS256", "cty": "JWT"}), good)),
    ]
    .map(|(name, body)| refused(name, body))
    .into_iter()
    .chain([refused("not UTF-8", [good.as_bytes(), &[0xff]].concat()), refused("UTF-16", utf16(good))])
    .collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Signed by the right key, with a header that must not be followed.
fn headers() -> Vec<Vector> {
    let crits = [
        json!(["exp"]),
        json!(["b64"]),
        json!([]),
        json!(null),
        json!("exp"),
        json!(["http://x.example/y"]),
        json!(1),
    ];
    let mut vectors: Vec<_> = crits
        .iter()
        .map(|crit| {
            let header = json!({"alg": "RS256", "crit": crit, "b64": false});
            refused(format!("crit = {crit}"), genuine(&header, &claims()))
        })
        .collect();
    for alg in [json!(null), json!(256), json!(["RS256"]), json!({"name": "RS256"}), json!(true)] {
        vectors.push(refused(format!("alg = {alg}"), genuine(&json!({ "alg": alg }), &claims())));
    }
    let texts = [
        "{}",
        "[]",
        "null",
        "\"RS256\"",
        "",
        "{",
        "RS256",
        r#"{"typ":"JWT"}"#,
        r#"{"alg":"RS256","alg":"none"}"#,
        r#"{"alg":"none","alg":"RS256"}"#,
        r#"{"alg":"RS256","crit":null,"crit":null}"#,
        r#"{"alg":"RS256"}{"alg":"RS256"}"#,
        r#"{"ALG":"RS256"}"#,
        r#"["RS256"]"#,
        r#"{"alg":"RS256",}"#,
    ];
    let key = Signing::Rs256(&app_key().pair);
    vectors.extend(texts.iter().map(|text| refused(format!("header {text:?}"), jwt(text, &claims(), key))));
    vectors
}

/// Signed by the right key, with dates that are missing, of the wrong kind, or wrong.
fn dates() -> Vec<Vector> {
    let iat = now().as_second();
    let odd = [
        json!(null),
        json!(""),
        json!("1767229200"),
        json!(format!("{}", iat + 3600)),
        json!("2027-01-01T00:00:00Z"),
        json!(true),
        json!([iat]),
        json!({"$date": iat}),
        json!(1e300),
        json!(-1e300),
        json!(i64::MAX),
        json!(u64::MAX),
    ];
    let mut vectors = Vec::new();
    for claim in ["exp", "iat"] {
        vectors.push(refused(format!("no {claim}"), with_claim(claim, None)));
        vectors.extend(
            odd.iter().map(|v| refused(format!("{claim} = {v}"), with_claim(claim, Some(v.clone())))),
        );
    }
    for exp in
        [json!(iat), json!(iat - 1), json!(0), json!(-1), json!(iat - 86_400), json!(i64::MIN), json!(-1.5)]
    {
        vectors.push(refused(format!("exp = {exp}"), with_claim("exp", Some(exp))));
    }
    for ahead in [61, 3_600, 86_400 * 365] {
        vectors.push(refused(format!("iat {ahead} s ahead"), with_claim("iat", Some(json!(iat + ahead)))));
    }
    let twice = claims().replacen('{', r#"{"exp":1,"#, 1);
    vectors.push(refused("exp twice", genuine(&rs256(), &twice)));
    vectors
}

/// Signed by the right key, but not a webhook: each layer in turn is broken.
fn layers() -> Vec<Vector> {
    let not_an_envelope = [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{}",
        "{\"eventType\":\"X\"}",
        "{\"instanceId\":\"i\"}",
        r#"{"eventType":7,"instanceId":"i"}"#,
        r#"{"eventType":"X","instanceId":7}"#,
        r#"{"eventType":"","instanceId":"i"}"#,
        r#"{"eventType":"X Y","instanceId":"i"}"#,
        r#"{"eventType":"X","instanceId":"a b"}"#,
        r#"{"eventType":"X","instanceId":"i"} trailing"#,
        r#"{"eventType":"X","eventType":"Y","instanceId":"i"}"#,
        r#"{"eventType":"X","instanceId":"i","instanceId":"j"}"#,
        r#"["X","i","{}",null]"#,
    ];
    let mut vectors: Vec<_> = not_an_envelope
        .iter()
        .map(|text| refused(format!("envelope {text:?}"), with_envelope(text)))
        .collect();
    vectors.push(refused("no data", with_claim("data", None)));
    for data in [json!(null), json!(7), envelope(), json!([envelope()])] {
        vectors.push(refused(format!("data = {data}"), with_claim("data", Some(data))));
    }
    // A service-plugin call is signed by the same key; as a webhook it means nothing.
    let plugin = json!({"data": {"request": {}, "metadata": {}}, "iss": "wix.com", "aud": "a", "iat": 1, "exp": 1_i64 << 33});
    vectors.push(refused("a service-plugin call", genuine(&rs256(), &plugin.to_string())));
    let by_position = json!([envelope().to_string(), now().as_second(), now().as_second() + 60]).to_string();
    for text in [by_position.as_str(), "", "null", "[]", "{", "x", "\u{feff}{}"] {
        vectors.push(refused(format!("claims {text:?}"), genuine(&rs256(), text)));
    }
    vectors
}

fn bombs() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for depth in [65, 129, 10_000, 30_000] {
        let bomb = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let open = "{\"a\":".repeat(depth / 5);
        let with = |field: &str, text: &str| {
            let mut envelope = envelope();
            envelope[field] = json!(text);
            with_envelope(&envelope.to_string())
        };
        let in_header = format!(r#"{{"alg":"RS256","x":{bomb}}}"#);
        let key = Signing::Rs256(&app_key().pair);
        vectors.push(refused(format!("header {depth} deep"), jwt(&in_header, &claims(), key)));
        vectors.push(refused(
            format!("claims {depth} deep"),
            genuine(&rs256(), &claims().replacen('{', &format!(r#"{{"x":{bomb},"#), 1)),
        ));
        vectors.push(refused(
            format!("envelope {depth} deep"),
            with_envelope(&envelope().to_string().replacen('{', &format!(r#"{{"x":{bomb},"#), 1)),
        ));
        vectors.push(refused(format!("payload {depth} deep"), with("data", &bomb)));
        vectors.push(refused(format!("identity {depth} deep"), with("identity", &bomb)));
        if depth > 1_000 {
            vectors.push(refused(format!("payload {depth} bytes open"), with("data", &open)));
        }
    }
    let mut long = claims_value();
    long["x"] = json!("y".repeat(MAX_BODY_LEN));
    let long = genuine(&rs256(), &long.to_string());
    vectors.push(refused("genuine but too large", long));
    vectors.push(refused("endless text", "A".repeat(MAX_BODY_LEN + 1)));
    vectors.push(refused("endless dots", ".".repeat(MAX_BODY_LEN)));
    vectors
}

fn vectors() -> Vec<Vector> {
    let good = genuine(&rs256(), &claims());
    let mut vectors: Vec<_> = [tampered(&good), shapes(&good), headers(), dates(), layers(), bombs()]
        .into_iter()
        .flatten()
        .chain(webhook_forgeries::vectors())
        .collect();
    vectors.push(refused("signed with a 1024-bit key", SHORT_KEY_JWT));
    vectors
}

fn verifier() -> WebhookVerifier {
    WebhookVerifier::from_pems(&[&app_key().pem]).unwrap()
}

#[test]
fn no_attack_is_accepted() {
    let (verifier, vectors) = (verifier(), vectors());
    let distinct: std::collections::HashSet<_> = vectors.iter().map(|v| &v.body).collect();
    assert!(distinct.len() >= 120, "only {} vectors", distinct.len());
    for Vector { name, body } in &vectors {
        let outcome = verifier.verify(body, now());
        assert!(outcome.is_err(), "{name}: {outcome:?}");
    }
}

#[test]
fn short_keys_are_refused_before_anything_is_verified() {
    let error = WebhookVerifier::from_pems(&[SHORT_KEY]).unwrap_err();
    assert!(error.is_config(), "{error}");
    assert!(WebhookVerifier::from_pems(&[&app_key().pem, SHORT_KEY]).is_err());
}

#[test]
fn no_refusal_quotes_the_body() {
    let body = with_envelope(r#"{"eventType":"s3cr3t ","instanceId":"i"}"#);
    let shown = shown(&verifier().verify(body.as_bytes(), now()).unwrap_err());
    assert!(!shown.contains("s3cr3t") && !shown.contains(&body[..16]), "{shown}");
}

/// Without this the tests above would pass on a verifier that refuses everything.
#[test]
fn the_webhook_that_all_attacks_derive_from_is_accepted() {
    let event = verifier().verify(genuine(&rs256(), &claims()).as_bytes(), now()).unwrap();
    assert!(matches!(event.payload, Payload::AppInstalled(_)));
    assert_eq!((event.instance_id.as_str(), event.payload_text.as_str()), ("i-1", r#"{"appId":"a"}"#));
}

/// Key hints in the header of a genuine webhook are ignored, neither followed nor refused.
#[test]
fn key_hints_of_a_genuine_webhook_are_ignored() {
    let header = json!({
        "alg": "RS256", "kid": "../../dev/null", "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/",
        "jwk": {"kty": "RSA", "n": encode(&other_key().der), "e": "AQAB"}, "x5c": ["AAAA"], "typ": "at+jwt",
    });
    assert!(verifier().verify(genuine(&header, &claims()).as_bytes(), now()).is_ok());
}

#[test]
fn fractional_dates_are_numbers_too() {
    let iat = now().as_second();
    let body = genuine(&rs256(), &json!({"data": envelope().to_string(), "iat": f64::from(i32::try_from(iat).unwrap()) + 0.75, "exp": 2e9}).to_string());
    assert_eq!(verifier().verify(body.as_bytes(), now()).unwrap().issued_at, now());
}

#[test]
fn the_largest_accepted_body_is_read() {
    let room = MAX_BODY_LEN / 4 * 3 - 1_000;
    let data = json!({"appId": "a".repeat(room)}).to_string();
    let envelope = json!({"eventType": "AppInstalled", "instanceId": "i-1", "data": data});
    let body = with_envelope(&envelope.to_string());
    assert!(body.len() > MAX_BODY_LEN * 9 / 10 && body.len() <= MAX_BODY_LEN, "{}", body.len());
    assert!(verifier().verify(body.as_bytes(), now()).is_ok());
}

#[test]
fn known_events_with_unreadable_payloads_and_unknown_events_are_still_events() {
    let event = |event_type: &str, data: &str| {
        let envelope = json!({"eventType": event_type, "instanceId": "i-1", "data": data});
        verifier().verify(with_envelope(&envelope.to_string()).as_bytes(), now()).unwrap()
    };
    let unreadable = event("PaidPlanPurchased", "not json");
    assert!(matches!(unreadable.payload, Payload::Unreadable { .. }));
    assert_eq!(unreadable.payload_text, "not json");
    assert_eq!(event("SomethingNew", "{}").payload, Payload::Unknown);
}
