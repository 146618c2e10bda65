//! Wix's own API: tokens, Get App Instance, checkout and its history.

use reqwest::Method;
use serde_json::{Value, json};
use wixapp_platform::{AppSecret, InstanceClaims, instance_token};

use crate::stage::{APP_ID, SECRET, Stage, credentials, hours, reply};

const ALL_PERMISSIONS: [&str; 7] = [
    "MANAGE-YOUR-APP",
    "MANAGE-EMBEDDED-SCRIPTS",
    "READ-SECRETS",
    "MANAGE-SECRETS",
    "READ-DATA-ITEMS",
    "WRITE-DATA-ITEMS",
    "MANAGE-DATA-COLLECTIONS",
];

#[tokio::test]
async fn client_credentials_give_a_token_that_lives_four_hours() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let answer = stage.post("/oauth2/token", &credentials(instance.as_str())).await;
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 14_400);
    let token = answer.json["access_token"].as_str().unwrap();
    assert!(token.starts_with("OauthNG.JWS."));

    let info = stage.post("/oauth2/token-info", &json!({ "token": token })).await.json;
    assert_eq!(info["active"], true);
    assert_eq!(info["subjectType"], "APP");
    assert_eq!(info["clientId"], APP_ID);
    assert_eq!(info["instanceId"], instance.as_str());
    assert_eq!(info["siteId"], stage.site_id());
    assert_eq!(info["exp"], (stage.now().as_second() + 14_400).to_string());

    stage.emulator.advance(hours(4)).await.unwrap();
    assert_eq!(
        stage.post("/oauth2/token-info", &json!({ "token": token })).await.json,
        json!({ "active": false })
    );
    let call = stage.request(Method::GET, "/apps/v1/instance").header("authorization", token);
    assert_eq!(reply(call).await.status, 401);
}

#[tokio::test]
async fn wrong_credentials_get_no_token() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let with = |field: &str, value: Value| {
        let mut body = credentials(instance.as_str());
        body[field] = value;
        body
    };
    for (body, status, code) in [
        (with("client_secret", json!("wrong-wrong-wrong-wrong")), 401, "INVALID_CLIENT"),
        (with("client_secret", json!("")), 401, "INVALID_CLIENT"),
        (with("client_secret", Value::Null), 401, "INVALID_CLIENT"),
        (with("client_id", json!("another-app")), 401, "INVALID_CLIENT"),
        (with("instance_id", json!("no-such-instance")), 404, "NOT_FOUND"),
        (with("instance_id", Value::Null), 400, "INVALID_REQUEST"),
        (with("grant_type", json!("password")), 400, "UNSUPPORTED_GRANT_TYPE"),
    ] {
        let answer = stage.post("/oauth2/token", &body).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}");
        assert!(!answer.json.to_string().contains(SECRET));
    }
}

#[tokio::test]
async fn a_removed_app_has_no_valid_token() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let token = stage.token(&instance).await;
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    let call = stage.request(Method::GET, "/apps/v1/instance").header("authorization", &token);
    let answer = reply(call).await;
    assert_eq!((answer.status, answer.code()), (403, "APP_NOT_INSTALLED"));
    assert_eq!(stage.post("/oauth2/token", &credentials(instance.as_str())).await.status, 403);
    assert_eq!(stage.post("/oauth2/token-info", &json!({ "token": token })).await.json["active"], false);
}

#[tokio::test]
async fn token_info_knows_instance_tokens_and_nothing_forged() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let url = reqwest::Url::parse(&stage.emulator.app_url(&stage.site_id()).unwrap()).unwrap();
    let token = url.query_pairs().find(|(name, _)| name == "instance").unwrap().1.into_owned();
    let info = stage.post("/oauth2/token-info", &json!({ "token": token })).await.json;
    assert_eq!(info["active"], true);
    assert_eq!(info["subjectType"], "USER");
    assert_eq!(info["instanceId"], instance.as_str());
    for forged in [format!("{token}x"), "a.b".to_owned(), String::new(), "OauthNG.JWS.a.b.c".to_owned()] {
        let info = stage.post("/oauth2/token-info", &json!({ "token": forged })).await;
        assert_eq!((info.status, info.json), (200, json!({ "active": false })));
    }
}

