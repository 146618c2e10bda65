//! What an owner has in hand: the arithmetic of grants, spends, holds and cuts, told again in the plainest way.

use std::collections::BTreeMap;

use wixapp_core::clock::Timestamp;

use super::chronicle::Move;

/// What is in the plan's purse: lots with the moment from which they count, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purse {
    lots: Vec<Lot>,
    /// What each hold drew, and how many cuts there had been before it.
    holds: BTreeMap<String, (usize, Vec<Lot>)>,
    /// Spent for good.
    pub spent: i64,
    /// Cut when a paid life ended.
    pub expired: i64,
    /// Taken back after it was spent.
    pub debt: i64,
    cuts: Vec<Cut>,
    /// Every grant: since when it counts, how many credits it was, and whether it was taken back.
    grants: Vec<(Timestamp, i64, bool)>,
    /// The key of every grant: of those that count from one moment, the first by key is drawn first.
    keys: Vec<String>,
}

/// What is left of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Lot {
    since: Timestamp,
    /// The grant's number.
    of: usize,
    left: i64,
}

/// The end of a paid life.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cut {
    at: Timestamp,
    /// How many cuts had been made before.
    made: usize,
    /// How much may still come back from the holds that were open then.
    room: i64,
    /// What it took.
    taken: Vec<Lot>,
    undone: bool,
}

impl Purse {
    /// Goes through all moves. A cut leaves at most `free` of what counted before it.
    ///
    /// `None` where this plain arithmetic cannot tell: credits were taken back that a cut had gone through, even one that
    /// was undone, because what was drawn meanwhile was drawn from what the cut had left.
    ///
    /// # Errors
    /// A sentence, when a move spends what is not there.
    pub fn follow(moves: &[Move], free: i64) -> Result<Option<Self>, String> {
        let mut purse = Self::default();
        for what in moves {
            match what {
                Move::Given { key, since, amount, pays_debt } => {
                    purse.keys.push(key.clone());
                    purse.give(*since, *amount, *pays_debt);
                }
                Move::TakenBack { since, .. } if purse.is_cut(*since) => return Ok(None),
                Move::TakenBack { since, amount } => purse.take_back(*since, *amount),
                Move::Moved { from, to, .. } if purse.is_cut(*from.min(to)) => return Ok(None),
                Move::Moved { from, to, amount } => purse.move_lot(*from, *to, *amount),
                Move::MovedCut(from, to) if purse.moves_over_a_grant(*from, *to) => return Ok(None),
                Move::MovedCut(from, to) => purse.move_cut(*from, *to),
                Move::Cut(at) => purse.cut(*at, free),
                Move::Uncut(at) => purse.undo(*at),
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
            let Self { lots, keys, .. } = &mut purse;
            lots.sort_by_key(|lot| (lot.since, keys.get(lot.of), *lot));
        }
        Ok(Some(purse))
    }

    /// What can be spent.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.lots.iter().map(|lot| lot.left).sum()
    }

    /// What is put aside.
    #[must_use]
    pub fn held(&self) -> i64 {
        self.holds.values().flat_map(|(_, drawn)| drawn).map(|lot| lot.left).sum()
    }

    fn is_cut(&self, since: Timestamp) -> bool {
        self.cuts.iter().any(|cut| since < cut.at)
    }

    /// Whether a grant or another cut lies between two moments.
    fn moves_over_a_grant(&self, from: Timestamp, to: Timestamp) -> bool {
        let between = |at: Timestamp| from.min(to) <= at && at < from.max(to);
        let other = |cut: &Cut| cut.at != from && between(cut.at);
        self.grants.iter().any(|grant| between(grant.0)) || self.cuts.iter().any(other)
    }

    fn move_cut(&mut self, from: Timestamp, to: Timestamp) {
        self.cuts.iter_mut().filter(|cut| cut.at == from && !cut.undone).for_each(|cut| cut.at = to);
    }

