//! Notices: who wants to be written to, and the outbox of what is to be written.

use wixapp_core::InstanceId;
use wixapp_core::account::Balances;
use wixapp_core::clock::Timestamp;
use wixapp_core::subscription::Subscription;

use crate::conn::{Conn, Statement, row, rows, sql};
use crate::error::Error;
use crate::instance::Instance;
use crate::store::Store;
use crate::value::{Row, to_json};

/// Who is written to about an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeSettings {
    /// The address; nothing is written without one.
    pub address: Option<String>,
    /// The language, two letters.
    pub language: String,
    /// The names of the notices that are wanted.
    pub kinds: Vec<String>,
}

/// Credits that were given since an instance was last looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// The key under which they were given.
    pub business_key: String,
    /// How many.
    pub amount: i64,
}

/// What changed of an instance since it was last looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// Who is written to.
    pub settings: NoticeSettings,
    /// The subscription then.
    pub before: Option<Subscription>,
    /// The subscription now.
    pub after: Option<Subscription>,
    /// The balances now.
    pub balances: Balances,
    /// What was given in between, oldest first.
    pub grants: Vec<NewGrant>,
    /// The key of the newest plan credits: what names the running cycle.
    pub cycle: Option<String>,
}

/// Something to be written, once under its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// The key.
    pub key: String,
    /// What is written, as JSON; the store does not look inside.
    pub content: String,
}

/// A notice that was taken out of the outbox to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whose.
    pub instance_id: InstanceId,
    /// Its key.
    pub key: String,
    /// What is written.
    pub content: String,
    /// How often it was tried, this time included.
    pub attempts: i64,
}

/// How trying to send a notice ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeEnd {
    /// It was sent.
    Sent,
    /// It is not wanted any more.
    Dropped,
    /// It failed for good, and why.
    Failed(String),
    /// It is tried again at this time; and why.
    Again(Timestamp, String),
}

impl NoticeSettings {
    fn read(row: &mut Row) -> Result<Self, Error> {
        Ok(Self { address: row.maybe_text()?, language: row.text()?, kinds: row.json()? })
    }
}

impl Store {
    /// Who is written to about the instance, once that was said.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_notice_settings(
        &self,
        instance_id: &InstanceId,
    ) -> Result<Option<NoticeSettings>, Error> {
        let statement =
            sql!("SELECT address, language, kinds FROM notice_settings WHERE instance_id = $1", instance_id);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                row(conn, statement).await?.map(|mut row| NoticeSettings::read(&mut row)).transpose()
            })
        })
        .await
    }

    /// Says who is written to from now on. Where nobody was before, nothing is written about what happened before.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn save_notice_settings(
        &self,
        instance_id: &InstanceId,
        settings: &NoticeSettings,
        now: Timestamp,
    ) -> Result<(), Error> {
        let statement = sql!(
            "INSERT INTO notice_settings (instance_id, address, language, kinds, seen_seq, seen_subscription, changed_at) \
             SELECT $1, $2, $3, $4, coalesce((SELECT seq FROM instances WHERE instance_id = $1), 0), \
             (SELECT subscription FROM instances WHERE instance_id = $1), $5 \
             WHERE true ON CONFLICT (instance_id) DO UPDATE SET address = excluded.address, language = excluded.language, \
             kinds = excluded.kinds, changed_at = excluded.changed_at, \
             seen_seq = CASE WHEN notice_settings.address IS NULL THEN excluded.seen_seq ELSE notice_settings.seen_seq END, \
             seen_subscription = CASE WHEN notice_settings.address IS NULL THEN excluded.seen_subscription \
             ELSE notice_settings.seen_subscription END",
            instance_id,
            settings.address.as_deref(),
            settings.language.as_str(),
            to_json(&settings.kinds),
            now
        );
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { conn.finish(vec![statement]).await })
        })
        .await
    }

    /// The instances with an address of which something changed since they were looked at: among `these`, or all.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_notice_changes(
        &self,
        these: Option<Vec<InstanceId>>,
        limit: i64,
    ) -> Result<Vec<InstanceId>, Error> {
        macro_rules! changed {
            ($after:literal) => {
                concat!(
                    "SELECT s.instance_id FROM notice_settings s JOIN instances i ON i.instance_id = s.instance_id \
                     WHERE s.address IS NOT NULL \
                     AND (s.seen_seq <> i.seq OR s.seen_subscription IS DISTINCT FROM i.subscription)",
                    $after
                )
            };
        }
        let statements: Vec<Statement> = match &these {
            Some(these) => these.iter().map(|id| sql!(changed!(" AND s.instance_id = $1"), id)).collect(),
            None => vec![sql!(changed!(" ORDER BY s.instance_id LIMIT $1"), limit)],
        };
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |conn| {
            let statements = statements.clone();
            Box::pin(async move {
                let found = conn.run(statements).await?.into_iter().flat_map(|found| found.rows);
                found.map(|mut row| row.parse()).collect()
            })
        })
        .await
    }

    /// Looks at what changed of an instance and puts what `decide` says into the outbox, in one transaction; what lies
    /// above `per_day` notices in the 24 hours before `now` is dropped. Returns how many were put there.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn decide_notices(
        &self,
        instance_id: &InstanceId,
        per_day: i64,
        now: Timestamp,
        decide: impl Fn(&NoticeView) -> Vec<NewNotice> + Send + Sync + 'static,
    ) -> Result<usize, Error> {
        let (id, decide) = (instance_id.clone(), std::sync::Arc::new(decide));
        self.write(move |conn| {
            let (id, decide) = (id.clone(), std::sync::Arc::clone(&decide));
            Box::pin(async move {
                let Some((view, seq, seen)) = view(conn, &id).await? else { return Ok(0) };
                let new = decide(&view);
                let recent = sql!(
                    "SELECT count(*) FROM notices WHERE instance_id = $1 AND created_at > $2 AND state <> 'dropped'",
                    &id,
                    now.saturating_sub(jiff::SignedDuration::from_hours(24)).unwrap_or(now)
                );
                let mut count = row(conn, recent).await?.map_or(Ok(0), |mut row| row.int())?;
                let mut put = 0;
                for notice in &new {
                    let state = if count < per_day { "waiting" } else { "dropped" };
                    let outcome = conn.run(vec![insert(&id, notice, state, now)]).await?;
                    if outcome.first().is_some_and(|outcome| outcome.affected > 0) && state == "waiting" {
                        count += 1;
                        put += 1;
                    }
                }
                conn.finish(vec![sql!(
                    "UPDATE notice_settings SET seen_seq = $2, seen_subscription = $3 WHERE instance_id = $1",
                    &id,
                    seq,
                    seen
                )])
                .await?;
                Ok(put)
            })
        })
        .await
    }

    /// Takes notices that are due out of the outbox. Should they not be settled by `again_at`, they are due again.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn claim_notices(
        &self,
        now: Timestamp,
        again_at: Timestamp,
        limit: i64,
    ) -> Result<Vec<Notice>, Error> {
        let statement = sql!(
            // MATERIALIZED: else PostgreSQL may run the inner query again and take more than the limit.
            "WITH picked AS MATERIALIZED (SELECT instance_id, notice_key FROM notices \
             WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, instance_id, notice_key LIMIT $3 FOR UPDATE SKIP LOCKED) \
             UPDATE notices SET attempts = attempts + 1, next_at = $2 \
             WHERE (instance_id, notice_key) IN (SELECT instance_id, notice_key FROM picked) \
             RETURNING instance_id, notice_key, content, attempts",
            now,
            again_at,
            limit
        );
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                let found = rows(conn, statement).await?.into_iter();
                found
                    .map(|mut row| {
                        Ok(Notice {
                            instance_id: row.parse()?,
                            key: row.text()?,
                            content: row.text()?,
                            attempts: row.int()?,
                        })
                    })
                    .collect()
            })
        })
        .await
    }

    /// Writes down how trying to send a notice ended.
    ///
    /// # Errors
    /// When the database cannot be used; the notice is due again then.
    pub async fn settle_notice(&self, notice: &Notice, end: NoticeEnd, now: Timestamp) -> Result<(), Error> {
        let (state, next_at, error) = match end {
            NoticeEnd::Sent => ("sent", now, None),
            NoticeEnd::Dropped => ("dropped", now, None),
            NoticeEnd::Failed(why) => ("failed", now, Some(why)),
            NoticeEnd::Again(at, why) => ("waiting", at, Some(why)),
        };
        let statement = sql!(
            "UPDATE notices SET state = $3, next_at = $4, error = $5, ended_at = $6 \
             WHERE instance_id = $1 AND notice_key = $2 AND state = 'waiting'",
            &notice.instance_id,
            notice.key.as_str(),
            state,
            next_at,
            error,
            (state != "waiting").then_some(now)
        );
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { conn.finish(vec![statement]).await })
        })
        .await
    }
}

