use std::fmt::Debug;

use rstest::rstest;
use serde::Deserialize;

use super::*;
use crate::id::HoldId;

/// What only a programmer would understand, or what only serde says.
const JARGON: [&str; 14] = [
    "invalid type",
    "invalid value",
    "invalid digit",
    ", expected",
    "i64",
    "u64",
    "struct",
    "variant",
    "column",
    "deserialize",
    "target type",
    "unit value",
    "recursion",
    "EOF",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only read")]
struct Order {
    amount: Amount,
    #[serde(default)]
    hold_id: Option<HoldId>,
    note: Option<String>,
    ttl_s: Option<Whole<1, 60>>,
    count: Option<u32>,
    share: Option<f64>,
    urgent: Option<bool>,
    pay: Option<Pay>,
    lines: Option<Vec<Line>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(dead_code, reason = "only read")]
enum Pay {
    Monthly,
    Yearly,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only read")]
struct Line {
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only read")]
struct Page {
    limit: Option<Whole<1, 100>>,
    cursor: Option<Amount>,
    after: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[track_caller]
fn sentence<T: Debug>(read: Result<T, Unreadable>) -> String {
    let sentence = read.unwrap_err().to_string();
    assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
    let found = JARGON.iter().find(|word| sentence.contains(*word));
    assert_eq!(found, None, "{sentence}");
    sentence
}

#[rstest]
#[case("1.5", "not 1.5.")]
#[case("1e2", "not 1e2.")]
#[case("1e309", "not 1e309.")]
#[case("-1e309", "not -1e309.")]
#[case("NaN", "not NaN.")]
#[case("Infinity", "not Infinity.")]
#[case("-1", "not -1.")]
#[case("0", "not 0.")]
#[case("\"5\"", "not text.")]
#[case("\"\"", "not text.")]
#[case("true", "not true.")]
#[case("null", "not null.")]
#[case("[]", "not a list.")]
#[case("{}", "not an object.")]
#[case("9223372036854775808", "and 9223372036854775808 is too large.")]
#[case("99999999999999999999999", "and 99999999999999999999999 is too large.")]
fn an_amount_says_what_it_must_be_and_what_came(#[case] value: &str, #[case] end: &str) {
    let text = sentence(read_json::<Order>(format!("{{\"amount\":{value}}}").as_bytes()));
    let start = "`amount` must be a whole number of 1 or more";
    assert!(text.starts_with(start) && text.ends_with(end), "{text}");
}

#[rstest]
#[case(r#"{}"#, "`amount` is missing.")]
#[case(r#"{"amount":1,"amount":2}"#, "`amount` is there twice.")]
#[case(r#"{"amount":1,"note":5}"#, "`note` must be text, not a number.")]
#[case(r#"{"amount":1,"note":1e309}"#, "`note` must be text, not a number.")]
#[case(r#"{"amount":1,"note":{}}"#, "`note` must be text, not an object.")]
#[case(r#"{"amount":1,"ttlS":61}"#, "`ttlS` must be a whole number between 1 and 60, not 61.")]
#[case(r#"{"amount":1,"count":-1}"#, "`count` must be a whole number of 0 or more, not -1.")]
#[case(
    r#"{"amount":1,"count":4294967296}"#,
    "`count` must be a whole number of 0 or more, and 4294967296 is too large."
)]
#[case(r#"{"amount":1,"share":"a"}"#, "`share` must be a number, not text.")]
#[case(r#"{"amount":1,"share":1e309}"#, "`share` must be a number, not 1e309.")]
#[case(r#"{"amount":1,"urgent":1}"#, "`urgent` must be true or false, not a number.")]
#[case(r#"{"amount":1,"pay":"monthly"}"#, "`pay` must be `MONTHLY` or `YEARLY`.")]
#[case(r#"{"amount":1,"pay":true}"#, "`pay` must be `MONTHLY` or `YEARLY`.")]
#[case(r#"{"amount":1,"pay":{"YEARLY":1}}"#, "`pay` must be `MONTHLY` or `YEARLY`.")]
#[case(r#"{"amount":1,"lines":{}}"#, "`lines` must be a list, not an object.")]
#[case(r#"{"amount":1,"lines":[{"text":"a"},{}]}"#, "`lines[1].text` is missing.")]
#[case(r#"{"amount":1,"lines":[{"text":5}]}"#, "`lines[0].text` must be text, not a number.")]
#[case(
    r#"{"amount":1,"holdId":"a b"}"#,
    "`holdId` is not right: an id is 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'."
)]
#[case("[1]", "The body must be a JSON object.")]
#[case("null", "The body must be a JSON object.")]
#[case("\"a\"", "The body must be a JSON object.")]
#[case("1e309", "The body must be a JSON object.")]
fn a_field_that_does_not_fit_is_named(#[case] body: &str, #[case] expected: &str) {
    let read = read_json::<Order>(body.as_bytes());
    assert!(matches!(read, Err(Unreadable::Unfit(_))), "{read:?}");
    assert_eq!(sentence(read), expected);
}

#[test]
fn an_unknown_field_is_told_the_known_ones() {
    assert_eq!(
        sentence(read_query::<Page>("surprise=1")),
        "`surprise` is not known: the query may have `limit`, `cursor` and `after`."
    );
    assert_eq!(sentence(read_json::<Nothing>(b"{\"a\":1}")), "`a` is not known: nothing is expected here.");
    let long = format!("{{\"amount\":1,\"{}\\n`\":1}}", "x".repeat(200));
    let text = sentence(read_json::<Order>(long.as_bytes()));
    assert!(
        text.starts_with(&format!("`{}…` is not known: the fields are `amount`,", "x".repeat(60))),
        "{text}"
    );
}

