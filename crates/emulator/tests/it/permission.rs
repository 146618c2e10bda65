//! What an app may do on a site is what its settings grant.

use reqwest::Method;
use serde_json::{Value, json};
use wixapp_emulator::{AppSettings, Permission};

use crate::stage::{Stage, reply};

const SECRETS: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

struct Call {
    method: Method,
    path: String,
    body: Option<Value>,
    needs: Permission,
}

fn call(method: Method, path: impl Into<String>, body: Option<Value>, needs: Permission) -> Call {
    Call { method, path: path.into(), body, needs }
}

/// The calls about the app itself, its scripts and the site's secrets.
fn app_calls() -> Vec<Call> {
    let script = json!({ "properties": { "parameters": {} } });
    let secret = json!({ "secret": { "name": "a", "value": "b" } });
    let (app, writes) = (Permission::ManageYourApp, Permission::ManageSecrets);
    let (get, post) = (|| Method::GET, || Method::POST);
    vec![
        call(get(), "/apps/v1/instance", None, app),
        call(get(), "/apps/v1/checkout/history", None, app),
        call(get(), "/apps/v1/metered-billing-charges", None, app),
        call(post(), "/apps/v1/checkout", Some(json!({ "productId": "starter" })), app),
        call(post(), "/apps/v1/bi-event", Some(json!({ "eventName": "APP_UPGRADED" })), app),
        call(post(), "/apps/v1/scripts", Some(script), Permission::ManageEmbeddedScripts),
        call(get(), "/apps/v1/scripts", None, Permission::ManageEmbeddedScripts),
        call(get(), SECRETS, None, Permission::ReadSecrets),
        call(get(), format!("{SECRETS}/name/a"), None, Permission::ReadSecrets),
        call(post(), SECRETS, Some(secret.clone()), writes),
        call(Method::PATCH, format!("{SECRETS}/x"), Some(secret), writes),
        call(Method::DELETE, format!("{SECRETS}/x"), None, writes),
    ]
}

/// The calls of Wix Data, each with a body that says too little: what is missing is told only to who may ask.
fn data_calls() -> Vec<Call> {
    let lists: [(Permission, Method, &[&str]); 12] = [
        (
            Permission::ReadDataItems,
            Method::GET,
            &["/items/x", "/items/query", "/collections", "/collections/x"],
        ),
        (
            Permission::ReadDataItems,
            Method::POST,
            &["/items/get", "/items/query", "/items/count", "/items/query-distinct-values", "/items/search"],
        ),
        (Permission::ReadDataItems, Method::POST, &["/items/aggregate", "/items/aggregate-pipeline"]),
        (Permission::ReadDataItems, Method::POST, &["/items/is-referenced", "/items/query-referenced"]),
        (
            Permission::WriteDataItems,
            Method::POST,
            &["/items", "/items/insert", "/items/update", "/items/save", "/items/patch", "/items/remove"],
        ),
        (
            Permission::WriteDataItems,
            Method::POST,
            &[
                "/items/truncate",
                "/items/replace-references",
                "/items/insert-reference",
                "/items/remove-reference",
            ],
        ),
        (Permission::WriteDataItems, Method::PUT, &["/items/x"]),
        (Permission::WriteDataItems, Method::PATCH, &["/items/x"]),
        (Permission::WriteDataItems, Method::DELETE, &["/items/x"]),
        (Permission::ManageDataCollections, Method::PUT, &["/collections"]),
        (Permission::ManageDataCollections, Method::PATCH, &["/collections/x", "/collections/x/patch-field"]),
        (Permission::ManageDataCollections, Method::DELETE, &["/collections/x", "/indexes"]),
    ];
    let bulk = ["insert", "update", "save", "patch", "remove", "insert-references", "remove-references"];
    let by_filter = ["async-patch-by-filter", "async-remove-by-filter"];
    let fields = ["create-field", "update-field", "delete-field", "add-plugin", "delete-plugin"];
    let more = bulk.into_iter().chain(by_filter).map(|name| format!("/bulk/items/{name}"));
    let more = more.map(|path| (Permission::WriteDataItems, Method::POST, path));
    let structure = fields.map(|name| format!("/collections/{name}")).into_iter();
    let structure = structure.chain(["/collections".to_owned(), "/indexes".to_owned()]);
    let structure = structure.map(|path| (Permission::ManageDataCollections, Method::POST, path));
    let indexes = ["/indexes", "/indexes/available"].map(str::to_owned);
    let indexes = indexes.map(|path| (Permission::ManageDataCollections, Method::GET, path));
    let job = (Permission::WriteDataItems, Method::GET, "/async-jobs/x/status".to_owned());
    let listed = lists.into_iter().flat_map(|(needs, method, paths)| {
        paths.iter().map(move |path| (needs, method.clone(), (*path).to_owned()))
    });
    let all = listed.chain(more).chain(structure).chain(indexes).chain([job]);
    let of_data = |(needs, method, path): (Permission, Method, String)| {
        let body = (!matches!(method, Method::GET | Method::DELETE)).then(|| json!({}));
        call(method, format!("/wix-data/v2{path}"), body, needs)
    };
    all.map(of_data).collect()
}

