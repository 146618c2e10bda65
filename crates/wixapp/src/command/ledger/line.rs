//! Ledger lines that can be compared between the app that lived and the one that was told the same again.

use std::collections::HashSet;

use wixapp_core::InstanceId;
use wixapp_core::entry::{Entry, EntryCode};
use wixapp_emulator::EVENTS;
use wixapp_emulator::recording::RecordedEntry;
use wixapp_store::{Store, StoredFact};

use crate::failure::Failure;

/// The name under which answers of Wix stand among the facts.
const ANSWER: &str = "GetAppInstance";

/// What is done to an earlier movement stands before that one's key.
const CONSEQUENCES: [&str; 5] = ["expire:", "reversal:", "repay:", "unreset:", "carry:"];
/// What users, jobs and operators do; webhooks do not lead to it.
const OWN: [&str; 7] = ["spend:", "reserve:", "post:", "void:", "adjust:", "undo:", "promo:"];

/// What stands for a fact in a key.
const FACT: &str = "fact";

/// The keys of an instance's facts. They are digests of what was signed and when, and which of several facts that say the same
/// came first is chance: lines that are to be compared leave them out.
pub(in crate::command) struct FactKeys(HashSet<String>);

impl FactKeys {
    pub(in crate::command) fn new(facts: &[StoredFact]) -> Self {
        Self(facts.iter().map(|stored| stored.key.clone()).collect())
    }

    fn left_out_of(&self, key: &str) -> String {
        let name = |part| if self.0.contains(part) { FACT } else { part };
        key.split(':').map(name).collect::<Vec<_>>().join(":")
    }

    /// The entry as a line of a recording. Of what users and operators did stays the amount, and none of their words.
    pub(in crate::command) fn line(&self, entry: &Entry) -> RecordedEntry {
        let own = own_words(&entry.business_key);
        RecordedEntry {
            instance_id: entry.instance_id.clone(),
            at: entry.created_at,
            kind: entry.code.as_str().to_owned(),
            from: entry.debit.to_string(),
            to: entry.credit.to_string(),
            amount: entry.amount.get(),
            key: own.map_or_else(|| self.left_out_of(&entry.business_key), str::to_owned),
            reason: if own.is_some() { String::new() } else { entry.cause.reason.clone() },
        }
    }
}

/// The ledger of an instance in a database, in the order of its entries.
pub(in crate::command) async fn ledger(
    store: &Store,
    instance_id: &InstanceId,
) -> Result<Vec<RecordedEntry>, Failure> {
    let facts = FactKeys::new(&store.list_facts(instance_id).await?);
    let entries = store.list_entries(instance_id, None, i64::MAX).await?;
    Ok(entries.iter().rev().map(|entry| facts.line(entry)).collect())
}

/// Whether a movement was made by users, jobs or operators, or follows from one of theirs.
pub(in crate::command) fn is_own(key: &str) -> bool {
    own_words(key).is_some()
}

/// The words of such a movement's key that say so; what follows them may be words of people.
fn own_words(key: &str) -> Option<&str> {
    let mut rest = key;
    while let Some(inner) = CONSEQUENCES.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
        rest = inner;
    }
    let word = OWN.iter().find(|prefix| rest.starts_with(**prefix))?;
    key.get(..key.len() - rest.len() + word.len())
}

/// Whether a fact came from somebody else than Wix: an operator, or another seller.
pub(in crate::command) fn is_from_elsewhere(stored: &StoredFact) -> bool {
    stored.fact.is_some() && stored.event_type != ANSWER && !EVENTS.contains(&stored.event_type.as_str())
}

/// What of a ledger follows from webhooks alone. Where credits were spent or changed by hand, that is only what was given:
/// what expires, is reset or taken back depends on what was left.
pub(in crate::command) fn comparable(
    entries: &[RecordedEntry],
    was_used: bool,
) -> impl Iterator<Item = &RecordedEntry> {
    let given = EntryCode::Grant.as_str();
    entries.iter().filter(move |entry| !is_own(&entry.key) && (!was_used || entry.kind == given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_left_out_of_keys_wherever_they_stand() {
        let fact = |key: &str| StoredFact {
            key: key.to_owned(),
            event_type: "PaidPlanChanged".to_owned(),
            fact: None,
            is_new: false,
            is_noted: false,
            parked: None,
        };
        let facts = FactKeys::new(&[fact("4bfe"), fact("9b9f")]);
        assert_eq!(facts.left_out_of("upgrade:i:4bfe:9b9f"), "upgrade:i:fact:fact");
        assert_eq!(facts.left_out_of("cycle:i:inv-1:0"), "cycle:i:inv-1:0");
    }

    #[test]
    fn what_follows_from_an_own_movement_is_own_too() {
        for key in
            ["spend:a:plan", "expire:promo:i:SUMMER", "reversal:adjust:1", "repay:expire:adjust:1:debt"]
        {
            assert!(own_words(key).is_some_and(is_own), "{key}");
        }
        assert_eq!(own_words("expire:promo:i:SUMMER"), Some("expire:promo:"));
        for key in ["cycle:i:inv:0", "expire:cycle:i:inv:0", "reset:i:inv", "free:i", "topup:inv"] {
            assert!(!is_own(key), "{key}");
        }
    }
}
