//! What reached the disk, and what a power cut leaves of it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// What a disk writes at once.
const SECTOR: usize = 512;

/// Something that happened, in the order in which it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Written {
        file: String,
        at: u64,
        data: Vec<u8>,
    },
    Cut {
        file: String,
        size: u64,
    },
    Synced {
        file: String,
    },
    Removed {
        file: String,
    },
    /// A piece of work was answered; what shows that it is there.
    Answered {
        work: usize,
        evidence: String,
    },
}

/// What becomes of writes that no sync followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsynced {
    Lost,
    Kept,
    /// Some sectors are kept, drawn by this seed.
    Torn(u64),
}

/// The files after a power cut, by their names.
pub(super) type Image = BTreeMap<String, Vec<u8>>;

/// The files as the events leave them when the power is cut after the last.
pub(super) fn image(events: &[Event], unsynced: Unsynced) -> Image {
    let mut image = Image::new();
    let mut synced: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, event) in events.iter().enumerate() {
        if let Event::Synced { file } = event {
            synced.insert(file, number);
        }
    }
    let mut rng = StdRng::seed_from_u64(if let Unsynced::Torn(seed) = unsynced { seed } else { 0 });
    for (number, event) in events.iter().enumerate() {
        let is_safe = |file: &str| synced.get(file).is_some_and(|last| number < *last);
        match event {
            Event::Written { file, at, data } => {
                let bytes = image.entry(file.clone()).or_default();
                for (sector, part) in data.chunks(SECTOR).enumerate() {
                    let kept = match unsynced {
                        _ if is_safe(file) => true,
                        Unsynced::Lost => false,
                        Unsynced::Kept => true,
                        Unsynced::Torn(_) => rng.random_bool(0.5),
                    };
                    if kept {
                        let at = usize::try_from(*at).unwrap_or(0) + sector * SECTOR;
                        bytes.resize(bytes.len().max(at + part.len()), 0);
                        bytes[at..at + part.len()].copy_from_slice(part);
                    }
                }
            }
            Event::Cut { file, size } => {
                if is_safe(file) || unsynced != Unsynced::Lost {
                    image.entry(file.clone()).or_default().resize(usize::try_from(*size).unwrap_or(0), 0);
                }
            }
            // SQLite syncs the folder where the order matters.
            Event::Removed { file } => {
                image.remove(file);
            }
            Event::Synced { .. } | Event::Answered { .. } => {}
        }
    }
    image
}

/// Writes the files of an image into a folder.
pub(super) fn restore(image: &Image, folder: &Path) -> Result<()> {
    for (name, bytes) in image {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(at: u64, data: &[u8]) -> Event {
        Event::Written { file: "f".to_owned(), at, data: data.to_vec() }
    }

    #[test]
    fn only_what_a_sync_followed_survives_for_sure() {
        let synced = Event::Synced { file: "f".to_owned() };
        let events = [written(0, b"abcd"), synced, written(2, b"XY"), written(4, b"Z")];
        assert_eq!(image(&events, Unsynced::Lost)["f"], b"abcd");
        assert_eq!(image(&events, Unsynced::Kept)["f"], b"abXYZ");
    }

    #[test]
    fn a_sync_of_one_file_says_nothing_of_another() {
        let other = Event::Synced { file: "g".to_owned() };
        assert!(image(&[written(0, b"abcd"), other], Unsynced::Lost)["f"].is_empty());
    }

    #[test]
    fn torn_writes_keep_whole_sectors() {
        let events = [written(0, &[7; SECTOR * 40])];
        let torn = &image(&events, Unsynced::Torn(3))["f"];
        let kept = torn.chunks(SECTOR).filter(|sector| sector.iter().all(|byte| *byte == 7)).count();
        let lost = torn.chunks(SECTOR).filter(|sector| sector.iter().all(|byte| *byte == 0)).count();
        assert_eq!(kept + lost, torn.len() / SECTOR);
        assert!(kept > 0 && lost > 0);
    }
}
