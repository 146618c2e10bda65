//! The platform's pages: what `web/emulator` built, with the index for every address that is a page.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::Emulator;
use crate::api::PREFIXES;
use crate::error::Refusal;
use crate::http::reply::WixError;

/// Empty when the pages were not built; then a hint is shown in their place.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/emulator/dist"]
#[allow_missing = true]
struct Dist;

/// The names of built assets carry a hash of their content.
const FOREVER: &str = "public, max-age=31536000, immutable";

const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pages not built</title>\
<body style=\"font:16px/1.5 sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem\">\
<h1>The local platform runs, but its pages are not built yet</h1>\
<p>Build them and start again:</p><pre>cargo xtask dev</pre>\
<p>or only the pages:</p><pre>npm install --prefix web\nnpm run build --prefix web</pre></body></html>";

/// Answers every address no route knows: an unknown API address, an asset, or a page.
pub(crate) async fn fallback(State(emulator): State<Emulator>, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(prefix) = PREFIXES.into_iter().find(|prefix| is_below(path, prefix)) {
        let unknown = Refusal::not_found("There is nothing at this address.");
        let own = prefix.starts_with("/_emulator") || prefix.starts_with("/_fake");
        return if own { unknown.into_response() } else { WixError::from(unknown).into_response() };
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let message = "Pages only answer GET.";
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message);
        return ([(header::ALLOW, "GET, HEAD")], refusal).into_response();
    }
    if path == "/" {
        return to_first_site(&emulator, "home");
    }
    // An app links to its listing without knowing any site.
    if let Some(app_id) =
        path.strip_prefix("/app-market/").filter(|id| *id == emulator.engine().config.app_id)
    {
        return to_first_site(&emulator, &format!("app-market/{app_id}"));
    }
    page_headers(&emulator, file::<Dist>(path, request.headers()))
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn to_first_site(emulator: &Emulator, place: &str) -> Response {
    let first = emulator.engine().read(|world| world.sites.first().map(|site| site.site_id.clone()));
    Redirect::temporary(&format!("/dashboard/{}/{place}", first.unwrap_or_default())).into_response()
}

fn file<E: RustEmbed>(path: &str, headers: &HeaderMap) -> Response {
    let name = path.trim_start_matches('/');
    if name.starts_with("assets/") || E::get(name).is_some() {
        let missing = || Refusal::not_found("There is no such file.").into_response();
        return stored::<E>(name, headers).unwrap_or_else(missing);
    }
    let hint = || (StatusCode::NOT_FOUND, Html(MISSING)).into_response();
    let mut page = stored::<E>("index.html", headers).unwrap_or_else(hint);
    if !is_page(name) {
        // The page itself says in the browser that there is nothing, and leads back.
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}

/// Whether the pages have a route for this address: the table of `web/emulator/src/routes.tsx`.
fn is_page(name: &str) -> bool {
    let parts: Vec<&str> = name.trim_end_matches('/').split('/').collect();
    match parts.as_slice() {
        ["" | "inspector" | "lab"] | ["checkout" | "dashboard", _] => true,
        ["dashboard", _, place] => matches!(*place, "home" | "app-market" | "manage-apps"),
        // What follows the app is a page of the app's own.
        ["dashboard", _, "app", _, ..] | ["dashboard", _, "app-market", _] => true,
        _ => false,
    }
}

/// A built file in the smallest form that the build made and the browser takes.
fn stored<E: RustEmbed>(name: &str, headers: &HeaderMap) -> Option<Response> {
    let (file, encoding) = best_form::<E>(name, headers)?;
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let caching = if name.starts_with("assets/") { FOREVER } else { "no-cache" };
    let data: Cow<'static, [u8]> = file.data;
    let mut response = data.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind.as_ref()).ok()?);
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

fn best_form<E: RustEmbed>(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| accepted.split(',').any(|item| item.trim() == encoding);
    let forms = [("br", ".br"), ("gzip", ".gz")];
    let smaller = forms.iter().filter(|(encoding, _)| takes(encoding));
    let smaller =
        smaller.filter_map(|(encoding, suffix)| Some((E::get(&format!("{name}{suffix}"))?, *encoding)));
    match smaller.into_iter().next() {
        Some((file, encoding)) => Some((file, Some(encoding))),
        None => E::get(name).map(|file| (file, None)),
    }
}

