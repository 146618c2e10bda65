//! Purchases, plans, BI events, embedded scripts and secrets: what is sent and what is read.

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use wixapp_platform::Error;
use wixapp_platform::api::bi::{BiEvent, BiEventName};
use wixapp_platform::api::purchases::ChargeQuery;
use wixapp_platform::api::scripts::EmbeddedScript;
use wixapp_platform::api::secrets::SecretDraft;

use crate::support::{Wix, at, client, instance, shown};

const VAULT: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

async fn wix(verb: &str, path: &str, answer: Value) -> Wix {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers(verb, path, ResponseTemplate::new(200).set_body_json(answer)).await;
    wix
}

#[tokio::test]
async fn purchases_are_read_with_and_without_their_details() {
    let full = json!({"productId": "starter", "price": "9.95", "currency": "EUR", "billingCycle": "MONTHLY", "dateCreated": "2026-01-01T00:00:00.000Z"});
    let wix = wix("GET", "/apps/v1/checkout/history", json!({"purchases": [full, {"productId": "x"}]})).await;
    let purchases = wix.client.purchases(&instance("i-1")).await.unwrap();
    assert_eq!(
        (purchases[0].price.as_deref(), purchases[0].bought_at),
        (Some("9.95"), Some(at("2026-01-01T00:00:00Z")))
    );
    assert_eq!((purchases[1].product_id.as_str(), &purchases[1].billing_cycle), ("x", &None));
    assert_eq!(serde_json::to_value(&purchases[1]).unwrap(), json!({"productId": "x"}));
}

#[tokio::test]
async fn an_instance_that_bought_nothing_has_no_purchases() {
    let wix = wix("GET", "/apps/v1/checkout/history", json!({})).await;
    assert!(wix.client.purchases(&instance("i-1")).await.unwrap().is_empty());
}

#[tokio::test]
async fn metered_charges_are_asked_for_by_currency_and_period() {
    let answer = json!({"charges": [{"id": "c-1", "description": "posts", "amount": "1.50"}]});
    let wix = wix("GET", "/apps/v1/metered-billing-charges", answer).await;
    let query = ChargeQuery {
        currency: Some("EUR".into()),
        from: Some(at("2026-01-01T00:00:00Z")),
        until: Some(at("2026-02-01T00:00:00.5Z")),
    };
    let charges = wix.client.metered_charges(&instance("i-1"), &query).await.unwrap();
    assert_eq!((charges[0].id.as_deref(), charges[0].amount.as_str()), (Some("c-1"), "1.50"));
    wix.client.metered_charges(&instance("i-1"), &ChargeQuery::default()).await.unwrap();
    let requests = wix.sent("/apps/v1/metered-billing-charges").await;
    let pairs: Vec<_> = requests[0].url.query_pairs().into_owned().collect();
    let expected = [
        ("currency", "EUR"),
        ("startDate", "2026-01-01T00:00:00.000Z"),
        ("endDate", "2026-02-01T00:00:00.500Z"),
    ];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(requests[1].url.query(), None);
}

#[tokio::test]
async fn plans_are_asked_for_by_path_and_query() {
    let plan = json!({"id": "p", "vendorId": "starter", "name": "Starter", "benefits": ["100 posts"], "prices": [
        {"totalPrice": "9.95", "billingCycle": {"cycleType": "RECURRING", "cycleDuration": {"unit": "MONTH", "count": 1}}, "somethingNew": 1}]});
    let answer = json!({"currency": "USD", "currencySymbol": "$", "taxSettings": {"taxType": "VAT"}, "appPlans": [{"id": "app-1", "plans": [plan]}]});
    let wix = wix("GET", "/apps-plans/v1/apps-plans/app-1%2Capp-2", answer).await;
    let list = wix.client.app_plans(&instance("i-1"), &["app-1", "app-2"]).await.unwrap();
    assert_eq!(list.app_plans[0].plans[0].prices[0].total_price.as_deref(), Some("9.95"));
    let requests = wix.server.received_requests().await.unwrap();
    assert_eq!(requests[1].url.query(), Some("appIds=app-1&appIds=app-2"));
    for ids in [&[][..], &[""], &["app-1", ""]] {
        assert!(wix.client.app_plans(&instance("i-1"), ids).await.unwrap_err().is_malformed());
    }
}

#[tokio::test]
async fn a_bi_event_is_sent_once_as_wix_names_it() {
    let wix = wix("POST", "/apps/v1/bi-event", json!({})).await;
    let milestone = BiEvent::new(BiEventName::AppUpgraded).with("plan", "starter");
    wix.client.report(&instance("i-1"), &milestone).await.unwrap();
    wix.client.report(&instance("i-1"), &BiEvent::custom("opened")).await.unwrap();
    assert_eq!(
        wix.bodies("/apps/v1/bi-event").await,
        [
            json!({"eventName": "APP_UPGRADED", "eventData": {"plan": "starter"}}),
            json!({"eventName": "CUSTOM", "customEventName": "opened"})
        ]
    );
}

