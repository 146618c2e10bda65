//! [`JobError`]: how an attempt ends that did not succeed.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// The longest stored error text, in bytes.
const TEXT_LIMIT: usize = 1024;
/// The longest code, in bytes.
const CODE_LIMIT: usize = 64;

/// Why an attempt at a job did not succeed, and what follows.
///
/// There is no conversion from other errors, so a bare `?` does not compile: whoever writes a handler says for each
/// failure whether trying again can help.
///
/// # Example
/// ```
/// use wixapp_jobs::JobError;
///
/// fn read(answer: Result<String, std::io::Error>) -> Result<String, JobError> {
///     let text = answer.map_err(JobError::retry)?;
///     if text.is_empty() {
///         return Err(JobError::fail_with("empty_answer", "The network answered with nothing."));
///     }
///     Ok(text)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobError {
    pub(crate) kind: ErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// Try again after the backoff, or after this long; or fail when that was the last attempt.
    Retry(Failure, Option<Duration>),
    /// Trying again cannot help.
    Fail(Failure),
    /// Nothing went wrong; it is too early.
    Snooze(Duration),
    /// Nothing went wrong; the work is not wanted any more.
    Cancel(Failure),
}

impl JobError {
    /// The attempt failed and another may succeed: a network that did not answer, a service that is down.
    ///
    /// The job is tried again after attempt⁴ seconds; on its last attempt it fails for good. The text is for the log and
    /// the operator, not for users.
    #[must_use]
    pub fn retry(error: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::Retry(Failure::new(Failure::FAILED, format_args!("{error:#}")), None) }
    }

    /// The attempt failed and another may succeed after `delay`: a service that says when to come again. The attempt counts.
    #[must_use]
    pub fn retry_after(delay: Duration, error: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::Retry(Failure::new(Failure::FAILED, format_args!("{error:#}")), Some(delay)) }
    }

    /// The job failed and trying again cannot help. The text is for the log and the operator, not for users.
    #[must_use]
    pub fn fail(error: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::Fail(Failure::new(Failure::FAILED, format_args!("{error:#}"))) }
    }

    /// The job failed, trying again cannot help, and users are told why: a stable code of `[a-z0-9_]` and a sentence.
    #[must_use]
    pub fn fail_with(code: impl AsRef<str>, message: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::Fail(Failure::new(clean_code(code.as_ref()), message)) }
    }

    /// The work is not wanted any more: the job ends as cancelled, its credits come back, and users are told why.
    #[must_use]
    pub fn cancel(reason: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::Cancel(Failure::new(Failure::CANCELLED, reason)) }
    }

    /// It is too early: run the job again after `delay`. The attempt does not count, however often this is said.
    #[must_use]
    pub const fn snooze(delay: Duration) -> Self {
        Self { kind: ErrorKind::Snooze(delay) }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::Retry(failure, _) | ErrorKind::Fail(failure) | ErrorKind::Cancel(failure) => {
                write!(f, "{failure}")
            }
            ErrorKind::Snooze(delay) => write!(f, "snoozed for {} ms", delay.as_millis()),
        }
    }
}

impl std::error::Error for JobError {}

/// A code and a text, stored together as `code: text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    code: Cow<'static, str>,
    message: String,
}

impl Failure {
    /// The handler said so, without a code of its own.
    pub(crate) const FAILED: &str = "job_failed";
    /// The attempt took longer than the kind allows.
    pub(crate) const TIMEOUT: &str = "job_timeout";
    /// The handler panicked.
    pub(crate) const PANICKED: &str = "job_panicked";
    /// The lease ran out: the worker died or froze.
    pub(crate) const WORKER_LOST: &str = "worker_lost";
    /// The job lost worker after worker.
    pub(crate) const QUARANTINED: &str = "job_quarantined";
    /// Somebody called it off, or the handler did.
    pub(crate) const CANCELLED: &str = "job_cancelled";
    /// The stored arguments are not those the handler knows.
    pub(crate) const BAD_ARGUMENTS: &str = "bad_arguments";

    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Self {
        Self { code: code.into(), message: message.to_string() }
    }

    /// The text for the database: at most 1 KiB.
    pub(crate) fn to_stored(&self) -> String {
        let mut text = self.to_string();
        truncate(&mut text, TEXT_LIMIT);
        text
    }

    /// The code and the message of a stored text.
    pub(crate) fn split_stored(text: &str) -> (&str, &str) {
        text.split_once(": ").unwrap_or((Self::FAILED, text))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// Cuts `text` to at most `limit` bytes, between characters, and shows that it was cut. NUL, which PostgreSQL cannot
/// store in a text, is replaced.
pub(crate) fn truncate(text: &mut String, limit: usize) {
    const CUT: &str = "…";
    if text.contains('\0') {
        *text = text.replace('\0', "\u{fffd}");
    }
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit - CUT.len()));
        text.push_str(CUT);
    }
}

/// `code` in the alphabet of codes, so that it can be told from the message in the stored text.
fn clean_code(code: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let code: String = code.chars().take(CODE_LIMIT).map(clean).collect();
    if code.is_empty() { Failure::FAILED.to_owned() } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(error: JobError) -> String {
        match error.kind {
            ErrorKind::Retry(failure, _) | ErrorKind::Fail(failure) | ErrorKind::Cancel(failure) => {
                failure.to_stored()
            }
            ErrorKind::Snooze(_) => String::new(),
        }
    }

    #[test]
    fn stored_failure_reads_back_as_code_and_message() {
        let text = stored(JobError::fail_with("Net: down", "a: b"));
        assert_eq!(Failure::split_stored(&text), ("net__down", "a: b"));
        assert_eq!(Failure::split_stored(&stored(JobError::retry("x: y"))), ("job_failed", "x: y"));
        assert_eq!(Failure::split_stored("no code"), ("job_failed", "no code"));
    }

    #[test]
    fn stored_text_is_at_most_one_kibibyte_and_whole_characters() {
        let text = stored(JobError::fail("ä\0".repeat(2000)));
        assert!(text.len() <= 1024 && text.len() > 1000, "{}", text.len());
        assert!(text.ends_with('…') && !text.contains('\0'));
    }
}
