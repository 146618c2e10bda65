//! Asking Wix for the truth, so that lost webhooks do not matter.

use std::sync::Arc;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use wixapp_core::clock::Timestamp;
use wixapp_core::fact::{BillingCycle, Fact, FactKind, PaidSnapshot, PlanTerms, Snapshot};
use wixapp_core::{BillingSource, InstanceId, fact};
use wixapp_platform::AppInstance;
use wixapp_platform::api::instance::FreeTrialStatus;
use wixapp_store::{Profile, Tx, Want};

use super::derive;
use crate::billing_source;
use crate::error::ApiError;
use crate::state::App;

/// One instance is asked about at most once in this time (billing-rules §6.24).
const QUIET: SignedDuration = SignedDuration::from_secs(5);
/// So soon after a removal an answer does not undo it: what Wix answers may be of before.
const REMOVAL_GRACE: SignedDuration = SignedDuration::from_mins(10);
/// By more than this the clock does not differ from the time that passed, unless it was moved. It is how far Wix's may be off.
const MOVED: SignedDuration = SignedDuration::from_secs(60);
/// A clock that is moved again and again, as one that runs fast is, holds nothing up for longer than so many answers take.
const MOVES: usize = 2;
/// The name under which answers of Wix stand among the facts.
const EVENT_TYPE: &str = "GetAppInstance";

/// What came of asking Wix.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Wix said how the instance stands.
    Known(Seen),
    /// Wix refused to speak of it: the app is not on that site, or not ours to ask about.
    Refused,
    /// Wix could not be asked, or did not answer.
    Unknown,
}

/// How an instance stood when Wix, or whoever it buys from, was asked.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The plan, if any; `None` when who sells it did not say.
    plan: Option<Option<PaidSnapshot>>,
    /// That the app is on the site; `None` when Wix did not say.
    install: Option<Install>,
    /// What was bought once and no webhook told of.
    bought: Option<Box<Fact>>,
    at: Timestamp,
}

#[derive(Debug, Clone)]
struct Install {
    origin_instance_id: Option<String>,
}

/// Asks Wix about an instance and derives it, in the background; at most once in five seconds for one instance.
pub fn soon(app: &Arc<App>, instance_id: InstanceId) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut stopping = app.live.stopping();
        let done = tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            done = now(&app, &instance_id) => done,
        };
        if let Err(error) = done {
            tracing::error!(instance.id = %instance_id, error = error.message(), "an instance could not be reconciled");
        }
    });
}

/// Asks Wix about an instance and derives it; at most once in five seconds for one instance.
///
/// # Errors
/// [`Unavailable`](wixapp_core::ErrorCode::Unavailable) when the database cannot be used.
pub async fn now(app: &App, instance_id: &InstanceId) -> Result<(), ApiError> {
    let recent = |at: Timestamp, now: Timestamp| now.duration_since(at).abs() < QUIET;
    if claim(app, instance_id, recent).await? {
        look(app, instance_id).await?;
    }
    Ok(())
}

/// Asks Wix about an instance and derives it, unless that was done after this process was started; when it is done now,
/// whether Wix said how it stands.
pub(crate) async fn anew(app: &App, instance_id: &InstanceId) -> Result<Option<bool>, ApiError> {
    let (started_at, day) = (app.started_at, SignedDuration::from_hours(24));
    let known = move |at: Timestamp, now: Timestamp| at > started_at && now.duration_since(at) < day;
    if !claim(app, instance_id, known).await? {
        return Ok(None);
    }
    look(app, instance_id).await.map(Some)
}

/// Asks Wix about an instance and derives it; whether Wix said how it stands.
pub(crate) async fn look(app: &App, instance_id: &InstanceId) -> Result<bool, ApiError> {
    let answer = ask(app, instance_id).await;
    let answered = matches!(answer, Answer::Known(_));
    derive::instance(app, instance_id, Some(answer)).await.map(|_| answered)
}

