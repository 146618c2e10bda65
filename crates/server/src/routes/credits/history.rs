//! `GET credits/history`: the ledger entries of an instance, newest first.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wixapp_core::EntryId;
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::{Entry, EntryCode, LedgerAccount};
use wixapp_core::grant::Pool;
use wixapp_core::input::Whole;

use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidQuery};
use crate::openapi::closed;
use crate::reply::Reply;
use crate::state::App;

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// How many entries: 1 to 100, 20 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<Whole<1, 100>>,
    /// `nextCursor` of the page before.
    #[param(value_type = Option<i64>, minimum = 1)]
    cursor: Option<Whole<1, { i64::MAX }>>,
}

/// A page of the history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The entries, newest first.
    pub entries: Vec<EntryView>,
    /// What to send for the next page; absent on the last.
    pub next_cursor: Option<i64>,
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
    /// In words.
    pub text: String,
    /// What could be spent afterwards.
    pub balance_after: i64,
}

impl EntryView {
    fn new(entry: Entry) -> Self {
        let (pool, sign) = match (entry.debit, entry.credit) {
            (_, LedgerAccount::Available(pool)) => (Some(pool), 1),
            (LedgerAccount::Available(pool), _) => (Some(pool), -1),
            _ => (None, 0),
        };
        Self {
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
#[utoipa::path(get, path = "/credits/history", tag = "credits", operation_id = "credits_history", params(HistoryQuery), responses(
    (status = 200, body = Reply<History>),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidQuery(query): ValidQuery<HistoryQuery>,
) -> Result<Reply<History>, ApiError> {
    let limit = query.limit.map_or(20, Whole::get);
    let cursor = query.cursor.map(Whole::get);
    let mut entries = app.store.list_entries(&session.instance_id, cursor, limit + 1).await?;
    let more = entries.len() as i64 > limit;
    entries.truncate(usize::try_from(limit).unwrap_or(0));
    let next_cursor = entries.last().filter(|_| more).map(|entry| entry.seq);
    Ok(Reply::new(History { entries: entries.into_iter().map(EntryView::new).collect(), next_cursor }))
}
