//! Access tokens of a person in the dashboard.

use reqwest::Method;
use serde_json::json;

use crate::stage::{APP_ID, SECRET, Stage, hours};

#[tokio::test]
async fn the_pages_token_is_the_owners_and_says_so() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let path = format!("/_emulator/sites/{}/access-token", stage.site_id());
    let given = stage.post(&path, &json!({})).await;
    let token = given.json["accessToken"].as_str().unwrap().to_owned();
    assert!(token.starts_with("OauthNG.JWS."));
    let info = stage.post("/oauth2/token-info", &json!({ "token": token })).await.json;
    assert_eq!((&info["active"], &info["subjectType"]), (&json!(true), &json!("USER")));
    assert_eq!(info["clientId"], APP_ID);
    assert_eq!(info["instanceId"], instance.as_str());
    assert_eq!(stage.call(&token, Method::GET, "/apps/v1/instance", None).await.status, 200);

    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    assert_eq!(stage.post(&path, &json!({})).await.code(), "not_installed");
    let info = stage.post("/oauth2/token-info", &json!({ "token": token })).await.json;
    assert_eq!(info, json!({ "active": false }));
}

#[tokio::test]
async fn a_session_token_is_stripped_for_the_server_and_keeps_its_end() {
    let stage = Stage::new().await;
    stage.install().await;
    let token = stage.emulator.dashboard_token(&stage.site_id()).unwrap();
    stage.emulator.advance(hours(1)).await.unwrap();
    let body = json!({
        "grant_type": "strip_bound_session", "client_secret": SECRET, "access_token": token,
    });
    let stripped = stage.post("/oauth2/token", &body).await;
    assert_eq!((stripped.status, &stripped.json["expires_in"]), (200, &json!(3 * 3_600)));
    let info =
        stage.post("/oauth2/token-info", &json!({ "token": stripped.json["access_token"] })).await.json;
    assert_eq!(info["subjectType"], "USER");

    for (field, value, status, code) in [
        ("client_secret", json!("wrong-wrong-wrong-wrong"), 401, "INVALID_CLIENT"),
        ("client_id", json!("another-app"), 401, "INVALID_CLIENT"),
        ("access_token", json!("OauthNG.JWS.a.b.c"), 401, "UNAUTHORIZED"),
        ("access_token", json!(null), 400, "INVALID_REQUEST"),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        let answer = stage.post("/oauth2/token", &wrong).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{field}");
    }
    stage.emulator.advance(hours(3)).await.unwrap();
    assert_eq!(stage.post("/oauth2/token", &body).await.status, 401, "the session is over");
}
