//! The live stream.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Answer, START, Stage, hours};

/// Reads events until one has this name; gives its data.
struct Live {
    body: futures_util::stream::BoxStream<'static, reqwest::Result<axum::body::Bytes>>,
    text: String,
}

impl Live {
    async fn open(stage: &Stage) -> Self {
        let response = stage.request(Method::GET, "/_emulator/live").send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.bytes_stream().boxed(), text: String::new() }
    }

    async fn next(&mut self, name: &str) -> Value {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let found = event.strip_prefix(&format!("event: {name}\ndata: ")).map(str::to_owned);
                self.text = rest.to_owned();
                if let Some(data) = found {
                    return serde_json::from_str(&data).unwrap();
                }
            }
            let part = self.body.next().await.expect("the stream goes on").unwrap();
            self.text.push_str(std::str::from_utf8(&part).unwrap());
        }
    }
}

#[tokio::test]
async fn the_stream_tells_of_changes_the_clock_and_deliveries() {
    let stage = Stage::new().await;
    let mut live = Live::open(&stage).await;
    assert_eq!(live.next("clock").await["now"], START, "at once");
    stage.post(&format!("/_emulator/sites/{}/install", stage.site_id()), &json!({})).await;
    live.next("state").await;
    let delivery = live.next("delivery").await;
    assert_eq!(
        (delivery["eventType"].as_str(), delivery["state"].as_str()),
        (Some("AppInstalled"), Some("delivered"))
    );
    stage.emulator.advance(hours(1)).await.unwrap();
    assert_eq!(live.next("clock").await["offsetMs"], 3_600_000);
}

#[tokio::test]
async fn retries_leave_by_themselves_when_their_time_comes() {
    let stage = Stage::new().await;
    let mut live = Live::open(&stage).await;
    stage.app.answer_next([Answer::Status(500)]);
    stage.post(&format!("/_emulator/sites/{}/install", stage.site_id()), &json!({})).await;
    assert_eq!(live.next("delivery").await["state"], "retrying");
    stage.emulator.clock().advance(jiff::SignedDuration::from_mins(1));
    assert_eq!(live.next("delivery").await["state"], "delivered");
}

#[tokio::test]
async fn a_reader_that_fell_behind_is_told_to_ask_again() {
    let stage = Stage::new().await;
    let mut live = Live::open(&stage).await;
    live.next("clock").await;
    for _ in 0..2_000 {
        stage.emulator.clock().advance(jiff::SignedDuration::from_secs(1));
    }
    live.next("state").await;
}

#[tokio::test]
async fn stopping_ends_open_streams() {
    let stage = Stage::new().await;
    let mut live = Live::open(&stage).await;
    live.next("clock").await;
    stage.stop().await;
    while let Some(part) = live.body.next().await {
        if part.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn serving_ends_with_its_stop_signal() {
    let stage = Stage::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let secret = wixapp_platform::AppSecret::new(crate::stage::SECRET).unwrap();
    let mut config =
        wixapp_emulator::EmulatorConfig::new("app", secret, &stage.app_url, "http://127.0.0.1:9");
    config.signer_pem = Some(crate::stage::signer_pem());
    let emulator = wixapp_emulator::Emulator::new(config).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let signal = async { stopped.await.unwrap_or_default() };
    let serving = tokio::spawn(async move { emulator.serve(listener, signal).await });
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
