//! [`Address`]: an e-mail address that cannot carry anything else into a mail's head.

use std::fmt;
use std::str::FromStr;

/// The longest address that mail can be sent to (RFC 5321 §4.5.3.1).
const MAX_LEN: usize = 254;

/// An e-mail address, with the name of who it is where one was given.
///
/// Only letters, digits and the few signs that need no quotes are taken: no spaces, line ends, brackets or commas, so that
/// an address is never more than an address.
///
/// # Example
/// ```
/// use wixapp_server::notice::Address;
/// assert!("owner@example.com".parse::<Address>().is_ok());
/// assert!("owner@example.com\r\nBcc: all@example.com".parse::<Address>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    name: Option<String>,
    local: String,
    domain: String,
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It has not the form of one.
    #[error("must be an e-mail address such as owner@example.com")]
    Form,
    /// It is too long.
    #[error("may have 254 characters at the most")]
    Long,
}

impl Address {
    /// Reads `Name <address>` as well as an address alone.
    ///
    /// # Errors
    /// [`BadAddress`] when it is neither, or the name has control characters.
    pub fn with_name(text: &str) -> Result<Self, BadAddress> {
        let Some((name, rest)) = text.split_once('<') else { return text.trim().parse() };
        let address: Self = rest.strip_suffix('>').ok_or(BadAddress::Form)?.parse()?;
        let name = name.trim().trim_matches('"').trim();
        if name.chars().any(char::is_control) || name.len() > 100 {
            return Err(BadAddress::Form);
        }
        Ok(Self { name: Some(name.to_owned()).filter(|name| !name.is_empty()), ..address })
    }

    /// The name of who it is.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The host that the address is at.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The address alone.
    #[must_use]
    pub fn spec(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if text.len() > MAX_LEN {
            return Err(BadAddress::Long);
        }
        let (local, domain) = text.split_once('@').ok_or(BadAddress::Form)?;
        // RFC 5322's dot-atom; what would need quotes is not taken.
        let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        let label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let parts = |text: &str, good: fn(u8) -> bool| {
            text.split('.').all(|part| !part.is_empty() && part.len() <= 64 && part.bytes().all(good))
        };
        if !parts(local, atom) || local.len() > 64 || !parts(domain, label) {
            return Err(BadAddress::Form);
        }
        if domain.split('.').any(|label| label.starts_with('-') || label.ends_with('-')) {
            return Err(BadAddress::Form);
        }
        Ok(Self { name: None, local: local.to_owned(), domain: domain.to_ascii_lowercase() })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address is somebody's: it stands in no log.
        f.write_str("Address(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_are_taken() {
        for text in ["a@b", "owner@example.com", "first.last+tag@sub.example.co.uk", "o'neil@EXAMPLE.com"] {
            let address: Address = text.parse().unwrap();
            assert!(address.spec().eq_ignore_ascii_case(text));
        }
        let named = Address::with_name("\"My App\" <hello@my-app.example>").unwrap();
        assert_eq!((named.name(), named.domain()), (Some("My App"), "my-app.example"));
        assert_eq!(Address::with_name("hello@my-app.example").unwrap().name(), None);
        assert_eq!(
            Address::with_name("Müller & Söhne <a@b.example>").unwrap().name(),
            Some("Müller & Söhne")
        );
    }

    #[test]
    fn nothing_but_an_address_is_taken() {
        let long = format!("{}@example.com", "x".repeat(250));
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a",
            "a b@c",
            "a@b c",
            "a@b\r\nBcc: x@y",
            "a@b\nSubject: x",
            "a@b\0",
            "a@b,c@d",
            "a@b;c@d",
            "a@b>",
            "<a@b>",
            "a@@b",
            "a@b@c",
            "a..b@c",
            ".a@b",
            "a.@b",
            "a@b..c",
            "a@.b",
            "a@-b.c",
            "a@b-.c",
            "\"a b\"@c",
            "a@[127.0.0.1]",
            "ä@b",
            "a@ä",
            "a@b\u{2028}c",
            "a(x)@b",
            "a:b@c",
            "a\\b@c",
            &long,
        ] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
        for text in
            ["Name <a@b", "Name\r\nBcc: x <a@b>", "Name <a@b> x", "<>", "Name <a@b>\r\n", "a\u{7}<a@b>"]
        {
            assert!(Address::with_name(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_address_does_not_show_in_debug() {
        assert_eq!(format!("{:?}", "a@b".parse::<Address>().unwrap()), "Address(..)");
    }
}
