//! What must have come of it: the arithmetic of the billing rules, told again in the plainest way.
//!
//! It reads the true history in order and shares no code with the product's own derivation. Where words were lost,
//! nobody can know everything. So each grant that the truth brings is *sure* when words that got through prove it, and
//! only *possible* when they do not; and where the words leave a gap ([`super::words`]), what an honest reader may take
//! to have happened in it is possible too. What is sure must be in the books; what is in the books must be possible.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::chronicle::{Deed, Purchase, Story};
use super::words::{Life, SLACK, lives};

/// What the operator decided.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Whether cycles fall on the same day each month, and not every thirty days.
    pub by_month: bool,
    /// What the free plan gives.
    pub free: i64,
}

/// How an instance must stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// How many grants of each amount there must be at least, and at most.
    pub grants: BTreeMap<i64, (usize, usize)>,
    /// What the truth brings, and whether it is sure: for a reader.
    pub earned: Vec<(Timestamp, i64, bool)>,
    /// When the plan's credits were cut: from when to when it may have been, and whether it must have been.
    pub cuts: Vec<(Timestamp, Timestamp, bool)>,
    /// Whether the words leave no gap in the life that goes on.
    pub clear: bool,
}

impl Expected {
    fn add(&mut self, amount: i64, sure: bool) {
        let (least, most) = self.grants.entry(amount).or_default();
        *least += usize::from(sure);
        *most += 1;
    }
}

/// A stretch on one plan: its cycles are counted from `anchor`, and those from `from` on are its own.
#[derive(Clone, Copy)]
struct Stretch {
    credits: i64,
    rank: u32,
    yearly: bool,
    anchor: Timestamp,
    from: Timestamp,
    /// The first cycle after the beginning that was not given yet.
    n: i64,
    cycles: bool,
}

/// What the instance must have and be at `now`.
#[must_use]
pub fn expect(story: &Story, rules: Rules, now: Timestamp) -> Expected {
    let mut expected = Expected { clear: true, ..Expected::default() };
    let copy = story.deeds.iter().any(|entry| matches!(entry.deed, Deed::Installed { copy: true }));
    let heard_of = story.deeds.iter().any(|entry| entry.told.is_some()) || !story.asked.is_empty();
    if heard_of && !copy {
        expected.add(rules.free, true);
    }
    let lives = lives(story, now);
    let mut tried_out = Some(false);
    for life in &lives {
        let mut walk = Walk { life, rules, now, tried_out, earned: Vec::new() };
        walk.walk();
        tried_out = walk.tried_out;
        let unsure = life.unsure_from;
        for (at, amount, worded) in walk.earned.iter().filter(|(at, ..)| !life.is_refunded(*at)) {
            let settled = *at < life.over.unwrap_or(now) - SLACK;
            let sure = *worded && settled && unsure.is_none_or(|from| *at < from);
            expected.add(*amount, sure);
            expected.earned.push((*at, *amount, sure));
        }
        if let Some(from) = unsure {
            // Every plan of the gap may have given its credits as it began, and at every turn of a cycle since.
            let turns = life.known_over.min(now).duration_since(from).as_hours() / (28 * 24) + 1;
            for (_, amount) in life.plans() {
                (0..=turns).for_each(|_| expected.add(amount, false));
            }
        }
        // Where nobody knows when a plan began, nobody knows when its period ends.
        let from = [unsure, life.over].into_iter().flatten().min();
        if let Some(from) = from {
            let sure = unsure.is_none() && life.over == Some(life.known_over);
            let until = if unsure.is_some() { now } else { life.known_over };
            expected.cuts.push((from - SLACK, until.saturating_add(SLACK).unwrap_or(until), sure));
        }
        expected.clear = life.over.is_some() || unsure.is_none();
    }
    expected
}

/// A walk through one life: when it earned what, and whether words prove it.
struct Walk<'a> {
    life: &'a Life<'a>,
    rules: Rules,
    now: Timestamp,
    /// Whether an earlier trial gave credits; `None` when nobody can know.
    tried_out: Option<bool>,
    earned: Vec<(Timestamp, i64, bool)>,
}

