//! 200 calls a minute for each install.

use reqwest::Method;
use wixapp_core::id::InstanceId;

use crate::stage::Stage;

async fn call(stage: &Stage, token: &str) -> (u16, Option<String>) {
    let request = stage.request(Method::GET, "/apps/v1/instance").header("authorization", token);
    let answer = request.send().await.unwrap();
    let wait = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), wait)
}

#[tokio::test]
async fn the_201st_call_of_a_minute_waits_for_the_next_minute() {
    let stage = Stage::new().await;
    let instance = stage.install().await;
    let token = stage.token(&instance).await;
    for n in 0..200 {
        assert_eq!(call(&stage, &token).await, (200, None), "call {n}");
    }
    stage.emulator.advance(jiff::SignedDuration::from_secs(20)).await.unwrap();
    assert_eq!(call(&stage, &token).await, (429, Some("40".to_owned())));
    let second = stage.emulator.sites()[1].site_id.clone();
    let other: InstanceId = stage.emulator.install(&second).await.unwrap().install.unwrap().instance_id;
    let other = stage.token(&other).await;
    assert_eq!(call(&stage, &other).await.0, 200, "another install has its own minute");
    stage.emulator.advance(jiff::SignedDuration::from_secs(40)).await.unwrap();
    assert_eq!(call(&stage, &token).await.0, 200);
}

#[tokio::test]
async fn the_limit_can_be_set_and_lifted() {
    let strict = Stage::with(|config| config.calls_a_minute = Some(1)).await;
    let token = strict.token(&strict.install().await).await;
    assert_eq!(call(&strict, &token).await.0, 200);
    assert_eq!(call(&strict, &token).await, (429, Some("60".to_owned())));
    let free = Stage::with(|config| config.calls_a_minute = None).await;
    let token = free.token(&free.install().await).await;
    for _ in 0..201 {
        assert_eq!(call(&free, &token).await.0, 200);
    }
}
