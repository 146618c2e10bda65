//! Pages: how many items, from where, and the cursors that lead on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::data::error::DataError;

/// The largest page.
pub(crate) const MAX_PAGE: usize = 1_000;

/// A page when none is asked for.
pub(crate) const DEFAULT_PAGE: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Paging {
    limit: Option<i64>,
    offset: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct CursorPaging {
    limit: Option<i64>,
    cursor: Option<String>,
}

/// What page is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    pub(crate) start: Start,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Start {
    Offset(usize),
    /// Where an earlier page ended.
    Cursor(String),
}

impl Page {
    pub(crate) fn parse(paging: Option<&Paging>, cursor: Option<&CursorPaging>) -> Result<Self, DataError> {
        if let Some(cursor) = cursor {
            let start = match cursor.cursor.as_deref().filter(|cursor| !cursor.is_empty()) {
                Some(cursor) => Start::Cursor(cursor.to_owned()),
                None => Start::Offset(0),
            };
            return Ok(Self { limit: limit("cursorPaging.limit", cursor.limit)?, start });
        }
        let paging = paging.cloned().unwrap_or_default();
        let offset = match usize::try_from(paging.offset.unwrap_or(0)) {
            Ok(offset) => offset,
            Err(_) => return Err(DataError::field("paging.offset", "must be at least 0", "MIN")),
        };
        Ok(Self { limit: limit("paging.limit", paging.limit)?, start: Start::Offset(offset) })
    }
}

fn limit(field: &str, limit: Option<i64>) -> Result<usize, DataError> {
    match limit.map(usize::try_from) {
        None => Ok(DEFAULT_PAGE),
        Some(Ok(limit)) if limit <= MAX_PAGE => Ok(limit),
        Some(Ok(_)) => Err(DataError::field(field, format!("must be at most {MAX_PAGE}"), "MAX")),
        Some(Err(_)) => Err(DataError::field(field, "must be at least 0", "MIN")),
    }
}

/// Writes what a later request needs to go on.
pub(crate) fn encode_cursor(of: &str, state: Value) -> String {
    URL_SAFE_NO_PAD.encode(json!([of, state]).to_string())
}

/// Reads a cursor that was written for the same call.
pub(crate) fn decode_cursor(of: &str, cursor: &str) -> Result<Value, DataError> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let mut value: Value = serde_json::from_slice(&bytes).ok()?;
        if value.get(0)?.as_str()? != of {
            return None;
        }
        value.get_mut(1).map(Value::take)
    };
    read().ok_or_else(bad_cursor)
}

pub(crate) fn bad_cursor() -> DataError {
    DataError::bad("WDE0152", "The cursor is not one this call gave out.")
}

/// `pagingMetadata` of a reply.
#[derive(Debug, Default)]
pub(crate) struct PageInfo {
    pub(crate) count: usize,
    pub(crate) offset: Option<usize>,
    pub(crate) total: Option<usize>,
    pub(crate) next: Option<String>,
    pub(crate) prev: Option<String>,
}

impl PageInfo {
    pub(crate) fn json(&self) -> Value {
        let mut cursors = Map::new();
        for (name, cursor) in [("next", &self.next), ("prev", &self.prev)] {
            if let Some(cursor) = cursor {
                cursors.insert(name.to_owned(), cursor.as_str().into());
            }
        }
        let mut info = json!({
            "count": self.count,
            "tooManyToCount": false,
            "hasNext": self.next.is_some(),
            "cursors": cursors,
        });
        for (name, number) in [("offset", self.offset), ("total", self.total)] {
            if let Some(number) = number {
                info[name] = number.into();
            }
        }
        info
    }
}

/// The request itself, or the one a cursor carries, with where to go on.
pub(crate) fn resume(of: &str, fresh: Value, page: &Page) -> Result<(Value, usize), DataError> {
    match &page.start {
        Start::Offset(offset) => Ok((fresh, *offset)),
        Start::Cursor(cursor) => {
            let mut state = decode_cursor(of, cursor)?;
            let offset = state["offset"].as_u64().and_then(|offset| usize::try_from(offset).ok());
            let request = state.get_mut("request").map(Value::take);
            request.zip(offset).ok_or_else(bad_cursor)
        }
    }
}

/// A page of a list that was worked out whole; `request` comes back with the cursor.
pub(crate) fn slice<T>(
    of: &str,
    list: Vec<T>,
    page: &Page,
    offset: usize,
    total: bool,
    request: &Value,
) -> (Vec<T>, PageInfo) {
    let size = list.len();
    let end = offset.saturating_add(page.limit).min(size);
    let cursor = |offset: usize| Some(encode_cursor(of, json!({ "request": request, "offset": offset })));
    let kept: Vec<T> = list.into_iter().skip(offset).take(page.limit).collect();
    let info = PageInfo {
        count: kept.len(),
        offset: matches!(page.start, Start::Offset(_)).then_some(offset),
        total: total.then_some(size),
        next: if end < size && page.limit > 0 { cursor(end) } else { None },
        prev: if offset > 0 && page.limit > 0 { cursor(offset.saturating_sub(page.limit)) } else { None },
    };
    (kept, info)
}
