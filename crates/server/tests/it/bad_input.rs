//! Bad input: every route against everything that is wrong, and nothing changes.

mod address;
mod body;
mod random;
mod size;

use reqwest::RequestBuilder;

use crate::answer::Answer;
use crate::app::{Site, TestApp};
use crate::catalogue::{Operation, Things};

/// The app, a site, and what requests can be about.
struct Stage {
    app: TestApp,
    site: Site,
    things: Things,
    /// The database before the bad input.
    before: String,
}

impl Stage {
    async fn new() -> Self {
        let mut stage = Self::on(TestApp::start().await).await;
        stage.before = stage.app.place.dump();
        stage
    }

    async fn on(app: TestApp) -> Self {
        let site = app.install().await;
        let things = Things::of(&app, &site).await;
        app.settled().await;
        Self { app, site, things, before: String::new() }
    }

    /// The operation's request with the owner's token and a fresh key, and no body yet.
    fn request(&self, operation: &Operation) -> RequestBuilder {
        let request = self.app.request(&operation.method, &operation.address(&self.things), &self.site.token);
        if operation.has_key { request.header("idempotency-key", "bad-input") } else { request }
    }

    async fn with_body(&self, operation: &Operation, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(operation).body(body);
        self.app.send(if kind.is_empty() { request } else { request.header("content-type", kind) }).await
    }

    #[track_caller]
    fn unchanged(&self, what: &str) {
        assert!(self.app.place.dump() == self.before, "{what} changed the database");
    }
}
