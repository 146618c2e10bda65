//! One paid life in the true history, and which of it could be known.
//!
//! Lost knowledge makes a difference that nobody can avoid in these respects only:
//!
//! - **A stage without a trace** (a plan that was moved to and left while no webhook and no answer got through) earns
//!   nothing; a life made of such stages alone is never known of.
//! - **A cycle without a word**: a cycle counts when a word of Wix, a webhook or an answer, falls into its paid period
//!   or any later moment of the same life. After a life nobody asked about, its last cycles cannot be known.
//! - **An end without a word** (neither it, nor the cancellation before it, nor an answer after that got through)
//!   counts from the next answer on.
//! - **An end and a purchase in one silence** look like a move from one plan to another: nothing told of the end, the
//!   purchase was not told either, and nobody asked in between. The period before is then taken to have been renewed.
//! - **A failed payment without a word** holds nothing back; one whose recovery was lost is over with the next invoice.
//! - **An answer is as old as the app's own clock says**, which may be minutes ahead of the platform's.

use jiff::Span;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::chronicle::{Deed, Entry, Purchase, Story};

/// One paid life: what happened in it, and its end.
pub struct Life<'a> {
    story: &'a Story,
    /// Everything that happened in it, in order.
    entries: Vec<&'a Entry>,
    over: Option<Timestamp>,
}

/// The paid lives of an instance, in order, as far as they can be told apart.
#[must_use]
pub fn lives(story: &Story) -> Vec<Life<'_>> {
    let mut lives: Vec<Life<'_>> = Vec::new();
    for entry in story.deeds.iter().filter(|e| !matches!(e.deed, Deed::Installed { .. } | Deed::Removed)) {
        let begins = matches!(&entry.deed, Deed::Bought(purchase) if purchase.fresh);
        match lives.last_mut().filter(|life| !begins || life.seems_to_go_on(entry)) {
            Some(life) => {
                life.entries.push(entry);
                life.over = (entry.deed == Deed::Over).then_some(entry.at);
            }
            None => lives.push(Life { story, entries: vec![entry], over: None }),
        }
    }
    lives
}

impl<'a> Life<'a> {
    fn is_asked(&self, from: Timestamp, until: Timestamp) -> bool {
        self.story.asked.iter().any(|(at, _)| from <= *at && *at < until)
    }

    fn last(&self, deed: &Deed) -> Option<&Entry> {
        self.entries.iter().rev().copied().find(|entry| entry.deed == *deed)
    }

    /// Whether its end and this purchase cannot be told from a move to another plan.
    fn seems_to_go_on(&self, purchase: &Entry) -> bool {
        purchase.told.is_none() && self.end().is_some_and(|end| end > purchase.at)
    }

