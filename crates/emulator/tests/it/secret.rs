//! The secrets of a site.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Reply, Stage};

const PATH: &str = "/_api/cloud-secrets-vault-server/api/v1/secrets";

struct Vault {
    stage: Stage,
    token: String,
}

impl Vault {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let token = stage.token(&stage.install().await).await;
        Self { stage, token }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        self.stage.call(&self.token, method, &format!("{PATH}{path}"), body).await
    }

    async fn create(&self, name: &str, value: &str) -> Reply {
        self.call(Method::POST, "", Some(&json!({ "secret": { "name": name, "value": value } }))).await
    }
}

#[tokio::test]
async fn a_secret_is_written_read_changed_and_deleted() {
    let vault = Vault::new().await;
    let created = vault.create("api-key", "hunter2").await;
    assert_eq!(created.status, 200);
    let id = created.json["id"].as_str().unwrap().to_owned();
    assert_eq!(vault.call(Method::GET, "/name/api-key", None).await.json, json!({ "value": "hunter2" }));

    vault.stage.emulator.advance(jiff::SignedDuration::from_hours(1)).await.unwrap();
    let change = json!({ "secret": { "description": "of the shop", "value": "hunter3" } });
    let changed = vault.call(Method::PATCH, &format!("/{id}"), Some(&change)).await;
    assert_eq!((changed.status, changed.json), (200, json!({})));
    let listed = vault.call(Method::GET, "", None).await;
    assert_eq!(
        listed.json,
        json!({ "secrets": [{
            "id": id, "name": "api-key", "description": "of the shop",
            "createdDate": "2027-01-31T08:00:00.000Z", "updatedDate": "2027-01-31T09:00:00.000Z",
        }] }),
        "the value is never listed"
    );
    assert_eq!(vault.call(Method::GET, "/name/api-key", None).await.json["value"], "hunter3");

    assert_eq!(vault.call(Method::DELETE, &format!("/{id}"), None).await.json, json!({}));
    assert_eq!(vault.call(Method::GET, "/name/api-key", None).await.code(), "NOT_FOUND");
    assert_eq!(vault.call(Method::DELETE, &format!("/{id}"), None).await.status, 404);
}

#[tokio::test]
async fn each_site_has_its_own_secrets() {
    let vault = Vault::new().await;
    vault.create("key", "of the first site").await;
    let second = vault.stage.emulator.sites()[1].site_id.clone();
    let other = vault.stage.emulator.install(&second).await.unwrap().install.unwrap().instance_id;
    let other = vault.stage.token(&other).await;
    let read = vault.stage.call(&other, Method::GET, &format!("{PATH}/name/key"), None).await;
    assert_eq!(read.code(), "NOT_FOUND");
    let listed = vault.stage.call(&other, Method::GET, PATH, None).await;
    assert_eq!(listed.json, json!({ "secrets": [] }));
}

#[tokio::test]
async fn bad_secrets_are_refused_and_their_values_never_repeated() {
    let vault = Vault::new().await;
    assert_eq!(vault.create("taken", "x").await.status, 200);
    let free = vault.create("free", "x").await.json["id"].as_str().unwrap().to_owned();
    let long = "s".repeat(3_001);
    for (name, value, status, code) in [
        ("taken", "hunter2", 409, "ALREADY_EXISTS"),
        ("", "hunter2", 400, "INVALID_REQUEST"),
        ("has space", "hunter2", 400, "INVALID_REQUEST"),
        ("wix_key", "hunter2", 400, "INVALID_REQUEST"),
        ("WIXkey", "hunter2", 400, "INVALID_REQUEST"),
        ("é", "hunter2", 400, "INVALID_REQUEST"),
        ("ok", "", 400, "INVALID_REQUEST"),
        ("ok", long.as_str(), 400, "INVALID_REQUEST"),
    ] {
        let answer = vault.create(name, value).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{name}");
        assert!(!answer.json.to_string().contains("hunter2"));
    }
    for body in [json!({ "secret": { "name": "a" } }), json!({ "secret": { "value": "a" } }), json!({})] {
        assert_eq!(vault.call(Method::POST, "", Some(&body)).await.code(), "INVALID_REQUEST", "{body}");
    }
    let rename = json!({ "secret": { "name": "taken" } });
    let renamed = vault.call(Method::PATCH, &format!("/{free}"), Some(&rename)).await;
    assert_eq!(renamed.code(), "ALREADY_EXISTS");
    assert_eq!(vault.call(Method::PATCH, "/unknown", Some(&rename)).await.status, 409);
    let other = json!({ "secret": { "name": "other" } });
    assert_eq!(vault.call(Method::PATCH, "/unknown", Some(&other)).await.status, 404);
}

#[tokio::test]
async fn a_site_keeps_a_hundred_secrets() {
    let vault = Vault::new().await;
    for n in 0..100 {
        assert_eq!(vault.create(&format!("key{n}"), "x").await.status, 200);
    }
    let full = vault.create("one-more", "x").await;
    assert_eq!((full.status, full.code()), (429, "QUOTA_EXCEEDED"));
}
