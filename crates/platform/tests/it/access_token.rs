//! Dashboard access tokens: asked about once a minute at most.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wiremock::ResponseTemplate;

use crate::support::{APP_ID, Wix, instance, shown};

const TOKEN_INFO: &str = "/oauth2/token-info";

fn active(exp: &str) -> Value {
    json!({"active": "true", "subjectType": "USER", "subjectId": "u", "exp": exp, "iat": "1767225000",
           "clientId": APP_ID, "accountId": "a", "siteId": "s", "instanceId": "i-1"})
}

async fn wix(answer: ResponseTemplate) -> Wix {
    let wix = Wix::start().await;
    wix.answers("POST", TOKEN_INFO, answer).await;
    wix
}

fn in_an_hour() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(active("1767229200"))
}

#[tokio::test]
async fn wix_is_asked_without_credentials_and_with_the_bare_token() {
    let wix = wix(in_an_hour()).await;
    let info = wix.client.token_info("Bearer OauthNG.JWS.x").await.unwrap();
    assert_eq!(info.instance_id, instance("i-1"));
    let request = &wix.server.received_requests().await.unwrap()[0];
    assert!(!request.headers.contains_key("authorization"));
    assert_eq!(request.body_json::<Value>().unwrap(), json!({"token": "OauthNG.JWS.x"}));
}

#[tokio::test]
async fn a_verdict_is_kept_for_a_minute() {
    let wix = wix(in_an_hour()).await;
    let ask = || async { wix.client.token_info("t").await.unwrap() };
    ask().await;
    wix.clock.advance(SignedDuration::from_secs(59));
    ask().await;
    assert_eq!(wix.count(TOKEN_INFO).await, 1);
    wix.clock.advance(SignedDuration::from_secs(1));
    ask().await;
    assert_eq!(wix.count(TOKEN_INFO).await, 2);
}

#[tokio::test]
async fn a_verdict_is_never_kept_beyond_the_tokens_end() {
    let wix = wix(ResponseTemplate::new(200).set_body_json(active("1767225610"))).await;
    assert!(wix.client.token_info("t").await.is_ok());
    wix.clock.advance(SignedDuration::from_secs(10));
    assert!(wix.client.token_info("t").await.unwrap_err().is_expired());
    assert_eq!(wix.count(TOKEN_INFO).await, 2);
}

#[tokio::test]
async fn tokens_are_told_apart() {
    let wix = wix(in_an_hour()).await;
    wix.client.token_info("t").await.unwrap();
    wix.client.token_info("T").await.unwrap();
    assert_eq!(wix.count(TOKEN_INFO).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_with_the_same_token_share_one_request() {
    let wix = Arc::new(wix(in_an_hour()).await);
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let wix = Arc::clone(&wix);
        callers.spawn(async move { wix.client.token_info("t").await.is_ok() });
    }
    assert!(callers.join_all().await.into_iter().all(|ok| ok));
    assert_eq!(wix.count(TOKEN_INFO).await, 1);
}

#[rstest::rstest]
#[case::inactive(ResponseTemplate::new(200).set_body_json(json!({"active": false})))]
#[case::nothing_said(ResponseTemplate::new(200).set_body_json(json!({})))]
#[case::bad_request(ResponseTemplate::new(400))]
#[case::unauthorized(ResponseTemplate::new(401))]
#[case::not_found(ResponseTemplate::new(404).set_body_string("{}"))]
#[tokio::test]
async fn a_refusal_is_kept_for_fifteen_seconds(#[case] answer: ResponseTemplate) {
    let wix = wix(answer).await;
    for _ in 0..3 {
        let error = wix.client.token_info("s3cr3t-token").await.unwrap_err();
        assert!(error.is_refused(), "{error}");
        assert!(!shown(&error).contains("s3cr3t"));
    }
    assert_eq!(wix.count(TOKEN_INFO).await, 1);
    wix.clock.advance(SignedDuration::from_secs(15));
    assert!(wix.client.token_info("s3cr3t-token").await.unwrap_err().is_refused());
    assert_eq!(wix.count(TOKEN_INFO).await, 2);
}

#[tokio::test]
async fn an_outage_says_nothing_about_the_token_and_is_not_kept() {
    let wix = wix(ResponseTemplate::new(503)).await;
    for asked in 1..=3 {
        let error = wix.client.token_info("t").await.unwrap_err();
        assert!(error.is_unavailable() && !error.is_refused());
        assert_eq!(wix.count(TOKEN_INFO).await, asked);
    }
}

#[rstest::rstest]
#[case("[]")]
#[case("nonsense")]
#[case(r#"{"active": 1}"#)]
#[case(r#"{"active": "yes"}"#)]
#[case(r#"{"active": true, "exp": "soon"}"#)]
#[tokio::test]
async fn an_unreadable_answer_is_malformed(#[case] body: &str) {
    let wix = wix(ResponseTemplate::new(200).set_body_string(body)).await;
    assert!(wix.client.token_info("t").await.unwrap_err().is_malformed());
}

#[tokio::test]
async fn text_that_cannot_be_a_token_is_not_sent_to_wix() {
    let wix = wix(in_an_hour()).await;
    for text in ["", "Bearer ", "a b", "a\nb", &"x".repeat(9_000)] {
        assert!(wix.client.token_info(text).await.unwrap_err().is_malformed());
    }
    assert_eq!(wix.count(TOKEN_INFO).await, 0);
}
