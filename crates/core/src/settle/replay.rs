//! The plan pool's history, counted again: what each end of a paid life leaves, and what it cuts.

mod stock;

use std::collections::HashMap;

use super::Must;
use super::matching::{Matches, portion};
use crate::account::Account;
use crate::clock::Timestamp;
use crate::grant::Source;

pub(super) use stock::held;
use stock::{carried_in, carried_use, lines, marks, spent_before};

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    IsGiven,
    IsTakenBack,
}

/// One grant of the plan pool, in the books or still to be given.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its place in the account's grants; `None` while it is not given.
    pub(super) grant: Option<usize>,
    /// What is due that it is.
    pub(super) due: Option<usize>,
    pub(super) at: Timestamp,
    /// How many credits of it there ever were to use.
    pub(super) amount: i64,
    /// How much of it was used: spent, put aside, or paid for a debt.
    pub(super) used: i64,
    /// Of what was used, how much stands in open holds.
    pub(super) held: i64,
    /// How much of a debt it pays as it is given.
    pub(super) repaid: i64,
    pub(super) fate: Fate,
}

impl Line {
    pub(super) fn unused(&self) -> i64 {
        self.amount - self.used
    }

    fn is_effective(&self) -> bool {
        self.fate != Fate::IsTakenBack
    }
}

/// One end of a paid life.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// Its place in the account's resets; `None` while it is not in the books.
    pub(super) reset: Option<usize>,
    /// What is due that it is.
    pub(super) due: Option<usize>,
    /// The key it gets as it is written.
    pub(super) key: String,
    pub(super) at: Timestamp,
    pub(super) target: i64,
    /// How much of what it left was used later.
    pub(super) used: i64,
    /// Of that, how much stands in open holds.
    held: i64,
    /// The grant that holds what it left, by its place in the account's grants.
    carry: Option<usize>,
    pub(super) kept: i64,
    pub(super) cut: i64,
}

/// Credits that are put aside and that a grant stands for which is not the one they were drawn from any more.
pub(super) struct Move {
    /// What a reset left, by its place in the account's grants.
    pub(super) from: usize,
    pub(super) to: Stand,
    pub(super) amount: i64,
}

/// What stands for credits that are put aside.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stand {
    /// A line, by its place in the history.
    Line(usize),
    /// What a reset left, by its place in the account's grants.
    Carry(usize),
}

/// The plan pool from its first grant on.
pub(super) struct History {
    pub(super) lines: Vec<Line>,
    pub(super) marks: Vec<Mark>,
    pub(super) moves: Vec<Move>,
    /// What of a debt is paid by credits that are in no line, by what is due: it was taken back and is due again.
    pub(super) returning: HashMap<usize, i64>,
}

/// What was used of what a reset left.
struct Use {
    from: Option<usize>,
    spent: i64,
    held: i64,
}

impl History {
    /// The history as all facts tell it, with what was used as the books have it.
    pub(super) fn of(account: &Account, derived: Must<'_>, matches: &Matches) -> Self {
        let (lines, marks) = (lines(account, derived, matches), marks(account, derived, matches));
        let mut history = Self { lines, marks, moves: Vec::new(), returning: HashMap::new() };
        let held = held(account);
        history.replay();
        for index in &matches.wrong_resets {
            let from = carried_in(account, *index);
            let held = from.and_then(|grant| held.get(&grant)).copied().unwrap_or(0);
            let used = Use { from, spent: carried_use(account, *index) - held, held };
            history.undo(used, account.resets[*index].at);
            history.replay();
        }
        history.pay_debt(account, derived, matches);
        history.replay();
        history
    }

    /// The reset of `at` never was: what stood before it was used, first what the reset before that one had left.
    fn undo(&mut self, mut used: Use, at: Timestamp) {
        let before = self.marks.iter_mut().rfind(|mark| mark.at < at);
        let since = before.as_ref().map(|mark| mark.at);
        if let Some(mark) = before {
            let part = (mark.kept - mark.used).clamp(0, used.spent);
            mark.used += part;
            used.spent -= part;
            if let Some((from, to)) = used.from.zip(mark.carry) {
                let part = (mark.kept - mark.used).clamp(0, used.held);
                mark.used += part;
                mark.held += part;
                used.held -= part;
                self.moves.push(Move { from, to: Stand::Carry(to), amount: part });
            }
        }
        let stood = |line: &Line| line.at < at && since.is_none_or(|since| line.at >= since);
        self.lay_on(used, |line| line.is_effective() && stood(line));
    }

