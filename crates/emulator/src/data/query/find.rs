//! Finding items: by an index where one helps, and never looking at more than the page needs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::order::{Position, Sorting};
use crate::data::filter::{Filter, Test};
use crate::data::store::collection::Collection;
use crate::data::store::index::{Index, Span, is_indexable};
use crate::data::value::Key;

/// Below this many items reading all of them is faster than keeping an index.
const WORTH_AN_INDEX: usize = 500;

/// How many paths of one filter are looked up.
const PATHS: usize = 3;

/// With more candidates than this, going through the sorting field's index beats sorting them.
const MANY: usize = 2_000;

/// What is looked for.
pub(crate) struct Want<'a> {
    pub(crate) filter: &'a Filter,
    pub(crate) sorting: &'a Sorting,
    /// Items after this place, or before it when `backwards`.
    pub(crate) from: Option<&'a Position>,
    pub(crate) backwards: bool,
    pub(crate) skip: usize,
    pub(crate) limit: usize,
}

/// The items of a page, and whether more follow in the direction of reading.
pub(crate) struct Found {
    pub(crate) items: Vec<(u64, Value)>,
    pub(crate) more: bool,
}

/// The items that may match.
enum Candidates {
    All,
    /// These; all of them match when `exact`.
    Some {
        seqs: Vec<u64>,
        exact: bool,
    },
}

type Seqs<'a> = Box<dyn Iterator<Item = u64> + 'a>;

/// Looks for items in their order.
pub(crate) fn find(collection: &mut Collection, want: &Want<'_>) -> Found {
    let candidates = candidates(collection, want.filter);
    let walks = walks_index(collection, want.sorting, &candidates);
    let by_index = walks.then(|| want.sorting.0[0].0.as_str());
    if let Some(path) = by_index {
        collection.index(path);
    }
    let collection = &*collection;
    let exact = matches!(candidates, Candidates::Some { exact: true, .. }) || want.filter.is_all();
    let ask = Ask::new(collection, want.filter);
    let matches = |seq: &u64| exact || ask.matches(*seq);
    let index = by_index.and_then(|path| collection.built_index(path)).filter(|index| index.is_order());
    let ordered: Seqs<'_> = match (index, candidates) {
        (Some(index), Candidates::All) => along(index, want),
        (Some(index), Candidates::Some { mut seqs, .. }) => {
            seqs.sort_unstable();
            Box::new(along(index, want).filter(move |seq| seqs.binary_search(seq).is_ok()))
        }
        (None, candidates) if want.sorting.0.is_empty() => by_age(collection, candidates, want),
        (None, candidates) => {
            let seqs: Seqs<'_> = match candidates {
                Candidates::All => Box::new(collection.seqs()),
                Candidates::Some { seqs, .. } => Box::new(seqs.into_iter()),
            };
            return page(collection, sorted(collection, seqs.filter(matches), want).into_iter(), want);
        }
    };
    page(collection, ordered.filter(matches), want)
}

/// How many items match.
pub(crate) fn count(collection: &mut Collection, filter: &Filter) -> usize {
    if filter.is_all() {
        return collection.len();
    }
    let candidates = candidates(collection, filter);
    let ask = Ask::new(collection, filter);
    match candidates {
        Candidates::All => collection.seqs().filter(|seq| ask.matches(*seq)).count(),
        Candidates::Some { seqs, exact: true } => seqs.len(),
        Candidates::Some { seqs, exact: false } => seqs.into_iter().filter(|seq| ask.matches(*seq)).count(),
    }
}

/// All matching items in no particular order, one after another.
pub(crate) fn each(collection: &mut Collection, filter: &Filter, mut take: impl FnMut(Value)) {
    let candidates = candidates(collection, filter);
    let collection = &*collection;
    let ask = Ask::new(collection, filter);
    let seqs: Seqs<'_> = match candidates {
        Candidates::All => Box::new(collection.seqs()),
        Candidates::Some { mut seqs, .. } => {
            seqs.sort_unstable();
            Box::new(seqs.into_iter())
        }
    };
    for seq in seqs {
        if let Some(item) = ask.item(seq).filter(|item| filter.matches(item)) {
            take(item);
        }
    }
}

/// Asks single items, with the links of the multi-reference fields the filter speaks of.
struct Ask<'a> {
    collection: &'a Collection,
    filter: &'a Filter,
    linked: Vec<&'a str>,
}

impl<'a> Ask<'a> {
    fn new(collection: &'a Collection, filter: &'a Filter) -> Self {
        let linked =
            collection.definition.multi_references().filter(|field| filter.mentions(field)).collect();
        Self { collection, filter, linked }
    }

    fn item(&self, seq: u64) -> Option<Value> {
        let mut item = self.collection.item(seq)?;
        if !self.linked.is_empty() {
            let id = self.collection.stored(seq)?.id.clone();
            for field in &self.linked {
                item[*field] = self.collection.links(field, &id).into();
            }
        }
        Some(item)
    }

    fn matches(&self, seq: u64) -> bool {
        self.item(seq).is_some_and(|item| self.filter.matches(&item))
    }
}

