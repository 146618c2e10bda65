//! The inspector's time line with what the app did.

use serde_json::json;
use wixapp::jiff::SignedDuration;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_ledger_entries_and_jobs_stand_in_one_order() {
    let stage = Stage::new().await;
    stage.play("buy starter monthly\nexpect credits 1200").await;
    stage.enqueue("Ada", stage.now() + SignedDuration::from_hours(1)).await;
    stage.local.emulator().advance(SignedDuration::from_hours(2)).await.unwrap();
    stage.spend("one", 5).await;

    let shown = stage.platform("timeline?kinds=delivery,ledger,job").await;
    assert_eq!(shown["appAnswers"], true);
    let lines = shown["records"].as_array().unwrap();
    let said: Vec<(&str, &str)> =
        lines.iter().map(|line| (line["kind"].as_str().unwrap(), line["title"].as_str().unwrap())).collect();
    let place = |kind: &str, part: &str| {
        let found = said.iter().position(|(of, title)| *of == kind && title.contains(part));
        found.unwrap_or_else(|| panic!("no {kind} with `{part}`: {said:?}"))
    };
    // Newest first.
    let order = [
        place("ledger", "-5 credits"),
        place("job", "greet completed"),
        place("ledger", "+1000 credits"),
        place("delivery", "PaidPlanPurchased → 200"),
        place("ledger", "+200 credits"),
        place("delivery", "AppInstalled → 200"),
    ];
    assert!(order.is_sorted(), "{said:?}");
    assert!(lines.iter().all(|line| line["instanceId"] == json!(stage.instance)), "{lines:?}");
    let spent = &lines[place("ledger", "-5 credits")];
    assert_eq!((&spent["outcome"], &spent["detail"]["balanceAfter"]), (&json!("done"), &json!(1_195)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_apps_own_questions_to_the_platform_are_in_it() {
    let stage = Stage::new().await;
    stage.play("buy starter monthly\nexpect credits 1200").await;
    let order = json!({ "planId": "pro", "billingCycle": "MONTHLY" });
    assert!(stage.post("billing/checkout-url", &order).await["checkoutUrl"].is_string());
    let lines = stage.platform("timeline?kinds=request,token").await["records"].take();
    let lines = lines.as_array().unwrap();
    let with = |part: &str| {
        let found = lines.iter().find(|line| line["title"].as_str().unwrap().contains(part));
        found.unwrap_or_else(|| panic!("no line with `{part}`: {lines:?}"))
    };
    assert_eq!(with("POST /apps/v1/checkout")["detail"]["status"], 200);
    let secret = &with("(client_credentials)")["detail"]["requestBody"]["client_secret"];
    assert!(secret.as_str().unwrap().ends_with('…'), "{secret}");
}
