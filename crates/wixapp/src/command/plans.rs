//! The plans that a flag names, in the place of the app's own.

use wixapp_core::catalog::Catalog;

use crate::app::App;
use crate::failure::Failure;

/// Gives `app` the catalogue that `named` is the name or the file of.
pub(super) fn choose(app: &mut App, named: Option<&str>) -> Result<(), Failure> {
    app.catalog = match named {
        None => return Ok(()),
        Some("standard") => Catalog::standard(),
        Some("autopost") => Catalog::autopost(),
        Some(path) => from_file(path)?,
    };
    Ok(())
}

fn from_file(path: &str) -> Result<Catalog, Failure> {
    const HINT: &str = "use `standard`, `autopost`, or the path of a plans.toml";
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::user(format!("--plans: {path} cannot be read")).because(&error).hint(HINT)
    })?;
    Catalog::from_toml(&text).map_err(|error| Failure::user(format!("--plans: {path}: {error}")).hint(HINT))
}
