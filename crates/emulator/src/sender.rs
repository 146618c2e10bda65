//! Posting one webhook and seeing what comes back, under Wix's deadline.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Client, Response, Url, redirect};

use crate::error::Error;
use crate::world::delivery::Exchange;

/// An answer that begins later than this counts as a failure (wix-protocol §4).
pub const DEADLINE: Duration = Duration::from_millis(1_250);

/// How much of an answer's body is kept for the inspector.
const KEPT_BODY: usize = 4 * 1024;

/// Posts webhooks to the app.
#[derive(Debug)]
pub(crate) struct Sender {
    client: Client,
    url: Url,
    headers: HeaderMap,
}

/// How one POST went.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) duration_ms: u64,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) exchange: Exchange,
}

impl Outcome {
    /// The request got lost: the app never saw it.
    pub(crate) fn lost() -> Self {
        let error = Some("lost on the way to the app (chaos)".to_owned());
        Self { duration_ms: 0, status: None, error, exchange: Exchange::default() }
    }

    /// The app has seen the request; Wix did not wait for the answer.
    pub(crate) fn too_late(self) -> Self {
        let error = Some("the answer came after 1,250 ms (chaos)".to_owned());
        Self { status: None, error, ..self }
    }
}

impl Sender {
    pub(crate) fn new(url: Url) -> Result<Self, Error> {
        // A redirect is not a 200, and a proxy of the developer's machine has no business with local webhooks.
        let client =
            Client::builder().redirect(redirect::Policy::none()).no_proxy().build().map_err(Error::http)?;
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
            (USER_AGENT, HeaderValue::from_static("wixapp-emulator")),
        ]);
        Ok(Self { client, url, headers })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) async fn post(&self, body: String) -> Outcome {
        let started = Instant::now();
        let length = body.len();
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(body).send();
        let answer = tokio::time::timeout(DEADLINE, request).await;
        let mut exchange = Exchange { request_headers: self.sent_headers(length), ..Exchange::default() };
        let (status, error) = match answer {
            Ok(Ok(response)) => {
                let status = response.status().as_u16();
                let rest = DEADLINE.saturating_sub(started.elapsed());
                read_answer(response, rest, &mut exchange).await;
                (Some(status), (status != 200).then(|| format!("the app answered {status}, Wix wants 200")))
            }
            Ok(Err(error)) => (None, Some(reason(&error))),
            Err(_) => (None, Some("no answer within 1,250 ms".to_owned())),
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Outcome { duration_ms, status, error, exchange }
    }

    /// Asks the app something: the body of a 200, of a bounded size, or a sentence on why there is none.
    pub(crate) async fn ask(
        &self,
        url: &str,
        body: String,
        patience: Duration,
        limit: usize,
    ) -> Result<Vec<u8>, String> {
        let asked = async {
            let request = self.client.post(url).headers(self.headers.clone()).body(body);
            let mut answer =
                request.send().await.map_err(|error| format!("At {url}, {}.", reason(&error)))?;
            if answer.status().as_u16() != 200 {
                return Err(format!(
                    "At {url} the app answered {}, Wix wants 200.",
                    answer.status().as_u16()
                ));
            }
            let mut kept = Vec::new();
            let broken = |error: reqwest::Error| format!("At {url}, {}.", reason(&error));
            while let Some(chunk) = answer.chunk().await.map_err(broken)? {
                kept.extend_from_slice(&chunk);
                if kept.len() > limit {
                    return Err(format!("The app's answer at {url} has more than {limit} bytes."));
                }
            }
            Ok(kept)
        };
        let late = |_| format!("The app gave no answer at {url} within {} s.", patience.as_secs());
        tokio::time::timeout(patience, asked).await.map_err(late)?
    }

    fn sent_headers(&self, length: usize) -> BTreeMap<String, String> {
        let mut shown = shown_headers(&self.headers);
        shown.insert("content-length".to_owned(), length.to_string());
        if let Some(host) = self.url.host_str() {
            let port = self.url.port().map_or_else(String::new, |port| format!(":{port}"));
            shown.insert("host".to_owned(), format!("{host}{port}"));
        }
        shown
    }
}

/// The status decides; a body that is slow or endless is simply not kept.
async fn read_answer(mut response: Response, rest: Duration, exchange: &mut Exchange) {
    exchange.response_headers = shown_headers(response.headers());
    let mut kept = Vec::new();
    let read = async {
        while kept.len() < KEPT_BODY {
            match response.chunk().await {
                Ok(Some(chunk)) => kept.extend_from_slice(&chunk[..chunk.len().min(KEPT_BODY - kept.len())]),
                Ok(None) | Err(_) => break,
            }
        }
    };
    let _ = tokio::time::timeout(rest, read).await;
    exchange.response_body = String::from_utf8_lossy(&kept).into_owned();
}

fn shown_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let show = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).chars().take(1_000).collect();
    headers.iter().map(|(name, value)| (name.to_string(), show(value))).collect()
}

fn reason(error: &reqwest::Error) -> String {
    if error.is_connect() {
        return "the app could not be reached".to_owned();
    }
    "the connection broke before an answer came".to_owned()
}
