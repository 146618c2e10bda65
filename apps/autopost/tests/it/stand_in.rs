//! Stand-ins for networks: servers that remember every call and answer by a rule that looks at its whole shape.

use std::sync::{Arc, Mutex};

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use tokio::sync::RwLock;

/// What was asked.
#[derive(Clone)]
pub(crate) struct Call {
    /// Method and path with its query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Whether the body is an object of exactly these fields.
    pub(crate) fn has_fields(&self, names: &[&str]) -> bool {
        let body = self.json();
        body.as_object().is_some_and(|fields| {
            fields.len() == names.len() && names.iter().all(|name| fields.contains_key(*name))
        })
    }
}

pub(crate) struct StandIn {
    pub(crate) url: String,
    /// While a test has this for writing, answers to what was posted do not leave.
    pub(crate) gate: Arc<RwLock<()>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

/// A refusal because of the call's shape: the tests never count on one.
pub(crate) fn misshapen(call: &Call) -> (u16, Value) {
    (418, json!({ "error": format!("misshapen: {} {:?} {}", call.target, call.headers, call.json()) }))
}

impl StandIn {
    /// Starts a network that answers by this rule; texts are sent as they are, everything else as JSON.
    pub(crate) async fn start(rule: impl Fn(&Call) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let (calls, rule) = (Arc::new(Mutex::new(Vec::new())), Arc::new(rule));
        let (seen, gate) = (Arc::clone(&calls), Arc::new(RwLock::new(())));
        let held = Arc::clone(&gate);
        let app = axum::Router::new().fallback(move |request: Request| {
            let (seen, rule, held) = (Arc::clone(&seen), Arc::clone(&rule), Arc::clone(&held));
            async move {
                let (parts, body) = request.into_parts();
                let target = format!("{} {}", parts.method, parts.uri);
                let body = to_bytes(body, usize::MAX).await.unwrap();
                let call = Call { target, headers: parts.headers, body };
                let (status, answer) = rule(&call);
                seen.lock().unwrap().push(call);
                if parts.method == "POST" {
                    drop(held.read().await);
                }
                let status = StatusCode::from_u16(status).unwrap();
                match answer {
                    Value::String(text) if status.is_redirection() => {
                        (status, [("location", text)]).into_response()
                    }
                    answer => (status, axum::Json(answer)).into_response(),
                }
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, gate, calls }
    }

    /// The calls so far whose target begins like this.
    pub(crate) fn calls(&self, target: &str) -> Vec<Call> {
        self.calls.lock().unwrap().iter().filter(|call| call.target.starts_with(target)).cloned().collect()
    }
}
