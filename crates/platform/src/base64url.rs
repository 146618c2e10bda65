//! Strict base64url: no padding, no white space, no second spelling of the same bytes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes behind `text`; `None` for padding, foreign characters, or stray bits in the last character.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::padded("TQ==")]
    #[case::stray_bits("TR")]
    #[case::standard_alphabet("+/+/")]
    #[case::white_space("TQ\n")]
    #[case::impossible_length("TQTQT")]
    fn second_spellings_are_refused(#[case] text: &str) {
        assert_eq!(decode(text), None);
    }

    #[test]
    fn encoded_bytes_come_back() {
        assert_eq!(decode(&encode([0xfb, 0xff, 0x00])), Some(vec![0xfb, 0xff, 0x00]));
    }
}
