//! What a developer looks at: deliveries, chaos, the time line.

use super::Emulator;
use crate::chaos::Chaos;
use crate::error::Error;
use crate::record::Record;
use crate::view::{Delivery, DeliveryDetail};

impl Emulator {
    /// Lets webhooks be doubled, delayed, reordered and lost from now on, or ends that with `None`. The same settings, the
    /// same calls and the same virtual times lead to the same run.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` for a rate above 100.
    pub fn set_chaos(&self, chaos: Option<Chaos>) -> Result<(), Error> {
        Ok(self.engine.set_chaos(chaos)?)
    }

    /// The settings of the present run of chaos.
    #[must_use]
    pub fn chaos(&self) -> Option<Chaos> {
        self.engine.read(|world| world.chaos.as_ref().map(|run| run.profile))
    }

    /// What the platform noted for the inspector, oldest first: requests, tokens, deliveries, and what time brought.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        self.engine.records(|_| true)
    }

    /// All kept webhook deliveries, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.engine.read(|world| world.deliveries.iter().map(Delivery::from).collect())
    }

    /// A delivery with its requests and answers.
    ///
    /// # Errors
    /// [`Error::code`] `not_found`.
    pub fn delivery(&self, delivery_id: &str) -> Result<DeliveryDetail, Error> {
        Ok(self.engine.delivery_detail(delivery_id)?)
    }

    /// Posts the same event again, `times` times (1 to 20); these repetitions are not retried.
    ///
    /// # Errors
    /// [`Error::code`] `invalid_request` or `not_found`.
    pub async fn resend(&self, delivery_id: &str, times: u32) -> Result<Vec<Delivery>, Error> {
        let queued = self.engine.queue_resends(delivery_id, times)?;
        self.settle().await?;
        let sent =
            |queued: &Delivery| self.delivery(queued.delivery_id.as_str()).map(|detail| detail.delivery);
        queued.iter().map(sent).collect()
    }
}
