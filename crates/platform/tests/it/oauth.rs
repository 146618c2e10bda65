//! The app's own tokens: fetched once, renewed early, dropped on 401.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{APP_ID, APP_SECRET, Wix, instance, shown};

const TOKEN: &str = "/oauth2/token";
const INSTANCE: &str = "/apps/v1/instance";

fn app_instance() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"instance": {"instanceId": "i-1", "isFree": true}}))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_callers_cause_one_token_request() {
    let wix = Arc::new(Wix::start().await.grants_tokens().await);
    let mut callers = JoinSet::new();
    for _ in 0..200 {
        let wix = Arc::clone(&wix);
        callers.spawn(
            async move { wix.client.access_token(&instance("i-1")).await.unwrap().expose().to_owned() },
        );
    }
    assert!(callers.join_all().await.iter().all(|token| token == "token-1"));
    assert_eq!(wix.count(TOKEN).await, 1);
}

#[tokio::test]
async fn the_token_request_is_what_wix_expects() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.client.access_token(&instance("i-1")).await.unwrap();
    let request = &wix.server.received_requests().await.unwrap()[0];
    assert!(!request.headers.contains_key("authorization"));
    assert_eq!(
        request.body_json::<Value>().unwrap(),
        json!({"grant_type": "client_credentials", "client_id": APP_ID, "client_secret": APP_SECRET, "instance_id": "i-1"})
    );
}

#[tokio::test]
async fn instances_never_share_a_token() {
    let wix = Wix::start().await.grants_tokens().await;
    let first = wix.client.access_token(&instance("i-1")).await.unwrap();
    let second = wix.client.access_token(&instance("i-2")).await.unwrap();
    let first_again = wix.client.access_token(&instance("i-1")).await.unwrap();
    assert_eq!([first.expose(), second.expose(), first_again.expose()], ["token-1", "token-2", "token-1"]);
}

#[tokio::test]
async fn the_token_travels_raw() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", INSTANCE, app_instance()).await;
    wix.client.app_instance(&instance("i-1")).await.unwrap();
    assert_eq!(wix.tokens_seen(INSTANCE).await, ["token-1"]);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_never_used_after() {
    let wix = Wix::start().await.grants_tokens().await;
    let token = || async { wix.client.access_token(&instance("i-1")).await.unwrap().expose().to_owned() };
    assert_eq!(token().await, "token-1");
    wix.clock.advance(SignedDuration::from_mins(229));
    assert_eq!((token().await.as_str(), wix.count(TOKEN).await), ("token-1", 1));
    wix.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(token().await, "token-1", "nobody waits for the renewal");
    while token().await != "token-2" {
        tokio::task::yield_now().await;
    }
    assert_eq!(wix.count(TOKEN).await, 2);
    wix.clock.advance(SignedDuration::from_hours(4));
    assert_eq!(token().await, "token-3");
}

#[tokio::test]
async fn a_401_renews_the_token_once_and_repeats_the_call() {
    let wix = Wix::start().await.grants_tokens().await;
    let dead = Mock::given(method("GET")).and(path(INSTANCE)).and(header("authorization", "token-1"));
    dead.respond_with(ResponseTemplate::new(401)).mount(&wix.server).await;
    wix.answers("GET", INSTANCE, app_instance()).await;
    assert!(wix.client.app_instance(&instance("i-1")).await.unwrap().instance.is_free);
    assert_eq!(wix.tokens_seen(INSTANCE).await, ["token-1", "token-2"]);
}

#[tokio::test]
async fn a_second_401_is_an_error() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", INSTANCE, ResponseTemplate::new(401)).await;
    let error = wix.client.app_instance(&instance("i-1")).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!((wix.count(INSTANCE).await, wix.count(TOKEN).await), (2, 2));
}

#[tokio::test]
async fn a_403_is_not_repeated() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", INSTANCE, ResponseTemplate::new(403)).await;
    assert!(wix.client.app_instance(&instance("i-1")).await.unwrap_err().is_unauthorized());
    assert_eq!((wix.count(INSTANCE).await, wix.count(TOKEN).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_with_one_dead_token_renew_it_once() {
    let wix = Arc::new(Wix::start().await.grants_tokens().await);
    let dead = Mock::given(method("GET")).and(path(INSTANCE)).and(header("authorization", "token-1"));
    dead.respond_with(ResponseTemplate::new(401)).mount(&wix.server).await;
    wix.answers("GET", INSTANCE, app_instance()).await;
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let wix = Arc::clone(&wix);
        callers.spawn(async move { wix.client.app_instance(&instance("i-1")).await.is_ok() });
    }
    assert!(callers.join_all().await.into_iter().all(|ok| ok));
    assert_eq!(wix.count(TOKEN).await, 2);
}

#[tokio::test]
async fn refused_credentials_are_reported_without_showing_them() {
    let wix = Wix::start().await;
    let echo = json!({"message": APP_SECRET, "details": {"applicationError": {"code": "BAD_CLIENT", "description": APP_SECRET}}});
    wix.answers("POST", TOKEN, ResponseTemplate::new(401).set_body_json(echo)).await;
    let error = wix.client.access_token(&instance("i-1")).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some("BAD_CLIENT"));
    assert!(!shown(&error).contains("s3cr3t"), "{}", shown(&error));
}

#[rstest::rstest]
#[case::html("<html>sign in</html>")]
#[case::empty("")]
#[case::array("[]")]
#[case::no_token(r#"{"expires_in": 14400}"#)]
#[case::null_token(r#"{"access_token": null, "expires_in": 14400}"#)]
#[case::empty_token(r#"{"access_token": "", "expires_in": 14400}"#)]
#[case::header_injection(r#"{"access_token": "s3cr3t\r\nX: 1", "expires_in": 14400}"#)]
#[case::no_lifetime(r#"{"access_token": "s3cr3t"}"#)]
#[case::dead_on_arrival(r#"{"access_token": "s3cr3t", "expires_in": 0}"#)]
#[case::negative_lifetime(r#"{"access_token": "s3cr3t", "expires_in": -1}"#)]
#[case::lifetime_is_no_number(r#"{"access_token": "s3cr3t", "expires_in": "soon"}"#)]
#[case::half(r#"{"access_token": "s3cr3t", "expi"#)]
#[tokio::test]
async fn an_answer_that_is_no_token_is_malformed(#[case] body: &str) {
    let wix = Wix::start().await;
    wix.answers("POST", TOKEN, ResponseTemplate::new(200).set_body_string(body)).await;
    let error = wix.client.access_token(&instance("i-1")).await.unwrap_err();
    assert!(error.is_malformed(), "{error}");
    assert!(!shown(&error).contains("s3cr3t"), "{}", shown(&error));
}
