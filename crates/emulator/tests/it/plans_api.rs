//! What the app sells, by app id.

use reqwest::Method;
use serde_json::json;

use crate::stage::{APP_ID, Stage, reply};

async fn get(stage: &Stage, path: &str) -> crate::stage::Reply {
    reply(stage.request(Method::GET, &format!("/apps-plans/v1/apps-plans/{path}"))).await
}

#[tokio::test]
async fn plans_have_prices_by_the_month_and_benefits() {
    let stage = Stage::new().await;
    let answer = get(&stage, APP_ID).await;
    assert_eq!(answer.status, 200);
    assert_eq!((&answer.json["currency"], &answer.json["currencySymbol"]), (&json!("USD"), &json!("$")));
    let plans = answer.json["appPlans"][0]["plans"].as_array().unwrap().clone();
    let ids: Vec<_> = plans.iter().map(|plan| plan["vendorId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["starter-plan", "pro-plan", "scale-plan"]);
    assert!(!plans[0]["benefits"].as_array().unwrap().is_empty());
    assert_eq!(plans[0]["prices"][0]["totalPrice"], "9.00");
    let yearly = &plans[0]["prices"][1];
    assert_eq!(yearly["billingCycle"]["cycleDuration"], json!({ "unit": "YEAR", "count": 1 }));
    assert_eq!(yearly["totalPrice"], "7.50", "a twelfth of 90.00");
}

#[tokio::test]
async fn apps_it_does_not_know_have_no_plans() {
    let stage = Stage::new().await;
    let both = get(&stage, &format!("{APP_ID},other?appIds={APP_ID}&appIds=third")).await;
    assert_eq!(both.json["appPlans"].as_array().unwrap().len(), 1);
    assert_eq!(get(&stage, "other").await.json["appPlans"], json!([]));
    let many = (0..101).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(get(&stage, &many).await.code(), "INVALID_REQUEST");
    assert_eq!(get(&stage, ",").await.code(), "INVALID_REQUEST");
}
