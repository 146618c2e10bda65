//! Files in a bucket, kept by a server that speaks the part of S3 that is used, as Amazon documents it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tokio::net::TcpListener;
use wixapp::core::InstanceId;
use wixapp::server::storage;

/// Says to this program that it is the one whose environment names a bucket: the settings of Amazon are read there.
const BESIDE: &str = "WIXAPP_TEST_BUCKET_BESIDE";
const KEY: &str = "AKIATEST";
/// How many files the server lists on a page.
const PAGE: usize = 2;

/// The server: what it keeps, and how many of the next requests it is too busy for.
#[derive(Clone, Default)]
struct Bucket {
    files: Arc<Mutex<BTreeMap<String, Bytes>>>,
    busy: Arc<Mutex<usize>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_kept_in_a_bucket_until_they_are_deleted() {
    if std::env::var(BESIDE).is_ok() {
        return in_the_bucket().await;
    }
    let bucket = Bucket::default();
    *bucket.busy.lock().unwrap() = 1;
    assert!(bucket.run_beside(KEY).await, "the process beside says why");
    let left: Vec<String> = bucket.files.lock().unwrap().keys().cloned().collect();
    assert_eq!(left, ["pictures/of-sites/site-other/img_1", "pictures/of-sites/site-site-1/img_2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_does_not_know_us_says_so() {
    if std::env::var(BESIDE).is_ok() {
        let storage = storage::open("s3://pictures/of-sites").unwrap();
        let site: InstanceId = "site-1".parse().unwrap();
        let errors = [
            storage.put(&site, "img_1", "a".into()).await.unwrap_err(),
            storage.get(&site, "img_1").await.unwrap_err(),
            storage.delete(&site, "img_1").await.unwrap_err(),
            storage.list().await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.to_string().contains("403")), "{errors:?}");
        return;
    }
    let bucket = Bucket::default();
    assert!(bucket.run_beside("AKIASTRANGER").await, "the process beside says why");
    assert!(bucket.files.lock().unwrap().is_empty());
}

/// What an app does with its files.
async fn in_the_bucket() {
    let storage = storage::open("s3://pictures/of-sites").unwrap();
    let (one, two): (InstanceId, InstanceId) = ("site-1".parse().unwrap(), "other".parse().unwrap());
    assert_eq!(storage.list().await.unwrap(), []);
    for (site, name, bytes) in [(&one, "img_1", "a"), (&one, "img_2", "b"), (&two, "img_1", "c")] {
        storage.put(site, name, bytes.into()).await.unwrap();
    }
    storage.put(&one, "img_1", "anew".into()).await.unwrap();
    assert_eq!(storage.get(&one, "img_1").await.unwrap().unwrap(), "anew");
    assert_eq!(storage.get(&two, "img_1").await.unwrap().unwrap(), "c");
    let listed = storage.list().await.unwrap();
    let named: Vec<_> = listed.iter().map(|kept| (kept.instance_id.as_str(), kept.name.as_str())).collect();
    assert_eq!(named, [("other", "img_1"), ("site-1", "img_1"), ("site-1", "img_2")], "of all pages");
    for _ in 0..2 {
        storage.delete(&one, "img_1").await.unwrap();
    }
    assert_eq!(storage.get(&one, "img_1").await.unwrap(), None);
}

impl Bucket {
    /// Runs this test in a process whose environment leads here, under a key; whether it went well.
    async fn run_beside(&self, key: &str) -> bool {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/{bucket}", get(list))
            .route("/{bucket}/{*key}", any(file))
            .with_state(self.clone());
        let server = tokio::spawn(async move { axum::serve(listener, routes).await });
        let test = std::thread::current().name().unwrap().to_owned();
        let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &test, "--nocapture"]).env(BESIDE, "1").kill_on_drop(true);
        command.env("AWS_ENDPOINT", url).env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "eu-central-1");
        command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", "secret");
        let status = command.status().await.unwrap();
        server.abort();
        status.success()
    }

    /// Refuses what is not signed as Amazon wants it by the one who has the key, and what comes while it is busy.
    fn refuse(&self, headers: &HeaderMap) -> Option<Response> {
        let has = |name: &str| headers.contains_key(name);
        let signature =
            headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let by = format!("AWS4-HMAC-SHA256 Credential={KEY}/");
        let signed = signature.starts_with(&by) && signature.contains("/eu-central-1/s3/aws4_request");
        if !(signed && has("x-amz-date") && has("x-amz-content-sha256")) {
            return Some((StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response());
        }
        let mut busy = self.busy.lock().unwrap();
        let is_busy = *busy > 0;
        *busy = busy.saturating_sub(1);
        let slow_down = "<Error><Code>SlowDown</Code></Error>";
        is_busy.then(|| (StatusCode::SERVICE_UNAVAILABLE, slow_down).into_response())
    }
}

async fn file(
    State(bucket): State<Bucket>,
    Path((name, key)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(refusal) = bucket.refuse(&headers) {
        return refusal;
    }
    let (key, mut files) = (format!("{name}/{key}"), bucket.files.lock().unwrap());
    let etag = [("etag", "\"one\""), ("last-modified", "Mon, 23 Nov 2026 10:00:00 GMT")];
    match method {
        Method::PUT => {
            files.insert(key, body);
            etag.into_response()
        }
        Method::GET => match files.get(&key) {
            Some(found) => (etag, found.clone()).into_response(),
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
        },
        // Deleting what is not there is no error.
        Method::DELETE => {
            files.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// `ListObjectsV2`, with few files on a page.
async fn list(
    State(bucket): State<Bucket>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = bucket.refuse(&headers) {
        return refusal;
    }
    let prefix = format!("{name}/{}", query.get("prefix").map_or("", String::as_str));
    let from: usize = query.get("continuation-token").and_then(|token| token.parse().ok()).unwrap_or(0);
    let files = bucket.files.lock().unwrap();
    let found: Vec<_> = files.iter().filter(|(key, _)| key.starts_with(&prefix)).skip(from).collect();
    let contents: String = found
        .iter()
        .take(PAGE)
        .map(|(key, bytes)| {
            let key = key.trim_start_matches(&name).trim_start_matches('/');
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-23T10:00:00.000Z</LastModified>\
                 <ETag>\"one\"</ETag><Size>{}</Size></Contents>",
                bytes.len()
            )
        })
        .collect();
    let more = found.len() > PAGE;
    let token = if more {
        format!("<NextContinuationToken>{}</NextContinuationToken>", from + PAGE)
    } else {
        String::new()
    };
    format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{contents}{token}</ListBucketResult>")
        .into_response()
}
