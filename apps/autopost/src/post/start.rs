//! Sending a post on its way: a credit put aside and a job for each network, and the post's new state, in one transaction.

use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::prelude::*;
use wixapp::server::routes::user::status::CreditsView;

use super::{Outcome, Post, PostState};
use crate::job::{Finish, PublishTo};
use crate::network::NetworkName;

/// The job that brings a post to a network.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartedOn {
    network: NetworkName,
    #[schema(value_type = String)]
    pub(crate) job_id: JobId,
}

/// Chance for the ids of what a start adds: drawn before the decision, which may run more than once and must come out the same.
#[derive(Clone)]
pub(crate) struct Chance(Vec<[u8; 10]>);

impl Chance {
    pub(crate) fn draw(server: &Server) -> Self {
        // One for each network there is, and one for what joins them.
        Self((0..=NetworkName::ALL.len()).map(|_| server.random()).collect())
    }
}

/// How a start differs from the usual.
#[derive(Default)]
pub(crate) struct Terms {
    /// The network is to refuse the post, for those who want to see that.
    pub(crate) refuse: bool,
    /// When it is too late to publish it.
    pub(crate) until: Option<Timestamp>,
}

/// Starts the post on these networks: all of them, or none when the credits do not suffice.
pub(crate) fn start(
    tx: &mut Tx,
    post: &mut Post,
    networks: &[NetworkName],
    chance: &Chance,
    terms: &Terms,
) -> Result<(Vec<StartedOn>, CreditsView), ApiError> {
    post.sent_at.get_or_insert(tx.now);
    let job = |network: &NetworkName| PublishTo {
        post_id: post.id.clone(),
        network: *network,
        started_at: tx.now,
        matter: post.matter(*network),
        until: terms.until,
        refuse: terms.refuse,
    };
    let jobs: PaidJobs = networks.iter().map(|network| (Credits::ONE, job(network))).collect();
    let mut chance = chance.0.iter().copied();
    let drawn_up = jobs
        .join(Finish { post_id: post.id.clone() })
        .draw_up(tx.now, || chance.next().expect("a post names each network once"))
        .map_err(|error| ApiError::internal(&error))?;
    let started = drawn_up.start(tx)?;
    let on = |(network, job_id): (&NetworkName, JobId)| StartedOn { network: *network, job_id };
    let jobs: Vec<_> = networks.iter().zip(started.job_ids).map(on).collect();
    for StartedOn { network, job_id } in jobs.clone() {
        post.set_result(Outcome::waiting(network, Some(job_id)));
    }
    post.state = PostState::Publishing;
    // What is published now is not for later any more.
    post.scheduled_at = post.scheduled_at.filter(|at| *at <= tx.now);
    Ok((jobs, started.credits))
}
