//! Custom authentication: consent, code, tokens, and the end of the installation.

use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};
use wixapp_core::id::InstanceId;
use wixapp_emulator::Permission;
use wixapp_platform::oauth::{InstallCallback, OAuthState};

use crate::same_cases::scene::client;
use crate::stage::{APP_ID, Reply, SECRET, Stage, hours};

/// The query of the page on which the owner agrees.
fn request(stage: &Stage, token: &str) -> Vec<(&'static str, String)> {
    vec![
        ("redirectUrl", format!("{}/api/v1/wix/oauth/callback", stage.app_url)),
        ("appId", APP_ID.to_owned()),
        ("state", "s&t=<1>".to_owned()),
        ("token", token.to_owned()),
    ]
}

/// The token with which the platform opens the app.
async fn installer_token(stage: &Stage) -> String {
    let path = format!("/_emulator/sites/{}/install-link", stage.site_id());
    let link = stage.post(&path, &json!({})).await;
    let url = Url::parse(link.json["url"].as_str().unwrap()).unwrap();
    assert!(url.as_str().starts_with(&stage.app_url));
    url.query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned()
}

fn encoded(pairs: &[(&str, String)]) -> String {
    let mut url = Url::parse("http://a.example").unwrap();
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap().to_owned()
}

fn form(stage: &Stage, pairs: &[(&str, String)]) -> RequestBuilder {
    let request = stage.request(Method::POST, "/installer/install");
    request.header("content-type", "application/x-www-form-urlencoded").body(encoded(pairs))
}

async fn page(stage: &Stage, query: &[(&str, String)]) -> (u16, String) {
    let answer =
        stage.request(Method::GET, &format!("/installer/install?{}", encoded(query))).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// What the owner's click on "Agree" leads to: the address of the redirect, or none.
async fn agree(stage: &Stage, pairs: &[(&str, String)]) -> (u16, Option<Url>) {
    let answer = form(stage, pairs).send().await.unwrap();
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().parse().unwrap());
    (answer.status().as_u16(), location)
}

