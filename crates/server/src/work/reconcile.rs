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
/// How far our clock may be ahead of Wix's before it is taken for wrong.
pub(super) const AHEAD: SignedDuration = SignedDuration::from_mins(10);
/// For so long after its checkout was opened a top-up is looked for of which no webhook came. The checkout's page lives two
/// days, and Wix tells of a payment for two more.
const TOP_UP_SOUGHT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The name under which answers of Wix stand among the facts,
const EVENT_TYPE: &str = "GetAppInstance";
/// the one under which its list of purchases does,
const LIST_TYPE: &str = "GetPurchaseHistory";
/// and the one under which a paid page of Stripe does.
const STRIPE_TYPE: &str = "checkout.session";

/// What came of asking Wix.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Wix said how the instance stands.
    Known(Box<Seen>),
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
    /// What was bought once, and maybe no webhook told of: what Stripe says is paid, or Wix's list holds.
    bought: Vec<Fact>,
    /// When that was true: by our clock, or by Wix's where ours is ahead of it.
    at: Timestamp,
    /// When the answer came, by our clock.
    heard_at: Timestamp,
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
    // What lies ahead was asked by a clock that was wrong.
    let known = move |at: Timestamp, now: Timestamp| {
        let ago = now.duration_since(at);
        at > started_at && ago < day && ago > -AHEAD
    };
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
        let (answer, told_at) = ask_once(app, instance_id).await;
        let waited = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX);
        let moved = app.clock.now().duration_since(asked_at).saturating_sub(waited);
        match answer {
            Answer::Known(seen) if moved < MOVED => return Answer::Known(Box::new(seen.dated(told_at))),
            Answer::Known(_) => {}
            Answer::Refused | Answer::Unknown => return answer,
        }
    }
    ask_once(app, instance_id).await.0
}

/// The answer, and when it was given by Wix's clock.
async fn ask_once(app: &App, instance_id: &InstanceId) -> (Answer, Option<Timestamp>) {
    // Of whom to ask may not be known either.
    let Ok(source) = billing_source::of(app, instance_id).await else { return (Answer::Unknown, None) };
    let mut bought = Vec::new();
    let (wix, plan) = match source {
        BillingSource::Wix => {
            let (wix, list) = tokio::join!(ask_wix(app, instance_id), list_bought(app, instance_id));
            let plan = wix.as_ref().ok().map(paid);
            bought = list;
            (wix, plan)
        }
        // Wix calls an instance free that pays elsewhere: of its plan it knows nothing.
        BillingSource::Stripe => {
            let (wix, told) = tokio::join!(ask_wix(app, instance_id), billing_source::ask(app, instance_id));
            let Some(told) = told else { return (Answer::Unknown, None) };
            bought.extend(told.bought);
            (wix, told.plan)
        }
        BillingSource::None => (ask_wix(app, instance_id).await, None),
    };
    let told_at = wix.as_ref().ok().and_then(|found| found.answered_at);
    let install = match (wix, &plan) {
        (Ok(found), _) => Some(Install { origin_instance_id: found.instance.origin_instance_id }),
        (Err(answer), None) if bought.is_empty() => return (answer, None),
        (Err(_), _) => None,
    };
    let now = app.clock.now();
    (Answer::Known(Box::new(Seen { plan, install, bought, at: now, heard_at: now })), told_at)
}

/// The top-ups in Wix's list of purchases, which Get App Instance says nothing of; looked at while a checkout of one may have been
/// paid. Nothing where it cannot be had: what a webhook tells does not need it.
async fn list_bought(app: &App, instance_id: &InstanceId) -> Vec<Fact> {
    let now = app.clock.now();
    let since = now.checked_sub(TOP_UP_SOUGHT).unwrap_or(now);
    let sought = app.store.has_unpaid_top_up(instance_id, since).await.unwrap_or(false);
    if !sought || !app.pace.turn(instance_id, now).await {
        return Vec::new();
    }
    metrics::counter!("wixapp_wix_questions_total").increment(1);
    let listed = app.wix.purchases(instance_id).await.unwrap_or_else(|error| {
        tracing::debug!(instance.id = %instance_id, error = %error, "Wix did not list the purchases");
        Vec::new()
    });
    let mut facts: Vec<Fact> = Vec::new();
    for purchase in listed {
        let Some(at) = purchase.bought_at else { continue };
        if app.catalog.normalise_top_up(&purchase.product_id).is_none() {
            continue;
        }
        // Two of one moment are two.
        let (product, before) = (&purchase.product_id, facts.len());
        let key = hex::encode(Sha256::digest(format!("{LIST_TYPE}\n{instance_id}\n{product}\n{at}")));
        let same = facts[..before].iter().filter(|fact| fact.key.starts_with(&key)).count();
        let key = if same == 0 { key } else { format!("{key}-{same}") };
        let terms = PlanTerms {
            vendor_product_id: purchase.product_id,
            cycle: BillingCycle::OneTime,
            expires_at: None,
            invoice_id: None,
        };
        facts.push(Fact { key, at, kind: FactKind::PurchaseListed(terms) });
    }
    facts
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
        Self { plan: Some(paid(found)), install: Some(install), bought: Vec::new(), at, heard_at: at }
    }

    /// The answer as one of `told_at`, where our clock is ahead of that: of the time in between it says nothing.
    fn dated(self, told_at: Option<Timestamp>) -> Self {
        let Some(told_at) = told_at.filter(|told| self.heard_at.duration_since(*told) > AHEAD) else {
            return self;
        };
        let ahead_s = self.heard_at.duration_since(told_at).as_secs();
        tracing::error!(
            ahead_s,
            "this machine's clock is ahead of Wix's: nothing is done for the time in between"
        );
        Self { at: told_at, ..self }
    }

    /// When the answer was true, where our clock cannot be right.
    pub(crate) fn earlier_than_heard(&self) -> Option<Timestamp> {
        (self.at < self.heard_at).then_some(self.at)
    }

    /// Adds the answer to the facts, or lengthens the last one when nothing happened since and it says the same.
    pub fn note(&self, tx: &mut Tx) {
        tx.profile.reconciled_at = Some(self.heard_at);
        if let Some(install) = &self.install {
            self.note_install(tx, install);
        }
        for bought in &self.bought {
            note_bought(tx, bought);
        }
        let Some(plan) = &self.plan else { return };
        let mut known: Vec<Fact> = tx.facts.iter().filter_map(|stored| stored.fact.clone()).collect();
        // What lies ahead waits, and takes no answer in.
        known.retain(|fact| fact.at.duration_since(self.at) <= AHEAD);
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

/// A webhook may have told of it since it was asked about. What stands in Wix's list is the same purchase as one that was told,
/// which the derivation finds out.
fn note_bought(tx: &mut Tx, bought: &Fact) {
    let name = |fact: &Fact| match &fact.kind {
        FactKind::PlanPurchased(terms) => terms.invoice_id.clone(),
        FactKind::PurchaseListed(_) => Some(fact.key.clone()),
        _ => None,
    };
    let mut known = tx.facts.iter().filter_map(|stored| name(stored.fact.as_ref()?));
    if known.all(|known| Some(known) != name(bought)) {
        let of_list = matches!(bought.kind, FactKind::PurchaseListed(_));
        tx.note_fact(if of_list { LIST_TYPE } else { STRIPE_TYPE }, bought.clone());
    }
}
