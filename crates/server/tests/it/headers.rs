//! The headers of every answer, and the pages.

use wixapp_core::ErrorCode;

use crate::app::TestApp;
use crate::catalogue::{Things, operations};

/// Addresses of every kind: pages, files, the API, and nothing.
const PLACES: [&str; 9] = [
    "/",
    "/plans?instance=x&locale=en",
    "/assets/nothing.js",
    "/api/v1/wix/user/status",
    "/api/v1/wix/nothing",
    "/health",
    "/ready",
    "/metrics",
    "/api/openapi.json",
];

#[tokio::test]
async fn no_answer_forbids_the_dashboard_to_show_it_and_all_forbid_guessing() {
    let app = TestApp::start().await;
    app.expect_status(503);
    let site = app.install().await;
    let things = Things::of(&app, &site).await;
    let mut answers = Vec::new();
    for place in PLACES {
        for method in ["GET", "HEAD", "OPTIONS", "POST"] {
            answers.push((place.to_owned(), app.send(app.request(method, place, "")).await));
        }
    }
    for operation in
        operations().into_iter().filter(|operation| !operation.streams() && !operation.is_sample())
    {
        let request = operation.good_request(&app, &things, &operation.id);
        let answer = app.send(request.header("authorization", format!("WixInstance {}", site.token))).await;
        answers.push((operation.id, answer));
    }
    for (place, answer) in answers {
        assert!(!answer.headers.contains_key("x-frame-options"), "{place}");
        assert!(!answer.headers.contains_key("server"), "{place}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{place}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{place}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{place}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{place}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors "), "{place}");
        let is_page = place == "/" || place.starts_with("/plans");
        let caching = match place.as_str() {
            "billing_public_plans" => "public, max-age=300",
            _ if is_page && answer.status != 405 => "no-cache",
            _ => "no-store",
        };
        assert_eq!(answer.header("cache-control"), caching, "{place} {}", answer.status);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_may_be_framed_by_the_platform_alone_and_runs_only_its_own_scripts() {
    let app = TestApp::start().await;
    app.expect_status(503);
    let answer = app.get("", "/plans?instance=x").await;
    let platform = app.app().config.wix.dashboard_url.clone();
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with(&format!("frame-ancestors {platform}")), "{policy}");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'self' 'unsafe"), "{policy}");
    app.finish().await;
}

#[tokio::test]
async fn an_address_without_a_page_is_404_in_the_form_its_caller_reads() {
    let app = TestApp::start().await;
    for path in ["/nothing", "/plan", "/plans/x", "/wp-login.php", "/.env", "/healthz", "/API/v1", "/apix"] {
        let request = app.request("GET", path, "");
        app.send(request).await.refused(ErrorCode::NotFound);
        let request = app.request("GET", path, "").header("accept", "text/html,*/*;q=0.8");
        let page = app.send(request).await;
        assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"), "{path}");
        assert!(page.text.contains("no such page") && page.text.contains("href=\"/\""), "{}", page.text);
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
    }
    let api = app.request("GET", "/api/v1/wix/nothing", "").header("accept", "text/html");
    app.send(api).await.refused(ErrorCode::NotFound);
    app.finish().await;
}

#[tokio::test]
async fn files_with_a_hash_in_their_name_are_kept_for_ever_and_sent_packed() {
    let app = TestApp::start().await;
    app.expect_status(503);
    let page = app.get("", "/").await;
    // Without the web build there are no files: the page says so, and nothing else is claimed of it.
    if page.status == 503 {
        assert!(page.text.contains("not built"), "{}", page.text);
        return app.finish().await;
    }
    let (_, script) = page.text.split_once("src=\"").unwrap();
    let (script, _) = script.split_once('"').unwrap();
    let plain = app.send(app.request("GET", script, "")).await;
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(plain.header("content-type").contains("javascript"), "{:?}", plain.headers);
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    for (accepted, coding) in [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0", ""),
        ("identity", ""),
    ] {
        let request = app.request("HEAD", script, "").header("accept-encoding", accepted);
        assert_eq!(app.send(request).await.header("content-encoding"), coding, "{accepted}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_handler_that_breaks_down_answers_500_and_tells_nothing() {
    let app = TestApp::start().await;
    app.expect_status(500);
    let answer = app.get("", "/api/v1/sample/panic").await;
    assert_eq!((answer.status, answer.code()), (500, "internal"));
    assert!(!answer.text.contains("swordfish") && !answer.text.contains("panic"), "{}", answer.text);
    assert_eq!(answer.json["requestId"], answer.header("x-request-id"));
    assert_eq!(app.get("", "/health").await.status, 200);
    app.finish().await;
}
