//! A small app, installed on a site of its own local platform.

use serde_json::{Value, json};
use wixapp::Local;
use wixapp::core::clock::{Clock, Timestamp};
use wixapp::jobs::{NewJobExt, new_job};
use wixapp::prelude::*;
use wixapp::store::Want;

/// Does nothing but say so.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Greet {
    pub(crate) name: String,
}

impl Job for Greet {
    const KIND: &'static str = "greet";
    type Output = String;

    async fn run(self, _: JobContext) -> Result<String, JobError> {
        Ok(format!("Hello, {}!", self.name))
    }
}

pub(crate) fn app() -> App {
    App::new("Greeter").job::<Greet>()
}

pub(crate) struct Stage {
    pub(crate) local: Local,
    pub(crate) instance: InstanceId,
    client: reqwest::Client,
}

impl Stage {
    /// Installed on the first site.
    pub(crate) async fn new() -> Self {
        let local = Local::start(app()).await.unwrap();
        let emulator = local.emulator();
        let site = emulator.install(&emulator.sites()[0].site_id).await.unwrap();
        let instance = site.install.unwrap().instance_id;
        Self { instance, client: reqwest::Client::builder().no_proxy().build().unwrap(), local }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.local.clock().now()
    }

    /// Plays a scenario that must come to its end.
    pub(crate) async fn play(&self, text: &str) {
        let run = self.local.emulator().play(&text.parse().unwrap()).await.unwrap();
        assert!(run.failed.is_none(), "{}", run.failed.unwrap());
    }

    /// As the app's page asks.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}/api/v1/wix/{path}", self.local.app_url()));
        let answer = request.header("authorization", self.owner()).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["data"].take()
    }

    pub(crate) async fn spend(&self, key: &str, amount: i64) {
        let request = self.client.post(format!("{}/api/v1/wix/credits/spend", self.local.app_url()));
        let request = request.header("authorization", self.owner()).header("idempotency-key", key);
        let answer = request.json(&json!({ "amount": amount, "action": "test" })).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{}", answer.text().await.unwrap());
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}/api/v1/wix/{path}", self.local.app_url())).json(body);
        let answer = request.header("authorization", self.owner()).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["data"].take()
    }

    /// Opens the live stream of the app's page, and waits for its first event.
    pub(crate) async fn watch(&self) -> reqwest::Response {
        let request = self.client.get(format!("{}/api/v1/wix/live", self.local.app_url()));
        let mut stream = request.header("authorization", self.owner()).send().await.unwrap();
        assert!(stream.chunk().await.unwrap().is_some());
        stream
    }

    pub(crate) async fn credits(&self) -> i64 {
        self.get("credits/balance").await["available"].as_i64().unwrap()
    }

    /// Adds a job that is due at a moment.
    pub(crate) async fn enqueue(&self, name: &str, at: Timestamp) -> JobId {
        let server = self.local.server();
        let id = JobId::new(self.now(), rand::random());
        let job = new_job(&Greet { name: name.to_owned() }, id.clone(), self.now()).unwrap().run_at(at);
        let added = server.store.transact(&self.instance, Want::money(), self.now(), move |tx| {
            tx.enqueue(job.clone());
            Ok::<_, ()>(())
        });
        added.await.unwrap().unwrap();
        id
    }

    pub(crate) async fn job_status(&self, id: &JobId) -> Value {
        self.get(&format!("jobs/{id}")).await["status"].take()
    }

    /// The platform's own pages ask so.
    pub(crate) async fn platform(&self, path: &str) -> Value {
        let url = format!("{}/_emulator/{path}", self.local.platform_url());
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }

    fn owner(&self) -> String {
        let emulator = self.local.emulator();
        let page = emulator.app_url(&emulator.sites()[0].site_id).unwrap();
        let (_, token) = page.split_once("instance=").unwrap();
        format!("WixInstance {}", token.split('&').next().unwrap())
    }
}
