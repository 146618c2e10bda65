//! Webhooks of the platform, as the app receives them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wixapp_platform::data::Patch;
use wixapp_platform::webhook::{
    BillingCycle, CancelReason, CancellationType, DomainChange, DomainEvent, Identity, InvoiceStatus,
    Payload, WebhookEvent,
};
use wixapp_platform::{WebhookSigner, WebhookVerifier};

use super::Case::Cannot;
use super::scene::{Scene, named};
use super::{call, tests};
use crate::stage::{APP_ID, hours};

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
        assert_eq!(event.identity, Some(owner(s).await));
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

/// Who acts on the pages of the first site.
async fn owner(s: &Scene) -> Identity {
    let token = s.stage.emulator.dashboard_token(&s.stage.site_id()).unwrap();
    Identity::wix_user(s.client.token_info(&token).await.unwrap().subject_id.unwrap())
}

/// The last webhook the app got, which is of this kind.
async fn last(s: &Scene, kind: &str) -> WebhookEvent {
    s.stage.emulator.settle().await.unwrap();
    let event = s.stage.events().pop().unwrap();
    assert_eq!((event.event_type.as_str(), &event.instance_id), (kind, &s.instance));
    event
}

/// What the app is told after the platform found a way to an event of this kind.
async fn triggered(s: &Scene, kind: &str) -> WebhookEvent {
    act(s, "trigger", json!({ "event": kind })).await;
    last(s, kind).await
}

