//! What happens to single invoices: paid, failed, refunded, charged back; and the plan in Manage Apps.

use reqwest::Method;
use serde_json::{Value, json};
use wixapp_core::fact::InvoiceStatus;
use wixapp_core::id::InstanceId;
use wixapp_emulator::view::{Plan, PlanStatus};

use crate::stage::{Reply, Stage, at, hours};

async fn paying() -> (Stage, InstanceId) {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    stage.buy(&instance, "pro", "MONTHLY").await;
    (stage, instance)
}

fn plan(stage: &Stage) -> Plan {
    stage.emulator.sites()[0].install.clone().unwrap().plan.unwrap()
}

async fn act(stage: &Stage, invoice_id: &str, action: &str, body: Value) -> Reply {
    let answer = stage.post(&format!("/_emulator/invoices/{invoice_id}/{action}"), &body).await;
    stage.emulator.settle().await.unwrap();
    answer
}

#[tokio::test]
async fn a_failed_renewal_is_an_open_invoice_until_it_is_paid() {
    let (stage, instance) = paying().await;
    let card = format!("/_emulator/instances/{instance}/card");
    assert_eq!(stage.post(&card, &json!({ "fails": true })).await.json["install"]["plan"]["cardFails"], true);
    stage.emulator.advance(hours(24 * 30)).await.unwrap();
    let open = stage.emulator.invoices(&instance).unwrap().remove(0);
    assert_eq!(open.status, InvoiceStatus::PaymentFailed);
    assert_eq!(plan(&stage).unpaid_invoice_id.as_ref(), Some(&open.invoice_id));
    assert_eq!(plan(&stage).status, PlanStatus::Unpaid);
    assert_eq!(stage.app_instance(&instance).await["instance"]["isFree"], false, "access stays");
    let told = json!({
        "status": "PAYMENT_FAILED", "invoiceId": open.invoice_id, "instanceId": instance.as_str(), "recurring": true,
    });
    assert_eq!(stage.last_payload(), told);

    act(&stage, &open.invoice_id, "fail", json!({})).await;
    assert_eq!((stage.event_types().len(), stage.last_payload()), (4, told), "it fails once more");
    let paid = act(&stage, &open.invoice_id, "pay", json!({})).await;
    assert_eq!(paid.json["status"], "PAID");
    assert_eq!(stage.last_payload()["status"], "PAID");
    assert_eq!(
        (plan(&stage).status, plan(&stage).period_end),
        (PlanStatus::Active, at("2027-03-31T08:00:00Z"))
    );
    assert_eq!(stage.emulator.invoices(&instance).unwrap().len(), 2);
    assert_eq!(act(&stage, &open.invoice_id, "pay", json!({})).await.code(), "invoice_not_open");
}

#[tokio::test]
async fn the_payment_of_the_running_period_can_bounce_and_be_made_again() {
    let (stage, instance) = paying().await;
    let checkout = stage.order(&instance, "starter", "MONTHLY");
    stage.emulator.pay(&checkout.token, &wixapp_emulator::Card::paying()).await.unwrap();
    let end = plan(&stage).period_end;
    let invoice = plan(&stage).invoice_id;
    assert_eq!(act(&stage, &invoice, "fail", json!({})).await.json["status"], "PAYMENT_FAILED");
    assert_eq!(plan(&stage).status, PlanStatus::Unpaid);
    stage.emulator.advance(hours(24)).await.unwrap();
    assert_eq!(act(&stage, &invoice, "pay", json!({})).await.json["status"], "PAID");
    let after = plan(&stage);
    assert_eq!((after.name.as_str(), after.next_plan.as_deref()), ("Pro", Some("Starter")));
    assert_eq!(after.period_end, end, "the same period is paid, and no later one");
}

#[tokio::test]
async fn an_older_invoice_cannot_bounce_any_more() {
    let (stage, instance) = paying().await;
    let first = plan(&stage).invoice_id;
    stage.emulator.advance(hours(24 * 30)).await.unwrap();
    let refused = act(&stage, &first, "fail", json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "invoice_not_current"));
    assert_eq!(stage.emulator.invoices(&instance).unwrap()[1].status, InvoiceStatus::Paid);
}

#[tokio::test]
async fn refunds_and_charge_backs_happen_once_and_end_the_plan_if_asked() {
    for (action, status) in [("refund", "REFUNDED"), ("charge-back", "CHARGEDBACK")] {
        let (stage, instance) = paying().await;
        let first = plan(&stage).invoice_id;
        stage.emulator.advance(hours(24 * 30)).await.unwrap();
        let second = plan(&stage).invoice_id;
        let given = act(&stage, &first, action, json!({})).await;
        assert_eq!(given.json["status"], status);
        assert_eq!(
            (stage.last_payload()["status"].clone(), plan(&stage).status),
            (json!(status), PlanStatus::Active)
        );
        assert_eq!(stage.last_payload()["invoiceId"], first);
        assert_eq!(act(&stage, &first, action, json!({})).await.code(), "invoice_not_paid");
        assert_eq!(act(&stage, &first, "fail", json!({})).await.code(), "invoice_not_paid");

        act(&stage, &second, action, json!({ "endPlan": true })).await;
        assert_eq!(plan(&stage).status, PlanStatus::Expired);
        assert_eq!(stage.event_types()[3..], ["InvoiceStatusUpdated", "PaidPlanAutoRenewalCancelled"]);
        assert_eq!(stage.last_payload()["subscriptionCancellationType"], "IMMEDIATELY");
        assert_eq!(stage.app_instance(&instance).await["instance"]["isFree"], true);
    }
}

