//! autopost, installed on a site of a local platform, and its owner.

use std::time::Duration;

use serde_json::{Value, json};
use wixapp::Local;
use wixapp::jiff::SignedDuration;

/// Far beyond what anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before looking again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

pub(crate) struct Stage {
    pub(crate) local: Local,
    pub(crate) client: reqwest::Client,
    site_id: String,
}

impl Stage {
    /// Installed, with the free plan's 200 credits.
    pub(crate) async fn new() -> Self {
        let local = Local::start(autopost::app()).await.unwrap();
        let site_id = local.emulator().sites()[0].site_id.clone();
        local.emulator().install(&site_id).await.unwrap();
        let stage = Self { local, client: reqwest::Client::new(), site_id };
        eventually("the free credits", async || (stage.available().await == 200).then_some(())).await;
        stage
    }

    /// A token as fresh as a page that was loaded just now.
    pub(crate) fn token(&self) -> String {
        let page = self.local.emulator().app_url(&self.site_id).unwrap();
        let (_, token) = page.split_once("instance=").unwrap();
        token.split('&').next().unwrap().to_owned()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.local.app_url())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let request =
            self.client.get(self.url(path)).header("authorization", format!("WixInstance {}", self.token()));
        request.send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let request = self.client.post(self.url(path)).header("idempotency-key", key).json(body);
        let request = request.header("authorization", format!("WixInstance {}", self.token()));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn publish(&self, key: &str, text: &str) -> (u16, Value) {
        self.post("/api/v1/posts/publish", key, &json!({ "text": text })).await
    }

    /// What can still be spent; 0 before the install has arrived.
    pub(crate) async fn available(&self) -> i64 {
        self.get("/api/v1/wix/credits/balance").await["data"]["available"].as_i64().unwrap_or(0)
    }

    /// The job once it has ended. Between looks the clock moves on by `step`, to the next attempt.
    pub(crate) async fn ended(&self, reply: &Value, step: SignedDuration) -> Value {
        let path = format!("/api/v1/wix/jobs/{}", reply["data"]["jobId"].as_str().unwrap());
        eventually("the end of the job", async || {
            let job = self.get(&path).await["data"].take();
            if job["status"] == "completed" || job["status"] == "failed" {
                return Some(job);
            }
            self.local.emulator().advance(step).await.unwrap();
            None
        })
        .await
    }

    /// What the network shows.
    pub(crate) async fn posts(&self) -> Vec<Value> {
        let url = format!("{}/_fake-network/posts", self.local.platform_url());
        let mut answer: Value = self.client.get(url).send().await.unwrap().json().await.unwrap();
        answer["posts"].as_array_mut().unwrap().drain(..).collect()
    }
}

/// Looks again and again until there is something.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut turn = tokio::time::interval(LOOK_AGAIN);
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            turn.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("{what} did not come"))
}
