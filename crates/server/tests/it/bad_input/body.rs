//! Bodies: fields that cannot be, and texts that are no object of them.

use serde_json::{Value, json};
use wixapp_core::ErrorCode;

use super::Stage;
use crate::catalogue::{Operation, operations};

/// Values that the field does not take, as JSON text.
fn bad_values(field: &str) -> Vec<String> {
    let number = [
        "-1",
        "0",
        "1.5",
        "1e309",
        "-1e309",
        "\"5\"",
        "true",
        "[]",
        "{}",
        "1e2",
        "9223372036854775808",
        "[1]",
        "NaN",
        "-Infinity",
    ];
    let text = ["5", "true", "[]", "{}", "[\"a\"]", "1e309"];
    let quoted = |texts: &[&str]| texts.iter().map(|text| json!(text).to_string()).collect::<Vec<_>>();
    let long = |length: usize| "x".repeat(length);
    let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    match field {
        "amount" => own(&number),
        "ttlS" => [own(&number), own(&["604801"])].concat(),
        "action" => {
            [own(&text), quoted(&["", "a b", "ä", "a\0", "a\nb", &long(65)]), own(&["null"])].concat()
        }
        "reference" => [own(&text), quoted(&[&long(201), "a\0b", "a\nb", &"ä".repeat(101)])].concat(),
        "holdId" | "planId" => {
            [own(&text), quoted(&["", "a b", "a/b", "ä", "a\0", &long(129)]), own(&["null"])].concat()
        }
        "billingCycle" => {
            [own(&text), quoted(&["", "monthly", "WEEKLY", "MONTHLY "]), own(&["null"])].concat()
        }
        "couponCode" => [own(&text), quoted(&["", "a b", "ä", "a\0", &long(65)])].concat(),
        "languageCode" | "countryCode" => [own(&text), quoted(&["", "e", "eng", "e1", "ää"])].concat(),
        "topUpId" => [own(&text), quoted(&["", "a b", "starter", &long(129)]), own(&["null"])].concat(),
        "code" => [own(&text), quoted(&["", "a\0", "a\nb", &long(65)]), own(&["null"])].concat(),
        "address" => {
            let odd = ["", "a", "a@", "a@b,c@d", "a b@c", "a@b\r\nBcc: c@d", "ä@b", "a@b\0"];
            [own(&text), quoted(&odd), quoted(&[&format!("a@{}", long(255))])].concat()
        }
        "language" => [own(&text), quoted(&["", "fr", "EN", "en "]), own(&["null"])].concat(),
        "lowCredits" | "billingIssue" | "planChanged" | "creditsGranted" => {
            own(&["0", "1", "\"true\"", "[]", "{}", "null", "1e309"])
        }
        "eventName" => [
            own(&text),
            quoted(&["", "CUSTOM ", "custom", "CHARGE", "FUNDS_RETURNED", "APP_UPGRADED"]),
            own(&["null"]),
        ]
        .concat(),
        "customEventName" => [own(&text), quoted(&["", "a\0", "a\nb", &long(101)]), own(&["null"])].concat(),
        "eventData" => {
            let many: serde_json::Map<String, Value> = (0..51).map(|n| (n.to_string(), json!("v"))).collect();
            let odd = [
                json!({ "": "v" }),
                json!({ "a": "v\0" }),
                json!({ "a\n": "v" }),
                json!({ long(101): "v" }),
                json!({ "a": long(1_001) }),
                json!({ "a": 5 }),
                json!({ "a": null }),
                json!({ "a": {} }),
                json!(many),
            ];
            let wrong = own(&["5", "true", "[]", "[\"a\"]", "\"a\"", "1e309"]);
            wrong.into_iter().chain(odd.iter().map(Value::to_string)).collect()
        }
        "end" => [own(&text), quoted(&["", "WELL", "nowhere"]), own(&["null"])].concat(),
        "ends" => own(&["5", "{}", "\"well\"", "[5]", "[\"WELL\"]", "[null]", "[[]]", "null", "1e309"]),
        other => panic!("no bad values are known for the field {other}"),
    }
}

