//! Webhooks of the platform, as the app receives them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use wixapp_platform::data::Patch;
use wixapp_platform::webhook::{DomainChange, DomainEvent, Payload};
use wixapp_platform::{WebhookSigner, WebhookVerifier};

use super::Case::Cannot;
use super::scene::{Scene, named};
use super::{call, tests};
use crate::stage::APP_ID;

fn verifier(s: &Scene) -> WebhookVerifier {
    WebhookVerifier::from_pems(&[s.stage.emulator.public_key_pem()]).unwrap()
}

/// The body with which the platform told of the install.
async fn told_of_install(s: &Scene) -> String {
    s.stage.emulator.settle().await.unwrap();
    s.stage.app.arrivals()[0].body.clone()
}

call! { PROCESS "webhooks.process"
    "AppInstalled" => |s| {
        let body = told_of_install(s).await;
        let event = verifier(s).verify(body.as_bytes(), s.stage.now()).unwrap();
        assert_eq!((event.event_type.as_str(), &event.instance_id), ("AppInstalled", &s.instance));
    }
    "AppRemoved" => |_s| {
        let s = Scene::new().await;
        s.stage.emulator.uninstall(&s.stage.site_id()).await.unwrap();
        s.stage.emulator.settle().await.unwrap();
        assert_eq!(s.stage.event_types().last().unwrap(), "AppRemoved");
    }
    "a handler gets what it registered for" => |s| {
        let body = told_of_install(s).await;
        let event = verifier(s).verify(body.as_bytes(), s.stage.now()).unwrap();
        let Payload::AppInstalled(installed) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!(installed.app_id.as_deref(), Some(APP_ID));
    }
    "an event nobody waits for is refused" =
        Cannot("the crate has no registry of handlers: it gives every verified event to the app");
    "processRequest" = Cannot("a body is taken as bytes, from whichever HTTP library read it");
    "another key is refused" => |s| {
        let other = WebhookSigner::generate().unwrap().public_key_pem();
        let body = told_of_install(s).await;
        let outcome = WebhookVerifier::from_pems(&[&other]).unwrap().verify(body.as_bytes(), s.stage.now());
        assert!(outcome.unwrap_err().is_signature());
    }
    "a changed body is refused" => |s| {
        let body = told_of_install(s).await;
        let parts: Vec<&str> = body.split('.').collect();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        let changed = URL_SAFE_NO_PAD.encode(claims.replace("AppInstalled", "AppRemoved00"));
        let forged = [parts[0], &changed, parts[2]].join(".");
        assert_ne!(forged, body);
        assert!(verifier(s).verify(forged.as_bytes(), s.stage.now()).unwrap_err().is_signature());
    }
    "no signature is refused" => |s| {
        let body = told_of_install(s).await;
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let forged = format!("{none}.{}.", body.split('.').nth(1).unwrap());
        assert!(verifier(s).verify(forged.as_bytes(), s.stage.now()).is_err());
    }
    "an hour later it is no longer taken" => |s| {
        let (signer, now) = (WebhookSigner::generate().unwrap(), s.stage.now());
        let data = json!({"eventType": "AppInstalled", "instanceId": s.instance}).to_string();
        let old = |age: i64| {
            let end = now.as_second() - age;
            signer.sign_claims(&json!({"data": data, "iat": end - 60, "exp": end})).unwrap()
        };
        let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()]).unwrap();
        assert!(verifier.verify(old(3_600).as_bytes(), now).unwrap_err().is_expired());
        assert!(verifier.verify(old(-1).as_bytes(), now).is_ok());
    }
}

/// A scene whose app is told of changes of items.
async fn subscribed() -> Scene {
    Scene::with(|config| {
        let kinds = ["created", "updated", "deleted"].map(|kind| format!("wix.data.v2.data_item_{kind}"));
        config.subscriptions.extend(kinds);
    })
    .await
}

/// The changes of items that the app was told of.
async fn told(s: &Scene) -> Vec<(String, DomainEvent)> {
    s.stage.emulator.settle().await.unwrap();
    let events = s.stage.events().into_iter();
    let changes = events.filter_map(|event| match event.payload {
        Payload::Domain(change) => Some((event.event_type, change)),
        _ => None,
    });
    changes.collect()
}

call! { CREATED "items.onDataItemCreated"
    "tells of the new item" => |_s| {
        let s = subscribed().await;
        s.notes().await.insert(named("a", json!({"text": "new"}))).await.unwrap();
        let [(kind, change)] = told(&s).await.try_into().unwrap();
        assert_eq!(kind, "wix.data.v2.data_item_created");
        assert_eq!((change.entity_id.as_str(), change.slug.as_str()), ("a", "created"));
        assert_eq!(change.entity_fqdn, "wix.data.v2.data_item");
        let Some(DomainChange::Created(created)) = change.change else { unreachable!("{change:?}") };
        assert!(created.to_string().contains("new"), "{created}");
    }
}

call! { UPDATED "items.onDataItemUpdated"
    "tells of the item as it is now" => |_s| {
        let s = subscribed().await;
        let notes = s.notes().await;
        notes.insert(named("u", json!({"text": "old"}))).await.unwrap();
        notes.patch("u", &Patch::new().set("text", "new")).await.unwrap();
        let told = told(&s).await.into_iter().find(|(kind, _)| kind == "wix.data.v2.data_item_updated");
        let change = told.unwrap().1;
        let Some(DomainChange::Updated(updated)) = change.change else { unreachable!("{change:?}") };
        assert_eq!(updated["currentEntity"]["data"]["text"], "new");
    }
}

call! { DELETED "items.onDataItemDeleted"
    "tells of each item of a bulk" => |_s| {
        let s = subscribed().await;
        let notes = s.three().await;
        assert_eq!(notes.bulk_remove(["a", "c"]).await.unwrap().succeeded(), 2);
        let mut gone: Vec<String> = told(&s)
            .await
            .into_iter()
            .filter(|(kind, _)| kind == "wix.data.v2.data_item_deleted")
            .map(|(_, change)| change.entity_id)
            .collect();
        gone.sort();
        assert_eq!(gone, ["a", "c"]);
    }
}

tests! { process: PROCESS, created: CREATED, updated: UPDATED, deleted: DELETED }
