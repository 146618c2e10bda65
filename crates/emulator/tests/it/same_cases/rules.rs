//! What holds for all calls of Wix Data.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::id::InstanceId;
use wixapp_emulator::{AppSettings, Permission};

use super::scene::{Scene, client, named, refused};
use super::{call, tests};
use crate::stage::SECRET;

call! { RULES "the rules of Wix Data"
    "the app lacks a permission, and is told which" => |_s| {
        let s = Scene::new().await;
        let notes = s.notes().await;
        let held = Permission::ALL.into_iter().filter(|one| *one != Permission::WriteDataItems);
        let settings = AppSettings { permissions: held.collect(), ..AppSettings::default() };
        s.stage.emulator.set_settings(settings).unwrap();
        let error = refused(notes.insert(json!({"n": 1})).await, "WDE0027");
        assert!(error.is_permission_denied() && error.message().unwrap().contains("Write Data Items"));
        assert_eq!(notes.query().count().await.unwrap(), 0);
    }
    "so many requests a minute" => |_s| {
        let s = Scene::with(|config| config.calls_a_minute = Some(3)).await;
        let notes = s.notes().await;
        for _ in 0..2 {
            assert_eq!(notes.query().count().await.unwrap(), 0);
        }
        let error = refused(notes.query().count().await, "WDE0014");
        assert!(error.is_rate_limited() && error.retry_after().is_some());
        s.stage.emulator.advance(SignedDuration::from_secs(61)).await.unwrap();
        assert_eq!(notes.query().count().await.unwrap(), 0);
    }
    "reads may be behind, and consistent ones are not" => |_s| {
        let s = Scene::with(|config| config.data_lag = Some(SignedDuration::from_secs(30))).await;
        let notes = s.notes().await;
        let later = || async { s.stage.emulator.advance(SignedDuration::from_secs(31)).await.unwrap() };
        later().await;
        notes.insert(named("a", json!({}))).await.unwrap();
        let elsewhere = client(&s.stage, SECRET).items::<serde_json::Value>(&s.instance, notes.collection());
        assert!(elsewhere.get("a").await.unwrap().is_none());
        let fresh = client(&s.stage, SECRET).items::<serde_json::Value>(&s.instance, notes.collection());
        assert_eq!(fresh.consistent().get("a").await.unwrap().unwrap().id, "a");
        assert!(notes.get("a").await.unwrap().is_some(), "who wrote reads what it wrote");
        later().await;
        assert!(elsewhere.get("a").await.unwrap().is_some());
    }
    "each site has its own" => |s| {
        let notes = s.three().await;
        let other = &s.stage.emulator.sites()[1].site_id;
        let install = s.stage.emulator.install(other).await.unwrap().install.unwrap();
        let theirs = s.client.items::<serde_json::Value>(&install.instance_id, notes.collection());
        refused(theirs.get("a").await, "WDE0025");
    }
    "a token of nobody" => |s| {
        let nobody: InstanceId = "11111111-2222-4333-8444-555555555555".parse().unwrap();
        let theirs = s.client.items::<serde_json::Value>(&nobody, "Any");
        let error = theirs.query().find().await.unwrap_err();
        assert!(error.to_string().contains("/oauth2/token") && error.status() == Some(404), "{error}");
    }
    "an app that was removed" => |_s| {
        let s = Scene::new().await;
        let notes = s.notes().await;
        s.stage.emulator.uninstall(&s.stage.site_id()).await.unwrap();
        assert!(notes.query().find().await.unwrap_err().is_unauthorized());
    }
}

tests! { rules: RULES }
