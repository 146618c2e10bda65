//! The log of a run: a hash over everything that happened, and the lines of it when somebody wants to read them.

use std::collections::BTreeMap;

use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

/// A running hash, with the lines when they are kept.
#[derive(Debug, Clone)]
pub struct Log {
    hash: u64,
    lines: Option<BTreeMap<InstanceId, Vec<String>>>,
}

impl Log {
    /// An empty log that keeps the lines, or only their hash.
    #[must_use]
    pub fn new(keep_lines: bool) -> Self {
        Self { hash: 0xCBF2_9CE4_8422_2325, lines: keep_lines.then(BTreeMap::new) }
    }

    /// Notes what happened to an instance. The detail is made only for a reader; the number is part of the hash.
    pub fn note(
        &mut self,
        at: Timestamp,
        who: &InstanceId,
        what: &str,
        number: i64,
        detail: impl FnOnce() -> String,
    ) {
        self.mix(&at.as_millisecond().to_le_bytes());
        self.mix(who.as_str().as_bytes());
        self.mix(what.as_bytes());
        self.mix(&number.to_le_bytes());
        self.remark(at, who, what, detail);
    }

    /// Tells a reader something that is no part of the hash.
    pub fn remark(&mut self, at: Timestamp, who: &InstanceId, what: &str, detail: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            let line = format!("{at:.3}  {what} {}", detail());
            lines.entry(who.clone()).or_default().push(line.trim_end().to_owned());
        }
    }

    /// Takes more into the hash.
    pub fn mix(&mut self, bytes: &[u8]) {
        // FNV-1a: fast, and the same on every machine.
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    /// The hash so far.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The lines of one instance, if lines are kept.
    #[must_use]
    pub fn lines(&self, who: &InstanceId) -> Vec<String> {
        self.lines.as_ref().and_then(|lines| lines.get(who)).cloned().unwrap_or_default()
    }
}