/// What a person does on a page of the platform.
async fn act(s: &Scene, path: &str, body: Value) -> Value {
    let answer = s.stage.post(&format!("/_emulator/{path}"), &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json
}

/// The invoice that was written last.
fn invoice(s: &Scene) -> String {
    s.stage.emulator.invoices(&s.instance).unwrap().remove(0).invoice_id
}

call! { PURCHASED "appInstances.onAppInstancePaidPlanPurchased"
    "names the plan, its cycle, its end and the invoice" => |s| {
        let event = triggered(s, "PaidPlanPurchased").await;
        assert_eq!(event.identity, Some(owner(s).await));
        let Payload::PaidPlanPurchased(plan) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!((plan.vendor_product_id.as_str(), plan.cycle), ("starter-plan", BillingCycle::Monthly));
        assert!(plan.expires_on > Some(plan.operation_time_stamp));
        assert_eq!(plan.invoice_id, Some(invoice(s)));
    }
    "names the coupon" => |_s| {
        let s = Scene::new().await;
        let checkout = s.stage.order(&s.instance, "pro", "YEARLY").token;
        act(&s, &format!("checkout/{checkout}/coupon"), json!({ "code": "WELCOME20" })).await;
        s.stage.emulator.pay(&checkout, &wixapp_emulator::Card::paying()).await.unwrap();
        let event = last(&s, "PaidPlanPurchased").await;
        let Payload::PaidPlanPurchased(plan) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!((plan.vendor_product_id.as_str(), plan.cycle), ("pro", BillingCycle::Yearly));
        assert_eq!(plan.coupon_name.as_deref(), Some("Welcome 20 %"));
    }
}

call! { CHANGED "appInstances.onAppInstancePaidPlanChanged"
    "names the plan before and the plan after" => |s| {
        triggered(s, "PaidPlanPurchased").await;
        let before = invoice(s);
        let event = triggered(s, "PaidPlanChanged").await;
        assert_eq!(event.identity, Some(owner(s).await));
        let Payload::PaidPlanChanged(plan) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!(plan.previous_vendor_product_id.as_deref(), Some("starter-plan"));
        assert_eq!(plan.previous_cycle, Some(BillingCycle::Monthly));
        assert_eq!((plan.vendor_product_id.as_str(), plan.cycle), ("pro-plan", BillingCycle::Monthly));
        assert!(plan.invoice_id.is_some_and(|invoice| invoice != before));
        assert_eq!(plan.operation_time_stamp, s.stage.now());
    }
}

call! { CANCELLED "appInstances.onAppInstancePaidPlanAutoRenewalCancelled"
    "by the owner, at the end of the period" => |s| {
        let event = triggered(s, "PaidPlanAutoRenewalCancelled").await;
        assert_eq!(event.identity, Some(owner(s).await));
        let Payload::PaidPlanAutoRenewalCancelled(end) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!(end.cancel_reason, Some(CancelReason::UserCancel));
        assert_eq!(end.subscription_cancellation_type, Some(CancellationType::AtEndOfPeriod));
        assert_eq!(end.cancelled_during_free_trial, Some(false));
        assert_eq!((end.vendor_product_id.as_str(), end.cycle), ("starter-plan", BillingCycle::Monthly));
    }
    "at once, for want of money" => |s| {
        triggered(s, "PlanReactivated").await;
        act(s, &format!("instances/{}/end-plan", s.instance), json!({ "reason": "FAILED_PAYMENT" })).await;
        let event = last(s, "PaidPlanAutoRenewalCancelled").await;
        assert_eq!(event.identity, Some(Identity::unspecified()));
        let Payload::PaidPlanAutoRenewalCancelled(end) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!(end.cancel_reason, Some(CancelReason::FailedPayment));
        assert_eq!(end.subscription_cancellation_type, Some(CancellationType::Immediately));
    }
}

call! { CONVERTED "appInstances.onAppInstancePlanConvertedToPaid"
    "when the trial is over" => |s| {
        let event = triggered(s, "PlanConvertedToPaid").await;
        assert_eq!(event.identity, Some(Identity::unspecified()));
        let Payload::PlanConvertedToPaid(plan) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!((plan.vendor_product_id.as_str(), plan.cycle), ("starter-plan", BillingCycle::Monthly));
        assert!(plan.expires_on > Some(plan.operation_time_stamp));
    }
}

call! { REACTIVATED "appInstances.onAppInstancePlanReactivated"
    "names the end, the invoice and the reason" => |s| {
        let event = triggered(s, "PlanReactivated").await;
        assert_eq!(event.identity, Some(owner(s).await));
        let Payload::PlanReactivated(plan) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!((plan.vendor_product_id.as_str(), plan.cycle), ("starter-plan", BillingCycle::Monthly));
        assert!(plan.expires_on > Some(plan.operation_time_stamp));
        assert_eq!(plan.invoice_id, Some(invoice(s)));
        assert_eq!(plan.reason.as_deref(), Some("AUTO_RENEW_TURNED_ON"));
    }
}

call! { INVOICE "billing.onPurchasedItemInvoiceStatusUpdated"
    "a refund, and a charge-back" => |s| {
        for (action, status) in [("refund", InvoiceStatus::Refunded), ("charge-back", InvoiceStatus::ChargedBack)] {
            triggered(s, "PaidPlanPurchased").await;
            let event = invoice_told(s, &invoice(s), action, status).await;
            assert_eq!(event.identity, Some(Identity::unspecified()));
        }
    }
    "a payment that failed, and was made later" => |s| {
        triggered(s, "PaidPlanPurchased").await;
        let invoice = invoice(s);
        let failed = invoice_told(s, &invoice, "fail", InvoiceStatus::PaymentFailed).await;
        assert_eq!(failed.identity, Some(Identity::unspecified()));
        let paid = invoice_told(s, &invoice, "pay", InvoiceStatus::Paid).await;
        assert_eq!(paid.identity, Some(owner(s).await));
    }
}

/// What the app is told when something is done to an invoice.
async fn invoice_told(s: &Scene, id: &str, action: &str, status: InvoiceStatus) -> WebhookEvent {
    act(s, &format!("invoices/{id}/{action}"), json!({})).await;
    let event = last(s, "InvoiceStatusUpdated").await;
    let Payload::InvoiceStatusUpdated(told) = &event.payload else { unreachable!("{}", event.event_type) };
    assert_eq!((&told.status, told.invoice_id.as_str()), (&status, id));
    assert_eq!(told.instance_id.as_deref(), Some(s.instance.as_str()));
    event
}

call! { TRANSFERRED "appInstances.onAppInstancePlanTransferred"
    "with a site that is given away" => |_s| {
        let s = Scene::new().await;
        triggered(&s, "PaidPlanPurchased").await;
        let before = owner(&s).await;
        s.stage.emulator.advance(hours(1)).await.unwrap();
        let path = format!("sites/{}/transfer", s.stage.site_id());
        act(&s, &path, json!({ "name": "Eve", "email": "eve@site.example" })).await;
        let event = last(&s, "PlanTransferred").await;
        let after = owner(&s).await;
        assert_ne!(before, after);
        assert_eq!(event.identity, Some(after));
        let Payload::PlanTransferred(plan) = event.payload else { unreachable!("{}", event.event_type) };
        assert_eq!((plan.vendor_product_id.as_str(), plan.cycle), ("starter-plan", BillingCycle::Monthly));
        assert_eq!((plan.invoice_id, plan.operation_time_stamp), (Some(invoice(&s)), s.stage.now()));
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

tests! {
    process: PROCESS,
    purchased: PURCHASED,
    changed: CHANGED,
    cancelled: CANCELLED,
    converted: CONVERTED,
    reactivated: REACTIVATED,
    invoice_status: INVOICE,
    transferred: TRANSFERRED,
    created: CREATED,
    updated: UPDATED,
    deleted: DELETED,
}
