//! A collection in memory: items as JSON text in the order of their creation, links, and indexes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::definition::Definition;
use super::index::Index;
use crate::data::value::{Key, keys_at};

/// How many indexes a collection builds by itself. The one that was used longest ago makes room.
const LAZY_INDEXES: usize = 8;

/// The links of one field: from the id of an item to the ids it refers to, in their order.
pub(crate) type Links = BTreeMap<Arc<str>, Vec<String>>;

#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) definition: Definition,
    items: BTreeMap<u64, Stored>,
    ids: HashMap<Arc<str>, u64>,
    links: BTreeMap<String, Links>,
    indexes: BTreeMap<String, Kept>,
    last_seq: u64,
    uses: u64,
}

/// Text takes a fifth of the memory of a parsed item.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: Arc<str>,
    pub(crate) text: Box<str>,
}

#[derive(Debug)]
struct Kept {
    index: Index,
    used: u64,
}

impl Collection {
    pub(crate) fn new(definition: Definition) -> Self {
        Self {
            definition,
            items: BTreeMap::new(),
            ids: HashMap::new(),
            links: BTreeMap::new(),
            indexes: BTreeMap::new(),
            last_seq: 0,
            uses: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The number the next new item gets.
    pub(crate) fn next_seq(&self) -> u64 {
        self.last_seq + 1
    }

    pub(crate) fn seq_of(&self, id: &str) -> Option<u64> {
        self.ids.get(id).copied()
    }

    /// An item's JSON, parsed.
    pub(crate) fn item(&self, seq: u64) -> Option<Value> {
        self.items.get(&seq).map(|stored| parsed(&stored.text))
    }

    pub(crate) fn find(&self, id: &str) -> Option<Value> {
        self.item(self.seq_of(id)?)
    }

    pub(crate) fn stored(&self, seq: u64) -> Option<&Stored> {
        self.items.get(&seq)
    }

    pub(crate) fn seqs(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.items.keys().copied()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (u64, &Stored)> {
        self.items.iter().map(|(seq, stored)| (*seq, stored))
    }

    /// Puts an item in the place of the one with this number, if any; gives back what was there.
    pub(crate) fn put(&mut self, seq: u64, stored: Stored) -> Option<Stored> {
        let fresh = (!self.indexes.is_empty()).then(|| parsed(&stored.text));
        let before = self.take(seq);
        if let Some(fresh) = &fresh {
            self.indexes.iter_mut().for_each(|(path, kept)| kept.index.add(path, seq, fresh));
        }
        self.last_seq = self.last_seq.max(seq);
        self.ids.insert(Arc::clone(&stored.id), seq);
        self.items.insert(seq, stored);
        before
    }

    pub(crate) fn take(&mut self, seq: u64) -> Option<Stored> {
        let stored = self.items.remove(&seq)?;
        self.ids.remove(&stored.id);
        if !self.indexes.is_empty() {
            let item = parsed(&stored.text);
            self.indexes.iter_mut().for_each(|(path, kept)| kept.index.remove(path, seq, &item));
        }
        Some(stored)
    }

    /// Takes all items and links out.
    pub(crate) fn clear(&mut self) -> (BTreeMap<u64, Stored>, BTreeMap<String, Links>) {
        self.ids.clear();
        self.indexes.clear();
        (std::mem::take(&mut self.items), std::mem::take(&mut self.links))
    }

    pub(crate) fn links(&self, field: &str, id: &str) -> &[String] {
        self.links.get(field).and_then(|links| links.get(id)).map_or(&[], Vec::as_slice)
    }

    /// All links of the collection, field by field.
    pub(crate) fn all_links(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        self.links.iter().flat_map(|(field, links)| {
            links.iter().map(move |(id, to)| (field.as_str(), id.as_ref(), to.as_slice()))
        })
    }

    /// Replaces the links of one item; gives back those it had.
    pub(crate) fn link(&mut self, field: &str, id: &str, to: Vec<String>) -> Vec<String> {
        let links = self.links.entry(field.to_owned()).or_default();
        let before = if to.is_empty() { links.remove(id) } else { links.insert(id.into(), to) };
        before.unwrap_or_default()
    }

    /// The index on a path, built now when there is none.
    pub(crate) fn index(&mut self, path: &str) -> &Index {
        self.uses += 1;
        if !self.indexes.contains_key(path) {
            self.make_room();
            let mut index = Index::default();
            for (seq, stored) in &self.items {
                index.add(path, *seq, &parsed(&stored.text));
            }
            self.indexes.insert(path.to_owned(), Kept { index, used: 0 });
        }
        let kept = self.indexes.get_mut(path).expect("it was there or was just built");
        kept.used = self.uses;
        &kept.index
    }

    /// The index on a path, if it was built.
    pub(crate) fn built_index(&self, path: &str) -> Option<&Index> {
        self.indexes.get(path).map(|kept| &kept.index)
    }

    /// The item other than `seq` that stands in the way of a unique index, with the index's name.
    pub(crate) fn clash(&mut self, seq: u64, item: &Value) -> Option<(String, u64)> {
        let unique: Vec<(String, String)> = self
            .definition
            .indexes
            .iter()
            .filter(|index| index.unique)
            .filter_map(|index| Some((index.name.clone(), index.fields.first()?.path.clone())))
            .collect();
        unique.into_iter().find_map(|(name, path)| {
            let keys = keys_at(item, &path);
            let index = self.index(&path);
            let filled = keys.iter().filter(|key| **key != Key::Empty);
            filled.into_iter().find_map(|key| index.other_with(key, seq)).map(|other| (name, other))
        })
    }

    /// Drops the index that was used longest ago among those nobody declared.
    fn make_room(&mut self) {
        let declared = |path: &String| {
            let mut fields = self.definition.indexes.iter().flat_map(|index| &index.fields);
            fields.any(|field| field.path == *path)
        };
        let lazy: Vec<(u64, String)> = self
            .indexes
            .iter()
            .filter(|(path, _)| !declared(path))
            .map(|(path, kept)| (kept.used, path.clone()))
            .collect();
        if lazy.len() >= LAZY_INDEXES
            && let Some((_, oldest)) = lazy.into_iter().min()
        {
            self.indexes.remove(&oldest);
        }
    }
}

/// What is stored was written by us, as an object.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("stored items are JSON")
}
