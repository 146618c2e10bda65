//! Writing what settling decided: the entries, and the grants as they stand then.
//!
//! Entries go in an order that never lacks credits: first what comes back, then what is new, then what leaves.

use super::Must;
use super::matching::{Matches, base_key, portion};
use super::replay::{Fate, History, Line, Mark, Stand, held};
use crate::account::{Account, Cutting, LedgerError, Movement, Reset};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::derive::Due;
use crate::entry::{Cause, EntryCode, LedgerAccount};
use crate::grant::{GrantRequest, Pool, Taken};
use crate::hold::HoldState;
use crate::reason::ReasonCode;

pub(super) struct Book<'a> {
    pub(super) account: &'a mut Account,
    pub(super) derived: Must<'a>,
    pub(super) now: Timestamp,
    /// The keys under which something was new.
    pub(super) done: Vec<String>,
    /// The operator's wish that is done, if it is one.
    pub(super) wish: Option<Wish<'a>>,
}

/// An operator wants a grant to be taken back.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) key: &'a str,
    pub(super) cause: &'a Cause,
}

impl Book<'_> {
    pub(super) fn write(
        mut self,
        matches: &Matches,
        mut history: History,
    ) -> Result<Vec<String>, LedgerError> {
        self.undo_resets(matches)?;
        self.change_resets(&mut history, Cutting::ComesBack)?;
        self.give(matches, &mut history)?;
        self.point_holds(&history);
        self.take_back(matches, &history)?;
        self.pay_debt(&history)?;
        self.change_resets(&mut history, Cutting::Expires)?;
        self.close(&history);
        self.carry(history.marks);
        Ok(self.done)
    }

    /// Resets that should never have been: what they cut comes back.
    fn undo_resets(&mut self, matches: &Matches) -> Result<(), LedgerError> {
        for index in &matches.wrong_resets {
            let reset = self.account.resets[*index].clone();
            let key = self.fresh(&format!("unreset:{}", reset.key));
            let cause = Cause::new("wix", ReasonCode::PlanNotEnded.alone());
            self.account.move_cut(key, reset.cut, Cutting::ComesBack, &cause, self.now)?;
            if let Some(id) = &reset.carry {
                self.change_grant_by(id, |grant| {
                    grant.close();
                    grant.taken_back = true;
                });
            }
        }
        Ok(())
    }

    /// Resets that cut more or less than before, or cut for the first time.
    fn change_resets(&mut self, history: &mut History, direction: Cutting) -> Result<(), LedgerError> {
        for mark in &mut history.marks {
            let known = mark.reset.map(|index| self.account.resets[index].clone());
            let before = known.as_ref().map_or(0, |reset| reset.cut.get());
            let amount = match direction {
                Cutting::ComesBack => before - mark.cut,
                Cutting::Expires => mark.cut - before,
            };
            let is_new = known.is_none() && matches!(direction, Cutting::Expires);
            if amount <= 0 && !is_new {
                continue;
            }
            let due = mark.due.map(|due| &self.derived.due[due]);
            let name = known.map(|known| base_key(&known.key).to_owned());
            let name = name.or_else(|| due.map(|due| due.key.clone())).unwrap_or_default();
            let key = self.fresh(&name);
            if is_new {
                mark.key.clone_from(&key);
            }
            let ended = || Cause::new("wix", ReasonCode::PlanEnded.alone());
            let cause =
                due.map(cause_of).or_else(|| self.wish.map(|wish| wish.cause.clone())).unwrap_or_else(ended);
            self.account.move_cut(key, credits(amount), direction, &cause, self.now)?;
        }
        Ok(())
    }

    /// What is missing is given.
    fn give(&mut self, matches: &Matches, history: &mut History) -> Result<(), LedgerError> {
        for number in &matches.missing {
            let derived = self.derived;
            let due = &derived.due[*number];
            let Some(portion) = portion(due) else { continue };
            let key = self.unused(&due.key);
            let request = GrantRequest {
                business_key: key,
                pool: portion.pool,
                source: portion.source,
                amount: portion.amount,
                plan_id: portion.plan.clone(),
                catalog_version: derived.rules.catalog_version.clone(),
                effective_at: due.at,
                expires_at: None,
                cause: cause_of(due),
            };
            let given = self.account.issue(request, EntryCode::Grant, self.now)?;
            let repaid = credits(history.returning.get(number).copied().unwrap_or(0));
            self.account.repay(&given.business_key, given.source, given.pool, repaid, self.now)?;
            self.change_grant_by(&given.id, |grant| {
                grant.rules.clone_from(&derived.rules.digest);
                grant.remaining = credits(grant.remaining.get() - repaid.get());
            });
            self.done.push(given.business_key);
            if let Some(line) =
                history.lines.iter_mut().find(|line| line.grant.is_none() && line.due == Some(*number))
            {
                line.grant = self.account.grants.iter().position(|grant| grant.id == given.id);
            }
        }
        Ok(())
    }

    /// Lets open holds stand on the grants that count now.
    fn point_holds(&mut self, history: &History) {
        for moved in &history.moves {
            let place = match moved.to {
                Stand::Line(line) => history.lines[line].grant,
                Stand::Carry(grant) => Some(grant),
            };
            let Some(to) = place.map(|index| self.account.grants[index].id.clone()) else { continue };
            let from = self.account.grants[moved.from].id.clone();
            let mut rest = credits(moved.amount);
            for hold in self.account.holds.iter_mut().filter(|hold| hold.state == HoldState::Open) {
                let before = rest;
                hold.point(&from, &to, &mut rest);
                if rest != before {
                    self.account.changes.touched_holds.push(hold.id.clone());
                }
            }
        }
    }

    /// What should never have been is taken back: the unspent part leaves, the spent part is owed.
    fn take_back(&mut self, matches: &Matches, history: &History) -> Result<(), LedgerError> {
        let held = held(self.account);
        for (index, refund) in &matches.wrong {
            let line = history.lines.iter().find(|line| line.grant == Some(*index));
            let grant = &self.account.grants[*index];
            let (pool, source, id) = (grant.pool, grant.source, grant.id.clone());
            // What is not of the plan's pool is in no history: no end of a plan touches it.
            let unused = line.map_or(grant.remaining.get(), Line::unused);
            let closed = line.map_or(grant.closed.get() + unused, Line::unused);
            let set_aside = held.get(index).copied().unwrap_or(0);
            let spent = line.map_or(grant.used().get() - set_aside, |line| line.used - line.held);
            let name =
                self.wish.map_or_else(|| format!("reversal:{}", grant.business_key), |w| w.key.to_owned());
            let key = self.fresh(&name);
            let due = refund.map(|due| &self.derived.due[due]);
            let wrong = || Cause::new("wix", ReasonCode::NotDue.alone());
            let cause =
                due.map(cause_of).or_else(|| self.wish.map(|wish| wish.cause.clone())).unwrap_or_else(wrong);
            let code = if self.wish.is_some() { EntryCode::Adjust } else { EntryCode::Reversal };
            if unused > 0 {
                let movement = Movement {
                    debit: LedgerAccount::Available(pool),
                    credit: LedgerAccount::Issued(source),
                    amount: credits(unused),
                    code,
                    key: key.clone(),
                    hold: None,
                };
                self.account.record(movement, &cause, self.now)?;
            }
            self.account.owe(&format!("{key}:debt"), credits(spent), &cause, self.now)?;
            self.change_grant_by(&id, |grant| {
                (grant.remaining, grant.closed) = (Credits::ZERO, credits(closed));
                grant.taken_back = true;
            });
            self.done.push(key);
        }
        Ok(())
    }

    fn pay_debt(&mut self, history: &History) -> Result<(), LedgerError> {
        for line in history.lines.iter().filter(|line| line.repaid > 0) {
            let Some(grant) = line.grant.map(|index| &self.account.grants[index]) else { continue };
            let (key, source) = (grant.business_key.clone(), grant.source);
            self.account.repay(&key, source, Pool::Plan, credits(line.repaid), self.now)?;
        }
        Ok(())
    }

    /// Brings the grants to where the history leaves them.
    fn close(&mut self, history: &History) {
        for line in history.lines.iter().filter(|line| line.fate != Fate::IsTakenBack) {
            let Line { grant: Some(index), at, .. } = *line else { continue };
            let unused = credits(line.unused());
            let (remaining, closed) =
                if history.is_closed(at) { (Credits::ZERO, unused) } else { (unused, Credits::ZERO) };
            let grant = &mut self.account.grants[index];
            if (grant.remaining, grant.closed, grant.effective_at) != (remaining, closed, at) {
                (grant.remaining, grant.closed, grant.effective_at) = (remaining, closed, at);
                self.account.changes.touched_grants.push(grant.id.clone());
            }
        }
    }

    /// Brings the resets, and what they left, to where the history leaves them.
    fn carry(&mut self, marks: Vec<Mark>) {
        let last = marks.len().saturating_sub(1);
        let mut resets = Vec::new();
        for (index, mark) in marks.into_iter().enumerate() {
            let known = mark.reset.map(|index| self.account.resets[index].clone());
            let mut reset = known.unwrap_or_else(|| Reset {
                key: mark.key.clone(),
                at: mark.at,
                target: credits(mark.target),
                kept: Credits::ZERO,
                cut: Credits::ZERO,
                carry: None,
                rules: self.derived.rules.digest.clone(),
            });
            (reset.at, reset.kept, reset.cut) = (mark.at, credits(mark.kept), credits(mark.cut));
            if reset.carry.is_none() && mark.kept > 0 {
                reset.carry = Some(self.account.carry(&reset, reset.kept, self.now));
            }
            let left = credits(mark.kept - mark.used);
            let (remaining, closed) =
                if index == last { (left, Credits::ZERO) } else { (Credits::ZERO, left) };
            if let Some(id) = &reset.carry {
                self.change_grant_by(id, |grant| {
                    grant.amount = credits(mark.kept);
                    trim(&mut grant.taken, mark.used);
                    (grant.remaining, grant.closed, grant.effective_at) = (remaining, closed, mark.at);
                });
            }
            resets.push(reset);
        }
        self.account.resets = resets;
    }

    fn change_grant_by(
        &mut self,
        id: &crate::id::GrantId,
        change: impl FnOnce(&mut crate::grant::CreditGrant),
    ) {
        if let Some(grant) = self.account.grants.iter_mut().find(|grant| grant.id == *id) {
            change(grant);
            self.account.changes.touched_grants.push(id.clone());
        }
    }

    /// `key`, or with a number behind it when it was used before: what was taken back may be due again.
    fn unused(&self, key: &str) -> String {
        let is_free = |key: &String| !self.account.used_keys.contains(key);
        let numbered = (2..).map(|n: u32| format!("{key}~{n}"));
        std::iter::once(key.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }

    /// Like [`unused`](Self::unused), and uses it.
    fn fresh(&mut self, key: &str) -> String {
        let key = self.unused(key);
        self.account.use_key(&key);
        self.done.push(key.clone());
        key
    }
}

/// Lets the notes of what was taken say no more than `limit`: the rest was laid on other grants.
fn trim(taken: &mut Vec<Taken>, limit: i64) {
    let mut room = credits(limit);
    for note in taken.iter_mut() {
        note.amount = note.amount.min(room);
        room = room.checked_sub(note.amount).unwrap_or(Credits::ZERO);
    }
    taken.retain(|note| !note.amount.is_zero());
}

fn cause_of(due: &Due) -> Cause {
    let actor = if due.fact.is_some() { "wix" } else { "cycle" };
    Cause { fact: due.fact.clone(), ..Cause::new(actor, due.reason.clone()) }
}

/// An amount that the history has counted, which is never negative.
fn credits(amount: i64) -> Credits {
    Credits::new(amount).unwrap_or(Credits::ZERO)
}
