//! What can go wrong: starting the platform, its data file, and calls it refuses.

use std::path::Path;

use axum::http::StatusCode;

/// Why the local platform could not start, save, serve, or do what was asked.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("the local platform's configuration is wrong: {0}")]
    Config(String),
    #[error("the local platform's data file {path} cannot be used: {reason}")]
    Data { path: String, reason: String },
    #[error("the local platform's signing key cannot be used")]
    Key(#[source] wixapp_platform::Error),
    #[error("the local platform's HTTP client cannot be made")]
    Http(#[source] reqwest::Error),
    #[error("the local platform stopped serving")]
    Serve(#[source] std::io::Error),
    #[error(transparent)]
    Refused(Refusal),
}

impl Error {
    pub(crate) fn config(reason: impl Into<String>) -> Self {
        Self(Kind::Config(reason.into()))
    }

    pub(crate) fn data(path: &Path, reason: impl ToString) -> Self {
        Self(Kind::Data { path: path.display().to_string(), reason: reason.to_string() })
    }

    pub(crate) fn key(source: wixapp_platform::Error) -> Self {
        Self(Kind::Key(source))
    }

    pub(crate) fn http(source: reqwest::Error) -> Self {
        Self(Kind::Http(source))
    }

    pub(crate) fn serve(source: std::io::Error) -> Self {
        Self(Kind::Serve(source))
    }

    /// Whether a setting is wrong: an address, a site, the app's id.
    #[must_use]
    pub fn is_config(&self) -> bool {
        matches!(self.0, Kind::Config(_))
    }

    /// Whether the data file is unreadable, in use, or belongs to another app. Deleting it starts afresh.
    #[must_use]
    pub fn is_data(&self) -> bool {
        matches!(self.0, Kind::Data { .. })
    }

    /// The stable code of a refused call, for example `card_declined`; `None` for every other error.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match &self.0 {
            Kind::Refused(refusal) => Some(refusal.code),
            Kind::Config(_) | Kind::Data { .. } | Kind::Key(_) | Kind::Http(_) | Kind::Serve(_) => None,
        }
    }
}

/// A call that was understood and not done: an HTTP status, a stable code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// After how many seconds the same call may be made again.
    pub(crate) retry_after_s: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let retry_after_s = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        Self { status, code, message: message.into(), retry_after_s }
    }

    /// 422: the body, path or query breaks a rule.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", message)
    }

    /// 404.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 409: right in itself, and wrong in the present state.
    pub(crate) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 429: more calls in a minute than an install may make.
    pub(crate) fn too_many(limit: u32, retry_after_s: u64) -> Self {
        let message = format!("An install may make {limit} calls a minute. Try again in {retry_after_s} s.");
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message);
        Self { retry_after_s: Some(retry_after_s), ..refusal }
    }

    /// 502: the app was asked, and did not answer as agreed.
    pub(crate) fn app_failed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "app_failed", message)
    }

    /// 401: no token, or one that is not ours or not valid now.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 503: the change could not be written to the data file, so it did not happen.
    pub(crate) fn not_saved() -> Self {
        let message = "The change could not be saved, so nothing was changed. Is the disk full?";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self(Kind::Refused(refusal))
    }
}
