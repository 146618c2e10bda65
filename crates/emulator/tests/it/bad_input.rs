//! Every address with every kind of bad input: the right 4xx, a stable code, and nothing changed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Reply, Stage, credentials, reply};

/// Every writing address with a body it accepts.
async fn writes(stage: &Stage) -> Vec<(String, Value)> {
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let checkout = stage.order(&instance, "pro", "MONTHLY").token;
    let delivery = stage.emulator.deliveries()[0].delivery_id.clone();
    let invoice = stage.emulator.invoices(&instance).unwrap()[0].invoice_id.clone();
    let site = stage.emulator.sites()[1].site_id.clone();
    let card = json!({ "cardNumber": "4242424242424242", "expiry": "12/30", "cvc": "123", "name": "M" });
    vec![
        (format!("/_emulator/sites/{site}/install"), json!({})),
        (format!("/_emulator/sites/{site}/uninstall"), json!({})),
        (format!("/_emulator/sites/{site}/duplicate"), json!({})),
        (format!("/_emulator/sites/{site}/transfer"), json!({ "name": "A", "email": "a@b.example" })),
        (format!("/_emulator/sites/{site}/access-token"), json!({})),
        (format!("/_emulator/sites/{site}/install-link"), json!({})),
        (format!("/_emulator/instances/{instance}/auto-renew"), json!({ "enabled": true })),
        (
            format!("/_emulator/instances/{instance}/checkout"),
            json!({ "productId": "pro", "billingCycle": "MONTHLY" }),
        ),
        (format!("/_emulator/instances/{instance}/end-plan"), json!({ "reason": "USER_CANCEL" })),
        (format!("/_emulator/instances/{instance}/card"), json!({ "fails": true })),
        (format!("/_emulator/instances/{instance}/charges"), json!({ "intent": "DISPLAY_ONLY" })),
        (format!("/_emulator/instances/{instance}/charges/limit"), json!({})),
        (format!("/_emulator/instances/{instance}/charges/raise-limit"), json!({ "chargeLimit": "9.00" })),
        (format!("/_emulator/instances/{instance}/usages"), json!({ "counterIds": ["a"] })),
        (format!("/_emulator/invoices/{invoice}/pay"), json!({})),
        (format!("/_emulator/invoices/{invoice}/fail"), json!({})),
        (format!("/_emulator/invoices/{invoice}/refund"), json!({ "endPlan": false })),
        (format!("/_emulator/invoices/{invoice}/charge-back"), json!({ "endPlan": false })),
        (
            "/_emulator/app/settings".to_owned(),
            json!({ "externalPricingPage": true, "trialDays": 14, "permissions": ["READ-SECRETS"] }),
        ),
        ("/_emulator/coupons".to_owned(), json!({ "code": "A", "name": "A", "percentOff": 10 })),
        (format!("/_emulator/checkout/{checkout}/coupon"), json!({ "code": "GIFT100" })),
        (format!("/_emulator/checkout/{checkout}/pay"), card),
        (format!("/_emulator/checkout/{checkout}/cancel"), json!({})),
        ("/_emulator/clock/advance".to_owned(), json!({ "duration": "1s" })),
        ("/_emulator/clock/next-event".to_owned(), json!({})),
        ("/_emulator/clock/set".to_owned(), json!({ "to": "2027-03-01" })),
        ("/_emulator/clock/run".to_owned(), json!({ "perSecond": null })),
        ("/_emulator/chaos".to_owned(), json!({ "on": true, "seed": 7 })),
        ("/_emulator/snapshots".to_owned(), json!({ "name": "now" })),
        ("/_emulator/snapshots/now/restore".to_owned(), json!({})),
        ("/_emulator/scenarios".to_owned(), json!({ "text": "next" })),
        ("/_emulator/trigger".to_owned(), json!({ "event": "AppInstalled" })),
        ("/_emulator/replay".to_owned(), json!({ "from": "2027-03-02" })),
        (
            "/_emulator/replay/instances".to_owned(),
            json!({ "instances": [{ "instanceId": "i", "origin": null, "past": { "said": [], "presence": [] } }] }),
        ),
        (
            "/_emulator/replay/webhooks".to_owned(),
            json!({ "until": "2027-03-03", "webhooks": [{
                "at": "2027-03-02T00:00:00Z", "happenedAt": "2027-03-02T00:00:00Z", "instanceId": "i",
                "event": "AppInstalled", "data": {},
            }] }),
        ),
        (format!("/_emulator/deliveries/{delivery}/resend"), json!({ "times": 1 })),
        ("/_fake-network/posts".to_owned(), json!({ "text": "a", "network": "n", "idempotencyKey": "k" })),
        ("/oauth2/token".to_owned(), credentials(instance.as_str())),
        ("/oauth2/token-info".to_owned(), json!({ "token": "t" })),
        ("/apps/v1/checkout".to_owned(), json!({ "productId": "starter" })),
        (
            "/oauth/access".to_owned(),
            json!({ "grant_type": "authorization_code", "client_id": "a", "client_secret": "b", "code": "c" }),
        ),
        ("/apps/v1/bi-event".to_owned(), json!({ "eventName": "CUSTOM", "customEventName": "a" })),
        ("/apps/v1/scripts".to_owned(), json!({ "properties": { "parameters": {} }, "componentId": "a" })),
        (SECRETS.to_owned(), json!({ "secret": { "name": "a", "value": "b" } })),
    ]
}

