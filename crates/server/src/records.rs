//! Records at the door of the server: found, listed page by page, and changed for the owner who asks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wixapp_core::clock::{from_micros, to_micros};
use wixapp_core::{ErrorCode, InstanceId};
use wixapp_store::{Record, RecordError, RecordFilter, RecordPlace, Stored, Tx, Want};

use crate::error::ApiError;
use crate::extract::{OwnerSession, ensure_installed};
use crate::state::App;
use crate::work::reconcile;

/// A place in a list of records. Callers get it, send it back, and need not know what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordCursor(pub RecordPlace);

impl From<RecordCursor> for String {
    fn from(RecordCursor(place): RecordCursor) -> Self {
        format!("{:016x}{}", to_micros(place.at), hex::encode(place.id))
    }
}

impl TryFrom<String> for RecordCursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "it must be the `nextCursor` of another page";
        let (micros, id) = text.split_at_checked(16).ok_or(WRONG)?;
        let micros = u64::from_str_radix(micros, 16).map_err(|_| WRONG)?;
        let id = hex::decode(id).ok().and_then(|id| String::from_utf8(id).ok()).ok_or(WRONG)?;
        let at: Timestamp = from_micros(micros.cast_signed());
        let cursor = Self(RecordPlace { at, id });
        // Only what was given out: any other text of the same place would be a second name for it.
        if !cursor.0.id.contains('\0') && String::from(cursor.clone()) == text {
            Ok(cursor)
        } else {
            Err(WRONG)
        }
    }
}

/// A stretch of a list, newest first.
#[derive(Debug, Clone)]
pub struct RecordPage<R> {
    /// The records.
    pub records: Vec<Stored<R>>,
    /// Where the next stretch begins; `None` at the end.
    pub next: Option<RecordCursor>,
}

impl App {
    /// The record of this id in the caller's instance.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none; [`ErrorCode::Unavailable`] when the database cannot be used.
    pub async fn find_record<R: Record>(
        &self,
        session: &OwnerSession,
        id: &str,
    ) -> Result<Stored<R>, ApiError> {
        let found = self.store.find_record(&session.instance_id, id).await?;
        found.ok_or_else(|| RecordError::Missing.into())
    }

    /// A stretch of the caller's records, newest first, `limit` at most; [`RecordFilter::before`] is where it begins.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the database cannot be used.
    pub async fn list_records<R: Record>(
        &self,
        session: &OwnerSession,
        filter: &RecordFilter,
        limit: u32,
    ) -> Result<RecordPage<R>, ApiError> {
        let limit = usize::try_from(limit.max(1)).unwrap_or(1);
        // One more says whether there is another page.
        let more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let mut records = self.store.list_records(&session.instance_id, filter, more).await?;
        let is_last = records.len() <= limit;
        records.truncate(limit);
        let next = records.last().filter(|_| !is_last).map(|last| RecordCursor(RecordPlace::of(last)));
        Ok(RecordPage { records, next })
    }

    /// Decides on the caller's instance: on records, jobs and credits in one transaction, which leaves no trace when `decide`
    /// refuses. It is pure, sees what `want` names, and may run more than once.
    ///
    /// # Errors
    /// The decision's own refusal; [`ErrorCode::Forbidden`] when the app was removed from the site;
    /// [`ErrorCode::Unavailable`] when the database cannot be used.
    ///
    /// # Example
    /// ```no_run
    /// # use serde::{Deserialize, Serialize};
    /// # use wixapp_server::{ApiError, App, OwnerSession};
    /// # use wixapp_store::{Record, Stored, Want};
    /// # #[derive(Clone, Serialize, Deserialize)] struct Note { id: String, text: String }
    /// # impl Record for Note { const COLLECTION: &'static str = "notes"; fn id(&self) -> &str { &self.id } }
    /// async fn rename(server: &App, session: &OwnerSession, id: String, text: String) -> Result<Stored<Note>, ApiError> {
    ///     server
    ///         .change(session, Want::money().record::<Note>(&id), move |tx| {
    ///             let mut note = tx.record_at::<Note>(&id, None)?.record;
    ///             note.text.clone_from(&text);
    ///             Ok(tx.save_record(&note)?)
    ///         })
    ///         .await
    /// }
    /// ```
    pub async fn change<T: Send + 'static>(
        &self,
        session: &OwnerSession,
        want: Want,
        decide: impl Fn(&mut Tx) -> Result<T, ApiError> + Send + Sync + 'static,
    ) -> Result<T, ApiError> {
        let decide = move |tx: &mut Tx| {
            ensure_installed(&tx.profile)?;
            decide(tx)
        };
        // It may spend: what a restored copy says of the credits is no word to spend on.
        self.settle_doubt(&session.instance_id).await?;
        self.store.transact(&session.instance_id, want, self.clock.now(), decide).await?
    }

    /// Asks Wix about an instance that is in doubt because the database may be a restored copy; else does nothing, at the cost
    /// of nothing. A job that spends by [`Store::transact`](wixapp_store::Store::transact) calls it first, as handlers need not.
    ///
    /// When Wix does not answer either, what is stored must do, and this succeeds.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the database cannot be used.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(server: &wixapp_server::App, instance_id: &wixapp_core::InstanceId) -> Result<(), wixapp_server::ApiError> {
    /// server.settle_doubt(instance_id).await
    /// # }
    /// ```
    pub async fn settle_doubt(&self, instance_id: &InstanceId) -> Result<(), ApiError> {
        reconcile::settle_doubt(self, instance_id).await.map(|_| ())
    }
}

impl From<RecordError> for ApiError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Missing => Self::new(ErrorCode::NotFound),
            RecordError::Stale { version } => Self::new(ErrorCode::Conflict)
                .with_code("stale")
                .with_message("Somebody else has saved this since you opened it.")
                .with_hint("Load it again and repeat your change.")
                .with_details(json!({ "version": version })),
            RecordError::Unfit { why, .. } => Self::invalid(format!("This cannot be stored: {why}.")),
            RecordError::Unreadable { .. } => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_reads() {
        let place = RecordPlace { at: "2026-03-01T10:00:00.123Z".parse().unwrap(), id: "post_1".to_owned() };
        let text = String::from(RecordCursor(place.clone()));
        assert_eq!(RecordCursor::try_from(text.clone()), Ok(RecordCursor(place)));
        let odd = [
            "",
            "1",
            &text[1..],
            &text.to_uppercase(),
            &format!("{text}0"),
            "äöüäöüäöü",
            &format!("{text}00"),
        ];
        for odd in odd {
            assert!(RecordCursor::try_from((*odd).to_owned()).is_err(), "{odd}");
        }
    }
}
