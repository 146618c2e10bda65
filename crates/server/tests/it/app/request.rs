//! What a test asks of the app, and how it waits.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Site, TestApp};
use crate::answer::Answer;

/// No test waits longer than this for something that must happen.
const LIMIT: Duration = Duration::from_secs(20);
/// As often it looks at least.
const LOOKS: u32 = 100;

impl TestApp {
    pub(crate) fn request(&self, method: &str, path: &str, token: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        let request = self.http.request(method.parse().unwrap(), url);
        if token.is_empty() {
            request
        } else {
            request.header("authorization", format!("WixInstance {token}"))
        }
    }

    /// Sends it; an unexpected 5xx is noted.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        let what = format!("{} {}", request.method(), request.url().path());
        let answer = Answer::read(self.http.execute(request).await.unwrap()).await;
        let mut notes = self.notes.lock().unwrap();
        if answer.status >= 500 && !notes.expected.contains(&answer.status) {
            notes.broken.insert(format!("{what}: {} {}", answer.status, answer.text));
        }
        drop(notes);
        answer
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(self.request("GET", path, token)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, key: Option<&str>, body: &Value) -> Answer {
        let request = self.request("POST", path, token).json(body);
        self.send(match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        })
        .await
    }

    /// `POST credits/{what}` under a key.
    pub(crate) async fn credits(&self, site: &Site, what: &str, key: &str, body: Value) -> Answer {
        self.post(&site.token, &format!("/api/v1/wix/credits/{what}"), Some(key), &body).await
    }

    pub(crate) async fn spend(&self, site: &Site, key: &str, amount: i64) -> Answer {
        self.credits(site, "spend", key, json!({ "amount": amount, "action": "test" })).await
    }

    pub(crate) async fn status(&self, token: &str) -> Value {
        self.get(token, "/api/v1/wix/user/status").await.data().clone()
    }

    pub(crate) async fn available(&self, token: &str) -> i64 {
        let answer = self.get(token, "/api/v1/wix/credits/balance").await;
        answer.data()["available"].as_i64().unwrap()
    }

    /// Starts the sample job; gives its id.
    pub(crate) async fn start_work(&self, site: &Site, key: &str, end: &str) -> String {
        let body = json!({ "end": end });
        let started = self.post(&site.token, "/api/v1/sample/work", Some(key), &body).await;
        assert_eq!(started.status, 202, "{}", started.text);
        started.data()["jobId"].as_str().unwrap().to_owned()
    }

    /// Posts a webhook as it is.
    pub(crate) async fn deliver(&self, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request("POST", "/api/v1/wix/webhook", "");
        self.send(request.header("content-type", "text/plain").body(body)).await
    }

    // Waiting.

    /// Looks again after every change in the database until there is something.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let mut changes = self.app().store.watch();
        let limit = Instant::now() + LIMIT;
        // Where the machine does other things for so long, a few looks more are no proof that nothing comes.
        for look_number in 1.. {
            if let Some(found) = look().await {
                return found;
            }
            // A change may be told before all it brings is written: look again now and then as well.
            let pause = Instant::now() + Duration::from_millis(100);
            assert!(pause < limit || look_number < LOOKS, "{what}: it did not come in time");
            let _ = tokio::time::timeout_at(pause, changes.recv()).await;
        }
        unreachable!("the looks have no end")
    }

    pub(crate) async fn until_available(&self, token: &str, credits: i64) {
        let what = format!("{credits} credits");
        self.until(&what, async || (self.available(token).await == credits).then_some(())).await;
    }

    /// The job once it has ended.
    pub(crate) async fn ended(&self, site: &Site, job_id: &str) -> Value {
        self.until("the job ends", async || {
            let job = self.get(&site.token, &format!("/api/v1/wix/jobs/{job_id}")).await.data().clone();
            ["completed", "failed", "cancelled"].contains(&job["status"].as_str().unwrap()).then_some(job)
        })
        .await
    }
}
