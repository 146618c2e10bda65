//! The way to servers that somebody has named: public addresses only, checked after their names were resolved, without
//! redirects.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, Url, redirect};

/// How long an answer may take where nothing shorter is said.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client for addresses that people type in, such as that of an image or of their own server: it reaches public addresses
/// only, so that nobody reads through it what only this machine or its network may.
///
/// The address is checked before anybody is asked, and what its name resolves to before a connection is made, to just that.
/// Redirects are not followed, and no proxy is used.
///
/// # Example
/// ```
/// use wixapp_server::outside::Outside;
/// let outside = Outside::new();
/// assert!(outside.check("https://example.com/logo.png").is_ok());
/// assert!(outside.check("https://127.0.0.1/").is_err() && outside.check("file:///etc/passwd").is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Outside {
    client: Client,
    private_too: bool,
    plain_too: bool,
}

/// An address that may not be asked; its text says why, to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(&'static str);

impl Default for Outside {
    fn default() -> Self {
        Self::new()
    }
}

impl Outside {
    /// A client that reaches public addresses, by TLS.
    #[must_use]
    pub fn new() -> Self {
        Self::with(false)
    }

    /// One that reaches every address, also without TLS: for those that whoever runs the server has named, and for tests that
    /// play the other side on this machine. Never for what a user types in.
    #[must_use]
    pub fn trusting() -> Self {
        Self::with(true)
    }

    fn with(private_too: bool) -> Self {
        let builder = Client::builder()
            .redirect(redirect::Policy::none())
            // A proxy would resolve names by itself, where nobody checks what they resolve to.
            .no_proxy()
            .timeout(TIMEOUT)
            .dns_resolver(Arc::new(Resolver { private_too }));
        let client = builder.build().expect("no setting of it can be wrong");
        Self { client, private_too, plain_too: private_too }
    }

    /// The same also without TLS, for what is no secret, such as an image.
    #[must_use]
    pub fn plain_too(mut self) -> Self {
        self.plain_too = true;
        self
    }

    /// The client, for addresses that [`check`](Self::check) gave. It checks what their names resolve to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The address, if it may be asked.
    ///
    /// # Errors
    /// [`Refused`] when it is none, has another scheme, holds a name or password, or is a number that is not public.
    pub fn check(&self, address: &str) -> Result<Url, Refused> {
        let url = Url::parse(address.trim()).map_err(|_| Refused("It is no web address."))?;
        if url.scheme() != "https" && !(url.scheme() == "http" && self.plain_too) {
            return Err(Refused("It must begin with `https://`."));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused("It must not hold a name or a password."));
        }
        let host = url.host_str().ok_or(Refused("It names no server."))?;
        let number: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        if number.is_some_and(|ip| !self.private_too && !is_public(ip)) {
            return Err(Refused("It is not an address of the public internet."));
        }
        Ok(url)
    }
}

/// Why an answer could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It broke off.
    #[error("{0}")]
    Broken(String),
    /// It is longer than allowed.
    #[error("the answer is too long")]
    TooLong,
}

/// Reads an answer of at most `limit` bytes.
///
/// # Errors
/// [`ReadError`] when it breaks off, or is longer; what is beyond the limit is not read.
pub async fn read(response: Response, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut whole = Vec::new();
    let mut parts = response.bytes_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| ReadError::Broken(error.without_url().to_string()))?;
        if whole.len() + part.len() > limit {
            return Err(ReadError::TooLong);
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole)
}

/// Resolves names to public addresses. The connection is made to what was checked, so that a name cannot resolve to
/// something else a moment later.
struct Resolver {
    private_too: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private_too = self.private_too;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|at| private_too || is_public(at.ip())).collect();
            if allowed.is_empty() {
                return Err("the name leads to no address of the public internet".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || matches!((a, b, c), (0, ..) | (192, 0, 0) | (192, 88, 99))
        // Shared by carriers, for benchmarks, and all from 224 on: groups, reserved, everybody.
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || a >= 224;
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let inner = |at: usize| {
        let bytes = ip.octets();
        Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3])
    };
    match (a, b) {
        // An IPv4 address in another coat: mapped, translated, 6to4.
        (0x64, 0xff9b) if ip.segments()[2..6] == [0; 4] => is_public_v4(inner(12)),
        (0x2002, _) => is_public_v4(inner(2)),
        // Teredo and the rest of what is reserved for protocols; documentation.
        (0x2001, b) if b < 0x200 || b == 0xdb8 => false,
        (0x3fff, b) if b < 0x1000 => false,
        _ => match ip.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => (0x2000..0x4000).contains(&a),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.9.9",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.9.9",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2001:10::1",
            "2002:7f00:1::",
            "2002:c0a8:101::",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.1",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn addresses_in_odd_clothes_are_refused_before_anybody_is_asked() {
        let outside = Outside::new();
        for address in [
            "",
            "hello",
            "file:///etc/passwd",
            "ftp://a.b/c",
            "gopher://a.b",
            "http://a.b/",
            "https://",
            "javascript:1",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/",
            "https://a:b@c.d/",
            "https://user@c.d/",
            "https://10.0.0.1:8443/",
        ] {
            assert!(outside.check(address).is_err(), "{address}");
        }
        assert!(outside.check("https://mastodon.social/@a").is_ok());
        let plain = outside.plain_too();
        assert!(plain.check("http://example.com/x.png").is_ok());
        assert!(plain.check("http://127.0.0.1/x.png").is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_not_connected_to() {
        let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = trap.local_addr().unwrap().port();
        let outside = Outside::new().plain_too();
        let url = outside.check(&format!("http://localhost:{port}/")).unwrap();
        assert!(outside.client().get(url).send().await.is_err());
        let heard = tokio::time::timeout(Duration::from_millis(50), trap.accept()).await;
        assert!(heard.is_err(), "somebody connected");
    }
}