/// What changed, up to which entry and which subscription; `None` when nobody is written to.
async fn view(
    conn: &mut dyn Conn,
    id: &InstanceId,
) -> Result<Option<(NoticeView, i64, Option<String>)>, Error> {
    let settings = sql!(
        "SELECT address, language, kinds, seen_seq, seen_subscription FROM notice_settings \
         WHERE instance_id = $1 AND address IS NOT NULL FOR UPDATE",
        id
    );
    let Some(mut found) = row(conn, settings).await? else { return Ok(None) };
    let (settings, seen_seq, before) = (NoticeSettings::read(&mut found)?, found.int()?, found.maybe_json()?);
    // The subscription a second time, as the text it is: only that can be compared with what is stored.
    let instance = sql!(crate::instance::instance_columns!(", subscription", ""), id);
    let Some(mut found) = row(conn, instance).await? else { return Ok(None) };
    let (instance, seen) = (Instance::read_from(&mut found)?, found.maybe_text()?);
    let given = sql!(
        "SELECT business_key, amount FROM entries \
         WHERE instance_id = $1 AND seq > $2 AND seq <= $3 AND code = 'grant' ORDER BY seq",
        id,
        seen_seq,
        instance.seq
    );
    let newest = sql!(
        "SELECT business_key FROM grants WHERE instance_id = $1 AND pool = 'plan' ORDER BY effective_at DESC, grant_id DESC LIMIT 1",
        id
    );
    let read = |mut row: Row| Ok(NewGrant { business_key: row.text()?, amount: row.int()? });
    let grants = rows(conn, given).await?.into_iter().map(read).collect::<Result<Vec<_>, Error>>()?;
    let cycle = row(conn, newest).await?.map(|mut row| row.text()).transpose()?;
    let after = instance.profile.subscription;
    let view = NoticeView { settings, before, after, balances: instance.balances, grants, cycle };
    Ok(Some((view, instance.seq, seen)))
}

fn insert(id: &InstanceId, notice: &NewNotice, state: &'static str, now: Timestamp) -> Statement {
    sql!(
        "INSERT INTO notices (instance_id, notice_key, content, state, next_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (instance_id, notice_key) DO NOTHING",
        id,
        notice.key.as_str(),
        notice.content.as_str(),
        state,
        now
    )
}
