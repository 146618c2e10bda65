//! Spending in two phases: credits are put aside, then posted or voided, once.

use super::spend::by_pool;
use super::{Account, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, EntryCode, LedgerAccount, id_bytes};
use crate::hold::{Hold, HoldState, ReserveRequest};
use crate::id::HoldId;

impl Account {
    /// Puts credits aside. Under a key that has a loaded hold, that hold is returned and nothing changes.
    ///
    /// # Errors
    /// [`LedgerError::InsufficientCredits`] when there are not enough; [`LedgerError::BadAmount`] for zero.
    pub fn reserve(&mut self, request: ReserveRequest, now: Timestamp) -> Result<Hold, LedgerError> {
        if let Some(hold) = self.holds.iter().find(|hold| hold.key == request.key) {
            return Ok(hold.clone());
        }
        let draws = self.draw(request.amount, now)?;
        let id = HoldId::new(now, id_bytes(&self.instance_id, &request.key));
        let cause = Cause::new("user", request.action.clone());
        for (pool, part) in by_pool(&draws) {
            let movement = Movement {
                debit: LedgerAccount::Available(pool),
                credit: LedgerAccount::Held,
                amount: part,
                code: EntryCode::Reserve,
                key: format!("reserve:{id}:{}", pool.as_str()),
                hold: Some(id.clone()),
            };
            self.record(movement, &cause, now)?;
        }
        let hold = Hold {
            id: id.clone(),
            key: request.key,
            action: request.action,
            amount: request.amount,
            draws,
            state: HoldState::Open,
            posted: Credits::ZERO,
            created_at: now,
            expires_at: request.expires_at,
        };
        self.changes.touched_holds.push(id);
        self.holds.push(hold.clone());
        Ok(hold)
    }

    /// Spends a hold: all of it, or `amount` of it and the rest comes back.
    ///
    /// # Errors
    /// [`LedgerError::HoldEnded`] when it was ended before or its time ran out; [`LedgerError::BadAmount`] for zero or
    /// more than is held; [`LedgerError::NoSuchHold`].
    pub fn post(
        &mut self,
        id: &HoldId,
        amount: Option<Credits>,
        now: Timestamp,
    ) -> Result<Hold, LedgerError> {
        let hold = self.open_hold(id)?;
        if hold.is_overdue(now) {
            return Err(LedgerError::HoldEnded { state: HoldState::Expired });
        }
        let amount = amount.unwrap_or(hold.amount);
        if amount.is_zero() || amount > hold.amount {
            return Err(LedgerError::BadAmount);
        }
        let movement = Movement {
            debit: LedgerAccount::Held,
            credit: LedgerAccount::Spent,
            amount,
            code: EntryCode::Post,
            key: format!("post:{id}"),
            hold: Some(id.clone()),
        };
        self.record(movement, &Cause::new("user", hold.action.clone()), now)?;
        self.owe_for_taken_back(&hold, amount, now)?;
        let rest = hold.amount.checked_sub(amount).ok_or(LedgerError::BadAmount)?;
        self.give_back(&hold, rest, now)?;
        self.end_hold(id, HoldState::Posted, amount)
    }

    /// Gives a hold's credits back. A hold whose time ran out ends as expired, with the same effect.
    ///
    /// # Errors
    /// [`LedgerError::HoldEnded`] when it was ended before; [`LedgerError::NoSuchHold`].
    pub fn void(&mut self, id: &HoldId, now: Timestamp) -> Result<Hold, LedgerError> {
        let hold = self.open_hold(id)?;
        self.give_back(&hold, hold.amount, now)?;
        let state = if hold.is_overdue(now) { HoldState::Expired } else { HoldState::Voided };
        self.end_hold(id, state, Credits::ZERO)
    }

    /// Gives back every loaded hold whose time ran out; returns how many.
    ///
    /// # Errors
    /// [`LedgerError::Overflow`] only, which the books' own limits rule out.
    pub fn expire_holds(&mut self, now: Timestamp) -> Result<usize, LedgerError> {
        // In an order that does not depend on how they were loaded: the books come out the same everywhere.
        let mut overdue: Vec<_> = self.holds.iter().filter(|hold| hold.is_overdue(now)).collect();
        overdue.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let overdue: Vec<HoldId> = overdue.into_iter().map(|hold| hold.id.clone()).collect();
        for id in &overdue {
            self.void(id, now)?;
        }
        Ok(overdue.len())
    }

    fn open_hold(&self, id: &HoldId) -> Result<Hold, LedgerError> {
        let hold = self.holds.iter().find(|h| h.id == *id).ok_or(LedgerError::NoSuchHold)?;
        match hold.state {
            HoldState::Open => Ok(hold.clone()),
            state @ (HoldState::Posted | HoldState::Voided | HoldState::Expired) => {
                Err(LedgerError::HoldEnded { state })
            }
        }
    }

    fn end_hold(&mut self, id: &HoldId, state: HoldState, posted: Credits) -> Result<Hold, LedgerError> {
        let hold = self.holds.iter_mut().find(|h| h.id == *id).ok_or(LedgerError::NoSuchHold)?;
        hold.state = state;
        hold.posted = posted;
        self.changes.touched_holds.push(id.clone());
        Ok(hold.clone())
    }
}
