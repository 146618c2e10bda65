//! The OpenAPI document: up to date, complete, and true.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

use crate::app::TestApp;
use crate::catalogue::{document, operations};

#[test]
fn the_document_in_the_repository_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../api/openapi.json");
    let kept = std::fs::read_to_string(path).unwrap();
    let made = wixapp_server::openapi::document_with(OpenApiRouter::new());
    assert!(kept == made, "api/openapi.json is stale: run `cargo xtask openapi` and commit what it writes");
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let names: Vec<String> = operations().into_iter().map(|operation| operation.id).collect();
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    assert!(names.iter().all(|name| name != "handle"), "{names:?}");
}

#[test]
fn every_reference_leads_somewhere_and_every_answer_is_described() {
    let document = document();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let path = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(path).is_some(), "{reference}");
    }
    for item in document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap()) {
        for (status, answer) in item.1["responses"].as_object().unwrap() {
            assert!(
                answer["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{} {status}",
                item.1
            );
        }
    }
}

fn collect<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| collect(value, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[test]
fn whoever_sends_a_key_learns_that_the_first_request_may_still_run() {
    let document = document();
    let mut with_key = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            if parameters.into_iter().all(|parameter| parameter["name"] != "Idempotency-Key") {
                continue;
            }
            with_key += 1;
            let told = operation["responses"]["409"]["description"].as_str().unwrap_or_default();
            assert_eq!(told.matches("`request_in_progress`").count(), 1, "{path}: {told}");
        }
    }
    assert!(with_key >= 5, "{with_key}");
}

#[test]
fn closed_texts_list_their_words() {
    let schemas = &document()["components"]["schemas"];
    let words = |name: &str| -> Vec<String> {
        let words = schemas[name]["enum"].as_array().unwrap_or_else(|| panic!("{name}"));
        words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(words("CheckoutStatus"), ["open", "completed", "expired", "dismissed"]);
    assert_eq!(words("ConnectionStatus"), ["connected", "waiting", "removed"]);
    assert_eq!(words("HoldEnd"), ["posted", "voided", "expired"]);
    assert_eq!(words("PlanAction"), ["current", "upgrade", "downgrade", "contact"]);
    assert_eq!(words("Pool"), ["promo", "plan", "purchased"]);
    let job = ["queued", "processing", "optimizing", "publishing", "completed", "failed", "cancelled"];
    assert_eq!(words("JobStatus"), job);
    let subscription = ["free", "trial", "active", "cancelled", "billing_issue", "removed"];
    assert_eq!(words("SubscriptionStatus"), subscription);
    let entry =
        ["grant", "reserve", "post", "void", "spend", "reset", "expire", "reversal", "adjust", "repayment"];
    assert_eq!(words("EntryKind"), entry);
}

#[tokio::test]
async fn the_routes_served_are_the_paths_of_the_document() {
    let app = TestApp::start().await;
    let router = wixapp_server::router::router(app.app().clone(), OpenApiRouter::new());
    // axum lists its routes in its debug text, and nowhere else.
    let text = format!("{router:?}");
    let paths = &text[text.find("paths: {").unwrap()..];
    let quoted = paths.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/'));
    // The page that answers everything else stands there as "/" and below.
    let is_page = |path: &&str| *path == "/" || path.contains("__private__");
    let served: BTreeSet<String> = quoted.filter(|path| !is_page(path)).map(str::to_owned).collect();
    let kept = wixapp_server::openapi::document_with(OpenApiRouter::new());
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let told: BTreeSet<String> = kept["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(served, told);
    app.finish().await;
}

#[tokio::test]
async fn the_server_hands_out_its_document() {
    let app = TestApp::start().await;
    let answer = app.get("", "/api/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.json, document());
    app.finish().await;
}