    /// New credits pay what is owed first; what counts from before a cut is cut.
    fn give(&mut self, since: Timestamp, amount: i64, pays_debt: bool) {
        let paid = if pays_debt { self.debt.min(amount) } else { 0 };
        self.debt -= paid;
        self.spent += paid;
        self.grants.push((since, amount, false));
        let lot = Lot { since, of: self.grants.len() - 1, left: amount - paid };
        self.come_back(lot, |_| true);
    }

    /// What is left of a grant leaves; what was spent of it is owed; what is put aside of it is settled when its hold ends.
    fn take_back(&mut self, since: Timestamp, amount: i64) {
        let Some(of) = self.find(since, amount) else { return };
        let of_it = |lot: &Lot| lot.of == of;
        let left: i64 = self.lots.iter().filter(|lot| of_it(lot)).map(|lot| lot.left).sum();
        let held = self.holds.values().flat_map(|(_, drawn)| drawn).filter(|lot| of_it(lot));
        let held: i64 = held.map(|lot| lot.left).sum();
        self.lots.retain(|lot| !of_it(lot));
        self.owe((amount - left - held).max(0));
        self.grants[of].2 = true;
    }

    /// The grant of those credits that stands.
    fn find(&self, since: Timestamp, amount: i64) -> Option<usize> {
        self.grants.iter().rposition(|grant| *grant == (since, amount, false))
    }

    /// The same credits are known to count from another moment.
    fn move_lot(&mut self, from: Timestamp, to: Timestamp, amount: i64) {
        let Some(of) = self.find(from, amount) else { return };
        self.grants[of].0 = to;
        let held = self.holds.values_mut().flat_map(|(_, drawn)| drawn);
        for lot in self.lots.iter_mut().chain(held).filter(|lot| lot.of == of) {
            lot.since = to;
        }
    }

    fn owe(&mut self, amount: i64) {
        self.debt += amount;
        self.spent -= amount;
    }

    /// Takes from the oldest lots first.
    fn spend(&mut self, amount: i64) -> Result<Vec<Lot>, String> {
        let mut rest = amount;
        let mut drawn = Vec::new();
        for lot in &mut self.lots {
            let part = lot.left.min(rest);
            lot.left -= part;
            rest -= part;
            drawn.extend((part > 0).then_some(Lot { left: part, ..*lot }));
        }
        self.lots.retain(|lot| lot.left > 0);
        if rest > 0 {
            Err(format!("{amount} credits left the books, and {rest} of them were not there"))
        } else {
            Ok(drawn)
        }
    }

    /// Ends a hold: `spent` of it is gone, first what was drawn first, and the rest comes back.
    fn end(&mut self, key: &str, spent: i64) -> Result<(), String> {
        let (made, held) = self.holds.remove(key).ok_or("a hold ended twice")?;
        let mut rest = spent;
        for lot in held {
            let part = lot.left.min(rest);
            rest -= part;
            self.spent += part;
            if self.grants[lot.of].2 {
                self.owe(part);
            } else {
                self.come_back(Lot { left: lot.left - part, ..lot }, |cut| cut.made >= made);
            }
        }
        Ok(())
    }

    /// What comes back after a cut comes back as far as the cut would have left it.
    fn come_back(&mut self, lot: Lot, passes: impl Fn(&Cut) -> bool) {
        let mut left = lot.left;
        let stands = |cut: &&mut Cut| lot.since < cut.at && !cut.undone && passes(cut);
        for cut in self.cuts.iter_mut().filter(stands) {
            let part = left.min(cut.room);
            cut.room -= part;
            cut.taken.extend((part < left).then_some(Lot { left: left - part, ..lot }));
            left = part;
        }
        self.expired += lot.left - left;
        self.lots.extend((left > 0).then_some(Lot { left, ..lot }));
    }

