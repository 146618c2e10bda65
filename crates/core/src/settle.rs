//! Settling: making the books of one instance say what its facts say.
//!
//! Facts come in any order, and the worker settles after each. What was given under less knowledge may turn out to be
//! more, less or something else than what all facts together bring. So settling compares two lists: what must exist by
//! now, and what the books hold. What both have is left alone (`matching`); what is missing is given; what should
//! never have been is taken back, once. Then every end of a paid life is counted again (`replay`), because it cut what
//! was there at that time. The result is the same as if all facts had been known from the start.
//!
//! Three things keep this from taking back what somebody may rely on. Only what was derived under the same catalogue and
//! policy is ever taken back: a cycle that was granted keeps its value when the catalogue changes. Nothing is taken back
//! while a fact seems to lie in the future, because then the clock is wrong. And nothing that lies after `now` is touched.
//! Facts are never deleted, so what is missing from the list is missing because another fact says so.

mod book;
mod matching;
mod replay;

use crate::account::{Account, LedgerError};
use crate::clock::Timestamp;
use crate::derive::{Derived, Due, Rules};
use crate::entry::Cause;
use crate::id::GrantId;

/// What must exist by now: what of a derivation counts here.
#[derive(Clone, Copy)]
struct Must<'a> {
    due: &'a [Due],
    rules: &'a Rules,
    whole: bool,
}

/// Makes the books say what `derived` says; returns the keys under which something was new.
pub(crate) fn settle(
    account: &mut Account,
    derived: &Derived,
    now: Timestamp,
) -> Result<Vec<String>, LedgerError> {
    // The order of the entries must not depend on the order in which grants were loaded.
    account.grants.sort_by(|a, b| a.draw_order().cmp(&b.draw_order()));
    account.expire_grants(now)?;
    let matches = matching::Matches::find(account, derived, now);
    if matches.is_settled() {
        return Ok(Vec::new());
    }
    let must = Must { due: &derived.due, rules: &derived.rules, whole: derived.whole };
    let history = replay::History::of(account, must, &matches);
    book::Book { account, derived: must, now, done: Vec::new(), wish: None }.write(&matches, history)
}

/// Takes one grant back by an operator's wish, under `key`: as if it had never been given. What its credits did to the plan pool
/// is counted again.
pub(crate) fn take_back(
    account: &mut Account,
    grant: &GrantId,
    key: &str,
    cause: &Cause,
    now: Timestamp,
) -> Result<(), LedgerError> {
    account.grants.sort_by(|a, b| a.draw_order().cmp(&b.draw_order()));
    account.expire_grants(now)?;
    let Some(index) = account.grants.iter().position(|known| known.id == *grant) else { return Ok(()) };
    let matches = matching::Matches::only_wrong(index);
    let rules = Rules { catalog_version: String::new(), digest: String::new() };
    let nothing = Must { due: &[], rules: &rules, whole: false };
    let history = replay::History::of(account, nothing, &matches);
    let wish = Some(book::Wish { key, cause });
    book::Book { account, derived: nothing, now, done: Vec::new(), wish }.write(&matches, history)?;
    Ok(())
}
