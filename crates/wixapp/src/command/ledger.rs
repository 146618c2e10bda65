//! `ledger`: prove that the books are whole, and compare two of them.

pub(super) mod diff;
pub(super) mod line;

use std::cell::Cell;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;
use wixapp_server::operator;
use wixapp_store::Store;

use super::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

/// How often the progress is told.
const STEP: Duration = Duration::from_secs(2);
const BATCH: i64 = 500;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Check that nothing in the books was changed, is missing or does not add up
    Verify(Verify),
    /// Compare the ledgers of two snapshots or databases, line by line
    Diff(diff::Diff),
}

#[derive(clap::Args)]
pub(super) struct Verify {
    #[command(flatten)]
    config: ConfigArgs,
    /// Only this instance
    #[arg(long, value_name = "ID")]
    instance: Option<InstanceId>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn verify_examples(program: &str) -> String {
    format!(
        "Examples:
  {program} ledger verify
  {program} ledger verify --instance 1f6c2d5e --json

Ends with 0 when all is well, with 1 when something was found. Servers may run meanwhile."
    )
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Verify(args) => verify(args).await,
        Command::Diff(args) => diff::run(args).await,
    }
}

async fn verify(args: Verify) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let total = if args.instance.is_some() { 1 } else { store.count_instances().await? };
    let told = Cell::new(Instant::now());
    let unfinished = Unfinished::count(&store, args.instance.as_ref()).await?;
    let mut check =
        Check { store, total, unfinished, told, entries: Cell::new(0), instances: 0, findings: Vec::new() };
    match &args.instance {
        Some(id) => {
            operator::known(&check.store, id).await?;
            check.instance(id).await?;
        }
        None => check.all().await?,
    }
    check.store.close().await;
    check.tell(args.json)
}

/// The acknowledged webhooks that are in no final state; those of all instances with the events of Stripe of which it is not
/// known whose they are. The next worker takes up what waits, an operator what is parked: neither is a fault of the books.
struct Unfinished {
    waiting: i64,
    /// Since when the one waits that came first.
    since: Option<Timestamp>,
    parked: i64,
}

impl Unfinished {
    async fn count(store: &Store, instance_id: Option<&InstanceId>) -> Result<Self, Failure> {
        let since = store.oldest_waiting(instance_id).await?;
        if let Some(instance_id) = instance_id {
            let (waiting, parked) = store.count_waiting_of(instance_id).await?;
            return Ok(Self { waiting, since, parked });
        }
        let ((waiting, parked), stripe) = (store.count_waiting().await?, store.count_stripe_events().await?);
        Ok(Self { waiting: waiting + stripe.0, since, parked: parked + stripe.1 })
    }
}

struct Check {
    store: Store,
    /// How many instances there are to look at.
    total: i64,
    unfinished: Unfinished,
    /// When the progress was last told.
    told: Cell<Instant>,
    entries: Cell<u64>,
    instances: u64,
    findings: Vec<(InstanceId, String)>,
}

impl Check {
    async fn all(&mut self) -> Result<(), Failure> {
        let mut last: Option<InstanceId> = None;
        loop {
            let ids = self.store.list_instances(last.as_ref(), BATCH).await?;
            if ids.is_empty() {
                return Ok(());
            }
            for id in &ids {
                self.instance(id).await?;
            }
            last = ids.last().cloned();
        }
    }

    async fn instance(&mut self, id: &InstanceId) -> Result<(), Failure> {
        let count = |more| {
            self.entries.set(self.entries.get() + more);
            if self.told.get().elapsed() >= STEP {
                self.told.set(Instant::now());
                let (instances, total, entries) = (self.instances, self.total, self.entries.get());
                output::note(&format!("{instances} of {total} instances, {entries} entries checked …"));
            }
        };
        if let Some(flaw) = self.store.verify_ledger_with(id, count).await? {
            self.findings.push((id.clone(), flaw.to_string()));
        }
        if let Some(delivery) = self.store.find_lost_delivery(id).await? {
            self.findings.push((id.clone(), format!("the acknowledged delivery {delivery} has no fact")));
        }
        self.instances += 1;
        Ok(())
    }

    fn tell(self, json: bool) -> Result<ExitCode, Failure> {
        let entries = self.entries.get();
        if json {
            let findings: Vec<_> =
                self.findings.iter().map(|(id, text)| json!({ "instanceId": id, "finding": text })).collect();
            output::json(&json!({
                "sound": findings.is_empty(),
                "instances": self.instances,
                "entries": entries,
                "waitingWebhooks": self.unfinished.waiting,
                "waitingSince": self.unfinished.since,
                "parkedWebhooks": self.unfinished.parked,
                "findings": findings,
            }))?;
        } else {
            for (id, text) in &self.findings {
                output::line(&format!("FOUND {id}: {text}"))?;
            }
            let Unfinished { waiting, since, parked } = self.unfinished;
            if waiting > 0 {
                let since = since.map(|at| format!(", the first since {at}")).unwrap_or_default();
                output::line(&format!("webhooks that wait for a worker: {waiting}{since}"))?;
            }
            if parked > 0 {
                output::line(&format!("webhooks that are parked: {parked} (see webhook park list)"))?;
            }
            let sound = if self.findings.is_empty() { "all is well" } else { "NOT all is well" };
            let instances = output::count(self.instances, "instance", "instances");
            let entries = output::count(entries, "entry", "entries");
            output::line(&format!("Checked: {instances} with {entries}: {sound}."))?;
        }
        Ok(if self.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
