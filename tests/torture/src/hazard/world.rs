//! The local platform in this process, the server in another, and a clock for both.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use jiff::SignedDuration;
use serde_json::Value;
use tokio::net::TcpListener;
use wixapp_core::InstanceId;
use wixapp_core::clock::{Clock, Timestamp, VirtualClock};
use wixapp_core::crash::Moment;
use wixapp_core::entry::EntryCode;
use wixapp_emulator::{Card, CheckoutOrder, Emulator, EmulatorConfig, Running};
use wixapp_platform::{AppSecret, InstanceClaims, instance_token};

use crate::client::Client;
use crate::database::Kind;
use crate::identity::{APP_ID, SECRET};
use crate::lab::Lab;
use crate::server::{Server, free_address};

const START: &str = "2027-03-01T10:00:00Z";
/// What a loaded machine needs, and far more.
const LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// Wix sends again a minute after the first try (wix-protocol §4).
const RETRY: SignedDuration = SignedDuration::from_mins(1);
const STATUS: &str = "/api/v1/wix/user/status";

/// Whether a process was ended by SIGKILL.
pub(super) fn is_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}

/// The set-up of one hazard.
pub(super) struct World {
    lab: Lab,
    pub(super) emulator: Emulator,
    platform: Running,
    address: SocketAddr,
    client: Client,
    secret: AppSecret,
}

impl World {
    pub(super) async fn set_up(program: &Path, database: Kind) -> Result<Self> {
        let (here, address) = (free_address()?, free_address()?);
        let url = format!("http://{here}");
        let secret = AppSecret::new(SECRET)?;
        let emulator = Emulator::new(EmulatorConfig {
            clock: VirtualClock::frozen_at(START.parse()?),
            ..EmulatorConfig::new(APP_ID, secret.clone(), &format!("http://{address}"), &url)
        })?;
        let platform = emulator.start(TcpListener::bind(here).await?)?;
        let lab = Lab::set_up(program, database).await?.with_wix(url);
        std::fs::write(lab.folder().join("platform.pub"), emulator.public_key_pem())?;
        Ok(Self { lab, emulator, platform, address, client: Client::new()?, secret })
    }

    fn now(&self) -> Timestamp {
        self.emulator.clock().now()
    }

    /// Starts a server at the platform's time.
    pub(super) async fn start(&self) -> Result<Server> {
        Server::start(self.lab.command_at(self.now()), self.address).await
    }

    /// Starts a server that kills itself when it passes `moment` for the n-th time; `None` when that was before it answered.
    pub(super) async fn start_doomed(&self, moment: Moment, times: u32) -> Result<Option<Server>> {
        let mut command = self.lab.command_at(self.now());
        command.env("WIXAPP_CRASH_AT", format!("{}:{times}", moment.as_str()));
        match Server::start_doomed(&mut command, self.address).await? {
            Ok(server) => Ok(Some(server)),
            Err((status, said)) => {
                ensure!(is_killed(status), "the server ended by itself: {status}\n{said}");
                Ok(None)
            }
        }
    }

    /// Starts a server at the time of the platform's next try, and lets that time come.
    pub(super) async fn start_before_retry(&self) -> Result<Server> {
        let moment = self.now().checked_add(RETRY)?;
        let server = Server::start(self.lab.command_at(moment), self.address).await?;
        self.emulator.advance(RETRY).await?;
        Ok(server)
    }

    /// Installs the app on a site that does not have it.
    pub(super) async fn install(&self) -> Result<InstanceId> {
        let sites = self.emulator.sites();
        let free = sites.iter().find(|site| site.install.is_none()).context("a site without the app")?;
        let site = self.emulator.install(&free.site_id).await?;
        Ok(site.install.context("it is installed")?.instance_id)
    }

    /// Buys a month of starter.
    pub(super) async fn buy(&self, site: &InstanceId) -> Result<()> {
        let order = CheckoutOrder { product_id: "starter".to_owned(), ..CheckoutOrder::default() };
        let page = self.emulator.open_checkout(site, order)?;
        self.emulator.pay(&page.token, &Card::paying()).await?;
        Ok(())
    }

    /// What a site can spend; `None` when the server does not answer.
    pub(super) async fn available(&self, server: &str, site: &InstanceId) -> Result<Option<i64>> {
        let token = instance_token::sign(&InstanceClaims::owner(site.clone(), self.now()), &self.secret);
        let Ok(answer) = self.client.get(server, STATUS, Some(&token)).await else { return Ok(None) };
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
        let body: Value = serde_json::from_str(&answer.body)?;
        Ok(body["data"]["credits"]["available"].as_i64())
    }

    /// Waits until a site can spend so much.
    pub(super) async fn until(&self, server: &str, site: &InstanceId, wanted: i64) -> Result<()> {
        let mut last = None;
        let found = tokio::time::timeout(LIMIT, async {
            loop {
                last = self.available(server, site).await?.or(last);
                if last == Some(wanted) {
                    return Ok(());
                }
                tokio::time::sleep(POLL).await;
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => bail!("{wanted} credits were expected, and {last:?} are there"),
        }
    }

    /// How many entries of one kind are in the books of a site, which must be in order.
    pub(super) async fn count_entries(&self, site: &InstanceId, code: EntryCode) -> Result<usize> {
        let store = self.lab.database.store().await?;
        let flaw = store.verify_ledger(site).await?;
        ensure!(flaw.is_none(), "the books are out of order: {flaw:?}");
        let entries = store.list_entries(site, None, 1_000).await?;
        store.close().await;
        Ok(entries.iter().filter(|entry| entry.code == code).count())
    }

    /// How often an event came to a site, and how often it was new.
    pub(super) async fn count_arrivals(&self, site: &InstanceId, event: &str) -> Result<(usize, usize)> {
        let store = self.lab.database.store().await?;
        let deliveries = store.list_deliveries(site, 1_000).await?;
        store.close().await;
        let came: Vec<_> = deliveries.iter().filter(|delivery| delivery.event_type == event).collect();
        Ok((came.len(), came.iter().filter(|delivery| !delivery.duplicate).count()))
    }

    pub(super) async fn finish(self) -> Result<()> {
        self.platform.stop().await?;
        self.lab.database.remove().await
    }
}
