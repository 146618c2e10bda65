//! Loading what a decision needs into a [`Tx`].

use std::collections::{HashMap, HashSet};

use wixapp_core::account::{Account, AccountChanges, Reset};
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::GENESIS;
use wixapp_core::grant::{CreditGrant, Pool, Source};
use wixapp_core::hold::{Hold, HoldState};
use wixapp_core::{Fact, InstanceId, JobId};

use crate::checkout::{self, Checkout};
use crate::conn::{Conn, Outcome, Statement, sql};
use crate::cron::{self, CronEntry};
use crate::error::Error;
use crate::instance::{Instance, select_locked};
use crate::job::{self, Job};
use crate::promo;
use crate::record::RawRecord;
use crate::tx::{Reply, StoredFact, Tx};
use crate::value::Row;
use crate::want::Want;

macro_rules! grant_columns {
    ($after:literal) => {
        concat!(
            "SELECT grant_id, business_key, pool, source, amount, remaining, plan_id, catalog_version, effective_at, expires_at, \
             closed, taken_back, rules, taken \
             FROM grants WHERE instance_id = $1 AND ",
            $after
        )
    };
}
pub(crate) use grant_columns;

macro_rules! hold_columns {
    ($after:literal) => {
        concat!(
            "SELECT hold_id, hold_key, action, amount, posted, draws, state, created_at, expires_at FROM holds WHERE instance_id = $1 AND ",
            $after
        )
    };
}
pub(crate) use hold_columns;

/// What was loaded, and whether the instance was unknown before.
pub(crate) struct Loaded {
    pub(crate) tx: Tx,
    pub(crate) is_new: bool,
}

/// Locks the instance and loads what is wanted; a new instance gets empty books.
pub(crate) async fn load(
    conn: &mut dyn Conn,
    instance_id: &InstanceId,
    want: &Want,
    now: Timestamp,
) -> Result<Loaded, Error> {
    let mut outcomes = conn.run(plan(instance_id, want, now)).await?;
    let is_new = outcomes.first().is_none_or(|outcome| outcome.rows.is_empty());
    if is_new {
        let insert = sql!(
            "INSERT INTO instances (instance_id, created_at, head) VALUES ($1, $2, $3) ON CONFLICT (instance_id) DO NOTHING",
            instance_id,
            now,
            GENESIS
        );
        conn.run(vec![insert]).await?;
        outcomes = conn.run(plan(instance_id, want, now)).await?;
    }
    let mut tx = read(instance_id, want, now, outcomes)?;
    load_job_holds(conn, &mut tx).await?;
    load_drawn_grants(conn, &mut tx).await?;
    promo::load(conn, &mut tx, &want.promos).await?;
    Ok(Loaded { tx, is_new })
}

/// The statements that load everything, in the order in which [`read`] takes their answers.
fn plan(instance_id: &InstanceId, want: &Want, now: Timestamp) -> Vec<Statement> {
    let grants = if want.facts {
        // What is derived is set against all that was ever given.
        sql!(grant_columns!("amount >= 0"), instance_id)
    } else {
        sql!(grant_columns!("remaining > 0"), instance_id)
    };
    let mut plan = vec![select_locked(instance_id), grants];
    plan.extend(want.hold_ids.iter().map(|id| sql!(hold_columns!("hold_id = $2"), instance_id, id)));
    plan.extend(
        want.hold_keys.iter().map(|key| sql!(hold_columns!("hold_key = $2"), instance_id, key.as_str())),
    );
    if want.overdue_holds {
        plan.push(sql!(
            hold_columns!("state = 'open' AND expires_at IS NOT NULL AND expires_at <= $2"),
            instance_id,
            now
        ));
    }
    if want.everything_open {
        plan.push(sql!(hold_columns!("state = 'open'"), instance_id));
        plan.push(job::select_open(instance_id));
    }
    plan.extend(want.reply_keys.iter().map(|key| {
        sql!(
            "SELECT reply_key, request_hash, status, body FROM replies WHERE instance_id = $1 AND reply_key = $2",
            instance_id,
            key.as_str()
        )
    }));
    plan.extend(want.business_keys.iter().map(|key| {
        sql!(
            "SELECT business_key FROM business_keys WHERE instance_id = $1 AND business_key = $2",
            instance_id,
            key.as_str()
        )
    }));
    plan.extend(want.jobs.iter().map(|id| job::select(instance_id, id)));
    plan.extend(want.job_keys.iter().map(|key| job::unique::select(instance_id, key)));
    plan.extend(want.crons.iter().map(|name| cron::select(name)));
    plan.extend(want.records.iter().map(|(collection, id)| RawRecord::select(instance_id, collection, id)));
    plan.extend(want.collections.iter().map(|collection| RawRecord::select_all(instance_id, collection)));
    if want.open_checkouts {
        plan.push(checkout::select_open(instance_id));
    }
    if want.facts {
        plan.push(select_facts(instance_id));
        plan.push(sql!("SELECT business_key FROM business_keys WHERE instance_id = $1", instance_id));
        plan.push(sql!(hold_columns!("state = 'open'"), instance_id));
    }
    plan
}

