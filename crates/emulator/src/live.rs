//! The live stream of the platform's pages, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::Emulator;
use crate::view;

/// Something a page may want to show at once.
#[derive(Debug, Clone)]
pub(crate) enum LiveEvent {
    /// Something changed: ask again.
    State,
    /// The clock was moved.
    Clock { now: Timestamp, offset_ms: i64 },
    /// The time line has a new line.
    Record,
    /// A webhook was posted.
    Delivery(Box<view::Delivery>),
}

impl LiveEvent {
    fn into_sse(self) -> Event {
        let (name, data) = match self {
            Self::State => ("state", json!({})),
            Self::Record => ("record", json!({})),
            Self::Clock { now, offset_ms } => ("clock", json!({ "now": now, "offsetMs": offset_ms })),
            Self::Delivery(delivery) => ("delivery", json!(delivery)),
        };
        Event::default().event(name).data(data.to_string())
    }
}

/// `GET /_emulator/live`: the clock at once, then every event until the platform stops.
pub(crate) async fn live(
    State(emulator): State<Emulator>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let engine = emulator.engine();
    let receiver = engine.live.subscribe();
    let first = LiveEvent::Clock { now: engine.now(), offset_ms: engine.clock().offset_ms() };
    let events = stream::once(async { first }).chain(stream::unfold(receiver, next));
    let until_stop = events.map(|event| Ok(event.into_sse())).take_until(engine.stopped());
    Sse::new(until_stop).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)).text("keep-alive"))
}

async fn next(mut receiver: Receiver<LiveEvent>) -> Option<(LiveEvent, Receiver<LiveEvent>)> {
    match receiver.recv().await {
        Ok(event) => Some((event, receiver)),
        // A reader that fell behind lost events: telling it to ask again makes up for all of them.
        Err(RecvError::Lagged(_)) => Some((LiveEvent::State, receiver)),
        Err(RecvError::Closed) => None,
    }
}