#[tokio::test]
async fn a_bi_event_is_never_repeated_by_itself() {
    let wix = Wix::start().await.grants_tokens().await;
    let patient = client(&wix.server.uri(), &wix.clock).attempts(3).build().unwrap();
    wix.answers("POST", "/apps/v1/bi-event", ResponseTemplate::new(503).insert_header("retry-after", "0"))
        .await;
    let event = BiEvent::new(BiEventName::AppDashboardLoaded);
    assert!(patient.report(&instance("i-1"), &event).await.unwrap_err().is_unavailable());
    assert_eq!(wix.count("/apps/v1/bi-event").await, 1);
}

#[tokio::test]
async fn a_script_is_embedded_with_all_its_parameters_and_read_again() {
    let wix = wix("POST", "/apps/v1/scripts", json!({"properties": {"parameters": {"a": "1"}}})).await;
    let script = EmbeddedScript { disabled: true, ..EmbeddedScript::default() }.with("a", "1");
    let state = wix.client.embed_script(&instance("i-1"), &script, Some("c-1")).await.unwrap();
    assert_eq!(state, EmbeddedScript::default().with("a", "1"));
    wix.client.embed_script(&instance("i-1"), &EmbeddedScript::default(), None).await.unwrap();
    assert_eq!(
        wix.bodies("/apps/v1/scripts").await,
        [
            json!({"properties": {"parameters": {"a": "1"}, "disabled": true}, "componentId": "c-1"}),
            json!({"properties": {"parameters": {}, "disabled": false}})
        ]
    );
}

#[tokio::test]
async fn a_script_that_was_never_embedded_is_not_found() {
    let wix = Wix::start().await.grants_tokens().await;
    wix.answers("GET", "/apps/v1/scripts", ResponseTemplate::new(404)).await;
    assert!(wix.client.embedded_script(&instance("i-1"), Some("c 1")).await.unwrap_err().is_not_found());
    assert_eq!(wix.sent("/apps/v1/scripts").await[0].url.query(), Some("componentId=c+1"));
}

#[tokio::test]
async fn a_secret_is_made_read_listed_changed_and_deleted() {
    let wix = wix("POST", VAULT, json!({"id": "s-1"})).await;
    let answer = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    wix.answers("GET", &format!("{VAULT}/name/mail%20key"), answer(json!({"value": "s3cr3t"}))).await;
    let listed =
        json!({"secrets": [{"id": "s-1", "name": "mail key", "createdDate": "2026-01-01T00:00:00Z"}]});
    wix.answers("GET", VAULT, answer(listed)).await;
    wix.answers("PATCH", &format!("{VAULT}/s-1"), answer(json!({}))).await;
    wix.answers("DELETE", &format!("{VAULT}/s-1"), answer(json!({}))).await;

    let i = &instance("i-1");
    let id = wix.client.create_secret(i, &SecretDraft::new("mail key", "s3cr3t")).await.unwrap();
    assert_eq!(wix.client.secret(i, "mail key").await.unwrap().expose_secret(), "s3cr3t");
    assert_eq!(wix.client.secrets(i).await.unwrap()[0].created_at, Some(at("2026-01-01T00:00:00Z")));
    let change = SecretDraft { description: Some("for mail".into()), ..SecretDraft::default() };
    wix.client.update_secret(i, &id, &change).await.unwrap();
    wix.client.delete_secret(i, &id).await.unwrap();
    assert_eq!(wix.bodies(VAULT).await[0], json!({"secret": {"name": "mail key", "value": "s3cr3t"}}));
    assert_eq!(wix.bodies(&format!("{VAULT}/s-1")).await[0], json!({"secret": {"description": "for mail"}}));
}

#[tokio::test]
async fn names_that_would_address_something_else_are_not_sent() {
    let wix = wix("GET", VAULT, json!({"secrets": []})).await;
    let i = &instance("i-1");
    for name in ["", ".", ".."] {
        let outcomes: [Result<(), Error>; 3] = [
            wix.client.secret(i, name).await.map(drop),
            wix.client.delete_secret(i, name).await,
            wix.client.update_secret(i, name, &SecretDraft::default()).await,
        ];
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().is_malformed()));
    }
    assert!(wix.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_refusal_names_the_permission_to_who_asks_and_to_nobody_else() {
    let wix = Wix::start().await.grants_tokens().await;
    let body = json!({"message": "missing permission SCOPE.SECRETS for s3cr3t", "details": {"applicationError": {"code": "FORBIDDEN"}}});
    wix.answers("GET", VAULT, ResponseTemplate::new(403).set_body_json(body)).await;
    let error = wix.client.secrets(&instance("i-1")).await.unwrap_err();
    assert!(error.is_permission_denied() && error.code() == Some("FORBIDDEN"));
    assert!(error.message().unwrap().contains("SCOPE.SECRETS") && !shown(&error).contains("s3cr3t"));
}
