//! State over restarts.

use reqwest::Method;
use serde_json::json;
use wixapp_core::clock::{Clock, VirtualClock};
use wixapp_emulator::view::Site;
use wixapp_emulator::{AppSettings, Card, Coupon, DeliveryState, Emulator, EmulatorConfig};
use wixapp_platform::AppSecret;

use crate::stage::{APP_ID, Answer, SECRET, START, Stage, at, hours, signer_pem};

fn frozen() -> VirtualClock {
    VirtualClock::frozen_at(at(START))
}

#[tokio::test]
async fn sites_plans_checkouts_and_the_clock_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let stage = Stage::on_file(&file, frozen()).await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.advance(hours(24 * 45)).await.unwrap();
    let open = stage.order(&instance, "pro", "MONTHLY");
    let token = stage.token(&instance).await;
    let (sites, now, deliveries) = (stage.emulator.sites(), stage.now(), stage.emulator.deliveries());
    stage.stop().await;

    let stage = Stage::on_file(&file, frozen()).await;
    assert_eq!(stage.now(), now, "a new clock is moved to where the old one was");
    assert_eq!(settled(stage.emulator.sites()), settled(sites));
    assert_eq!(stage.emulator.deliveries(), deliveries);
    let info = stage.post("/oauth2/token-info", &serde_json::json!({ "token": token })).await;
    assert_eq!(info.json["active"], true, "tokens stay valid");
    stage.emulator.pay(&open.token, &Card::paying()).await.unwrap();
    assert_eq!(stage.event_types(), ["PaidPlanChanged"]);
}

/// The sites without the addresses that name the platform's port, which a restart changes here.
fn settled(sites: Vec<Site>) -> Vec<Site> {
    sites.into_iter().map(|site| Site { page_url: None, ..site }).collect()
}

#[tokio::test]
async fn settings_coupons_secrets_and_consent_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let stage = Stage::on_file(&file, frozen()).await;
    let settings = AppSettings { trial_days: Some(14), ..AppSettings::default() };
    stage.emulator.set_settings(settings.clone()).unwrap();
    let coupon = Coupon { code: "SPRING".to_owned(), name: "Spring".to_owned(), percent_off: 10 };
    stage.emulator.put_coupon(coupon).unwrap();
    let instance = stage.install().await;
    let token = stage.token(&instance).await;
    let secret = json!({ "secret": { "name": "key", "value": "hunter2" } });
    let path = "/_api/cloud-secrets-vault-server/api/v1/secrets";
    assert_eq!(stage.call(&token, Method::POST, path, Some(&secret)).await.status, 200);
    stage.stop().await;

    let stage = Stage::on_file(&file, frozen()).await;
    assert_eq!(stage.emulator.settings(), settings);
    let coupons = stage.get("/_emulator/coupons").await.json;
    assert_eq!(coupons["coupons"][2]["code"], "SPRING");
    let read = stage.call(&token, Method::GET, &format!("{path}/name/key"), None).await;
    assert_eq!(read.json, json!({ "value": "hunter2" }));
}

#[tokio::test]
async fn a_running_clock_keeps_its_lead_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let stage = Stage::on_file(&file, VirtualClock::new()).await;
    stage.install().await;
    stage.emulator.advance(hours(24 * 30)).await.unwrap();
    let (now, lead_ms) = (stage.now(), stage.emulator.clock().offset_ms());
    stage.stop().await;
    let stage = Stage::on_file(&file, VirtualClock::new()).await;
    assert_eq!(stage.emulator.clock().offset_ms(), lead_ms);
    assert!(stage.now() >= now && lead_ms <= 30 * 86_400_000);
}

#[tokio::test]
async fn the_file_holds_neither_the_app_secret_nor_a_card() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let stage = Stage::on_file(&file, frozen()).await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("PaidPlanPurchased"));
    assert!(!text.contains(SECRET) && !text.contains("4242 4242") && !text.contains("42424242"));
}

#[tokio::test]
async fn pending_retries_go_on_after_a_restart_where_they_stood() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let stage = Stage::on_file(&file, frozen()).await;
    stage.app.answer_always(Answer::Status(500));
    stage.install().await;
    stage.emulator.advance(hours(2)).await.unwrap();
    assert_eq!(stage.app.arrivals().len(), 4);
    let before = stage.emulator.deliveries().remove(0);
    assert_eq!((before.attempt, before.state), (4, DeliveryState::Retrying));
    stage.stop().await;

    let stage = Stage::on_file(&file, frozen()).await;
    assert_eq!(stage.emulator.deliveries(), [before]);
    stage.app.answer_always(Answer::Status(500));
    stage.emulator.advance(hours(24 * 7)).await.unwrap();
    assert_eq!(stage.app.arrivals().len(), 9, "thirteen in all");
    assert_eq!(stage.events()[0].event_type, "AppInstalled");
    assert_eq!(stage.emulator.deliveries()[0].state, DeliveryState::GaveUp);
}

