//! Where Wix's API is.

use std::net::IpAddr;

use reqwest::Url;

use super::DEFAULT_BASE_URL;
use crate::error::Error;

const BASE_URL: &str = "the base URL";

/// An absolute URL without query to which an endpoint's path is appended.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// Reads `text`. Plain http would send the app secret in the clear, so it is for this machine only unless
    /// `plain_http` says that the network is private.
    pub(super) fn parse(text: &str, plain_http: bool) -> Result<Self, Error> {
        let refuse = |why| Error::config(BASE_URL, why);
        let url = Url::parse(text).map_err(|_| refuse("it is not an absolute URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it holds credentials"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it has a query or a fragment"));
        }
        match url.scheme() {
            "https" => {}
            "http" if plain_http || is_loopback(&url) => {}
            "http" => return Err(refuse("plain http is allowed for this machine only")),
            _ => return Err(refuse("it is neither https nor http")),
        }
        Ok(Self(url))
    }

    pub(super) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }

    pub(super) fn is_plain_http(&self) -> bool {
        self.0.scheme() == "http"
    }

    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Whether this is Wix itself, however its address is written.
    pub(super) fn is_default(&self) -> bool {
        Url::parse(DEFAULT_BASE_URL).is_ok_and(|wix| wix.origin() == self.0.origin())
    }

    /// The same machine with another path, for pages of Wix beside its API.
    pub(super) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether a browser may be sent to `target`: https, or the very origin of a platform spoken to over plain http.
    pub(crate) fn may_lead_to(&self, target: &str) -> bool {
        Url::parse(target).is_ok_and(|url| {
            let credentials = !url.username().is_empty() || url.password().is_some();
            !credentials
                && (url.scheme() == "https" || (self.is_plain_http() && url.origin() == self.0.origin()))
        })
    }
}

/// `url` with a query made of `pairs`.
pub(crate) fn with_query<V: AsRef<str>>(url: &str, pairs: &[(&'static str, V)]) -> String {
    let mut url = Url::parse(url).expect("made of a checked base and an encoded path");
    url.query_pairs_mut().extend_pairs(pairs);
    url.into()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("https://www.wixapis.com")]
    #[case("http://127.0.0.1:4100")]
    #[case("http://[::1]:4100/")]
    #[case("http://localhost:4100/prefix")]
    fn https_and_this_machine_are_accepted(#[case] text: &str) {
        assert!(BaseUrl::parse(text, false).is_ok());
    }

    #[rstest::rstest]
    #[case("")]
    #[case("www.wixapis.com")]
    #[case("http://www.wixapis.com")]
    #[case("http://127.0.0.1.evil.example")]
    #[case("http://localhost.evil.example")]
    #[case("https://user:password@www.wixapis.com")]
    #[case("https://www.wixapis.com/?a=b")]
    #[case("https://www.wixapis.com/#a")]
    #[case("ftp://www.wixapis.com")]
    #[case("file:///etc/passwd")]
    fn unsafe_places_are_refused(#[case] text: &str) {
        assert!(BaseUrl::parse(text, false).unwrap_err().is_config());
    }

    #[test]
    fn a_private_network_has_to_be_allowed() {
        assert!(BaseUrl::parse("http://platform:4100", false).is_err());
        assert!(BaseUrl::parse("http://platform:4100", true).is_ok());
    }

    #[test]
    fn paths_are_appended_with_one_slash() {
        for base in ["https://a.example/x/", "https://a.example/x"] {
            assert_eq!(BaseUrl::parse(base, false).unwrap().endpoint("/y"), "https://a.example/x/y");
        }
    }

    #[rstest::rstest]
    #[case("https://www.wixapis.com", true)]
    #[case("https://www.wixapis.com/", true)]
    #[case("HTTPS://WWW.WIXAPIS.COM:443", true)]
    #[case("https://www.wixapis.com:444", false)]
    #[case("https://wixapis.com", false)]
    #[case("https://www.wixapis.com.evil.example", false)]
    #[case("http://127.0.0.1:4100", false)]
    fn wix_is_known_however_its_address_is_written(#[case] text: &str, #[case] is_default: bool) {
        assert_eq!(BaseUrl::parse(text, false).unwrap().is_default(), is_default);
    }

    #[rstest::rstest]
    #[case("https://www.wix.com/checkout/1", true)]
    #[case("http://127.0.0.1:4100/checkout/1", true)]
    #[case("http://127.0.0.1:4101/checkout/1", false)]
    #[case("http://evil.example/", false)]
    #[case("javascript:alert(1)", false)]
    #[case("data:text/html,x", false)]
    #[case("//evil.example", false)]
    #[case("/checkout/1", false)]
    #[case("https://www.wix.com@evil.example/", false)]
    #[case("", false)]
    fn browsers_are_sent_to_https_or_the_local_platform_only(#[case] target: &str, #[case] allowed: bool) {
        assert_eq!(BaseUrl::parse("http://127.0.0.1:4100", false).unwrap().may_lead_to(target), allowed);
    }

    #[test]
    fn with_the_real_platform_only_https_is_followed() {
        let base = BaseUrl::parse(super::super::DEFAULT_BASE_URL, false).unwrap();
        assert!(
            base.may_lead_to("https://manage.wix.com/x") && !base.may_lead_to("http://www.wixapis.com/x")
        );
    }
}
