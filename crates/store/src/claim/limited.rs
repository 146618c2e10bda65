//! Claiming under limits: so many jobs of an instance at a time, and so far apart under a rate, in the whole fleet.

use std::collections::{BTreeMap, HashMap};

use jiff::SignedDuration;
use wixapp_core::clock::Timestamp;
use wixapp_core::{InstanceId, JobId};

use super::{Claim, due_statement};
use crate::conn::{Conn, Statement, rows, sql};
use crate::error::Error;
use crate::job::{Job, job_columns};
use crate::store::Store;
use crate::value::Row;

/// Claims under limits take turns, in the whole fleet: what they count must not change meanwhile.
const TAKE_TURN: &str = "SELECT free_at FROM job_rates WHERE rate_key = '' FOR UPDATE";

/// So long a job may be late for the time that its rate gave it; where the jobs of a rate are further apart, so far. Those that
/// waited for longer, because no worker was there, are spread anew: they must not all begin together.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

/// A job whose turn it is.
struct Candidate {
    instance_id: InstanceId,
    job_id: JobId,
    rate_key: Option<String>,
    /// The time that its rate gave it before.
    slot: Option<Timestamp>,
}

/// What was decided of the candidates.
#[derive(Default)]
struct Picked {
    begin: Vec<Statement>,
    /// Put off to the time that their rate gives them, and what the rates have free then.
    rest: Vec<Statement>,
}

impl Store {
    pub(super) async fn claim_limited(&self, claim: Claim) -> Result<Vec<Job>, Error> {
        let mut jobs = Vec::new();
        loop {
            let missing = claim.limit - i64::try_from(jobs.len()).unwrap_or(i64::MAX);
            let round = Claim { limit: missing, ..claim.clone() };
            let (found, more) = self
                .write(move |conn| {
                    let round = round.clone();
                    Box::pin(async move { claim_round(conn, &round).await })
                })
                .await?;
            let enough = i64::try_from(found.len()).is_ok_and(|count| count >= missing);
            jobs.extend(found);
            if enough || !more {
                return Ok(jobs);
            }
        }
    }
}

/// Looks at one window of candidates; whether there may be more behind it.
async fn claim_round(conn: &mut dyn Conn, claim: &Claim) -> Result<(Vec<Job>, bool), Error> {
    conn.run(vec![due_statement(claim.now), sql!(TAKE_TURN)]).await?;
    let count = sql!("SELECT instance_id, count(*) FROM jobs WHERE state = 'running' GROUP BY instance_id");
    let mut running: HashMap<InstanceId, i64> = HashMap::new();
    for mut row in rows(conn, count).await? {
        running.insert(row.parse()?, row.int()?);
    }
    let window = claim.limit.saturating_mul(4).saturating_add(16);
    let found = rows(conn, candidates(claim, window)).await?;
    let more = i64::try_from(found.len()).is_ok_and(|count| count >= window);
    let candidates = found.into_iter().map(Candidate::read).collect::<Result<Vec<_>, _>>()?;
    let mut free = free_at(conn, claim, &candidates).await?;
    let picked = pick(claim, candidates, &mut running, &mut free);
    let begun = picked.begin.len();
    let mut statements = picked.begin;
    statements.extend(picked.rest);
    let outcomes = conn.run(statements).await?;
    let jobs = outcomes.into_iter().take(begun).flat_map(|outcome| outcome.rows).map(Job::read);
    Ok((jobs.collect::<Result<_, _>>()?, more))
}

/// Those whose turn it is, but for instances that run as many as they may.
fn candidates(claim: &Claim, window: i64) -> Statement {
    sql!(
        "SELECT instance_id, job_id, rate_key, rate_passed, run_at FROM jobs \
         WHERE state = 'available' AND unique_place < 2 AND strpos($1, '|' || kind || '|') > 0 \
         AND instance_id NOT IN (SELECT instance_id FROM jobs WHERE state = 'running' GROUP BY instance_id HAVING count(*) >= $2) \
         ORDER BY priority, turn_at, job_id LIMIT $3 FOR UPDATE SKIP LOCKED",
        format!("|{}|", claim.kinds.join("|")),
        claim.limits.per_instance.unwrap_or(i64::MAX),
        window
    )
}

