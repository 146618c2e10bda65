//! Looking at what changed, and sending what stands in the outbox.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use wixapp_core::InstanceId;
use wixapp_store::{Change, Notice, NoticeEnd, Topic};

use super::decide::{self, Content};
use super::post::Post;
use super::text::Frame;
use super::{Address, Language, mail, text};
use crate::error::ApiError;
use crate::state::App;
use crate::work::unbroken;

/// Polling stands behind every wake-up that could get lost.
const POLL: Duration = Duration::from_secs(5);
/// How long changes are gathered before they are looked at: many spends are one look.
const GATHER: Duration = Duration::from_millis(200);
/// How often everything is looked at, for what was missed.
const SWEEP: Duration = Duration::from_secs(300);
const BATCH: i64 = 256;
/// A claim on a mail holds this long; a process that was killed with it leaves it to the next.
const CLAIM: SignedDuration = SignedDuration::from_mins(5);
/// How many are claimed at once. A mail server that takes half a minute for each is done with all of them before the claim is over.
const CLAIMED: i64 = 8;
/// The pauses between attempts; after the last one it has failed for good.
const PAUSES_MIN: [i64; 7] = [1, 5, 15, 60, 180, 360, 720];

/// What is to be looked at.
enum Look {
    At(HashSet<InstanceId>),
    Everywhere,
}

/// Writes to owners, until `stopping` turns true.
pub(crate) async fn keep(app: &Arc<App>, mut stopping: watch::Receiver<bool>) {
    let Some(post) = &app.post else { return };
    let (mut changes, mut wake) = (app.store.watch(), app.wake.subscribe());
    // What was committed before this process began.
    let (mut found, mut everywhere, mut swept_at) = (HashSet::new(), true, Instant::now());
    loop {
        let look = if everywhere { Look::Everywhere } else { Look::At(std::mem::take(&mut found)) };
        // Dropping a round loses nothing: what was not settled is due again.
        let done = tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            done = unbroken("notices", round(app, post, look)) => done,
        };
        if let Some(Err(error)) = &done {
            tracing::warn!(error = error.message(), "notices could not be looked at");
        }
        // What a round that failed was to look at is not known any more.
        let failed = !matches!(done, Some(Ok(())));
        let missed = tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            missed = news(&mut changes, &mut found) => missed,
            // What was gathered so far is looked at now.
            _ = wake.changed() => false,
            () = tokio::time::sleep(POLL) => false,
        };
        everywhere = failed || missed || swept_at.elapsed() >= SWEEP;
        if everywhere {
            swept_at = Instant::now();
        }
    }
}

/// Waits for changes of money, and gathers those that follow at once; `true` when some may have been missed.
async fn news(changes: &mut broadcast::Receiver<Change>, found: &mut HashSet<InstanceId>) -> bool {
    let mut until: Option<Instant> = None;
    loop {
        let next = match until {
            None => changes.recv().await,
            Some(until) => match tokio::time::timeout_at(until, changes.recv()).await {
                Ok(next) => next,
                Err(_) => return false,
            },
        };
        match next {
            Ok(Change { topic: Topic::Money, instance_id: Some(id) }) => {
                found.insert(id);
                until.get_or_insert_with(|| Instant::now() + GATHER);
            }
            Ok(Change { topic: Topic::Resync, .. }) | Err(broadcast::error::RecvError::Lagged(_)) => {
                return true;
            }
            Ok(_) => {}
            // The store is closed; polling ends the loop.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn round(app: &App, post: &Post, look: Look) -> Result<(), ApiError> {
    match look {
        Look::At(these) => {
            let changed = app.store.list_notice_changes(Some(these.into_iter().collect()), BATCH).await?;
            put(app, changed).await?;
        }
        Look::Everywhere => loop {
            let changed = app.store.list_notice_changes(None, BATCH).await?;
            let full = i64::try_from(changed.len()).is_ok_and(|count| count >= BATCH);
            put(app, changed).await?;
            if !full {
                break;
            }
        },
    }
    loop {
        let now = app.clock.now();
        let again_at = now.saturating_add(CLAIM).unwrap_or(now);
        let claimed = app.store.claim_notices(now, again_at, CLAIMED).await?;
        if claimed.is_empty() {
            return Ok(());
        }
        for notice in claimed {
            let end = send(app, post, &notice).await?;
            app.store.settle_notice(&notice, end, app.clock.now()).await?;
        }
    }
}

async fn put(app: &App, changed: Vec<InstanceId>) -> Result<(), ApiError> {
    let config = &app.config.notices;
    for instance_id in changed {
        let (catalog, low_percent) = (Arc::clone(&app.catalog), config.low_percent);
        let decide = move |view: &_| decide::decide(view, &catalog, low_percent);
        let per_day = i64::from(config.per_day);
        app.store.decide_notices(&instance_id, per_day, app.clock.now(), decide).await?;
    }
    Ok(())
}

/// Sends a notice to whoever is to be written to now, which may be nobody any more.
async fn send(app: &App, post: &Post, notice: &Notice) -> Result<NoticeEnd, ApiError> {
    let Ok(content) = serde_json::from_str::<Content>(&notice.content) else {
        return Ok(NoticeEnd::Failed("a newer version wrote it".to_owned()));
    };
    let settings = app.store.find_notice_settings(&notice.instance_id).await?;
    let wanted =
        settings.filter(|settings| settings.kinds.iter().any(|kind| kind == content.kind().as_str()));
    let address = wanted.as_ref().and_then(|settings| settings.address.as_deref()?.parse::<Address>().ok());
    let (Some(settings), Some(to)) = (wanted, address) else { return Ok(NoticeEnd::Dropped) };
    let language = Language::of(&settings.language);
    let frame = Frame { app: post.app(), dashboard: &app.config.wix.dashboard_url };
    let text = text::write(&content, language, frame);
    let id = mail::id(&notice.instance_id, &notice.key);
    let now = app.clock.now();
    let Err(refused) = post.send(mail::build(&post.from, &to, id, language, &text, now)).await else {
        metrics::counter!("wixapp_notices_total", "end" => "sent").increment(1);
        return Ok(NoticeEnd::Sent);
    };
    let pause = usize::try_from(notice.attempts - 1).ok().and_then(|n| PAUSES_MIN.get(n));
    tracing::warn!(instance.id = %notice.instance_id, notice.kind = content.kind().as_str(), attempt = notice.attempts, error = %refused.why, "a mail was not sent");
    Ok(match pause.filter(|_| !refused.for_good) {
        Some(minutes) => {
            let at = now.saturating_add(SignedDuration::from_mins(*minutes)).unwrap_or(now);
            NoticeEnd::Again(at, refused.why)
        }
        None => {
            metrics::counter!("wixapp_notices_total", "end" => "failed").increment(1);
            NoticeEnd::Failed(refused.why)
        }
    })
}
