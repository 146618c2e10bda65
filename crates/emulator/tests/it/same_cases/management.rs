//! Secrets, embedded scripts, BI events and plans.

use wixapp_emulator::{AppSettings, Permission};
use wixapp_platform::api::bi::{BiEvent, BiEventName};
use wixapp_platform::api::plans::DurationUnit;
use wixapp_platform::api::scripts::EmbeddedScript;
use wixapp_platform::api::secrets::SecretDraft;
use wixapp_platform::{Error, ExposeSecret as _};

use super::scene::Scene;
use super::{call, tests};
use crate::stage::APP_ID;

/// A scene whose app has this permission only.
async fn permitted(only: Permission) -> Scene {
    let s = Scene::new().await;
    s.stage.emulator.set_settings(AppSettings { permissions: vec![only], ..AppSettings::default() }).unwrap();
    s
}

#[track_caller]
fn denied<T>(outcome: Result<T, Error>, permission: &str) {
    let error = outcome.err().expect("it is refused");
    assert!(error.is_permission_denied() && error.message().unwrap().contains(permission), "{error}");
}

async fn value(s: &Scene, name: &str) -> Result<String, Error> {
    Ok(s.client.secret(&s.instance, name).await?.expose_secret().to_owned())
}

call! { SECRETS "secrets.createSecret, getSecretValue, listSecretInfo, updateSecret, deleteSecret"
    "a secret from its making to its end" => |s| {
        let id = s.client.create_secret(&s.instance, &SecretDraft::new("life", "one")).await.unwrap();
        assert_eq!(value(s, "life").await.unwrap(), "one");
        let change = SecretDraft { name: None, ..SecretDraft::new("life", "two") };
        s.client.update_secret(&s.instance, &id, &change).await.unwrap();
        assert_eq!(value(s, "life").await.unwrap(), "two");
        s.client.delete_secret(&s.instance, &id).await.unwrap();
        assert!(value(s, "life").await.unwrap_err().is_not_found());
    }
    "the list tells everything but the values" => |s| {
        let id = s.client.create_secret(&s.instance, &SecretDraft::new("listed", "hidden-value")).await.unwrap();
        let all = s.client.secrets(&s.instance).await.unwrap();
        let found = all.iter().find(|secret| secret.name == "listed").unwrap();
        assert!(found.id == id && found.created_at.is_some());
        assert!(!format!("{all:?}").contains("hidden-value"));
    }
    "two of one name are refused" => |s| {
        s.client.create_secret(&s.instance, &SecretDraft::new("twice", "one")).await.unwrap();
        let again = s.client.create_secret(&s.instance, &SecretDraft::new("twice", "two")).await;
        assert!(again.unwrap_err().is_conflict());
        assert_eq!(value(s, "twice").await.unwrap(), "one");
    }
    "that is not there" => |s| {
        assert!(value(s, "nothing").await.unwrap_err().is_not_found());
        let change = SecretDraft { name: None, ..SecretDraft::new("", "x") };
        assert!(s.client.update_secret(&s.instance, "nothing", &change).await.unwrap_err().is_not_found());
        assert!(s.client.delete_secret(&s.instance, "nothing").await.unwrap_err().is_not_found());
    }
    "reading does not allow writing" => |_s| {
        let s = permitted(Permission::ReadSecrets).await;
        s.client.secrets(&s.instance).await.unwrap();
        denied(s.client.create_secret(&s.instance, &SecretDraft::new("k", "x")).await, "Manage Secrets");
    }
}

