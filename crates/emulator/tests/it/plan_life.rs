//! The life of a paid plan and what the app hears of it.

use std::time::Instant;

use serde_json::json;
use wixapp_core::id::InstanceId;
use wixapp_emulator::view::{Plan, PlanStatus};
use wixapp_platform::webhook::Payload;

use crate::stage::{Stage, at, hours};

impl Stage {
    fn plan(&self) -> Plan {
        self.emulator.sites()[0].install.clone().unwrap().plan.unwrap()
    }

    async fn invoices(&self, instance: &InstanceId) -> usize {
        let listed = self.get(&format!("/_emulator/instances/{instance}/invoices")).await;
        listed.json["invoices"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn a_purchase_carries_product_cycle_end_and_invoice() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    assert_eq!(
        stage.last_payload(),
        json!({
            "operationTimeStamp": "2027-01-31T08:00:00.000Z", "vendorProductId": "starter", "cycle": "MONTHLY",
            "expiresOn": "2027-02-28T08:00:00.000Z", "invoiceId": stage.plan().invoice_id,
        })
    );
}

#[tokio::test]
async fn another_purchase_is_a_change_that_names_the_plan_before() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.advance(hours(24)).await.unwrap();
    stage.buy(&instance, "pro", "YEARLY").await;
    assert_eq!(stage.event_types()[2], "PaidPlanChanged");
    assert_eq!(
        stage.last_payload(),
        json!({
            "operationTimeStamp": "2027-02-01T08:00:00.000Z", "vendorProductId": "pro", "cycle": "YEARLY",
            "previousVendorProductId": "starter", "previousCycle": "MONTHLY", "couponName": null,
            "invoiceId": stage.plan().invoice_id,
        })
    );
    assert_eq!(stage.plan().period_end, at("2028-02-01T08:00:00Z"));
}

#[tokio::test]
async fn cancelling_keeps_the_plan_to_the_end_of_its_period_and_then_it_ends_in_silence() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.advance(hours(24)).await.unwrap();
    let path = format!("/_emulator/instances/{instance}/auto-renew");
    let site = stage.post(&path, &json!({ "enabled": false })).await;
    assert_eq!(site.json["install"]["plan"]["status"], "cancelled");
    stage.emulator.settle().await.unwrap();
    assert_eq!(
        stage.last_payload(),
        json!({
            "operationTimeStamp": "2027-02-01T08:00:00.000Z", "vendorProductId": "starter", "cycle": "MONTHLY",
            "cancelReason": "USER_CANCEL", "userReason": null, "subscriptionCancellationType": "AT_END_OF_PERIOD",
            "cancelledDuringFreeTrial": "NOT_DURING_FREE_TRIAL",
        })
    );
    let billing = stage.app_instance(&instance).await["instance"]["billing"].clone();
    assert_eq!(billing["autoRenewing"], false);

    let to_the_end = at("2027-02-28T08:00:00Z").duration_since(stage.now());
    stage.emulator.advance(to_the_end - jiff::SignedDuration::from_millis(1)).await.unwrap();
    assert_eq!(stage.app_instance(&instance).await["instance"]["isFree"], false);
    stage.emulator.advance(jiff::SignedDuration::from_millis(1)).await.unwrap();
    let after = stage.app_instance(&instance).await["instance"].clone();
    assert_eq!((after["isFree"].clone(), after.get("billing")), (json!(true), None));
    assert_eq!(stage.plan().status, PlanStatus::Expired);
    assert_eq!(stage.event_types(), ["AppInstalled", "PaidPlanPurchased", "PaidPlanAutoRenewalCancelled"]);
}

#[tokio::test]
async fn a_plan_that_ended_is_bought_again_as_new() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    stage.emulator.advance(hours(24 * 40)).await.unwrap();
    let refused = stage.emulator.set_auto_renew(&instance, true).await.unwrap_err();
    assert_eq!(refused.code(), Some("no_plan"));
    stage.buy(&instance, "pro", "MONTHLY").await;
    assert_eq!(stage.event_types().last().unwrap(), "PaidPlanPurchased");
}

#[tokio::test]
async fn a_cancelled_plan_can_be_reactivated_and_then_renews() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "YEARLY").await;
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    stage.emulator.set_auto_renew(&instance, true).await.unwrap();
    assert_eq!(
        stage.last_payload(),
        json!({
            "operationTimeStamp": "2027-01-31T08:00:00.000Z", "vendorProductId": "starter", "cycle": "YEARLY",
            "expiresOn": "2028-01-31T08:00:00.000Z", "invoiceId": stage.plan().invoice_id,
            "reason": "AUTO_RENEW_TURNED_ON",
        })
    );
    let moved = stage.emulator.advance(hours(24 * 366)).await.unwrap();
    assert_eq!(moved.renewals, 1);
    assert_eq!(stage.plan().status, PlanStatus::Active);
}

#[tokio::test]
async fn switching_to_what_is_set_already_sends_nothing() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    for enabled in [true, false, false, true, true] {
        stage.emulator.set_auto_renew(&instance, enabled).await.unwrap();
    }
    assert_eq!(
        stage.event_types(),
        ["AppInstalled", "PaidPlanPurchased", "PaidPlanAutoRenewalCancelled", "PlanReactivated"]
    );
}

