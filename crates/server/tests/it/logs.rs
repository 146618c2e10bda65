//! Logs: what was asked of the server can be followed, and no secret is in them.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use wixapp_emulator::Card;

use crate::app::{SECRET, TestApp, days};
use crate::catalogue::{Things, operations};
use crate::stream::Live;
use crate::wire::Behaviour;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_logged_whatever_happens() {
    let lines = Lines::default();
    // Everything this product says, in all detail; libraries below it say what they read and write.
    let filter = "off,wixapp_server=trace,wixapp_store=trace,wixapp_jobs=trace,wixapp_platform=trace,wixapp_core=trace";
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines.clone()).json().finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let app = TestApp::start().await;
    [500, 502, 503].into_iter().for_each(|status| app.expect_status(status));
    let site = app.install().await;
    let things = Things::of(&app, &site).await;
    let live = Live::open(&app, &site.token).await;
    let access = app.app().wix.access_token(&site.instance_id).await.unwrap().expose().to_owned();
    for operation in operations().into_iter().filter(|operation| !operation.streams()) {
        for authorization in
            [format!("WixInstance {}", site.token), format!("Bearer {access}"), "x.planted-1".to_owned()]
        {
            let request = operation.good_request(&app, &things, "planted-2").header("referer", &site.token);
            app.send(request.header("authorization", authorization)).await;
        }
    }
    app.credits(&site, "spend", "k", json!({ "amount": 1, "action": "a", "planted-3": SECRET })).await;
    app.deliver("planted-4.planted-5.planted-6").await;
    let delivery = app.emulator.deliveries().pop().unwrap();
    let webhook = app.emulator.delivery(delivery.delivery_id.as_str()).unwrap().request_body.unwrap();
    app.deliver(webhook.replace('.', ".x")).await;
    app.get("", "/api/v1/sample/panic").await;
    let (_, page) = app.checkout(&site, "scale").await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    app.to_wix.set(Behaviour::Answer(401));
    app.advance(days(30)).await;
    let site = app.fresh(&site);
    app.checkout_refused(&site).await;
    app.to_wix.set(Behaviour::PassOn);
    drop(live);
    let jobs = app.get(&site.token, "/api/v1/wix/jobs").await.data()["jobs"].clone();
    for job in jobs.as_array().unwrap() {
        app.ended(&site, job["jobId"].as_str().unwrap()).await;
    }
    let platform_key = crate::app::signer().to_pkcs8_pem().unwrap().to_string();
    let token = site.token.clone();
    app.finish().await;

    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(logged.lines().count() > 50, "{logged}");
    assert!(logged.contains("\"request.id\":\"req_"), "{logged}");
    let (_, payload) = token.split_once('.').unwrap();
    let key_line = platform_key.lines().nth(3).unwrap();
    let secrets = [
        SECRET,
        &token,
        &payload[..40],
        &access,
        &access[access.len() - 30..],
        &webhook,
        &webhook[200..240],
        key_line,
        "owner-1",
        "swordfish",
        "planted-",
    ];
    for secret in secrets {
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
}
