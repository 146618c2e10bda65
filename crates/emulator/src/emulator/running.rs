//! A platform that is serving.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::Emulator;
use crate::error::Error;

/// How long open requests may take to finish when the platform stops.
const PATIENCE: Duration = Duration::from_secs(5);

/// A platform that is serving. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    pub(super) emulator: Emulator,
    pub(super) address: SocketAddr,
    pub(super) server: JoinHandle<std::io::Result<()>>,
    pub(super) clockwork: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends live streams, lets open requests finish, and returns when nothing runs any more.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.emulator.engine.stop();
        let served = tokio::time::timeout(PATIENCE, &mut self.server).await;
        let _ = (&mut self.clockwork).await;
        match served {
            Ok(Ok(served)) => served.map_err(Error::serve),
            Ok(Err(lost)) => Err(Error::serve(std::io::Error::other(lost))),
            // A client that never finishes its request must not keep the platform from stopping.
            Err(_) => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.emulator.engine.stop();
        self.server.abort();
        self.clockwork.abort();
    }
}
