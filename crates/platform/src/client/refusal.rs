//! What Wix says with an unsuccessful status.

use serde_json::Value;

use crate::error::Refusal;
use crate::json;

const MAX_MESSAGE_CHARS: usize = 1_000;

/// Reads `{message, details:{applicationError:{code, description}}}` and
/// `{message, details:{validationError:{fieldViolations:[{field, description}]}}}`; anything else says nothing.
pub(super) fn parse(body: &[u8]) -> Refusal {
    let Ok(body) = json::parse_bytes::<Value>(body, "an error of Wix") else { return Refusal::default() };
    let application = body.pointer("/details/applicationError");
    let violations = body.pointer("/details/validationError/fieldViolations");
    let described = application.and_then(|error| error.get("description"));
    Refusal { code: code(application), message: message([body.get("message"), described], violations) }
}

/// Reads what Wix says of one item of many: `{code, description, data:{fieldViolations}}`.
pub(crate) fn of_item(error: &Value) -> Refusal {
    let described = [error.get("description"), None];
    Refusal { code: code(Some(error)), message: message(described, error.pointer("/data/fieldViolations")) }
}

fn code(error: Option<&Value>) -> Option<String> {
    let code = error.and_then(|error| error.get("code")).and_then(Value::as_str);
    code.filter(|code| is_code(code)).map(str::to_owned)
}

/// Only capitals, digits and `_`: a body that echoes a token cannot get it into a log by this way.
fn is_code(text: &str) -> bool {
    let harmless = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    (1..=48).contains(&text.len()) && text.bytes().all(harmless)
}

fn message(said: [Option<&Value>; 2], violations: Option<&Value>) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in said.into_iter().filter_map(text) {
        if !lines.iter().any(|said| said == line) {
            lines.push(line.to_owned());
        }
    }
    let violations = violations.and_then(Value::as_array);
    for violation in violations.into_iter().flatten() {
        let field = text(violation.get("field")).unwrap_or("?");
        lines.push(format!("{field}: {}", text(violation.get("description")).unwrap_or("it is not valid")));
    }
    let message: String = lines.join("; ").chars().take(MAX_MESSAGE_CHARS).collect();
    (!message.is_empty()).then_some(message)
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(r#"{"details":{"applicationError":{"code":"WDE0025"}}}"#, Some("WDE0025"))]
    #[case(r#"{"details":{"applicationError":{"code":"eyJhbGciOi"}}}"#, None)]
    #[case(r#"{"details":{"applicationError":{"code":""}}}"#, None)]
    #[case(r#"{"details":{"applicationError":{"code":7}}}"#, None)]
    #[case(r#"{"message":"no"}"#, None)]
    #[case("<html>", None)]
    fn only_harmless_codes_are_taken_from_an_error(#[case] body: &str, #[case] code: Option<&str>) {
        assert_eq!(parse(body.as_bytes()).code.as_deref(), code);
    }

    #[rstest::rstest]
    #[case(r#"{"message":"no"}"#, Some("no"))]
    #[case(
        r#"{"message":"no","details":{"applicationError":{"code":"A","description":"because"}}}"#,
        Some("no; because")
    )]
    #[case(r#"{"message":"no","details":{"applicationError":{"code":"A","description":"no"}}}"#, Some("no"))]
    #[case(r#"{"message":"","details":{"validationError":{"fieldViolations":[{"field":"a.b","description":"too long"},{}]}}}"#, Some("a.b: too long; ?: it is not valid"))]
    #[case(r#"{"message":7}"#, None)]
    #[case("[]", None)]
    fn words_and_violations_become_one_line(#[case] body: &str, #[case] message: Option<&str>) {
        assert_eq!(parse(body.as_bytes()).message.as_deref(), message);
    }

    #[test]
    fn a_long_message_is_cut() {
        let body = serde_json::json!({"message": "ä".repeat(100_000)}).to_string();
        assert_eq!(parse(body.as_bytes()).message.unwrap().chars().count(), MAX_MESSAGE_CHARS);
    }
}
