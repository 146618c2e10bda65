//! The one error type of this crate.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A failure while checking something Wix sent, or while asking Wix something.
///
/// The kind is private: ask the predicates. Neither `Display` nor `Debug` ever contains a token, a secret, a body or a
/// query string, so an `Error` may be logged as it is. Cloning is cheap: callers that waited for one shared request
/// all get the same error.
///
/// # Example
/// ```
/// use wixapp_platform::{AppSecret, InstanceTokenVerifier};
/// let verifier = InstanceTokenVerifier::new(vec![AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?]);
/// let error = verifier.verify("not-a-token", "2026-01-01T00:00:00Z".parse().unwrap()).unwrap_err();
/// assert!(error.is_malformed() && !error.is_expired());
/// # Ok::<(), wixapp_platform::Error>(())
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
    #[error("the {what} has no valid signature")]
    Signature { what: &'static str },
    #[error("the {what} has expired")]
    Expired { what: &'static str },
    #[error("the {what} is dated in the future")]
    NotYetValid { what: &'static str },
    #[error("the access token is not accepted: {why}")]
    Refused { why: &'static str },
    #[error("{what}: {why}")]
    Config { what: &'static str, why: &'static str },
    #[error("it was not possible to {what}")]
    Internal { what: &'static str },
    #[error("{endpoint} did not answer in time")]
    Timeout { endpoint: &'static str },
    #[error("{endpoint} could not be reached, or the answer broke off")]
    Transport { endpoint: &'static str },
    #[error("{endpoint} answered {status}{}", CodeSuffix(code.as_deref()))]
    Status { endpoint: &'static str, status: u16, code: Option<String>, retry_after: Option<Duration> },
}

struct CodeSuffix<'a>(Option<&'a str>);

impl fmt::Display for CodeSuffix<'_> {
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

    /// Wraps a failed request. The URL is dropped first, since a URL may carry a query string.
    pub(crate) fn transport(endpoint: &'static str, source: reqwest::Error) -> Self {
        let kind =
            if source.is_timeout() { Kind::Timeout { endpoint } } else { Kind::Transport { endpoint } };
        Self { inner: Arc::new(Inner { kind, source: Some(source.without_url()) }) }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.inner.kind
    }

    /// True when a token or webhook was genuine but its time is over.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self.kind(), Kind::Expired { .. })
    }

    /// True when a token or webhook is dated further ahead of our clock than the allowed 60 seconds.
    ///
    /// Seen on genuine input, it means that this machine's clock is behind.
    #[must_use]
    pub fn is_not_yet_valid(&self) -> bool {
        matches!(self.kind(), Kind::NotYetValid { .. })
    }

    /// True when the signature does not belong to the text under any active secret or key.
    #[must_use]
    pub fn is_signature(&self) -> bool {
        matches!(self.kind(), Kind::Signature { .. })
    }

    /// True when the input, or an answer of Wix, has not the expected form; includes [`Error::is_too_large`].
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        matches!(self.kind(), Kind::Malformed { .. } | Kind::TooLarge { .. })
    }

    /// True when the input, or an answer of Wix, is larger than accepted.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.kind(), Kind::TooLarge { .. })
    }

    /// True when Wix was asked about a dashboard access token and it is not one we accept: inactive, made for another
    /// app, or bound to no instance. The person has to sign in again; our own credentials are fine.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.kind(), Kind::Refused { .. })
    }

    /// True when a setting is unusable: a short secret, a key of the wrong kind, a base URL without TLS.
    #[must_use]
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), Kind::Config { .. })
    }

    /// True when Wix did not answer within the client's timeout.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), Kind::Timeout { .. })
    }

    /// True when Wix answered 429; see [`Error::retry_after`].
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// True when Wix refused our own credentials (401 or 403).
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// True when Wix could not be reached, broke off, or answered with a server error (5xx). Trying later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self.kind(), Kind::Transport { .. } | Kind::Status { status: 500..=599, .. })
    }

    /// The HTTP status of Wix's answer, when an unsuccessful answer is the cause.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.kind() {
            Kind::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Wix's own error code (`details.applicationError.code`), when it is made of `A-Z`, `0-9` and `_`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self.kind() {
            Kind::Status { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// How long Wix asked us to wait (`Retry-After`), when it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind() {
            Kind::Status { retry_after, .. } => *retry_after,
            _ => None,
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

    fn status(status: u16, code: Option<&str>) -> Error {
        let retry_after = Some(Duration::from_secs(7));
        Error::new(Kind::Status { endpoint: "GET /x", status, code: code.map(str::to_owned), retry_after })
    }

    #[test]
    fn statuses_answer_the_matching_predicates() {
        assert!(status(401, None).is_unauthorized() && status(403, None).is_unauthorized());
        assert!(status(429, None).is_rate_limited() && !status(429, None).is_unavailable());
        assert!(status(503, None).is_unavailable() && !status(404, None).is_unavailable());
        assert_eq!(status(429, None).retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn text_names_endpoint_status_and_code() {
        assert_eq!(status(404, Some("NOT_FOUND")).to_string(), "GET /x answered 404 (NOT_FOUND)");
        assert_eq!(status(404, None).to_string(), "GET /x answered 404");
    }

    #[test]
    fn an_error_is_small_enough_to_return_everywhere() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
