//! Taking a query apart.

use super::Unreadable;

/// The names and texts of a query, decoded, in their order.
///
/// # Errors
/// [`Unreadable::Unfit`] when a `%` stands for no byte, or the bytes are no text.
pub fn query_pairs(query: &str) -> Result<Vec<(String, String)>, Unreadable> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(text)?))
        })
        .collect()
}

fn decode(text: &str) -> Result<String, Unreadable> {
    let refuse = |sentence: &str| Unreadable::Unfit(sentence.to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match first {
            b'+' => b' ',
            b'%' => {
                let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
                let byte = digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
                rest = after.get(2..).unwrap_or_default();
                byte.ok_or_else(|| refuse("The query has a `%` without two hexadecimal digits behind it."))?
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).map_err(|_| refuse("The query holds bytes that are no text (UTF-8)."))
}
