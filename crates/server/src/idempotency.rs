//! Writes that happen once under their `Idempotency-Key`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use wixapp_core::crash::{Moment, here};
use wixapp_core::{ErrorCode, InstanceId};
use wixapp_store::{Reply as StoredReply, Tx, Want};

use crate::error::ApiError;
use crate::extract::{IdempotencyKey, ensure_installed};
use crate::reply::Reply;
use crate::state::App;
use crate::work::reconcile;

/// An answer that is sent byte for byte as it was stored the first time.
#[derive(Debug)]
pub struct OnceReply {
    stored: StoredReply,
    /// Whether this answer was given before.
    pub repeated: bool,
}

impl IntoResponse for OnceReply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.stored.status).unwrap_or(StatusCode::OK);
        let mut response = Response::new(Body::from(self.stored.body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.repeated {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

/// A write that happens once.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Whose.
    pub instance_id: &'a InstanceId,
    /// Its name.
    pub key: &'a IdempotencyKey,
    /// The body it came with: the same key with another body is refused.
    pub request: &'a [u8],
    /// The status of its answer.
    pub status: StatusCode,
}

/// Decides once under the key of `once`: the answer is stored in the same transaction as what the decision changes.
///
/// A repetition of the same request gets the stored answer and changes nothing; another request under the same key is
/// refused with 422, and one that comes while the first is still being answered, or after the data of the site was deleted
/// and the answer with it, with 409. A refusal changes nothing and is
/// not stored, so it may be tried again under the same key.
///
/// # Errors
/// The decision's own refusal; [`ErrorCode::IdempotencyMismatch`]; [`ErrorCode::RequestInProgress`]; [`ErrorCode::Conflict`];
/// [`ErrorCode::Forbidden`] when the app was removed from the site; [`ErrorCode::Unavailable`] when the database cannot be
/// used.
pub async fn decide_once<T: Serialize + Send + 'static>(
    app: &App,
    once: Once<'_>,
    want: Want,
    decide: impl Fn(&mut Tx) -> Result<T, ApiError> + Send + Sync + 'static,
) -> Result<OnceReply, ApiError> {
    let _turn = app.in_flight.turn(once.instance_id, &once.key.key).await?;
    let (name, status) = (once.key.key.clone(), once.status);
    let request_hash = hash(once.key, once.request);
    let doubtful = app.doubtful_before;
    let decision = move |tx: &mut Tx, ask_first: bool| {
        if let Some(known) = known(tx, &name, &request_hash)? {
            return Ok(known);
        }
        if ask_first && reconcile::is_doubtful(&tx.profile, doubtful) {
            return Err(Halt::AskFirst);
        }
        ensure_installed(&tx.profile)?;
        let data = decide(tx)?;
        let body = Reply::new(data).to_text().map_err(|error| ApiError::internal(&error))?;
        let stored = StoredReply { request_hash: request_hash.clone(), status: status.as_u16(), body };
        tx.remember_reply(&name, stored.clone());
        here(Moment::ReplyKept);
        Ok(OnceReply { stored, repeated: false })
    };
    let decision = Arc::new(decision);
    let mut ask_first = true;
    loop {
        let want = want.clone().reply(once.key.key.clone());
        let decide = Arc::clone(&decision);
        let decided =
            app.store.transact(once.instance_id, want, app.clock.now(), move |tx| decide(tx, ask_first));
        let decided = decided.await?;
        here(Moment::WriteDone);
        match decided {
            Ok(reply) => return Ok(reply),
            Err(Halt::Refused(refusal)) => return Err(refusal),
            // Once: when Wix does not know either, what is stored must do.
            Err(Halt::AskFirst) => {
                reconcile::now(app, once.instance_id).await?;
                ask_first = false;
            }
        }
    }
}

/// Does `work` that reaches beyond the database once under the key of `once`: the answer is stored when it is done.
///
/// As [`decide_once`] for a repetition. When the process ends after the work and before its answer is stored, a
/// repetition does it again: so it must be nothing that counts twice, such as a page to pay on.
///
/// # Errors
/// As [`decide_once`], and what `work` is refused with.
pub(crate) async fn answer_once<T: Serialize>(
    app: &App,
    once: Once<'_>,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<OnceReply, ApiError> {
    let _turn = app.in_flight.turn(once.instance_id, &once.key.key).await?;
    let (name, request_hash) = (once.key.key.clone(), hash(once.key, once.request));
    let keep = async |body: Option<String>| {
        let (name, request_hash, status) = (name.clone(), request_hash.clone(), once.status.as_u16());
        let want = Want::money().reply(name.clone());
        let decision = move |tx: &mut Tx| {
            let known = known(tx, &name, &request_hash)?;
            let Some(body) = body.clone().filter(|_| known.is_none()) else { return Ok(known) };
            let stored = StoredReply { request_hash: request_hash.clone(), status, body };
            tx.remember_reply(&name, stored.clone());
            Ok::<_, ApiError>(Some(OnceReply { stored, repeated: false }))
        };
        app.store.transact(once.instance_id, want, app.clock.now(), decision).await?
    };
    if let Some(known) = keep(None).await? {
        return Ok(known);
    }
    let body = Reply::new(work.await?).to_text().map_err(|error| ApiError::internal(&error))?;
    keep(Some(body)).await?.ok_or_else(|| ApiError::new(ErrorCode::Internal))
}

/// The answer that was given under this key before.
fn known(tx: &Tx, key: &str, request_hash: &str) -> Result<Option<OnceReply>, ApiError> {
    match tx.reply(key) {
        Some(stored) if stored.is_erased() => Err(key_of_the_past()),
        Some(stored) if stored.request_hash != request_hash => {
            Err(ApiError::new(ErrorCode::IdempotencyMismatch))
        }
        stored => Ok(stored.map(|stored| OnceReply { stored: stored.clone(), repeated: true })),
    }
}

/// The refusal of a key under which something was done whose answer is not known any more.
pub(crate) fn key_of_the_past() -> ApiError {
    ApiError::new(ErrorCode::Conflict)
        .with_message(
            "What was asked for under this idempotency key was done before the data of the site was deleted.",
        )
        .with_hint("Nothing was done again. Send a new request under a new key.")
}

/// Why a decision ended without an answer.
enum Halt {
    Refused(ApiError),
    /// What is stored may be old: Wix must be asked before anything is spent or given.
    AskFirst,
}

impl From<ApiError> for Halt {
    fn from(refusal: ApiError) -> Self {
        Self::Refused(refusal)
    }
}

fn hash(key: &IdempotencyKey, request: &[u8]) -> String {
    let mut sha = Sha256::new();
    sha.update(key.target.as_bytes());
    sha.update([0]);
    sha.update(request);
    hex::encode(sha.finalize())
}
