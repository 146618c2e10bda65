//! The words of a search.

use serde_json::{Value, json};

/// Words to search for in the texts of items ([`Query::search`](super::Query::search)); a text alone means all of its
/// words.
///
/// # Example
/// ```
/// use wixapp_platform::data::Search;
/// let either = Search::any("tea coffee");
/// assert_eq!(Search::from("green tea"), Search::all("green tea"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    words: String,
    mode: &'static str,
    fuzzy: bool,
}

impl Search {
    /// All of the words must be there.
    ///
    /// # Example
    /// ```
    /// let search = wixapp_platform::data::Search::all("green tea");
    /// ```
    pub fn all(words: impl Into<String>) -> Self {
        Self { words: words.into(), mode: "AND", fuzzy: false }
    }

    /// At least one of the words must be there.
    ///
    /// # Example
    /// ```
    /// let search = wixapp_platform::data::Search::any("tea coffee");
    /// ```
    pub fn any(words: impl Into<String>) -> Self {
        Self { mode: "OR", ..Self::all(words) }
    }

    /// Takes words that are nearly the same, too.
    ///
    /// # Example
    /// ```
    /// let search = wixapp_platform::data::Search::all("cofee").fuzzy();
    /// ```
    #[must_use]
    pub fn fuzzy(self) -> Self {
        Self { fuzzy: true, ..self }
    }

    pub(super) fn json(self) -> Value {
        let mut json = json!({ "expression": self.words, "mode": self.mode });
        if self.fuzzy {
            json["fuzzy"] = true.into();
        }
        json
    }
}

impl From<&str> for Search {
    fn from(words: &str) -> Self {
        Self::all(words)
    }
}

impl From<String> for Search {
    fn from(words: String) -> Self {
        Self::all(words)
    }
}
