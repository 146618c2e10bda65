//! [`IdempotencyKey`]: the caller's own name for a write.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::Method;
use axum::http::request::Parts;

use crate::error::ApiError;

/// The `Idempotency-Key` header: 1 to 128 printable characters without spaces. A missing, second or other one is 422.
///
/// Under one key a write happens once: the same request gets the stored answer, another request is refused.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The key.
    pub key: String,
    /// The request it came with: method and path.
    pub(crate) target: String,
}

impl IdempotencyKey {
    /// A key for `target` that does not come from a request, for writes the app makes by itself.
    #[must_use]
    pub fn of(key: impl Into<String>, target: impl Into<String>) -> Self {
        Self { key: key.into(), target: target.into() }
    }
}

/// A key where the caller sent one; a bad one is refused all the same.
impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        if !parts.headers.contains_key("idempotency-key") {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut headers = parts.headers.get_all("idempotency-key").iter();
        // Of two keys nobody can say which one counts.
        let only = headers.next().filter(|_| headers.next().is_none());
        let key = only.and_then(|value| value.to_str().ok()).filter(|key| is_key(key)).ok_or_else(|| {
            ApiError::invalid(
                "This request needs an Idempotency-Key header of 1 to 128 printable characters.",
            )
            .with_hint("Send a fresh UUID for each new spend, and the same one when you repeat it.")
        })?;
        let method: &Method = &parts.method;
        Ok(Self { key: key.to_owned(), target: format!("{method} {}", parts.uri.path()) })
    }
}

fn is_key(key: &str) -> bool {
    (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}