impl Walk<'_> {
    fn walk(&mut self) {
        let mut current: Option<Stretch> = None;
        let mut pending: Option<(Stretch, Timestamp)> = None;
        for (n, entry) in self.life.entries.iter().enumerate() {
            if let Some((next, from)) = pending.filter(|pending| pending.1 <= entry.at) {
                (current, pending) = (self.begin(current, next, from), None);
            }
            match (&entry.deed, current) {
                // What does not renew has no next plan.
                (Deed::Cancelled, _) => pending = None,
                (Deed::Converted { .. }, Some(tried)) => {
                    self.earned.push((entry.at, tried.credits, true));
                    current = Some(Stretch { anchor: entry.at, from: entry.at, cycles: true, ..tried });
                }
                (Deed::Bought(plan), before) => {
                    let (credits, rank, yearly) = (plan.credits, plan.rank, plan.yearly);
                    let (anchor, from, cycles) = (entry.at, entry.at, !plan.trial);
                    let bought = Stretch { credits, rank, yearly, anchor, from, n: 1, cycles };
                    match before {
                        // A lower plan begins when the higher one's paid period is over.
                        Some(higher) if rank < higher.rank => {
                            pending = Some((bought, plan.until));
                        }
                        // Another way of paying: the cycle goes on.
                        Some(same) if rank == same.rank => {
                            pending = None;
                            current = self.begin(current, bought, entry.at);
                        }
                        // The first plan, or a higher one: its credits at once, and the cycle begins anew.
                        _ => {
                            before.into_iter().for_each(|lower| _ = self.cycles(lower, entry.at));
                            pending = None;
                            self.first(n, plan, entry.at);
                            current = Some(bought);
                        }
                    }
                }
                _ => {}
            }
        }
        let end = self.life.over.unwrap_or(Timestamp::MAX);
        if let Some((next, from)) = pending.filter(|pending| pending.1 <= self.now && pending.1 < end) {
            current = self.begin(current, next, from);
        }
        current.into_iter().for_each(|last| _ = self.cycles(last, end));
    }

    /// What a plan gives as it begins: a trial only the first time.
    fn first(&mut self, n: usize, plan: &Purchase, at: Timestamp) {
        if !plan.trial {
            self.earned.push((at, plan.credits, true));
            return;
        }
        let known = self.life.trial_is_traced(n) && self.life.unsure_from.is_none_or(|from| at < from);
        if self.tried_out != Some(true) {
            self.earned.push((at, plan.credits, known && self.tried_out == Some(false)));
            self.tried_out = known.then_some(true);
        }
    }

    /// The next stretch of one counting of cycles.
    fn begin(&mut self, before: Option<Stretch>, next: Stretch, from: Timestamp) -> Option<Stretch> {
        let before = before?;
        let n = self.cycles(before, from);
        Some(Stretch { anchor: before.anchor, from, n, ..next })
    }

    /// The cycles after the first that fall into the stretch; gives the number of the next. What falls on the very end is
    /// not earned, and no number is given twice, in whatever way the plan is paid.
    fn cycles(&mut self, stretch: Stretch, until: Timestamp) -> i64 {
        let mut next = stretch.n;
        for n in stretch.n.. {
            let at = cycle(stretch.anchor, n, self.rules.by_month, stretch.yearly);
            if at >= until || at > self.now || !stretch.cycles {
                break;
            }
            if at >= stretch.from {
                next = n + 1;
                if !self.life.is_unpaid(at) {
                    self.earned.push((at, stretch.credits, self.life.is_worded(at)));
                }
            }
        }
        next
    }
}

