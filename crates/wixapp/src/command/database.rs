//! The database that operators' commands work on.

mod clock;

use std::path::Path;
use std::sync::Arc;

use wixapp_core::Catalog;
use wixapp_core::clock::{Clock, Timestamp};
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

/// Opens the database as [`open`] does, with the time on its clock: for commands that write.
pub(super) async fn open_to_write(config: &ConfigArgs) -> Result<(Store, Timestamp), Failure> {
    let store = open(config).await?;
    let clock = clock::of(&store, config).await?;
    Ok((store, clock.now()))
}

/// Opens the whole app on a database that must be there, for commands that ask Wix.
pub(super) async fn open_app(config: &ConfigArgs, app: &App) -> Result<Arc<wixapp_server::App>, Failure> {
    let loaded = config.load()?;
    must_exist(&loaded.database.url)?;
    // What the app decides when it opens it decides by its clock, so that the clock must be right before.
    let store = Store::open(&loaded.database.url).await?;
    store.migrate().await?;
    let clock = clock::of(&store, config).await?;
    store.close().await;
    Ok(wixapp_server::serve::open(loaded, app.catalog.clone(), Arc::new(clock)).await?)
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
