//! What must have come of it: the arithmetic of the billing rules, told again in the plainest way.
//!
//! It reads the true history in order and shares no code with the product's own derivation. What lost knowledge makes
//! different is named in [`life`](super::life), rule by rule.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::chronicle::{Deed, Purchase, Story};
use super::life::{Life, lives};

/// What the operator decided.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Whether cycles fall on the same day each month, and not every thirty days.
    pub by_month: bool,
    /// What the free plan gives.
    pub free: i64,
}

/// How an instance must stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Every grant, with the moment from which it counts, in order.
    pub grants: Vec<(Timestamp, i64)>,
    /// When the plan's credits were cut.
    pub cuts: Vec<Timestamp>,
    /// The plan in force, `None` for the free one.
    pub plan: Option<String>,
    /// Whether it renews by itself.
    pub renews: bool,
}

/// What the instance must have and be at `now`.
#[must_use]
pub fn expect(story: &Story, rules: Rules, now: Timestamp) -> Expected {
    let mut expected = Expected { grants: Vec::new(), cuts: Vec::new(), plan: None, renews: false };
    let copy = story.deeds.iter().any(|entry| matches!(entry.deed, Deed::Installed { copy: true }));
    let heard_of = story.deeds.iter().any(|entry| entry.told.is_some()) || !story.asked.is_empty();
    if heard_of && !copy {
        expected.grants.extend(story.deeds.first().map(|first| (first.at, rules.free)));
    }
    // A life without a trace is none.
    let lives: Vec<_> = lives(story).into_iter().filter(|life| !life.stages().is_empty()).collect();
    for (n, life) in lives.iter().enumerate() {
        let next = lives.get(n + 1).and_then(|next| next.stages().first().map(|stage| stage.0));
        let end = life.end().filter(|end| *end <= now);
        let mut walk = Walk { life, rules, now, grants: Vec::new() };
        let plan = walk.walk(end);
        expected.grants.append(&mut walk.grants);
        match end {
            Some(end) if next.is_none_or(|next| end < next) => expected.cuts.push(end),
            Some(_) => {}
            None => (expected.plan, expected.renews) = (plan, life.renews()),
        }
    }
    expected.grants.sort();
    expected
}

/// A stretch on one plan: its cycles are counted from `anchor`, and those from `from` on are its own.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    plan: &'a Purchase,
    anchor: Timestamp,
    from: Timestamp,
}

/// A walk through one life, stage by stage.
struct Walk<'a> {
    life: &'a Life<'a>,
    rules: Rules,
    now: Timestamp,
    grants: Vec<(Timestamp, i64)>,
}

impl<'a> Walk<'a> {
    /// Grants what each stage earns; gives the plan in force at the end.
    fn walk(&mut self, end: Option<Timestamp>) -> Option<String> {
        let mut current: Option<Stretch<'a>> = None;
        let mut pending: Option<(&'a Purchase, Timestamp)> = None;
        for (at, plan) in self.life.stages() {
            self.begin_pending(&mut current, &mut pending, at);
            match current {
                // A lower plan begins when the higher one's paid period is over.
                Some(higher) if plan.rank < higher.plan.rank => {
                    let until = pending.map_or_else(|| self.life.paid_until(at), |(_, until)| until);
                    pending = Some((plan, until));
                }
                // Another way of paying: the cycle goes on. And back up before the lower plan began is no upgrade.
                Some(same) if plan.rank == same.plan.rank => {
                    pending = None;
                    if plan.yearly != same.plan.yearly {
                        self.cycles(same, at);
                        current = Some(Stretch { plan, anchor: same.anchor, from: at });
                    }
                }
                // The first plan, or a higher one: its credits at once, and the cycle begins anew.
                before => {
                    before.into_iter().for_each(|lower| self.cycles(lower, at));
                    pending = None;
                    self.grants.push((at, plan.credits));
                    current = Some(Stretch { plan, anchor: at, from: at });
                }
            }
        }
        self.begin_pending(&mut current, &mut pending, end.unwrap_or(self.now));
        let last = current?;
        // What falls on the very end is not earned; what falls on this very moment is.
        self.cycles(last, end.unwrap_or(Timestamp::MAX));
        Some(last.plan.plan.clone())
    }

    fn begin_pending(
        &mut self,
        current: &mut Option<Stretch<'a>>,
        pending: &mut Option<(&'a Purchase, Timestamp)>,
        at: Timestamp,
    ) {
        let (Some((plan, from)), Some(higher)) = (pending.filter(|pending| pending.1 <= at), *current) else {
            return;
        };
        self.cycles(higher, from);
        (*current, *pending) = (Some(Stretch { plan, anchor: higher.anchor, from }), None);
    }

    /// The cycles after the first that fall into the stretch.
    fn cycles(&mut self, stretch: Stretch<'_>, until: Timestamp) {
        for n in 1.. {
            let at = cycle(stretch.anchor, n, self.rules.by_month, stretch.plan.yearly);
            if at >= until || at > self.now {
                return;
            }
            if at >= stretch.from && self.life.is_worded(at) && !self.life.is_held_back(at) {
                self.grants.push((at, stretch.plan.credits));
            }
        }
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
    let at = start.and_then(|start| start.timestamp().checked_add(Span::new().hours(24 * days)));
    at.unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::chronicle::Told;

    fn day(n: i64) -> Timestamp {
        "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(24 * n)
    }

    fn bought(plan: &str, credits: i64, rank: u32, from: i64, until: i64) -> (i64, Deed) {
        let plan = plan.to_owned();
        let until = day(until);
        (
            from,
            Deed::Bought(Purchase {
                plan,
                credits,
                rank,
                yearly: false,
                fresh: rank == 1,
                trial: false,
                until,
            }),
        )
    }

    /// The history, each word of it told, seen at the end of day `now`.
    fn after(deeds: &[(i64, Deed)], now: i64) -> Expected {
        let mut story = Story::default();
        for (at, deed) in [(0, Deed::Installed { copy: false })].iter().chain(deeds) {
            let place = story.add(day(*at), deed.clone());
            story.tell(place, Told { at: day(*at), heard: day(*at) });
        }
        story.asked.push((day(now), day(now)));
        expect(&story, Rules { by_month: false, free: 200 }, day(now))
    }

    fn sum(expected: &Expected) -> i64 {
        expected.grants.iter().map(|grant| grant.1).sum()
    }

    #[test]
    fn the_rows_of_the_contract_come_out() {
        let starter = bought("starter", 1_000, 1, 0, 31);
        let pro = bought("pro", 5_000, 2, 5, 33);
        assert_eq!(sum(&after(&[], 1)), 200);
        assert_eq!(sum(&after(std::slice::from_ref(&starter), 1)), 1_200);
        assert_eq!(sum(&after(std::slice::from_ref(&starter), 30)), 2_200);
        assert_eq!(sum(&after(&[starter.clone(), pro.clone()], 6)), 6_200);
        let back = bought("starter", 1_000, 1, 8, 36);
        let Deed::Bought(back) = back.1 else { unreachable!() };
        let down = after(&[starter.clone(), pro, (8, Deed::Bought(Purchase { fresh: false, ..back }))], 9);
        assert_eq!((sum(&down), down.plan.as_deref()), (6_200, Some("pro")));
        let over = after(&[starter, (10, Deed::Cancelled), (31, Deed::Over)], 40);
        assert_eq!((over.cuts, over.plan), (vec![day(31)], None));
    }
}
