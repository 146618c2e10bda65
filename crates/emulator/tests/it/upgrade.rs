//! The address from which owners reach the plans of the app.

use reqwest::{Method, Url};
use wixapp_emulator::AppSettings;
use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier};

use crate::stage::{APP_ID, SECRET, Stage};

/// What a browser gets there: the status, where it is led, and the page.
struct Answer {
    status: u16,
    target: Option<Url>,
    page: String,
}

async fn open(stage: &Stage, app_and_query: &str) -> Answer {
    let path = format!("/apps/upgrade/{app_and_query}");
    let answer = stage.request(Method::GET, &path).send().await.unwrap();
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap());
    let target = location.map(|target| target.parse().unwrap());
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer", "the token is nobody else's to see");
    Answer { status: answer.status().as_u16(), target, page: answer.text().await.unwrap() }
}

async fn target(stage: &Stage, query: &str) -> Url {
    let answer = open(stage, &format!("{APP_ID}{query}")).await;
    assert_eq!(answer.status, 303, "{}", answer.page);
    answer.target.unwrap()
}

/// What the token of an address says, once the app has verified it.
fn verified(stage: &Stage, url: &Url) -> InstanceClaims {
    let tokens: Vec<_> = url.query_pairs().filter(|(name, _)| name == "instance").collect();
    assert_eq!(tokens.len(), 1, "{url}");
    let verifier = InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()]);
    verifier.verify(&tokens[0].1, stage.now()).unwrap()
}

fn no_pricing_page(stage: &Stage) {
    let settings = AppSettings { external_pricing_page: false, ..AppSettings::default() };
    stage.emulator.set_settings(settings).unwrap();
}

#[tokio::test]
async fn an_owner_comes_to_the_pricing_page_of_the_app_with_a_token() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let target = target(&stage, &format!("?appInstanceId={instance}")).await;
    assert_eq!(target.as_str().split_once("?instance=").unwrap().0, format!("{}/plans", stage.app_url));
    assert_eq!(target.query_pairs().count(), 1, "{target}");
    let claims = verified(&stage, &target);
    assert_eq!((&claims.instance_id, claims.is_owner()), (&instance, true));
    assert_eq!(claims.vendor_product_id.as_deref(), Some("starter"));
}

#[tokio::test]
async fn a_pricing_page_elsewhere_keeps_what_its_address_says() {
    let stage =
        Stage::with(|config| config.pricing_url = "https://plans.example/buy?from=wix#all".to_owned()).await;
    assert_eq!(target(&stage, "").await.as_str(), "https://plans.example/buy?from=wix#all");
    let instance = stage.install().await;
    let target = target(&stage, &format!("?appInstanceId={instance}")).await;
    assert!(target.as_str().starts_with("https://plans.example/buy?from=wix&instance="), "{target}");
    assert_eq!(target.fragment(), Some("all"));
    assert_eq!(verified(&stage, &target).instance_id, instance);
}

#[tokio::test]
async fn nobody_in_particular_comes_to_the_pricing_page_without_a_token() {
    let stage = Stage::new().await;
    assert_eq!(target(&stage, "").await.as_str(), format!("{}/plans", stage.app_url));
}

#[tokio::test]
async fn an_app_without_a_pricing_page_has_the_pages_of_the_platform() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    no_pricing_page(&stage);
    let manage = format!("{}/dashboard/{}/manage-apps", stage.base, stage.site_id());
    assert_eq!(target(&stage, &format!("?appInstanceId={instance}")).await.as_str(), manage);
    assert_eq!(target(&stage, "").await.as_str(), format!("{}/app-market/{APP_ID}", stage.base));
}

#[tokio::test]
async fn a_removed_app_is_upgraded_again_when_it_is_back() {
    let stage = Stage::new().await;
    let query = format!("?appInstanceId={}", stage.install().await);
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    let removed = open(&stage, &format!("{APP_ID}{query}")).await;
    assert_eq!((removed.status, &removed.target), (409, &None));
    assert!(removed.page.contains("The app is not installed on this site."), "{}", removed.page);
    no_pricing_page(&stage);
    assert_eq!(open(&stage, &format!("{APP_ID}{query}")).await.status, 409);
    stage.install().await;
    target(&stage, &query).await;
}

#[tokio::test]
async fn what_the_platform_does_not_know_gets_a_page_and_no_token() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    for (address, status) in [
        (format!("another-app?appInstanceId={instance}"), 404),
        (format!("{APP_ID}x"), 404),
        (format!("%FF?appInstanceId={instance}"), 400),
        (format!("{APP_ID}?appInstanceId=11111111-2222-4333-8444-555555555555"), 404),
        (format!("{APP_ID}?appInstanceId="), 404),
        (format!("{APP_ID}?appInstanceId=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"), 404),
        (format!("{APP_ID}?%3Cscript%3E=1"), 400),
        (format!("{APP_ID}?instanceId={instance}"), 400),
        (format!("{APP_ID}?appInstanceId={instance}&appInstanceId={instance}"), 400),
    ] {
        let answer = open(&stage, &address).await;
        assert_eq!((answer.status, &answer.target), (status, &None), "{address}: {}", answer.page);
        assert!(answer.page.contains("<h1>") && !answer.page.contains("<script"), "{}", answer.page);
    }
}

#[tokio::test]
async fn a_rebound_host_name_gets_no_token() {
    let stage = Stage::new().await;
    let path = format!("/apps/upgrade/{APP_ID}?appInstanceId={}", stage.install().await);
    for host in ["evil.example", &format!("{}.site.localhost", stage.site_id())] {
        let answer = stage.request(Method::GET, &path).header("host", host).send().await.unwrap();
        assert!(!answer.headers().contains_key("location"), "{host}: {answer:?}");
        assert!(answer.status().is_client_error(), "{host}: {answer:?}");
    }
}
