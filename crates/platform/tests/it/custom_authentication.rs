//! Custom authentication: to the installer, back with a state, and on to a refresh token kept encrypted.

use reqwest::Url;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use wixapp_platform::key_ring::{EncryptionKey, KeyRing};
use wixapp_platform::oauth::{InstallCallback, OAuthState, RefreshToken};
use wixapp_platform::{AppSecret, Error, WixClient};

use crate::support::{APP_ID, APP_SECRET, Wix, shown};

const ACCESS: &str = "/oauth/access";
const INSTANCE: &str = "/apps/v1/instance";

fn query_of(url: &str) -> Vec<(String, String)> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

fn granted() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"access_token": "short", "refresh_token": "long"}))
}

fn of_instance(id: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"instance": {"instanceId": id, "isFree": true}}))
}

#[tokio::test]
async fn a_browser_goes_to_wix_and_comes_back_with_a_refresh_token() {
    let wix = Wix::start().await;
    wix.answers("POST", ACCESS, granted()).await;
    wix.answers("GET", INSTANCE, of_instance("i-1")).await;
    let state = OAuthState::random();
    let url = wix.client.install_url("t&1", "https://app.example/back?x=1", &state).unwrap();
    assert!(url.starts_with(&format!("{}/installer/install?", wix.server.uri())), "{url}");
    let expected = [
        ("redirectUrl", "https://app.example/back?x=1"),
        ("appId", APP_ID),
        ("state", state.as_str()),
        ("token", "t&1"),
    ];
    assert_eq!(query_of(&url), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));

    let query = format!("code=c-1&instanceId=i-1&state={}", state.as_str());
    let callback = InstallCallback::from_query(&query).unwrap();
    let grant = wix.client.complete_install(&callback, &state.as_str().parse().unwrap()).await.unwrap();
    assert_eq!((grant.instance_id.as_str(), grant.refresh_token.expose()), ("i-1", "long"));
    let request = &wix.server.received_requests().await.unwrap()[0];
    assert!(!request.headers.contains_key("authorization"));
    assert_eq!(
        request.body_json::<Value>().unwrap(),
        json!({"grant_type": "authorization_code", "client_id": APP_ID, "client_secret": APP_SECRET, "code": "c-1"})
    );
    assert_eq!(wix.tokens_seen(INSTANCE).await, ["short"], "Wix says whom the tokens are for");
    let close = wix.client.close_installer_url(&grant.access_token);
    assert!(close.contains("/installer/close-window?"));
    assert_eq!(query_of(&close), [("access_token".to_owned(), "short".to_owned())]);
}

#[tokio::test]
async fn a_foreign_state_is_refused_before_wix_is_asked() {
    let wix = Wix::start().await;
    wix.answers("POST", ACCESS, granted()).await;
    let callback = InstallCallback::from_query("code=s3cr3t&instanceId=i-1&state=foreign").unwrap();
    let error = wix.client.complete_install(&callback, &OAuthState::random()).await.unwrap_err();
    assert!(error.is_refused() && !shown(&error).contains("s3cr3t"));
    assert_eq!(wix.count(ACCESS).await, 0);
}

#[rstest::rstest]
#[case::another_instance(of_instance("i-2"), Error::is_refused)]
#[case::not_said(ResponseTemplate::new(503), Error::is_unavailable)]
#[case::removed_again(ResponseTemplate::new(403), Error::is_unauthorized)]
#[tokio::test]
async fn tokens_are_granted_only_when_wix_names_the_instance_of_the_query(
    #[case] answer: ResponseTemplate,
    #[case] expected: fn(&Error) -> bool,
) {
    let wix = Wix::start().await;
    wix.answers("POST", ACCESS, granted()).await;
    wix.answers("GET", INSTANCE, answer).await;
    let state = OAuthState::random();
    let query = format!("code=s3cr3t&instanceId=i-1&state={}", state.as_str());
    let callback = InstallCallback::from_query(&query).unwrap();
    let error = wix.client.complete_install(&callback, &state).await.unwrap_err();
    assert!(expected(&error) && !shown(&error).contains("s3cr3t"), "{error}");
}

