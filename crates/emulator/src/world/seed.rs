//! Ids, tokens and keys from one secret: the same seed and the same calls give the same values.

use aws_lc_rs::hmac;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wixapp_core::id::DeliveryId;

/// A 256-bit secret and a counter.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Seed {
    key: String,
    drawn: u64,
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seed").field("drawn", &self.drawn).finish_non_exhaustive()
    }
}

impl Seed {
    /// A seed nobody can guess.
    pub(crate) fn random() -> Self {
        Self { key: format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>()), drawn: 0 }
    }

    /// A known seed, for tests.
    pub(crate) fn fixed(number: u64) -> Self {
        Self { key: format!("fixed-{number}"), drawn: 0 }
    }

    /// A key for one purpose; the same for ever.
    pub(crate) fn key_for(&self, purpose: &str) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key, purpose.as_bytes()).as_ref());
        bytes
    }

    /// The GUID that belongs to `name` for ever.
    pub(crate) fn guid_of(&self, name: &str) -> String {
        guid(&self.key_for(name))
    }

    /// A fresh GUID.
    pub(crate) fn next_guid(&mut self) -> String {
        guid(&self.draw())
    }

    /// A fresh delivery id.
    pub(crate) fn next_delivery_id(&mut self, now: Timestamp) -> DeliveryId {
        let mut random = [0; 10];
        random.copy_from_slice(&self.draw()[..10]);
        DeliveryId::new(now, random)
    }

    /// How many values were drawn: a number that only grows.
    pub(crate) fn drawn(&self) -> u64 {
        self.drawn
    }

    fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        self.key_for(&format!("draw:{}", self.drawn))
    }
}

fn guid(bytes: &[u8; 32]) -> String {
    let mut first = [0; 16];
    first.copy_from_slice(&bytes[..16]);
    uuid::Builder::from_random_bytes(first).into_uuid().hyphenated().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_gives_the_same_ids_and_another_seed_others() {
        let (mut a, mut b, mut c) = (Seed::fixed(1), Seed::fixed(1), Seed::fixed(2));
        let first = a.next_guid();
        assert_eq!(first, b.next_guid());
        assert_ne!(first, a.next_guid(), "a draw is never repeated");
        assert_ne!(first, c.next_guid());
        assert_eq!(a.guid_of("x"), b.guid_of("x"));
        assert_ne!(Seed::random().next_guid(), Seed::random().next_guid());
    }

    #[test]
    fn debug_output_hides_the_key() {
        assert!(!format!("{:?}", Seed::fixed(77)).contains("77"));
    }
}
