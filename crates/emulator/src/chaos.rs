//! Chaos on the way to the app: webhooks that come twice, late, in another order, or not at all.
//!
//! Every decision is a pure function of the seed, the number of the delivery and the number of the attempt. So the same
//! seed and the same calls at the same virtual times give the same run, however the answers of the app interleave.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How much goes wrong on the way to the app: the seed of a run, and how many in a hundred webhooks meet with what.
///
/// # Example
/// ```
/// use wixapp_emulator::Chaos;
/// let only_lost = Chaos { duplicate: 0, reorder: 0, delay: 0, slow: 0, drop: 100, ..Chaos::seeded(7) };
/// assert_eq!(only_lost.seed, 7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chaos {
    /// What all decisions are drawn from.
    pub seed: u64,
    /// Percent of webhooks that arrive a second time up to a minute later, though nothing failed.
    pub duplicate: u8,
    /// Percent of webhooks held back for up to 30 seconds, so that later ones overtake them.
    pub reorder: u8,
    /// Percent of webhooks held back for one minute to one hour.
    pub delay: u8,
    /// Percent of attempts that never reach the app. Wix counts them as failed, and retries.
    pub drop: u8,
    /// Percent of attempts that reach the app while its answer comes too late for Wix, which retries.
    pub slow: u8,
}

impl Chaos {
    /// A mixture in which most flows of an app meet with something.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seed, duplicate: 20, reorder: 20, delay: 10, drop: 15, slow: 10 }
    }

    /// The name of a rate that is no percentage.
    pub(crate) fn wrong_rate(&self) -> Option<&'static str> {
        let rates = [
            ("duplicate", self.duplicate),
            ("reorder", self.reorder),
            ("delay", self.delay),
            ("drop", self.drop),
            ("slow", self.slow),
        ];
        rates.into_iter().find(|(_, rate)| *rate > 100).map(|(name, _)| name)
    }
}

/// What chaos did to a webhook, or to one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChaosEffect {
    /// It is a second copy.
    Duplicate,
    /// It was held back, so that others overtake it.
    Reorder,
    /// It was held back for minutes.
    Delay,
    /// The attempt did not reach the app.
    Drop,
    /// The app's answer came too late.
    Slow,
}

/// A run of chaos: the settings, and how many webhooks it has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChaosRun {
    pub(crate) profile: Chaos,
    pub(crate) seen: u64,
}

/// What a delivery that was queued under chaos carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChaosMark {
    /// Its number in the run, from 1.
    pub(crate) number: u64,
    /// What was decided when it was queued.
    pub(crate) effect: Option<ChaosEffect>,
}

/// What becomes of a webhook as it is queued.
pub(crate) struct Departure {
    pub(crate) mark: ChaosMark,
    pub(crate) due: Timestamp,
    /// When a second copy leaves, and its mark.
    pub(crate) copy: Option<(ChaosMark, Timestamp)>,
}

/// The purposes of draws: each has dice of its own.
#[derive(Clone, Copy)]
enum Dice {
    Duplicate = 1,
    Reorder,
    Delay,
    Drop,
    Slow,
    Wait,
    CopyWait,
}

impl ChaosRun {
    pub(crate) fn new(profile: Chaos) -> Self {
        Self { profile, seen: 0 }
    }

    /// Decides when a webhook leaves that would leave at `due`, and whether it leaves twice.
    pub(crate) fn depart(&mut self, due: Timestamp) -> Departure {
        let number = self.next();
        let Chaos { duplicate, reorder, delay, .. } = self.profile;
        let (effect, wait_s) = if self.hits(Dice::Delay, number, 0, delay) {
            (Some(ChaosEffect::Delay), self.draw(Dice::Wait, number, 60, 3_600))
        } else if self.hits(Dice::Reorder, number, 0, reorder) {
            (Some(ChaosEffect::Reorder), self.draw(Dice::Wait, number, 1, 30))
        } else {
            (None, 0)
        };
        let copy = self.hits(Dice::Duplicate, number, 0, duplicate).then(|| {
            let wait_s = self.draw(Dice::CopyWait, number, 0, 60);
            let mark = ChaosMark { number: self.next(), effect: Some(ChaosEffect::Duplicate) };
            (mark, later(due, wait_s))
        });
        Departure { mark: ChaosMark { number, effect }, due: later(due, wait_s), copy }
    }

    /// What happens to the `attempt`-th POST of the webhook with this number.
    pub(crate) fn fate(&self, number: u64, attempt: u32) -> Option<ChaosEffect> {
        let Chaos { drop, slow, .. } = self.profile;
        if self.hits(Dice::Drop, number, attempt, drop) {
            return Some(ChaosEffect::Drop);
        }
        self.hits(Dice::Slow, number, attempt, slow).then_some(ChaosEffect::Slow)
    }

    fn next(&mut self) -> u64 {
        self.seen += 1;
        self.seen
    }

    fn hits(&self, dice: Dice, number: u64, attempt: u32, percent: u8) -> bool {
        roll(self.profile.seed, dice, number, attempt) % 100 < u64::from(percent)
    }

    fn draw(&self, dice: Dice, number: u64, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(roll(self.profile.seed, dice, number, 0) % span).unwrap_or(0)
    }
}

fn later(at: Timestamp, wait_s: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(wait_s)).unwrap_or(at)
}

/// SplitMix64's finaliser over all that a decision depends on.
fn roll(seed: u64, dice: Dice, number: u64, attempt: u32) -> u64 {
    [dice as u64, number, u64::from(attempt)].into_iter().fold(mix(seed), |hash, part| mix(hash ^ mix(part)))
}

fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(seed: u64, count: u64) -> Vec<Option<ChaosEffect>> {
        let run = ChaosRun::new(Chaos { drop: 50, slow: 25, ..Chaos::seeded(seed) });
        (1..=count).map(|number| run.fate(number, 1)).collect()
    }

    #[test]
    fn a_seed_decides_everything_and_another_seed_otherwise() {
        assert_eq!(fates(7, 200), fates(7, 200));
        assert_ne!(fates(7, 200), fates(8, 200));
    }

    #[test]
    fn rates_are_percentages() {
        let hit = |fate: &Option<ChaosEffect>| *fate == Some(ChaosEffect::Drop);
        let dropped = fates(3, 10_000).iter().filter(|fate| hit(fate)).count();
        assert!((4_800..5_200).contains(&dropped), "{dropped} of 10,000 at 50 %");
        let none = ChaosRun::new(Chaos { duplicate: 0, reorder: 0, delay: 0, drop: 0, slow: 0, seed: 1 });
        assert!((1..1_000).all(|number| none.fate(number, 1).is_none()));
        let all = ChaosRun::new(Chaos { drop: 100, ..Chaos::seeded(1) });
        assert!((1..1_000).all(|number| all.fate(number, 13) == Some(ChaosEffect::Drop)));
    }

    #[test]
    fn held_back_webhooks_leave_later_and_copies_are_numbered() {
        let due: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let mut run = ChaosRun::new(Chaos { duplicate: 100, reorder: 100, delay: 0, ..Chaos::seeded(5) });
        for n in 0..50 {
            let departure = run.depart(due);
            let (copy, copy_due) = departure.copy.unwrap();
            assert_eq!((departure.mark.number, copy.number), (2 * n + 1, 2 * n + 2));
            assert!(departure.due > due && departure.due <= due + SignedDuration::from_secs(30));
            assert!(copy_due >= due && copy_due <= due + SignedDuration::from_secs(60));
        }
    }
}
