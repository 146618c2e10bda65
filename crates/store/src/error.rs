//! What can go wrong between wixapp and its database.

/// Why the database did not do what was asked. "Not found" is not among them: that is `Ok(None)`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A constraint refused the change; nothing of the transaction was kept.
    #[error("the database refused the change: {constraint}")]
    Conflict {
        /// The constraint's name.
        constraint: String,
    },
    /// The database cannot be used for the moment: busy, full, or out of reach.
    ///
    /// Nothing was changed, except when the connection broke during the commit, of which nobody can tell the outcome:
    /// try again under the same keys.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Something stored contradicts what this version of wixapp knows.
    #[error("the database holds something unexpected: {0}")]
    Inconsistent(String),
}

impl Error {
    /// Whether trying again later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether the constraint with this name refused the change.
    #[must_use]
    pub fn is_conflict(&self, name: &str) -> bool {
        matches!(self, Self::Conflict { constraint } if constraint == name)
    }

    /// The same answer for somebody else who shared the transaction.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Conflict { constraint } => Self::Conflict { constraint: constraint.clone() },
            Self::Unavailable(text) => Self::Unavailable(text.clone()),
            Self::Inconsistent(text) => Self::Inconsistent(text.clone()),
        }
    }
}

/// A stored text that does not read back as what it should be.
pub(crate) fn inconsistent(what: &str, text: &str) -> Error {
    Error::Inconsistent(format!("{what} `{text}`"))
}
