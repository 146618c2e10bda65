//! A full disk under a running server: writes are refused and say when to come again, reads are served, and once there is
//! room everything goes on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use wixapp_core::InstanceId;
use wixapp_core::entry::EntryCode;

use crate::client::{Answer, Client, Write};
use crate::database::Kind;
use crate::identity::{self, APP_ID};
use crate::lab::Lab;
use crate::server::{Server, free_address};

use super::{Care, Disk, Mood};

/// Names a file: while it is there, the disk of the server's database is full.
const SWITCH: &str = "WIXAPP_TORTURE_DISK_FULL";
const DATABASE: &str = "WIXAPP_DATABASE_URL";
/// A write that needs no new room still goes through; so many in a row do not.
const TRIES: usize = 2_000;

/// In the server's process: puts a disk under its database that is full while the switch is there.
pub fn stand_by() {
    let (Some(switch), Ok(url)) = (std::env::var_os(SWITCH), std::env::var(DATABASE)) else { return };
    let Some(folder) = url.strip_prefix("sqlite:").and_then(|path| Path::new(path).parent()) else { return };
    let disk = Disk::under(folder, Care::Full, false);
    let switch = PathBuf::from(switch);
    disk.obey(move || if switch.exists() { Mood::Full } else { Mood::Healthy });
}

/// Fills the disk under a server and frees it again, so many times.
///
/// # Errors
/// When an answer is lost, a write is refused in another way than by 503 with `Retry-After`, or a read is not served.
pub async fn full_disk(program: &Path, times: usize) -> Result<usize> {
    let lab = Lab::set_up(program, Kind::Sqlite).await?;
    let switch = lab.folder().join("full");
    let mut command = lab.command();
    command.env(SWITCH, &switch);
    let server = Server::start(command, free_address()?).await?;
    let site =
        Site { lab: &lab, server: &server, client: Client::new()?, instance: identity::instance(5, 0) };
    let mut done = Done::default();
    site.begin().await?;
    for time in 0..times {
        std::fs::write(&switch, "")?;
        site.while_full(&mut done).await.with_context(|| format!("full for the {time}th time"))?;
        std::fs::remove_file(&switch)?;
        site.once_free(&mut done).await.with_context(|| format!("freed for the {time}th time"))?;
    }
    let instance = site.instance;
    server.kill().await?;
    site_is_whole(&lab, &instance, &done).await?;
    Ok(times)
}

/// What was answered.
#[derive(Debug, Default)]
struct Done {
    keys: usize,
    spends: Vec<String>,
    deliveries: Vec<String>,
}

struct Site<'a> {
    lab: &'a Lab,
    server: &'a Server,
    client: Client,
    instance: InstanceId,
}

