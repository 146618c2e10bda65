//! What has happened, for the inspector's time line: the platform's own part of it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use wixapp_core::id::{DeliveryId, InstanceId};

use crate::engine::Engine;
use crate::live::LiveEvent;

/// How many records are kept; the oldest go first.
const KEEP: usize = 2_000;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The app called an API of the platform.
    Request,
    /// A token was made or looked at.
    Token,
    /// A webhook was posted.
    Delivery,
    /// A ledger entry of the app.
    Ledger,
    /// A job of the app.
    Job,
    /// The platform itself: clock, plans, chaos, snapshots.
    Platform,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should.
    Done,
    /// It is still going on.
    Waiting,
    /// It failed or was refused.
    Failed,
}

/// One line of the inspector's time line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Its id, unique in the time line.
    pub record_id: String,
    /// The platform's time.
    pub at: Timestamp,
    /// What it is about.
    pub kind: Kind,
    /// One line for people.
    pub title: String,
    /// How it went.
    pub outcome: Outcome,
    /// The instance it is about.
    pub instance_id: Option<InstanceId>,
    /// The site it is about.
    pub site_name: Option<String>,
    /// The delivery, where it is one.
    pub delivery_id: Option<DeliveryId>,
    /// Everything else; its form depends on the kind.
    pub detail: Value,
    /// Its place among those of one moment.
    #[serde(skip)]
    pub(crate) number: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Recorder {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    records: VecDeque<Record>,
}

/// What there is to say beside time, kind, title and outcome.
#[derive(Debug, Default)]
pub(crate) struct About {
    pub(crate) instance_id: Option<InstanceId>,
    pub(crate) delivery_id: Option<DeliveryId>,
    pub(crate) detail: Value,
}

impl Engine {
    pub(crate) fn record(&self, kind: Kind, title: String, outcome: Outcome) {
        self.record_at(self.now(), kind, title, outcome, About::default());
    }

    pub(crate) fn record_at(&self, at: Timestamp, kind: Kind, title: String, outcome: Outcome, about: About) {
        let site_name = about.instance_id.as_ref().map(|id| self.read(|world| world.site_name_of(id)));
        let mut kept = self.recorder.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let number = kept.last;
        kept.records.push_back(Record {
            record_id: format!("rec_{number}"),
            at,
            kind,
            title,
            outcome,
            instance_id: about.instance_id,
            site_name,
            delivery_id: about.delivery_id,
            detail: about.detail,
            number,
        });
        if kept.records.len() > KEEP {
            kept.records.pop_front();
        }
        drop(kept);
        self.tell(LiveEvent::Record);
    }

    /// The records that `wanted` asks for, oldest first.
    pub(crate) fn records(&self, wanted: impl Fn(&Record) -> bool) -> Vec<Record> {
        let kept = self.recorder.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.records.iter().filter(|record| wanted(record)).cloned().collect()
    }

    /// What lies in the future of a rewound platform never happened.
    pub(crate) fn forget_records(&self) {
        self.recorder.kept.lock().unwrap_or_else(PoisonError::into_inner).records.clear();
    }
}
