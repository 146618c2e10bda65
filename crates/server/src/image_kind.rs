//! What kind of image some bytes are, by what they begin with: a name or a content type proves nothing.

/// The most pixels of a side.
const LONGEST_SIDE: u32 = 16_384;

/// A kind of image that every browser shows, and how large the picture is: JPEG, PNG, GIF or WebP.
///
/// # Example
/// ```
/// use wixapp_server::image_kind::ImageKind;
/// let gif = ImageKind::of(b"GIF89a\x03\0\x02\0...").expect("a GIF");
/// assert_eq!((gif.content_type, gif.width, gif.height), ("image/gif", 3, 2));
/// assert_eq!(ImageKind::of(b"<svg onload='alert(1)'/>"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageKind {
    /// The content type to serve it with.
    pub content_type: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl ImageKind {
    /// The kind of these bytes; `None` when they are no such image, or one with a side of no pixels or more than 16,384.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (content_type, (width, height)) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            ("image/png", png(bytes)?)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            ("image/jpeg", jpeg(bytes)?)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            ("image/gif", (little(bytes, 6, 2)?, little(bytes, 8, 2)?))
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
            ("image/webp", webp(bytes)?)
        } else {
            return None;
        };
        let fits = |side: u32| (1..=LONGEST_SIDE).contains(&side);
        (fits(width) && fits(height)).then_some(Self { content_type, width, height })
    }
}

fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?))
}

/// The size stands in the first segment that begins a frame.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (start, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        match (start, marker) {
            (0xff, 0xff) => at += 1,
            (0xff, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            // The picture itself, its end, or no marker at all.
            (0xff, 0xd9 | 0xda) | (0..0xff, _) => return None,
            (0xff, _) => at += 2 + usize::try_from(big(bytes, at + 2, 2)?.max(2)).ok()?,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff)),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
        ImageKind::of(bytes).map(|kind| (kind.content_type, kind.width, kind.height))
    }

    #[test]
    fn the_four_kinds_are_known_with_their_size() {
        let png =
            [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0, 0, 1, 0, 0, 0, 0, 2, 8, 6, 0, 0, 0]].concat();
        assert_eq!(size(&png), Some(("image/png", 256, 2)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\0\x03\0\x05rest";
        assert_eq!(size(jpeg), Some(("image/jpeg", 5, 3)));
        assert_eq!(size(b"GIF89a\x03\0\x02\0..."), Some(("image/gif", 3, 2)));
        let lossy = b"RIFF....WEBPVP8 ....\0\0\0\x9d\x01\x2a\x07\0\x08\x40";
        assert_eq!(size(lossy), Some(("image/webp", 7, 8)));
        let lossless = [b"RIFF....WEBPVP8L....\x2f".as_slice(), &(6_u32 | 4 << 14).to_le_bytes()].concat();
        assert_eq!(size(&lossless), Some(("image/webp", 7, 5)));
        let extended = b"RIFF....WEBPVP8X....\0\0\0\0\x08\0\0\x09\0\0";
        assert_eq!(size(extended), Some(("image/webp", 9, 10)));
    }

    #[test]
    fn nothing_else_is_an_image() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let html_with_a_name = b"GIF89a=1;<script>";
        for bytes in [
            b"".as_slice(),
            b"\x89PNG",
            svg,
            b"BM....",
            b"%PDF-1.7",
            b"RIFF....WAVE",
            b"\xff\xd8\xff\xd9\0\0",
        ] {
            assert_eq!(size(bytes), None);
        }
        // A picture of 15,677 times 15,163: too large to be one, were it any larger.
        assert!(size(html_with_a_name).is_some_and(|(kind, ..)| kind == "image/gif"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_a_panic(
            start in proptest::sample::select(vec![&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"GIF89a", b"RIFF....WEBPVP8X"]),
            rest in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
        ) {
            let _ = ImageKind::of(&[start, &rest].concat());
        }
    }
}
