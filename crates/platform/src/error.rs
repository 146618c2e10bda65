//! The one error type of this crate.

mod predicate;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::client::refusal;

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
    #[error("the {what} is not accepted: {why}")]
    Refused { what: &'static str, why: &'static str },
    #[error("{what}: {why}")]
    Config { what: &'static str, why: &'static str },
    #[error("it was not possible to {what}")]
    Internal { what: &'static str },
    #[error("{endpoint} did not answer in time")]
    Timeout { endpoint: &'static str },
    #[error("{endpoint} could not be reached, or the answer broke off")]
    Transport { endpoint: &'static str },
    #[error("{endpoint} answered {status}{}", CodeSuffix(answer.code.as_deref()))]
    Status { endpoint: &'static str, status: u16, answer: Refusal, retry_after: Option<Duration> },
    #[error("Wix refused an item{}", CodeSuffix(answer.code.as_deref()))]
    Item { answer: Refusal },
    #[error("{endpoint} is not called: this instance has used up its requests of the minute")]
    Paced { endpoint: &'static str, retry_after: Duration },
    #[error("{endpoint} is not called: the last calls failed, and Wix is left alone for a moment")]
    CircuitOpen { endpoint: &'static str, retry_after: Duration },
}

/// What Wix said with an unsuccessful status. The sentence may quote what was sent, so `Debug` leaves it out.
#[derive(Default)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("code", &self.code).finish_non_exhaustive()
    }
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

    /// What Wix said of one item of many, as in `{code, description, data}`.
    pub(crate) fn item_refused(error: &serde_json::Value) -> Self {
        Self::new(Kind::Item { answer: refusal::of_item(error) })
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.inner.kind
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
