//! What the proofs against a running server share: its program, its keys and its database.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;
use tokio::process::Command;
use wixapp_core::clock::Timestamp;

use crate::database::{Database, Kind};
use crate::identity::{APP_ID, Identity, SECRET};
use crate::server::Server;

/// Nothing listens there: no proof may depend on an answer of Wix unless it brings a platform.
const NO_WIX: &str = "http://127.0.0.1:9";

/// The set-up of one proof.
#[derive(Debug)]
pub(crate) struct Lab {
    program: PathBuf,
    folder: TempDir,
    wix: String,
    pub(crate) identity: Identity,
    pub(crate) database: Database,
}

impl Lab {
    /// Makes the keys and an empty database. `program` is this crate's own binary: its `serve` is the reference app.
    pub(crate) async fn set_up(program: &Path, kind: Kind) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("wixapp-torture-").tempdir()?;
        let identity = Identity::generate()?;
        std::fs::write(folder.path().join("platform.pub"), identity.public_key_pem())?;
        let database = Database::create(kind).await?;
        Ok(Self { program: program.to_owned(), folder, wix: NO_WIX.to_owned(), identity, database })
    }

    /// Gives the servers a platform to speak with.
    pub(crate) fn with_wix(mut self, url: String) -> Self {
        self.wix = url;
        self
    }

    /// The folder of this proof.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's command with its whole configuration.
    pub(crate) fn command(&self) -> Command {
        self.command_of("serve")
    }

    /// The command of a process that only works.
    pub(crate) fn worker_command(&self) -> Command {
        self.command_of("worker")
    }

    /// The command of a server whose clock stands still.
    pub(crate) fn command_at(&self, moment: Timestamp) -> Command {
        let mut command = self.command_of("serve-at");
        command.arg(moment.to_string());
        command
    }

    fn command_of(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(name).env_clear();
        command
            .env("WIXAPP_DATABASE_URL", self.database.url())
            .env("WIXAPP_APP_ID", APP_ID)
            .env("WIXAPP_APP_SECRET", SECRET)
            .env("WIXAPP_WEBHOOK_PUBLIC_KEY_FILE", self.folder.path().join("platform.pub"))
            .env("WIXAPP_PLANS_CATALOG", "standard")
            .env("WIXAPP_WIX_API_URL", &self.wix)
            // The shortest there is: work of a killed server is taken over after a second.
            .env("WIXAPP_JOBS_LEASE_S", "1")
            // One owner asks as often as a thousand do.
            .env("WIXAPP_LIMITS_INSTANCE_PER_S", "0")
            .env("WIXAPP_LIMITS_ADDRESS_PER_S", "0")
            .env("WIXAPP_LOG_FORMAT", "text")
            .current_dir(self.folder.path());
        command
    }

    /// Starts a server.
    pub(crate) async fn start(&self, address: SocketAddr) -> Result<Server> {
        Server::start(self.command(), address).await
    }
}