fn query(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

async fn code(stage: &Stage) -> String {
    let form = request(stage, &installer_token(stage).await);
    query(&agree(stage, &form).await.1.unwrap(), "code")
}

async fn install_on_another(stage: &Stage) -> InstanceId {
    let site = stage.emulator.sites()[1].site_id.clone();
    stage.emulator.install(&site).await.unwrap().install.unwrap().instance_id
}

async fn access(stage: &Stage, change: Value) -> Reply {
    let mut body = json!({ "client_id": APP_ID, "client_secret": SECRET });
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    stage.post("/oauth/access", &body).await
}

async fn trade(stage: &Stage, code: &str) -> Reply {
    access(stage, json!({ "grant_type": "authorization_code", "code": code })).await
}

#[tokio::test]
async fn consent_installs_the_app_and_leads_back_with_code_instance_and_state() {
    let stage = Stage::new().await;
    let form = request(&stage, &installer_token(&stage).await);
    let (status, html) = page(&stage, &form).await;
    assert_eq!(status, 200);
    assert!(html.contains("Bloom &amp; Root"), "{html}");
    assert!(Permission::ALL.iter().all(|permission| html.contains(permission.name())), "{html}");
    assert!(html.contains("s&amp;t=&lt;1&gt;") && !html.contains("<1>"), "{html}");
    assert!(stage.emulator.sites()[0].install.is_none(), "seeing the page installs nothing");

    let (status, target) = agree(&stage, &form).await;
    let target = target.unwrap();
    assert_eq!(status, 303);
    assert_eq!(target.path(), "/api/v1/wix/oauth/callback");
    assert_eq!(query(&target, "state"), "s&t=<1>");
    let install = stage.emulator.sites()[0].install.clone().unwrap();
    assert_eq!(query(&target, "instanceId"), install.instance_id.as_str());
    stage.emulator.settle().await.unwrap();
    assert_eq!(stage.event_types(), ["AppInstalled"]);
}

#[tokio::test]
async fn a_code_is_traded_in_once_within_ten_minutes() {
    let stage = Stage::new().await;
    let first = code(&stage).await;
    let second = code(&stage).await;
    stage.emulator.advance(jiff::SignedDuration::from_secs(599)).await.unwrap();
    let given = trade(&stage, &first).await;
    assert_eq!(given.status, 200, "{given:?}");
    let token = given.json["access_token"].as_str().unwrap().to_owned();
    assert_eq!(stage.call(&token, Method::GET, "/apps/v1/instance", None).await.status, 200);
    let again = trade(&stage, &first).await;
    assert_eq!((again.status, again.code()), (400, "INVALID_GRANT"));
    stage.emulator.advance(jiff::SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(trade(&stage, &second).await.code(), "INVALID_GRANT", "ten minutes are over");
    assert_eq!(trade(&stage, "never-given").await.code(), "INVALID_GRANT");
}

#[tokio::test]
async fn a_code_of_ones_own_brings_no_tokens_for_another_site() {
    let stage = Stage::new().await;
    let back = agree(&stage, &request(&stage, &installer_token(&stage).await)).await.1.unwrap();
    let (own, other) = (query(&back, "instanceId"), install_on_another(&stage).await);
    assert_ne!(own, other.as_str());
    let client = client(&stage, SECRET);
    let state = OAuthState::random();
    let returned = |code: &str, instance: &str| {
        let pairs = [("code", code), ("instanceId", instance), ("state", state.as_str())];
        InstallCallback::from_query(&encoded(&pairs.map(|(name, value)| (name, value.to_owned())))).unwrap()
    };
    let changed = returned(&query(&back, "code"), other.as_str());
    let error = client.complete_install(&changed, &state).await.unwrap_err();
    assert!(error.is_refused(), "{error}");
    let again = returned(&code(&stage).await, &own);
    assert_eq!(client.complete_install(&again, &state).await.unwrap().instance_id.as_str(), own);
}

#[tokio::test]
async fn access_lives_five_minutes_and_is_refreshed_until_the_app_is_removed() {
    let stage = Stage::new().await;
    let given = trade(&stage, &code(&stage).await).await.json;
    let old = given["access_token"].as_str().unwrap().to_owned();
    stage.emulator.advance(jiff::SignedDuration::from_secs(300)).await.unwrap();
    assert_eq!(stage.call(&old, Method::GET, "/apps/v1/instance", None).await.status, 401);

    stage.emulator.advance(hours(24 * 90)).await.unwrap();
    let refresh = json!({ "grant_type": "refresh_token", "refresh_token": given["refresh_token"] });
    let fresh = access(&stage, refresh.clone()).await;
    assert_eq!(fresh.json["refresh_token"], given["refresh_token"]);
    let token = fresh.json["access_token"].as_str().unwrap();
    assert_eq!(stage.call(token, Method::GET, "/apps/v1/instance", None).await.status, 200);

    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    assert_eq!(access(&stage, refresh.clone()).await.code(), "INVALID_GRANT");
    stage.install().await;
    assert_eq!(access(&stage, refresh).await.code(), "INVALID_GRANT", "a reinstall asks for consent anew");
}

#[tokio::test]
async fn a_refresh_token_outlives_any_number_of_later_consents() {
    let stage = Stage::new().await;
    let given = trade(&stage, &code(&stage).await).await.json;
    let form = request(&stage, &installer_token(&stage).await);
    for _ in 0..301 {
        let code = query(&agree(&stage, &form).await.1.unwrap(), "code");
        assert_eq!(trade(&stage, &code).await.status, 200);
    }
    let refresh = json!({ "grant_type": "refresh_token", "refresh_token": given["refresh_token"] });
    assert_eq!(access(&stage, refresh).await.json["refresh_token"], given["refresh_token"]);
}

#[tokio::test]
async fn a_code_is_good_for_its_ten_minutes_however_many_others_are_given() {
    let stage = Stage::new().await;
    let form = request(&stage, &installer_token(&stage).await);
    let first = query(&agree(&stage, &form).await.1.unwrap(), "code");
    for _ in 0..301 {
        assert_eq!(agree(&stage, &form).await.0, 303);
    }
    assert_eq!(trade(&stage, &first).await.status, 200);
}

#[tokio::test]
async fn wrong_clients_and_grants_get_nothing() {
    let stage = Stage::new().await;
    let good = code(&stage).await;
    for (change, status, name) in [
        (
            json!({ "grant_type": "authorization_code", "code": good, "client_secret": "wrong" }),
            401,
            "INVALID_CLIENT",
        ),
        (
            json!({ "grant_type": "authorization_code", "code": good, "client_id": "x" }),
            401,
            "INVALID_CLIENT",
        ),
        (json!({ "grant_type": "authorization_code" }), 400, "INVALID_REQUEST"),
        (json!({ "grant_type": "refresh_token" }), 400, "INVALID_REQUEST"),
        (json!({ "grant_type": "refresh_token", "refresh_token": good }), 400, "INVALID_GRANT"),
        (json!({ "grant_type": "password", "code": good }), 400, "UNSUPPORTED_GRANT_TYPE"),
    ] {
        let answer = access(&stage, change.clone()).await;
        assert_eq!((answer.status, answer.code()), (status, name), "{change}");
        assert!(!answer.json.to_string().contains(SECRET));
    }
    assert_eq!(trade(&stage, &good).await.status, 200, "a wrong client does not use the code up");
}

#[tokio::test]
async fn nobody_else_gets_a_code() {
    let stage = Stage::new().await;
    let token = installer_token(&stage).await;
    let dashboard = {
        stage.install().await;
        let token = stage.emulator.dashboard_token(&stage.site_id()).unwrap();
        stage.emulator.uninstall(&stage.site_id()).await.unwrap();
        token
    };
    let with = |field: &str, value: &str| {
        let mut form = request(&stage, &token);
        form.iter_mut().filter(|(name, _)| *name == field).for_each(|(_, kept)| *kept = value.to_owned());
        form
    };
    for (field, value, status) in [
        ("redirectUrl", "https://evil.example/", 400),
        ("redirectUrl", "javascript:alert(1)", 400),
        ("redirectUrl", "//evil.example", 400),
        ("redirectUrl", &format!("{}@evil.example/", stage.app_url), 400),
        ("redirectUrl", &format!("{}.evil.example/", stage.app_url), 400),
        ("appId", "another-app", 400),
        ("token", "OauthNG.JWS.a.b.c", 401),
        ("token", dashboard.as_str(), 401),
        ("state", &"s".repeat(2_049), 400),
    ] {
        let form = with(field, value);
        assert_eq!(page(&stage, &form).await.0, status, "{field}={value}");
        assert_eq!(agree(&stage, &form).await, (status, None), "{field}={value}");
    }
    let mut bare = request(&stage, &token);
    bare.retain(|(name, _)| *name != "token");
    assert_eq!(agree(&stage, &bare).await, (400, None));
    let rebound = form(&stage, &request(&stage, &token)).header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), 403);
    stage.emulator.advance(hours(1)).await.unwrap();
    assert_eq!(agree(&stage, &request(&stage, &token)).await.0, 401, "an hour is over");
    assert!(stage.emulator.sites()[0].install.as_ref().unwrap().removed, "nothing was installed");
}

