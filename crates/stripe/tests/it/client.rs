//! Calling Stripe: what is sent, what is repeated, and what is made of the answers.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};
use wixapp_stripe::event::Metadata;
use wixapp_stripe::{ApiKey, CheckoutMode, Error, NewCheckout, PlanChange, StripeClient};

use crate::sample;

const KEY: &str = "sk_test_0123456789abcdef";

fn client(server: &MockServer) -> StripeClient {
    let builder = StripeClient::builder(ApiKey::new(KEY).unwrap()).base_url(server.uri());
    builder.timeout(Duration::from_secs(2)).build().unwrap()
}

fn wanted() -> NewCheckout {
    NewCheckout {
        mode: CheckoutMode::Subscription,
        price_id: "price_starter_monthly".to_owned(),
        success_url: "https://manage.wix.com/dashboard/s?payment=success&checkout=chk_1".to_owned(),
        cancel_url: "https://manage.wix.com/dashboard/s".to_owned(),
        customer: None,
        metadata: Metadata {
            app_id: Some("app-1".to_owned()),
            instance_id: Some("site-1".to_owned()),
            plan_id: Some("starter".to_owned()),
            billing_cycle: Some("MONTHLY".to_owned()),
            checkout_id: Some("chk_1".to_owned()),
        },
        locale: None,
        promotion_code: None,
    }
}

fn session() -> Value {
    json!({ "id": "cs_test_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_test_1",
        "expires_at": sample::CREATED + 86_400, "customer": null, "subscription": null })
}

/// Answers one after the other, and keeps what was asked.
struct Script(Mutex<Vec<ResponseTemplate>>);

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().remove(0)
    }
}

async fn scripted(answers: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let script = Script(Mutex::new(answers));
    Mock::given(method("POST")).and(path("/v1/checkout/sessions")).respond_with(script).mount(&server).await;
    server
}

fn answer(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

#[tokio::test]
async fn a_checkout_is_asked_for_as_a_form_with_key_version_and_idempotency_key() {
    let server = scripted(vec![answer(200, &session())]).await;
    let opened = client(&server).create_checkout(&wanted(), "chk_1").await.unwrap();
    assert_eq!(opened.url.as_deref(), Some("https://checkout.stripe.com/c/pay/cs_test_1"));
    assert_eq!(opened.expires_at.unwrap().as_second(), sample::CREATED + 86_400);
    let request = server.received_requests().await.unwrap().remove(0);
    let header = |name: &str| request.headers[name].to_str().unwrap();
    assert_eq!(header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!((header("idempotency-key"), header("stripe-version")), ("chk_1", "2024-06-20"));
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "mode=subscription&line_items%5B0%5D%5Bprice%5D=price_starter_monthly&line_items%5B0%5D%5Bquantity%5D=1\
         &success_url=https%3A%2F%2Fmanage.wix.com%2Fdashboard%2Fs%3Fpayment%3Dsuccess%26checkout%3Dchk_1\
         &cancel_url=https%3A%2F%2Fmanage.wix.com%2Fdashboard%2Fs&client_reference_id=site-1\
         &metadata%5Bwixapp_app_id%5D=app-1&subscription_data%5Bmetadata%5D%5Bwixapp_app_id%5D=app-1\
         &metadata%5Bwixapp_instance_id%5D=site-1&subscription_data%5Bmetadata%5D%5Bwixapp_instance_id%5D=site-1\
         &metadata%5Bwixapp_plan_id%5D=starter&subscription_data%5Bmetadata%5D%5Bwixapp_plan_id%5D=starter\
         &metadata%5Bwixapp_billing_cycle%5D=MONTHLY&subscription_data%5Bmetadata%5D%5Bwixapp_billing_cycle%5D=MONTHLY\
         &metadata%5Bwixapp_checkout_id%5D=chk_1&subscription_data%5Bmetadata%5D%5Bwixapp_checkout_id%5D=chk_1\
         &allow_promotion_codes=true"
    );
}

#[tokio::test]
async fn what_is_paid_once_writes_its_metadata_onto_the_payment() {
    let server = scripted(vec![answer(200, &session())]).await;
    let wanted = NewCheckout { mode: CheckoutMode::Payment, ..wanted() };
    client(&server).create_checkout(&wanted, "chk_1").await.unwrap();
    let body = String::from_utf8(server.received_requests().await.unwrap().remove(0).body).unwrap();
    assert!(body.starts_with("mode=payment&"), "{body}");
    assert!(body.contains("&payment_intent_data%5Bmetadata%5D%5Bwixapp_instance_id%5D=site-1&"), "{body}");
    assert!(!body.contains("subscription_data"), "Stripe refuses it in this mode: {body}");
}

#[tokio::test]
async fn a_subscription_is_told_to_end_and_the_answer_must_say_so() {
    let server = MockServer::start().await;
    let (mut ending, on) = (sample::subscription(), sample::subscription());
    ending["cancel_at_period_end"] = json!(true);
    for (id, told) in [("sub_1", &ending), ("sub_2", &on)] {
        let to = Mock::given(method("POST")).and(path(format!("/v1/subscriptions/{id}")));
        to.respond_with(answer(200, told)).mount(&server).await;
    }
    let client = client(&server);
    assert!(client.end_subscription("sub_1", "end-1").await.unwrap().is_ending);
    assert!(client.end_subscription("sub_2", "end-2").await.unwrap_err().is_malformed());
    assert!(client.end_subscription("sub_3", "end-3").await.unwrap_err().is_not_found());
    assert!(client.end_subscription("../charges", "end-4").await.unwrap_err().is_malformed());
    let request = server.received_requests().await.unwrap().remove(0);
    assert_eq!(request.headers["idempotency-key"], "end-1");
    assert_eq!(request.body, b"cancel_at_period_end=true");
}

#[tokio::test]
async fn an_outage_is_tried_again_under_the_same_idempotency_key() {
    let busy =
        answer(409, &json!({ "error": { "type": "idempotency_error", "code": "idempotency_key_in_use" } }));
    let server = scripted(vec![ResponseTemplate::new(503), busy, answer(200, &session())]).await;
    assert!(client(&server).create_checkout(&wanted(), "chk_1").await.is_ok());
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.headers["idempotency-key"] == "chk_1"));
    assert!(requests.iter().all(|request| request.body == requests[0].body));
}

