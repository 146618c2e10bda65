//! The disk: SQLite on one that fails at any write, that is full, and that loses power.
//!
//! A `Disk` stands between SQLite and the real file system. What must hold: whatever was answered is there, once; reads
//! are served; and nothing needs a person afterwards.

mod fault;
mod full;
mod power;
mod record;
mod vfs;
mod work;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::Result;
use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};

use record::Event;

pub use fault::every_fault;
pub use full::{full_disk, stand_by};
pub use power::power_cuts;

/// How long to hurt the disk.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How many pieces of work are done on a disk that fails, and on one that loses power.
    #[arg(long, default_value_t = 60)]
    pub work: usize,
    /// How many times the disk is full and freed again.
    #[arg(long, default_value_t = 50)]
    pub full: usize,
}

/// What came of a proof in which nothing was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// At how many writes and syncs the disk failed.
    pub faults: u64,
    /// After how many prefixes of the syncs the power was cut.
    pub power_cuts: usize,
    /// How many times the disk was full.
    pub full: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faults, power_cuts, full } = self;
        write!(
            f,
            "the disk failed {faults} times, the power was cut {power_cuts} times, the disk was full {full} times: \
             0 answers lost, 0 doubled, all books in order"
        )
    }
}

/// Hurts the disk in all three ways; `program` is this crate's own binary.
///
/// # Errors
/// When something was lost or doubled, or a read was not served.
pub async fn run(program: &Path, args: &Args) -> Result<Report> {
    Ok(Report {
        faults: every_fault(args.work).await?,
        power_cuts: power_cuts(args.work, Care::Full).await?,
        full: full_disk(program, args.full).await?,
    })
}

/// How careful SQLite is with commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// As the product asks for: `synchronous = FULL`.
    Full,
    /// `synchronous = NORMAL`, which may lose answered commits: the proof must notice.
    Normal,
}

/// Why a call of the file system fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Refusal {
    /// SQLite's code.
    code: i32,
    /// How much of a write reached the disk all the same.
    written: usize,
}

/// What the disk does with the calls it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Healthy,
    /// Fails at the call with this number and at all after it.
    FailsAt(u64),
    /// No file may grow.
    Full,
}

/// The disk under one folder.
struct Disk {
    folder: PathBuf,
    care: Care,
    state: Mutex<State>,
    /// Says the mood at each write, where somebody else decides.
    obeys: OnceLock<Box<dyn Fn() -> Mood + Send + Sync>>,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    /// Whether the mood made a call fail.
    failed: bool,
    calls: u64,
    /// Everything that happened, when it is recorded.
    record: Option<Vec<Event>>,
}

impl Disk {
    /// Puts a disk under a folder.
    fn under(folder: &Path, care: Care, record: bool) -> Arc<Self> {
        let record = record.then(Vec::new);
        let state = State { mood: Mood::Healthy, failed: false, calls: 0, record };
        // SQLite asks for a file by its whole path.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let disk = Arc::new(Self { folder, care, state: Mutex::new(state), obeys: OnceLock::new() });
        vfs::watch(&disk);
        disk
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn is_careless(&self) -> bool {
        self.care == Care::Normal
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, mood: Mood) {
        let mut state = self.state();
        state.mood = mood;
        state.failed = false;
    }

    /// Asks for the mood at each write from now on.
    fn obey(&self, mood: impl Fn() -> Mood + Send + Sync + 'static) {
        // A disk has one master.
        let _ = self.obeys.set(Box::new(mood));
    }

    /// Whether the mood made a call fail since it was set.
    fn has_failed(&self) -> bool {
        self.state().failed
    }

    /// Notes that a piece of work was answered.
    fn answered(&self, work: usize, evidence: &str) {
        self.state().note(|| Event::Answered { work, evidence: evidence.to_owned() });
    }

    /// What happened so far.
    fn recorded(&self) -> Vec<Event> {
        self.state().record.clone().unwrap_or_default()
    }

    fn write(&self, file: &str, at: u64, data: &[u8], size: u64) -> Result<(), Refusal> {
        let mut state = self.state();
        if let Some(mood) = self.obeys.get() {
            state.mood = mood();
        }
        let grows = at + data.len() as u64 > size;
        state.call(SQLITE_IOERR_WRITE, data.len() / 2)?;
        if state.mood == Mood::Full && grows {
            state.failed = true;
            return Err(Refusal { code: SQLITE_FULL, written: 0 });
        }
        state.note(|| Event::Written { file: file.to_owned(), at, data: data.to_vec() });
        Ok(())
    }

    fn truncate(&self, file: &str, size: u64) -> Result<(), Refusal> {
        let mut state = self.state();
        state.call(SQLITE_IOERR_TRUNCATE, 0)?;
        state.note(|| Event::Cut { file: file.to_owned(), size });
        Ok(())
    }

    fn sync(&self, file: &str) -> Result<(), Refusal> {
        let mut state = self.state();
        state.call(SQLITE_IOERR_FSYNC, 0)?;
        state.note(|| Event::Synced { file: file.to_owned() });
        Ok(())
    }

    fn removed(&self, file: &str) {
        self.state().note(|| Event::Removed { file: file.to_owned() });
    }
}

impl State {
    /// Counts a call that may fail.
    fn call(&mut self, code: i32, written: usize) -> Result<(), Refusal> {
        self.calls += 1;
        match self.mood {
            Mood::FailsAt(number) if self.calls >= number => {
                self.failed = true;
                Err(Refusal { code, written })
            }
            Mood::FailsAt(_) | Mood::Healthy | Mood::Full => Ok(()),
        }
    }

    fn note(&mut self, event: impl FnOnce() -> Event) {
        if let Some(record) = &mut self.record {
            record.push(event());
        }
    }
}

/// A folder with a disk under it.
struct Place {
    folder: tempfile::TempDir,
    disk: Arc<Disk>,
}

impl Place {
    fn new(care: Care, record: bool) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("wixapp-torture-").tempdir()?;
        let disk = Disk::under(folder.path(), care, record);
        Ok(Self { folder, disk })
    }

    fn url(&self) -> String {
        url(self.folder.path())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        vfs::leave(&self.disk);
    }
}

fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("app.sqlite3").display())
}
