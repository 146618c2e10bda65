//! Who may ask: every route against every kind of token, and one instance against another.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wixapp_core::ErrorCode;
use wixapp_platform::{AppSecret, InstanceClaims, instance_token};

use crate::app::{APP_ID, PREVIOUS_SECRET, SECRET, Site, TestApp, hours};
use crate::catalogue::{Operation, Things, operations};
use crate::stream::Live;
use crate::wire::Behaviour;

fn sign(claims: &InstanceClaims, secret: &str) -> String {
    instance_token::sign(claims, &AppSecret::new(secret).unwrap())
}

/// Every `Authorization` that opens nothing, with the code of its refusal.
fn bad_authorizations(app: &TestApp, site: &Site) -> Vec<(String, ErrorCode)> {
    let owner = app.claims(&site.site_id, &site.instance_id);
    let good = sign(&owner, SECRET);
    let (signature, payload) = good.split_once('.').unwrap();
    let now = owner.sign_date;
    let old =
        InstanceClaims { sign_date: now - hours(5), expiration_date: Some(now - hours(1)), ..owner.clone() };
    let future = InstanceClaims { sign_date: now + SignedDuration::from_secs(61), ..owner.clone() };
    let visitor = InstanceClaims { aid: Some("visitor-1".to_owned()), ..owner.clone() };
    let member = InstanceClaims { permissions: None, ..owner.clone() };
    let editor = InstanceClaims { permissions: Some("EDITOR".to_owned()), ..owner.clone() };
    let instance = |token: String| format!("WixInstance {token}");
    vec![
        (String::new(), ErrorCode::Unauthorized),
        ("WixInstance".to_owned(), ErrorCode::Unauthorized),
        ("WixInstance ".to_owned(), ErrorCode::Unauthorized),
        ("Bearer".to_owned(), ErrorCode::Unauthorized),
        ("Basic dXNlcjpwYXNz".to_owned(), ErrorCode::Unauthorized),
        (instance("garbage".to_owned()), ErrorCode::Unauthorized),
        (instance(".".to_owned()), ErrorCode::Unauthorized),
        (instance("a.b.c".to_owned()), ErrorCode::Unauthorized),
        (instance(format!("{signature}.")), ErrorCode::Unauthorized),
        (instance(format!("{signature}.{payload}x")), ErrorCode::Unauthorized),
        (instance(format!("{payload}.{signature}")), ErrorCode::Unauthorized),
        (instance("x".repeat(9_000)), ErrorCode::Unauthorized),
        (instance(sign(&owner, "another-secret-0123456789")), ErrorCode::Unauthorized),
        (instance(sign(&future, SECRET)), ErrorCode::Unauthorized),
        (instance(sign(&old, SECRET)), ErrorCode::TokenExpired),
        (instance(sign(&visitor, SECRET)), ErrorCode::Forbidden),
        (instance(sign(&member, SECRET)), ErrorCode::Forbidden),
        (instance(sign(&editor, SECRET)), ErrorCode::Forbidden),
        ("Bearer OauthNG.JWS.a.b.c".to_owned(), ErrorCode::Unauthorized),
        ("OauthNG.JWS.a.b.c".to_owned(), ErrorCode::Unauthorized),
    ]
}

