//! Recordings: what Wix once told an app, written down by `webhook export` and told again by a local platform.
//!
//! A recording is a text of JSON lines. Each line is an object with one field that says what it is: first `head`, then
//! each `instance` with what Wix answered about it, then the `webhook`s in the order in which they came, then the
//! `entry`s of the ledgers to compare with, and `end` with how many there were. Nothing in it is signed: the platform that
//! replays it signs anew, with its own key.

mod life;
mod read;
mod replay;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wixapp_core::fact::BillingCycle;
use wixapp_core::id::InstanceId;

pub use self::life::RecordedLife;
pub(crate) use self::life::{MAX_SAID, RecordedPast};
pub use self::replay::Replayed;
pub(crate) use self::replay::Tally;

/// The form of recordings that this version writes and reads.
const VERSION: u32 = 1;

/// A recording, read whole.
///
/// # Example
/// ```
/// use wixapp_emulator::recording::Recording;
/// let text = r#"{"head": {"recording": 1, "pseudonyms": true}}
/// {"instance": {"instanceId": "instance-1", "answers": [], "leftOut": null}}
/// {"webhook": {"at": "2026-01-01T00:00:01Z", "happenedAt": "2026-01-01T00:00:00Z", "instanceId": "instance-1", "event": "AppInstalled", "data": {}}}
/// {"end": {"instances": 1, "webhooks": 1, "entries": 0, "until": "2026-02-01T00:00:00Z"}}"#;
/// let recording = Recording::read(text.as_bytes())?;
/// assert_eq!(recording.webhooks.len(), 1);
/// let cut = text.rsplit_once('\n').unwrap().0;
/// assert!(Recording::read(cut.as_bytes()).unwrap_err().to_string().contains("cut short"));
/// # Ok::<(), wixapp_emulator::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Whether the ids of instances and invoices were replaced.
    pub pseudonyms: bool,
    /// The last moment of which it tells: a replay ends there. `None` in an empty one.
    pub until: Option<Timestamp>,
    /// Whom it is about, and what Wix answered about them.
    pub instances: Vec<RecordedInstance>,
    /// What came, in order.
    pub webhooks: Vec<RecordedWebhook>,
    /// The ledgers that came of it, each in the order of its entries.
    pub entries: Vec<RecordedEntry>,
}

/// One line of a recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Line {
    /// The first.
    Head(Head),
    /// An instance.
    Instance(RecordedInstance),
    /// An arrival of a webhook.
    Webhook(RecordedWebhook),
    /// A line of a ledger.
    Entry(RecordedEntry),
    /// The last.
    End(End),
}

/// What a recording is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// The version of its form: 1.
    pub recording: u32,
    /// Whether the ids of instances and invoices were replaced.
    pub pseudonyms: bool,
}

impl Head {
    /// The head of a recording in this version's form.
    #[must_use]
    pub fn new(pseudonyms: bool) -> Self {
        Self { recording: VERSION, pseudonyms }
    }
}

/// Why the ledger of an instance does not follow from its webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LeftOut {
    /// What Wix told was deleted at the request of the site's owner.
    Erased,
    /// It has plans that Wix did not sell: an operator gave them, or they are paid at Stripe.
    SoldElsewhere,
}

/// An instance of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedInstance {
    /// Its id, or what stands for it.
    pub instance_id: InstanceId,
    /// What Get App Instance said, and when; the earliest first.
    pub answers: Vec<RecordedAnswer>,
    /// Why its ledger is not compared, if it is not.
    pub left_out: Option<LeftOut>,
}

/// What Wix answered about an instance, over a time in which nothing else was heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedAnswer {
    /// When Wix said so first.
    #[serde(deserialize_with = "read::moment")]
    pub from: Timestamp,
    /// When Wix said so last.
    #[serde(deserialize_with = "read::moment")]
    pub until: Timestamp,
    /// The plan that was paid; `None` for none.
    pub plan: Option<RecordedPlan>,
}

/// A plan as Get App Instance describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedPlan {
    /// Wix's id of the product.
    pub product_id: String,
    /// How it is paid.
    pub cycle: BillingCycle,
    /// Since when.
    #[serde(deserialize_with = "read::maybe_moment")]
    pub since: Option<Timestamp>,
    /// When the paid period ends, where Wix says so.
    #[serde(deserialize_with = "read::maybe_moment")]
    pub expires_at: Option<Timestamp>,
    /// The invoice of the period, where Wix names one.
    pub invoice_id: Option<String>,
    /// Whether it renews by itself.
    pub auto_renewing: bool,
    /// Whether it is in its free trial.
    pub in_trial: bool,
}

/// An arrival of a webhook, without its signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedWebhook {
    /// When it came.
    #[serde(deserialize_with = "read::moment")]
    pub at: Timestamp,
    /// When it happened, by Wix's clock.
    #[serde(deserialize_with = "read::moment")]
    pub happened_at: Timestamp,
    /// Whom it is about.
    pub instance_id: InstanceId,
    /// Wix's name of the event.
    pub event: String,
    /// The innermost of the three layers; `null` where it could not be read.
    pub data: Value,
}

/// A line of the ledger that came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedEntry {
    /// Whose.
    pub instance_id: InstanceId,
    /// When it was written.
    #[serde(deserialize_with = "read::moment")]
    pub at: Timestamp,
    /// What kind of movement: `grant`, `spend`, ….
    pub kind: String,
    /// The account the credits left.
    pub from: String,
    /// The account they went to.
    pub to: String,
    /// How many.
    pub amount: i64,
    /// The key under which it can happen once, without the digests of facts, which are others each time something is told.
    pub key: String,
    /// Why, where nobody's own words are in it.
    pub reason: String,
}

/// How many lines of each kind there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Instances.
    pub instances: u64,
    /// Webhooks.
    pub webhooks: u64,
    /// Entries.
    pub entries: u64,
    /// The last moment of which the recording tells.
    #[serde(deserialize_with = "read::maybe_moment")]
    pub until: Option<Timestamp>,
}

impl Recording {
    /// The first moment of which it tells.
    #[must_use]
    pub fn begins_at(&self) -> Option<Timestamp> {
        let answers = self.instances.iter().filter_map(|instance| instance.answers.first());
        let webhooks = self.webhooks.iter().map(|webhook| webhook.at.min(webhook.happened_at));
        webhooks.chain(answers.map(|answer| answer.from)).min()
    }
}
