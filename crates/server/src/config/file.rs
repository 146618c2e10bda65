//! Reading the configuration file: what is unknown or of a wrong type is refused by name, and no secret is repeated.

use std::path::Path;

use confique::Config as _;
use confique::meta::{FieldKind, Meta};
use toml::{Table, Value};
use wixapp_core::input::{Unreadable, parse_toml, read_table};

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
    let file = parse_toml(text).map_err(|error| {
        ConfigError::new(without_stop(&error))
            .with_hint("the file is TOML: `name = \"text\"` below a `[section]`")
    })?;
    for (name, section) in &file {
        check_section(name, section)?;
    }
    // Every field was read once on its own; this can fail no more.
    read_table(file).map_err(|error| ConfigError::new(without_stop(&error)))
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
    read_table::<Layer>(file).map(|_| ()).map_err(|error| {
        let message = match secret::is_secret(section, field) {
            true => format!("`{section}.{field}` must be text in quotes, not {}", value.type_str()),
            false => without_stop(&error),
        };
        ConfigError::new(message).with_hint("`serve --print-config` shows what every field looks like")
    })
}

/// Commands write their errors without a full stop.
fn without_stop(error: &Unreadable) -> String {
    error.to_string().trim_end_matches('.').to_owned()
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
        assert!(refused("[server]\nbind = 4101").starts_with("`server.bind` must be text in quotes"));
        assert!(
            refused("[server]\ndrain_s = -1")
                .starts_with("`server.drain_s` must be a whole number of 0 or more, not -1")
        );
        assert!(refused("[log]\nformat = 'xml'").starts_with("`log.format` must be `text` or `json`"));
        assert!(refused("[wix]\n\n[wix").starts_with("line 3: "));
    }

    #[test]
    fn a_secret_of_a_wrong_type_is_not_repeated() {
        assert_eq!(
            refused("[wix]\napp_secret = 1234567890123456"),
            "`wix.app_secret` must be text in quotes, not integer"
        );
        assert_eq!(refused("[database]\nurl = [123]"), "`database.url` must be text in quotes, not array");
    }
}
