//! The plan pool's history, counted again: what each end of a paid life leaves, and what it cuts.

use std::collections::{HashMap, HashSet};

use super::matching::{Matches, base_key, portion};
use crate::account::Account;
use crate::clock::Timestamp;
use crate::derive::{Derived, Due, DueKind};
use crate::grant::{Pool, Source};
use crate::hold::HoldState;

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
    pub(super) fn of(account: &Account, derived: &Derived, matches: &Matches) -> Self {
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
    fn pay_debt(&mut self, account: &Account, derived: &Derived, matches: &Matches) {
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
                line.repaid = debt.min(line.amount);
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

/// How much was spent of what is due again when it was last taken back.
fn spent_before(account: &Account, due: &Due) -> i64 {
    let named = |key: &str| key == due.key || due.aliases.iter().any(|alias| alias == key);
    let same = account.grants.iter().filter(|grant| grant.taken_back && named(base_key(&grant.business_key)));
    let nth = |key: &str| key[base_key(key).len()..].trim_start_matches('~').parse().unwrap_or(1_u32);
    same.max_by_key(|grant| nth(&grant.business_key)).map_or(0, |grant| grant.used().get())
}

fn lines(account: &Account, derived: &Derived, matches: &Matches) -> Vec<Line> {
    let carries: HashSet<_> = account.resets.iter().filter_map(|reset| reset.carry.as_ref()).collect();
    let held = held(account);
    let due_of: HashMap<usize, usize> = matches.grants.iter().map(|(due, grant)| (*grant, *due)).collect();
    let wrong: HashSet<usize> = matches.wrong.iter().map(|(grant, _)| *grant).collect();
    let in_books =
        account.grants.iter().enumerate().filter(|(_, grant)| {
            grant.pool == Pool::Plan && !grant.taken_back && !carries.contains(&grant.id)
        });
    let mut lines: Vec<Line> = in_books
        .map(|(index, grant)| {
            let due = due_of.get(&index).copied();
            // What other rules brought keeps the time it had then.
            let moves = due.filter(|_| derived.whole && grant.rules == derived.rules.digest);
            Line {
                grant: Some(index),
                due,
                at: moves.map_or(grant.effective_at, |due| derived.due[due].at),
                amount: grant.amount.get(),
                used: grant.used().get(),
                held: held.get(&index).copied().unwrap_or(0),
                repaid: 0,
                fate: if wrong.contains(&index) { Fate::IsTakenBack } else { Fate::Stays },
            }
        })
        .collect();
    for number in &matches.missing {
        let due = &derived.due[*number];
        if let DueKind::Grant(portion) = &due.kind
            && portion.pool == Pool::Plan
        {
            let amount = portion.amount.get();
            let (at, fate) = (due.at, Fate::IsGiven);
            lines.push(Line {
                grant: None,
                due: Some(*number),
                at,
                amount,
                used: 0,
                held: 0,
                repaid: 0,
                fate,
            });
        }
    }
    lines.sort_by_key(|line| line.at);
    lines
}

fn marks(account: &Account, derived: &Derived, matches: &Matches) -> Vec<Mark> {
    let due_of: HashMap<usize, usize> = matches.resets.iter().map(|(due, reset)| (*reset, *due)).collect();
    let held = held(account);
    let stay = (0..account.resets.len()).filter(|index| !matches.wrong_resets.contains(index));
    let mut marks: Vec<Mark> = stay
        .map(|index| {
            let reset = &account.resets[index];
            let due =
                due_of.get(&index).copied().filter(|_| derived.whole && reset.rules == derived.rules.digest);
            Mark {
                reset: Some(index),
                due,
                key: String::new(),
                at: due.map_or(reset.at, |due| derived.due[due].at),
                target: reset.target.get(),
                used: carried_use(account, index),
                carry: carried_in(account, index),
                held: carried_in(account, index).and_then(|grant| held.get(&grant)).copied().unwrap_or(0),
                kept: 0,
                cut: 0,
            }
        })
        .collect();
    for number in &matches.missing_resets {
        let due = &derived.due[*number];
        if let DueKind::Reset(target) = due.kind {
            let (at, target) = (due.at, target.get());
            let key = String::new();
            marks.push(Mark {
                reset: None,
                due: Some(*number),
                key,
                at,
                target,
                used: 0,
                held: 0,
                carry: None,
                kept: 0,
                cut: 0,
            });
        }
    }
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// The grant that holds what a reset left, by its place.
fn carried_in(account: &Account, reset: usize) -> Option<usize> {
    let carry = account.resets[reset].carry.as_ref()?;
    account.grants.iter().position(|grant| grant.id == *carry)
}

/// How much of what a reset left was used.
fn carried_use(account: &Account, reset: usize) -> i64 {
    carried_in(account, reset).map_or(0, |grant| account.grants[grant].used().get())
}

/// How much of each grant stands in open holds.
pub(super) fn held(account: &Account) -> HashMap<usize, i64> {
    let place: HashMap<_, usize> =
        account.grants.iter().enumerate().map(|(index, grant)| (&grant.id, index)).collect();
    let mut held = HashMap::new();
    for draw in account.holds.iter().filter(|hold| hold.state == HoldState::Open).flat_map(|hold| &hold.draws)
    {
        if let Some(index) = place.get(&draw.grant_id) {
            *held.entry(*index).or_insert(0) += draw.amount.get();
        }
    }
    held
}
