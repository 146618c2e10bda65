//! The public page of a site: the app's widgets and scripts, seen by a visitor.

use reqwest::header::{COOKIE, HOST, HeaderMap};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use wixapp_core::clock::Clock;
use wixapp_emulator::Widget;
use wixapp_platform::instance_token::InstanceClaims;
use wixapp_platform::{AppSecret, InstanceTokenVerifier};

use crate::stage::{SECRET, Stage, reply};

async fn with_widget() -> Stage {
    Stage::with(|config| {
        let script_url = "https://app.example/widget.js?a=1&b=2".to_owned();
        config.widgets = vec![Widget { tag_name: "my-counter".to_owned(), script_url }];
        config.embedded_script = Some("<div id=\"banner\" data-text=\"{{text}}\"></div>".to_owned());
    })
    .await
}

async fn visit(stage: &Stage, path: &str, cookie: Option<&str>) -> Response {
    let request =
        stage.request(Method::GET, path).header(HOST, format!("{}.site.localhost", stage.site_id()));
    let request = if let Some(cookie) = cookie { request.header(COOKIE, cookie) } else { request };
    request.send().await.unwrap()
}

fn cookie(headers: &HeaderMap) -> String {
    headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// What the page gives to the app's code.
fn claims(stage: &Stage, html: &str) -> InstanceClaims {
    let facts = html.split("})(").nth(1).unwrap().split(")</script>").next().unwrap();
    let facts: Value = serde_json::from_str(facts).unwrap();
    let verifier = InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()]);
    verifier.verify(facts["token"].as_str().unwrap(), stage.now()).unwrap()
}

#[tokio::test]
async fn a_visitor_sees_the_widget_with_a_token_that_is_no_owners() {
    let stage = with_widget().await;
    let instance = stage.install().await;
    let first = visit(&stage, "/", None).await;
    let kept = cookie(first.headers());
    let html = first.text().await.unwrap();
    assert!(html.contains("src=\"https://app.example/widget.js?a=1&amp;b=2\""), "{html}");
    assert!(html.contains("<my-counter></my-counter>"), "{html}");
    let claims_1 = claims(&stage, &html);
    assert_eq!(claims_1.instance_id, instance);
    assert!(!claims_1.may_write(stage.emulator.clock().now()));
    let visitor = claims_1.aid.clone().unwrap();

    let again = visit(&stage, "/", Some(&kept)).await.text().await.unwrap();
    assert_eq!(claims(&stage, &again).aid.unwrap(), visitor, "the same visitor comes back");
    let other = visit(&stage, "/", Some("visitor=../../x; Path=/")).await.text().await.unwrap();
    assert_ne!(claims(&stage, &other).aid.unwrap(), visitor);
}

#[tokio::test]
async fn embedded_scripts_are_on_the_page_until_they_are_disabled() {
    let stage = with_widget().await;
    let token = stage.token(&stage.install().await).await;
    let embed = async |text: &str, disabled: bool| {
        let body = json!({ "properties": { "parameters": { "text": text }, "disabled": disabled } });
        assert_eq!(stage.call(&token, Method::POST, "/apps/v1/scripts", Some(&body)).await.status, 200);
        visit(&stage, "/", None).await.text().await.unwrap()
    };
    assert!(!visit(&stage, "/", None).await.text().await.unwrap().contains("banner"));
    let html = embed("\"><script>alert(1)</script>", false).await;
    assert!(html.contains("data-text=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""), "{html}");
    assert!(!embed("x", true).await.contains("banner"));
}

#[tokio::test]
async fn a_site_without_the_app_has_nothing_of_it() {
    let stage = with_widget().await;
    stage.install().await;
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    let html = visit(&stage, "/", None).await.text().await.unwrap();
    assert!(html.contains("Bloom &amp; Root"), "{html}");
    assert!(!html.contains("my-counter") && html.contains("\"token\":null"), "{html}");
}

#[tokio::test]
async fn a_sites_name_leads_to_no_other_page_and_to_no_api() {
    let stage = with_widget().await;
    stage.install().await;
    for path in ["/_emulator/state", "/dashboard/x/home", "/oauth2/token", "/any"] {
        assert_eq!(visit(&stage, path, None).await.status(), 404, "{path}");
    }
    let host = format!("{}.site.localhost", stage.site_id());
    let write = stage.request(Method::POST, "/_emulator/clock/next-event").header(HOST, host.clone());
    assert_eq!(reply(write.header("x-emulator", "1").json(&json!({}))).await.status, 404);
    let post = stage.request(Method::POST, "/").header(HOST, host);
    assert_eq!(post.send().await.unwrap().status(), 405);
    let unknown = stage.request(Method::GET, "/").header(HOST, "nobody.site.localhost");
    assert_eq!(unknown.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_dashboard_knows_where_a_sites_page_is() {
    let stage = Stage::new().await;
    let port = stage.base.rsplit(':').next().unwrap();
    let site = stage.emulator.sites().remove(0);
    assert_eq!(site.page_url.unwrap(), format!("http://{}.site.localhost:{port}/", site.site_id));
    let public = Stage::with(|config| config.public_url = "https://wix.example".to_owned()).await;
    assert_eq!(public.emulator.sites()[0].page_url, None);
}

#[test]
fn a_widget_needs_a_name_of_a_custom_element_and_an_address() {
    for (tag_name, script_url) in [
        ("counter", "https://a.example/w.js"),
        ("My-Counter", "https://a.example/w.js"),
        ("a-<b>", "https://a.example/w.js"),
        ("my-counter", "w.js"),
    ] {
        let secret = AppSecret::new(SECRET).unwrap();
        let mut config =
            wixapp_emulator::EmulatorConfig::new("a", secret, "http://127.0.0.1:9", "http://127.0.0.1:9");
        config.widgets = vec![Widget { tag_name: tag_name.to_owned(), script_url: script_url.to_owned() }];
        assert!(wixapp_emulator::Emulator::new(config).unwrap_err().is_config(), "{tag_name} {script_url}");
    }
}
