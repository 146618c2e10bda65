//! Reading what callers send, and saying what is wrong with it in sentences a person understands.
//!
//! A good request is read by serde_json and nothing else. Only when that fails is the text read a second time, slowly, to
//! find out which field is wrong, what belongs there and what came. The sentences name fields and numbers; they repeat no
//! text that was sent, which may be a secret in the wrong place.

mod fit;
mod query;
mod tree;
mod unfit;
mod whole;

use serde::de::DeserializeOwned;

pub use query::query_pairs;
use tree::Tree;
pub use whole::{Amount, Whole};

/// Why something could not be read, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not the kind of text it should be: broken JSON, broken TOML.
    #[error("{0}")]
    Malformed(String),
    /// It is, and something in it is missing, too much, or not what belongs there.
    #[error("{0}")]
    Unfit(String),
}

/// Reads a JSON object as `T`.
///
/// # Example
/// ```
/// use wixapp_core::input::{Amount, Unreadable, read_json};
/// #[derive(serde::Deserialize, Debug)]
/// struct Spend { amount: Amount }
/// assert_eq!(read_json::<Spend>(br#"{"amount": 5}"#).unwrap().amount.get(), 5);
/// let refused = read_json::<Spend>(br#"{"amount": 1.5}"#).unwrap_err();
/// assert_eq!(refused.to_string(), "`amount` must be a whole number of 1 or more, not 1.5.");
/// ```
///
/// # Errors
/// [`Unreadable`] with the sentence for the caller.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    // serde would also take an array of the fields in their order.
    if bytes.trim_ascii_start().first() == Some(&b'{')
        && let Ok(value) = serde_json::from_slice(bytes)
    {
        return Ok(value);
    }
    let tree = tree::parse(bytes)?;
    match fit::fit::<T>(tree, unfit::Place::Body) {
        Err(sentence) => Err(Unreadable::Unfit(sentence)),
        // Only serde_json knows what is wrong.
        Ok(_) => Err(Unreadable::Unfit("A value in the body is not acceptable.".to_owned())),
    }
}

/// Reads the part of an address behind `?` as `T`; each name may stand there once.
///
/// # Errors
/// [`Unreadable`] with the sentence for the caller.
pub fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Unreadable> {
    let pairs = query_pairs(query)?.into_iter().map(|(name, text)| (name, Tree::Loose(text)));
    fit::fit(Tree::Object(pairs.collect()), unfit::Place::Query).map_err(Unreadable::Unfit)
}

/// Reads a TOML file's text as `T`.
///
/// # Errors
/// [`Unreadable`] with the sentence for whoever wrote the file.
pub fn read_toml<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    read_table(parse_toml(text)?)
}

/// Reads what a TOML file holds, whatever it is.
///
/// # Errors
/// [`Unreadable::Malformed`] with the line.
pub fn parse_toml(text: &str) -> Result<toml::Table, Unreadable> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        // The parser speaks of its own types only where a number is larger than all of them.
        let why = if error.message().contains("i128") { "a number is too large" } else { error.message() };
        Unreadable::Malformed(format!("line {line}: {why}."))
    })
}

/// Reads what a TOML file holds as `T`.
///
/// # Errors
/// [`Unreadable::Unfit`] with the sentence for whoever wrote the file.
pub fn read_table<T: DeserializeOwned>(table: toml::Table) -> Result<T, Unreadable> {
    fit::fit(toml::Value::Table(table).into(), unfit::Place::File).map_err(Unreadable::Unfit)
}

#[cfg(test)]
mod tests;
