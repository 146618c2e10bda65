//! Reading the configuration file: what is unknown or of a wrong type is refused by name, and no secret is repeated.

use std::path::Path;

use confique::Config as _;
use confique::meta::{FieldKind, Meta};
use toml::{Table, Value};

use super::check::in_plain_words;
use super::{Config, ConfigError, secret};

type Layer = <Config as confique::Config>::Layer;

/// Reads the file at `path`.
pub(super) fn read(path: &Path) -> Result<Layer, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        ConfigError::new(format!("the configuration file {} cannot be read: {error}", path.display()))
            .with_hint("name an existing file with --config, or leave it out and use WIXAPP_… variables")
    })?;
    parse(&text).map_err(|error| error.at(path))
}

/// Reads a file's text.
pub(super) fn parse(text: &str) -> Result<Layer, ConfigError> {
    let file: Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        ConfigError::new(format!("line {line}: {}", error.message()))
            .with_hint("the file is TOML: `name = \"text\"` below a `[section]`")
    })?;
    for (name, section) in &file {
        check_section(name, section)?;
    }
    // Every field was read once on its own; this can fail no more.
    file.try_into().map_err(|error: toml::de::Error| ConfigError::new(error.message()))
}

fn check_section(name: &str, section: &Value) -> Result<(), ConfigError> {
    let Some(meta) = section_meta(name) else {
        let names = sections().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
        return Err(ConfigError::new(format!("there is no section or field `{name}`"))
            .with_hint(format!("the sections are {names}")));
    };
    let Value::Table(fields) = section else {
        return Err(ConfigError::new(format!("`{name}` must be a section: [{name}]")));
    };
    for (field, value) in fields {
        if !meta.fields.iter().any(|known| known.name == field) {
            let names = meta.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
            return Err(ConfigError::new(format!("there is no field {name}.{field}"))
                .with_hint(format!("the fields of [{name}] are {names}")));
        }
        check_field(name, field, value)?;
    }
    Ok(())
}

/// Reads one field on its own, so that the error can name it.
fn check_field(section: &str, field: &str, value: &Value) -> Result<(), ConfigError> {
    let alone = |key: &str, value: Value| Table::from_iter([(key.to_owned(), value)]);
    let file = alone(section, Value::Table(alone(field, value.clone())));
    let read: Result<Layer, toml::de::Error> = file.try_into();
    read.map(|_| ()).map_err(|error| {
        let reason = match secret::is_secret(section, field) {
            true => format!("must be text in quotes, not {}", value.type_str()),
            false => in_plain_words(error.message()),
        };
        ConfigError::new(format!("{section}.{field}: {reason}"))
            .with_hint("`serve --print-config` shows what every field looks like")
    })
}

fn sections() -> impl Iterator<Item = (&'static str, &'static Meta)> {
    Config::META.fields.iter().filter_map(|field| match field.kind {
        FieldKind::Nested { meta } => Some((field.name, meta)),
        FieldKind::Leaf { .. } => None,
    })
}

fn section_meta(name: &str) -> Option<&'static Meta> {
    sections().find(|(known, _)| *known == name).map(|(_, meta)| meta)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text).err().unwrap().to_string()
    }

    #[test]
    fn every_field_of_the_file_is_known_and_of_its_type() {
        assert_eq!(refused("[wix]\napp_idd = 'x'"), "there is no field wix.app_idd");
        assert_eq!(refused("[web]\nx = 1"), "there is no section or field `web`");
        assert_eq!(refused("wix = 1"), "`wix` must be a section: [wix]");
        assert!(refused("[server]\nbind = 4101").starts_with("server.bind: invalid type"));
        assert!(refused("[server]\ndrain_s = -1").starts_with("server.drain_s: "));
        assert!(refused("[log]\nformat = 'xml'").starts_with("log.format: unknown variant `xml`"));
        assert!(refused("[wix]\n\n[wix").starts_with("line 3: "));
    }

    #[test]
    fn a_secret_of_a_wrong_type_is_not_repeated() {
        assert_eq!(
            refused("[wix]\napp_secret = 1234567890123456"),
            "wix.app_secret: must be text in quotes, not integer"
        );
        assert_eq!(refused("[database]\nurl = [123]"), "database.url: must be text in quotes, not array");
    }
}