#[tokio::test]
async fn token_info_reads_an_instance_token_whatever_it_leaves_out() {
    let stage = Stage::new().await;
    let bare = InstanceClaims::new(stage.install().await, stage.now());
    let dashboard = json!({ "token": stage.emulator.dashboard_token(&stage.site_id()).unwrap() });
    let owner = stage.post("/oauth2/token-info", &dashboard).await.json["subjectId"].clone();
    let some = |text: &str| Some(text.to_owned());
    let rows = [
        (InstanceClaims { permissions: some("OWNER"), ..bare.clone() }, "USER", owner),
        (InstanceClaims { permissions: some("OWNER"), uid: some("u"), ..bare.clone() }, "USER", json!("u")),
        (InstanceClaims { uid: some("u"), ..bare.clone() }, "USER", json!("u")),
        (
            InstanceClaims { permissions: some("OWNER"), aid: some("v"), ..bare.clone() },
            "VISITOR",
            json!("v"),
        ),
        (InstanceClaims { uid: some("u"), aid: some("v"), ..bare.clone() }, "VISITOR", json!("v")),
        (InstanceClaims { site_member_id: some("m"), ..bare.clone() }, "MEMBER", json!("m")),
        (InstanceClaims { permissions: some("owner"), ..bare.clone() }, "VISITOR", Value::Null),
        (bare.clone(), "VISITOR", Value::Null),
    ];
    let secret = AppSecret::new(SECRET).unwrap();
    for (claims, kind, id) in rows {
        let token = instance_token::sign(&claims, &secret);
        let info = stage.post("/oauth2/token-info", &json!({ "token": token })).await.json;
        assert_eq!((&info["active"], &info["subjectType"]), (&json!(true), &json!(kind)), "{claims:?}");
        assert_eq!(info["subjectId"], id, "{claims:?}");
        assert_eq!(info["exp"], (stage.now() + hours(4)).as_second().to_string(), "{claims:?}");
    }
}

#[tokio::test]
async fn an_instance_token_without_an_end_is_active_for_four_hours() {
    let stage = Stage::new().await;
    let claims = InstanceClaims::new(stage.install().await, stage.now());
    let token = instance_token::sign(&claims, &AppSecret::new(SECRET).unwrap());
    let active =
        async || stage.post("/oauth2/token-info", &json!({ "token": token })).await.json["active"].clone();
    stage.emulator.advance(hours(4) - jiff::SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(active().await, true);
    stage.emulator.advance(jiff::SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(active().await, false);
}

#[tokio::test]
async fn tokens_are_taken_raw_and_with_bearer() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    let call =
        |value: String| reply(stage.request(Method::GET, "/apps/v1/instance").header("authorization", value));
    assert_eq!(call(token.clone()).await.status, 200);
    assert_eq!(call(format!("Bearer {token}")).await.status, 200);
    assert_eq!(call(format!("bearer {token}")).await.status, 200);
    for wrong in [format!("Basic {token}"), "Bearer".to_owned(), "Bearer ".to_owned(), format!("{token}A")] {
        assert_eq!(call(wrong).await.code(), "UNAUTHORIZED");
    }
    let none = reply(stage.request(Method::GET, "/apps/v1/instance")).await;
    assert_eq!(none.code(), "UNAUTHORIZED");
    assert!(none.json["message"].as_str().unwrap().contains("Authorization"));
}

#[tokio::test]
async fn a_free_instance_has_no_billing() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let answer = stage.app_instance(&instance).await;
    assert_eq!(
        answer["instance"],
        json!({
            "instanceId": instance.as_str(), "appName": "My app", "appVersion": "1.0.0", "isFree": true,
            "permissions": ALL_PERMISSIONS, "copiedFromTemplate": false, "freeTrialAvailable": false,
            "availablePlans": [
                { "packageName": "starter-plan", "source": "My app" },
                { "packageName": "pro-plan", "source": "My app" },
                { "packageName": "scale-plan", "source": "My app" },
            ],
        })
    );
    assert_eq!(
        answer["site"],
        json!({
            "siteDisplayName": "Bloom & Root", "locale": "en", "paymentCurrency": "USD",
            "multilingual": { "isMultiLingual": false, "supportedLanguages": [] },
            "url": "https://www.bloomandroot.example",
            "description": "A flower studio with weekly bouquets and workshops.", "installedWixApps": [],
            "ownerInfo": { "email": "maya@bloomandroot.example", "emailStatus": "VERIFIED_OPT_IN" },
            "siteId": stage.site_id(),
        })
    );
}

