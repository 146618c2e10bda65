//! The data on disk: a file of changes, appended to, and written anew when most of it is out of date.
//!
//! Each line is one change, whole or not there: a JSON head and, behind tabs, the items it puts. A line that a crash cut
//! short has no end and is dropped.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::collection::Stored;
use super::definition::Definition;
use super::op::Op;
use crate::error::Error;

const LAYOUT: u32 = 1;

/// A file below this size is never written anew while the platform runs.
const WORTH_COMPACTING: u64 = 8 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    bytes: u64,
    /// How large it was when it was last written anew.
    compact_bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    layout: u32,
    app_id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    site: String,
    ops: Vec<Written>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Define {
        definition: Definition,
    },
    Drop {
        collection: String,
    },
    /// The item stands behind the head.
    Put {
        collection: String,
        seq: u64,
        id: String,
    },
    Remove {
        collection: String,
        seq: u64,
    },
    Clear {
        collection: String,
    },
    Link {
        collection: String,
        field: String,
        id: String,
        to: Vec<String>,
    },
}

/// One change as it was read: the site and its steps.
pub(crate) type Change = (String, Vec<Op>);

impl Journal {
    /// Opens the file and gives each change to `take`, in order.
    pub(crate) fn open(path: &Path, app_id: &str, mut take: impl FnMut(Change)) -> Result<Self, Error> {
        let fail = |reason: &dyn ToString| Error::data(path, reason.to_string());
        let mut file = private(path).map_err(|e| fail(&e))?;
        let bytes = read_whole_lines(&mut file, app_id, &mut take).map_err(|reason| fail(&reason))?;
        let mut journal = Self { path: path.to_owned(), file, bytes, compact_bytes: bytes };
        if bytes == 0 {
            journal.write_head(app_id).map_err(|e| fail(&e))?;
        } else {
            journal.cut(bytes).map_err(|e| fail(&e))?;
        }
        Ok(journal)
    }

    fn write_head(&mut self, app_id: &str) -> io::Result<()> {
        self.cut(0)?;
        self.append_text(&head(app_id)?)
    }

    /// Writes a change so that it survives a crash; on an error the file is as it was.
    pub(crate) fn append(&mut self, site: &str, ops: &[Op]) -> io::Result<()> {
        let text = write_line(site, ops)?;
        self.append_text(&text)
    }

    fn append_text(&mut self, text: &str) -> io::Result<()> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.cut(self.bytes)?;
            return Err(error);
        }
        self.bytes += text.len() as u64;
        Ok(())
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)?;
        self.file.seek(io::SeekFrom::End(0)).map(drop)
    }

    /// Says how large the file would be if it were written anew.
    pub(crate) fn expect_compact(&mut self, bytes: u64) {
        self.compact_bytes = bytes;
    }

    /// Whether writing the file anew would make it much smaller, so far as sizes tell.
    pub(crate) fn is_worth_compacting(&self) -> bool {
        self.bytes > WORTH_COMPACTING && self.bytes / 2 > self.compact_bytes
    }

    /// Replaces the file by one that holds only these steps.
    pub(crate) fn compact(
        &mut self,
        app_id: &str,
        steps: impl Iterator<Item = (String, Op)>,
    ) -> io::Result<()> {
        let draft = self.path.with_extension("items.tmp");
        let (file, bytes) = write_copy(&draft, app_id, steps)?;
        std::fs::rename(&draft, &self.path)?;
        (self.file, self.bytes, self.compact_bytes) = (file, bytes, bytes);
        Ok(())
    }
}

/// Writes a file that holds only these steps; gives it with its size.
pub(crate) fn write_copy(
    path: &Path,
    app_id: &str,
    steps: impl Iterator<Item = (String, Op)>,
) -> io::Result<(File, u64)> {
    let mut file = private(path)?;
    file.set_len(0)?;
    let mut writer = BufWriter::new(&mut file);
    let mut bytes = 0;
    let mut write = |text: String| {
        bytes += text.len() as u64;
        writer.write_all(text.as_bytes())
    };
    write(head(app_id)?)?;
    for (site, op) in steps {
        write(write_line(&site, std::slice::from_ref(&op))?)?;
    }
    writer.flush()?;
    drop(writer);
    file.sync_all()?;
    Ok((file, bytes))
}

