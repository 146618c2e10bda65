//! One of the two ledgers that are compared: a snapshot, a database, or a recording.

use std::io::{BufReader, Read};
use std::path::Path;

use wixapp_core::InstanceId;
use wixapp_emulator::recording::{RecordedEntry, Recording};
use wixapp_store::Store;

use crate::command::ledger::line;
use crate::failure::{Failure, from_sentence};

const BATCH: i64 = 500;

/// Where the lines come from.
pub(in crate::command) enum Side {
    Database {
        store: Store,
        /// A snapshot is looked at in a copy: opening a database writes beside it.
        _copy: Option<tempfile::TempDir>,
    },
    Recording(Box<Recording>),
}

impl Side {
    pub(super) async fn open(named: &str, data_dir: &Path) -> Result<Self, Failure> {
        let unfit = |error: wixapp_store::Error| {
            Failure::user(format!("`{named}` cannot be used"))
                .because(&error)
                .hint("it must be a snapshot or a database of this version of the app, or a recording")
        };
        let live = |url: String, copy: Option<tempfile::TempDir>| async move {
            let store = Store::open(&url).await.map_err(unfit)?;
            store.check().await.map_err(unfit)?;
            Ok(Self::Database { store, _copy: copy })
        };
        let now = data_dir.join("app.sqlite3");
        if named == "now" && now.exists() {
            return live(format!("sqlite:{}", now.display()), None).await;
        }
        if named.starts_with("postgres://") || named.starts_with("postgresql://") {
            return live(named.to_owned(), None).await;
        }
        let file = Path::new(named.strip_prefix("sqlite:").unwrap_or(named));
        if is_recording(file) {
            return recording(file).map(|recording| Self::Recording(Box::new(recording)));
        }
        let snapshot = data_dir.join("snapshots").join(named).join("app.sqlite3");
        // A name is not a path: `..` must not lead out of the folder.
        let is_name = named.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let from = if file.is_file() { file } else { &snapshot };
        if !from.is_file() || (from == snapshot && !is_name) {
            let none = Failure::user(format!("there is no snapshot, no database and no recording `{named}`"));
            return Err(
                none.hint("`emulator snapshot list` shows the snapshots; --data-dir names their folder")
            );
        }
        let copy = tempfile::tempdir()?;
        let url = format!("sqlite:{}", copy.path().join("app.sqlite3").display());
        Store::bring_back(&url, from).await.map_err(unfit)?;
        live(url, Some(copy)).await
    }

    pub(super) async fn close(self) {
        if let Self::Database { store, .. } = self {
            store.close().await;
        }
    }

    pub(super) fn recording(&self) -> Option<&Recording> {
        match self {
            Self::Recording(recording) => Some(recording),
            Self::Database { .. } => None,
        }
    }

    /// All instances, in no order.
    pub(super) async fn instances(&self) -> Result<Vec<InstanceId>, Failure> {
        let mut all: Vec<InstanceId> = Vec::new();
        match self {
            Self::Recording(recording) => {
                let compared = recording.instances.iter().filter(|instance| instance.left_out.is_none());
                all.extend(compared.map(|instance| instance.instance_id.clone()));
            }
            Self::Database { store, .. } => loop {
                let ids = store.list_instances(all.last(), BATCH).await?;
                if ids.is_empty() {
                    break;
                }
                all.extend(ids);
            },
        }
        Ok(all)
    }

    /// The ledger of an instance as it stands, in the order of its entries.
    pub(super) async fn ledger(&self, id: &InstanceId) -> Result<Vec<RecordedEntry>, Failure> {
        let Self::Database { store, .. } = self else { return self.recorded_ledger(id).await };
        let entries = store.list_entries(id, None, i64::MAX).await?;
        let line = |entry: &wixapp_core::entry::Entry| RecordedEntry {
            instance_id: entry.instance_id.clone(),
            at: entry.created_at,
            kind: entry.code.as_str().to_owned(),
            from: entry.debit.to_string(),
            to: entry.credit.to_string(),
            amount: entry.amount.get(),
            key: entry.business_key.clone(),
            reason: entry.cause.reason.clone(),
        };
        Ok(entries.iter().rev().map(line).collect())
    }

    /// The same in the words of a recording, which can be compared with one.
    pub(super) async fn recorded_ledger(&self, id: &InstanceId) -> Result<Vec<RecordedEntry>, Failure> {
        match self {
            Self::Database { store, .. } => line::ledger(store, id).await,
            Self::Recording(recording) => {
                let own = recording.entries.iter().filter(|entry| entry.instance_id == *id);
                Ok(own.cloned().collect())
            }
        }
    }
}

/// The first line of a recording says so.
fn is_recording(file: &Path) -> bool {
    let mut first = String::new();
    let read = std::fs::File::open(file).and_then(|file| file.take(64).read_to_string(&mut first));
    read.is_ok() && first.trim_start().starts_with('{') && first.contains("\"head\"")
}

/// Reads a recording from a file.
pub(in crate::command) fn recording(file: &Path) -> Result<Recording, Failure> {
    let opened = std::fs::File::open(file).map_err(|error| {
        Failure::user(format!("{} cannot be read", file.display()))
            .because(&error)
            .hint("name a file that `webhook export` wrote")
    })?;
    read(&file.display().to_string(), BufReader::new(opened))
}

/// Reads a recording that is called `name`.
pub(in crate::command) fn read(name: &str, text: impl std::io::BufRead) -> Result<Recording, Failure> {
    Recording::read(text).map_err(|error| {
        Failure::user(format!("{name}: {}", from_sentence(&error.to_string()))).hint(
            "`webhook export` writes recordings, one JSON object a line; write it anew when it was cut short",
        )
    })
}
