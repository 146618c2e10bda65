//! [`Rate`]: whose limit a job falls under.

use wixapp_core::InstanceId;

/// Under which limit of how often something may begin a job falls; how often is said where the limit is set.
///
/// # Example
/// ```
/// use wixapp_store::Rate;
/// let of_a_network = Rate::new("network", "mastodon");
/// let of_the_site = Rate::per_instance("mail");
/// assert_ne!(of_a_network, of_the_site);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    name: String,
    /// What the limit is for each of; `None`: for each instance.
    of: Option<String>,
}

impl Rate {
    /// The limit `name` for each `of`, over all instances.
    #[must_use]
    pub fn new(name: impl Into<String>, of: impl Into<String>) -> Self {
        Self { name: name.into(), of: Some(of.into()) }
    }

    /// The limit `name` for each instance.
    #[must_use]
    pub fn per_instance(name: impl Into<String>) -> Self {
        Self { name: name.into(), of: None }
    }

    /// What the limit is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether each part is 1 to 200 bytes long and without a NUL, and the name without a colon.
    #[must_use]
    pub fn can_be_stored(&self) -> bool {
        let good = |part: &String| !part.is_empty() && part.len() <= 200 && !part.contains('\0');
        good(&self.name) && !self.name.contains(':') && self.of.as_ref().is_none_or(good)
    }

    pub(crate) fn key(&self, instance_id: &InstanceId) -> String {
        match &self.of {
            Some(of) => format!("{}:{of}", self.name),
            None => format!("{}:@{instance_id}", self.name),
        }
    }
}
