//! Which licences may be in what ships; deny.toml says the same to cargo-deny.

use crate::metadata;

const ALLOWED: [&str; 10] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unlicense",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
];

/// Packages under other licences, each with the reason.
const EXCEPTIONS: [(&str, &str); 1] = [(
    "option-ext",
    "MPL-2.0, which covers its own files only; used unchanged, and only while rust-embed builds",
)];

/// Whether an SPDX expression can be met by allowed licences alone.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let (allowed, rest) = either(&words);
    allowed && rest.is_empty()
}

fn either<'a>(words: &'a [&'a str]) -> (bool, &'a [&'a str]) {
    let (mut allowed, mut rest) = both(words);
    while let Some((&"OR", after)) = rest.split_first() {
        let (other, left) = both(after);
        (allowed, rest) = (allowed || other, left);
    }
    (allowed, rest)
}

fn both<'a>(words: &'a [&'a str]) -> (bool, &'a [&'a str]) {
    let (mut allowed, mut rest) = one(words);
    while let Some((&"AND", after)) = rest.split_first() {
        let (other, left) = one(after);
        (allowed, rest) = (allowed && other, left);
    }
    (allowed, rest)
}

fn one<'a>(words: &'a [&'a str]) -> (bool, &'a [&'a str]) {
    match words.split_first() {
        Some((&"(", inner)) => {
            let (allowed, rest) = either(inner);
            (allowed, rest.get(1..).unwrap_or_default())
        }
        // An exception to a licence gives more rights, never fewer.
        Some((name, [with, _, rest @ ..])) if *with == "WITH" => (ALLOWED.contains(name), rest),
        Some((name, rest)) => (ALLOWED.contains(name), rest),
        None => (false, words),
    }
}

#[test]
fn everything_that_ships_has_an_allowed_licence() {
    let wrong: Vec<_> = metadata::shipped()
        .into_iter()
        .filter(|package| !EXCEPTIONS.iter().any(|(name, _)| *name == package.name))
        .filter(|package| !is_allowed(&package.licence))
        .map(|package| format!("{} ({:?})", package.name, package.licence))
        .collect();
    assert!(wrong.is_empty(), "not allowed: {wrong:?}");
}

#[test]
fn expressions_are_read_by_their_precedence() {
    assert!(is_allowed("MIT OR GPL-3.0-only"));
    assert!(is_allowed("GPL-3.0-only OR MIT AND ISC"));
    assert!(is_allowed("(MIT OR GPL-3.0-only) AND Unicode-3.0"));
    assert!(is_allowed("MIT/Apache-2.0"));
    assert!(is_allowed("Apache-2.0 WITH LLVM-exception"));
    assert!(!is_allowed("MIT AND GPL-3.0-only"));
    assert!(!is_allowed("(MIT OR ISC) AND GPL-3.0-only"));
    assert!(!is_allowed("GPL-3.0-only WITH Classpath-exception-2.0"));
    assert!(!is_allowed(""));
}