/// Asks Wix about an instance that is in doubt, and derives it; whether it was.
pub(crate) async fn settle_doubt(app: &App, instance_id: &InstanceId) -> Result<bool, ApiError> {
    if app.doubtful_before.is_none() {
        return Ok(false);
    }
    let found = app.store.find_instance(instance_id).await?;
    let doubtful = found.is_some_and(|found| is_doubtful(&found.profile, app.doubtful_before));
    if doubtful {
        look(app, instance_id).await?;
    }
    Ok(doubtful)
}

/// Whether what is known of the instance was last confirmed before the database may have been restored.
pub(crate) fn is_doubtful(profile: &Profile, doubtful_before: Option<Timestamp>) -> bool {
    let heard_of = profile.installed_at.is_some();
    doubtful_before.is_some_and(|before| heard_of && profile.reconciled_at.is_none_or(|at| at < before))
}

/// Takes the turn to ask; `false` when somebody asked and that `is_enough`, here or in another process.
async fn claim(
    app: &App,
    instance_id: &InstanceId,
    is_enough: impl Fn(Timestamp, Timestamp) -> bool + Send + Sync + 'static,
) -> Result<bool, ApiError> {
    let doubtful = app.doubtful_before;
    let decide = move |tx: &mut Tx| {
        let enough = tx.profile.reconciled_at.is_some_and(|at| is_enough(at, tx.now));
        // What is in doubt stays so until there is an answer, though it may be asked about twice.
        if !enough && !is_doubtful(&tx.profile, doubtful) {
            tx.profile.reconciled_at = Some(tx.now);
        }
        Ok::<bool, ApiError>(!enough)
    };
    app.store.transact(instance_id, Want::money(), app.clock.now(), decide).await?
}

/// Asks how an instance stands: Wix whether the app is there, and whoever it buys from about its plan. A failure is an
/// answer too: nothing is known, and nothing changes.
///
/// When the clock was moved while the answer was on its way, it is of another day, and the question is put again.
pub async fn ask(app: &App, instance_id: &InstanceId) -> Answer {
    for _ in 0..MOVES {
        let (asked_at, since) = (app.clock.now(), Instant::now());
        let answer = ask_once(app, instance_id).await;
        let waited = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX);
        let moved = app.clock.now().duration_since(asked_at).saturating_sub(waited);
        if moved < MOVED || !matches!(answer, Answer::Known(_)) {
            return answer;
        }
    }
    ask_once(app, instance_id).await
}

async fn ask_once(app: &App, instance_id: &InstanceId) -> Answer {
    // Of whom to ask may not be known either.
    let Ok(source) = billing_source::of(app, instance_id).await else { return Answer::Unknown };
    let mut bought = None;
    let (wix, plan) = match source {
        BillingSource::Wix => {
            let wix = ask_wix(app, instance_id).await;
            let plan = wix.as_ref().ok().map(paid);
            (wix, plan)
        }
        // Wix calls an instance free that pays elsewhere: of its plan it knows nothing.
        BillingSource::Stripe => {
            let (wix, told) = tokio::join!(ask_wix(app, instance_id), billing_source::ask(app, instance_id));
            let Some(told) = told else { return Answer::Unknown };
            bought = told.bought.map(Box::new);
            (wix, told.plan)
        }
        BillingSource::None => (ask_wix(app, instance_id).await, None),
    };
    let install = match (wix, &plan) {
        (Ok(found), _) => Some(Install { origin_instance_id: found.instance.origin_instance_id }),
        (Err(answer), None) if bought.is_none() => return answer,
        (Err(_), _) => None,
    };
    Answer::Known(Seen { plan, install, bought, at: app.clock.now() })
}

async fn ask_wix(app: &App, instance_id: &InstanceId) -> Result<AppInstance, Answer> {
    if !app.pace.turn(instance_id, app.clock.now()).await {
        tracing::warn!(instance.id = %instance_id, "Wix was asked about an instance too often in this minute");
        return Err(Answer::Unknown);
    }
    metrics::counter!("wixapp_wix_questions_total").increment(1);
    app.wix.app_instance(instance_id).await.map_err(|error| {
        tracing::warn!(instance.id = %instance_id, error = %error, "Wix could not be asked");
        match error.status() {
            Some(400..=404) => Answer::Refused,
            _ => Answer::Unknown,
        }
    })
}