#[tokio::test]
async fn every_route_refuses_every_token_that_is_not_the_owners() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let things = Things::of(&app, &site).await;
    let bad = bad_authorizations(&app, &site);
    let before = app.place.dump();
    let mut tried = 0;
    for operation in operations().into_iter().filter(|operation| operation.is_secured) {
        for (authorization, code) in &bad {
            let request = operation.good_request(&app, &things, "key");
            let request = match authorization.as_str() {
                "" => request,
                text => request.header("authorization", text),
            };
            let answer = app.send(request).await;
            assert_eq!(
                answer.code(),
                code.as_str(),
                "{} with {authorization:.40}: {}",
                operation.id,
                answer.text
            );
            answer.refused(*code);
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
    assert_eq!(app.place.dump(), before);
    app.finish().await;
}

#[tokio::test]
async fn every_route_takes_the_owners_token() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let things = Things::of(&app, &site).await;
    for operation in operations().into_iter().filter(|operation| operation.is_secured && !operation.streams())
    {
        let request = operation.good_request(&app, &things, &operation.id);
        let answer = app.send(request.header("authorization", format!("WixInstance {}", site.token))).await;
        match operation.id.as_str() {
            // Its hold was ended by the row before: the order of the document.
            "credits_void" => _ = answer.refused(ErrorCode::HoldEnded),
            // It has completed.
            "jobs_cancel" => _ = answer.refused(ErrorCode::Conflict),
            // Its plan is sold at Wix.
            "billing_portal_url" => _ = answer.refused(ErrorCode::Conflict),
            _ => _ = answer.data(),
        }
    }
    let jobs = app.get(&site.token, "/api/v1/wix/jobs").await.data()["jobs"].clone();
    for job in jobs.as_array().unwrap() {
        app.ended(&site, job["jobId"].as_str().unwrap()).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn the_secret_before_the_last_change_still_counts() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let token = sign(&app.claims(&site.site_id, &site.instance_id), PREVIOUS_SECRET);
    assert_eq!(app.available(&token).await, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_token_without_an_end_reads_for_ever_and_writes_for_a_day() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let claims = InstanceClaims { expiration_date: None, ..app.claims(&site.site_id, &site.instance_id) };
    let site = Site { token: sign(&claims, SECRET), ..site };
    app.advance(hours(24)).await;
    app.spend(&site, "spend-1", 1).await.data();
    app.advance(SignedDuration::from_millis(1)).await;
    app.spend(&site, "spend-2", 1).await.refused(ErrorCode::TokenExpired);
    assert_eq!(app.available(&site.token).await, 199);
    app.finish().await;
}

/// What Wix says of a dashboard access token.
fn token_info(app: &TestApp, site: &Site, subject: &str) -> Value {
    let now = wixapp_core::clock::Clock::now(&app.clock).as_second();
    json!({
        "active": true, "subjectType": subject, "subjectId": "u-1", "clientId": APP_ID, "siteId": site.site_id,
        "iat": now.to_string(), "exp": (now + 600).to_string(), "instanceId": site.instance_id,
    })
}

#[tokio::test]
async fn a_dashboard_token_is_the_owners_when_wix_says_so() {
    let app = TestApp::start().await;
    let site = app.install().await;
    app.to_wix.set(Behaviour::Say(token_info(&app, &site, "USER")));
    for form in ["OauthNG.JWS.a.b.user", "Bearer OauthNG.JWS.a.b.user", "bearer OauthNG.JWS.a.b.user"] {
        let request = app.request("GET", "/api/v1/wix/user/status", "").header("authorization", form);
        assert_eq!(app.send(request).await.data()["credits"]["available"], 200, "{form}");
    }
    assert_eq!(app.to_wix.count("/oauth2/token-info"), 1);
    for (subject, token) in [("VISITOR", "v"), ("MEMBER", "m"), ("APP", "a"), ("SOMEBODY", "s")] {
        app.to_wix.set(Behaviour::Say(token_info(&app, &site, subject)));
        let request = app.request("GET", "/api/v1/wix/user/status", "");
        let request = request.header("authorization", format!("OauthNG.JWS.a.b.{token}"));
        app.send(request).await.refused(ErrorCode::Forbidden);
    }
    app.to_wix.set(Behaviour::Say(json!({ "active": false })));
    let request =
        app.request("GET", "/api/v1/wix/user/status", "").header("authorization", "OauthNG.JWS.a.b.off");
    app.send(request).await.refused(ErrorCode::Unauthorized);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

#[tokio::test]
async fn the_platforms_own_app_token_is_nobodys_session() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let token = app.app().wix.access_token(&site.instance_id).await.unwrap();
    let request = app.request("GET", "/api/v1/wix/user/status", "").header("authorization", token.expose());
    app.send(request).await.refused(ErrorCode::Forbidden);
    app.finish().await;
}

#[tokio::test]
async fn wix_is_only_asked_about_text_that_can_be_its_token() {
    let app = TestApp::start().await;
    for text in ["x", "Bearer x", "Bearer x.y", "x y.z.z", &"a.".repeat(5_000)] {
        let request = app.request("GET", "/api/v1/wix/user/status", "").header("authorization", text);
        app.send(request).await.refused(ErrorCode::Unauthorized);
    }
    assert_eq!(app.to_wix.count("/oauth2/token-info"), 0);
    app.finish().await;
}

#[tokio::test]
async fn while_wix_is_out_a_dashboard_token_is_neither_taken_nor_called_bad() {
    let app = TestApp::start().await;
    app.expect_status(502);
    app.to_wix.set(Behaviour::Answer(503));
    let request =
        app.request("GET", "/api/v1/wix/user/status", "").header("authorization", "OauthNG.JWS.a.b.c");
    let answer = app.send(request).await;
    assert_eq!((answer.status, answer.code()), (502, "wix_unavailable"));
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

#[tokio::test]
async fn a_removed_instance_may_look_and_not_change() {
    let app = TestApp::start().await;
    let site = app.install().await;
    let things = Things::of(&app, &site).await;
    app.clock.advance(hours(1));
    app.emulator.uninstall(&site.site_id).await.unwrap();
    let site = app.fresh(&site);
    app.until("the removal", async || {
        (app.status(&site.token).await["connection"]["status"] == "removed").then_some(())
    })
    .await;
    let removed = ["billing_checkout_return", "settings_data_delete"];
    for operation in operations().into_iter().filter(|operation| operation.is_secured && !operation.streams())
    {
        let request = operation.good_request(&app, &things, &operation.id);
        let answer = app.send(request.header("authorization", format!("WixInstance {}", site.token))).await;
        if operation.writes() && !removed.contains(&operation.id.as_str()) {
            assert_eq!(answer.code(), "forbidden", "{}: {}", operation.id, answer.text);
            answer.refused(ErrorCode::Forbidden);
        } else {
            answer.data();
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn one_instance_never_sees_anothers() {
    let app = TestApp::start().await;
    let (one, two) = (app.install().await, app.install().await);
    let things = Things::of(&app, &two).await;
    app.credits(
        &two,
        "spend",
        "canary",
        json!({ "amount": 1, "action": "canary-1", "reference": "canary-2" }),
    )
    .await;
    let mut live = Live::open(&app, &one.token).await;
    // A deletion gives back what is put aside, and the balance below tells which event is this one's own.
    let asked = |operation: &Operation| {
        operation.is_secured && !operation.streams() && operation.id != "settings_data_delete"
    };
    for operation in operations().into_iter().filter(asked) {
        let request = operation.good_request(&app, &things, &operation.id);
        let answer = app.send(request.header("authorization", format!("WixInstance {}", one.token))).await;
        if operation.path.contains('{') || operation.fields.contains(&"holdId".to_owned()) {
            answer.refused(ErrorCode::NotFound);
        }
        for canary in
            ["canary", &things.checkout_id, &things.hold_id, &things.job_id, two.instance_id.as_str()]
        {
            assert!(!answer.text.contains(canary), "{}: {}", operation.id, answer.text);
        }
    }
    let jobs = app.get(&one.token, "/api/v1/wix/jobs").await.data()["jobs"].clone();
    for job in jobs.as_array().unwrap() {
        app.ended(&one, job["jobId"].as_str().unwrap()).await;
    }
    // What happens to the other is not told to this one: the next that it hears of is its own.
    app.spend(&two, "unheard", 1).await.data();
    app.spend(&one, "heard", 1).await.data();
    for event in live.until(|event| event.data["credits"]["available"] == 246).await {
        assert!(!event.data.to_string().contains(two.instance_id.as_str()), "{event:?}");
    }
    app.finish().await;
}
