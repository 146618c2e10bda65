//! The requests of the load, as bytes ready to be sent.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::identity::{self, Event, Secrets};

/// What is asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Path {
    /// `GET /health`: the server and nothing else.
    Health,
    /// `GET user/status` of many instances.
    Status,
    /// `POST credits/spend` of many instances, each with a key of its own.
    Spend,
    /// `POST credits/spend` of one instance.
    SpendHot,
    /// `POST webhook`, each a new event.
    Webhook,
    /// `POST posts/publish` of many instances: a hold and a job.
    Publish,
}

/// Which requests to make.
#[derive(Args, Clone, Debug)]
pub(crate) struct Plan {
    /// What is asked of the server.
    #[arg(long, value_enum)]
    path: Path,
    /// How many instances take part.
    #[arg(long, default_value_t = 1_000)]
    instances: usize,
    /// Sets the idempotency keys of this run apart from those of others.
    #[arg(long, default_value = "a")]
    run: String,
    /// How many webhooks are signed beforehand; the run ends with the last.
    #[arg(long, default_value_t = 20_000)]
    webhooks: usize,
    #[command(flatten)]
    secrets: Secrets,
}

/// All requests of a run, handed out one by one.
#[derive(Debug)]
pub(crate) struct Requests {
    kind: Kind,
    next: AtomicUsize,
    end: usize,
}

#[derive(Debug)]
enum Kind {
    /// The same few requests over and over.
    Repeated(Vec<Vec<u8>>),
    /// Heads that only lack an idempotency key, over and over; the key is `run` and a number.
    Keyed { heads: Vec<Vec<u8>>, tail: Vec<u8>, run: String },
    /// Each only once.
    Once(Vec<Vec<u8>>),
}

impl Requests {
    /// These over and over.
    pub(crate) fn repeated(requests: Vec<Vec<u8>>) -> Self {
        Self::new(Kind::Repeated(requests))
    }

    /// `count` publications, spread over the instances: a hold and a job each.
    pub(crate) fn publications(secrets: &Secrets, run: &str, instances: usize, count: usize) -> Result<Self> {
        let (secrets, run) = (secrets.clone(), run.to_owned());
        let plan = Plan { path: Path::Publish, instances, run, webhooks: 0, secrets };
        Ok(Self::prepare(&plan)?.at_most(count))
    }

    /// Prepares the requests of a plan, with all their signatures.
    pub(crate) fn prepare(plan: &Plan) -> Result<Self> {
        let kind = match plan.path {
            Path::Health => Kind::Repeated(vec![get("/health", None)]),
            Path::Status => Kind::Repeated(
                plan.tokens()?.iter().map(|token| get("/api/v1/wix/user/status", Some(token))).collect(),
            ),
            Path::Spend | Path::SpendHot => {
                plan.keyed("/api/v1/wix/credits/spend", r#"{"amount":1,"action":"bench"}"#)?
            }
            Path::Publish => plan.keyed("/api/v1/posts/publish", r#"{"text":"A post of the benchmark"}"#)?,
            Path::Webhook => Kind::Once(plan.webhooks()?),
        };
        Ok(Self::new(kind))
    }

    /// One webhook for each event.
    pub(crate) fn webhooks(secrets: &Secrets, events: &[Event]) -> Result<Self> {
        let bodies = identity::sign_all(secrets, events)?;
        Ok(Self::new(Kind::Once(bodies.iter().map(|body| webhook(body)).collect())))
    }

    fn new(kind: Kind) -> Self {
        Self { kind, next: AtomicUsize::new(0), end: usize::MAX }
    }

    /// Ends after so many requests.
    pub(crate) fn at_most(self, end: usize) -> Self {
        Self { end, ..self }
    }

    /// Writes the next request over what `buffer` holds; false when there is none left.
    pub(crate) fn write_next(&self, buffer: &mut Vec<u8>) -> bool {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.end {
            return false;
        }
        buffer.clear();
        match &self.kind {
            Kind::Repeated(requests) => buffer.extend_from_slice(&requests[number % requests.len()]),
            Kind::Keyed { heads, tail, run } => {
                buffer.extend_from_slice(&heads[number % heads.len()]);
                write!(buffer, "{run}-{number}\r\n").expect("memory can be written to");
                buffer.extend_from_slice(tail);
            }
            Kind::Once(requests) => match requests.get(number) {
                Some(request) => buffer.extend_from_slice(request),
                None => return false,
            },
        }
        true
    }
}

impl Plan {
    fn tokens(&self) -> Result<Vec<String>> {
        let instances = if self.path == Path::SpendHot { 1 } else { self.instances };
        (0..instances).map(|number| self.secrets.token(&identity::instance(number))).collect()
    }

    fn keyed(&self, path: &str, body: &str) -> Result<Kind> {
        let head = |token: &String| {
            let length = body.len();
            format!(
                "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: WixInstance {token}\r\n\
                 content-type: application/json\r\ncontent-length: {length}\r\nidempotency-key: "
            )
            .into_bytes()
        };
        let heads = self.tokens()?.iter().map(head).collect();
        Ok(Kind::Keyed { heads, tail: format!("\r\n{body}").into_bytes(), run: self.run.clone() })
    }

    fn webhooks(&self) -> Result<Vec<Vec<u8>>> {
        let unique = |number: usize| format!("{}-{number}", self.run);
        let event = |number: usize| {
            let instance = identity::instance(number % self.instances);
            Event::invoice_paid(instance, &unique(number))
        };
        let events: Vec<_> = (0..self.webhooks).map(event).collect();
        Ok(identity::sign_all(&self.secrets, &events)?.iter().map(|body| webhook(body)).collect())
    }
}

/// A GET, with an instance token or without.
pub(crate) fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let authorization =
        token.map_or_else(String::new, |token| format!("authorization: WixInstance {token}\r\n"));
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{authorization}\r\n").into_bytes()
}

fn webhook(body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /api/v1/wix/webhook HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(requests: &Requests) -> Option<String> {
        let mut buffer = b"rest of the last".to_vec();
        requests.write_next(&mut buffer).then(|| String::from_utf8(buffer).unwrap())
    }

    #[test]
    fn keyed_requests_take_turns_and_never_repeat_a_key() {
        let heads = vec![b"one: ".to_vec(), b"two: ".to_vec()];
        let kind = Kind::Keyed { heads, tail: b"\r\nbody".to_vec(), run: "r".to_owned() };
        let requests = Requests::new(kind);
        assert_eq!(text(&requests).unwrap(), "one: r-0\r\n\r\nbody");
        assert_eq!(text(&requests).unwrap(), "two: r-1\r\n\r\nbody");
        assert_eq!(text(&requests).unwrap(), "one: r-2\r\n\r\nbody");
    }

    #[test]
    fn requests_end_when_told() {
        let requests = Requests::new(Kind::Repeated(vec![b"again".to_vec()])).at_most(1);
        assert_eq!((text(&requests), text(&requests)), (Some("again".to_owned()), None));
    }

    #[test]
    fn requests_that_go_out_once_run_out() {
        let requests = Requests::new(Kind::Once(vec![b"only".to_vec()]));
        assert_eq!((text(&requests), text(&requests)), (Some("only".to_owned()), None));
    }
}
