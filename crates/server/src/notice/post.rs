//! [`Post`]: how mails leave: to an SMTP server, or into files.

use std::io::Write;
use std::path::PathBuf;

use super::address::Address;
use super::mail::Mail;
use crate::config::{ConfigError, NoticesConfig, SmtpSecurity};

/// How mails leave.
#[derive(Debug, Clone)]
pub struct Post {
    pub(super) from: Address,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    /// Files in a folder, one for each mail: for development.
    Folder(PathBuf),
    #[cfg(feature = "email")]
    Smtp(super::smtp::Smtp),
}

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// In words without an address.
    pub(super) why: String,
    /// Whether trying again is of no use.
    pub(super) for_good: bool,
}

impl Post {
    /// What the configuration says; `None` when nobody is written to.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field.
    pub fn new(config: &NoticesConfig) -> Result<Option<Self>, ConfigError> {
        Self::check(config)?;
        let Some(from) = &config.from else { return Ok(None) };
        let from = Address::with_name(from).map_err(|why| bad_from(&why))?;
        if let Some(folder) = &config.folder {
            return Ok(Some(Self { from, way: Way::Folder(PathBuf::from(folder)) }));
        }
        #[cfg(feature = "email")]
        return Ok(Some(Self { way: Way::Smtp(super::smtp::Smtp::new(config)?), from }));
        #[cfg(not(feature = "email"))]
        Err(ConfigError::new("notices.smtp_host (WIXAPP_SMTP_HOST): this program was built without e-mail")
            .with_hint("build it with the feature `email`, or name a folder (notices.folder)"))
    }

    /// Refuses what cannot be used.
    ///
    /// # Errors
    /// [`ConfigError`], which names the field.
    pub fn check(config: &NoticesConfig) -> Result<(), ConfigError> {
        if config.per_day == 0 || config.per_day > 100 {
            return Err(ConfigError::new("notices.per_day (WIXAPP_NOTICES_PER_DAY) must be 1 to 100"));
        }
        if config.low_percent > 100 {
            return Err(ConfigError::new(
                "notices.low_percent (WIXAPP_NOTICES_LOW_PERCENT) may be 100 at the most",
            ));
        }
        let Some(from) = &config.from else {
            if config.folder.is_some() || config.smtp_host.is_some() {
                return Err(ConfigError::new("notices.from (WIXAPP_NOTICES_FROM) is missing")
                    .with_hint("name who writes, for example `My App <hello@my-app.example>`"));
            }
            return Ok(());
        };
        Address::with_name(from).map_err(|why| bad_from(&why))?;
        let local = |host: &str| matches!(host, "127.0.0.1" | "localhost" | "::1");
        match (&config.folder, &config.smtp_host) {
            (None, None) => Err(ConfigError::new("notices.smtp_host (WIXAPP_SMTP_HOST) is missing")
                .with_hint("name the SMTP server, or a folder to keep mails in (notices.folder)")),
            (Some(_), Some(_)) => Err(ConfigError::new("notices.folder and notices.smtp_host are both set")
                .with_hint("mails are kept as files or sent: set only one of them")),
            (None, Some(host)) if config.smtp_security == SmtpSecurity::None && !local(host) => {
                Err(ConfigError::new("notices.smtp_security (WIXAPP_SMTP_SECURITY) is `none`")
                    .with_hint("without TLS mails and the password could be read on the way; only a server on this machine is reached so"))
            }
            (None, Some(_)) if config.smtp_user.is_some() != config.smtp_password.is_some() => {
                Err(ConfigError::new("notices.smtp_user and notices.smtp_password (WIXAPP_SMTP_PASSWORD_FILE) belong together")
                    .with_hint("set both, or none of them"))
            }
            _ => Ok(()),
        }
    }

    /// Where mails go, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.way {
            Way::Folder(folder) => format!("mails are kept in {}", folder.display()),
            #[cfg(feature = "email")]
            Way::Smtp(smtp) => format!("mails go to {}", smtp.server()),
        }
    }

    /// Whether mails would leave: the folder can be written to, the server answers and takes the password.
    ///
    /// # Errors
    /// Why they would not, in words.
    pub async fn probe(&self) -> Result<(), String> {
        match &self.way {
            // Looking must change nothing: a folder that is not there yet needs a place to be made in.
            Way::Folder(folder) => match std::fs::metadata(folder) {
                Ok(found) if found.is_dir() && !found.permissions().readonly() => Ok(()),
                Ok(_) => Err("it is no folder that can be written to".to_owned()),
                Err(_) => {
                    match folder.parent().map(|parent| parent == std::path::Path::new("") || parent.is_dir())
                    {
                        Some(true) => Ok(()),
                        _ => Err("the folder it would be made in does not exist".to_owned()),
                    }
                }
            },
            #[cfg(feature = "email")]
            Way::Smtp(smtp) => smtp.probe().await,
        }
    }

    /// The app's name, as it stands in mails.
    pub(super) fn app(&self) -> &str {
        self.from.name().unwrap_or(self.from.domain())
    }

    pub(super) async fn send(&self, mail: Mail) -> Result<(), Refused> {
        match &self.way {
            Way::Folder(folder) => {
                let folder = folder.clone();
                let kept = tokio::task::spawn_blocking(move || keep(&folder, &mail)).await;
                let refused = |why: String| Refused { why, for_good: false };
                kept.map_err(|error| refused(error.to_string()))?.map_err(|error| refused(error.to_string()))
            }
            #[cfg(feature = "email")]
            Way::Smtp(smtp) => smtp.send(mail).await,
        }
    }
}

fn bad_from(why: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::new(format!("notices.from (WIXAPP_NOTICES_FROM) {why}"))
        .with_hint("for example `My App <hello@my-app.example>`")
}

/// A mail that is kept again has the same name, and takes the place of the first.
fn keep(folder: &std::path::Path, mail: &Mail) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(&mail.bytes)?;
    draft.persist(folder.join(format!("{}.eml", mail.id)))?;
    Ok(())
}