/// When the next job of each rate may begin.
async fn free_at(
    conn: &mut dyn Conn,
    claim: &Claim,
    candidates: &[Candidate],
) -> Result<BTreeMap<String, Timestamp>, Error> {
    let limited = candidates.iter().filter(|candidate| candidate.apart(claim).is_some());
    let mut free: BTreeMap<String, Timestamp> =
        limited.filter_map(|candidate| Some((candidate.rate_key.clone()?, claim.now))).collect();
    for (key, at) in &mut free {
        let statement = sql!("SELECT free_at FROM job_rates WHERE rate_key = $1", key.as_str());
        if let Some(mut row) = rows(conn, statement).await?.pop() {
            *at = row.time()?.max(claim.now);
        }
    }
    Ok(free)
}

impl Candidate {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            instance_id: row.parse()?,
            job_id: row.parse()?,
            rate_key: row.maybe_text()?,
            slot: (row.int()? != 0).then(|| row.time()).transpose()?,
        })
    }

    /// How far from the one before it may begin, when a limit is set and it has no time of its own that holds.
    fn apart(&self, claim: &Claim) -> Option<SignedDuration> {
        let (name, _) = self.rate_key.as_ref()?.split_once(':')?;
        let apart = claim.limits.apart.get(name).copied()?;
        let late = self.slot.map(|slot| claim.now.duration_since(slot));
        late.is_none_or(|late| late >= apart.max(GRACE)).then_some(apart)
    }
}

fn pick(
    claim: &Claim,
    candidates: Vec<Candidate>,
    running: &mut HashMap<InstanceId, i64>,
    free: &mut BTreeMap<String, Timestamp>,
) -> Picked {
    let (mut picked, mut touched) = (Picked::default(), BTreeMap::new());
    for candidate in candidates {
        if i64::try_from(picked.begin.len()).is_ok_and(|count| count >= claim.limit) {
            break;
        }
        let at_work = running.entry(candidate.instance_id.clone()).or_default();
        if claim.limits.per_instance.is_some_and(|most| *at_work >= most) {
            continue;
        }
        let slot = candidate.apart(claim).and_then(|apart| {
            let key = candidate.rate_key.as_ref()?;
            let at = free.get_mut(key)?;
            let slot = *at;
            *at = slot.checked_add(apart).unwrap_or(Timestamp::MAX);
            touched.insert(key.clone(), *at);
            Some(slot)
        });
        match slot {
            Some(slot) if slot > claim.now => picked.rest.push(put_off(&candidate, slot)),
            _ => {
                *at_work += 1;
                picked.begin.push(begin(claim, &candidate));
            }
        }
    }
    picked.rest.extend(touched.iter().map(|(key, at)| {
        sql!(
            "INSERT INTO job_rates (rate_key, free_at) VALUES ($1, $2) ON CONFLICT (rate_key) DO UPDATE SET free_at = excluded.free_at",
            key.as_str(),
            *at
        )
    }));
    picked
}

fn begin(claim: &Claim, candidate: &Candidate) -> Statement {
    sql!(
        job_columns!(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = $1, lease_until = $2, started_at = $3 \
             WHERE instance_id = $4 AND job_id = $5 RETURNING",
            ""
        ),
        claim.worker.as_str(),
        claim.lease_until,
        claim.now,
        &candidate.instance_id,
        &candidate.job_id
    )
}

/// The job has a time of its own from now on, and no other gets it.
fn put_off(candidate: &Candidate, slot: Timestamp) -> Statement {
    sql!(
        "UPDATE jobs SET state = 'scheduled', run_at = $3, rate_passed = 1 WHERE instance_id = $1 AND job_id = $2",
        &candidate.instance_id,
        &candidate.job_id,
        slot
    )
}
