//! A history as a CSV file (RFC 4180), written while it is read.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use wixapp_core::InstanceId;
use wixapp_core::entry::Entry;
use wixapp_core::grant::Pool;
use wixapp_store::{EntryFilter, EntryPlace};

use super::history::EntryView;
use crate::error::ApiError;
use crate::state::App;

const HEAD: &str = "entryId,at,kind,pool,amount,balanceAfter,text\r\n";
/// How many entries are read at once.
const PAGE: i64 = 500;

/// The file with every entry that `filter` names.
pub(super) async fn answer(
    app: Arc<App>,
    instance_id: InstanceId,
    mut filter: EntryFilter,
) -> Result<Response, ApiError> {
    // Read before the answer begins: a database that is away is a refusal and no broken file.
    let first = app.store.list_history(&instance_id, &filter, PAGE).await?;
    filter.before = next(&first);
    let head = stream::iter([Ok(Bytes::from_static(HEAD.as_bytes())), Ok(text(first))]);
    let rest = stream::try_unfold(filter, move |mut filter| {
        let (app, instance_id) = (Arc::clone(&app), instance_id.clone());
        async move {
            if filter.before.is_none() {
                return Ok::<_, wixapp_store::Error>(None);
            }
            let page = app.store.list_history(&instance_id, &filter, PAGE).await?;
            filter.before = next(&page);
            Ok(Some((text(page), filter)))
        }
    });
    // What breaks later ends the connection, so that a part is not taken for the whole.
    let rest = rest.inspect_err(|error| tracing::error!(%error, "an export broke off"));
    let mut response = Body::from_stream(head.chain(rest)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"credit-history.csv\""),
    );
    Ok(response)
}

/// Where the next page begins; `None` after the last.
fn next(page: &[Entry]) -> Option<EntryPlace> {
    page.last().filter(|_| page.len() as i64 == PAGE).map(EntryPlace::of)
}

fn text(page: Vec<Entry>) -> Bytes {
    let mut text = String::new();
    for entry in page.into_iter().map(EntryView::new) {
        let fields = [
            entry.entry_id.to_string(),
            entry.at.to_string(),
            entry.kind.as_str().to_owned(),
            entry.pool.map_or("", Pool::as_str).to_owned(),
            entry.amount.to_string(),
            entry.balance_after.to_string(),
            field(&entry.text),
        ];
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text.into()
}

/// A text of somebody else's as a field. One that a table program would run as a formula gets an apostrophe before it,
/// and quotes around it, as whatever holds a separator, a quote or a line end.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if is_formula || text.contains([',', '"', '\r', '\n', ';', '\t']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_formulas_do_not_run() {
        let fields = [
            ("publish", "publish"),
            ("a, b", "\"a, b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("", ""),
        ];
        for (from, to) in fields {
            assert_eq!(field(from), to);
        }
    }
}
