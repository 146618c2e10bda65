//! `GET credits/history`: the ledger entries of an instance, newest first, as a page or as a CSV file.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wixapp_core::EntryId;
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::{Entry, EntryCode, LedgerAccount};
use wixapp_core::grant::Pool;
use wixapp_core::input::Whole;
use wixapp_core::reason::{Reason, ReasonCode};
use wixapp_store::{EntryFilter, EntryPlace};

use super::cursor::Cursor;
use super::export;
use crate::error::ApiError;
use crate::extract::{Moment, OwnerSession, ValidQuery};
use crate::openapi::closed;
use crate::reply::Reply;
use crate::state::App;

/// Which part of the history, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// How many entries: 1 to 100, 20 when left out. A CSV file holds all of them.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<Whole<1, 100>>,
    /// `nextCursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{32}$")]
    cursor: Option<Cursor>,
    /// Only entries of this kind.
    #[param(value_type = Option<closed::EntryKind>)]
    kind: Option<EntryCode>,
    /// Only entries that touched this pool.
    #[param(value_type = Option<closed::Pool>)]
    pool: Option<Pool>,
    /// Only entries from this moment on, for example `2026-03-01T00:00:00Z`.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Moment>,
    /// Only entries before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Moment>,
    /// `json` or `csv`; what the `Accept` header asks for when left out.
    #[param(inline)]
    format: Option<Format>,
}

/// How the history is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A page.
    Json,
    /// A file with everything that the query names.
    Csv,
}

/// A page of the history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The entries, newest first.
    pub entries: Vec<EntryView>,
    /// What to send for the next page; absent on the last.
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

/// One movement of credits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// The entry's id.
    #[schema(value_type = String)]
    pub entry_id: EntryId,
    /// When.
    pub at: Timestamp,
    /// What kind of movement.
    #[schema(value_type = closed::EntryKind, example = "grant")]
    pub kind: EntryCode,
    /// How it changed what can be spent; 0 when reserved credits were spent.
    pub amount: i64,
    /// The pool it touched.
    #[schema(value_type = Option<closed::Pool>)]
    pub pool: Option<Pool>,
    /// In words, in English.
    pub text: String,
    /// What the words say, for a page in another language; not there when somebody wrote them.
    pub reason: Option<ReasonView>,
    /// What could be spent afterwards.
    pub balance_after: i64,
}

/// What the words of an entry say, and of what.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    /// What they say.
    #[schema(value_type = closed::ReasonCode, example = "new_cycle")]
    pub code: ReasonCode,
    /// Of which plan, top-up, promo code or number of credits, where they name one.
    pub name: Option<String>,
    /// Whether the payment behind it was taken back.
    pub refunded: bool,
}

impl From<Reason> for ReasonView {
    fn from(Reason { code, name, refunded }: Reason) -> Self {
        Self { code, name, refunded }
    }
}

impl EntryView {
    /// The entry as its owner sees it.
    #[must_use]
    pub fn new(entry: Entry) -> Self {
        let (pool, sign) = match (entry.debit, entry.credit) {
            (_, LedgerAccount::Available(pool)) => (Some(pool), 1),
            (LedgerAccount::Available(pool), _) => (Some(pool), -1),
            _ => (None, 0),
        };
        Self {
            reason: Reason::of(&entry).map(ReasonView::from),
            entry_id: entry.id,
            at: entry.created_at,
            kind: entry.code,
            amount: sign * entry.amount.get(),
            pool,
            text: entry.cause.reason,
            balance_after: entry.available_after,
        }
    }
}

/// The ledger entries of the caller's instance, newest first.
///
/// Entries that are added later never shift a page: `nextCursor` names a place in the history and no number of pages.
/// As `text/csv` it is a file with every entry that the query names, whatever their number.
#[utoipa::path(get, path = "/credits/history", tag = "credits", operation_id = "credits_history", params(HistoryQuery), responses(
    (status = 200, description = "A page, or a file",
        content((Reply<History> = "application/json"), (String = "text/csv"))),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    headers: HeaderMap,
    ValidQuery(query): ValidQuery<HistoryQuery>,
) -> Result<Response, ApiError> {
    let limit = query.limit.map_or(20, Whole::get);
    if query.from.zip(query.to).is_some_and(|(from, to)| from >= to) {
        return Err(ApiError::invalid("`from` must lie before `to`."));
    }
    let mut filter = EntryFilter {
        code: query.kind,
        pool: query.pool,
        from: query.from.map(|Moment(at)| at),
        to: query.to.map(|Moment(at)| at),
        before: query.cursor.map(|Cursor(place)| place),
    };
    if wants_csv(query.format, &headers) {
        return export::answer(app, session.instance_id, filter).await;
    }
    let mut entries = app.store.list_history(&session.instance_id, &filter, limit + 1).await?;
    let more = entries.len() as i64 > limit;
    entries.truncate(usize::try_from(limit).unwrap_or(0));
    filter.before = entries.last().filter(|_| more).map(EntryPlace::of);
    let next_cursor = filter.before.map(Cursor);
    let entries = entries.into_iter().map(EntryView::new).collect();
    Ok(Reply::new(History { entries, next_cursor }).into_response())
}

fn wants_csv(format: Option<Format>, headers: &HeaderMap) -> bool {
    let accepts = || {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut kinds = values.flat_map(|value| value.split(',')).map(|kind| kind.split(';').next());
        kinds.any(|kind| kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/csv")))
    };
    format.map_or_else(accepts, |format| format == Format::Csv)
}
