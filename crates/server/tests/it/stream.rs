//! A live stream as the page reads it.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde_json::Value;

use crate::answer::Answer;
use crate::app::TestApp;

/// Far beyond what any event takes.
const LIMIT: Duration = Duration::from_secs(20);

type Parts = Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>;

pub(crate) struct Live {
    parts: Parts,
    text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Live {
    pub(crate) async fn open(app: &TestApp, token: &str) -> Self {
        let response = app.request("GET", "/api/v1/wix/live", token).send().await.unwrap();
        if response.status() != 200 {
            panic!("{:?}", Answer::read(response).await);
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { parts: Box::pin(response.bytes_stream()), text: String::new() }
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = parse(block);
                self.text = rest.to_owned();
                match event {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let part =
                tokio::time::timeout(LIMIT, self.parts.next()).await.expect("an event comes in time")?;
            self.text.push_str(std::str::from_utf8(&part.ok()?).unwrap());
        }
    }

    /// The first event for which `wanted` holds, with those before it.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut seen = Vec::new();
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended after {seen:?}"));
            let found = wanted(&event);
            seen.push(event);
            if found {
                return seen;
            }
        }
    }

    /// The first status with this many credits.
    pub(crate) async fn until_available(&mut self, credits: i64) -> Value {
        let has = |event: &Event| event.name == "status" && event.data["credits"]["available"] == credits;
        self.until(has).await.pop().unwrap().data
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let data = serde_json::from_str(field("data")?).unwrap();
    Some(Event { name: field("event")?.to_owned(), data })
}