#[tokio::test]
async fn without_a_plan_there_is_nothing_to_cancel() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let path = format!("/_emulator/instances/{instance}/auto-renew");
    assert_eq!(stage.post(&path, &json!({ "enabled": false })).await.code(), "no_plan");
    let unknown = stage.post("/_emulator/instances/nobody/auto-renew", &json!({ "enabled": false })).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn renewals_keep_the_day_of_purchase_and_get_a_new_invoice_in_silence() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let mut invoices = vec![stage.plan().invoice_id];
    for end in
        ["2027-03-31T08:00:00Z", "2027-04-30T08:00:00Z", "2027-05-31T08:00:00Z", "2027-06-30T08:00:00Z"]
    {
        let moved = stage.emulator.advance_to_next().await.unwrap();
        assert_eq!((moved.renewals, moved.deliveries), (1, 0));
        assert_eq!(stage.plan().period_end, at(end));
        invoices.push(stage.plan().invoice_id);
    }
    invoices.dedup();
    assert_eq!(invoices.len(), 5);
    // The page shows every one of them, the newest first.
    let listed = stage.get(&format!("/_emulator/instances/{instance}/invoices")).await;
    let listed = listed.json["invoices"].as_array().unwrap();
    let ids: Vec<_> =
        listed.iter().map(|invoice| invoice["invoiceId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, invoices.iter().rev().cloned().collect::<Vec<_>>());
    let renewals: Vec<_> = listed.iter().map(|invoice| invoice["renewal"] == true).collect();
    assert_eq!(renewals, [true, true, true, true, false]);
    assert_eq!(stage.plan().started_at, at("2027-01-31T08:00:00Z"));
    assert_eq!(stage.event_types(), ["AppInstalled", "PaidPlanPurchased"]);
}

#[tokio::test]
async fn five_years_pass_quickly_and_renew_every_month_once() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    let started = Instant::now();
    let moved = stage.emulator.advance(hours(24 * 1_826)).await.unwrap();
    assert_eq!((moved.renewals, moved.deliveries), (60, 0));
    assert_eq!(stage.plan().period_end, at("2032-02-29T08:00:00Z"));
    assert!(started.elapsed().as_secs() < 10, "minutes here would mean the walk is no longer linear");
}

#[tokio::test]
async fn the_platform_library_reads_every_event_that_is_sent() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "starter", "MONTHLY").await;
    stage.buy(&instance, "pro", "MONTHLY").await;
    stage.emulator.set_auto_renew(&instance, false).await.unwrap();
    stage.emulator.set_auto_renew(&instance, true).await.unwrap();
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    let read: Vec<bool> = stage
        .events()
        .iter()
        .map(|event| {
            !matches!(event.payload, Payload::Unreadable { .. } | Payload::Unknown | Payload::Domain(_))
        })
        .collect();
    assert_eq!(read, [true; 6], "{:?}", stage.events());
}

#[tokio::test]
async fn a_lower_plan_begins_when_the_period_ends_and_is_told_when_it_is_chosen() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "pro", "MONTHLY").await;
    let (invoice, ends) = (stage.plan().invoice_id, stage.plan().period_end);
    stage.emulator.advance(hours(24)).await.unwrap();
    stage.buy(&instance, "starter", "MONTHLY").await;
    assert_eq!(stage.event_types()[2], "PaidPlanChanged");
    let told = stage.last_payload();
    assert_eq!((&told["vendorProductId"], &told["invoiceId"]), (&json!("starter"), &json!(invoice)));
    let plan = stage.plan();
    assert_eq!((plan.name.as_str(), plan.next_plan.as_deref()), ("Pro", Some("Starter")));
    assert_eq!((plan.period_end, plan.invoice_id), (ends, invoice.clone()));
    assert_eq!(stage.invoices(&instance).await, 1, "nothing is charged before the period ends");

    stage.emulator.advance(hours(28 * 24)).await.unwrap();
    let billing = stage.app_instance(&instance).await["instance"]["billing"].clone();
    assert_eq!(
        (&billing["packageName"], &billing["timeStamp"]),
        (&json!("starter"), &json!("2027-02-28T08:00:00.000Z"))
    );
    let plan = stage.plan();
    assert_eq!((plan.next_plan, plan.period_end), (None, at("2027-03-31T08:00:00Z")));
    assert_ne!(plan.invoice_id, invoice);
    assert_eq!(stage.event_types().len(), 3, "the turn of the period is silent");
}

#[tokio::test]
async fn coming_back_to_the_plan_that_runs_or_cancelling_drops_the_lower_one() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "pro", "MONTHLY").await;
    for back in ["again", "cancel"] {
        stage.buy(&instance, "starter", "MONTHLY").await;
        assert_eq!(stage.plan().next_plan.as_deref(), Some("Starter"));
        if back == "again" {
            stage.buy(&instance, "pro", "MONTHLY").await;
        } else {
            let path = format!("/_emulator/instances/{instance}/auto-renew");
            stage.post(&path, &json!({ "enabled": false })).await;
        }
        assert_eq!((stage.plan().name.as_str(), stage.plan().next_plan), ("Pro", None), "{back}");
    }
    assert_eq!(stage.invoices(&instance).await, 1);
}
