//! What a decision changed in the books.

use crate::entry::Entry;
use crate::grant::CreditGrant;
use crate::id::{GrantId, HoldId};

/// What a decision changed, to be written in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChanges {
    /// New entries, in order.
    pub entries: Vec<Entry>,
    /// New business keys.
    pub keys: Vec<String>,
    /// Grants that are new.
    pub new_grants: Vec<CreditGrant>,
    /// Grants that changed.
    pub touched_grants: Vec<GrantId>,
    /// Holds that are new or changed.
    pub touched_holds: Vec<HoldId>,
}

impl AccountChanges {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.keys.is_empty()
            && self.touched_grants.is_empty()
            && self.touched_holds.is_empty()
    }
}