/// Reads a file that [`write_copy`] wrote, and that must be whole.
pub(crate) fn read_copy(path: &Path, app_id: &str, take: impl FnMut(Change)) -> Result<(), String> {
    let mut file = File::open(path).map_err(|e| e.to_string())?;
    let length = file.metadata().map_err(|e| e.to_string())?.len();
    let read = read_whole_lines(&mut file, app_id, take)?;
    if read == length && read > 0 { Ok(()) } else { Err("its last line was cut short".to_owned()) }
}

/// Gives each change of the file to `take`, in order; gives how many bytes the lines have that are whole.
fn read_whole_lines(file: &mut File, app_id: &str, mut take: impl FnMut(Change)) -> Result<u64, String> {
    let mut bytes = 0;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
        if line.last() != Some(&b'\n') {
            return Ok(bytes);
        }
        let damaged = |e: String| format!("the change at byte {bytes} is damaged ({e})");
        let text = std::str::from_utf8(&line).map_err(|e| damaged(e.to_string()))?;
        if bytes == 0 {
            check_head(text, app_id)?;
        } else {
            take(read_line(text).map_err(damaged)?);
        }
        bytes += read as u64;
    }
}

fn head(app_id: &str) -> io::Result<String> {
    Ok(serde_json::to_string(&Head { layout: LAYOUT, app_id: app_id.to_owned() })? + "\n")
}

fn check_head(line: &str, app_id: &str) -> Result<(), String> {
    let head: Head = serde_json::from_str(line).map_err(|e| format!("its first line is damaged ({e})"))?;
    if head.layout != LAYOUT {
        return Err(format!("it has layout {}, this version reads {LAYOUT}", head.layout));
    }
    if head.app_id != app_id {
        return Err(format!("it belongs to the app {}, not to {app_id}", head.app_id));
    }
    Ok(())
}

fn write_line(site: &str, ops: &[Op]) -> io::Result<String> {
    let mut items = String::new();
    let written = ops.iter().cloned().map(|op| match op {
        Op::Define(definition) => Written::Define { definition: *definition },
        Op::Drop { collection } => Written::Drop { collection },
        Op::Put { collection, seq, stored } => {
            items.push('\t');
            items.push_str(&stored.text);
            Written::Put { collection, seq, id: stored.id.to_string() }
        }
        Op::Remove { collection, seq } => Written::Remove { collection, seq },
        Op::Clear { collection } => Written::Clear { collection },
        Op::Link { collection, field, id, to } => Written::Link { collection, field, id: id.to_string(), to },
    });
    let line = Line { site: site.to_owned(), ops: written.collect() };
    Ok(serde_json::to_string(&line)? + &items + "\n")
}

fn read_line(line: &str) -> Result<Change, String> {
    let mut parts = line.trim_end_matches('\n').split('\t');
    let head: Line = serde_json::from_str(parts.next().unwrap_or_default()).map_err(|e| e.to_string())?;
    let mut ops = Vec::with_capacity(head.ops.len());
    for written in head.ops {
        ops.push(match written {
            Written::Define { definition } => Op::Define(Box::new(definition)),
            Written::Drop { collection } => Op::Drop { collection },
            Written::Put { collection, seq, id } => {
                let text = parts.next().ok_or("an item is missing")?;
                // Later readers rely on it.
                let item: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
                if !item.is_object() {
                    return Err("an item is no object".to_owned());
                }
                Op::Put { collection, seq, stored: Stored { id: id.into(), text: text.into() } }
            }
            Written::Remove { collection, seq } => Op::Remove { collection, seq },
            Written::Clear { collection } => Op::Clear { collection },
            Written::Link { collection, field, id, to } => {
                Op::Link { collection, field, id: Arc::from(id), to }
            }
        });
    }
    Ok((head.site, ops))
}

/// Opens for reading and writing; only the owner may read, since items are people's data.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
