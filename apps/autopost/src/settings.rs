//! What whoever runs autopost decides, besides the configuration every app has.

use std::path::Path;

/// What whoever runs autopost decides. [`Settings::from_env`] reads it from the environment.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where images are kept: AUTOPOST_IMAGES names a folder, or `s3://bucket/prefix` with the feature `s3`. Without it, a
    /// folder beside the database.
    pub images: Option<String>,
    /// Where this server is reached from outside, for networks that fetch images themselves: AUTOPOST_PUBLIC_URL.
    pub public_url: Option<String>,
    /// Where accounts of Bluesky are: AUTOPOST_BLUESKY_URL, for those who run a server of their own.
    pub bluesky_url: Option<String>,
    /// Where Ayrshare's API is: AUTOPOST_AYRSHARE_URL.
    pub ayrshare_url: Option<String>,
    /// Whether addresses of this machine and of private networks may be asked, over plain HTTP too. There is no variable for
    /// it: only a test that plays the network itself says so.
    pub allow_private_addresses: bool,
}

impl Settings {
    /// Reads the variables named above; empty ones count as absent.
    #[must_use]
    pub fn from_env() -> Self {
        let read = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        Self {
            images: read("AUTOPOST_IMAGES"),
            public_url: read("AUTOPOST_PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned()),
            bluesky_url: read("AUTOPOST_BLUESKY_URL"),
            ayrshare_url: read("AUTOPOST_AYRSHARE_URL"),
            allow_private_addresses: false,
        }
    }

    /// The place of the images: beside the database when nothing else is said.
    pub(crate) fn image_place(&self, database_url: &str) -> String {
        match (&self.images, database_url.strip_prefix("sqlite:")) {
            (Some(place), _) => place.clone(),
            (None, Some(path)) => Path::new(path).with_extension("images").display().to_string(),
            (None, None) => "autopost-images".to_owned(),
        }
    }
}
