//! What commands print: for people, or JSON for programs.

use std::io::Write;

use serde::Serialize;

use crate::failure::Failure;

/// `1 instance`, `2 instances`: a number with its noun.
pub(crate) fn count(number: impl TryInto<i128>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(i128::MAX);
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Prints a line to standard output. A reader that has gone away (`| head`) is no error.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::user("the output cannot be written").because(&error))
        }
        _ => Ok(()),
    }
}

/// Prints a value as JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::ours(error.to_string()))?;
    line(&text)
}

/// Prints to standard error.
pub(crate) fn note(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_is_not_many() {
        let said = [0_i64, 1, 2].map(|number| count(number, "entry", "entries"));
        assert_eq!(said, ["0 entries", "1 entry", "2 entries"]);
    }
}