#[rstest::rstest]
#[case::outage(503)]
#[case::used_code(400)]
#[tokio::test]
async fn a_code_is_exchanged_once(#[case] status: u16) {
    let wix = Wix::start().await;
    let patient = crate::support::client(&wix.server.uri(), &wix.clock).attempts(3).build().unwrap();
    wix.answers("POST", ACCESS, ResponseTemplate::new(status).insert_header("retry-after", "0")).await;
    let state = OAuthState::random();
    let query = format!("code=c-1&instanceId=i-1&state={}", state.as_str());
    let callback = InstallCallback::from_query(&query).unwrap();
    let error = patient.complete_install(&callback, &state).await.unwrap_err();
    assert_eq!((error.status(), wix.count(ACCESS).await), (Some(status), 1));
}

#[tokio::test]
async fn the_real_installer_is_not_on_the_api_host() {
    let app = |builder: wixapp_platform::WixClientBuilder| {
        builder.app_id(APP_ID).app_secret(AppSecret::new(APP_SECRET).unwrap()).build()
    };
    // Reading the machine's root certificates may fail where there are none; the local case needs none.
    let texts = ["", "https://www.wixapis.com", "https://www.wixapis.com/", "HTTPS://WWW.WixApis.com:443"];
    for text in texts {
        let builder = WixClient::builder();
        let builder = if text.is_empty() { builder } else { builder.base_url(text) };
        if let Ok(client) = app(builder) {
            let url = client.install_url("t", "https://app.example/back", &OAuthState::random()).unwrap();
            assert!(url.starts_with("https://www.wix.com/installer/install?"), "{text}: {url}");
        }
    }
    let local = app(WixClient::builder().base_url("http://127.0.0.1:4100/prefix")).unwrap();
    let url = local.install_url("t", "https://app.example/back", &OAuthState::random()).unwrap();
    assert!(url.starts_with("http://127.0.0.1:4100/installer/install?"), "{url}");
    let bad = local.install_url("t", "http://app.example/back", &OAuthState::random());
    assert!(bad.unwrap_err().is_config());
}

fn key(name: &str, base64: &str) -> EncryptionKey {
    EncryptionKey::from_base64(name, base64).unwrap()
}

#[tokio::test]
async fn a_granted_refresh_token_rests_sealed_and_buys_tokens_again() {
    let wix = Wix::start().await;
    wix.answers("POST", ACCESS, granted()).await;
    wix.answers("GET", INSTANCE, of_instance("i-1")).await;
    let state = OAuthState::random();
    let query = format!("code=c-1&instanceId=i-1&state={}", state.as_str());
    let callback = InstallCallback::from_query(&query).unwrap();
    let grant = wix.client.complete_install(&callback, &state).await.unwrap();

    let ring = KeyRing::new(key("2026", "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8="));
    let stored = grant.refresh_token.seal(&ring, &grant.instance_id).unwrap();
    drop(grant);
    let opened = RefreshToken::open(&ring, &stored, &"i-1".parse().unwrap()).unwrap();
    assert_eq!(wix.client.refreshed_token(&opened).await.unwrap().expose(), "short");
    let last = wix.server.received_requests().await.unwrap().pop().unwrap();
    assert_eq!(last.body_json::<Value>().unwrap()["refresh_token"], "long");
}

#[test]
fn a_sealed_refresh_token_opens_for_its_instance_under_a_key_that_is_known() {
    const OLD: &str = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=";
    const NEW: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let (one, other) = ("i-1".parse().unwrap(), "i-2".parse().unwrap());
    let ring = KeyRing::new(key("2025", OLD));
    let stored = RefreshToken::new("OAUTH2.s3cr3t").unwrap().seal(&ring, &one).unwrap();
    assert!(stored.starts_with("v1.2025.") && !stored.contains("s3cr3t"));

    let rotated = KeyRing::new(key("2026", NEW)).and_old(key("2025", OLD)).unwrap();
    let opened = RefreshToken::open(&rotated, &stored, &one).unwrap();
    assert_eq!(opened.expose(), "OAUTH2.s3cr3t");
    assert!(!rotated.is_current(&stored) && rotated.is_current(&opened.seal(&rotated, &one).unwrap()));

    let open = |ring: &KeyRing, text: &str| RefreshToken::open(ring, text, &one).unwrap_err();
    assert!(open(&KeyRing::new(key("2026", NEW)), &stored).is_config(), "the key is not there");
    assert!(open(&KeyRing::new(key("2025", NEW)), &stored).is_signature(), "another key of that name");
    assert!(RefreshToken::open(&ring, &stored, &other).unwrap_err().is_signature(), "another instance");
    let secret = ring.encrypt("OAUTH2.s3cr3t", "i-1").unwrap();
    assert!(open(&ring, &secret).is_signature(), "a secret that was no refresh token");
}