#[tokio::test]
async fn an_installers_token_is_no_access_token() {
    let stage = Stage::new().await;
    stage.install().await;
    let token = installer_token(&stage).await;
    assert_eq!(stage.call(&token, Method::GET, "/apps/v1/instance", None).await.status, 401);
    let info = stage.post("/oauth2/token-info", &json!({ "token": token })).await;
    assert_eq!((info.status, info.json), (200, json!({ "active": false })));
}

#[tokio::test]
async fn without_a_token_the_owner_chooses_a_site() {
    let stage = Stage::new().await;
    let mut query = request(&stage, "");
    query.retain(|(name, _)| *name != "token");
    let (status, html) = page(&stage, &query).await;
    assert_eq!(status, 200);
    for site in stage.emulator.sites() {
        assert!(html.contains(&site.name.replace('&', "&amp;")), "{html}");
    }
    let link = html.split("href=\"").nth(2).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let answer = stage.request(Method::GET, &link).send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("Harbour Coffee Roasters") && answer.contains("<form"), "{answer}");
}

#[tokio::test]
async fn the_window_closes_with_a_token_of_the_app_only() {
    let stage = Stage::new().await;
    let given = trade(&stage, &code(&stage).await).await.json;
    let close = async |token: &str| {
        let call = stage.request(Method::GET, &format!("/installer/close-window?access_token={token}"));
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, html) = close(given["access_token"].as_str().unwrap()).await;
    assert_eq!(status, 200);
    assert!(html.contains(&format!("/dashboard/{}/app/{APP_ID}", stage.site_id())), "{html}");
    assert_eq!(close("wrong").await.0, 401);
    assert_eq!(close(&installer_token(&stage).await).await.0, 401);
}