#[tokio::test]
async fn what_fell_due_while_it_was_off_is_done_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    let stage = Stage::on_file(&file, frozen()).await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.stop().await;

    let stage = Stage::on_file(&file, VirtualClock::frozen_at(at("2027-06-15T08:00:00Z"))).await;
    stage.emulator.settle().await.unwrap();
    let plan = stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap();
    assert_eq!(plan.period_end, at("2027-06-30T08:00:00Z"));
}

#[tokio::test]
async fn time_does_not_run_backwards_when_the_machines_clock_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.json");
    Stage::on_file(&file, frozen()).await.stop().await;
    let stage = Stage::on_file(&file, VirtualClock::frozen_at(at("2020-01-01T00:00:00Z"))).await;
    assert_eq!(stage.now(), at(START));
}

#[tokio::test]
async fn the_signing_key_is_made_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let config = || {
        let secret = AppSecret::new(SECRET).unwrap();
        let mut config = EmulatorConfig::new(APP_ID, secret, "http://127.0.0.1:9", "http://127.0.0.1:9");
        config.data_file = Some(folder.path().join("platform.json"));
        config
    };
    let first = Emulator::new(config()).unwrap().public_key_pem().to_owned();
    let second = Emulator::new(config()).unwrap().public_key_pem().to_owned();
    assert_eq!(first, second);
    let mut other = config();
    other.signer_pem = Some(signer_pem());
    assert_ne!(Emulator::new(other).unwrap().public_key_pem(), first, "a configured key wins");
}

#[tokio::test]
async fn platforms_in_memory_share_a_key_and_those_on_files_have_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let key = |file: Option<&str>| {
        let secret = AppSecret::new(SECRET).unwrap();
        let mut config = EmulatorConfig::new(APP_ID, secret, "http://127.0.0.1:9", "http://127.0.0.1:9");
        config.data_file = file.map(|name| folder.path().join(name));
        Emulator::new(config).unwrap().public_key_pem().to_owned()
    };
    assert_eq!(key(None), key(None));
    let on_files = [key(Some("a.json")), key(Some("b.json"))];
    assert!(!on_files.contains(&key(None)) && on_files[0] != on_files[1]);
}

#[tokio::test]
async fn one_file_serves_one_process_and_one_app() {
    let folder = tempfile::tempdir().unwrap();
    let config = |app_id: &str| {
        let secret = AppSecret::new(SECRET).unwrap();
        let mut config = EmulatorConfig::new(app_id, secret, "http://127.0.0.1:9", "http://127.0.0.1:9");
        config.data_file = Some(folder.path().join("platform.json"));
        config.signer_pem = Some(signer_pem());
        config
    };
    let running = Emulator::new(config(APP_ID)).unwrap();
    let second = Emulator::new(config(APP_ID)).unwrap_err();
    assert!(second.is_data() && second.to_string().contains("another process"), "{second}");
    drop(running);
    let other_app = Emulator::new(config("another-app")).unwrap_err();
    assert!(other_app.to_string().contains("belongs to the app"), "{other_app}");
}

#[tokio::test]
async fn unusable_settings_are_named() {
    let secret = || AppSecret::new(SECRET).unwrap();
    for (app_id, app_url, public_url, named) in [
        ("", "http://127.0.0.1:9", "http://127.0.0.1:9", "app id"),
        ("a", "127.0.0.1:9", "http://127.0.0.1:9", "app_url"),
        ("a", "http://127.0.0.1:9", "ftp://127.0.0.1", "public_url"),
    ] {
        let error = Emulator::new(EmulatorConfig::new(app_id, secret(), app_url, public_url)).unwrap_err();
        assert!(error.is_config() && error.to_string().contains(named), "{error}");
    }
    let good = || EmulatorConfig::new("a", secret(), "http://127.0.0.1:9", "http://127.0.0.1:9");
    let error = Emulator::new(EmulatorConfig { pricing_url: "plans".to_owned(), ..good() }).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("pricing_url"), "{error}");
    assert!(Emulator::new(EmulatorConfig { signer_pem: Some("no key".to_owned()), ..good() }).is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn a_change_that_cannot_be_saved_did_not_happen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/platform.json");
    let stage = Stage::on_file(&file, frozen()).await;
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
    let path = format!("/_emulator/sites/{}/install", stage.site_id());
    let answer = stage.post(&path, &serde_json::json!({})).await;
    assert_eq!((answer.status, answer.code()), (503, "unavailable"));
    assert!(stage.emulator.sites()[0].install.is_none());
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    assert_eq!(stage.post(&path, &serde_json::json!({})).await.status, 200);
    assert_eq!(stage.emulator.clock().now(), at(START));
}
