//! Reading JSON that came from outside: depth is bounded before parsing, and errors never quote the input.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::Error;

/// How deep arrays and objects may nest. Wix's own documents stay below 10.
pub(crate) const MAX_DEPTH: usize = 64;

/// Parses `text`, which must be a JSON object, as `T`.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, Error> {
    check_depth(text, what)?;
    if !is_object(text) {
        return Err(Error::malformed(what, "not a JSON object"));
    }
    serde_json::from_str(text).map_err(|error| Error::malformed(what, describe(&error)))
}

/// Parses `bytes`, which must be UTF-8, as `T`.
pub(crate) fn parse_bytes<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::malformed(what, "not UTF-8"))?;
    parse(text, what)
}

/// Whether `text`, if it is JSON, is an object. serde would also fill a struct from an array, by position.
pub(crate) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// Refuses text that nests deeper than [`MAX_DEPTH`].
pub(crate) fn check_depth(text: &str, what: &'static str) -> Result<(), Error> {
    if depth(text) > MAX_DEPTH { Err(Error::malformed(what, "nested too deeply")) } else { Ok(()) }
}

/// A fixed sentence for a parse error: serde_json's own text quotes the offending value.
pub(crate) fn describe(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        Category::Data => "a field is missing or has the wrong type",
        Category::Eof => "the JSON ends early",
        Category::Syntax | Category::Io => "not JSON",
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::Value;

    #[derive(Debug, Deserialize)]
    struct Thing {
        #[serde(rename = "number")]
        _number: u8,
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        assert_eq!(depth(r#"{"a":["[[[[\"[[",{}]}"#), 3);
    }

    #[test]
    fn nesting_is_accepted_up_to_the_limit_and_refused_beyond() {
        let nested = |n: usize| format!("{}1{}", r#"{"a":"#.repeat(n), "}".repeat(n));
        assert!(parse::<Value>(&nested(MAX_DEPTH), "test").is_ok());
        assert!(parse::<Value>(&nested(MAX_DEPTH + 1), "test").unwrap_err().is_malformed());
        assert!(parse::<Value>(&nested(100_000), "test").unwrap_err().is_malformed());
    }

    #[test]
    fn a_struct_is_not_filled_from_an_array() {
        assert!(parse::<Thing>(r#" {"number": 1}"#, "test").is_ok());
        assert!(parse::<Thing>("[1]", "test").unwrap_err().is_malformed());
    }

    #[test]
    fn errors_never_quote_the_input() {
        let error = parse::<Thing>(r#"{"number": "s3cr3t"}"#, "test").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cr3t"));
    }
}
