//! Durations as people write them.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::error::Refusal;

/// The furthest one advance may go: ten years with their leap days.
const MAX_ADVANCE: SignedDuration = SignedDuration::from_hours(3_653 * 24);

/// Reads `30d`, `12h`, `90m` or `45s`.
pub(crate) fn parse_duration(text: &str) -> Result<SignedDuration, Refusal> {
    let wrong = || {
        let message = "Write a duration as \"30d\", \"12h\", \"90m\" or \"45s\", at most ten years.";
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_duration", message)
    };
    let (digits, unit_s) = ["s", "m", "h", "d"]
        .iter()
        .zip([1, 60, 3_600, 86_400])
        .find_map(|(unit, unit_s)| Some((text.strip_suffix(unit)?, unit_s)))
        .ok_or_else(wrong)?;
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let count: i64 = digits.parse().map_err(|_| wrong())?;
    let duration = SignedDuration::from_secs(count * unit_s);
    if duration.is_zero() || duration > MAX_ADVANCE { Err(wrong()) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        for (text, seconds) in
            [("45s", 45), ("90m", 5_400), ("12h", 43_200), ("30d", 2_592_000), ("3653d", 315_619_200)]
        {
            assert_eq!(parse_duration(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "d",
            "30",
            "0d",
            "-1d",
            "+1d",
            "1.5h",
            "3654d",
            "9999999999d",
            "30 d",
            "30D",
            "1w",
            "٣d",
            "1d1h",
        ] {
            assert_eq!(parse_duration(text).unwrap_err().code, "invalid_duration", "{text}");
        }
    }
}
