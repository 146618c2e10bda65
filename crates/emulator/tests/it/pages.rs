//! The platform's pages.

use reqwest::Method;

use crate::stage::Stage;

#[tokio::test]
async fn the_start_page_leads_to_the_first_site() {
    let stage = Stage::new().await;
    let response = stage.request(Method::GET, "/").send().await.unwrap();
    assert_eq!(response.status(), 307);
    assert_eq!(response.headers()["location"], format!("/dashboard/{}/home", stage.site_id()));
}

#[tokio::test]
async fn the_listing_of_the_app_has_an_address_that_names_no_site() {
    let stage = Stage::new().await;
    let listing = format!("app-market/{}", crate::stage::APP_ID);
    let response = stage.request(Method::GET, &format!("/{listing}")).send().await.unwrap();
    assert_eq!(response.status(), 307);
    assert_eq!(response.headers()["location"], format!("/dashboard/{}/{listing}", stage.site_id()));
    let other = stage.request(Method::GET, "/app-market/another").send().await.unwrap();
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn every_page_is_html_that_frames_only_the_app_and_is_framed_by_nobody() {
    let stage = Stage::new().await;
    for path in
        ["/dashboard/x/home", "/dashboard/x/app/y?payment=success", "/checkout/t", "/inspector", "/any"]
    {
        let response = stage.request(Method::GET, path).send().await.unwrap();
        let headers = response.headers().clone();
        assert!(headers["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(&format!("frame-src {};", stage.app_url)), "{policy}");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
    }
}

#[tokio::test]
async fn a_file_that_was_not_built_is_not_found_and_never_the_index() {
    let stage = Stage::new().await;
    for path in ["/assets/nothing.js", "/assets/..%2f..%2fpackage.json", "/assets/../../package.json"] {
        let response = stage.request(Method::GET, path).send().await.unwrap();
        let body = response.text().await.unwrap();
        assert!(!body.contains("wixapp-emulator\""), "{path}");
    }
    let missing = stage.request(Method::GET, "/assets/nothing.js").send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn every_page_can_be_loaded_directly() {
    let stage = Stage::new().await;
    let built = stage.request(Method::GET, "/index.html").send().await.unwrap().status() == 200;
    for path in ["/inspector", "/lab", "/dashboard/x/home", "/checkout/t"] {
        let status = stage.request(Method::GET, path).send().await.unwrap().status();
        // Where the pages were not built, a hint stands in their place.
        assert_eq!(status, if built { 200 } else { 404 }, "{path}");
    }
}