    /// When its end counts; `None` while it goes on.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        let over = self.over?;
        let cancelled = self.last(&Deed::Cancelled).filter(|_| !self.renews());
        let told =
            [self.last(&Deed::Over), cancelled].into_iter().flatten().any(|entry| entry.told.is_some());
        // An answer after the cancellation says that the plan will not renew.
        if told || cancelled.is_some_and(|cancelled| self.is_asked(cancelled.at, over)) {
            return Some(over);
        }
        let answer = self.story.asked.iter().map(|(at, _)| *at).find(|at| *at >= over);
        Some(answer.unwrap_or(Timestamp::MAX))
    }

    /// Whether it renews by itself.
    #[must_use]
    pub fn renews(&self) -> bool {
        let switch = self.entries.iter().rev().find_map(|entry| match entry.deed {
            Deed::Cancelled => Some(false),
            Deed::Reactivated | Deed::Bought(_) => Some(true),
            _ => None,
        });
        switch.unwrap_or(true)
    }

    /// The plans that left a trace, with the moment from which each was paid.
    #[must_use]
    pub fn stages(&self) -> Vec<(Timestamp, &'a Purchase)> {
        let bought = self.entries.iter().enumerate().filter_map(|(n, entry)| match &entry.deed {
            Deed::Bought(purchase) if self.is_traced(n) => Some((entry.at, purchase)),
            _ => None,
        });
        bought.collect()
    }

    fn is_traced(&self, n: usize) -> bool {
        let (entry, after) = (self.entries[n], &self.entries[n + 1..]);
        let next =
            after.iter().position(|e| matches!(e.deed, Deed::Bought(_) | Deed::Over)).unwrap_or(after.len());
        let names = |e: &&&Entry| matches!(e.deed, Deed::Reactivated | Deed::Converted { .. });
        let named = after[..next].iter().filter(names).any(|entry| entry.told.is_some());
        let until = after.get(next).map_or(Timestamp::MAX, |next| next.at);
        entry.told.is_some() || named || self.is_asked(entry.at, until)
    }

    /// The periods that were paid, as far as they are known.
    fn periods(&self) -> Vec<(Timestamp, Timestamp)> {
        let mut periods: Vec<(Timestamp, Timestamp)> = Vec::new();
        let mut traced = false;
        for (n, entry) in self.entries.iter().enumerate() {
            match &entry.deed {
                Deed::Bought(purchase) => {
                    traced = self.is_traced(n);
                    if traced {
                        periods.iter_mut().for_each(|period| period.1 = period.1.min(entry.at));
                        periods.push((entry.at, purchase.until));
                    }
                }
                Deed::Renewed { until } | Deed::PaymentMade { until } | Deed::Converted { until }
                    if traced =>
                {
                    let from = periods.last().map_or(entry.at, |period| period.1);
                    periods.push((from, *until));
                }
                _ => {}
            }
        }
        periods
    }

    /// The end of the period that was paid, or is taken to have been, before the move at `at`.
    #[must_use]
    pub fn paid_until(&self, at: Timestamp) -> Timestamp {
        let before = self.entries.iter().filter(|entry| entry.at < at);
        let mut paid = (at, 1);
        for entry in before {
            match &entry.deed {
                Deed::Bought(purchase) => paid = (purchase.until, if purchase.yearly { 12 } else { 1 }),
                Deed::Renewed { until } | Deed::PaymentMade { until } | Deed::Converted { until } => {
                    paid.0 = *until
                }
                _ => {}
            }
        }
        let month = |n: i64| paid.0.to_zoned(TimeZone::UTC).checked_add(Span::new().months(n));
        let mut ends = (0..).map_while(|n: i64| month(n * paid.1).ok()).map(|end| end.timestamp());
        ends.find(|end| *end > at).unwrap_or(at)
    }

    /// Whether a word of Wix stands behind a cycle at `at`.
    #[must_use]
    pub fn is_worded(&self, at: Timestamp) -> bool {
        let paid = self.periods().into_iter().find(|period| {
            let asked = self.story.asked.iter().filter(|(asked, _)| period.0 <= *asked && *asked < period.1);
            let ahead = asked.map(|(_, clock)| *clock).max().is_some_and(|clock| at <= clock);
            period.0 <= at && (at < period.1 || ahead)
        });
        let Some((from, _)) = paid else { return false };
        let spoken = self.entries.iter().any(|entry| {
            let speaks = !matches!(entry.deed, Deed::Over | Deed::PaymentFailed | Deed::Refunded);
            speaks && entry.told.is_some() && entry.at >= from
        });
        spoken || self.is_asked(from, self.over.unwrap_or(Timestamp::MAX))
    }

    /// Whether a failed payment holds a cycle at `at` back.
    #[must_use]
    pub fn is_held_back(&self, at: Timestamp) -> bool {
        let failures = self.entries.iter().enumerate().filter(|(_, e)| e.deed == Deed::PaymentFailed);
        failures.filter_map(|(n, failure)| Some((n, failure.told?.at))).any(|(n, since)| {
            let later = &self.entries[n + 1..];
            let paid = later.iter().find(|entry| matches!(entry.deed, Deed::PaymentMade { .. }));
            let newer = later.iter().find(|e| matches!(e.deed, Deed::Renewed { .. } | Deed::Bought(_)));
            let known = paid.is_some_and(|paid| paid.told.is_some())
                || newer.is_some_and(|newer| self.is_asked(newer.at, self.over.unwrap_or(Timestamp::MAX)));
            at >= since && !known
        })
    }
}
