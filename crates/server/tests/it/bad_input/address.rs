//! What stands around a body: keys, queries, ids, methods.

use serde_json::json;
use wixapp_core::ErrorCode;

use super::Stage;
use crate::catalogue::operations;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_that_spends_needs_one_good_key() {
    let stage = Stage::new().await;
    let mut tried = 0;
    for operation in operations().into_iter().filter(|operation| operation.has_key) {
        let body = operation.good_body(&stage.things).unwrap();
        let request = || {
            stage
                .app
                .request(&operation.method, &operation.address(&stage.things), &stage.site.token)
                .json(&body)
        };
        let keys = ["", " ", "a b", "a\tb", &"x".repeat(129)];
        let mut requests = vec![request().header("idempotency-key", "a").header("idempotency-key", "b")];
        requests.extend(operation.needs_key.then(&request));
        requests.extend(keys.map(|key| request().header("idempotency-key", key)));
        requests.push(request().header("idempotency-key", "ä".as_bytes()));
        for request in requests {
            stage.app.send(request).await.refused(ErrorCode::InvalidRequest);
            tried += 1;
        }
        stage.unchanged(&operation.id);
    }
    assert_eq!(tried, 7 * 8 + 3 * 7);
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_queries_are_refused() {
    let stage = Stage::new().await;
    let values = [
        "",
        "0",
        "-1",
        "1.5",
        "1e309",
        "abc",
        "5%20",
        "%00",
        "%ff",
        "%zz",
        "%",
        "true",
        "9223372036854775808",
        "1,2",
        "[]",
        "٣",
    ];
    for operation in operations().into_iter().filter(|operation| !operation.query.is_empty()) {
        let get = async |query: String| {
            let path = format!("{}?{query}", operation.address(&stage.things));
            let answer = stage.app.get(&stage.site.token, &path).await;
            assert_eq!(answer.status, 422, "{path}: {}", answer.text);
            answer.refused(ErrorCode::InvalidRequest);
        };
        for name in &operation.query {
            for value in values {
                get(format!("{name}={value}")).await;
            }
            get(format!("{name}=1&{name}=2")).await;
            get(name.clone()).await;
        }
        get("limit=101".to_owned()).await;
        get("surprise=1".to_owned()).await;
    }
    stage.unchanged("a query");
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_ids_name_nothing() {
    let stage = Stage::new().await;
    let long = "x".repeat(129);
    let ids = [
        "unknown",
        "%00",
        "%ff",
        "a%20b",
        "%2e%2e%2fstatus",
        "%F0%9F%92%A9",
        "'%20OR%201=1--",
        "{}",
        "*",
        &long,
    ];
    for operation in operations().into_iter().filter(|operation| operation.path.contains('{')) {
        for id in ids {
            let (before, after) = operation.path.split_once('{').unwrap();
            let (_, after) = after.split_once('}').unwrap();
            let path = format!("{before}{id}{after}");
            let answer = stage.app.send(stage.app.request(&operation.method, &path, &stage.site.token)).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
            answer.refused(ErrorCode::NotFound);
        }
    }
    let unknown = json!({ "holdId": "hld_unknown" });
    for what in ["post", "void"] {
        stage.app.credits(&stage.site, what, "k", unknown.clone()).await.refused(ErrorCode::NotFound);
    }
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/wix/user/status/",
        "/api/v1/wix//user/status",
        "/api/v2/x",
        "//api/x",
    ] {
        stage.app.get(&stage.site.token, path).await.refused(ErrorCode::NotFound);
    }
    stage.unchanged("an id");
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_names_the_methods_it_takes_and_refuses_the_others() {
    let stage = Stage::new().await;
    let operations = operations();
    for operation in &operations {
        let taken: Vec<&str> = operations
            .iter()
            .filter(|other| other.path == operation.path)
            .map(|other| other.method.as_str())
            .collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "PURGE"] {
            if taken.contains(&method) || method == "HEAD" && taken.contains(&"GET") {
                continue;
            }
            let request = stage.app.request(method, &operation.address(&stage.things), &stage.site.token);
            let answer = stage.app.send(request).await;
            assert_eq!(answer.status, 405, "{method} {}: {}", operation.path, answer.text);
            assert!(
                answer.header("allow").contains(taken[0]),
                "{method} {}: {:?}",
                operation.path,
                answer.headers
            );
            if method != "HEAD" {
                answer.refused(ErrorCode::MethodNotAllowed);
            }
        }
    }
    stage.unchanged("a method");
    stage.app.finish().await;
}