fn paid(found: &AppInstance) -> Option<PaidSnapshot> {
    let billing = found.instance.billing.as_ref().filter(|_| !found.instance.is_free)?;
    let trial = billing.free_trial_info.as_ref();
    Some(PaidSnapshot {
        terms: PlanTerms {
            vendor_product_id: billing.package_name.clone(),
            cycle: billing.billing_cycle.clone().unwrap_or(BillingCycle::Monthly),
            expires_at: billing.expiration_date,
            invoice_id: billing.invoice_id.clone(),
        },
        since: billing.time_stamp,
        auto_renewing: billing.auto_renewing.unwrap_or(true),
        in_trial: trial.is_some_and(|trial| trial.status == FreeTrialStatus::InProgress),
    })
}

impl Seen {
    /// What an answer of Get App Instance says that came at `at`.
    #[must_use]
    pub fn new(found: &AppInstance, at: Timestamp) -> Self {
        let install = Install { origin_instance_id: found.instance.origin_instance_id.clone() };
        Self { plan: Some(paid(found)), install: Some(install), bought: None, at }
    }

    /// Adds the answer to the facts, or lengthens the last one when nothing happened since and it says the same.
    pub fn note(&self, tx: &mut Tx) {
        tx.profile.reconciled_at = Some(self.at);
        if let Some(install) = &self.install {
            self.note_install(tx, install);
        }
        if let Some(bought) = &self.bought {
            note_bought(tx, bought);
        }
        let Some(plan) = &self.plan else { return };
        let mut known: Vec<Fact> = tx.facts.iter().filter_map(|stored| stored.fact.clone()).collect();
        fact::sort(&mut known);
        let snapshot = |seen_until| FactKind::Snapshot(Snapshot { paid: plan.clone(), seen_until });
        let same = known.pop().filter(|last| matches!(&last.kind, FactKind::Snapshot(s) if s.paid == *plan));
        let noted = match same {
            Some(last) => Fact { kind: snapshot(self.at.max(last.at)), ..last },
            None => {
                let content = serde_json::to_string(plan).unwrap_or_default();
                Fact { key: self.key(&content), at: self.at, kind: snapshot(self.at) }
            }
        };
        tx.note_fact(EVENT_TYPE, noted);
    }

    /// Wix only answers where the app is installed: what no webhook said, or a lost one after a removal, is known now.
    fn note_install(&self, tx: &mut Tx, install: &Install) {
        let kinds = || tx.facts.iter().filter_map(|stored| stored.fact.as_ref()).map(|fact| &fact.kind);
        let was_told = kinds().any(|kind| matches!(kind, FactKind::AppInstalled { .. }));
        let is_told = match tx.profile.removed_at {
            Some(removed_at) => self.at.duration_since(removed_at) < REMOVAL_GRACE,
            None => was_told,
        };
        if is_told {
            return;
        }
        let kind = FactKind::AppInstalled { origin_instance_id: install.origin_instance_id.clone() };
        tx.note_fact(EVENT_TYPE, Fact { key: self.key("installed"), at: self.at, kind });
    }

    fn key(&self, content: &str) -> String {
        hex::encode(Sha256::digest(format!("{EVENT_TYPE}\n{}\n{content}", self.at)))
    }
}

/// A webhook may have told of it since it was asked about.
fn note_bought(tx: &mut Tx, bought: &Fact) {
    let invoice = |fact: &Fact| match &fact.kind {
        FactKind::PlanPurchased(terms) => terms.invoice_id.clone(),
        _ => None,
    };
    let mut known = tx.facts.iter().filter_map(|stored| invoice(stored.fact.as_ref()?));
    if known.all(|id| Some(id) != invoice(bought)) {
        tx.note_fact("checkout.session", bought.clone());
    }
}