/// The page runs only its own code, may show only the app in a frame (and ask whether it is up), and is framed by nobody.
fn page_headers(emulator: &Emulator, mut response: Response) -> Response {
    let app = emulator.engine().addresses.app_origin();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: {app}; \
         font-src 'self'; connect-src 'self' {app}; frame-src {app}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(RustEmbed)]
    #[folder = "$CARGO_MANIFEST_DIR/tests/pages"]
    struct Fixture;

    async fn get(path: &str, accept: &str) -> (StatusCode, HeaderMap, String) {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accept.parse().unwrap())]);
        let response = file::<Fixture>(path, &headers);
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap().trim().to_owned())
    }

    #[tokio::test]
    async fn the_smallest_form_the_browser_takes_is_sent() {
        for (accept, encoding, body) in [
            ("gzip, deflate, br", Some("br"), "as brotli"),
            ("gzip", Some("gzip"), "as gzip"),
            ("identity", None, "plain"),
        ] {
            let (status, headers, text) = get("/assets/app-1a2b.js", accept).await;
            assert_eq!((status, text.as_str()), (StatusCode::OK, body));
            assert_eq!(headers.get("content-encoding").map(|value| value.to_str().unwrap()), encoding);
            assert_eq!(headers["content-type"], "text/javascript");
            assert_eq!(headers["cache-control"], FOREVER);
        }
    }

    #[tokio::test]
    async fn every_page_is_the_index_and_what_is_none_says_so() {
        for path in
            ["/dashboard/x/home", "/", "/inspector", "/inspector/", "/lab", "/checkout/t", "/index.html"]
        {
            let (status, headers, text) = get(path, "").await;
            assert_eq!((status, text.as_str()), (StatusCode::OK, "<!doctype html>"), "{path}");
            assert_eq!(headers["cache-control"], "no-cache");
        }
        assert_eq!(get("/assets/other.js", "br").await.0, StatusCode::NOT_FOUND);
        for path in [
            "/any",
            "/dashboard",
            "/dashboard/x/homes",
            "/dashboard/x/app",
            "/checkout",
            "/inspector/x",
            "/lab/x",
        ] {
            let (status, _, text) = get(path, "").await;
            assert_eq!((status, text.as_str()), (StatusCode::NOT_FOUND, "<!doctype html>"), "{path}");
        }
    }

    /// The addresses that the pages have routes for, a sample for each parameter.
    fn routes() -> Vec<String> {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/emulator/src/routes.tsx");
        let source = std::fs::read_to_string(source).unwrap();
        let (_, rest) = source.split_once("const site: RouteObject[] = [").unwrap();
        let (below_site, others) = rest.split_once("\n];").unwrap();
        let paths = |text: &str| -> Vec<String> {
            let named = text.split("path: '").skip(1).map(|rest| rest.split('\'').next().unwrap());
            named.filter(|path| *path != "*").map(str::to_owned).collect()
        };
        let (sites, others): (Vec<_>, Vec<_>) =
            paths(others).into_iter().partition(|path| path == "dashboard/:siteId");
        assert_eq!(sites.len(), 1, "the pages of a site are all below one address");
        let below = paths(below_site).into_iter().map(|path| format!("dashboard/:siteId/{path}"));
        others.into_iter().chain(sites).chain(below).collect()
    }

    #[test]
    fn an_address_that_no_route_has_is_no_page() {
        for name in ["dashboard/x/home/y", "dashboard/x/app-market/y/z", "dashboard/x/nothing", "lab/x"] {
            assert!(!is_page(name), "{name}");
        }
        assert!(is_page("dashboard/x/app/y/history/of/mine"));
    }

    #[test]
    fn every_route_of_the_pages_is_a_page() {
        let routes = routes();
        assert!(routes.len() > 7, "the table was not understood: {routes:?}");
        for route in routes {
            let sample = route.split('/').map(|part| if part.starts_with(':') { "x" } else { part });
            let sample = sample.collect::<Vec<_>>().join("/");
            assert!(is_page(&sample), "{route} is a route, and answers 404 when it is loaded directly");
        }
    }
}