fn read(instance_id: &InstanceId, want: &Want, now: Timestamp, outcomes: Vec<Outcome>) -> Result<Tx, Error> {
    let mut answers = outcomes.into_iter().map(|outcome| outcome.rows);
    let mut next = || answers.next().unwrap_or_default();
    let found =
        next().into_iter().next().ok_or_else(|| Error::Inconsistent("the instance vanished".to_owned()))?;
    let mut found = found;
    let instance = Instance::read_from(&mut found)?;
    let resets = found.maybe_json::<Vec<Reset>>()?.unwrap_or_default();
    let grants = next().into_iter().map(read_grant).collect::<Result<Vec<_>, _>>()?;
    let mut holds: Vec<Hold> = Vec::new();
    for _ in 0..want.hold_ids.len() + want.hold_keys.len() + usize::from(want.overdue_holds) {
        add_holds(&mut holds, next())?;
    }
    let mut jobs = HashMap::new();
    if want.everything_open {
        add_holds(&mut holds, next())?;
        add_jobs(&mut jobs, next())?;
    }
    let replies = want.reply_keys.iter().flat_map(|_| next()).map(read_reply).collect::<Result<_, _>>()?;
    let wanted_keys: Vec<Row> = want.business_keys.iter().flat_map(|_| next()).collect();
    let asked_for = want.jobs.len() + want.job_keys.len();
    add_jobs(&mut jobs, (0..asked_for).flat_map(|_| next()).collect())?;
    let crons = CronEntry::read_all(want.crons.iter().flat_map(|_| next()).collect())?;
    let wanted_records = want.records.len() + want.collections.len();
    let records = RawRecord::read_all((0..wanted_records).flat_map(|_| next()).collect())?;
    let checkouts = if want.open_checkouts { next() } else { Vec::new() };
    let open_checkouts = checkouts.into_iter().map(Checkout::read).collect::<Result<_, _>>()?;
    let (facts, keys) = if want.facts { (next(), next()) } else { (Vec::new(), Vec::new()) };
    if want.facts {
        add_holds(&mut holds, next())?;
    }
    let facts = facts.into_iter().map(read_fact).collect::<Result<_, _>>()?;
    let used_keys =
        keys.into_iter().chain(wanted_keys).map(|mut row| row.text()).collect::<Result<HashSet<_>, _>>()?;
    let account = Account {
        instance_id: instance_id.clone(),
        balances: instance.balances,
        seq: instance.seq,
        head: instance.head,
        grants,
        resets,
        holds,
        used_keys,
        changes: AccountChanges::default(),
    };
    let (writes, topics) = (Vec::new(), Vec::new());
    Ok(Tx {
        now,
        account,
        profile: instance.profile,
        facts,
        open_checkouts,
        jobs,
        crons,
        records,
        replies,
        promos: HashMap::new(),
        writes,
        topics,
    })
}

/// The holds of the wanted jobs, which could not be named before the jobs were read.
async fn load_job_holds(conn: &mut dyn Conn, tx: &mut Tx) -> Result<(), Error> {
    let known = |tx: &Tx, id| tx.account.holds.iter().any(|hold| hold.id == id);
    let missing = tx.jobs.values().filter_map(|job| job.hold_id.clone()).filter(|id| !known(tx, id.clone()));
    let statement = |id| sql!(hold_columns!("hold_id = $2"), &tx.account.instance_id, &id);
    let statements: Vec<_> = missing.map(statement).collect();
    for found in run_some(conn, statements).await? {
        add_holds(&mut tx.account.holds, found.rows)?;
    }
    Ok(())
}