fn calls() -> Vec<Call> {
    app_calls().into_iter().chain(data_calls()).collect()
}

fn grant(stage: &Stage, permissions: Vec<Permission>) {
    stage.emulator.set_settings(AppSettings { permissions, ..AppSettings::default() }).unwrap();
}

/// Who may write secrets may read them.
fn all_but(taken: Permission) -> Vec<Permission> {
    let grants = |held: Permission| {
        held == taken || (held == Permission::ManageSecrets && taken == Permission::ReadSecrets)
    };
    Permission::ALL.into_iter().filter(|held| !grants(*held)).collect()
}

async fn stage() -> (Stage, String) {
    let stage = Stage::with(|config| config.calls_a_minute = None).await;
    let token = stage.token(&stage.install().await).await;
    (stage, token)
}

#[test]
fn every_permission_is_needed_by_some_call() {
    for permission in Permission::ALL {
        assert!(calls().iter().any(|call| call.needs == permission), "{permission:?}");
    }
}

#[tokio::test]
async fn a_call_without_its_permission_is_refused_with_the_name_of_it() {
    let (stage, token) = stage().await;
    for Call { method, path, body, needs } in calls() {
        grant(&stage, all_but(needs));
        let answer = stage.call(&token, method.clone(), &path, body.as_ref()).await;
        let code = if path.starts_with("/wix-data") { "WDE0027" } else { "PERMISSION_DENIED" };
        assert_eq!((answer.status, answer.code()), (403, code), "{method} {path}");
        let message = answer.json["message"].as_str().unwrap();
        assert!(message.contains(needs.name()) && message.contains(needs.id()), "{method} {path}: {message}");
    }
}

#[tokio::test]
async fn a_call_with_its_permission_alone_is_not_refused_for_another() {
    let (stage, token) = stage().await;
    for Call { method, path, body, needs } in calls() {
        grant(&stage, vec![needs]);
        let answer = stage.call(&token, method.clone(), &path, body.as_ref()).await;
        assert!(!matches!(answer.status, 401 | 403 | 405), "{method} {path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_before_anything_of_the_body() {
    let (stage, token) = stage().await;
    grant(&stage, Vec::new());
    for Call { method, path, body, .. } in calls() {
        if body.is_none() {
            continue;
        }
        for kind in ["application/json", "text/plain"] {
            let broken = stage.request(method.clone(), &path).header("authorization", &token);
            let answer = reply(broken.header("content-type", kind).body("{\"a\":")).await;
            assert_eq!(answer.status, 403, "{method} {path} {kind}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn settings_are_changed_by_the_page_and_seen_by_the_app() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let settings = json!({
        "externalPricingPage": true, "trialDays": 14, "permissions": ["MANAGE-YOUR-APP", "MANAGE-YOUR-APP"],
    });
    let set = stage.post("/_emulator/app/settings", &settings).await;
    assert_eq!(set.json["permissions"], json!(["MANAGE-YOUR-APP"]));
    assert_eq!(set.json["knownPermissions"].as_array().unwrap().len(), 7);
    assert_eq!(stage.get("/_emulator/app/settings").await, set);
    let seen = stage.app_instance(&instance).await["instance"].clone();
    assert_eq!(seen["permissions"], json!(["MANAGE-YOUR-APP"]));
    assert_eq!(seen["freeTrialAvailable"], true);
    for wrong in [json!(0), json!(366), json!("14")] {
        let mut body = settings.clone();
        body["trialDays"] = wrong.clone();
        assert_eq!(stage.post("/_emulator/app/settings", &body).await.status, 422, "{wrong}");
    }
    let mut body = settings;
    body["permissions"] = json!(["READ-EVERYTHING"]);
    assert_eq!(stage.post("/_emulator/app/settings", &body).await.code(), "invalid_request");
}

#[tokio::test]
async fn an_app_without_a_pricing_page_of_its_own_gets_no_checkout() {
    let stage = Stage::new().await;
    let token = stage.token(&stage.install().await).await;
    let settings = AppSettings { external_pricing_page: false, ..AppSettings::default() };
    stage.emulator.set_settings(settings).unwrap();
    let order = json!({ "productId": "starter" });
    let answer = stage.call(&token, Method::POST, "/apps/v1/checkout", Some(&order)).await;
    assert_eq!((answer.status, answer.code()), (400, "EXTERNAL_PRICING_PAGE_DISABLED"));
}
