//! Snapshots: the platform, the items of Wix Data and the app's data, taken and brought back as one.
//!
//! The app's data is copied first and the platform's state after it, while no webhook is sent. So the platform knows
//! everything the app's copy knows; what it knows beyond that is told to the app again, as after a crash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::data::store::Store;
use crate::data::store::op::SiteData;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::record::{Kind, Outcome};
use crate::world::{LAYOUT, World};

const ABOUT: &str = "snapshot.json";
const PLATFORM: &str = "platform.json";
const ITEMS: &str = "platform.items";

/// A saved state of the platform, and of the app's data where the app shares the platform's process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// The platform's time in it.
    pub at: Timestamp,
    /// The app it belongs to.
    pub app_id: String,
    /// Whether it holds the app's data, with credits and jobs, too.
    pub with_app: bool,
    /// On how many sites the app was installed.
    pub installs: usize,
}

impl Engine {
    /// Saves the present state under a name.
    pub(crate) async fn save_snapshot(&self, name: &str, replace: bool) -> Result<Snapshot, Refusal> {
        check_name(name)?;
        let folder = self.snapshot_folder()?;
        let _turn = self.turn.lock().await;
        let place = folder.join(name);
        if place.exists() && !replace {
            let message =
                format!("There is a snapshot \"{name}\" already; choose another name, or replace it.");
            return Err(Refusal::conflict("snapshot_exists", message));
        }
        let draft = folder.join(format!(".{name}.draft"));
        let companion = self.companion();
        let taken = async {
            clear(&draft).and_then(|()| std::fs::create_dir_all(&draft)).map_err(not_kept)?;
            if let Some(companion) = &companion {
                companion.settle().await;
                companion.save(&draft).await.map_err(not_kept)?;
            }
            // Both at one moment: a call that changes items may also queue an event.
            let (world, at) = {
                let data = self.data();
                data.copy_to(&draft.join(ITEMS)).map_err(not_kept)?;
                (self.read(World::clone), self.now())
            };
            let snapshot = Snapshot {
                name: name.to_owned(),
                at,
                app_id: world.app_id.clone(),
                with_app: companion.is_some(),
                installs: world.sites.iter().filter(|site| site.active_install().is_ok()).count(),
            };
            write(&draft.join(PLATFORM), &World { saved_at: at, ..world })?;
            write(&draft.join(ABOUT), &snapshot)?;
            clear(&place).and_then(|()| std::fs::rename(&draft, &place)).map_err(not_kept)?;
            Ok(snapshot)
        };
        let taken: Result<Snapshot, Refusal> = taken.await;
        if taken.is_err() {
            // Nothing half-made stays behind.
            let _ = clear(&draft);
        }
        let snapshot = taken?;
        self.record(Kind::Platform, format!("Snapshot \"{name}\" saved"), Outcome::Done);
        Ok(snapshot)
    }

    /// Goes back to a snapshot: platform, clock, and the app's data. A clock that runs at a pace of its own stops.
    pub(crate) async fn restore_snapshot(&self, name: &str) -> Result<Snapshot, Refusal> {
        check_name(name)?;
        let place = self.snapshot_folder()?.join(name);
        let snapshot: Snapshot = read(&place.join(ABOUT), name)?;
        let world: World = read(&place.join(PLATFORM), name)?;
        let items = Store::read_copy(&place.join(ITEMS), &self.config.app_id).map_err(|reason| {
            tracing::error!(error = reason, "the items of a snapshot cannot be read");
            unfit(name, "is damaged, or was written by another version")
        })?;
        let _turn = self.turn.lock().await;
        let companion = self.companion().filter(|_| snapshot.with_app);
        if world.layout != LAYOUT || world.app_id != self.config.app_id {
            return Err(unfit(name, "belongs to another app, or to another version"));
        }
        if self.companion().is_some() != snapshot.with_app {
            let message = format!(
                "The snapshot \"{name}\" was taken {} the app's data; it can only be restored in the same way.",
                if snapshot.with_app { "with" } else { "without" }
            );
            return Err(Refusal::conflict("snapshot_unfit", message));
        }
        // A clock that ran on would leave the moment that is gone back to at once.
        self.set_pace(None)?;
        match companion {
            Some(companion) => {
                let between = Box::new(|| self.go_back(world, items).map_err(|refusal| refusal.message));
                companion.restore(&place, between).await.map_err(|reason| {
                    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence(&reason))
                })?;
            }
            None => self.go_back(world, items)?,
        }
        self.jobs().forget();
        self.forget_records();
        self.recall_attempts();
        self.record(Kind::Platform, format!("Went back to the snapshot \"{name}\""), Outcome::Done);
        Ok(snapshot)
    }

    /// Replaces items and world together: when the disk refuses either, both stay as they were.
    fn go_back(&self, world: World, items: BTreeMap<String, SiteData>) -> Result<(), Refusal> {
        let mut data = self.data();
        let before = data.replace(items).map_err(not_kept)?;
        self.rewind(world).inspect_err(|_| {
            if let Err(error) = data.replace(before) {
                tracing::error!(%error, "the items could not be put back");
            }
        })
    }

    /// All snapshots, by the platform's time in them.
    pub(crate) fn list_snapshots(&self) -> Result<Vec<Snapshot>, Refusal> {
        let entries = match std::fs::read_dir(self.snapshot_folder()?) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(not_kept(error)),
        };
        let read = |path: PathBuf| serde_json::from_slice(&std::fs::read(path.join(ABOUT)).ok()?).ok();
        let mut found: Vec<Snapshot> = entries
            .filter_map(|entry| read(entry.ok()?.path()))
            .filter(|snapshot: &Snapshot| check_name(&snapshot.name).is_ok())
            .collect();
        found.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
        Ok(found)
    }

    fn snapshot_folder(&self) -> Result<PathBuf, Refusal> {
        let beside = || Some(self.config.data_file.as_ref()?.parent()?.join("snapshots"));
        let message =
            "This platform keeps its state in memory only; start it with a data file to take snapshots.";
        let folder = self.config.snapshot_folder.clone().or_else(beside);
        folder.ok_or_else(|| Refusal::conflict("no_snapshots", message))
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    let good = (1..=64).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with('-');
    let message =
        "A snapshot's name has 1 to 64 of the characters a-z, 0-9, `-` and `_`, and begins with none of `-`.";
    if good { Ok(()) } else { Err(Refusal::invalid(message)) }
}

fn clear(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Refusal> {
    let bytes = serde_json::to_vec(value).map_err(not_kept)?;
    crate::data_file::write_private(path, &bytes).map_err(not_kept)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path, name: &str) -> Result<T, Refusal> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Refusal::not_found(format!("There is no snapshot \"{name}\".")));
        }
        Err(error) => return Err(not_kept(error)),
    };
    serde_json::from_slice(&bytes).map_err(|_| unfit(name, "is damaged, or was written by another version"))
}

fn unfit(name: &str, why: &str) -> Refusal {
    Refusal::conflict("snapshot_unfit", format!("The snapshot \"{name}\" {why}."))
}

#[allow(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn not_kept(error: impl ToString) -> Refusal {
    let reason = error.to_string();
    tracing::error!(error = reason, "a snapshot could not be kept");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence(&reason))
}

/// A reason as a sentence of its own.
fn sentence(reason: &str) -> String {
    format!("The snapshot cannot be used: {}.", reason.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_leave_the_folder() {
        for good in ["before", "before-refund_2", "7"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "../a", "A", "-a", "ä", " a", &"x".repeat(65)] {
            assert_eq!(check_name(bad).unwrap_err().code, "invalid_request", "{bad}");
        }
    }
}
