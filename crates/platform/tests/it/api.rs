//! Checkout and Get App Instance.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use wixapp_platform::CheckoutRequest;
use wixapp_platform::api::billing::BillingCycle;

use crate::support::{Wix, client, instance, shown};

const CHECKOUT: &str = "/apps/v1/checkout";
const INSTANCE: &str = "/apps/v1/instance";

#[tokio::test]
async fn a_checkout_is_opened_with_all_that_was_said() {
    let wix = Wix::start().await.grants_tokens().await;
    let link = json!({"checkoutUrl": "https://www.wix.com/checkout/1", "token": "c-1"});
    wix.answers("POST", CHECKOUT, ResponseTemplate::new(200).set_body_json(link)).await;
    let request = CheckoutRequest {
        success_url: Some("https://app.example/paid".into()),
        test_checkout: true,
        billing_cycle: Some(BillingCycle::Yearly),
        country_code: Some("DE".into()),
        language_code: Some("de".into()),
        coupon_code: Some("WELCOME".into()),
        ..CheckoutRequest::new("starter")
    };
    let checkout = wix.client.checkout_url(&instance("i-1"), &request).await.unwrap();
    assert_eq!(
        (checkout.checkout_url.as_str(), checkout.token.as_str()),
        ("https://www.wix.com/checkout/1", "c-1")
    );
    let requests = wix.server.received_requests().await.unwrap();
    assert_eq!(
        requests[1].body_json::<Value>().unwrap(),
        json!({"productId": "starter", "successUrl": "https://app.example/paid", "testCheckout": true, "billingCycle": "YEARLY",
               "countryCode": "DE", "languageCode": "de", "couponCode": "WELCOME"})
    );
}

#[rstest::rstest]
#[case("javascript:alert(1)")]
#[case("http://evil.example/checkout")]
#[case("//evil.example/checkout")]
#[case("https://www.wix.com@evil.example/")]
#[case("/checkout/1")]
#[case("")]
#[tokio::test]
async fn a_link_that_no_browser_may_follow_is_malformed(#[case] link: &str) {
    let wix = Wix::start().await.grants_tokens().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"checkoutUrl": link, "token": "c-1"}));
    wix.answers("POST", CHECKOUT, answer).await;
    let error =
        wix.client.checkout_url(&instance("i-1"), &CheckoutRequest::new("starter")).await.unwrap_err();
    assert!(error.is_malformed());
}

#[tokio::test]
async fn a_link_on_the_local_platform_is_followed() {
    let wix = Wix::start().await.grants_tokens().await;
    let link = format!("{}/checkout/c-1", wix.server.uri());
    let answer = ResponseTemplate::new(200).set_body_json(json!({"checkoutUrl": link, "token": "c-1"}));
    wix.answers("POST", CHECKOUT, answer).await;
    assert!(wix.client.checkout_url(&instance("i-1"), &CheckoutRequest::new("starter")).await.is_ok());
}

#[rstest::rstest]
#[case(500)]
#[case(503)]
#[case(429)]
#[tokio::test]
async fn opening_a_checkout_is_never_repeated_by_itself(#[case] status: u16) {
    let wix = Wix::start().await.grants_tokens().await;
    let patient = client(&wix.server.uri(), &wix.clock).attempts(3).build().unwrap();
    wix.answers("POST", CHECKOUT, ResponseTemplate::new(status).insert_header("retry-after", "0")).await;
    let error = patient.checkout_url(&instance("i-1"), &CheckoutRequest::new("starter")).await.unwrap_err();
    assert_eq!(error.status(), Some(status));
    assert_eq!(wix.count(CHECKOUT).await, 1);
}

#[tokio::test]
async fn reading_an_instance_is_tried_three_times() {
    let wix = Wix::start().await.grants_tokens().await;
    let patient = client(&wix.server.uri(), &wix.clock).attempts(3).build().unwrap();
    wix.answers("GET", INSTANCE, ResponseTemplate::new(503).insert_header("retry-after", "0")).await;
    assert!(patient.app_instance(&instance("i-1")).await.unwrap_err().is_unavailable());
    assert_eq!(wix.count(INSTANCE).await, 3);
}

#[rstest::rstest]
#[case::seconds("7", Some(7))]
#[case::date("Thu, 01 Jan 2026 00:02:00 GMT", Some(120))]
#[case::past("Wed, 31 Dec 2025 00:00:00 GMT", Some(0))]
#[case::nonsense("later", None)]
#[tokio::test]
async fn retry_after_is_read_by_the_clients_clock(#[case] value: &str, #[case] seconds: Option<u64>) {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", INSTANCE, ResponseTemplate::new(429).insert_header("retry-after", value)).await;
    let error = wix.client.app_instance(&instance("i-1")).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), seconds.map(Duration::from_secs));
}

#[tokio::test]
async fn an_answer_about_another_instance_is_malformed() {
    let wix = Wix::start().await.grants_tokens().await;
    let answer =
        json!({"instance": {"instanceId": "i-2", "isFree": false, "billing": {"packageName": "scale"}}});
    wix.answers("GET", INSTANCE, ResponseTemplate::new(200).set_body_json(answer)).await;
    assert!(wix.client.app_instance(&instance("i-1")).await.unwrap_err().is_malformed());
}

#[rstest::rstest]
#[case("")]
#[case("null")]
#[case("[]")]
#[case("{}")]
#[case("<html></html>")]
#[case(r#"{"instance": null}"#)]
#[case(r#"{"instance": {"isFree": true}}"#)]
#[case(r#"{"instance": {"instanceId": "i-1", "isFree": "perhaps"}}"#)]
#[case(r#"{"instance": {"instanceId": "i-1", "billing": {}}}"#)]
#[case(r#"{"instance": {"instanceId": "i-1"}"#)]
#[tokio::test]
async fn an_unreadable_answer_is_malformed(#[case] body: &str) {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", INSTANCE, ResponseTemplate::new(200).set_body_string(body)).await;
    assert!(wix.client.app_instance(&instance("i-1")).await.unwrap_err().is_malformed());
}

#[tokio::test]
async fn a_deeply_nested_answer_is_malformed() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", INSTANCE, ResponseTemplate::new(200).set_body_string("[".repeat(100_000))).await;
    assert!(wix.client.app_instance(&instance("i-1")).await.unwrap_err().is_malformed());
}

#[tokio::test]
async fn errors_show_neither_token_nor_body() {
    let wix = Wix::start().await.grants_tokens().await;
    let echo = json!({"message": "token-1", "details": {"applicationError": {"code": "token-1", "description": "token-1"}}});
    wix.answers("GET", INSTANCE, ResponseTemplate::new(400).set_body_json(echo)).await;
    let error = wix.client.app_instance(&instance("i-1")).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(400), None));
    assert!(!shown(&error).contains("token-1"), "{}", shown(&error));
}
