//! The one error type of this crate.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A failure while checking something that claims to come from Stripe, or while asking Stripe something.
///
/// The kind is private: ask the predicates. Neither `Display` nor `Debug` ever contains a secret, a body, an address or
/// a query string, so an `Error` may be logged as it is.
///
/// # Example
/// ```
/// use wixapp_stripe::{WebhookSecret, WebhookVerifier};
/// let verifier = WebhookVerifier::new(vec![WebhookSecret::new("whsec_0123456789abcdef")?])?;
/// let now = "2027-03-01T00:00:00Z".parse().unwrap();
/// assert!(verifier.verify("t=1,v1=00", b"{}", now).unwrap_err().is_signature());
/// # Ok::<(), wixapp_stripe::Error>(())
/// ```
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: Kind,
    source: Option<reqwest::Error>,
}

/// Every text in here is fixed at compile time or reduced to a safe alphabet, which is what keeps secrets out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the {what} is malformed: {why}")]
    Malformed { what: &'static str, why: &'static str },
    #[error("the {what} is larger than {limit} bytes")]
    TooLarge { what: &'static str, limit: usize },
    #[error("the event has no valid signature: {why}")]
    Signature { why: &'static str },
    #[error("{what}: {why}")]
    Config { what: &'static str, why: &'static str },
    #[error("{endpoint} did not answer in time")]
    Timeout { endpoint: &'static str },
    #[error("{endpoint} could not be reached, or the answer broke off")]
    Transport { endpoint: &'static str },
    #[error("{endpoint} answered {status}{}", Suffix(code.as_deref()))]
    Status { endpoint: &'static str, status: u16, code: Option<String>, retry: Retry },
}

/// What an answer says of trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Retry {
    /// `Stripe-Should-Retry`.
    pub(crate) should: Option<bool>,
    /// `Retry-After`.
    pub(crate) after: Option<Duration>,
}

struct Suffix<'a>(Option<&'a str>);

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |code| write!(f, " ({code})"))
    }
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { inner: Arc::new(Inner { kind, source: None }) }
    }

    pub(crate) fn malformed(what: &'static str, why: &'static str) -> Self {
        Self::new(Kind::Malformed { what, why })
    }

    pub(crate) fn config(what: &'static str, why: &'static str) -> Self {
        Self::new(Kind::Config { what, why })
    }

    pub(crate) fn signature(why: &'static str) -> Self {
        Self::new(Kind::Signature { why })
    }

    /// Wraps a failed request. The URL is dropped first, since a URL may carry a query string.
    pub(crate) fn transport(endpoint: &'static str, source: reqwest::Error) -> Self {
        let kind =
            if source.is_timeout() { Kind::Timeout { endpoint } } else { Kind::Transport { endpoint } };
        Self { inner: Arc::new(Inner { kind, source: Some(source.without_url()) }) }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.inner.kind
    }

    /// True when the event does not come from Stripe, or not within the time an event is taken.
    #[must_use]
    pub fn is_signature(&self) -> bool {
        matches!(self.kind(), Kind::Signature { .. })
    }

    /// True when the input, or an answer of Stripe, has not the expected form or is too large.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        matches!(self.kind(), Kind::Malformed { .. } | Kind::TooLarge { .. })
    }

    /// True when a setting is unusable: a key of the wrong kind, a base URL without TLS.
    #[must_use]
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), Kind::Config { .. })
    }

    /// True when Stripe did not answer, could not be reached, or answered with 429 or a server error: later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Timeout { .. } | Kind::Transport { .. } | Kind::Status { status: 429 | 500..=599, .. }
        )
    }

    /// True when Stripe knows no such object.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// The HTTP status of Stripe's answer, when an unsuccessful answer is the cause.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.kind() {
            Kind::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Stripe's own `error.code`, such as `resource_missing`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self.kind() {
            Kind::Status { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// How long Stripe asked us to wait, when it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind() {
            Kind::Status { retry, .. } => retry.after,
            _ => None,
        }
    }

    /// Whether the same request may be sent again: under one idempotency key it happens once however often it is sent.
    pub(crate) fn may_be_repeated(&self) -> bool {
        match self.kind() {
            Kind::Timeout { .. } | Kind::Transport { .. } => true,
            // 409: another request under the same key is still running, or the object is locked.
            Kind::Status { status, retry, .. } => {
                retry.should.unwrap_or(matches!(status, 409 | 429 | 500..=599))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("kind", self.kind()).field("source", &self.inner.source).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_ref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(500, None, true)]
    #[case(500, Some(false), false)]
    #[case(429, None, true)]
    #[case(409, None, true)]
    #[case(400, Some(true), true)]
    #[case(400, None, false)]
    #[case(402, None, false)]
    fn stripe_says_whether_to_try_again(
        #[case] status: u16,
        #[case] should: Option<bool>,
        #[case] repeated: bool,
    ) {
        let retry = Retry { should, after: None };
        let error = Error::new(Kind::Status { endpoint: "POST /x", status, code: None, retry });
        assert_eq!(error.may_be_repeated(), repeated);
    }
}
