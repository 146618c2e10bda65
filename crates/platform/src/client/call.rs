//! What a call of Wix's API consists of.

use reqwest::Method;
use serde_json::Value;

use crate::error::Error;

/// Answers of most operations are small; a larger one is not read.
const SMALL: usize = 1024 * 1024;

/// One operation of Wix's API.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    /// The path, or its beginning when the operation names a thing in it.
    pub(crate) path: &'static str,
    /// Method and path, for errors and logs.
    pub(crate) name: &'static str,
    /// Whether doing it twice is the same as doing it once.
    pub(crate) idempotent: bool,
    /// The largest answer that is read, in bytes.
    pub(crate) max_answer: usize,
}

impl Endpoint {
    /// An operation that may be repeated by itself.
    pub(crate) const fn repeatable(method: Method, path: &'static str, name: &'static str) -> Self {
        Self { method, path, name, idempotent: true, max_answer: SMALL }
    }

    /// An operation that is tried once: nobody knows what happened when the answer is lost.
    pub(crate) const fn once(method: Method, path: &'static str, name: &'static str) -> Self {
        Self { method, path, name, idempotent: false, max_answer: SMALL }
    }

    /// The same with another bound for answers.
    pub(crate) const fn answering(mut self, max_bytes: usize) -> Self {
        self.max_answer = max_bytes;
        self
    }

    /// The same, tried once.
    pub(crate) const fn unrepeatable(mut self) -> Self {
        self.idempotent = false;
        self
    }

    /// The part of Wix that serves it: the first segment of its path.
    pub(crate) fn area(&self) -> &'static str {
        self.path.trim_start_matches('/').split('/').next().unwrap_or_default()
    }
}

/// A call of an operation, without the credentials.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: &'static Endpoint,
    /// Overrides the operation's method.
    pub(crate) method: Method,
    /// What follows the operation's path, encoded.
    pub(crate) tail: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) idempotent: bool,
}

impl Call {
    pub(crate) fn new(endpoint: &'static Endpoint) -> Self {
        Self {
            endpoint,
            method: endpoint.method.clone(),
            tail: String::new(),
            query: Vec::new(),
            body: None,
            idempotent: endpoint.idempotent,
        }
    }

    pub(crate) fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// Names the thing: appended to the path as one segment.
    ///
    /// # Errors
    /// An empty name would address another operation, and one of dots the path above, however it is encoded.
    pub(crate) fn segment(mut self, what: &'static str, text: &str) -> Result<Self, Error> {
        if text.bytes().all(|b| b == b'.') {
            return Err(Error::malformed(what, "it is empty or made of dots"));
        }
        self.tail.push('/');
        encode_segment(&mut self.tail, text);
        Ok(self)
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// Everything but letters, digits, `-`, `_`, `.` and `~` is written as `%XX`: a name cannot leave its segment.
fn encode_segment(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push_str(&hex::encode_upper([byte]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static READ: Endpoint =
        Endpoint::repeatable(Method::GET, "/wix-data/v2/items", "GET /wix-data/v2/items/{id}");

    #[rstest::rstest]
    #[case("a-1_B~.c", "/a-1_B~.c")]
    #[case("a/b?c#d", "/a%2Fb%3Fc%23d")]
    #[case("ä %", "/%C3%A4%20%25")]
    fn an_id_stays_in_its_segment(#[case] id: &str, #[case] tail: &str) {
        assert_eq!(Call::new(&READ).segment("id", id).unwrap().tail, tail);
    }

    #[rstest::rstest]
    #[case("")]
    #[case(".")]
    #[case("..")]
    fn names_that_address_something_else_are_refused(#[case] id: &str) {
        assert!(Call::new(&READ).segment("id", id).unwrap_err().is_malformed());
    }

    #[test]
    fn the_area_is_the_first_segment() {
        assert_eq!(READ.area(), "wix-data");
    }
}
