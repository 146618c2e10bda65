//! What an owner has in hand: the arithmetic of grants, spends, holds and cuts, told again in the plainest way.

use std::collections::BTreeMap;

use wixapp_core::clock::Timestamp;

use super::chronicle::Move;

/// What is in the plan's purse: lots with the moment from which they count, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purse {
    lots: Vec<(Timestamp, i64)>,
    /// What each hold drew, and how many cuts there had been before it.
    holds: BTreeMap<String, (usize, Vec<(Timestamp, i64)>)>,
    /// Spent for good.
    pub spent: i64,
    /// Cut when a paid life ended.
    pub expired: i64,
    /// Taken back after it was spent.
    pub debt: i64,
    /// The cuts that happened, and how much may still come back to each from the holds that were open then.
    cuts: Vec<(Timestamp, i64)>,
}

impl Purse {
    /// Goes through all moves. A cut leaves at most `free` of what counted before its own moment in `cuts`.
    ///
    /// # Errors
    /// A sentence, when a move spends what is not there.
    pub fn follow(moves: &[Move], cuts: &[Timestamp], free: i64) -> Result<Self, String> {
        let mut purse = Self::default();
        let mut cuts = cuts.iter().copied();
        for what in moves {
            match what {
                Move::Given { since, amount } => purse.give(*since, *amount),
                Move::TakenBack { since, amount } => purse.take_back(*since, *amount),
                Move::Cut => purse.cut(cuts.next().ok_or("a cut came for no paid life that ended")?, free),
                Move::Spent(amount) => {
                    purse.spend(*amount)?;
                    purse.spent += amount;
                }
                Move::Reserved(key, amount) => {
                    let drawn = purse.spend(*amount)?;
                    purse.holds.insert(key.clone(), (purse.cuts.len(), drawn));
                }
                Move::Posted(key, amount) => purse.end(key, *amount)?,
                Move::Returned(key) => purse.end(key, 0)?,
            }
            purse.lots.sort();
        }
        Ok(purse)
    }

    /// What can be spent.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.lots.iter().map(|lot| lot.1).sum()
    }

    /// What is put aside.
    #[must_use]
    pub fn held(&self) -> i64 {
        self.holds.values().flat_map(|(_, drawn)| drawn).map(|lot| lot.1).sum()
    }

    /// New credits pay what was taken back and not there any more; what counts from before a cut is cut.
    fn give(&mut self, since: Timestamp, amount: i64) {
        let paid = self.debt.min(amount);
        self.debt -= paid;
        self.come_back(0, since, amount - paid);
    }

    /// What is left of a grant leaves; what is not there any more is owed.
    fn take_back(&mut self, since: Timestamp, amount: i64) {
        let mut rest = amount;
        for lot in self.lots.iter_mut().filter(|lot| lot.0 == since) {
            let part = lot.1.min(rest);
            lot.1 -= part;
            rest -= part;
        }
        self.lots.retain(|lot| lot.1 > 0);
        self.debt += rest;
    }

    /// Takes from the oldest lots first.
    fn spend(&mut self, amount: i64) -> Result<Vec<(Timestamp, i64)>, String> {
        let mut rest = amount;
        let mut drawn = Vec::new();
        for lot in &mut self.lots {
            let part = lot.1.min(rest);
            lot.1 -= part;
            rest -= part;
            drawn.extend((part > 0).then_some((lot.0, part)));
        }
        self.lots.retain(|lot| lot.1 > 0);
        if rest > 0 {
            Err(format!("{amount} credits left the books, and {rest} of them were not there"))
        } else {
            Ok(drawn)
        }
    }

    /// Ends a hold: `spent` of it is gone, first what was drawn first, and the rest comes back.
    fn end(&mut self, key: &str, spent: i64) -> Result<(), String> {
        let (cuts, held) = self.holds.remove(key).ok_or("a hold ended twice")?;
        let mut rest = spent;
        for (since, amount) in held {
            let part = amount.min(rest);
            rest -= part;
            self.spent += part;
            self.come_back(cuts, since, amount - part);
        }
        Ok(())
    }

    /// What comes back after a cut comes back as far as the cut would have left it.
    fn come_back(&mut self, cuts: usize, since: Timestamp, amount: i64) {
        let mut kept = amount;
        for cut in self.cuts.iter_mut().skip(cuts).filter(|cut| since <= cut.0) {
            kept = kept.min(cut.1);
            cut.1 -= kept;
        }
        self.expired += amount - kept;
        if kept > 0 {
            self.lots.push((since, kept));
        }
    }

    fn cut(&mut self, at: Timestamp, free: i64) {
        let old: i64 = self.lots.iter().filter(|lot| lot.0 <= at).map(|lot| lot.1).sum();
        let mut excess = (old - free).max(0);
        self.expired += excess;
        self.cuts.push((at, (free - old).max(0)));
        for lot in self.lots.iter_mut().filter(|lot| lot.0 <= at) {
            let part = lot.1.min(excess);
            lot.1 -= part;
            excess -= part;
        }
        self.lots.retain(|lot| lot.1 > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64) -> Timestamp {
        Timestamp::from_second(n * 86_400).unwrap()
    }

    fn given(since: i64, amount: i64) -> Move {
        Move::Given { since: day(since), amount }
    }

    #[test]
    fn a_hold_over_the_end_of_a_plan_leaves_what_no_hold_would_have_left() {
        let key = || "k".to_owned();
        for held in [1, 900, 1_000, 1_100, 1_200] {
            for posted in [None, Some(held)] {
                let end = posted.map_or(Move::Returned(key()), |amount| Move::Posted(key(), amount));
                let moves = [given(0, 200), given(1, 1_000), Move::Reserved(key(), held), Move::Cut, end];
                let purse = Purse::follow(&moves, &[day(31)], 200).unwrap();
                assert_eq!(
                    purse.available(),
                    if posted.is_some() { 200.min(1_200 - held) } else { 200 },
                    "{held}"
                );
            }
        }
    }

    #[test]
    fn a_cut_that_comes_late_spares_what_counts_from_after_it() {
        let purse = Purse::follow(&[given(0, 200), given(40, 1_000), Move::Cut], &[day(31)], 200).unwrap();
        assert_eq!(purse.available(), 1_200);
    }

    #[test]
    fn spending_what_is_not_there_is_an_error() {
        assert!(Purse::follow(&[given(0, 200), Move::Spent(201)], &[], 200).is_err());
    }
}
