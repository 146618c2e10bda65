//! [`Cursor`]: a place in a history, as callers send it back.

use serde::{Deserialize, Serialize};
use wixapp_core::clock::{from_micros, to_micros};
use wixapp_store::EntryPlace;

/// A place in a history. Callers get it, send it back, and need not know what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor(pub(super) EntryPlace);

impl From<Cursor> for String {
    fn from(Cursor(place): Cursor) -> Self {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&to_micros(place.at).to_be_bytes());
        bytes[8..].copy_from_slice(&place.seq.to_be_bytes());
        hex::encode(bytes)
    }
}

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "it must be the `nextCursor` of another page";
        let mut bytes = [0; 16];
        hex::decode_to_slice(&text, &mut bytes).map_err(|_| WRONG)?;
        let number = |part: &[u8]| part.try_into().map(i64::from_be_bytes).map_err(|_| WRONG);
        let (micros, seq) = (number(&bytes[..8])?, number(&bytes[8..])?);
        let cursor = Self(EntryPlace { at: from_micros(micros), seq });
        // Only what was given out: any other text of the same place would be a second name for it.
        if seq > 0 && String::from(cursor) == text { Ok(cursor) } else { Err(WRONG) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_reads() {
        let place = EntryPlace { at: "2026-03-01T10:00:00.123Z".parse().unwrap(), seq: 100_000 };
        let text = String::from(Cursor(place));
        assert_eq!(Cursor::try_from(text.clone()), Ok(Cursor(place)));
        let zero = "0".repeat(32);
        for odd in ["", "1", &text[1..], &text.to_uppercase(), &format!("{text}0"), &"f".repeat(32), &zero] {
            assert!(Cursor::try_from((*odd).to_owned()).is_err(), "{odd}");
        }
    }
}
