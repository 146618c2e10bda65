//! Wix Data over HTTP. What the official packages ask of it is in `tests/sdk-conformance`.

mod bad_input;
mod items;
mod limits;
mod persistence;

use reqwest::Method;
use serde_json::{Value, json};
use wixapp_emulator::EmulatorConfig;

use crate::stage::{Reply, Stage, reply};

pub(crate) const DATA: &str = "/wix-data/v2";

/// The app, with a token for the first site.
pub(crate) struct Shop {
    pub(crate) stage: Stage,
    token: String,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut EmulatorConfig)) -> Self {
        let stage = Stage::with(|config| {
            config.calls_a_minute = None;
            change(config);
        });
        Self::at(stage.await).await
    }

    pub(crate) async fn at(stage: Stage) -> Self {
        let installed = stage.emulator.sites()[0].install.clone();
        let instance = match installed {
            Some(install) => install.instance_id,
            None => stage.install().await,
        };
        let token = stage.token(&instance).await;
        Self { stage, token }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let request = self.stage.request(method, &format!("{DATA}{path}"));
        let request = request.header("authorization", &self.token);
        reply(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(&body)).await
    }

    /// A call that must succeed.
    pub(crate) async fn done(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, body.clone()).await;
        assert_eq!(reply.status, 200, "{path} {body}: {reply:?}");
        reply.json
    }

    pub(crate) async fn collection(&self, id: &str, fields: Value) {
        self.done("/collections", json!({ "collection": { "id": id, "fields": fields } })).await;
    }

    pub(crate) async fn insert(&self, to: &str, data: Value) -> Value {
        let sent = json!({ "dataCollectionId": to, "dataItem": { "data": data } });
        self.done("/items", sent).await["dataItem"]["data"].take()
    }

    /// The ids a query finds, in their order.
    pub(crate) async fn ids(&self, of: &str, query: Value) -> Vec<String> {
        let found = self.done("/items/query", json!({ "dataCollectionId": of, "query": query })).await;
        let ids =
            found["dataItems"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
        ids.collect()
    }
}