/// When cycle `n` begins: by the month, or every 30 days; a plan paid by the year starts afresh on its anniversary.
fn cycle(anchor: Timestamp, n: i64, by_month: bool, yearly: bool) -> Timestamp {
    let (months, days) = match (by_month, yearly) {
        (true, _) => (n, 0),
        (false, true) => (n / 12 * 12, n % 12 * 30),
        (false, false) => (0, n * 30),
    };
    let start = anchor.to_zoned(TimeZone::UTC).checked_add(Span::new().months(months));
    let at = start.and_then(|start| start.timestamp().checked_add(SignedDuration::from_hours(24 * days)));
    at.unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chronicle::Told;

    const RULES: Rules = Rules { by_month: false, free: 200 };

    fn day(n: i64) -> Timestamp {
        "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * n)
    }

    fn bought(rank: u32, from: i64, until: i64) -> (i64, Deed) {
        let credits = [200, 1_000, 5_000][rank as usize];
        let (plan, fresh, until) = (format!("plan-{rank}"), from == 0, day(until));
        (from, Deed::Bought(Purchase { plan, credits, rank, yearly: false, fresh, trial: false, until }))
    }

    /// A history of which the words about the deeds of some days were lost, seen at the end of day `now`.
    fn without(deeds: &[(i64, Deed)], lost: &[i64], now: i64) -> Expected {
        let mut story = Story::default();
        for (at, deed) in [(0, Deed::Installed { copy: false })].iter().chain(deeds) {
            let place = story.add(day(*at), deed.clone());
            if !lost.contains(at) {
                story.tell(place, Told { at: day(*at), heard: day(*at) });
            }
        }
        story.asked.push((day(now), day(now)));
        expect(&story, RULES, day(now))
    }

    fn counts(expected: &Expected) -> Vec<(i64, usize, usize)> {
        expected.grants.iter().map(|(amount, (least, most))| (*amount, *least, *most)).collect()
    }

    #[test]
    fn where_every_word_got_through_the_rows_of_the_contract_come_out() {
        let (starter, pro) = (bought(1, 0, 31), bought(2, 5, 33));
        let after = |deeds: &[(i64, Deed)], now| counts(&without(deeds, &[], now));
        assert_eq!(after(&[], 1), [(200, 1, 1)]);
        assert_eq!(after(std::slice::from_ref(&starter), 1), [(200, 1, 1), (1_000, 1, 1)]);
        let renewed = (31, Deed::Renewed { until: day(59) });
        assert_eq!(after(&[starter.clone(), renewed], 33), [(200, 1, 1), (1_000, 2, 2)]);
        assert_eq!(after(&[starter.clone(), pro.clone()], 6), [(200, 1, 1), (1_000, 1, 1), (5_000, 1, 1)]);
        let down = [starter.clone(), pro, bought(1, 8, 33)];
        assert_eq!(after(&down, 9), [(200, 1, 1), (1_000, 1, 1), (5_000, 1, 1)]);
        let over = without(&[starter, (10, Deed::Cancelled), (31, Deed::Over)], &[], 40);
        assert_eq!(over.cuts.iter().map(|cut| cut.2).collect::<Vec<_>>(), [true]);
    }

    #[test]
    fn an_answer_from_before_the_money_came_names_no_invoice_of_a_period_that_was_paid_late() {
        let paid_late = [
            bought(1, 0, 31),
            (31, Deed::PaymentFailed),
            (70, Deed::PaymentMade { until: day(59) }),
            (59, Deed::Renewed { until: day(90) }),
            (75, Deed::Refunded),
        ];
        let asked_on = |n| {
            let mut story = Story::default();
            for (at, deed) in [(0, Deed::Installed { copy: false })].iter().chain(&paid_late) {
                let place = story.add(day(*at), deed.clone());
                story.tell(place, Told { at: day(*at), heard: day(*at) });
            }
            story.asked.push((day(n), day(n)));
            counts(&expect(&story, RULES, day(80)))[1]
        };
        assert_eq!(asked_on(72), (1_000, 2, 2), "day 60 was given back");
        let (amount, least, most) = asked_on(65);
        assert!((amount, least) == (1_000, 2) && most > 2, "whose money was given back nobody knows: {most}");
    }

    #[test]
    fn what_no_word_proves_is_possible_and_not_sure() {
        let deeds = [bought(1, 0, 31), bought(2, 5, 33), (7, Deed::Over)];
        let told = without(&deeds, &[], 20);
        assert_eq!(counts(&told)[2], (5_000, 1, 1));
        // The upgrade was lost, and the end was told: whether there was one, nobody knows.
        let lost = without(&deeds, &[5], 20);
        let (amount, least, most) = counts(&lost)[2];
        assert!((amount, least) == (5_000, 0) && most > 0, "{lost:?}");
    }
}
