//! An answer of the app, and what every refusal must look like.

use reqwest::header::HeaderMap;
use serde_json::Value;
use wixapp_core::ErrorCode;

/// The words of the libraries a request is read with: no answer may have them.
const JARGON: [&str; 16] = [
    "invalid type",
    "invalid value",
    "invalid digit",
    "invalid length",
    ", expected",
    "i64",
    "u64",
    "struct ",
    "variant",
    " column ",
    "eserialize",
    "target type",
    "missing field",
    "unknown field",
    "recursion",
    "EOF",
];

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Null when the body was no JSON.
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, json }
    }

    /// The data of a good answer.
    #[track_caller]
    pub(crate) fn data(&self) -> &Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        assert_eq!(self.json["success"], true, "{}", self.text);
        &self.json["data"]
    }

    /// Checks that this is a refusal with this code, and the code's own status.
    #[track_caller]
    pub(crate) fn refused(&self, code: ErrorCode) -> &Value {
        assert_eq!((self.status, self.code()), (code.status(), code.as_str()), "{}", self.text);
        self.refused_somehow()
    }

    /// Checks that this is a refusal of the caller's request, in the form that all of them have.
    #[track_caller]
    pub(crate) fn refused_somehow(&self) -> &Value {
        assert!((400..500).contains(&self.status), "{} {}", self.status, self.text);
        let code = ErrorCode::ALL.into_iter().find(|code| code.as_str() == self.code());
        assert_eq!(code.map(ErrorCode::status), Some(self.status), "{}", self.text);
        assert_eq!(self.json["success"], false);
        let message = self.json["message"].as_str().unwrap();
        assert!(message.len() > 10 && message.ends_with('.'), "{message}");
        let jargon = JARGON.iter().find(|word| self.text.contains(*word));
        assert_eq!(jargon, None, "{}", self.text);
        let request_id = self.json["requestId"].as_str().unwrap();
        assert_eq!(self.headers["x-request-id"], request_id);
        assert!(request_id.starts_with("req_"), "{request_id}");
        &self.json
    }

    pub(crate) fn code(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
