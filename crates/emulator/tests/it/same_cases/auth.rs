//! Tokens of people in the dashboard, and the installation by consent.

use reqwest::{Method, Url};
use serde_json::json;
use wixapp_platform::Credential;
use wixapp_platform::oauth::{InstallCallback, OAuthState};

use super::scene::{Scene, client};
use super::{call, tests};

/// The token that the page gets from the dashboard.
async fn dashboard_token(s: &Scene) -> String {
    let given =
        s.stage.post(&format!("/_emulator/sites/{}/access-token", s.stage.site_id()), &json!({})).await;
    given.json["accessToken"].as_str().unwrap().to_owned()
}

call! { DASHBOARD "AppStrategy with a dashboard token"
    "becomes a token that the server may use" => |s| {
        let token = dashboard_token(s).await;
        let ours = s.client.server_token(&token).await.unwrap();
        assert_ne!(ours.expose(), token);
        let found = s.client.app_instance(Credential::access_token(ours)).await.unwrap();
        assert_eq!(found.instance.instance_id, s.instance);
    }
    "with the secret of another app" => |s| {
        let token = dashboard_token(s).await;
        let error = client(&s.stage, &"x".repeat(32)).server_token(&token).await.unwrap_err();
        assert_eq!((error.status(), error.is_unauthorized()), (Some(401), true));
    }
    "of nobody" => |s| {
        let error = s.client.server_token("nobody").await.unwrap_err();
        assert!(error.is_unauthorized() || error.is_malformed() || error.is_refused(), "{error}");
    }
}

/// What an owner does who agrees: the query with which Wix leads back to the app.
async fn consent(s: &Scene, state: &OAuthState) -> String {
    let token = s.installer_token().await;
    let back = format!("{}/api/v1/wix/oauth/callback", s.stage.app_url);
    let page = Url::parse(&s.client.install_url(&token, &back, state).unwrap()).unwrap();
    let agree = s.stage.request(Method::POST, page.path());
    let agree = agree.header("content-type", "application/x-www-form-urlencoded");
    let answer = agree.body(page.query().unwrap().to_owned()).send().await.unwrap();
    let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    location.query().unwrap().to_owned()
}

call! { CALLBACK "AppStrategy.handleOAuthCallback"
    "from the consent to a call" => |s| {
        let state = OAuthState::random();
        let callback = InstallCallback::from_query(&consent(s, &state).await).unwrap();
        let grant = s.client.complete_install(&callback, &state).await.unwrap();
        assert_eq!(grant.instance_id, s.instance);
        let later = s.client.app_instance(Credential::refresh_token(grant.refresh_token)).await.unwrap();
        assert_eq!(later.instance.instance_id, s.instance);
    }
    "another state is refused" => |s| {
        let callback = InstallCallback::from_query(&consent(s, &OAuthState::random()).await).unwrap();
        let error = s.client.complete_install(&callback, &OAuthState::random()).await.unwrap_err();
        assert!(error.is_refused(), "{error}");
    }
    "a code is good once" => |s| {
        let state = OAuthState::random();
        let callback = InstallCallback::from_query(&consent(s, &state).await).unwrap();
        s.client.complete_install(&callback, &state).await.unwrap();
        assert_eq!(s.client.complete_install(&callback, &state).await.unwrap_err().status(), Some(400));
    }
}

tests! { dashboard: DASHBOARD, callback: CALLBACK }
