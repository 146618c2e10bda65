//! Reading Stripe's JSON: by path, tolerant of what is absent, never of what is of a wrong kind where money hangs on it.

use serde_json::Value;
use wixapp_core::clock::Timestamp;

use crate::error::Error;

/// How deep arrays and objects may nest. Stripe's own documents stay below 15.
const MAX_DEPTH: usize = 64;

/// Parses `bytes`, which must be a JSON object.
pub(crate) fn object(bytes: &[u8], what: &'static str) -> Result<Value, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::malformed(what, "not UTF-8"))?;
    if depth(text) > MAX_DEPTH {
        return Err(Error::malformed(what, "nested too deeply"));
    }
    let value: Value = serde_json::from_str(text).map_err(|_| Error::malformed(what, "not JSON"))?;
    if value.is_object() { Ok(value) } else { Err(Error::malformed(what, "not a JSON object")) }
}

/// The text at a JSON pointer; `None` when it is absent, null or empty.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

/// The id at a JSON pointer: a text, or an expanded object that has one.
pub(crate) fn id(value: &Value, pointer: &str) -> Option<String> {
    let found = value.pointer(pointer)?;
    let id = found.as_str().or_else(|| found.get("id")?.as_str())?;
    is_id(id).then(|| id.to_owned())
}

/// The moment at a JSON pointer, written in seconds since the Unix epoch.
pub(crate) fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    Timestamp::from_second(value.pointer(pointer)?.as_i64()?).ok()
}

/// The number at a JSON pointer.
pub(crate) fn number(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer)?.as_i64()
}

/// Whether the value at a JSON pointer is `true`.
pub(crate) fn is_true(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or(false)
}

/// The entries of the list at a JSON pointer (`{"object": "list", "data": […]}`).
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(|list| list.get("data")?.as_array()).into_iter().flatten()
}

/// Whether the text can be an id of Stripe's: at most 255 letters, digits and `_`.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=255).contains(&text.len()) && text.bytes().all(allowed)
}

/// The deepest nesting of brackets outside strings; exact for JSON, merely some number for anything else.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b']' | b'}' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
