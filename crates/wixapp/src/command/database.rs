//! The database that operators' commands work on.

use std::path::Path;

use wixapp_core::Catalog;
use wixapp_server::Config;
use wixapp_store::Store;

use super::ConfigArgs;
use crate::app::App;
use crate::failure::Failure;

/// Opens the database that the configuration names. It must be there: a misspelt path is not made one.
pub(super) async fn open(config: &ConfigArgs) -> Result<Store, Failure> {
    let database = Config::load_database(config.file())?;
    must_exist(&database.url)?;
    let store = Store::open(&database.url).await?;
    store.check().await?;
    Ok(store)
}

/// Opens the whole app on a database that must be there, for commands that ask Wix.
pub(super) async fn open_app(
    config: &ConfigArgs,
    app: &App,
) -> Result<std::sync::Arc<wixapp_server::App>, Failure> {
    let loaded = config.load()?;
    must_exist(&loaded.database.url)?;
    let clock = std::sync::Arc::new(wixapp_core::SystemClock);
    Ok(wixapp_server::serve::open(loaded, app.catalog.clone(), clock).await?)
}

/// The plans in force, where the configuration is whole; else the app's own.
pub(super) fn catalog(config: &ConfigArgs, app: &App) -> Catalog {
    let loaded = config.load().ok();
    let named = loaded.and_then(|config| wixapp_server::serve::catalog(&config, app.catalog.clone()).ok());
    named.unwrap_or_else(|| app.catalog.clone())
}

fn must_exist(url: &str) -> Result<(), Failure> {
    match url.strip_prefix("sqlite:") {
        Some(path) if !Path::new(path.strip_prefix("//").unwrap_or(path)).exists() => Err(Failure::user(
            format!("there is no database {path}"),
        )
        .hint("name it with database.url (WIXAPP_DATABASE_URL) or --config; `migrate` makes a new one")),
        _ => Ok(()),
    }
}
