//! What the app shows of itself over its own API: ledger entries, jobs, credits.
//!
//! The platform looks through the same door as the app's page: a signed instance token of the site's owner. So it works for
//! an app in another process too, and shows nothing that an owner could not see. An app without these addresses, one that
//! is not built with wixapp, has no such lines in the time line.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Client;
use serde_json::Value;
use wixapp_core::id::InstanceId;

use crate::engine::Engine;
use crate::record::{Kind, Outcome, Record};

/// The app is on this machine: one that takes longer is not asked again at once, and the time line must not wait.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// How many entries and jobs are asked for, of each instance.
const LIMIT: u32 = 100;
/// How many instances are asked about at most.
pub(crate) const INSTANCES: usize = 20;

/// What the app said of its instances.
#[derive(Debug, Default)]
pub(crate) struct AppRecords {
    pub(crate) records: Vec<Record>,
    /// Whether every instance that was asked about was answered for.
    pub(crate) answered: bool,
}

impl Engine {
    /// The newest ledger entries and jobs of the installed instances, or of the one that is wanted.
    pub(crate) async fn app_records(&self, wanted: Option<&str>) -> AppRecords {
        let sites: Vec<(String, InstanceId, String)> = self.read(|world| {
            let installed = world.sites.iter().filter_map(|site| {
                let install = site.active_install().ok()?;
                Some((site.site_id.clone(), install.instance_id.clone(), site.name.clone()))
            });
            installed
                .filter(|(_, id, _)| wanted.is_none_or(|wanted| id.as_str() == wanted))
                .take(INSTANCES)
                .collect()
        });
        let asked = sites.iter().map(|(site_id, id, name)| self.records_of(site_id, id, name));
        let answers = futures_util::future::join_all(asked).await;
        let answered = answers.iter().all(Option::is_some);
        AppRecords { records: answers.into_iter().flatten().flatten().collect(), answered }
    }

    /// What the owner of a site could still spend, as the app says it.
    pub(crate) async fn app_credits(&self, site_id: &str) -> Option<i64> {
        self.ask_app(site_id, "credits/balance").await?["available"].as_i64()
    }

    async fn records_of(&self, site_id: &str, id: &InstanceId, site_name: &str) -> Option<Vec<Record>> {
        let history = format!("credits/history?limit={LIMIT}");
        let jobs = format!("jobs?limit={LIMIT}");
        let (entries, jobs) = tokio::join!(self.ask_app(site_id, &history), self.ask_app(site_id, &jobs));
        let owner = Owner { id, site_name };
        let entries =
            entries?["entries"].as_array()?.iter().rev().filter_map(|entry| owner.entry(entry)).collect();
        let jobs = jobs.as_ref().and_then(|jobs| jobs["jobs"].as_array());
        let jobs = jobs.into_iter().flatten().rev().filter_map(|job| owner.job(job));
        let mut records: Vec<Record> = entries;
        records.extend(jobs);
        for (number, record) in records.iter_mut().enumerate() {
            record.number = u64::try_from(number).unwrap_or(u64::MAX);
        }
        Some(records)
    }

    /// The `data` of an answer of the app to the owner of a site.
    async fn ask_app(&self, site_id: &str, path: &str) -> Option<Value> {
        let token = self.owner_token(site_id).ok()?;
        let url = format!("{}/api/v1/wix/{path}", self.addresses.app_origin());
        let request =
            client()?.get(url).timeout(PATIENCE).header("authorization", format!("WixInstance {token}"));
        let answer = request.send().await.ok().filter(|answer| answer.status().is_success())?;
        let mut json: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
        Some(json["data"].take())
    }
}

/// Made when it is wanted for the first time: most tests never look.
fn client() -> Option<&'static Client> {
    static CLIENT: std::sync::OnceLock<Option<Client>> = std::sync::OnceLock::new();
    CLIENT.get_or_init(|| Client::builder().no_proxy().build().ok()).as_ref()
}

struct Owner<'a> {
    id: &'a InstanceId,
    site_name: &'a str,
}

impl Owner<'_> {
    fn entry(&self, entry: &Value) -> Option<Record> {
        let amount = entry["amount"].as_i64()?;
        let title = format!("{} {amount:+} credits: {}", entry["kind"].as_str()?, entry["text"].as_str()?);
        let line = self.line(Kind::Ledger, &entry["entryId"], &entry["at"])?;
        Some(Record { title, detail: entry.clone(), ..line })
    }

    fn job(&self, job: &Value) -> Option<Record> {
        let status = job["status"].as_str()?;
        let title = format!("{} {status}", job["kind"].as_str()?);
        let outcome = match status {
            "completed" => Outcome::Done,
            "failed" | "cancelled" => Outcome::Failed,
            _ => Outcome::Waiting,
        };
        let at = if job["finishedAt"].is_string() { &job["finishedAt"] } else { &job["createdAt"] };
        let line = self.line(Kind::Job, &job["jobId"], at)?;
        Some(Record { title, outcome, detail: job.clone(), ..line })
    }

    fn line(&self, kind: Kind, id: &Value, at: &Value) -> Option<Record> {
        Some(Record {
            record_id: id.as_str()?.to_owned(),
            at: at.as_str()?.parse::<Timestamp>().ok()?,
            kind,
            title: String::new(),
            outcome: Outcome::Done,
            instance_id: Some(self.id.clone()),
            site_name: Some(self.site_name.to_owned()),
            delivery_id: None,
            detail: Value::Null,
            number: 0,
        })
    }
}