#[tokio::test]
async fn what_stripe_refuses_is_not_repeated_and_says_why_without_a_secret() {
    let body = json!({ "error": { "type": "invalid_request_error", "code": "resource_missing",
        "message": format!("No such price, {KEY}"), "param": "line_items[0][price]" } });
    let server = scripted(vec![answer(400, &body)]).await;
    let error: Error = client(&server).create_checkout(&wanted(), "chk_1").await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(400), Some("resource_missing")));
    assert_eq!(error.to_string(), "POST /v1/checkout/sessions answered 400 (resource_missing)");
    assert!(!format!("{error:?}").contains(KEY));
    let never = answer(500, &json!({})).insert_header("stripe-should-retry", "false");
    let server = scripted(vec![never]).await;
    assert!(client(&server).create_checkout(&wanted(), "chk_1").await.unwrap_err().is_unavailable());
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn answers_that_lead_elsewhere_or_are_too_large_are_refused() {
    for url in ["javascript:alert(1)", "http://checkout.stripe.com/x", "https://a@evil.example/", "/c/pay"] {
        let mut odd = session();
        odd["url"] = json!(url);
        let server = scripted(vec![answer(200, &odd)]).await;
        assert!(client(&server).create_checkout(&wanted(), "k").await.unwrap_err().is_malformed(), "{url}");
    }
    let large =
        ResponseTemplate::new(200).set_body_string(format!("{{\"id\":\"{}\"}}", "x".repeat(1_100_000)));
    assert!(
        client(&scripted(vec![large]).await)
            .create_checkout(&wanted(), "k")
            .await
            .unwrap_err()
            .is_malformed()
    );
    let moved = ResponseTemplate::new(302).insert_header("location", "https://evil.example/");
    let error = client(&scripted(vec![moved]).await).create_checkout(&wanted(), "k").await.unwrap_err();
    assert_eq!(error.status(), Some(302));
}

#[tokio::test]
async fn the_portal_opens_at_a_change_to_confirm() {
    let server = MockServer::start().await;
    let page = json!({ "id": "bps_1", "url": "https://billing.stripe.com/p/session/1" });
    Mock::given(path("/v1/billing_portal/sessions")).respond_with(answer(200, &page)).mount(&server).await;
    let change = PlanChange {
        subscription: "sub_1".to_owned(),
        item_id: "si_1".to_owned(),
        price_id: "price_pro_monthly".to_owned(),
    };
    let url = client(&server).open_portal("cus_1", "https://a.example/", Some(&change), "k").await.unwrap();
    assert_eq!(url, "https://billing.stripe.com/p/session/1");
    let request = server.received_requests().await.unwrap().remove(0);
    let body = String::from_utf8(request.body).unwrap();
    for part in [
        "customer=cus_1",
        "flow_data%5Btype%5D=subscription_update_confirm",
        "flow_data%5Bsubscription_update_confirm%5D%5Bsubscription%5D=sub_1",
        "flow_data%5Bsubscription_update_confirm%5D%5Bitems%5D%5B0%5D%5Bid%5D=si_1",
        "flow_data%5Bsubscription_update_confirm%5D%5Bitems%5D%5B0%5D%5Bprice%5D=price_pro_monthly",
        "flow_data%5Bafter_completion%5D%5Bredirect%5D%5Breturn_url%5D=https%3A%2F%2Fa.example%2F",
    ] {
        assert!(body.split('&').any(|pair| pair == part), "{part} in {body}");
    }
}

#[tokio::test]
async fn stripe_is_asked_how_a_subscription_and_a_charge_stand() {
    let server = MockServer::start().await;
    let mut paid = sample::subscription();
    paid["latest_invoice"] = json!({ "id": "in_2", "object": "invoice", "status": "open" });
    Mock::given(path("/v1/subscriptions/sub_1")).respond_with(answer(200, &paid)).mount(&server).await;
    Mock::given(path("/v1/charges/ch_1")).respond_with(answer(200, &sample::charge())).mount(&server).await;
    let client = client(&server);
    let subscription = client.subscription("sub_1").await.unwrap();
    assert_eq!(
        (subscription.latest_invoice.as_deref(), subscription.latest_invoice_paid),
        (Some("in_2"), Some(false))
    );
    assert_eq!(client.charge("ch_1").await.unwrap().invoice.as_deref(), Some("in_1"));
    assert!(client.subscription("sub_2").await.unwrap_err().is_not_found());
    assert!(client.subscription("../charges/ch_1").await.unwrap_err().is_malformed());
    assert_eq!(server.received_requests().await.unwrap()[0].url.query(), Some("expand%5B%5D=latest_invoice"));
}