#[rstest]
#[case("", "The body is empty: a JSON object belongs there.")]
#[case(" \n", "The body is empty: a JSON object belongs there.")]
#[case("{", "it ends too early.")]
#[case("{\"amount\":", "it ends too early.")]
#[case("{\"amount", "it ends too early.")]
#[case("{\"amount\":1,}", "a name in double quotes is missing at line 1, character 13.")]
#[case("{\"amount\" 1}", "a `:` is missing at line 1, character 11.")]
#[case("{\n \"note\": \"ä\" \"b\"}", "a comma or `}` is missing at line 2, character 14.")]
#[case("{\"lines\":[1 2]}", "a comma or `]` is missing at line 1, character 13.")]
#[case("{\"note\":nul}", "a value is missing or not written as JSON asks at line 1, character 9.")]
#[case("{\"amount\":01}", "a value is missing or not written as JSON asks at line 1, character 11.")]
#[case("{} {}", "there is more behind its end, at line 1, character 4.")]
#[case("NaN", "a value is missing or not written as JSON asks at line 1, character 1.")]
#[case(
    "{\"note\":\"\\ud800\"}",
    "a text has an escape or control character that JSON does not have, at line 1, character 9."
)]
fn broken_json_says_where(#[case] body: &str, #[case] end: &str) {
    let read = read_json::<Order>(body.as_bytes());
    assert!(matches!(read, Err(Unreadable::Malformed(_))), "{read:?}");
    let text = sentence(read);
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn bytes_that_are_no_text_and_depths_nobody_needs_are_refused() {
    let text = sentence(read_json::<Order>(b"{\"note\":\"\xff\"}"));
    assert_eq!(text, "The body is not valid JSON: byte 10 of it is no text (UTF-8).");
    for depth in [130, 30_000] {
        let deep = format!("{{\"a\":{}", "[".repeat(depth));
        assert_eq!(
            sentence(read_json::<Order>(deep.as_bytes())),
            "The body is not valid JSON: it is nested too deeply."
        );
    }
}

#[rstest]
#[case("limit=0", "`limit` must be a whole number between 1 and 100, not 0.")]
#[case("limit=1.5", "`limit` must be a whole number between 1 and 100, not 1.5.")]
#[case("limit=ten", "`limit` must be a whole number between 1 and 100, not text.")]
#[case("limit=%31%30%31", "`limit` must be a whole number between 1 and 100, not 101.")]
#[case("limit=", "`limit` must be a whole number between 1 and 100, not an empty value.")]
#[case("limit", "`limit` must be a whole number between 1 and 100, not an empty value.")]
#[case("limit=5+0", "`limit` must be a whole number between 1 and 100, not text.")]
#[case(
    "limit=99999999999999999999",
    "`limit` must be a whole number between 1 and 100, not 99999999999999999999."
)]
#[case(
    "cursor=99999999999999999999",
    "`cursor` must be a whole number of 1 or more, and 99999999999999999999 is too large."
)]
#[case("limit=1&limit=2", "`limit` is there twice.")]
#[case("after=%zz", "The query has a `%` without two hexadecimal digits behind it.")]
#[case("after=%4", "The query has a `%` without two hexadecimal digits behind it.")]
#[case("after=%ff", "The query holds bytes that are no text (UTF-8).")]
fn a_query_that_does_not_fit_is_refused_in_words(#[case] query: &str, #[case] expected: &str) {
    assert_eq!(sentence(read_query::<Page>(query)), expected);
}

#[test]
fn what_fits_is_read() {
    let page: Page = read_query("limit=100&after=a%20b+c%C3%A4").unwrap();
    assert_eq!((page.limit.unwrap().get(), page.after.as_deref()), (100, Some("a b cä")));
    assert!(read_query::<Page>("").unwrap().cursor.is_none());
    let order: Order = read_json(br#" {"amount": 9223372036854775807, "ttlS": null}"#).unwrap();
    assert_eq!((order.amount.get(), order.ttl_s), (i64::MAX, None));
    let line: Order = read_toml("amount = 1\nshare = 0.5\n[[lines]]\ntext = 'a'").unwrap();
    assert_eq!((line.share, line.lines.unwrap()[0].text.as_str()), (Some(0.5), "a"));
}

#[test]
fn a_file_says_its_line_or_its_field() {
    assert_eq!(sentence(read_toml::<Order>("amount = 1\nlines = [{}]")), "`lines[0].text` is missing.");
    assert_eq!(
        sentence(read_toml::<Order>("amount = 1.5")),
        "`amount` must be a whole number of 1 or more, not 1.5."
    );
    let text = read_toml::<Order>("amount = 1\n\n[x").unwrap_err().to_string();
    assert!(text.starts_with("line 3: "), "{text}");
    assert_eq!(
        sentence(read_toml::<Order>("\namount = 99999999999999999999")),
        "line 2: a number is too large."
    );
}

#[test]
fn no_text_that_was_sent_is_repeated() {
    for body in [
        r#"{"amount":"s3cret"}"#,
        r#"{"amount":1,"pay":"s3cret"}"#,
        r#"{"amount":1,"holdId":"s3cret s3cret"}"#,
        r#"{"amount":1,"note":"s3cret" "s3cret"}"#,
    ] {
        assert!(!sentence(read_json::<Order>(body.as_bytes())).contains("s3cret"), "{body}");
    }
    assert!(!sentence(read_query::<Page>("limit=s3cret")).contains("s3cret"));
}