    /// Lays what was used on other lines: on those that are `meant`, else on what is taken back, where it becomes a debt,
    /// else on any that count.
    fn lay_on(&mut self, used: Use, meant: impl Fn(&Line) -> bool) {
        let Use { from, mut spent, mut held } = used;
        let orders: [&dyn Fn(&Line) -> bool; 3] =
            [&meant, &|line| line.fate == Fate::IsTakenBack, &Line::is_effective];
        for fits in orders {
            for (index, line) in self.lines.iter_mut().enumerate().filter(|(_, line)| fits(line)) {
                let part = line.unused().min(spent);
                line.used += part;
                spent -= part;
                let part = line.unused().min(held);
                line.used += part;
                line.held += part;
                held -= part;
                if let Some(from) = from.filter(|_| part > 0) {
                    self.moves.push(Move { from, to: Stand::Line(index), amount: part });
                }
            }
        }
    }

    /// New credits of a plan pay the debt first, the one that is made here too. Others pay what was spent of them before
    /// they were taken back: what returns was never given twice.
    fn pay_debt(&mut self, account: &Account, derived: Must<'_>, matches: &Matches) {
        let taken = self.lines.iter().filter(|line| line.fate == Fate::IsTakenBack);
        let mut debt = account.balances.debt + taken.map(|line| line.used - line.held).sum::<i64>();
        for number in &matches.missing {
            let due = &derived.due[*number];
            let Some(portion) = portion(due).filter(|portion| !portion.source.pays_debt()) else { continue };
            let repaid = spent_before(account, due).min(debt).min(portion.amount.get()).max(0);
            debt -= repaid;
            match self.lines.iter_mut().find(|line| line.grant.is_none() && line.due == Some(*number)) {
                Some(line) => {
                    line.repaid = repaid;
                    line.used += repaid;
                }
                None => {
                    self.returning.insert(*number, repaid);
                }
            }
        }
        for line in self.lines.iter_mut().filter(|line| line.fate == Fate::IsGiven) {
            let source = line.due.and_then(|due| portion(&derived.due[due])).map(|portion| portion.source);
            if source.is_some_and(Source::pays_debt) {
                // What a reset had left may have been used of it already.
                line.repaid = debt.min(line.unused());
                line.used += line.repaid;
                debt -= line.repaid;
            }
        }
    }

    /// Counts every reset again, in order of time.
    fn replay(&mut self) {
        let mut from = None;
        let mut carried = 0;
        for index in 0..self.marks.len() {
            let (at, target, used) = (self.marks[index].at, self.marks[index].target, self.marks[index].used);
            let in_time =
                |line: &&Line| line.is_effective() && line.at < at && from.is_none_or(|from| line.at >= from);
            let pool = carried + self.lines.iter().filter(in_time).map(Line::unused).sum::<i64>();
            let kept = target.min(pool).max(0);
            if used > kept {
                // It moved to an earlier time, or what it had left is taken back: other credits were used instead.
                let mark = &mut self.marks[index];
                let held = (used - kept).min(mark.held);
                mark.used = kept;
                mark.held -= held;
                let used = Use { from: mark.carry, spent: used - kept - held, held };
                self.lay_on(used, |line| line.is_effective() && line.at >= at);
            }
            self.marks[index].kept = kept;
            self.marks[index].cut = (pool - kept).max(0);
            carried = kept - self.marks[index].used;
            from = Some(at);
        }
    }

    /// Whether a reset comes after `at`: a grant of that time is closed.
    pub(super) fn is_closed(&self, at: Timestamp) -> bool {
        self.marks.iter().any(|mark| mark.at > at)
    }
}