/// Runs the statements, if there are any.
async fn run_some(conn: &mut dyn Conn, statements: Vec<Statement>) -> Result<Vec<Outcome>, Error> {
    if statements.is_empty() { Ok(Vec::new()) } else { conn.run(statements).await }
}

/// The grants that open holds draw on and that have nothing left, and what resets have left: a void gives them credits
/// again.
async fn load_drawn_grants(conn: &mut dyn Conn, tx: &mut Tx) -> Result<(), Error> {
    let open = tx.account.holds.iter().filter(|hold| hold.state == HoldState::Open);
    let mut missing: Vec<_> =
        open.flat_map(|hold| hold.draws.iter().map(|draw| draw.grant_id.clone())).collect();
    if !missing.is_empty() {
        missing.extend(tx.account.resets.iter().filter_map(|reset| reset.carry.clone()));
    }
    missing.retain(|id| !tx.account.grants.iter().any(|grant| grant.id == *id));
    missing.sort();
    missing.dedup();
    let statement = |id| sql!(grant_columns!("grant_id = $2"), &tx.account.instance_id, &id);
    let statements: Vec<_> = missing.into_iter().map(statement).collect();
    for row in run_some(conn, statements).await?.into_iter().flat_map(|found| found.rows) {
        tx.account.grants.push(read_grant(row)?);
    }
    Ok(())
}

fn add_jobs(jobs: &mut HashMap<JobId, Job>, rows: Vec<Row>) -> Result<(), Error> {
    for row in rows {
        let job = Job::read(row)?;
        jobs.insert(job.job_id.clone(), job);
    }
    Ok(())
}

fn add_holds(holds: &mut Vec<Hold>, rows: Vec<Row>) -> Result<(), Error> {
    for row in rows {
        let hold = read_hold(row)?;
        if !holds.iter().any(|known| known.id == hold.id) {
            holds.push(hold);
        }
    }
    Ok(())
}

pub(crate) fn read_grant(mut row: Row) -> Result<CreditGrant, Error> {
    Ok(CreditGrant {
        id: row.parse()?,
        business_key: row.text()?,
        pool: row.named(Pool::parse)?,
        source: row.named(Source::parse)?,
        amount: row.credits()?,
        remaining: row.credits()?,
        plan_id: row.maybe_parse()?,
        catalog_version: row.text()?,
        effective_at: row.time()?,
        expires_at: row.maybe_time()?,
        closed: row.credits()?,
        taken_back: row.int()? != 0,
        rules: row.text()?,
        taken: row.maybe_json()?.unwrap_or_default(),
    })
}

pub(crate) fn read_hold(mut row: Row) -> Result<Hold, Error> {
    Ok(Hold {
        id: row.parse()?,
        key: row.text()?,
        action: row.text()?,
        amount: row.credits()?,
        posted: row.credits()?,
        draws: row.json()?,
        state: row.named(HoldState::parse)?,
        created_at: row.time()?,
        expires_at: row.maybe_time()?,
    })
}

fn read_reply(mut row: Row) -> Result<(String, Reply), Error> {
    let key = row.text()?;
    let request_hash = row.text()?;
    let status = u16::try_from(row.int()?).map_err(|_| Error::Inconsistent("an HTTP status".to_owned()))?;
    Ok((key, Reply { request_hash, status, body: row.text()? }))
}

pub(crate) fn select_facts(instance_id: &InstanceId) -> Statement {
    sql!(
        "SELECT fact_key, event_type, happened_at, kind, state, reason FROM facts WHERE instance_id = $1 ORDER BY happened_at, fact_key",
        instance_id
    )
}

pub(crate) fn read_fact(mut row: Row) -> Result<StoredFact, Error> {
    let key = row.text()?;
    let event_type = row.text()?;
    let at = row.time()?;
    let fact = row.maybe_json()?.map(|kind| Fact { key: key.clone(), at, kind });
    let state = row.text()?;
    let reason = row.maybe_text()?;
    let parked = (state == "parked").then(|| reason.unwrap_or_default());
    Ok(StoredFact { key, event_type, fact, is_new: state == "new", is_noted: false, parked })
}
