//! An index on one field of a collection: the items in the order of their values.

use std::collections::BTreeSet;
use std::ops::Bound;

use serde_json::Value;

use crate::data::filter::Test;
use crate::data::value::{Key, keys_at};

/// The items of a collection by the keys they have at one path.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: BTreeSet<(Key, u64)>,
    /// Items that stand under several keys because their value is a list.
    lists: usize,
}

/// A stretch of an index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Span<'a> {
    Points(Vec<&'a Key>),
    /// Values of one type between two ends; `bool` says whether the end belongs to it.
    Range {
        from: Option<(&'a Key, bool)>,
        to: Option<(&'a Key, bool)>,
    },
}

type Found<'a> = Box<dyn Iterator<Item = u64> + 'a>;

impl Index {
    pub(crate) fn add(&mut self, path: &str, seq: u64, item: &Value) {
        let keys = distinct_keys(item, path);
        self.lists += usize::from(keys.len() > 1);
        self.entries.extend(keys.into_iter().map(|key| (key, seq)));
    }

    pub(crate) fn remove(&mut self, path: &str, seq: u64, item: &Value) {
        let keys = distinct_keys(item, path);
        self.lists -= usize::from(keys.len() > 1);
        for key in keys {
            self.entries.remove(&(key, seq));
        }
    }

    /// Whether each item stands here once, so that the order of the entries is an order of the items.
    pub(crate) fn is_order(&self) -> bool {
        self.lists == 0
    }

    /// An item under this key that is not `except`.
    pub(crate) fn other_with(&self, key: &Key, except: u64) -> Option<u64> {
        let span = Span::Points(vec![key]);
        self.find(&span).find(|seq| *seq != except)
    }

    /// All items in ascending order of their values.
    pub(crate) fn ascending(&self) -> impl DoubleEndedIterator<Item = &(Key, u64)> {
        self.entries.iter()
    }

    /// The entries after `(key, seq)`.
    pub(crate) fn after<'a>(&'a self, key: &Key, seq: u64) -> impl Iterator<Item = &'a (Key, u64)> + use<'a> {
        self.entries.range((Bound::Excluded((key.clone(), seq)), Bound::Unbounded))
    }

    /// The entries before `(key, seq)`, the last first.
    pub(crate) fn before<'a>(
        &'a self,
        key: &Key,
        seq: u64,
    ) -> impl Iterator<Item = &'a (Key, u64)> + use<'a> {
        self.entries.range(..(key.clone(), seq)).rev()
    }

    /// The items of a stretch; one that is a list may come more than once.
    pub(crate) fn find<'a>(&'a self, span: &Span<'a>) -> Found<'a> {
        match span {
            Span::Points(keys) => {
                let points = keys.clone().into_iter().flat_map(|key| {
                    self.entries.range((key.clone(), 0)..=(key.clone(), u64::MAX)).map(|(_, seq)| *seq)
                });
                Box::new(points)
            }
            Span::Range { from: None, to: None } => Box::new(self.entries.iter().map(|(_, seq)| *seq)),
            Span::Range { from: None, to: Some((key, inclusive)) } => {
                let key = *key;
                let end = if *inclusive {
                    Bound::Included((key.clone(), u64::MAX))
                } else {
                    Bound::Excluded((key.clone(), 0))
                };
                let downwards = self.entries.range((Bound::Unbounded, end)).rev();
                Box::new(downwards.take_while(|(have, _)| have.comparable(key)).map(|(_, seq)| *seq))
            }
            Span::Range { from: Some((low, with_low)), to } => self.upwards(low, *with_low, *to),
        }
    }

    fn upwards<'a>(&'a self, low: &'a Key, with_low: bool, to: Option<(&'a Key, bool)>) -> Found<'a> {
        let start = if with_low {
            Bound::Included((low.clone(), 0))
        } else {
            Bound::Excluded((low.clone(), u64::MAX))
        };
        let inside = move |key: &Key| match to {
            None => key.comparable(low),
            Some((high, true)) => key.comparable(low) && key <= high,
            Some((high, false)) => key.comparable(low) && key < high,
        };
        let entries = self.entries.range((start, Bound::Unbounded));
        Box::new(entries.take_while(move |(key, _)| inside(key)).map(|(_, seq)| *seq))
    }

    /// The stretch in which all matches of these tests of one path lie, and whether everything in it is a match of all.
    pub(crate) fn span<'a>(&self, tests: &[&'a Test]) -> Option<(Span<'a>, bool)> {
        let points = tests.iter().find_map(|test| match test {
            Test::Equals(key) => Some(Span::Points(vec![key])),
            Test::AnyOf(keys) => {
                let distinct: BTreeSet<&Key> = keys.iter().collect();
                Some(Span::Points(distinct.into_iter().collect()))
            }
            _ => None,
        });
        if let Some(points) = points {
            return Some((points, tests.len() == 1 && self.lists == 0));
        }
        let (mut from, mut to, mut used) = (None, None, 0);
        for test in tests {
            let Test::Compares { side, inclusive, than } = test else { continue };
            let end = if side.is_gt() { &mut from } else { &mut to };
            if end.is_none() {
                *end = Some((than, *inclusive));
                used += 1;
            }
            // Of a list, one element may pass one test and another the other: only one end can be used.
            if self.lists > 0 {
                break;
            }
        }
        (used > 0).then_some((Span::Range { from, to }, used == tests.len() && self.lists == 0))
    }
}

/// Whether an index helps to find what passes the test.
pub(crate) fn is_indexable(test: &Test) -> bool {
    matches!(test, Test::Equals(_) | Test::AnyOf(_) | Test::Compares { .. })
}

fn distinct_keys(item: &Value, path: &str) -> BTreeSet<Key> {
    keys_at(item, path).into_iter().collect()
}
