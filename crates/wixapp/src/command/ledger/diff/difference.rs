//! Where two ledgers of one instance part.

use std::collections::HashMap;

use serde_json::{Value, json};
use wixapp_core::InstanceId;
use wixapp_emulator::recording::RecordedEntry;

/// What only one of two ledgers has. What both have in another order is no difference: the order of two entries at one moment
/// is chance.
pub(in crate::command) struct Difference {
    only_a: Vec<RecordedEntry>,
    only_b: Vec<RecordedEntry>,
    pub(super) available_a: i64,
    pub(super) available_b: i64,
}

/// What makes two entries of two branches the same.
fn likeness(entry: &RecordedEntry) -> (&str, &str, &str, &str, i64) {
    (&entry.key, &entry.kind, &entry.from, &entry.to, entry.amount)
}

/// What can be spent when these are all entries.
fn available(entries: &[RecordedEntry]) -> i64 {
    let moved = |entry: &RecordedEntry| {
        let side = |account: &str| i64::from(account.starts_with("available:"));
        (side(&entry.to) - side(&entry.from)) * entry.amount
    };
    entries.iter().map(moved).sum()
}

/// The entries of `mine` that `others` has fewer times.
fn only(mine: &[RecordedEntry], others: &[RecordedEntry]) -> Vec<RecordedEntry> {
    let mut left: HashMap<_, usize> = HashMap::new();
    others.iter().for_each(|entry| *left.entry(likeness(entry)).or_default() += 1);
    let mut extra = Vec::new();
    for entry in mine {
        match left.get_mut(&likeness(entry)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => extra.push(entry.clone()),
        }
    }
    extra
}

impl Difference {
    /// Of two ledgers, each in the order of its entries.
    pub(super) fn between(a: &[RecordedEntry], b: &[RecordedEntry]) -> Self {
        Self { only_a: only(a, b), only_b: only(b, a), available_a: available(a), available_b: available(b) }
    }

    pub(super) fn is_none(&self) -> bool {
        self.only_a.is_empty() && self.only_b.is_empty()
    }

    pub(super) fn missing_in_b(&self) -> usize {
        self.only_a.len()
    }

    /// `-` is only in A, `+` only in B; in the order of time.
    pub(super) fn lines(&self) -> Vec<String> {
        let a = self.only_a.iter().map(|entry| ('-', entry));
        let mut lines: Vec<_> = a.chain(self.only_b.iter().map(|entry| ('+', entry))).collect();
        lines.sort_by_key(|(_, entry)| entry.at);
        lines.into_iter().map(|(sign, entry)| format!("  {sign} {}", shown(entry))).collect()
    }

    pub(super) fn json(&self, id: &InstanceId) -> Value {
        let shown = |entries: &[RecordedEntry]| -> Vec<Value> {
            let one = |entry: &RecordedEntry| {
                json!({
                    "at": entry.at, "kind": entry.kind, "amount": entry.amount, "from": entry.from, "to": entry.to,
                    "key": entry.key, "reason": entry.reason,
                })
            };
            entries.iter().map(one).collect()
        };
        json!({
            "instanceId": id, "availableA": self.available_a, "availableB": self.available_b,
            "onlyA": shown(&self.only_a), "onlyB": shown(&self.only_b),
        })
    }
}

fn shown(entry: &RecordedEntry) -> String {
    format!(
        "{}  {:<10} {:>8}  {} → {}  {}  {}",
        entry.at.strftime("%Y-%m-%d %H:%M"),
        entry.kind,
        entry.amount,
        entry.from,
        entry.to,
        entry.key,
        entry.reason
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, amount: i64) -> RecordedEntry {
        RecordedEntry {
            instance_id: "i".parse().unwrap(),
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
            kind: "grant".to_owned(),
            from: "issued:cycle".to_owned(),
            to: "available:plan".to_owned(),
            amount,
            key: key.to_owned(),
            reason: String::new(),
        }
    }

    #[test]
    fn an_entry_that_is_there_twice_is_more_than_one_that_is_there_once() {
        let (once, twice) = (vec![entry("a", 5)], vec![entry("a", 5), entry("a", 5)]);
        let parted = Difference::between(&once, &twice);
        assert_eq!((parted.only_a.len(), parted.only_b.len()), (0, 1));
        assert_eq!((parted.available_a, parted.available_b), (5, 10));
        assert!(Difference::between(&twice, &twice).is_none());
        assert_eq!(Difference::between(&[entry("a", 5)], &[entry("a", 6)]).lines().len(), 2);
    }
}
