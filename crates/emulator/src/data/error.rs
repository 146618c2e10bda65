//! The refusals of Wix Data: a `WDE…` code with its status, or a list of fields that break a rule (wix-protocol §6).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::Refusal;

/// Why Wix Data did not do what it was asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DataError {
    /// `details.applicationError`.
    Application { status: StatusCode, code: &'static str, description: String, data: Value },
    /// `details.validationError`: always status 400.
    Validation(Vec<Violation>),
    /// 429 until the caller has waited so long.
    TooMany { retry_after_s: u64 },
    /// What is refused before Wix Data is reached: no token, no install, a disk that is full.
    Platform(Refusal),
}

/// A field of the request that breaks a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Violation {
    pub(crate) field: String,
    pub(crate) description: String,
    pub(crate) rule: &'static str,
}

/// What one item of a bulk request came to: `itemMetadata.error`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ItemError {
    pub(crate) code: &'static str,
    pub(crate) description: String,
    pub(crate) data: Value,
}

impl DataError {
    pub(crate) fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Self {
        let description = format!("{code}: {}", sentence.into());
        Self::Application { status, code, description, data: json!({}) }
    }

    /// 400 with a `WDE…` code.
    pub(crate) fn bad(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, sentence)
    }

    /// 400 for one field.
    pub(crate) fn field(field: &str, description: impl Into<String>, rule: &'static str) -> Self {
        Self::Validation(vec![Violation { field: field.to_owned(), description: description.into(), rule }])
    }

    pub(crate) fn missing(field: &str) -> Self {
        Self::field(field, "must not be empty", "REQUIRED_FIELD")
    }

    pub(crate) fn no_collection(id: &str) -> Self {
        let text = format!("The {id} collection does not exist on this site. Create it first.");
        Self::new(StatusCode::NOT_FOUND, "WDE0025", text).with(json!({ "dataCollectionId": id }))
    }

    pub(crate) fn no_item(id: &str, collection: &str) -> Self {
        let text = format!("Item [{id}] does not exist in collection [{collection}].");
        Self::new(StatusCode::NOT_FOUND, "WDE0073", text).with(json!({ "itemId": id }))
    }

    pub(crate) fn item_exists(id: &str, collection: &str) -> Self {
        let text = format!("An item with _id [{id}] already exists in collection [{collection}].");
        Self::new(StatusCode::CONFLICT, "WDE0074", text).with(json!({ "itemId": id }))
    }

    pub(crate) fn payload_too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "WDE0109", "Payload is too large.")
    }

    /// Adds what a program may want to know.
    pub(crate) fn with(self, more: Value) -> Self {
        match self {
            Self::Application { status, code, description, .. } => {
                Self::Application { status, code, description, data: more }
            }
            other => other,
        }
    }

    /// The form in which a bulk reply names it, unless it concerns the whole request.
    pub(crate) fn into_item_error(self) -> Result<ItemError, Self> {
        match self {
            Self::Application { code, description, data, .. } => Ok(ItemError { code, description, data }),
            Self::Validation(violations) => {
                let first = violations.first().map_or_else(String::new, Violation::sentence);
                let list: Vec<Value> = violations.iter().map(Violation::json).collect();
                let description = format!("WDE0075: {first}");
                Ok(ItemError { code: "WDE0075", description, data: json!({ "fieldViolations": list }) })
            }
            whole @ (Self::TooMany { .. } | Self::Platform(_)) => Err(whole),
        }
    }
}

impl Violation {
    fn sentence(&self) -> String {
        format!("{}: {}", self.field, self.description)
    }

    /// As part of a longer sentence: some descriptions end with a full stop of their own.
    fn clause(&self) -> String {
        self.sentence().trim_end_matches('.').to_owned()
    }

    fn json(&self) -> Value {
        json!({ "field": self.field, "description": self.description, "violatedRule": self.rule })
    }
}

impl ItemError {
    pub(crate) fn json(&self) -> Value {
        json!({ "code": self.code, "description": self.description, "data": self.data })
    }
}

impl From<Refusal> for DataError {
    fn from(refusal: Refusal) -> Self {
        if refusal.status == StatusCode::TOO_MANY_REQUESTS {
            return Self::TooMany { retry_after_s: refusal.retry_after_s.unwrap_or(1) };
        }
        Self::Platform(refusal)
    }
}

impl IntoResponse for DataError {
    fn into_response(self) -> Response {
        match self {
            Self::Application { status, code, description, data } => {
                let error = json!({ "code": code, "description": description, "data": data });
                let body = json!({ "message": description, "details": { "applicationError": error } });
                (status, Json(body)).into_response()
            }
            Self::Validation(violations) => {
                let list: Vec<Value> = violations.iter().map(Violation::json).collect();
                let sentences: Vec<String> = violations.iter().map(Violation::clause).collect();
                let body = json!({
                    "message": format!("The request is not valid: {}.", sentences.join("; ")),
                    "details": { "validationError": { "fieldViolations": list } },
                });
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            Self::TooMany { retry_after_s } => {
                let text = "Too many requests: this instance has used its requests of the minute.";
                let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, "WDE0014", text);
                let mut response = refused.into_response();
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
                response
            }
            Self::Platform(refusal) => crate::http::reply::WixError::from(refusal).into_response(),
        }
    }
}
