//! Texts that people send, checked in words they understand.

use wixapp::prelude::*;

/// How many words a list may have, and how long each may be.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) count: usize,
    pub(crate) length: usize,
}

/// The text without the white space around it, if it is neither too short nor too long.
pub(crate) fn check_text(field: &str, text: &str, least: usize, most: usize) -> Result<String, ApiError> {
    let text = text.trim();
    let length = text.chars().count();
    if length < least || length > most {
        let why = format!("`{field}` has {least} to {most} characters; this one has {length}.");
        return Err(ApiError::invalid(why));
    }
    Ok(text.to_owned())
}

/// The words, each once.
pub(crate) fn check_words(field: &str, words: &[String], limit: Limit) -> Result<Vec<String>, ApiError> {
    if words.len() > limit.count {
        let why = format!("`{field}` has at most {} words; these are {}.", limit.count, words.len());
        return Err(ApiError::invalid(why));
    }
    let mut checked: Vec<String> = Vec::new();
    for word in words {
        let word = check_text(field, word, 1, limit.length)?;
        if !checked.iter().any(|other| other.to_lowercase() == word.to_lowercase()) {
            checked.push(word);
        }
    }
    Ok(checked)
}
