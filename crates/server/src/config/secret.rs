//! Secrets from files: `WIXAPP_APP_SECRET_FILE` names a file that holds what `WIXAPP_APP_SECRET` would.

use std::ffi::OsString;

use super::{Config, ConfigError};

/// The variables that may come from a file, with their place in the configuration.
const SECRETS: [(&str, &str, &str); 9] = [
    ("WIXAPP_APP_SECRET", "wix", "app_secret"),
    ("WIXAPP_APP_SECRET_PREVIOUS", "wix", "app_secret_previous"),
    ("WIXAPP_WEBHOOK_PUBLIC_KEY", "wix", "webhook_public_key"),
    ("WIXAPP_WEBHOOK_PUBLIC_KEY_PREVIOUS", "wix", "webhook_public_key_previous"),
    ("WIXAPP_DATABASE_URL", "database", "url"),
    ("WIXAPP_STRIPE_SECRET_KEY", "stripe", "secret_key"),
    ("WIXAPP_STRIPE_WEBHOOK_SECRET", "stripe", "webhook_secret"),
    ("WIXAPP_STRIPE_WEBHOOK_SECRET_PREVIOUS", "stripe", "webhook_secret_previous"),
    ("WIXAPP_SMTP_PASSWORD", "notices", "smtp_password"),
];

/// Whether this field holds something that no message may repeat.
pub(super) fn is_secret(section: &str, field: &str) -> bool {
    SECRETS.iter().any(|(_, of, name)| *of == section && *name == field)
}

/// Reads every secret whose `…_FILE` variable is set. `variable` gives the value of an environment variable.
pub(super) fn from_files(
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<<Config as confique::Config>::Layer, ConfigError> {
    let mut layer = toml::Table::new();
    for (name, section, field) in SECRETS {
        let file = format!("{name}_FILE");
        let Some(path) = variable(&file) else { continue };
        if variable(name).is_some() {
            return Err(
                ConfigError::new(format!("{name} and {file} are both set")).with_hint("set only one of them")
            );
        }
        let text = std::fs::read_to_string(&path).map_err(|error| {
            // The path is not repeated: it may be the secret itself, in the wrong variable.
            ConfigError::new(format!("the file that {file} names cannot be read: {error}"))
                .with_hint(format!("{file} is the path of a file that holds what {name} would"))
        })?;
        let section = layer.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        if let Some(table) = section.as_table_mut() {
            // Editors and `echo` end a file with a line end that is no part of the secret.
            table.insert(
                field.to_owned(),
                toml::Value::String(text.trim_end_matches(['\r', '\n']).to_owned()),
            );
        }
    }
    layer.try_into().map_err(|_| ConfigError::new("a secret file holds something that is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_from_the_file_without_its_line_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "0123456789abcdef\r\n").unwrap();
        let path = file.path().as_os_str().to_owned();
        let layer = from_files(&|name| (name == "WIXAPP_APP_SECRET_FILE").then(|| path.clone())).unwrap();
        let secret = layer.wix.app_secret.unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&secret), "0123456789abcdef");
    }

    #[test]
    fn a_secret_given_twice_and_a_missing_file_are_refused() {
        let twice = from_files(&|name| name.starts_with("WIXAPP_APP_SECRET").then(|| "x".into()));
        assert!(twice.err().unwrap().to_string().contains("both set"));
        let missing = from_files(&|name| (name == "WIXAPP_APP_SECRET_FILE").then(|| "no-such-file".into()));
        assert!(missing.err().unwrap().to_string().contains("WIXAPP_APP_SECRET_FILE"));
    }
}
