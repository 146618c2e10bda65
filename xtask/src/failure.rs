//! What a person reads when a task cannot go on: an error, its causes, and what to do about it.

use std::fmt;

use console::{Term, style};

/// An error with the advice that goes with it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// Says what went wrong, in one sentence without a full stop.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds what the reader can do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Writes `error:`, the causes and `hint:` to standard error.
pub(crate) fn report(error: &anyhow::Error) {
    let term = Term::stderr();
    for line in lines(error) {
        // Nowhere is left to complain when standard error itself is closed.
        let _ = term.write_line(&line);
    }
}

fn lines(error: &anyhow::Error) -> Vec<String> {
    let mut lines = vec![format!("{} {error}", style("error:").red().bold().for_stderr())];
    lines.extend(error.chain().skip(1).map(|cause| format!("  cause: {cause}")));
    let hint = error.chain().find_map(|cause| cause.downcast_ref::<Failure>()?.hint.as_deref());
    lines.extend(hint.map(|hint| format!("{} {hint}", style("hint:").cyan().bold().for_stderr())));
    lines
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn error_shows_causes_and_the_hint_of_the_innermost_failure() {
        let inner = Failure::new("port 4100 is in use").hint("choose another");
        let error = Err::<(), _>(anyhow::Error::new(inner)).context("cannot start").unwrap_err();
        let text: Vec<_> =
            lines(&error).iter().map(|line| console::strip_ansi_codes(line).into_owned()).collect();
        assert_eq!(text, ["error: cannot start", "  cause: port 4100 is in use", "hint: choose another"]);
    }
}