/// A plan on each site, of which the first is not paid any more, and then the renewals of twenty years: more than are kept.
async fn twenty_years() -> (Stage, Vec<InstanceId>) {
    let stage = Stage::new().await;
    let mut instances = Vec::new();
    for site in stage.emulator.sites() {
        let instance = stage.emulator.install(&site.site_id).await.unwrap().install.unwrap().instance_id;
        stage.buy(&instance, "pro", "MONTHLY").await;
        instances.push(instance);
    }
    stage.emulator.set_card_fails(&instances[0], true).unwrap();
    for _ in 0..2 {
        stage.emulator.advance(hours(24 * 3_600)).await.unwrap();
    }
    (stage, instances)
}

#[tokio::test]
async fn the_history_names_each_purchase_after_any_number_of_renewals() {
    let (stage, instances) = twenty_years().await;
    assert!(instances.len() > 2);
    for instance in &instances {
        let token = stage.token(instance).await;
        let history = stage.call(&token, Method::GET, "/apps/v1/checkout/history", None).await.json;
        let bought = history["purchases"].as_array().unwrap();
        assert_eq!(bought.len(), 1, "{history}");
        assert_eq!((&bought[0]["productId"], &bought[0]["price"]), (&json!("pro"), &json!("29.00")));
        assert_eq!(bought[0]["dateCreated"], "2027-01-31T08:00:00.000Z");
    }
}

#[tokio::test]
async fn an_open_invoice_can_be_paid_after_any_number_of_other_renewals() {
    let (stage, instances) = twenty_years().await;
    let open = plan(&stage).unpaid_invoice_id.unwrap();
    let others = instances[1..].iter().map(|instance| stage.emulator.invoices(instance).unwrap().len());
    assert!(others.sum::<usize>() > 300);
    assert_eq!(act(&stage, &open, "pay", json!({})).await.json["status"], "PAID");
    assert_eq!(plan(&stage).unpaid_invoice_id, None);
}

#[tokio::test]
async fn an_unknown_invoice_is_not_found() {
    let stage = Stage::new().await;
    for action in ["pay", "fail", "refund", "charge-back"] {
        assert_eq!(act(&stage, "nothing", action, json!({})).await.code(), "not_found", "{action}");
    }
}

#[tokio::test]
async fn a_plan_is_switched_in_manage_apps_up_at_once_and_down_when_the_period_ends() {
    let (stage, instance) = paying().await;
    let path = format!("/_emulator/instances/{instance}/checkout");
    let order = |product: &str| json!({ "productId": product, "billingCycle": "MONTHLY" });
    let down = stage.post(&path, &order("starter")).await;
    assert_eq!(down.json["dueToday"], "0.00");
    assert_eq!(down.json["beginsAt"], "2027-02-28T08:00:00Z");
    let token = down.json["token"].as_str().unwrap();
    stage.emulator.pay(token, &wixapp_emulator::Card::paying()).await.unwrap();
    assert_eq!(plan(&stage).next_plan.as_deref(), Some("Starter"));
    let up = stage.post(&path, &order("scale")).await;
    assert_eq!((&up.json["dueToday"], &up.json["beginsAt"]), (&json!("99.00"), &json!(null)));
    assert_eq!(stage.post(&path, &order("platinum")).await.code(), "invalid_request");
    let other = stage.post("/_emulator/instances/nothing/checkout", &order("pro")).await;
    assert_eq!(other.code(), "not_found");
}

#[tokio::test]
async fn a_plan_that_runs_is_not_sold_again_and_can_be_chosen_over_a_lower_one() {
    let (stage, instance) = paying().await;
    let path = format!("/_emulator/instances/{instance}/checkout");
    let order = async |product: &str, cycle: &str| {
        stage.post(&path, &json!({ "productId": product, "billingCycle": cycle })).await
    };
    for product in ["pro", "pro-plan"] {
        let again = order(product, "MONTHLY").await;
        assert_eq!((again.status, again.code()), (409, "plan_runs"), "{product}");
    }
    assert_eq!(order("pro", "YEARLY").await.json["dueToday"], "290.00");
    let down = order("starter", "MONTHLY").await.json["token"].as_str().unwrap().to_owned();
    stage.emulator.pay(&down, &wixapp_emulator::Card::paying()).await.unwrap();
    let back = order("pro", "MONTHLY").await.json["token"].as_str().unwrap().to_owned();
    stage.emulator.pay(&back, &wixapp_emulator::Card::paying()).await.unwrap();
    assert_eq!((plan(&stage).name.as_str(), plan(&stage).next_plan), ("Pro", None));
    stage
        .post(&format!("/_emulator/instances/{instance}/end-plan"), &json!({ "reason": "USER_CANCEL" }))
        .await;
    assert_eq!(order("pro", "MONTHLY").await.json["dueToday"], "29.00");
}

#[tokio::test]
async fn a_plan_is_ended_at_once_with_a_reason() {
    for reason in ["USER_CANCEL", "FAILED_PAYMENT"] {
        let (stage, instance) = paying().await;
        let path = format!("/_emulator/instances/{instance}/end-plan");
        let ended = stage.post(&path, &json!({ "reason": reason })).await;
        let plan = &ended.json["install"]["plan"];
        assert_eq!((&plan["status"], &plan["autoRenew"]), (&json!("expired"), &json!(false)));
        assert_eq!(plan["periodEnd"], json!(stage.now()), "{reason}");
        stage.emulator.settle().await.unwrap();
        assert_eq!(stage.last_payload()["cancelReason"], reason);
        assert_eq!(stage.post(&path, &json!({ "reason": reason })).await.code(), "no_plan");
    }
    let (stage, instance) = paying().await;
    let path = format!("/_emulator/instances/{instance}/end-plan");
    assert_eq!(stage.post(&path, &json!({ "reason": "BORED" })).await.code(), "invalid_request");
}