fn candidates(collection: &mut Collection, filter: &Filter) -> Candidates {
    let required = filter.required();
    let by_id = required.iter().find_map(|(path, test)| match (*path, *test) {
        ("_id", Test::Equals(key)) => Some(std::slice::from_ref(key)),
        ("_id", Test::AnyOf(keys)) => Some(keys.as_slice()),
        _ => None,
    });
    if let Some(keys) = by_id {
        let mut seqs: Vec<u64> = keys
            .iter()
            .filter_map(|key| match key {
                Key::Text(id) => collection.seq_of(id),
                _ => None,
            })
            .collect();
        seqs.sort_unstable();
        seqs.dedup();
        return Candidates::Some {
            seqs,
            exact: required.len() == 1 && matches!(filter, Filter::Field { .. }),
        };
    }
    if collection.len() < WORTH_AN_INDEX {
        return Candidates::All;
    }
    best_by_index(collection, filter, &required)
}

/// The shortest list of candidates that an index gives.
fn best_by_index(collection: &mut Collection, filter: &Filter, required: &[(&str, &Test)]) -> Candidates {
    let mut paths: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
    for (path, test) in required {
        let first = path.split('.').next().unwrap_or_default();
        let linked = collection.definition.multi_references().any(|field| field == first);
        if is_indexable(test) && !linked {
            paths.entry(path).or_default().push(test);
        }
    }
    let mut best: Option<(Vec<u64>, bool)> = None;
    for (path, tests) in paths.into_iter().take(PATHS) {
        let index = collection.index(path);
        let Some((span, whole)) = index.span(&tests) else { continue };
        let at_most = best.as_ref().map_or(usize::MAX, |(seqs, _)| seqs.len());
        if let Some(seqs) = at_most_so_many(index, &span, at_most) {
            let exact = whole && required.len() == tests.len() && is_plain(filter);
            best = Some((seqs, exact));
        }
    }
    best.map_or(Candidates::All, |(seqs, exact)| Candidates::Some { seqs, exact })
}

/// `None` when there are as many or more.
fn at_most_so_many(index: &Index, span: &Span<'_>, limit: usize) -> Option<Vec<u64>> {
    let mut seqs: Vec<u64> = index.find(span).take(limit).collect();
    if seqs.len() >= limit {
        return None;
    }
    if !index.is_order() {
        seqs.sort_unstable();
        seqs.dedup();
    }
    Some(seqs)
}

/// Whether the filter asks nothing but its required tests.
fn is_plain(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(is_plain),
        Filter::Field { .. } => true,
        Filter::Or(_) | Filter::Not(_) => false,
    }
}

fn walks_index(collection: &Collection, sorting: &Sorting, candidates: &Candidates) -> bool {
    let many = match candidates {
        Candidates::All => collection.len() >= WORTH_AN_INDEX,
        Candidates::Some { seqs, .. } => seqs.len() > MANY,
    };
    many && sorting.0.len() == 1
}

/// Along the sorting field's index, from where the page begins.
fn along<'a>(index: &'a Index, want: &Want<'_>) -> Seqs<'a> {
    let upwards = want.sorting.newest_first() == want.backwards;
    let place = want.from.and_then(|from| Some((from.keys.first()?, from.seq)));
    match (place, upwards) {
        (None, true) => Box::new(index.ascending().map(|(_, seq)| *seq)),
        (None, false) => Box::new(index.ascending().rev().map(|(_, seq)| *seq)),
        (Some((key, seq)), true) => Box::new(index.after(key, seq).map(|(_, seq)| *seq)),
        (Some((key, seq)), false) => Box::new(index.before(key, seq).map(|(_, seq)| *seq)),
    }
}

/// The newest first; the oldest first when reading backwards.
fn by_age<'a>(collection: &'a Collection, candidates: Candidates, want: &Want<'_>) -> Seqs<'a> {
    let (place, backwards) = (want.from.map(|from| from.seq), want.backwards);
    let beyond = move |seq: &u64| match place {
        None => true,
        Some(place) if backwards => *seq > place,
        Some(place) => *seq < place,
    };
    match candidates {
        Candidates::All if backwards => Box::new(collection.seqs().filter(beyond)),
        Candidates::All => Box::new(collection.seqs().rev().filter(beyond)),
        Candidates::Some { mut seqs, .. } => {
            seqs.sort_unstable();
            if !backwards {
                seqs.reverse();
            }
            Box::new(seqs.into_iter().filter(beyond))
        }
    }
}

/// Sorts the matching items and keeps those beyond the place.
fn sorted(collection: &Collection, seqs: impl Iterator<Item = u64>, want: &Want<'_>) -> Vec<u64> {
    let placed = seqs.filter_map(|seq| Some(want.sorting.position(&collection.item(seq)?, seq)));
    let mut placed: Vec<Position> = placed.collect();
    placed.sort_by(|a, b| want.sorting.compare(a, b));
    if want.backwards {
        placed.reverse();
    }
    let beyond = |position: &Position| {
        want.from.is_none_or(|from| {
            let order = want.sorting.compare(position, from);
            if want.backwards { order.is_lt() } else { order.is_gt() }
        })
    };
    placed.into_iter().filter(beyond).map(|position| position.seq).collect()
}

fn page(collection: &Collection, seqs: impl Iterator<Item = u64>, want: &Want<'_>) -> Found {
    let mut seqs = seqs.skip(want.skip);
    let taken: Vec<u64> = seqs.by_ref().take(want.limit).collect();
    let more = want.limit > 0 && seqs.next().is_some();
    let mut items: Vec<(u64, Value)> =
        taken.into_iter().filter_map(|seq| Some((seq, collection.item(seq)?))).collect();
    if want.backwards {
        items.reverse();
    }
    Found { items, more }
}
