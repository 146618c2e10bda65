//! Queries: what is asked, run over a site's collections.

pub(crate) mod find;
pub(crate) mod order;
pub(crate) mod page;
pub(crate) mod shape;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use self::find::{Want, find};
use self::order::{Position, Sorting};
use self::page::{Page, PageInfo, Start, bad_cursor, decode_cursor, encode_cursor};
use super::error::DataError;
use super::filter::Filter;
use super::store::op::SiteData;

const CURSOR: &str = "query";

/// A query whose parts were checked.
pub(crate) struct Query {
    pub(crate) collection: String,
    pub(crate) filter: Value,
    pub(crate) sorting: Sorting,
    pub(crate) page: Page,
    pub(crate) total: bool,
}

/// Where a page begins, and which way it is read.
struct Begin {
    filter: Value,
    sorting: Sorting,
    from: Option<Position>,
    backwards: bool,
    offset: usize,
}

/// The items of a query's page, and what is known of the pages around it.
pub(crate) fn run(site: &mut SiteData, query: &Query) -> Result<(Vec<Value>, PageInfo), DataError> {
    let begin = query.begin()?;
    let filter = Filter::parse(Some(&begin.filter))?;
    let collection = site.collection(&query.collection)?;
    let want = Want {
        filter: &filter,
        sorting: &begin.sorting,
        from: begin.from.as_ref(),
        backwards: begin.backwards,
        skip: begin.offset,
        limit: query.page.limit,
    };
    let found = find(collection, &want);
    let total = query.total.then(|| find::count(collection, &filter));
    let cursor = |place: Option<&(u64, Value)>, backwards: bool| {
        let (seq, item) = place?;
        let at = begin.sorting.position(item, *seq).json();
        let state = json!({
            "collection": query.collection, "filter": begin.filter, "sort": begin.sorting.json(),
            "at": at, "back": backwards,
        });
        Some(encode_cursor(CURSOR, state))
    };
    let by_offset = matches!(query.page.start, Start::Offset(_));
    // Read backwards, there is always the page it came from; read forwards, there is one before every place but the first.
    let has_next = if begin.backwards { true } else { found.more };
    let has_prev = if begin.backwards { found.more } else { !by_offset || begin.offset > 0 };
    let info = PageInfo {
        count: found.items.len(),
        offset: by_offset.then_some(begin.offset),
        total,
        next: has_next.then(|| cursor(found.items.last(), false)).flatten(),
        prev: has_prev.then(|| cursor(found.items.first(), true)).flatten(),
    };
    Ok((found.items.into_iter().map(|(_, item)| item).collect(), info))
}

impl Query {
    fn begin(&self) -> Result<Begin, DataError> {
        match &self.page.start {
            Start::Offset(offset) => Ok(Begin {
                filter: self.filter.clone(),
                sorting: self.sorting.clone(),
                from: None,
                backwards: false,
                offset: *offset,
            }),
            Start::Cursor(cursor) => self.resume(decode_cursor(CURSOR, cursor)?).ok_or_else(bad_cursor),
        }
    }

    fn resume(&self, mut state: Value) -> Option<Begin> {
        if state["collection"].as_str()? != self.collection {
            return None;
        }
        let fields = serde_json::from_value(state["sort"].take()).ok()?;
        let sorting = Sorting::parse(Some(&fields)).ok()?;
        Some(Begin {
            from: Some(Position::parse(&state["at"], &sorting)?),
            backwards: state["back"].as_bool()?,
            filter: state["filter"].take(),
            sorting,
            offset: 0,
        })
    }
}
