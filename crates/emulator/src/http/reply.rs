//! Answers: the page API's short errors and Wix's own error form.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::Refusal;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.code, "message": self.message }));
        with_hints(self.retry_after_s, (self.status, body).into_response())
    }
}

/// A refusal as Wix's APIs write it: `{message, details: {applicationError: {code, description, data}}}`.
#[derive(Debug)]
pub(crate) struct WixError(Refusal);

impl From<Refusal> for WixError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl IntoResponse for WixError {
    fn into_response(self) -> Response {
        let Refusal { status, code, message, retry_after_s } = self.0;
        // Wix answers 400 where a request breaks a rule.
        let status =
            if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status };
        let error = json!({ "code": code.to_uppercase(), "description": message, "data": {} });
        let body = Json(json!({ "message": message, "details": { "applicationError": error } }));
        with_hints(retry_after_s, (status, body).into_response())
    }
}

fn with_hints(retry_after_s: Option<u64>, mut response: Response) -> Response {
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Runs another extractor and refuses in Wix's form.
pub(crate) struct Wix<E>(pub(crate) E);

impl<S: Send + Sync, E: FromRequest<S, Rejection = Refusal>> FromRequest<S> for Wix<E> {
    type Rejection = WixError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WixError> {
        E::from_request(request, state).await.map(Self).map_err(WixError)
    }
}

/// Reads a part of the request and refuses in Wix's form.
pub(crate) struct WixPart<E>(pub(crate) E);

impl<S: Send + Sync, E: FromRequestParts<S, Rejection = Refusal>> FromRequestParts<S> for WixPart<E> {
    type Rejection = WixError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WixError> {
        E::from_request_parts(parts, state).await.map(Self).map_err(WixError)
    }
}
