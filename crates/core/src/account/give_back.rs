//! Credits that come back from a hold: to where they would be if they had never been put aside.
//!
//! In the meantime the paid life may have ended, the credits may have expired, or their grant may have been taken back.
//! A hold must not carry credits past any of these, and must not lose what would have stayed.

use super::{Account, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, EntryCode, LedgerAccount};
use crate::grant::{CreditGrant, Pool};
use crate::hold::Hold;
use crate::id::GrantId;
use crate::reason::ReasonCode;

/// Credits that go the same way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) to: LedgerAccount,
    pub(super) amount: Credits,
}

impl Account {
    /// Returns `amount` of a hold to the grants it came from, last drawn first.
    pub(super) fn give_back(
        &mut self,
        hold: &Hold,
        amount: Credits,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let mut rest = amount;
        let mut parts = Vec::new();
        for draw in hold.draws.iter().rev() {
            let part = draw.amount.min(rest);
            rest = rest.checked_sub(part).ok_or(LedgerError::Overflow)?;
            parts.push((draw.grant_id.clone(), part));
        }
        for share in self.take_in_all(&parts, now)? {
            self.record_return(hold, &share, now)?;
        }
        Ok(())
    }

    /// Puts parts back into their grants, and says where the credits go: each way once.
    pub(super) fn take_in_all(
        &mut self,
        parts: &[(GrantId, Credits)],
        now: Timestamp,
    ) -> Result<Vec<Share>, LedgerError> {
        let mut shares: Vec<Share> = Vec::new();
        for (grant, part) in parts.iter().filter(|(_, part)| !part.is_zero()) {
            for share in self.take_in(grant, *part, now)? {
                match shares.iter_mut().find(|known| known.to == share.to) {
                    Some(known) => {
                        known.amount = known.amount.checked_add(share.amount).ok_or(LedgerError::Overflow)?;
                    }
                    None => shares.push(share),
                }
            }
        }
        shares.retain(|share| !share.amount.is_zero());
        shares.sort_by_key(|share| share.to.to_string());
        Ok(shares)
    }

    fn record_return(&mut self, hold: &Hold, share: &Share, now: Timestamp) -> Result<(), LedgerError> {
        let (code, name) = match share.to {
            LedgerAccount::Available(pool) => (EntryCode::Void, pool.as_str().to_owned()),
            LedgerAccount::Expired => (EntryCode::Expire, "expired".to_owned()),
            other => (EntryCode::Reversal, other.to_string()),
        };
        let movement = Movement {
            debit: LedgerAccount::Held,
            credit: share.to,
            amount: share.amount,
            code,
            key: format!("void:{}:{name}", hold.id),
            hold: Some(hold.id.clone()),
        };
        self.record(movement, &Cause::new("user", hold.action.clone()), now).map(|_| ())
    }

    /// Puts one part back into its grant, and says where the credits go.
    fn take_in(&mut self, id: &GrantId, part: Credits, now: Timestamp) -> Result<Vec<Share>, LedgerError> {
        let grant = self.grants.iter_mut().find(|g| g.id == *id).ok_or(LedgerError::NoSuchHold)?;
        self.changes.touched_grants.push(grant.id.clone());
        let available = LedgerAccount::Available(grant.pool);
        let one = |to| Ok(vec![Share { to, amount: part }]);
        if grant.taken_back {
            grant.closed = grant.closed.checked_add(part).ok_or(LedgerError::Overflow)?;
            return one(LedgerAccount::Issued(grant.source));
        }
        // Time may have gone back a little: what has expired stays so.
        if grant.is_expired(now) || grant.has_expired() {
            grant.note_expired(part);
            return one(LedgerAccount::Expired);
        }
        let (from, id) = (grant.effective_at, grant.id.clone());
        let kept = if grant.pool == Pool::Plan { self.pass_resets(from, part, now)? } else { None };
        if let Some(grant) = self.grants.iter_mut().find(|grant| grant.id == id) {
            let side = if kept.is_some() { &mut grant.closed } else { &mut grant.remaining };
            *side = side.checked_add(part).ok_or(LedgerError::Overflow)?;
        }
        Ok(shares(available, part, kept))
    }

    /// Lets credits of the time `from` go through every later reset; how many stay, or `None` when there was none.
    ///
    /// A reset lets pass what its limit still has room for; the rest expires.
    fn pass_resets(
        &mut self,
        from: Timestamp,
        part: Credits,
        now: Timestamp,
    ) -> Result<Option<Credits>, LedgerError> {
        let mut passing = part;
        let mut inside: Option<GrantId> = None;
        for index in 0..self.resets.len() {
            let reset = &mut self.resets[index];
            if reset.at <= from {
                continue;
            }
            let room = reset.target.checked_sub(reset.kept).unwrap_or(Credits::ZERO);
            let kept = passing.min(room);
            let lost = passing.checked_sub(kept).ok_or(LedgerError::Overflow)?;
            reset.kept = reset.kept.checked_add(kept).ok_or(LedgerError::Overflow)?;
            reset.cut = reset.cut.checked_add(lost).ok_or(LedgerError::Overflow)?;
            if let Some(grant) = inside.take().and_then(|id| self.grants.iter_mut().find(|g| g.id == id)) {
                grant.remaining = grant.remaining.checked_sub(passing).ok_or(LedgerError::Overflow)?;
                grant.closed = grant.closed.checked_add(passing).ok_or(LedgerError::Overflow)?;
            }
            passing = kept;
            let reset = self.resets[index].clone();
            inside = match &reset.carry {
                _ if kept.is_zero() => reset.carry.clone(),
                None => {
                    let id = self.carry(&reset, kept, now);
                    self.resets[index].carry = Some(id.clone());
                    Some(id)
                }
                Some(id) => {
                    let carry = self.grants.iter_mut().find(|grant| grant.id == *id);
                    let carry = carry.ok_or(LedgerError::NoSuchHold)?;
                    carry.amount = carry.amount.checked_add(kept).ok_or(LedgerError::Overflow)?;
                    carry.remaining = carry.remaining.checked_add(kept).ok_or(LedgerError::Overflow)?;
                    self.changes.touched_grants.push(id.clone());
                    Some(id.clone())
                }
            };
        }
        let crossed = self.resets.iter().any(|reset| reset.at > from);
        Ok(crossed.then_some(passing))
    }

    /// Of a hold that is spent, what came from grants that were taken back meanwhile is owed.
    pub(super) fn owe_for_taken_back(
        &mut self,
        hold: &Hold,
        posted: Credits,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let (mut rest, mut owed) = (posted, Credits::ZERO);
        for draw in &hold.draws {
            let part = draw.amount.min(rest);
            rest = rest.checked_sub(part).ok_or(LedgerError::Overflow)?;
            let is_gone = |grant: &CreditGrant| grant.id == draw.grant_id && grant.taken_back;
            if self.grants.iter().any(is_gone) {
                owed = owed.checked_add(part).ok_or(LedgerError::Overflow)?;
            }
        }
        let cause = Cause::new("wix", ReasonCode::RefundedHeld.alone());
        self.owe(&format!("post:{}:debt", hold.id), owed, &cause, now)
    }
}

fn shares(available: LedgerAccount, part: Credits, kept: Option<Credits>) -> Vec<Share> {
    let stays = kept.unwrap_or(part);
    let lost = part.checked_sub(stays).unwrap_or(Credits::ZERO);
    vec![Share { to: available, amount: stays }, Share { to: LedgerAccount::Expired, amount: lost }]
}
