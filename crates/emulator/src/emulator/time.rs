//! What a developer does with time: moving the clock, saving and going back, playing scenarios and recordings.

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::Emulator;
use crate::error::{Error, Refusal};
use crate::pace::Pace;
use crate::recording::{Recording, Replayed};
use crate::scenario::{Scenario, ScenarioRun};
use crate::snapshot::Snapshot;
use crate::timeline::Advance;
use crate::view::Delivery;

impl Emulator {
    /// Moves the clock forward, doing everything due on the way in the order of time.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_duration` beyond the year 2200.
    pub async fn advance(&self, by: SignedDuration) -> Result<Advance, Error> {
        if by.is_negative() {
            return Err(Refusal::invalid("The clock only goes forward.").into());
        }
        Ok(self.engine.advance(by).await?)
    }

    /// Moves the clock to the next thing due and does it.
    ///
    /// # Errors
    /// [`Error::code`] `nothing_due`.
    pub async fn advance_to_next(&self) -> Result<Advance, Error> {
        Ok(self.engine.advance_to_next().await?)
    }

    /// Moves the clock to a later moment, doing everything due on the way.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_time` for an earlier one, `invalid_duration` beyond the year 2200.
    pub async fn advance_to(&self, target: jiff::Timestamp) -> Result<Advance, Error> {
        Ok(self.engine.advance_to(target).await?)
    }

    /// Lets the clock of a serving platform run at a pace of its own, or at real speed again with `None`.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_time` or `invalid_duration` when it is to run until a moment that it cannot reach.
    pub fn set_pace(&self, pace: Option<Pace>) -> Result<(), Error> {
        Ok(self.engine.set_pace(pace)?)
    }

    /// Posts every webhook, and ends or renews every plan, that is due now.
    ///
    /// # Errors
    /// [`Error::code`] `unavailable` when the state cannot be saved.
    pub async fn settle(&self) -> Result<(), Error> {
        Ok(self.engine.settle().await?)
    }

    /// Saves platform and app under a name of `a-z`, `0-9`, `-` and `_`; with `replace`, an older one of that name goes.
    ///
    /// # Errors
    /// [`Error::code`] `no_snapshots` without a folder for them, `snapshot_exists`, `invalid_request`, or `unavailable` when
    /// the disk refuses.
    pub async fn save_snapshot(&self, name: &str, replace: bool) -> Result<Snapshot, Error> {
        Ok(self.engine.save_snapshot(name, replace).await?)
    }

    /// Goes back to a snapshot: time, sites, plans, webhooks that wait, and the app's data. The clock is at real speed
    /// again.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`, `snapshot_unfit` for one of another app or version, or `unavailable`.
    pub async fn restore_snapshot(&self, name: &str) -> Result<Snapshot, Error> {
        Ok(self.engine.restore_snapshot(name).await?)
    }

    /// All snapshots, by the platform's time in them.
    ///
    /// # Errors
    /// [`Error::code`] `no_snapshots` without a folder for them.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, Error> {
        Ok(self.engine.list_snapshots()?)
    }

    /// Plays a scenario until its end, or the first step that fails: see [`ScenarioRun::failed`].
    ///
    /// # Errors
    /// [`Error::code`] `not_found` on a platform without sites.
    pub async fn play(&self, scenario: &Scenario) -> Result<ScenarioRun, Error> {
        Ok(self.engine.play(scenario).await?)
    }

    /// Leads to one of Wix's app events on a site, the first by default: what is missing on the way (an install, a plan) is
    /// done first, and the app hears of that too. `overrides` replaces fields of the event's payload.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` for an unknown event, `not_found`, or a conflict that names what is in the way.
    pub async fn trigger(
        &self,
        event_type: &str,
        site_id: Option<&str>,
        overrides: &Map<String, Value>,
    ) -> Result<Delivery, Error> {
        let queued = self.engine.trigger(event_type, site_id, overrides)?;
        self.settle().await?;
        self.delivery(queued.delivery_id.as_str()).map(|detail| detail.delivery)
    }

    /// Tells a recording again, signed with this platform's key: each webhook in its order and at its time of the virtual
    /// clock, while Get App Instance answers as Wix did then. The clock ends at the last moment of which the recording tells.
    ///
    /// # Errors
    /// [`Error::code`] `clock_ahead` when the recording begins earlier than now and something was installed here already,
    /// `instance_known` when one of its instances is this platform's own, `invalid_request` for a time beyond the year 2200.
    pub async fn replay(&self, recording: &Recording) -> Result<Replayed, Error> {
        if let Some(from) = recording.begins_at() {
            self.engine.begin_replay(from).await?;
        } else {
            self.engine.tally.begin();
        }
        self.engine.add_recorded(recording.lives())?;
        Ok(self.engine.replay(&recording.webhooks, recording.until).await?)
    }
}
