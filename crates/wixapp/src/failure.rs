//! How a command fails: what, why, and what to do.

use std::fmt;
use std::process::ExitCode;

/// Why a command, or [`Local`](crate::Local), failed; whose fault it is, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    ours: bool,
}

impl Failure {
    /// Something the user can mend.
    #[must_use]
    pub fn user(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), hint: None, ours: false }
    }

    /// Something that should not happen.
    #[must_use]
    pub fn ours(message: impl Into<String>) -> Self {
        Self { ours: true, ..Self::user(message) }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What a command prints: a line for what is wrong, one for each cause, one for what to do.
    pub(crate) fn report(&self) -> String {
        let error = std::iter::once(format!("error: {}", self.message));
        let causes = self.causes.iter().map(|cause| format!("  caused by: {cause}"));
        let hint = self.hint.iter().map(|hint| format!("hint: {hint}"));
        error.chain(causes).chain(hint).collect::<Vec<_>>().join("\n")
    }

    /// What is wrong and why, on one line.
    pub(crate) fn text(&self) -> String {
        std::iter::once(&self.message).chain(&self.causes).map(String::as_str).collect::<Vec<_>>().join(": ")
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Says what it came from.
    #[must_use]
    pub fn because(mut self, cause: &dyn std::error::Error) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            self.causes.push(cause.to_string());
            next = cause.source();
        }
        self
    }

    /// 1 for what the user can mend, 2 for our fault.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.ours { 2 } else { 1 })
    }
}

/// One line: what is wrong, why, and what to do about it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())?;
        match &self.hint {
            Some(hint) => write!(f, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<wixapp_server::config::ConfigError> for Failure {
    fn from(error: wixapp_server::config::ConfigError) -> Self {
        let hint =
            error.hint().unwrap_or("`serve --print-config` lists every field, its default and its variable");
        Self::user(error.to_string()).hint(hint)
    }
}

impl From<wixapp_store::Error> for Failure {
    fn from(error: wixapp_store::Error) -> Self {
        let hint = match error {
            wixapp_store::Error::Inconsistent(_) => {
                "check that database.url (WIXAPP_DATABASE_URL) names a database of this app, and that this program is not \
                 older than the database"
            }
            wixapp_store::Error::Unavailable(_) | wixapp_store::Error::Conflict { .. } => {
                "check database.url (WIXAPP_DATABASE_URL), and that its server is up or its folder can be written"
            }
        };
        Self::user(error.to_string()).hint(hint)
    }
}

impl From<wixapp_server::serve::StartError> for Failure {
    fn from(error: wixapp_server::serve::StartError) -> Self {
        use wixapp_server::serve::StartError;
        match error {
            StartError::Config(error) => error.into(),
            StartError::Store(error) => error.into(),
            StartError::Listen { .. } => Self::user(error.to_string())
                .hint("stop what listens there, or choose another address with server.bind (WIXAPP_BIND)"),
            StartError::Catalog(_) | StartError::File { .. } => Self::user(format!("plans.catalog: {error}"))
                .hint("plans.catalog (WIXAPP_PLANS_CATALOG) is `standard`, `autopost`, or the path of a plans.toml"),
            StartError::Wix(_) => Self::user(error.to_string()).hint("check the [wix] section of the configuration"),
        }
    }
}

impl From<wixapp_server::ApiError> for Failure {
    fn from(error: wixapp_server::ApiError) -> Self {
        let text = from_sentence(error.message());
        let ours = error.code() == wixapp_core::ErrorCode::Internal;
        let failure = if ours { Self::ours(text) } else { Self::user(text) };
        failure.hint(error.hint().unwrap_or("--help shows examples"))
    }
}

/// A sentence of an API in the form of a program's own errors.
pub(crate) fn from_sentence(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::ours(error.to_string())
    }
}
