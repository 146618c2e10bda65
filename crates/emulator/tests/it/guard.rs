//! Other web pages cannot use the page API.

use reqwest::Method;
use serde_json::json;

use crate::stage::{Stage, reply};

#[tokio::test]
async fn a_rebound_host_name_is_refused_everywhere_on_the_page_api() {
    let stage = Stage::new().await;
    for path in ["state", "clock", "deliveries", "live", "unknown"] {
        let call = stage.request(Method::GET, &format!("/_emulator/{path}")).header("host", "evil.example");
        let answer = reply(call).await;
        assert_eq!((answer.status, answer.code()), (403, "foreign_host"), "{path}");
    }
    for host in ["localhost:4100", "127.0.0.1", "[::1]:4100"] {
        let call = stage.request(Method::GET, "/_emulator/state").header("host", host);
        assert_eq!(reply(call).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_foreign_page_can_neither_install_nor_pay() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    let pay = format!("/_emulator/checkout/{}/pay", checkout.token);
    let card = json!({ "cardNumber": "4242424242424242", "expiry": "12/30", "cvc": "123", "name": "M" });
    let post = |path: &str| stage.request(Method::POST, path).json(&card);

    let simple = reply(post(&pay)).await;
    assert_eq!(
        (simple.status, simple.code()),
        (403, "missing_marker"),
        "what a form of another page can send"
    );
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let answer = reply(post(&pay).header("x-emulator", "1").header("origin", origin)).await;
        assert_eq!((answer.status, answer.code()), (403, "foreign_origin"), "{origin}");
    }
    let own = reply(post(&pay).header("x-emulator", "1").header("origin", &stage.base)).await;
    assert_eq!(own.status, 200);
}

#[tokio::test]
async fn no_origin_is_ever_granted_access() {
    let stage = Stage::new().await;
    let preflight = stage
        .request(Method::OPTIONS, "/_emulator/clock/advance")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "x-emulator,content-type");
    let response = preflight.send().await.unwrap();
    assert!(!response.status().is_success());
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}
