//! The platform's post office: every event is delivered until it is acknowledged, late, twice and out of order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use anyhow::{Result, ensure};
use rand::RngExt;
use rand::rngs::StdRng;
use wixapp_core::InstanceId;

use crate::identity::{self, Identity};

use super::script::Script;

/// The waits between attempts, in seconds (wix-protocol §4); after the last the platform gives up for ever.
const WAITS_S: [u64; 12] =
    [60, 600, 3_600, 7_200, 7_200, 7_200, 14_400, 14_400, 14_400, 28_800, 28_800, 43_200];
/// How many times the platform sends one event at the most, failures aside.
const COPIES: usize = 3;
/// Within how many seconds the events of an instance go out for the first time, in any order.
const SHUFFLED_WITHIN_S: u64 = 4 * 3_600;
/// The post never runs out while the server lives.
const LEAST: usize = 24;

/// A signed event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) instance: InstanceId,
    /// Which of the events of all instances.
    pub(super) event: usize,
    pub(super) body: String,
    failures: usize,
}

/// An instance of the platform and what it must come to.
#[derive(Clone, Debug)]
pub(super) struct Resident {
    pub(super) script: Script,
    /// Its events, by their numbers.
    pub(super) events: std::ops::Range<usize>,
}

/// All events, with where they stand.
#[derive(Debug, Default)]
pub(super) struct Mail {
    residents: BTreeMap<InstanceId, Resident>,
    events: usize,
    /// By the platform's time in seconds, then as they were queued.
    waiting: BinaryHeap<Reverse<(u64, usize)>>,
    letters: Vec<Letter>,
    /// The platform's time: it jumps to whatever is due next.
    now_s: u64,
    acknowledged: Vec<(InstanceId, String)>,
    repeated: usize,
}

impl Mail {
    /// A new instance, whose events go out in any order, some of them more than once.
    pub(super) fn arrive(
        &mut self,
        script: Script,
        instance: InstanceId,
        identity: &Identity,
        rng: &mut StdRng,
    ) -> Result<()> {
        let webhooks = script.webhooks(identity, &instance)?;
        let events = self.events..self.events + webhooks.len();
        for (event, body) in events.clone().zip(webhooks) {
            for _ in 0..rng.random_range(1..=COPIES) {
                let due = self.now_s + rng.random_range(0..SHUFFLED_WITHIN_S);
                let letter = Letter { instance: instance.clone(), event, body: body.clone(), failures: 0 };
                self.post(due, letter);
            }
        }
        self.events = events.end;
        self.residents.insert(instance, Resident { script, events });
        Ok(())
    }

    /// Adds instances until there is enough to deliver.
    pub(super) fn fill(&mut self, identity: &Identity, rng: &mut StdRng) -> Result<()> {
        while self.waiting.len() < LEAST {
            let (script, number) = (Script::draw(rng), self.residents.len());
            self.arrive(script, identity::instance(3, number), identity, rng)?;
        }
        Ok(())
    }

    fn post(&mut self, due: u64, letter: Letter) {
        self.waiting.push(Reverse((due, self.letters.len())));
        self.letters.push(letter);
    }

    /// What is delivered next; the platform's time jumps there.
    pub(super) fn next(&mut self) -> Option<Letter> {
        let Reverse((due, number)) = self.waiting.pop()?;
        self.now_s = self.now_s.max(due);
        self.letters.get(number).cloned()
    }

    /// The app answered 200: it must never lose the delivery.
    pub(super) fn acknowledge(&mut self, letter: Letter, delivery_id: String) {
        self.acknowledged.push((letter.instance, delivery_id));
    }

    /// No 200: the schedule says when it is tried again.
    pub(super) fn fail(&mut self, mut letter: Letter) -> Result<()> {
        let wait = WAITS_S.get(letter.failures);
        ensure!(wait.is_some(), "the platform gave up on event {}: this run proves nothing", letter.event);
        letter.failures += 1;
        self.repeated += 1;
        self.post(self.now_s + wait.unwrap_or(&0), letter);
        Ok(())
    }

    pub(super) fn residents(&self) -> &BTreeMap<InstanceId, Resident> {
        &self.residents
    }

    pub(super) fn acknowledged(&self) -> &[(InstanceId, String)] {
        &self.acknowledged
    }

    /// How many deliveries failed.
    pub(super) fn repeated(&self) -> usize {
        self.repeated
    }

    /// How many different events there are.
    pub(super) fn events(&self) -> usize {
        self.events
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_letter_that_fails_comes_again_by_the_schedule_and_twelve_times_at_the_most() {
        let mut mail = Mail::default();
        let letter =
            Letter { instance: identity::instance(3, 0), event: 0, body: "signed".to_owned(), failures: 0 };
        mail.post(5, letter);
        for wait in WAITS_S {
            let letter = mail.next().unwrap();
            let failed_at = mail.now_s;
            mail.fail(letter).unwrap();
            let Reverse((due, _)) = *mail.waiting.peek().unwrap();
            assert_eq!(due, failed_at + wait);
        }
        let last = mail.next().unwrap();
        assert!(mail.fail(last).is_err());
    }

    #[test]
    fn every_event_goes_out_at_least_once() {
        let (identity, mut rng) = (Identity::generate().unwrap(), StdRng::seed_from_u64(1));
        let mut mail = Mail::default();
        mail.fill(&identity, &mut rng).unwrap();
        let mut sent = std::collections::BTreeSet::new();
        while let Some(letter) = mail.next() {
            sent.insert(letter.event);
        }
        assert_eq!(sent.len(), mail.events());
    }
}