/// The good body with this field set to a JSON text.
fn spoilt(good: &Value, field: &str, text: &str) -> String {
    let mut fields: Vec<String> = good
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != field)
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    fields.push(format!("{}:{text}", json!(field)));
    format!("{{{}}}", fields.join(","))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_of_every_body_refuses_what_it_cannot_be() {
    let stage = Stage::new().await;
    let mut tried = 0;
    for operation in operations() {
        let Some(good) = operation.good_body(&stage.things) else { continue };
        for field in &operation.fields {
            for value in bad_values(field) {
                let body = spoilt(&good, field, &value);
                let answer = stage.with_body(&operation, "application/json", body.clone()).await;
                assert_eq!(answer.status, 422, "{} {body:.200}: {}", operation.id, answer.text);
                answer.refused(ErrorCode::InvalidRequest);
                tried += 1;
            }
        }
        stage.unchanged(&operation.id);
    }
    assert!(tried > 200, "{tried}");
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_body_refuses_what_is_no_object_of_its_fields() {
    let stage = Stage::new().await;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for operation in operations() {
        let Some(good) = operation.good_body(&stage.things) else { continue };
        let first = operation.fields.iter().find(|field| good.get(field.as_str()).is_some()).unwrap();
        let twice =
            good.to_string().replacen('{', &format!("{{{}:{},", json!(first), good[first.as_str()]), 1);
        let values: Vec<&Value> = good.as_object().unwrap().values().collect();
        let unfit = [
            spoilt(&good, "surprise", "1"),
            spoilt(&good, "__proto__", "{}"),
            "{}".to_owned(),
            json!(values).to_string(),
            json!([good]).to_string(),
            json!(good.to_string()).to_string(),
            "null".to_owned(),
            "true".to_owned(),
            "5".to_owned(),
            "-0".to_owned(),
            "1e309".to_owned(),
            nested(100),
            twice,
        ];
        for body in unfit {
            let answer = stage.with_body(&operation, "application/json", body.clone()).await;
            assert_eq!(answer.status, 422, "{} {body:.200}: {}", operation.id, answer.text);
            answer.refused(ErrorCode::InvalidRequest);
        }
        let broken: [Vec<u8>; 11] = [
            Vec::new(),
            b"   ".to_vec(),
            b"{".to_vec(),
            b"{\"amount\":1,}".to_vec(),
            b"NaN".to_vec(),
            b"nul".to_vec(),
            b"\xff\xfe{}".to_vec(),
            b"{\"action\":\"\\ud800\"}".to_vec(),
            format!("{good}{good}").into_bytes(),
            format!("{good}\0").into_bytes(),
            [b"{\"a\":", "[".repeat(30_000).as_bytes()].concat(),
        ];
        for body in broken {
            let shown = String::from_utf8_lossy(&body).into_owned();
            let answer = stage.with_body(&operation, "application/json", body).await;
            assert!([400, 422].contains(&answer.status), "{} {shown:.200}: {}", operation.id, answer.text);
            answer.refused_somehow();
        }
        stage.unchanged(&operation.id);
    }
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_must_come_as_json_and_be_small() {
    let stage = Stage::new().await;
    for operation in operations() {
        let Some(good) = operation.good_body(&stage.things) else { continue };
        let kinds = [
            "",
            "text/plain",
            "text/json",
            "application/x-www-form-urlencoded",
            "application/jsonx",
            "json",
            ";",
        ];
        for kind in kinds {
            let answer = stage.with_body(&operation, kind, good.to_string()).await;
            assert_eq!(answer.status, 415, "{} as {kind}: {}", operation.id, answer.text);
            answer.refused(ErrorCode::UnsupportedMediaType);
        }
        let large = spoilt(&good, "surprise", &json!("x".repeat(70 * 1024)).to_string());
        stage.with_body(&operation, "application/json", large).await.refused(ErrorCode::PayloadTooLarge);
        stage.unchanged(&operation.id);
    }
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_that_need_no_body_take_none_or_an_empty_one() {
    let stage = Stage::new().await;
    let without =
        |operation: &Operation| operation.writes() && operation.is_secured && operation.fields.is_empty();
    let operations: Vec<Operation> = operations().into_iter().filter(without).collect();
    assert_eq!(operations.len(), 5);
    for operation in &operations {
        let json = "application/json";
        let bad = [
            (json, "{\"x\":1}".to_owned(), ErrorCode::InvalidRequest),
            (json, "[]".to_owned(), ErrorCode::InvalidRequest),
            (json, "null".to_owned(), ErrorCode::InvalidRequest),
            (json, "{".to_owned(), ErrorCode::MalformedJson),
            ("text/plain", "hello".to_owned(), ErrorCode::UnsupportedMediaType),
            (json, "x".repeat(70 * 1024), ErrorCode::PayloadTooLarge),
        ];
        for (kind, body, code) in bad {
            stage.with_body(operation, kind, body).await.refused(code);
        }
        stage.unchanged(&operation.id);
    }
    for operation in &operations {
        for (kind, body) in [("application/json", " {} "), ("", "")] {
            let answer = stage.with_body(operation, kind, body).await;
            match operation.id.as_str() {
                // Its plan is sold at Wix, and its job is done.
                "billing_portal_url" | "jobs_cancel" => _ = answer.refused(ErrorCode::Conflict),
                _ => _ = answer.data(),
            }
        }
    }
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_amount_names_the_field_the_rule_and_what_came() {
    let stage = Stage::new().await;
    let spend = operations().into_iter().find(|operation| operation.id == "credits_spend").unwrap();
    for (value, end) in [
        ("0", ", not 0."),
        ("-1", ", not -1."),
        ("1.5", ", not 1.5."),
        ("1e309", ", not 1e309."),
        ("NaN", ", not NaN."),
        ("\"5\"", ", not text."),
        ("null", ", not null."),
        ("9223372036854775808", ", and 9223372036854775808 is too large."),
    ] {
        let body = format!("{{\"amount\":{value},\"action\":\"a\"}}");
        let answer = stage.with_body(&spend, "application/json", body).await;
        let refusal = answer.refused(ErrorCode::InvalidRequest);
        assert_eq!(refusal["message"], format!("`amount` must be a whole number of 1 or more{end}"));
    }
    stage.app.finish().await;
}