const SECRETS: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

const READS: [&str; 17] = [
    "/_emulator/chaos",
    "/_emulator/snapshots",
    "/_emulator/timeline",
    "/_emulator/state",
    "/_emulator/clock",
    "/_emulator/deliveries",
    "/_emulator/live",
    "/_emulator/checkout/x",
    "/_emulator/deliveries/x",
    "/_emulator/instances/x/invoices",
    "/_fake-network/posts/x",
    "/apps/v1/instance",
    "/apps/v1/checkout/history",
    "/_emulator/app/settings",
    "/_emulator/coupons",
    "/_emulator/bi-events",
    "/_emulator/instances/x/charges",
];

struct Attack<'a> {
    stage: &'a Stage,
    token: String,
}

impl Attack<'_> {
    async fn send(&self, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Reply {
        let request =
            self.stage.request(Method::POST, path).header("x-emulator", "1").header("content-type", kind);
        let wix = path.starts_with("/apps") || path.starts_with("/_api");
        let request = if wix { request.header("authorization", &self.token) } else { request };
        reply(request.body(body)).await
    }
}

/// Wix's own API answers 400 where the page API answers 422, and writes its codes in capitals.
fn matches(answer: &Reply, status: u16, code: &str) -> bool {
    let wix = answer.json["details"].is_object();
    let status = if wix && status == 422 { 400 } else { status };
    answer.status == status && answer.code().eq_ignore_ascii_case(code)
}

#[tokio::test]
async fn malformed_bodies_are_refused_with_the_right_code_and_change_nothing() {
    let stage = Stage::new().await;
    let writes = writes(&stage).await;
    let token = stage.token(&stage.emulator.sites()[0].install.clone().unwrap().instance_id).await;
    let attack = Attack { stage: &stage, token };
    let before = stage.get("/_emulator/state").await;
    let deep = "[".repeat(50_000);
    for (path, good) in &writes {
        let json = "application/json";
        let oversize = format!("{{\"x\":\"{}\"}}", "x".repeat(64 * 1024));
        for (body, status, code) in [
            ("{".to_owned(), 400, "malformed_json"),
            ("{\"a\":1,}".to_owned(), 400, "malformed_json"),
            ("\u{0}".to_owned(), 400, "malformed_json"),
            ("NaN".to_owned(), 400, "malformed_json"),
            ("null".to_owned(), 422, "invalid_request"),
            ("[1]".to_owned(), 422, "invalid_request"),
            (
                Value::Array(good.as_object().unwrap().values().cloned().collect()).to_string(),
                422,
                "invalid_request",
            ),
            ("\"text\"".to_owned(), 422, "invalid_request"),
            ("1e309".to_owned(), 422, "invalid_request"),
            ("{} {}".to_owned(), 400, "malformed_json"),
            (oversize, 413, "payload_too_large"),
        ] {
            let answer = attack.send(path, json, body.clone()).await;
            let shown: String = body.chars().take(40).collect();
            assert!(matches(&answer, status, code), "{path} {shown}: {answer:?}");
            assert!(answer.json["message"].as_str().is_some_and(|text| text.len() > 10), "{answer:?}");
        }
        let answer = attack.send(path, json, deep.clone()).await;
        assert!(matches!(answer.status, 400 | 422), "{path}: {answer:?}");
        let answer = attack.send(path, json, vec![0xff, 0xfe]).await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
    }
    assert_eq!(stage.get("/_emulator/state").await, before);
}

