//! Scenarios on a platform alone; those that count credits run where the app is built with wixapp.

use serde_json::json;
use wixapp_emulator::Scenario;

use crate::stage::Stage;

async fn play(stage: &Stage, text: &str) -> wixapp_emulator::ScenarioRun {
    stage.emulator.play(&text.parse::<Scenario>().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_whole_life_is_played_line_by_line() {
    let stage = Stage::new().await;
    let text = "site 2\ninstall\nbuy starter yearly\nexpect plan starter\ncancel\nadvance 366d\nexpect plan free\n\
                expect event PaidPlanPurchased delivered 1\nsite \"Bloom & Root\"\ninstall\n\
                trigger PlanReactivated vendorProductId=odd\nexpect event AppInstalled delivered 2\nuninstall";
    let run = play(&stage, text).await;
    assert_eq!(run.failed, None);
    assert_eq!(run.steps.len(), 13);
    assert!(run.steps[5].said.contains("0 renewals"), "{:?}", run.steps[5]);
    let sites = stage.emulator.sites();
    assert!(sites[1].install.is_some() && sites[0].install.as_ref().unwrap().removed);
}

#[tokio::test]
async fn it_stops_at_the_first_step_that_fails_and_says_where() {
    let stage = Stage::new().await;
    for (text, line, code) in [
        ("# first\n\nrefund\nnext", 3, "not_installed"),
        ("install\nrefund", 2, "no_plan"),
        ("buy gold", 1, "invalid_request"),
        ("site 9", 1, "not_found"),
        ("restore nothing", 1, "no_snapshots"),
        ("expect plan starter\ninstall", 1, "unmet"),
        ("expect event AppRemoved", 1, "unmet"),
        ("next", 1, "nothing_due"),
        ("advance 1d\nuntil 2020-01-01", 2, "invalid_time"),
    ] {
        let run = play(&stage, text).await;
        let failed = run.failed.unwrap();
        assert_eq!((failed.line, failed.code.as_str()), (line, code), "{text}: {}", failed.message);
    }
}

#[tokio::test]
async fn the_money_of_an_invoice_is_given_back_once() {
    for (then, line) in [
        ("refund\nrefund", 4),
        ("chargeback\nrefund", 4),
        ("refund\nchargeback", 4),
        ("advance 32d\nrefund\nrefund", 5),
    ] {
        let stage = Stage::new().await;
        let failed = play(&stage, &format!("install\nbuy starter\n{then}")).await.failed.unwrap();
        assert_eq!((failed.line, failed.code.as_str()), (line, "invoice_not_paid"), "{then}");
        stage.emulator.settle().await.unwrap();
        let types = stage.event_types();
        assert_eq!(types, ["AppInstalled", "PaidPlanPurchased", "InvoiceStatusUpdated"], "{then}");
        assert_eq!(stage.last_payload()["recurring"], line == 5, "{then}");
    }
}

#[tokio::test]
async fn the_page_api_plays_it_and_names_the_line_of_a_mistake() {
    let stage = Stage::new().await;
    let played =
        stage.post("/_emulator/scenarios", &json!({ "text": "install\nbuy pro\nexpect plan free" })).await;
    assert_eq!((played.status, played.json["steps"].as_array().unwrap().len()), (200, 2));
    assert_eq!(played.json["failed"]["message"], "plan: expected free, found pro.");
    let wrong = stage.post("/_emulator/scenarios", &json!({ "text": "install\nby pro" })).await;
    assert_eq!((wrong.status, wrong.code()), (422, "invalid_scenario"));
    assert_eq!(wrong.json["message"], "Line 2: there is no step `by`: did you mean `buy`?");
}
