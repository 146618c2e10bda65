//! The dashboard pages, built into the binary.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use wixapp_core::ErrorCode;

use crate::error::ApiError;
use crate::headers;
use crate::state::App;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dashboard/dist"]
#[allow_missing = true]
struct Files;

const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Not built</title><h1>The dashboard pages are not built</h1>\
    <p>Run <code>cargo xtask dev</code>, or <code>npm run build</code> in <code>web/</code>, and reload.</p>";

const NO_SUCH_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>No such page</title>\
    <body style=\"font:16px/1.5 sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem\">\
    <h1>There is no such page</h1><p>The address is mistyped or out of date. Open the app again from your site's \
    dashboard, or <a href=\"/\">go to its first page</a>.</p></body></html>";

/// The addresses that the dashboard has a page for: the routes of `web/dashboard/src/App.tsx`.
const PAGES: [&str; 13] = [
    "",
    "index.html",
    "posts",
    "compose",
    "post",
    "calendar",
    "networks",
    "profiles",
    "plans",
    "history",
    "usage",
    "jobs",
    "settings",
];

/// The name that the pages were built with: the reference app's.
const BUILT_FOR: &str = "Autopost";

/// The name of the app that is served.
#[derive(Debug, Clone)]
pub(crate) struct AppName(pub(crate) Arc<str>);

/// Every address that is no route: a file of the dashboard, or its page.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    name: Option<Extension<AppName>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") || path.starts_with("assets/") && Files::get(path).is_none()
    {
        return ApiError::new(ErrorCode::NotFound).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return ApiError::new(ErrorCode::MethodNotAllowed).into_response();
    }
    if path != "index.html" && Files::get(path).is_some() {
        return asset(path, &headers);
    }
    if !PAGES.contains(&path.trim_end_matches('/')) {
        return nothing(&headers);
    }
    page(&app, name.as_ref().map(|name| &*name.0.0), &headers)
}

/// Nothing is here: in HTML for a browser, in the API's form for everybody else.
fn nothing(request: &HeaderMap) -> Response {
    let accepted = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepted.contains("text/html") {
        return ApiError::new(ErrorCode::NotFound).into_response();
    }
    let mut response = (StatusCode::NOT_FOUND, axum::response::Html(NO_SUCH_PAGE)).into_response();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

fn page(app: &App, name: Option<&str>, request: &HeaderMap) -> Response {
    let found = match name.filter(|name| *name != BUILT_FOR) {
        None => file("index.html", request),
        Some(name) => Files::get("index.html").map(|built| {
            axum::response::Html(named(&String::from_utf8_lossy(&built.data), name)).into_response()
        }),
    };
    let mut response = match found {
        Some(response) => response,
        None => (StatusCode::SERVICE_UNAVAILABLE, axum::response::Html(NOT_BUILT)).into_response(),
    };
    let policy = headers::page_policy(&app.config.wix.frame_ancestors);
    match HeaderValue::from_str(&policy) {
        Ok(policy) => response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy),
        Err(error) => return ApiError::internal(&error).into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// The page of an app with another name than it was built with. Its script reads the name off the page.
fn named(page: &str, name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    page.replace(BUILT_FOR, &escaped)
}

fn asset(path: &str, request: &HeaderMap) -> Response {
    let Some(mut response) = file(path, request) else {
        return ApiError::new(ErrorCode::NotFound).into_response();
    };
    // The names below assets/ hold a hash of their content; others, such as the icon, may change.
    let hashed = path.starts_with("assets/");
    let keep = if hashed { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}

/// A file in the smallest form the client takes; the web build has made them.
fn file(path: &str, request: &HeaderMap) -> Option<Response> {
    let accepted =
        request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |coding: &str| accepted.split(',').any(|part| is_taken(part, coding));
    let packed = [("br", "br"), ("gzip", "gz")].into_iter().filter(|(coding, _)| takes(coding));
    let found =
        packed.filter_map(|(coding, ending)| Some((Files::get(&format!("{path}.{ending}"))?, Some(coding))));
    let (file, coding) = found.into_iter().next().or_else(|| Some((Files::get(path)?, None)))?;
    let mut response = Response::new(body(file));
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let headers = response.headers_mut();
    let charset = if kind.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&format!("{kind}{charset}")).ok()?);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some(response)
}

/// Whether this part of an `Accept-Encoding` header takes the coding: `br;q=0` says that it is not.
fn is_taken(part: &str, coding: &str) -> bool {
    let (name, quality) = part.split_once(';').unwrap_or((part, "q=1"));
    let is_zero = |value: &str| value.trim().parse().is_ok_and(|quality: f32| quality <= 0.0);
    name.trim() == coding && !quality.trim().strip_prefix("q=").is_some_and(is_zero)
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_the_routes_of_the_dashboard() {
        let app = include_str!("../../../web/dashboard/src/App.tsx");
        let routes = app.split("<Route path=\"/").skip(1).filter_map(|rest| rest.split('"').next());
        let mut routes: Vec<&str> = routes.chain(["index.html"]).collect();
        let mut pages = PAGES.to_vec();
        routes.sort_unstable();
        pages.sort_unstable();
        assert_eq!(pages, routes);
    }

    #[test]
    fn the_page_has_the_name_of_the_app_that_is_served() {
        let built = include_str!("../../../web/dashboard/index.html");
        assert!(built.contains(r#"<meta name="application-name" content="Autopost" />"#));
        let page = named(built, "Bread & \"Butter\" <1>");
        assert!(page.contains("<title>Bread &amp; &quot;Butter&quot; &lt;1&gt;</title>"));
        assert!(page.contains(
            r#"<meta name="application-name" content="Bread &amp; &quot;Butter&quot; &lt;1&gt;" />"#
        ));
        assert!(!page.contains(BUILT_FOR));
    }
}