#[tokio::test]
async fn a_field_that_is_not_known_is_refused_on_the_pages_and_ignored_by_wixs_api() {
    let stage = Stage::new().await;
    let writes = writes(&stage).await;
    let token = stage.token(&stage.emulator.sites()[0].install.clone().unwrap().instance_id).await;
    let attack = Attack { stage: &stage, token };
    for (path, good) in &writes {
        let mut extra = good.clone();
        extra["surprise"] = json!(1);
        let own = path.starts_with("/_emulator") || path.starts_with("/_fake");
        if own {
            let answer = attack.send(path, "application/json", extra.to_string()).await;
            assert!(matches(&answer, 422, "invalid_request"), "{path}: {answer:?}");
            assert!(answer.json["message"].as_str().unwrap().contains("surprise"), "{answer:?}");
            continue;
        }
        let with = attack.send(path, "application/json", extra.to_string()).await;
        let without = attack.send(path, "application/json", good.to_string()).await;
        assert!(!matches!(with.status, 500..) && !with.json.to_string().contains("surprise"), "{with:?}");
        // A secret's name is taken once.
        assert!(with.status == without.status || path == SECRETS, "{path}: {with:?}, {without:?}");
    }
}

#[tokio::test]
async fn every_field_of_the_wrong_type_is_refused() {
    let stage = Stage::new().await;
    let writes = writes(&stage).await;
    let token = stage.token(&stage.emulator.sites()[0].install.clone().unwrap().instance_id).await;
    let attack = Attack { stage: &stage, token };
    let before = stage.get("/_emulator/state").await;
    for (path, good) in
        writes.iter().filter(|(_, good)| good.as_object().is_some_and(|fields| !fields.is_empty()))
    {
        for field in good.as_object().unwrap().keys() {
            for wrong in [json!([]), json!({}), json!(-1), json!(1.5), json!(u64::MAX), json!({ "a": [] })] {
                // A list or object is no wrong type where one is asked for; Wix's API ignores fields it does not know.
                let right = (wrong == json!([]) && good[field].is_array())
                    || (wrong.is_object() && good[field].is_object());
                if right {
                    continue;
                }
                let mut body = good.clone();
                body[field] = wrong.clone();
                let answer = attack.send(path, "application/json", body.to_string()).await;
                assert!((400..=422).contains(&answer.status), "{path} {field}={wrong}: {answer:?}");
                assert!(!answer.code().is_empty(), "{answer:?}");
            }
        }
    }
    assert_eq!(stage.get("/_emulator/state").await, before);
}