    fn cut(&mut self, at: Timestamp, free: i64) {
        let old: i64 = self.lots.iter().filter(|lot| lot.since < at).map(|lot| lot.left).sum();
        let mut excess = (old - free).max(0);
        self.expired += excess;
        let mut taken = Vec::new();
        for lot in self.lots.iter_mut().filter(|lot| lot.since < at) {
            let part = lot.left.min(excess);
            lot.left -= part;
            excess -= part;
            taken.extend((part > 0).then_some(Lot { left: part, ..*lot }));
        }
        self.lots.retain(|lot| lot.left > 0);
        let made = self.cuts.len();
        self.cuts.push(Cut { at, made, room: (free - old).max(0), taken, undone: false });
        self.cuts.sort_by_key(|cut| cut.at);
    }

    /// The paid life had not ended: what was cut comes back.
    fn undo(&mut self, at: Timestamp) {
        let Some(cut) = self.cuts.iter_mut().find(|cut| cut.at == at && !cut.undone) else { return };
        cut.undone = true;
        for lot in std::mem::take(&mut cut.taken) {
            self.expired -= lot.left;
            // It had gone through the cuts of before.
            self.come_back(lot, |cut| cut.at > at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64) -> Timestamp {
        Timestamp::from_second(n * 86_400).unwrap()
    }

    fn given(since: i64, amount: i64) -> Move {
        given_as("cycle", since, amount)
    }

    fn given_as(key: &str, since: i64, amount: i64) -> Move {
        Move::Given { key: key.to_owned(), since: day(since), amount, pays_debt: true }
    }

    #[test]
    fn a_hold_over_the_end_of_a_plan_leaves_what_no_hold_would_have_left() {
        let key = || "k".to_owned();
        for held in [1, 900, 1_000, 1_100, 1_200] {
            for posted in [None, Some(held)] {
                let end = posted.map_or(Move::Returned(key()), |amount| Move::Posted(key(), amount));
                let moves =
                    [given(0, 200), given(1, 1_000), Move::Reserved(key(), held), Move::Cut(day(31)), end];
                let purse = Purse::follow(&moves, 200).unwrap().unwrap();
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
        let purse =
            Purse::follow(&[given(0, 200), given(40, 1_000), Move::Cut(day(31))], 200).unwrap().unwrap();
        assert_eq!(purse.available(), 1_200);
    }

    #[test]
    fn spending_what_is_not_there_is_an_error() {
        assert!(Purse::follow(&[given(0, 200), Move::Spent(201)], 200).is_err());
    }

    #[test]
    fn of_two_grants_of_one_moment_the_first_by_key_is_drawn_first() {
        let taken_back = || Move::TakenBack { since: day(0), amount: 1_000 };
        for (key, owed) in [("a", 100), ("c", 0)] {
            let moves = [given_as("b", 0, 200), given_as(key, 0, 1_000), Move::Spent(100), taken_back()];
            let purse = Purse::follow(&moves, 200).unwrap().unwrap();
            assert_eq!((purse.available(), purse.debt), (100 + owed, owed), "{key}");
        }
    }

    #[test]
    fn a_cut_that_is_undone_gives_back_what_it_took() {
        let moves =
            [given(0, 200), given(1, 1_000), Move::Cut(day(31)), Move::Spent(50), Move::Uncut(day(31))];
        let purse = Purse::follow(&moves, 200).unwrap().unwrap();
        assert_eq!((purse.available(), purse.expired), (1_150, 0));
    }

    #[test]
    fn what_was_spent_of_a_grant_that_is_taken_back_is_owed_and_paid_by_the_next() {
        let back = Move::TakenBack { since: day(1), amount: 1_000 };
        let moves = [given(0, 200), given(1, 1_000), Move::Spent(500), back, given(31, 1_000)];
        let before = Purse::follow(&moves[..4], 200).unwrap().unwrap();
        assert_eq!((before.available(), before.debt, before.spent), (0, 300, 200));
        let after = Purse::follow(&moves, 200).unwrap().unwrap();
        assert_eq!((after.available(), after.debt, after.spent), (700, 0, 500));
    }
}
