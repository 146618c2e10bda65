//! Changes of a site's data, as they are applied, undone, journalled and passed to the replica.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::collection::{Collection, Stored};
use super::definition::Definition;

/// One step of a change.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// Makes a collection, or changes what it is.
    Define(Box<Definition>),
    Drop {
        collection: String,
    },
    Put {
        collection: String,
        seq: u64,
        stored: Stored,
    },
    Remove {
        collection: String,
        seq: u64,
    },
    Clear {
        collection: String,
    },
    /// Sets the links of an item; none when `to` is empty.
    Link {
        collection: String,
        field: String,
        id: Arc<str>,
        to: Vec<String>,
    },
}

/// The collections of one site.
#[derive(Debug, Default)]
pub(crate) struct SiteData {
    pub(crate) collections: BTreeMap<String, Collection>,
}

impl SiteData {
    /// Takes the step and gives the steps that undo it, in their order.
    pub(crate) fn apply(&mut self, op: Op) -> Vec<Op> {
        match op {
            Op::Define(definition) => self.define(*definition),
            Op::Drop { collection } => {
                let Some(mut gone) = self.collections.remove(&collection) else { return Vec::new() };
                let mut undo = vec![Op::Define(Box::new(gone.definition.clone()))];
                undo.extend(emptied(&mut gone));
                undo
            }
            Op::Put { collection, seq, stored } => self.of(&collection, |have| match have.put(seq, stored) {
                Some(stored) => vec![Op::Put { collection: collection.clone(), seq, stored }],
                None => vec![Op::Remove { collection: collection.clone(), seq }],
            }),
            Op::Remove { collection, seq } => self.of(&collection, |have| {
                let stored = have.take(seq).into_iter();
                stored.map(|stored| Op::Put { collection: collection.clone(), seq, stored }).collect()
            }),
            Op::Clear { collection } => self.of(&collection, emptied),
            Op::Link { collection, field, id, to } => self.of(&collection, |have| {
                let to = have.link(&field, &id, to);
                vec![Op::Link {
                    collection: collection.clone(),
                    field: field.clone(),
                    id: Arc::clone(&id),
                    to,
                }]
            }),
        }
    }

    fn define(&mut self, definition: Definition) -> Vec<Op> {
        match self.collections.get_mut(&definition.id) {
            Some(have) => {
                let before = std::mem::replace(&mut have.definition, definition);
                vec![Op::Define(Box::new(before))]
            }
            None => {
                let collection = definition.id.clone();
                self.collections.insert(collection.clone(), Collection::new(definition));
                vec![Op::Drop { collection }]
            }
        }
    }

    fn of(&mut self, collection: &str, change: impl FnOnce(&mut Collection) -> Vec<Op>) -> Vec<Op> {
        self.collections.get_mut(collection).map(change).unwrap_or_default()
    }

    /// Everything here as steps that lead to it from nothing.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Op> {
        self.collections.values().flat_map(|have| {
            let collection = have.definition.id.clone();
            let define = std::iter::once(Op::Define(Box::new(have.definition.clone())));
            let name = collection.clone();
            let puts = have.all().map(move |(seq, stored)| Op::Put {
                collection: name.clone(),
                seq,
                stored: stored.clone(),
            });
            let links = have.all_links().map(move |(field, id, to)| Op::Link {
                collection: collection.clone(),
                field: field.to_owned(),
                id: id.into(),
                to: to.to_vec(),
            });
            define.chain(puts).chain(links)
        })
    }
}

/// Empties a collection and gives the steps that fill it again.
fn emptied(have: &mut Collection) -> Vec<Op> {
    let collection = have.definition.id.clone();
    let (items, links) = have.clear();
    let puts = items.into_iter().map(|(seq, stored)| Op::Put { collection: collection.clone(), seq, stored });
    let mut undo: Vec<Op> = puts.collect();
    for (field, links) in links {
        undo.extend(links.into_iter().map(|(id, to)| Op::Link {
            collection: collection.clone(),
            field: field.clone(),
            id,
            to,
        }));
    }
    undo
}
