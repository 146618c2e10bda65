//! Where the items are: in memory, with a journal beside the platform's data file.
//!
//! The platform's state is one JSON file that is replaced whole. Items are kept apart from it, because a site may have a
//! hundred thousand of them: a change appends its own lines to `<data file>.items` and nothing else.

pub(crate) mod collection;
pub(crate) mod definition;
pub(crate) mod index;
pub(crate) mod journal;
pub(crate) mod op;
mod replica;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use self::collection::Collection;
use self::journal::Journal;
use self::op::{Op, SiteData};
use self::replica::Replica;
use crate::data::error::DataError;
use crate::error::{Error, Refusal};

/// All sites' data.
#[derive(Debug)]
pub(crate) struct Store {
    app_id: String,
    sites: BTreeMap<String, SiteData>,
    journal: Option<Journal>,
    replica: Option<Replica>,
}

/// One change of one site's data, all of it or nothing.
pub(crate) struct Tx<'a> {
    site: &'a mut SiteData,
    done: Vec<Op>,
    undo: Vec<Op>,
    pub(crate) now: Timestamp,
}

/// The journal's file beside the platform's data file.
pub(crate) fn journal_path(data_file: &Path) -> PathBuf {
    let mut name = data_file.file_name().unwrap_or_default().to_owned();
    name.push(".items");
    data_file.with_file_name(name)
}

impl Store {
    /// Loads the data that belongs to the platform's data file. With a `lag`, plain reads see what was there so long ago.
    pub(crate) fn open(
        data_file: Option<&Path>,
        app_id: &str,
        lag: Option<SignedDuration>,
    ) -> Result<Self, Error> {
        let mut sites: BTreeMap<String, SiteData> = BTreeMap::new();
        let mut replica = lag.map(Replica::new);
        let mut take = |(site, ops): journal::Change| {
            if let Some(replica) = &mut replica {
                replica.catch_up(&site, ops.clone());
            }
            let site = sites.entry(site).or_default();
            ops.into_iter().for_each(|op| drop(site.apply(op)));
        };
        let journal = data_file
            .map(|data_file| Journal::open(&journal_path(data_file), app_id, &mut take))
            .transpose()?;
        let mut store = Self { app_id: app_id.to_owned(), sites, journal, replica };
        let live: usize = store.sites.values().map(SiteData::bytes).sum();
        if let Some(journal) = &mut store.journal {
            journal.expect_compact(live as u64);
        }
        // What older runs left behind is tidied while nobody waits.
        store.compact_if_worth();
        Ok(store)
    }

    /// Changes a site's data: everything `work` does, or nothing when it or the disk refuses.
    pub(crate) fn write<T>(
        &mut self,
        site_id: &str,
        now: Timestamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DataError>,
    ) -> Result<T, DataError> {
        let site = self.sites.entry(site_id.to_owned()).or_default();
        let mut tx = Tx { site, done: Vec::new(), undo: Vec::new(), now };
        let result = work(&mut tx);
        let Tx { done, undo, .. } = tx;
        if done.is_empty() {
            return result;
        }
        if result.is_ok() {
            match self.journal.as_mut().map_or(Ok(()), |journal| journal.append(site_id, &done)) {
                Ok(()) => {
                    if let Some(replica) = &mut self.replica {
                        replica.follow(site_id, done, now);
                    }
                    self.compact_if_worth();
                    return result;
                }
                Err(error) => tracing::error!(%error, "the local platform could not save Wix Data"),
            }
        }
        undo.into_iter().rev().for_each(|op| drop(site.apply(op)));
        result.and(Err(Refusal::not_saved().into()))
    }

    /// Writes all of it to a file of its own.
    pub(crate) fn copy_to(&self, path: &Path) -> std::io::Result<()> {
        journal::write_copy(path, &self.app_id, steps(&self.sites)).map(drop)
    }

    /// Reads what [`Store::copy_to`] wrote.
    pub(crate) fn read_copy(path: &Path, app_id: &str) -> Result<BTreeMap<String, SiteData>, String> {
        let mut sites: BTreeMap<String, SiteData> = BTreeMap::new();
        journal::read_copy(path, app_id, |(site, ops)| {
            let site = sites.entry(site).or_default();
            ops.into_iter().for_each(|op| drop(site.apply(op)));
        })?;
        Ok(sites)
    }

    /// Puts other data in the place of all that is here, and gives back what was; on an error nothing has changed.
    pub(crate) fn replace(
        &mut self,
        sites: BTreeMap<String, SiteData>,
    ) -> std::io::Result<BTreeMap<String, SiteData>> {
        if let Some(journal) = &mut self.journal {
            journal.compact(&self.app_id, steps(&sites))?;
        }
        if let Some(replica) = &mut self.replica {
            replica.begin_anew(steps(&sites));
        }
        Ok(std::mem::replace(&mut self.sites, sites))
    }

    /// The collections as a reader sees them: up to date when `consistent`, else as the replica has them.
    pub(crate) fn read(&mut self, site_id: &str, now: Timestamp, consistent: bool) -> &mut SiteData {
        match &mut self.replica {
            Some(replica) if !consistent => replica.at(site_id, now),
            _ => self.sites.entry(site_id.to_owned()).or_default(),
        }
    }

    /// Whether plain reads may be behind.
    pub(crate) fn is_eventual(&self) -> bool {
        self.replica.is_some()
    }

    fn compact_if_worth(&mut self) {
        let Some(journal) = self.journal.as_mut().filter(|journal| journal.is_worth_compacting()) else {
            return;
        };
        if let Err(error) = journal.compact(&self.app_id, steps(&self.sites)) {
            // The long file is as good as the short one.
            tracing::warn!(%error, "the local platform could not tidy its items");
        }
    }
}

/// The steps that lead to this data from nothing.
fn steps(sites: &BTreeMap<String, SiteData>) -> impl Iterator<Item = (String, Op)> {
    sites.iter().flat_map(|(id, site)| site.steps().map(|op| (id.clone(), op)))
}

impl SiteData {
    fn bytes(&self) -> usize {
        self.collections.values().flat_map(Collection::all).map(|(_, stored)| stored.text.len()).sum()
    }

    pub(crate) fn collection(&mut self, id: &str) -> Result<&mut Collection, DataError> {
        self.collections.get_mut(id).ok_or_else(|| DataError::no_collection(id))
    }
}

impl Tx<'_> {
    pub(crate) fn collection(&mut self, id: &str) -> Result<&mut Collection, DataError> {
        self.site.collection(id)
    }

    pub(crate) fn site(&mut self) -> &mut SiteData {
        self.site
    }

    /// Takes one step.
    pub(crate) fn apply(&mut self, op: Op) {
        // Undone backwards, so that the steps of one undo have to stand the other way round.
        self.undo.extend(self.site.apply(op.clone()).into_iter().rev());
        self.done.push(op);
    }
}
