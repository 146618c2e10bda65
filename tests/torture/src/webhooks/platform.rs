//! The platform that the app speaks with: Wix's API for its questions, and the network for its posts.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use wixapp_emulator::{Emulator, EmulatorConfig, Running};
use wixapp_platform::AppSecret;

use crate::identity::{APP_ID, SECRET};
use crate::server::free_address;

/// A local platform in this process. It posts no webhooks of its own: the proof does.
pub(super) struct Platform {
    running: Running,
    address: SocketAddr,
}

impl Platform {
    pub(super) async fn start() -> Result<Self> {
        let address = free_address()?;
        let listener = TcpListener::bind(address).await.context("the platform's address")?;
        let here = format!("http://{address}");
        let config = EmulatorConfig::new(APP_ID, AppSecret::new(SECRET)?, &here, &here);
        let running = Emulator::new(config)?.start(listener)?;
        Ok(Self { running, address })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) async fn stop(self) -> Result<()> {
        Ok(self.running.stop().await?)
    }
}
