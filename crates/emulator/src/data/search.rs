//! Search: items whose texts hold the words asked for.

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::DataError;
use super::filter::Filter;
use super::query::find;
use super::query::order::{Position, SortField, Sorting};
use super::query::page::{CursorPaging, Page, PageInfo, Paging, resume, slice};
use super::store::collection::Collection;
use super::value::folded;

const CURSOR: &str = "search";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Search {
    filter: Option<Value>,
    sort: Option<Vec<SortField>>,
    fields: Option<Vec<String>>,
    search: Option<Words>,
    paging: Option<Paging>,
    cursor_paging: Option<CursorPaging>,
}

#[derive(Debug, Default, Deserialize)]
struct Words {
    expression: Option<String>,
    mode: Option<String>,
    fuzzy: Option<bool>,
}

impl Search {
    pub(crate) fn fields(&self) -> &[String] {
        self.fields.as_deref().unwrap_or_default()
    }
}

/// The items that hold all of the words, or in the mode `OR` any; in the order asked for, else the newest first.
pub(crate) fn run(collection: &mut Collection, search: &Search) -> Result<(Vec<Value>, PageInfo), DataError> {
    let page = Page::parse(search.paging.as_ref(), search.cursor_paging.as_ref())?;
    let words = search.search.as_ref();
    let fresh = json!({
        "filter": search.filter, "sort": search.sort,
        "text": words.and_then(|words| words.expression.as_deref()),
        "mode": words.and_then(|words| words.mode.as_deref()),
        "fuzzy": words.and_then(|words| words.fuzzy).unwrap_or(false),
    });
    let (mut request, offset) = resume(CURSOR, fresh, &page)?;
    let wanted = Wanted::parse(&request)?;
    let filter = Filter::parse(Some(&request["filter"]))?;
    let fields: Option<Vec<SortField>> = serde_json::from_value(request["sort"].clone()).unwrap_or_default();
    let sorting = Sorting::parse(fields.as_ref())?;
    let mut found: Vec<(Position, Value)> = Vec::new();
    let mut number = 0;
    find::each(collection, &filter, |item| {
        number += 1;
        if wanted.is_in(&item) {
            found.push((sorting.position(&item, number), item));
        }
    });
    found.sort_by(|(a, _), (b, _)| sorting.compare(a, b));
    let items: Vec<Value> = found.into_iter().map(|(_, item)| item).collect();
    let request = request.take();
    Ok(slice(CURSOR, items, &page, offset, true, &request))
}

struct Wanted {
    words: Vec<String>,
    any: bool,
    fuzzy: bool,
}

impl Wanted {
    fn parse(request: &Value) -> Result<Self, DataError> {
        let any = match request["mode"].as_str() {
            None | Some("AND") => false,
            Some("OR") => true,
            Some(_) => {
                return Err(DataError::field("search.search.mode", "must be AND or OR", "INVALID_ENUM"));
            }
        };
        let words = words_of(request["text"].as_str().unwrap_or_default());
        Ok(Self { words, any, fuzzy: request["fuzzy"] == true })
    }

    fn is_in(&self, item: &Value) -> bool {
        let mut have = Vec::new();
        collect(item, &mut have);
        let holds =
            |word: &String| have.iter().any(|text| text == word || (self.fuzzy && is_close(text, word)));
        if self.any && !self.words.is_empty() {
            self.words.iter().any(holds)
        } else {
            self.words.iter().all(holds)
        }
    }
}

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| folded(word).into_owned()).collect()
}

/// The words of all texts in an item but those of the platform's own fields.
fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.extend(words_of(text)),
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, words)),
        Value::Object(fields) => {
            let own = fields.iter().filter(|(name, _)| !name.starts_with('_') && *name != "$date");
            own.for_each(|(_, value)| collect(value, words));
        }
        _ => {}
    }
}

/// Whether one letter more, less or other makes the two the same.
fn is_close(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long.iter()).take_while(|(a, b)| a == b).count();
    let rest = if short.len() == long.len() { short.get(same + 1..) } else { short.get(same..) };
    rest.unwrap_or_default() == long.get(same + 1..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_may_differ_and_no_more() {
        for (a, b) in
            [("tea", "tea"), ("tea", "ten"), ("tea", "te"), ("tea", "team"), ("tea", "stea"), ("", "a")]
        {
            assert!(is_close(a, b) && is_close(b, a), "{a} {b}");
        }
        for (a, b) in [("tea", "t"), ("tea", "eat"), ("coffee", "coffees2"), ("ab", "ba")] {
            assert!(!is_close(a, b) && !is_close(b, a), "{a} {b}");
        }
    }
}