impl Site<'_> {
    /// The largest plan: credits for every spend there will be.
    async fn begin(&self) -> Result<()> {
        let plan = json!({
            "operationTimeStamp": identity::now().to_string(), "vendorProductId": "scale", "cycle": "MONTHLY",
            "invoiceId": "invoice-1",
        });
        for (kind, payload) in [("AppInstalled", json!({"appId": APP_ID})), ("PaidPlanPurchased", plan)] {
            let body = self.lab.identity.webhook(kind, &self.instance, &payload)?;
            let answer = self.client.deliver(&self.server.base(), &body).await?;
            ensure!(answer.status == 200, "{answer:?}");
        }
        self.until_credited().await
    }

    async fn until_credited(&self) -> Result<()> {
        let store = self.lab.database.store().await?;
        let mut changes = store.watch();
        while store.find_instance(&self.instance).await?.is_none_or(|it| it.balances.available() < 25_200) {
            let _ = tokio::time::timeout(std::time::Duration::from_millis(200), changes.recv()).await;
        }
        store.close().await;
        Ok(())
    }

    async fn while_full(&self, done: &mut Done) -> Result<()> {
        self.spend_until_refused(done).await?;
        let body = self.event(done.keys)?;
        for _ in 0..TRIES {
            let answer = self.client.deliver(&self.server.base(), &body).await?;
            if answer.status != 200 {
                refused_politely(&answer)?;
                break;
            }
            done.deliveries.push(answer.text("deliveryId")?);
        }
        let balance = self.balance().await.context("a read on the full disk")?;
        let left = 25_200 - i64::try_from(done.spends.len())?;
        ensure!(balance == left, "{left} credits should be left, and the answer says {balance}");
        Ok(())
    }

    async fn spend_until_refused(&self, done: &mut Done) -> Result<()> {
        for _ in 0..TRIES {
            let answer = self.spend(done.keys).await?;
            if answer.status != 200 {
                return refused_politely(&answer);
            }
            done.spends.push(answer.text("entryId")?);
            done.keys += 1;
        }
        bail!("{TRIES} spends went through on a full disk")
    }

    /// What was refused goes through under the same key, and so does a webhook that comes again.
    async fn once_free(&self, done: &mut Done) -> Result<()> {
        let answer = self.spend(done.keys).await?;
        ensure!(answer.status == 200, "{answer:?}");
        done.spends.push(answer.text("entryId")?);
        let answer = self.client.deliver(&self.server.base(), &self.event(done.keys)?).await?;
        ensure!(answer.status == 200, "{answer:?}");
        done.deliveries.push(answer.text("deliveryId")?);
        done.keys += 1;
        Ok(())
    }

    async fn spend(&self, key: usize) -> Result<Answer> {
        let (token, key) = (self.lab.identity.token(&self.instance), format!("click-{key}"));
        let body = r#"{"amount":1,"action":"torture"}"#;
        let write = Write { path: "/api/v1/wix/credits/spend", token: &token, key: &key, body };
        self.client.write(&self.server.base(), write).await
    }

    fn event(&self, number: usize) -> Result<String> {
        let payload = json!({"status": "PAID", "invoiceId": format!("invoice-{number}"), "recurring": true});
        self.lab.identity.webhook("InvoiceStatusUpdated", &self.instance, &payload)
    }

    async fn balance(&self) -> Result<i64> {
        let token = self.lab.identity.token(&self.instance);
        let path = "/api/v1/wix/credits/balance";
        let answer = self.client.get(&self.server.base(), path, Some(&token)).await?;
        ensure!(answer.status == 200, "{answer:?}");
        let body: Value = serde_json::from_str(&answer.body)?;
        body["data"]["available"].as_i64().with_context(|| answer.body.clone())
    }
}

fn refused_politely(answer: &Answer) -> Result<()> {
    let after = answer.retry_after.as_deref().and_then(|text| text.parse::<u32>().ok());
    ensure!(answer.status == 503 && after.is_some(), "not a 503 with Retry-After: {answer:?}");
    Ok(())
}

/// After the server has gone: everything that was answered is there, each spend once.
async fn site_is_whole(lab: &Lab, instance: &InstanceId, done: &Done) -> Result<()> {
    let store = lab.database.store().await?;
    let flaw = store.verify_ledger(instance).await?;
    ensure!(flaw.is_none(), "the books are not in order: {flaw:?}");
    let entries = store.list_entries(instance, None, i64::MAX).await?;
    let spends = entries.iter().filter(|entry| entry.code == EntryCode::Spend);
    let mut booked: Vec<_> = spends.map(|entry| entry.id.to_string()).collect();
    let mut answered = done.spends.clone();
    booked.sort();
    answered.sort();
    ensure!(booked == answered, "{} spends are booked and {} were answered", booked.len(), answered.len());
    let kept = store.list_deliveries(instance, i64::MAX).await?;
    let lost =
        done.deliveries.iter().filter(|id| !kept.iter().any(|it| it.delivery_id.as_str() == id.as_str()));
    ensure!(lost.count() == 0, "an acknowledged delivery is lost");
    store.close().await;
    Ok(())
}
