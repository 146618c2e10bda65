//! [`App`]: an app, put together.

use std::process::ExitCode;
use std::sync::Arc;

use wixapp_core::Timestamp;
use wixapp_core::catalog::Catalog;
use wixapp_emulator::EmulatorConfig;
use wixapp_jobs::{CatchUp, Job, Registry, State};
use wixapp_server::router::AppRoutes;
use wixapp_server::serve::Parts;
use wixapp_server::{Config, openapi};

use crate::command;

type Setup = Box<dyn Fn(&Config, State) -> State + Send + Sync>;

/// An app: its plans, its routes, its jobs, and how it shows itself in the App Market of the local platform.
///
/// See the crate's documentation for a whole program.
pub struct App {
    pub(crate) name: String,
    pub(crate) tagline: String,
    pub(crate) description: String,
    pub(crate) developer: String,
    pub(crate) version: &'static str,
    pub(crate) catalog: Catalog,
    routes: AppRoutes,
    jobs: Registry,
    setup: Vec<Setup>,
}

impl App {
    /// An app with this name, the standard plans, and nothing of its own yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            tagline: "An app built with wixapp".to_owned(),
            description: "This app runs on your own machine, on the local Wix platform.".to_owned(),
            developer: "You".to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            catalog: Catalog::standard(),
            routes: AppRoutes::new(),
            jobs: Registry::new(),
            setup: Vec::new(),
        }
    }

    /// One line under the name in the App Market.
    #[must_use]
    pub fn tagline(mut self, tagline: impl Into<String>) -> Self {
        self.tagline = tagline.into();
        self
    }

    /// The longer text of the App Market listing.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Who made the app.
    #[must_use]
    pub fn developer(mut self, developer: impl Into<String>) -> Self {
        self.developer = developer.into();
        self
    }

    /// The app's version: `env!("CARGO_PKG_VERSION")`. Without it, that of wixapp is shown.
    #[must_use]
    pub fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// The app's plans.
    #[must_use]
    pub fn catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// Adds routes of the app's own. They can use the same extractors as the common ones, and stand in the same
    /// OpenAPI document.
    #[must_use]
    pub fn routes(mut self, routes: AppRoutes) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Adds a kind of background work.
    #[must_use]
    pub fn job<J: Job>(mut self) -> Self {
        self.jobs = self.jobs.register::<J>();
        self
    }

    /// Sets how often jobs under the rate `name` may begin: `count` in each `per`, spread evenly, in the whole fleet. A job says
    /// by [`Job::rate`] under which it falls, for example that of one network.
    ///
    /// # Panics
    /// When `count` is 0, or the name is malformed or taken.
    #[must_use]
    pub fn rate(mut self, name: &str, count: u32, per: std::time::Duration) -> Self {
        self.jobs = self.jobs.rate(name, count, per);
        self
    }

    /// Adds a job at fixed times: one for the whole app, however many processes run it. Ticks that fell due while nobody was
    /// there are made up by one job with the time of the last; [`cron_with`](Self::cron_with) says otherwise.
    ///
    /// `pattern` has five fields (minute, hour, day, month, weekday) or six with the seconds first, by UTC and the app's clock:
    /// in development, the virtual one. `make` gets the time of the tick.
    ///
    /// # Panics
    /// When the pattern is none or never comes, or the name is malformed or taken.
    ///
    /// # Example
    /// ```
    /// use wixapp::prelude::*;
    ///
    /// #[derive(Serialize, Deserialize)]
    /// struct Digest {
    ///     day: String,
    /// }
    ///
    /// impl Job for Digest {
    ///     const KIND: &'static str = "digest";
    ///     type Output = ();
    ///     async fn run(self, context: JobContext) -> Result<(), JobError> {
    ///         context.log(format!("the digest of {}", self.day));
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let app = App::new("Digest").cron("digest", "0 7 * * MON-FRI", |tick| Digest { day: tick.to_string() });
    /// ```
    #[must_use]
    pub fn cron<J: Job>(
        self,
        name: &'static str,
        pattern: &'static str,
        make: impl Fn(Timestamp) -> J + Send + Sync + 'static,
    ) -> Self {
        self.cron_with(name, pattern, CatchUp::default(), make)
    }

    /// Adds a job at fixed times, as [`cron`](Self::cron) does, with a rule for ticks that fell due while nobody was there.
    ///
    /// # Panics
    /// As [`cron`](Self::cron).
    #[must_use]
    pub fn cron_with<J: Job>(
        mut self,
        name: &'static str,
        pattern: &'static str,
        catch_up: CatchUp,
        make: impl Fn(Timestamp) -> J + Send + Sync + 'static,
    ) -> Self {
        self.jobs = self.jobs.cron(name, pattern, catch_up, make);
        self
    }

    /// Adds something that all jobs share, made from the configuration when the app starts.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(
        mut self,
        make: impl Fn(&Config) -> T + Send + Sync + 'static,
    ) -> Self {
        self.setup.push(Box::new(move |config, state| state.with(make(config))));
        self
    }

    /// Runs the command that the program was started with. This is all a `main` needs.
    #[must_use]
    pub fn run(self) -> ExitCode {
        command::run(self)
    }

    /// The OpenAPI document of the app: the common routes and its own, as JSON text.
    #[must_use]
    pub fn openapi(&self) -> String {
        openapi::document_with(self.routes.clone())
    }

    /// How the app stands in the App Market of the local platform.
    pub(crate) fn listing(&self, config: EmulatorConfig) -> EmulatorConfig {
        EmulatorConfig {
            app_name: self.name.clone(),
            tagline: self.tagline.clone(),
            description: self.description.clone(),
            developer: self.developer.clone(),
            app_version: self.version.to_owned(),
            catalog: self.catalog.clone(),
            ..config
        }
    }

    /// What the app adds to a server; a server that is started again gets the same once more.
    pub(crate) fn parts(&self, config: &Config) -> Parts {
        let state = self.setup.iter().fold(State::new(), |state, setup| setup(config, state));
        Parts {
            name: self.name.clone(),
            routes: self.routes.clone(),
            jobs: self.jobs.clone(),
            state: Arc::new(state),
            catalog: self.catalog.clone(),
        }
    }
}