#[tokio::test]
async fn only_json_is_taken() {
    let stage = Stage::new().await;
    let writes = writes(&stage).await;
    let token = stage.token(&stage.emulator.sites()[0].install.clone().unwrap().instance_id).await;
    let attack = Attack { stage: &stage, token };
    for (path, good) in
        writes.iter().filter(|(_, good)| good.as_object().is_some_and(|fields| !fields.is_empty()))
    {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/jsonp",
            "",
        ] {
            let answer = attack.send(path, kind, good.to_string()).await;
            assert!(matches(&answer, 415, "unsupported_media_type"), "{path} {kind}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_off_too() {
    let stage = Stage::new().await;
    let part = axum::body::Bytes::from(vec![b' '; 16 * 1024]);
    let parts = futures_util::stream::iter((0..5).map(move |_| Ok::<_, std::io::Error>(part.clone())));
    let request = stage.request(Method::POST, "/oauth2/token").header("content-type", "application/json");
    let answer = reply(request.body(reqwest::Body::wrap_stream(parts))).await;
    assert_eq!((answer.status, answer.code()), (413, "PAYLOAD_TOO_LARGE"));
}

#[tokio::test]
async fn wrong_methods_and_unknown_addresses_are_json_errors() {
    let stage = Stage::new().await;
    let writes = writes(&stage).await;
    let reads = READS.iter().map(|path| ((*path).to_owned(), [Method::DELETE, Method::PUT, Method::PATCH]));
    let writes = writes.into_iter().map(|(path, _)| (path, [Method::DELETE, Method::PUT, Method::PATCH]));
    for (path, methods) in reads.chain(writes) {
        for method in methods {
            let answer = reply(stage.request(method.clone(), &path).header("x-emulator", "1")).await;
            assert!(matches(&answer, 405, "method_not_allowed"), "{method} {path}: {answer:?}");
        }
    }
    for path in [
        "/_emulator/nothing",
        "/_emulator",
        "/apps/v2/instance",
        "/oauth2",
        "/_fake-network/",
        "/wix-data/v2",
    ] {
        let answer = stage.get(path).await;
        assert!(matches(&answer, 404, "not_found"), "{path}: {answer:?}");
    }
    let page = reply(stage.request(Method::POST, "/dashboard/x/home")).await;
    assert_eq!((page.status, page.code()), (405, "method_not_allowed"));
}

#[tokio::test]
async fn odd_paths_and_queries_are_refused_politely() {
    let stage = Stage::new().await;
    stage.install().await;
    for (path, status) in [
        ("/_emulator/deliveries?limit=0", 422),
        ("/_emulator/deliveries?limit=301", 422),
        ("/_emulator/deliveries?limit=-1", 422),
        ("/_emulator/deliveries?limit=ten", 422),
        ("/_emulator/deliveries?limit=99999999999999999999", 422),
        ("/_emulator/deliveries?limit=%zz", 422),
        ("/_emulator/deliveries?after=%ff", 422),
        ("/_emulator/deliveries?limit=1&limit=1", 422),
        ("/_emulator/deliveries?surprise=1", 422),
        ("/_emulator/deliveries?after=unknown", 404),
        ("/_emulator/deliveries/%ff", 400),
        ("/_emulator/checkout/%ff%00", 400),
        ("/_emulator/deliveries/..%2f..%2fetc%2fpasswd", 404),
        ("/_emulator/checkout/%00", 404),
    ] {
        let answer = stage.get(path).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(!answer.code().is_empty(), "{path}");
    }
    let long = format!("/_emulator/sites/{}/app-frame?a={}", stage.site_id(), "x".repeat(5_000));
    assert_eq!(stage.get(&long).await.code(), "invalid_request");
    let id = "x".repeat(10_000);
    assert_eq!(stage.get(&format!("/_emulator/checkout/{id}")).await.status, 404);
}

#[tokio::test]
async fn repetitions_are_one_to_twenty_of_a_known_delivery() {
    let stage = Stage::new().await;
    stage.install().await;
    let id = stage.emulator.deliveries()[0].delivery_id.clone();
    for times in [json!(0), json!(21), json!(-1), json!(1.5), json!("1"), json!(null), json!(u64::MAX)] {
        let answer =
            stage.post(&format!("/_emulator/deliveries/{id}/resend"), &json!({ "times": times })).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid_request"), "{times}");
    }
    assert_eq!(stage.post("/_emulator/deliveries/nothing/resend", &json!({ "times": 1 })).await.status, 404);
    assert_eq!(stage.emulator.deliveries().len(), 1);
}
