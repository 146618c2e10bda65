//! [`ApiError`]: what a route answers when it cannot do what was asked.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use wixapp_core::ErrorCode;
use wixapp_core::account::LedgerError;

/// A refusal with a stable code, a sentence for people, and what else helps. Internal causes are logged where they
/// happen and never sent.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: ErrorCode,
    /// The app's own, narrower name of it.
    own_code: Option<&'static str>,
    message: String,
    hint: Option<String>,
    details: Option<Value>,
    retry_after_s: Option<u64>,
}

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// Always `false`.
    #[schema(example = false)]
    pub success: bool,
    /// The stable code.
    #[schema(example = "insufficient_credits")]
    pub error: String,
    /// A sentence for people.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Numbers and names that belong to the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    /// The request's name in the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

tokio::task_local! {
    /// The name of the request that is being answered.
    pub(crate) static REQUEST_ID: String;
}

impl ApiError {
    /// The refusal with this code and its own sentence.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        let message = code.message().to_owned();
        Self { code, own_code: None, message, hint: None, details: None, retry_after_s: None }
    }

    /// A value in the request is not acceptable, and why.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest).with_message(message)
    }

    /// Something broke on our side; the cause goes to the log.
    #[must_use]
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let request = REQUEST_ID.try_with(Clone::clone).unwrap_or_default();
        tracing::error!(request.id = %request, error = %cause, "a request broke down");
        Self::new(ErrorCode::Internal)
    }

    /// Names it more narrowly, with a stable code of the app's own such as `post_invalid`; the status stays.
    #[must_use]
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.own_code = Some(code);
        self
    }

    /// Says it in better words.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds numbers and names.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The stable code, without what [`with_code`](Self::with_code) made of it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Whether the caller has not proved to be who may do this.
    pub(crate) fn is_of_caller(&self) -> bool {
        matches!(self.code.status(), 401 | 403)
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The sentence for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Refusal {
            success: false,
            error: self.own_code.unwrap_or(self.code.as_str()).to_owned(),
            message: self.message,
            hint: self.hint,
            details: self.details,
            request_id: REQUEST_ID.try_with(Clone::clone).ok(),
        };
        let mut response = (status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<wixapp_store::Error> for ApiError {
    fn from(error: wixapp_store::Error) -> Self {
        if error.is_unavailable() {
            tracing::warn!(error = %error, "the database is not available");
            return Self::new(ErrorCode::Unavailable).with_retry_after(2);
        }
        // A deletion of earlier versions took the answers' keys, too. What was done under them is in the books for ever.
        if ["entries_business_key_once", "holds_key_once"].iter().any(|name| error.is_conflict(name)) {
            tracing::warn!(error = %error, "a key was used whose answer is gone");
            return crate::idempotency::key_of_the_past();
        }
        Self::internal(&error)
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::InsufficientCredits { available, requested } => {
                Self::new(ErrorCode::InsufficientCredits)
                    .with_message(format!("This needs {requested} credits and {available} are left."))
                    .with_details(json!({ "available": available, "requested": requested }))
            }
            LedgerError::BadAmount => {
                Self::invalid("The amount must be at least 1, and at most what is reserved.")
            }
            LedgerError::Overflow => Self::invalid("The amount is larger than an account can hold."),
            LedgerError::NoSuchHold => {
                Self::new(ErrorCode::NotFound).with_message("There is no such reservation.")
            }
            LedgerError::HoldEnded { state } => {
                Self::new(ErrorCode::HoldEnded).with_details(json!({ "state": state }))
            }
        }
    }
}

impl From<wixapp_platform::Error> for ApiError {
    fn from(error: wixapp_platform::Error) -> Self {
        tracing::warn!(error = %error, "Wix did not answer as expected");
        let refusal = Self::new(ErrorCode::WixUnavailable);
        match error.retry_after() {
            Some(after) => refusal.with_retry_after(after.as_secs().max(1)),
            None => refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_status_and_when_to_try_again() {
        let response = ApiError::new(ErrorCode::Unavailable).with_retry_after(2).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }
}
