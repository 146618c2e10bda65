//! Jobs that cost credits: the hold and the job in one transaction.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::crash::{Moment, here};
use wixapp_core::hold::ReserveRequest;
use wixapp_core::{Credits, JobId};
use wixapp_jobs::{Job, NewJobExt, new_job};
use wixapp_store::{Tx, Want};

use crate::error::ApiError;
use crate::extract::{IdempotencyKey, OwnerSession};
use crate::idempotency::{Once, OnceReply, decide_once};
use crate::routes::credits::view;
use crate::routes::user::status::CreditsView;
use crate::state::App;

/// A job was added, and its credits are put aside.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedJob {
    /// The job, for `GET jobs/{jobId}`.
    #[schema(value_type = String)]
    pub job_id: JobId,
    /// The balances after it.
    pub credits: CreditsView,
}

impl App {
    /// Puts `price` credits aside and adds `job`, both or neither, once under the idempotency key. When another job stands for
    /// it by its [`unique`](Job::unique), nothing is put aside, and that one's id is the answer.
    ///
    /// The credits are spent in the transaction in which the job completes, and come back in the one in which it fails
    /// for good. `request` is the body the caller sent: the same key with another body is refused.
    ///
    /// # Errors
    /// [`InsufficientCredits`](wixapp_core::ErrorCode::InsufficientCredits) and the refusals of idempotency keys.
    pub async fn start_paid_job<J: Job + Clone>(
        &self,
        session: &OwnerSession,
        key: &IdempotencyKey,
        request: &[u8],
        price: Credits,
        job: J,
    ) -> Result<OnceReply, ApiError> {
        let job_id = JobId::new(self.clock.now(), self.random());
        let new =
            new_job(&job, job_id.clone(), self.clock.now()).map_err(|error| ApiError::internal(&error))?;
        let want = new.want(Want::money());
        let decide = move |tx: &mut Tx| {
            // Nothing is put aside for work that another job stands for.
            if let Some(same) = tx.same_job(&new) {
                return Ok(StartedJob { job_id: same.job_id.clone(), credits: view(tx) });
            }
            // The hold lives as long as its job: it has no end of its own.
            let reservation = ReserveRequest {
                key: format!("job:{job_id}"),
                action: J::KIND.to_owned(),
                amount: price,
                expires_at: None,
            };
            let hold = tx.account.reserve(reservation, tx.now)?;
            here(Moment::HoldTaken);
            tx.enqueue(new.clone().hold(&hold.id));
            Ok(StartedJob { job_id: job_id.clone(), credits: view(tx) })
        };
        let once = Once { instance_id: &session.instance_id, key, request, status: StatusCode::ACCEPTED };
        decide_once(self, once, want, decide).await
    }
}
