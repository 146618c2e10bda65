//! How a command fails: what, why, and what to do.

use std::fmt;
use std::process::ExitCode;

/// Why a command failed, whose fault it is, and what to do about it.
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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        for cause in &self.causes {
            write!(f, "\n  caused by: {cause}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<wixapp_server::config::ConfigError> for Failure {
    fn from(error: wixapp_server::config::ConfigError) -> Self {
        let failure = Self::user(error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<wixapp_server::serve::StartError> for Failure {
    fn from(error: wixapp_server::serve::StartError) -> Self {
        use wixapp_server::serve::StartError;
        match error {
            StartError::Config(error) => error.into(),
            StartError::Store(_) => Self::user(error.to_string())
                .hint("check database.url (WIXAPP_DATABASE_URL), and that the server is up and the folder can be written"),
            StartError::Listen { .. } => {
                Self::user(error.to_string()).hint("choose another address with server.bind (WIXAPP_BIND)")
            }
            StartError::Catalog(_) | StartError::File { .. } | StartError::Wix(_) => Self::user(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::ours(error.to_string())
    }
}
