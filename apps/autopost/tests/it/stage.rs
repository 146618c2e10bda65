//! autopost, installed on a site of a local platform, and its owner.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use wixapp::Local;
use wixapp::jiff::SignedDuration;
use wixapp::jobs::new_job;
use wixapp::prelude::*;

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
        Self::with(autopost::Settings::default()).await
    }

    /// With stand-ins for the networks on this machine.
    pub(crate) async fn beside_stand_ins() -> Self {
        Self::with(autopost::Settings { allow_private_addresses: true, ..autopost::Settings::default() })
            .await
    }

    pub(crate) async fn with(settings: autopost::Settings) -> Self {
        let local = Local::start(autopost::app_with(settings)).await.unwrap();
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

    /// A request of the owner's with a body, or without one when it is `null`.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.call_as(&self.token(), method, path, body).await
    }

    pub(crate) async fn call_as(&self, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.request(method.parse().unwrap(), self.url(path));
        let request = request.header("authorization", format!("WixInstance {token}"));
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    /// What a request gives that must succeed.
    pub(crate) async fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, mut answer) = self.call(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer["data"].take()
    }

    /// The status and code of a request that must be refused.
    pub(crate) async fn refused(&self, method: &str, path: &str, body: &Value) -> String {
        let (status, answer) = self.call(method, path, body).await;
        let text = |field: &str| answer[field].as_str().unwrap_or("").to_owned();
        assert!(!text("message").is_empty(), "{method} {path}: {status} {answer}");
        format!("{status} {}", text("error"))
    }

    /// Starts a post and returns the answer's data.
    pub(crate) async fn start(&self, post: &Value, what: &str, key: &str) -> Value {
        let path = format!("/api/v1/posts/{}/{what}", post["id"].as_str().unwrap());
        let (status, mut reply) = self.post(&path, key, &json!({})).await;
        assert_eq!(status, 202, "{reply}");
        reply["data"].take()
    }

    /// The post once it is in this state. Between looks the clock moves on by `step`.
    pub(crate) async fn post_in(&self, post: &Value, state: &str, step: SignedDuration) -> Value {
        let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
        eventually(state, async || {
            let post = self.done("GET", &path, &Value::Null).await;
            if post["state"] == state {
                return Some(post);
            }
            self.local.emulator().advance(step).await.unwrap();
            None
        })
        .await
    }

    /// The site's only instance.
    pub(crate) async fn instance_id(&self) -> InstanceId {
        self.local.server().store.list_instances(None, 1).await.unwrap().remove(0)
    }

    /// The site's job of this kind.
    pub(crate) async fn job_of(&self, kind: &str) -> JobId {
        let jobs = self.local.server().store.list_jobs(&self.instance_id().await, 20).await.unwrap();
        jobs.into_iter().find(|job| job.kind == kind).unwrap().job_id
    }

    /// Has an operator try a job again.
    pub(crate) async fn try_again(&self, id: &JobId) {
        let (server, again) = (self.local.server(), id.clone());
        let again = move |tx: &mut Tx| wixapp::jobs::retry(tx, &again);
        let owner = self.instance_id().await;
        server
            .store
            .transact(&owner, Want::money().job(id), server.clock.now(), again)
            .await
            .unwrap()
            .unwrap();
    }

    /// Does once what else the calendar starts, and waits for its end.
    pub(crate) async fn run<J: Job>(&self, job: J) {
        let server = self.local.server();
        let (app, now) = (InstanceId::app(), server.clock.now());
        let id = JobId::new(now, server.random());
        let job = new_job(&job, id.clone(), now).unwrap();
        let add = move |tx: &mut Tx| {
            tx.enqueue(job.clone());
            Ok::<_, RecordError>(())
        };
        server.store.transact(&app, Want::money(), now, add).await.unwrap().unwrap();
        eventually("the end of the app's job", async || {
            let job = server.store.find_job(&app, &id).await.unwrap().unwrap();
            job.state.is_final().then_some(())
        })
        .await;
    }

    /// Sets the mood of the fake network.
    pub(crate) async fn mood(&self, mood: &str) {
        let url = format!("{}/_fake-network/mood", self.local.platform_url());
        let request = self.client.put(url).header("x-emulator", "1").json(&json!({ "mood": mood }));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    /// Uploads a file as the owner.
    pub(crate) async fn upload(&self, bytes: &[u8]) -> (u16, Value) {
        let request = self.client.post(self.url("/api/v1/images")).body(bytes.to_vec());
        let request = request.header("authorization", format!("WixInstance {}", self.token()));
        let answer = request.header("content-type", "image/png").send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The files of all images.
    pub(crate) fn image_files(&self) -> Vec<PathBuf> {
        let sites = self.local.snapshot_folder().parent().unwrap().join("app.images").read_dir().unwrap();
        let files = sites.flat_map(|site| site.unwrap().path().read_dir().unwrap());
        files.map(|file| file.unwrap().path()).collect()
    }

    /// The state of a network, as the page sees it.
    pub(crate) async fn network(&self, name: &str) -> Value {
        let mut all = self.done("GET", "/api/v1/networks", &Value::Null).await;
        let networks = all["networks"].as_array_mut().unwrap();
        networks.iter_mut().find(|network| network["network"] == name).unwrap().take()
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

/// The job of the app that sweeps images away.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sweep;

impl Job for Sweep {
    const KIND: &'static str = "sweep_images";
    type Output = ();
    async fn run(self, _: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

/// The job of the app that ends posts nobody else ends.
#[derive(Serialize, Deserialize)]
pub(crate) struct Rescue;

impl Job for Rescue {
    const KIND: &'static str = "rescue_posts";
    type Output = ();
    async fn run(self, _: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

/// A PNG of one grey pixel.
pub(crate) const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\
    \0\0\0\x0aIDATx\x9cc\xa8\x07\0\0\x81\0\x80\xe9\xed\xb2\xe2\0\0\0\0IEND\xaeB`\x82";

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
