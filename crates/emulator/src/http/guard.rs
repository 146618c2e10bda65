//! Keeping other web pages away from the page API, which has no login.
//!
//! A page of another origin can make the browser send requests here. It cannot set the Host header (so a rebound DNS
//! name is refused), cannot add `X-Emulator` without a preflight that is never granted, and cannot hide its Origin.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::Emulator;
use crate::error::Refusal;

/// What the names of sites end with.
pub(crate) const SITE_SUFFIX: &str = ".site.localhost";

/// The header that every writing request of the page carries.
const MARKER: &str = "x-emulator";

/// Lets through what can only come from the platform's own pages or from a program on this machine.
pub(crate) async fn own_pages_only(
    State(emulator): State<Emulator>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let public_host = emulator.engine().addresses.public.host_str().map(str::to_owned);
    check(request.method(), request.headers(), public_host.as_deref())?;
    Ok(next.run(request).await)
}

fn check(method: &Method, headers: &HeaderMap, public_host: Option<&str>) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Err(Refusal::new(StatusCode::FORBIDDEN, code, message));
    let host = ensure_known_host(headers, public_host)?;
    if method.is_safe() {
        return Ok(());
    }
    let same_origin = |value: &axum::http::HeaderValue| {
        let origin = value.to_str().unwrap_or_default();
        origin.split_once("://").is_some_and(|(_, authority)| authority == host.as_str())
    };
    if !headers.get(ORIGIN).is_none_or(same_origin) {
        return refuse("foreign_origin", "Only the local platform's own pages may do this.");
    }
    if headers.get(MARKER).is_none_or(|value| value != "1") {
        return refuse("missing_marker", "Send the header `X-Emulator: 1` with every writing request.");
    }
    Ok(())
}

/// The host that was asked, if it is one of this platform's own names. A site's name is not: its page runs the app's code.
pub(crate) fn ensure_known_host(
    headers: &HeaderMap,
    public_host: Option<&str>,
) -> Result<Authority, Refusal> {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()?.parse::<Authority>().ok());
    let known = |host: &Authority| {
        let name = host.host();
        (is_loopback(name) && !name.to_ascii_lowercase().ends_with(SITE_SUFFIX)) || Some(name) == public_host
    };
    let message = "The local platform only answers on this machine's own names.";
    host.filter(known).ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, "foreign_host", message))
}

/// Whether `host` (without port) names this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.8.9.1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "10.0.0.1"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    fn code(method: &Method, headers: &[(&'static str, &'static str)]) -> Option<&'static str> {
        let pairs = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        check(method, &pairs.collect(), Some("platform.test")).err().map(|refusal| refusal.code)
    }

    #[test]
    fn writing_needs_a_known_host_the_marker_and_no_foreign_origin() {
        let (host, marker) = (("host", "127.0.0.1:4100"), ("x-emulator", "1"));
        let post = |headers: &[_]| code(&Method::POST, headers);
        assert_eq!(post(&[host, marker]), None);
        assert_eq!(post(&[host, marker, ("origin", "http://127.0.0.1:4100")]), None);
        assert_eq!(post(&[("host", "platform.test"), marker]), None);
        assert_eq!(post(&[host]), Some("missing_marker"));
        assert_eq!(post(&[host, ("x-emulator", "yes")]), Some("missing_marker"));
        assert_eq!(post(&[marker]), Some("foreign_host"));
        assert_eq!(post(&[("host", "evil.example"), marker]), Some("foreign_host"));
        for site in ["a.site.localhost:4100", "A.SITE.LOCALHOST"] {
            assert_eq!(
                post(&[("host", site), marker]),
                Some("foreign_host"),
                "a site's page is not the platform's"
            );
        }
        for origin in
            ["http://evil.example", "null", "http://127.0.0.1:4101", "http://127.0.0.1:4100.evil.example"]
        {
            assert_eq!(post(&[host, marker, ("origin", origin)]), Some("foreign_origin"), "{origin}");
        }
        assert_eq!(code(&Method::GET, &[host]), None);
        assert_eq!(code(&Method::GET, &[("host", "evil.example")]), Some("foreign_host"));
    }
}