call! { SCRIPTS "embeddedScripts.embedScript, getEmbeddedScript"
    "there is none before the first" => |_s| {
        let s = Scene::new().await;
        assert!(s.client.embedded_script(&s.instance, None).await.unwrap_err().is_not_found());
    }
    "with its parameters" => |s| {
        let sent = EmbeddedScript::default().with("colour", "red").with("size", "2");
        assert_eq!(s.client.embed_script(&s.instance, &sent, None).await.unwrap(), sent);
        assert_eq!(s.client.embedded_script(&s.instance, None).await.unwrap(), sent);
    }
    "the next one takes its place" => |s| {
        s.client.embed_script(&s.instance, &EmbeddedScript::default().with("colour", "red"), None).await.unwrap();
        let next = EmbeddedScript { disabled: true, ..EmbeddedScript::default().with("shape", "round") };
        s.client.embed_script(&s.instance, &next, None).await.unwrap();
        assert_eq!(s.client.embedded_script(&s.instance, None).await.unwrap(), next);
    }
    "each component has its own" => |s| {
        let (component, main) = ("e8c1f1a5-0000-4000-8000-000000000001", EmbeddedScript::default().with("shape", "round"));
        let own = EmbeddedScript::default().with("a", "1");
        s.client.embed_script(&s.instance, &main, None).await.unwrap();
        s.client.embed_script(&s.instance, &own, Some(component)).await.unwrap();
        assert_eq!(s.client.embedded_script(&s.instance, Some(component)).await.unwrap(), own);
        assert_eq!(s.client.embedded_script(&s.instance, None).await.unwrap(), main);
    }
    "without the permission" => |_s| {
        let s = permitted(Permission::ManageYourApp).await;
        denied(s.client.embedded_script(&s.instance, None).await, "Manage Embedded Scripts");
    }
}

call! { BI "biEvents.sendBiEvent"
    "is noted with its data" => |s| {
        let event = BiEvent::new(BiEventName::PrimaryActionPerformed).with("posts", "3");
        s.client.report(&s.instance, &event).await.unwrap();
        let noted = s.stage.get("/_emulator/bi-events").await.json["biEvents"][0].clone();
        assert_eq!((&noted["eventName"], &noted["eventData"]["posts"]), (&"PRIMARY_ACTION_PERFORMED".into(), &"3".into()));
        assert_eq!(noted["instanceId"], s.instance.as_str());
    }
    "a custom one needs a name" => |s| {
        let nameless = s.client.report(&s.instance, &BiEvent::new(BiEventName::Custom)).await.unwrap_err();
        assert!(nameless.is_invalid() && nameless.message().unwrap().contains("customEventName"), "{nameless}");
        s.client.report(&s.instance, &BiEvent::custom("opened")).await.unwrap();
    }
    "of a kind that is none" => |s| {
        let event = BiEvent::new(BiEventName::from("PARTY".to_owned()));
        let error = s.client.report(&s.instance, &event).await.unwrap_err();
        assert!(error.is_invalid() && error.message().unwrap().contains("eventName"), "{error}");
    }
}

call! { PLANS "appPlans.listAppPlansByAppId"
    "plans with what they cost a month" => |s| {
        let list = s.client.app_plans(&s.instance, &[APP_ID]).await.unwrap();
        let [app] = list.app_plans.try_into().unwrap();
        assert_eq!(app.id, APP_ID);
        assert!(!app.plans.is_empty());
        for plan in &app.plans {
            assert!(!plan.name.is_empty() && !plan.vendor_id.is_empty(), "{plan:?}");
            let units: Vec<_> = plan.prices.iter().filter_map(|price| price.billing_cycle.as_ref()?.cycle_duration.clone()).collect();
            assert_eq!(units.into_iter().map(|cycle| cycle.unit).collect::<Vec<_>>(), [DurationUnit::Month, DurationUnit::Year]);
            assert!(plan.prices.iter().all(|price| price.total_price.as_ref().unwrap().parse::<f64>().unwrap() > 0.0), "{plan:?}");
        }
    }
    "of an app that nobody knows" => |s| {
        assert!(s.client.app_plans(&s.instance, &["none"]).await.unwrap().app_plans.is_empty());
    }
}

tests! { secrets: SECRETS, scripts: SCRIPTS, bi: BI, plans: PLANS }