#[tokio::test]
async fn billing_names_an_expiration_date_only_for_yearly_plans() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter-plan", "MONTHLY").await;
    let invoice_id = stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap().invoice_id;
    let answer = stage.app_instance(&instance).await;
    assert_eq!(answer["instance"]["isFree"], false);
    assert_eq!(
        answer["instance"]["billing"],
        json!({
            "packageName": "starter-plan", "billingCycle": "MONTHLY", "timeStamp": "2027-01-31T08:00:00.000Z",
            "autoRenewing": true, "invoiceId": invoice_id, "source": "",
            "freeTrialInfo": { "status": "NOT_AVAILABLE" },
        })
    );
    stage.buy(&instance, "pro", "YEARLY").await;
    let billing = stage.app_instance(&instance).await["instance"]["billing"].clone();
    assert_eq!(billing["packageName"], "pro");
    assert_eq!(billing["expirationDate"], "2028-01-31T08:00:00.000Z");
}

#[tokio::test]
async fn history_lists_purchases_without_renewals() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.advance(hours(24 * 65)).await.unwrap();
    stage.buy(&instance, "pro", "YEARLY").await;
    let token = stage.token(&instance).await;
    let call = stage.request(Method::GET, "/apps/v1/checkout/history").header("authorization", token);
    assert_eq!(
        reply(call).await.json,
        json!({ "purchases": [
            { "productId": "starter", "price": "9.00", "currency": "USD", "billingCycle": "MONTHLY",
              "dateCreated": "2027-01-31T08:00:00.000Z" },
            { "productId": "pro", "price": "290.00", "currency": "USD", "billingCycle": "YEARLY",
              "dateCreated": "2027-04-06T08:00:00.000Z" },
        ] })
    );
}

#[tokio::test]
async fn checkout_refuses_what_is_not_on_sale() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    let good =
        json!({ "productId": "starter", "billingCycle": "MONTHLY", "successUrl": "https://a.example/paid" });
    let order = async |change: Value| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        reply(stage.request(Method::POST, "/apps/v1/checkout").header("authorization", &token).json(&body))
            .await
    };
    let opened = order(json!({})).await;
    let url = format!("{}/checkout/{}", stage.base, opened.json["token"].as_str().unwrap());
    assert_eq!((opened.status, opened.json["checkoutUrl"].as_str()), (200, Some(url.as_str())));
    for (change, named) in [
        (json!({ "productId": "free" }), "productId"),
        (json!({ "productId": "platinum" }), "productId"),
        (json!({ "productId": "Starter " }), "productId"),
        (json!({ "productId": "" }), "productId"),
        (json!({ "productId": 7 }), "`productId` must be text"),
        (json!({ "billingCycle": "TWO_YEARS" }), "billingCycle"),
        (json!({ "billingCycle": "WEEKLY" }), "billingCycle"),
        (json!({ "billingCycle": 1 }), "`billingCycle` must be text"),
        (json!({ "successUrl": "javascript:alert(1)" }), "successUrl"),
        (json!({ "successUrl": "http://evil.example/" }), "successUrl"),
        (json!({ "testCheckout": "yes" }), "`testCheckout` must be true or false"),
        (json!({ "countryCode": "USA" }), "countryCode"),
        (json!({ "languageCode": "e1" }), "languageCode"),
        (json!({ "couponCode": "x".repeat(151) }), "couponCode"),
    ] {
        let answer = order(change.clone()).await;
        assert_eq!((answer.status, answer.code()), (400, "INVALID_REQUEST"), "{change}");
        assert!(answer.json["message"].as_str().unwrap().contains(named), "{change}: {}", answer.json);
    }
    let optional =
        json!({ "couponCode": "SPRING", "countryCode": "DE", "languageCode": "de", "testCheckout": null });
    assert_eq!(order(optional).await.status, 200);
}

#[tokio::test]
async fn calls_without_a_token_are_refused_before_their_body_is_read() {
    let stage = Stage::new().await;
    let answer = reply(stage.request(Method::POST, "/apps/v1/checkout").body("{")).await;
    assert_eq!((answer.status, answer.code()), (401, "UNAUTHORIZED"));
    assert_eq!(reply(stage.request(Method::GET, "/apps/v1/checkout/history")).await.status, 401);
}
