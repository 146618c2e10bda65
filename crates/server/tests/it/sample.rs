//! What the app under test adds of its own: paid work that ends as it is told, and routes that wait and break down.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wixapp_core::{Catalog, Credits};
use wixapp_jobs::{Job, JobContext, JobError, Member};
use wixapp_server::idempotency::OnceReply;
use wixapp_server::paid_job::StartedJob;
use wixapp_server::paid_jobs::{PaidJobs, StartedJobs};
use wixapp_server::router::AppRoutes;
use wixapp_server::{ApiError, App, IdempotencyKey, OwnerSession, Reply, ValidJson};
use wixapp_store::Tx;

/// The standard plans, with codes and a top-up beside them.
pub(crate) fn catalog() -> Catalog {
    Catalog::from_toml(&plans()).unwrap()
}

pub(crate) fn plans() -> String {
    let plans = include_str!("../../../core/catalogs/standard.toml");
    let more = "[[promo]]\ncode = 'WELCOME'\ncredits = 50\ncredits_expire_after_days = 10\n\
        [[promo]]\ncode = 'FIRST-TWO'\ncredits = 30\ntotal_limit = 2\n\
        [[promo]]\ncode = 'ONE-A'\ncredits = 30\ntotal_limit = 1\n\
        [[promo]]\ncode = 'ONE-B'\ncredits = 30\ntotal_limit = 1\n\
        [[promo]]\ncode = 'ONE-C'\ncredits = 30\ntotal_limit = 1\n\
        [[promo]]\ncode = 'SPRING'\ncredits = 20\nstarts_at = '2027-03-20T00:00:00Z'\nends_at = '2027-04-20T00:00:00Z'\n\
        [[top_up]]\nid = 'pack-500'\nname = '500 credits'\ncredits = 500\nprice = '5.00'\n";
    format!("{plans}\n{more}")
}

/// Holds work and requests back until a test opens it.
#[derive(Clone)]
pub(crate) struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    pub(crate) fn closed() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }

    async fn pass(&self) {
        self.0.subscribe().wait_for(|open| *open).await.unwrap();
    }

    /// Until somebody waits at the gate.
    pub(crate) async fn has_visitor(&self) {
        while self.0.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// How the work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    Well,
    Badly,
    /// Well, once the gate is open.
    Gate,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Work {
    end: End,
}

impl Job for Work {
    const KIND: &'static str = "work";
    type Output = Value;

    async fn run(self, context: JobContext) -> Result<Value, JobError> {
        context.log("It begins.");
        context.progress(50, "Publishing it").await;
        match self.end {
            End::Well => {}
            End::Badly => return Err(JobError::fail_with("refused", "It was refused.")),
            End::Gate => context.state::<Gate>()?.pass().await,
        }
        Ok(json!({ "done": true }))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WorkRequest {
    end: End,
}

/// Does some work for one credit.
#[utoipa::path(post, path = "/api/v1/sample/work", operation_id = "sample_work", request_body = WorkRequest,
    params(("Idempotency-Key" = String, Header)), responses((status = 202, body = Reply<StartedJob>)))]
async fn work(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<WorkRequest>,
) -> Result<OnceReply, ApiError> {
    app.start_paid_job(&session, &key, &bytes, Credits::new(1).unwrap(), Work { end: request.end }).await
}

/// Tells how the jobs of its group ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sum;

impl Job for Sum {
    const KIND: &'static str = "sum";
    type Output = Value;

    async fn run(self, context: JobContext) -> Result<Value, JobError> {
        let tell = |member: &Member| match &member.error {
            Some(error) => json!(error.code),
            None => json!(member.output::<Work>().ok().flatten()),
        };
        Ok(context.members().iter().map(tell).collect())
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WorksRequest {
    ends: Vec<End>,
}

/// Does several works for one credit each, and sums them up. The first must not have to wait: the app sees to that in the
/// transaction that starts them.
#[utoipa::path(post, path = "/api/v1/sample/works", operation_id = "sample_works", request_body = WorksRequest,
    params(("Idempotency-Key" = String, Header)), responses((status = 202, body = Reply<StartedJobs>)))]
async fn works(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    key: IdempotencyKey,
    ValidJson { value: request, bytes }: ValidJson<WorksRequest>,
) -> Result<OnceReply, ApiError> {
    let waits = request.ends.first() == Some(&End::Gate);
    let jobs: PaidJobs = request.ends.into_iter().map(|end| (Credits::ONE, Work { end })).collect();
    let unless_it_waits = move |_: &mut Tx, started| {
        if waits { Err(ApiError::invalid("The first must not wait.")) } else { Ok(started) }
    };
    app.start_paid_jobs_with(&session, &key, &bytes, jobs.join(Sum), unless_it_waits).await
}

/// Breaks down.
#[utoipa::path(get, path = "/api/v1/sample/panic", operation_id = "sample_panic", security(()),
    responses((status = 200)))]
async fn panic() -> &'static str {
    panic!("the word of the house is swordfish")
}

/// The app's own routes; `gate` holds one of them back.
pub(crate) fn routes(gate: &Gate) -> AppRoutes {
    let gate = gate.clone();
    let wait = axum::routing::get(move || async move {
        gate.pass().await;
        "passed"
    });
    OpenApiRouter::new()
        .routes(routes!(work))
        .routes(routes!(works))
        .routes(routes!(panic))
        .route("/api/v1/sample/wait", wait)
}
