//! Noting every call of the app for the inspector's time line, without its secrets.

use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Value, json};

use crate::Emulator;
use crate::engine::Engine;
use crate::record::{About, Kind, Outcome};

/// Larger bodies are not kept.
const KEPT_BODY: usize = 64 * 1024;
/// How much of a text that is no JSON is kept.
const KEPT_TEXT: usize = 2_000;

/// Fields and parameters that hold secrets, wherever they stand.
const SECRETS: [&str; 6] =
    ["access_token", "client_secret", "codeVerifier", "instance", "refresh_token", "token"];

/// Where tokens are made: a `code` is a secret there, and the name of an error everywhere else.
const OAUTH: &str = "/oauth";

/// The address of the secrets API, in which every value is a secret.
const VAULT: &str = "/_api/cloud-secrets-vault-server";

fn is_secret(path: &str, name: &str) -> bool {
    SECRETS.contains(&name)
        || (name == "code" && path.starts_with(OAUTH))
        || (name == "value" && path.starts_with(VAULT))
}

/// Notes the request and its answer.
pub(crate) async fn note(State(emulator): State<Emulator>, request: Request, next: Next) -> Response {
    let (started, engine) = (Instant::now(), emulator.engine());
    let (parts, body) = request.into_parts();
    let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let (body, asked) = keep(body, length(&headers)).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let (parts, body) = response.into_parts();
    let exact = body.size_hint().exact();
    let (body, answered) = keep(body, exact).await;
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = parts.status.as_u16();
    let call = Call { method: &method, uri: &uri, headers: &headers };
    let detail = json!({
        "method": method.as_str(),
        "url": engine.page(&call.shown_path()),
        "headers": call.shown_headers(),
        "requestBody": call.shown_body(asked.as_ref()),
        "status": status,
        "durationMs": duration_ms,
        "responseBody": call.shown_body(answered.as_ref()),
    });
    let outcome = if status < 400 { Outcome::Done } else { Outcome::Failed };
    let about = About { instance_id: call.instance(engine, asked.as_ref()), detail, ..About::default() };
    engine.record_at(engine.now(), call.kind(), call.title(asked.as_ref()), outcome, about);
    Response::from_parts(parts, body)
}

/// Dates the answer by the platform's clock: an app tells by it whether its own is right.
pub(crate) async fn date(State(emulator): State<Emulator>, mut response: Response) -> Response {
    let now = emulator.engine().now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(now) = HeaderValue::try_from(now) {
        response.headers_mut().insert(DATE, now);
    }
    response
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Takes a short body out and puts it back; leaves every other as it is.
async fn keep(body: Body, length: Option<u64>) -> (Body, Option<Bytes>) {
    if length.is_none_or(|length| length > KEPT_BODY as u64) {
        return (body, None);
    }
    match axum::body::to_bytes(body, KEPT_BODY).await {
        Ok(bytes) => (Body::from(bytes.clone()), Some(bytes)),
        // The caller is gone, or sent other than it announced: what is left is no body.
        Err(_) => (Body::empty(), None),
    }
}

struct Call<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
}

impl Call<'_> {
    fn kind(&self) -> Kind {
        let path = self.uri.path();
        if path.starts_with(OAUTH) { Kind::Token } else { Kind::Request }
    }

    fn title(&self, body: Option<&Bytes>) -> String {
        let grant = body.and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let grant = grant.as_ref().and_then(|body| body["grant_type"].as_str());
        match grant.filter(|_| self.kind() == Kind::Token) {
            Some(grant) => {
                format!(
                    "{} {} ({})",
                    self.method,
                    self.uri.path(),
                    grant.chars().take(40).collect::<String>()
                )
            }
            None => format!("{} {}", self.method, self.uri.path()),
        }
    }

    /// Whom the call is about: the token's instance, or the one a token was asked for.
    fn instance(&self, engine: &Engine, body: Option<&Bytes>) -> Option<wixapp_core::InstanceId> {
        let header = self.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.map(|text| text.trim().rsplit(' ').next().unwrap_or_default());
        let by_token = token.and_then(|token| engine.token_key.verify(token, engine.now()));
        if let Some(claims) = by_token {
            return Some(claims.instance_id);
        }
        let body: Value = serde_json::from_slice(body?).ok()?;
        let named = body["instance_id"].as_str()?;
        engine.read(|world| world.find_instance(named).map(|(_, install)| install.instance_id.clone()))
    }

    fn shown_path(&self) -> String {
        let path = self.uri.path();
        let shown = |pair: &str| match pair.split_once('=') {
            Some((name, value)) if is_secret(path, name) => format!("{name}={}", cut(value)),
            _ => pair.to_owned(),
        };
        match self.uri.query() {
            Some(query) => format!("{path}?{}", query.split('&').map(shown).collect::<Vec<_>>().join("&")),
            None => path.to_owned(),
        }
    }

    fn shown_headers(&self) -> Value {
        let shown = |name: &axum::http::HeaderName| -> Option<String> {
            let text = self.headers.get(name)?.to_str().ok()?;
            Some(if name == AUTHORIZATION { cut(text) } else { text.chars().take(200).collect() })
        };
        let names = [AUTHORIZATION, CONTENT_TYPE];
        names.iter().filter_map(|name| Some((name.as_str().to_owned(), Value::from(shown(name)?)))).collect()
    }

    fn shown_body(&self, body: Option<&Bytes>) -> Value {
        let Some(body) = body.filter(|body| !body.is_empty()) else { return Value::Null };
        match serde_json::from_slice::<Value>(body) {
            Ok(mut json) => {
                hide(&mut json, self.uri.path());
                json
            }
            Err(_) => String::from_utf8_lossy(body).chars().take(KEPT_TEXT).collect::<String>().into(),
        }
    }
}

/// Enough of a secret to tell it from another.
fn cut(secret: &str) -> String {
    let shown: String = secret.chars().take(12).collect();
    if secret.chars().count() > 24 { format!("{shown}…") } else { "…".to_owned() }
}

fn hide(json: &mut Value, path: &str) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if is_secret(path, name) => *value = cut(text).into(),
                    _ => hide(value, path),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| hide(value, path)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_at_any_depth() {
        let secret = "0123456789abcdef0123456789abcdef";
        let mut json = json!({
            "client_secret": secret, "deep": [{ "access_token": secret }], "token": "short", "value": secret,
            "code": "WDE0025",
        });
        hide(&mut json, "/apps/v1/instance");
        let text = json.to_string();
        assert_eq!(text.matches(secret).count(), 1, "only the value outside the vault: {text}");
        assert!(text.contains("0123456789ab…") && !text.contains("short"));
        assert_eq!(json["code"], "WDE0025", "the name of an error is none");
        hide(&mut json, VAULT);
        assert!(!json.to_string().contains(secret));
        hide(&mut json, "/oauth/access");
        assert_eq!(json["code"], "…");
    }

    #[test]
    fn secrets_in_an_address_are_hidden() {
        let uri: Uri = "/oauth/authorize?code=0123456789abcdef0123456789&state=s&x".parse().unwrap();
        let (method, headers) = (Method::GET, HeaderMap::new());
        let call = Call { method: &method, uri: &uri, headers: &headers };
        assert_eq!(call.shown_path(), "/oauth/authorize?code=0123456789ab…&state=s&x");
    }
}
