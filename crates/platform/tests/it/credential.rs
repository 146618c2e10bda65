//! Each kind of credential, as it arrives at Wix.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, method, path};
use wiremock::{Mock, ResponseTemplate};
use wixapp_platform::oauth::RefreshToken;
use wixapp_platform::{AccessToken, AppSecret, Credential, InstanceClaims, WixClient, instance_token};

use crate::support::{APP_ID, APP_SECRET, Wix, at, client, instance, shown};

const INSTANCE: &str = "/apps/v1/instance";
const ACCESS: &str = "/oauth/access";

async fn wix() -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    let answer = json!({"instance": {"instanceId": "i-1", "isFree": true}});
    wix.answers("GET", INSTANCE, ResponseTemplate::new(200).set_body_json(answer)).await;
    wix
}

fn instance_token() -> String {
    let claims = InstanceClaims::owner(instance("i-1"), at("2026-01-01T00:00:00Z"));
    instance_token::sign(&claims, &AppSecret::new(APP_SECRET).unwrap())
}

#[tokio::test]
async fn tokens_travel_as_they_are() {
    let token = instance_token();
    let table = [
        (Credential::access_token(AccessToken::new("user-token").unwrap()), "user-token"),
        (Credential::instance_token(&token).unwrap(), token.as_str()),
        (Credential::from(&instance("i-1")), "token-1"),
    ];
    for (credential, expected) in table {
        let wix = wix().await;
        wix.client.app_instance(credential).await.unwrap();
        assert_eq!(wix.tokens_seen(INSTANCE).await, [expected]);
    }
}

#[rstest::rstest]
#[case(Credential::api_key_for_site("key", "site-1"), "wix-site-id", "site-1", "wix-account-id")]
#[case(Credential::api_key_for_account("key", "account-1"), "wix-account-id", "account-1", "wix-site-id")]
#[tokio::test]
async fn an_api_key_travels_with_site_or_account(
    #[case] credential: Result<Credential, wixapp_platform::Error>,
    #[case] name: &str,
    #[case] id: &str,
    #[case] absent: &str,
) {
    let wix = wix().await;
    let client = WixClient::builder().base_url(wix.server.uri()).without_app().build().unwrap();
    client.app_instance(credential.unwrap()).await.unwrap();
    let headers = &wix.server.received_requests().await.unwrap()[0].headers;
    assert_eq!((headers["authorization"].to_str().unwrap(), headers[name].to_str().unwrap()), ("key", id));
    assert!(!headers.contains_key(absent));
}

#[tokio::test]
async fn without_an_app_what_needs_one_is_refused_before_wix_is_asked() {
    let wix = wix().await;
    let client = WixClient::builder().base_url(wix.server.uri()).without_app().build().unwrap();
    assert!(client.app_instance(&instance("i-1")).await.unwrap_err().is_config());
    assert!(client.token_info("t").await.unwrap_err().is_config());
    assert!(client.refreshed_token(&RefreshToken::new("r").unwrap()).await.unwrap_err().is_config());
    assert!(wix.server.received_requests().await.unwrap().is_empty());
}

async fn refreshes(wix: &Wix) {
    let count = std::sync::atomic::AtomicU32::new(0);
    let answer = move |_: &wiremock::Request| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        ResponseTemplate::new(200)
            .set_body_json(json!({"access_token": format!("short-{number}"), "refresh_token": "r"}))
    };
    let expected = json!({"grant_type": "refresh_token", "client_id": APP_ID, "client_secret": APP_SECRET, "refresh_token": "r"});
    let mock = Mock::given(method("POST")).and(path(ACCESS)).and(body_partial_json(expected));
    mock.respond_with(answer).mount(&wix.server).await;
}

#[tokio::test]
async fn a_refresh_token_buys_an_access_token_for_five_minutes() {
    let wix = wix().await;
    refreshes(&wix).await;
    let credential = Credential::refresh_token(RefreshToken::new("r").unwrap());
    for _ in 0..3 {
        wix.client.app_instance(&credential).await.unwrap();
    }
    assert_eq!((wix.count(ACCESS).await, wix.count("/oauth2/token").await), (1, 0));
    wix.clock.advance(SignedDuration::from_mins(5));
    wix.client.app_instance(&credential).await.unwrap();
    assert_eq!(wix.tokens_seen(INSTANCE).await, ["short-1", "short-1", "short-1", "short-2"]);
}

#[tokio::test]
async fn a_refused_access_token_is_bought_anew_once() {
    let wix = Wix::start().await;
    refreshes(&wix).await;
    wix.answers("GET", INSTANCE, ResponseTemplate::new(401)).await;
    let credential = Credential::refresh_token(RefreshToken::new("r").unwrap());
    assert!(wix.client.app_instance(&credential).await.unwrap_err().is_unauthorized());
    assert_eq!(wix.tokens_seen(INSTANCE).await, ["short-1", "short-2"]);
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_is_tried_once() {
    let wix = Wix::start().await;
    wix.answers("GET", INSTANCE, ResponseTemplate::new(401)).await;
    let credentials = [
        Credential::access_token(AccessToken::new("s3cr3t").unwrap()),
        Credential::instance_token(&instance_token()).unwrap(),
        Credential::api_key_for_site("s3cr3t", "site-1").unwrap(),
    ];
    for (tried, credential) in credentials.into_iter().enumerate() {
        let error = wix.client.app_instance(credential).await.unwrap_err();
        assert!(error.is_unauthorized() && !shown(&error).contains("s3cr3t"));
        assert_eq!(wix.count(INSTANCE).await, tried + 1);
    }
}

#[tokio::test]
async fn a_dashboard_token_is_made_usable_for_a_server() {
    let wix = Wix::start().await;
    let expected =
        json!({"grant_type": "strip_bound_session", "client_secret": APP_SECRET, "access_token": "bound"});
    let mock = Mock::given(method("POST")).and(path("/oauth2/token")).and(body_partial_json(&expected));
    mock.respond_with(ResponseTemplate::new(200).set_body_json(json!({"access_token": "free"})))
        .mount(&wix.server)
        .await;
    assert_eq!(wix.client.server_token("Bearer bound").await.unwrap().expose(), "free");
    let request = &wix.server.received_requests().await.unwrap()[0];
    assert_eq!(request.body_json::<Value>().unwrap(), expected);
}

#[tokio::test]
async fn credentials_of_one_instance_share_its_minute_and_others_have_their_own() {
    let wix = wix().await;
    let client = client(&wix.server.uri(), &wix.clock)
        .requests_per_minute(2)
        .longest_wait(Duration::ZERO)
        .build()
        .unwrap();
    client.app_instance(&instance("i-1")).await.unwrap();
    client.app_instance(Credential::instance_token(&instance_token()).unwrap()).await.unwrap();
    let error = client.app_instance(&instance("i-1")).await.unwrap_err();
    assert!(error.is_rate_limited() && error.status().is_none());
    assert!(error.retry_after().unwrap() > Duration::from_secs(30));
    assert_eq!(wix.count(INSTANCE).await, 2, "what is refused is not sent");
    let other = Credential::access_token(AccessToken::new("other").unwrap());
    client.app_instance(other).await.unwrap();
}

#[tokio::test]
async fn the_scope_of_a_key_never_reaches_another_call() {
    let wix = wix().await;
    wix.client.app_instance(Credential::api_key_for_site("key", "site-1").unwrap()).await.unwrap();
    wix.client.app_instance(&instance("i-1")).await.unwrap();
    let requests = wix.server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["wix-site-id"].to_str().unwrap(), "site-1");
    assert!(!requests.last().unwrap().headers.contains_key("wix-site-id"));
}
