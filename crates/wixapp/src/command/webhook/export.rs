//! `webhook export`: what Wix told, as a recording that another machine can be told again.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;
use wixapp_core::clock::Timestamp;
use wixapp_core::{DeliveryId, FactKind, InstanceId};
use wixapp_emulator::recording::{
    End, Head, LeftOut, Line, RecordedAnswer, RecordedInstance, RecordedPlan, RecordedWebhook,
};
use wixapp_store::{Arrival, Store, StoredFact};

use super::scrub::{self, Names};
use crate::command::ledger::line;
use crate::command::{ConfigArgs, database};
use crate::failure::Failure;
use crate::output;

const BATCH: i64 = 500;
/// How often the progress is told, in lines.
const STEP: u64 = 50_000;

#[derive(clap::Args)]
pub(in crate::command) struct Export {
    #[command(flatten)]
    config: ConfigArgs,
    /// Only of this instance; may be given several times
    #[arg(long, value_name = "ID")]
    instance: Vec<InstanceId>,
    /// Replace the ids of instances and invoices by names such as instance-1
    #[arg(long)]
    pseudonyms: bool,
    /// Write to this file, which must not be there, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print what was written as JSON; needs --out
    #[arg(long, requires = "out")]
    json: bool,
}

pub(in crate::command) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} webhook export --out recording.jsonl
  {program} webhook export --instance 1f6c2d5e --pseudonyms --out recording.jsonl --json
  WIXAPP_DATABASE_URL=postgres://… {program} webhook export | gzip > recording.jsonl.gz
  {program} emulator replay recording.jsonl --fresh

Webhooks are written in the order in which they came, without signatures, secrets, e-mail addresses, names and other words of
people; with them goes what Wix answered, and the ledgers to compare with. Servers may run meanwhile."
    )
}

pub(super) async fn run(args: Export) -> Result<ExitCode, Failure> {
    let store = database::open(&args.config).await?;
    let instances = instances(&store, &args.instance).await?;
    let out: Box<dyn Write + Send> = match &args.out {
        Some(file) => Box::new(create(file)?),
        None => Box::new(std::io::stdout()),
    };
    let mut export = Writer {
        store,
        out: BufWriter::new(out),
        names: Names::new(args.pseudonyms),
        chosen: args.instance.clone(),
        end: End::default(),
        unknown: 0,
    };
    let written = export.all(&instances, args.pseudonyms).await;
    export.store.close().await;
    if written.is_err()
        && let Some(file) = &args.out
    {
        // Half a recording is of no use to anybody.
        let _ = std::fs::remove_file(file);
    }
    written?;
    tell(&args, &export)
}

fn tell(args: &Export, export: &Writer) -> Result<ExitCode, Failure> {
    let (End { instances, webhooks, entries, until }, unknown) = (export.end, export.unknown);
    if args.json {
        output::json(&json!({
            "file": args.out, "instances": instances, "webhooks": webhooks, "entries": entries, "until": until,
            "unknownLeftOut": unknown,
        }))?;
    } else if let Some(file) = &args.out {
        output::line(&format!(
            "{}: {} of {}, and {} to compare with.",
            file.display(),
            output::count(webhooks, "webhook", "webhooks"),
            output::count(instances, "instance", "instances"),
            output::count(entries, "ledger line", "ledger lines"),
        ))?;
    }
    if unknown > 0 && !args.json {
        output::note(&format!(
            "left out, as nobody can say what is in them: {} of a type this version does not know",
            output::count(unknown, "webhook", "webhooks")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Those that were named, which must be there, or all.
async fn instances(store: &Store, named: &[InstanceId]) -> Result<Vec<InstanceId>, Failure> {
    let mut all = Vec::new();
    if !named.is_empty() {
        for id in named {
            wixapp_server::operator::known(store, id).await?;
            if !all.contains(id) {
                all.push(id.clone());
            }
        }
        return Ok(all);
    }
    loop {
        let some = store.list_instances(all.last(), BATCH).await?;
        if some.is_empty() {
            break;
        }
        all.extend(some);
    }
    // Of these only the first webhook came so far.
    let new = store.list_unprocessed(i64::MAX).await?;
    all.extend(new);
    all.sort();
    all.dedup();
    Ok(all)
}

/// A new file that only its owner may read.
fn create(file: &Path) -> Result<std::fs::File, Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| {
        Failure::user(format!("{} cannot be written", file.display()))
            .because(&error)
            .hint("name a file that is not there yet with --out, in a folder that is")
    })
}

struct Writer {
    store: Store,
    out: BufWriter<Box<dyn Write + Send>>,
    names: Names,
    /// The instances that were named; all when none were.
    chosen: Vec<InstanceId>,
    end: End,
    unknown: u64,
}

impl Writer {
    async fn all(&mut self, instances: &[InstanceId], pseudonyms: bool) -> Result<(), Failure> {
        // What comes from now on is not part of it.
        let newest = self.store.list_arrivals(None, 1).await?.pop().map(|arrival| arrival.delivery_id);
        self.write(&Line::Head(Head::new(pseudonyms)))?;
        let mut renamed = HashMap::new();
        for id in instances {
            let facts = self.store.list_facts(id).await?;
            let instance = self.instance(id, &facts).await?;
            renamed.insert(id.clone(), instance.instance_id.clone());
            self.write(&Line::Instance(instance))?;
            self.end.instances += 1;
        }
        if let Some(newest) = newest {
            self.webhooks(&renamed, &newest).await?;
        }
        for id in instances {
            for mut entry in line::ledger(&self.store, id).await? {
                entry.key = self.names.key(&entry.key);
                entry.instance_id = self.names.instance(id);
                self.reach(entry.at);
                self.write(&Line::Entry(entry))?;
                self.end.entries += 1;
                self.progress();
            }
        }
        self.write(&Line::End(self.end))?;
        self.out.flush().map_err(|error| unwritten(&error))
    }

    async fn instance(&mut self, id: &InstanceId, facts: &[StoredFact]) -> Result<RecordedInstance, Failure> {
        let mut answers = Vec::new();
        for fact in facts.iter().filter_map(|stored| stored.fact.as_ref()) {
            let FactKind::Snapshot(said) = &fact.kind else { continue };
            let plan = said.paid.as_ref().map(|paid| RecordedPlan {
                product_id: paid.terms.vendor_product_id.clone(),
                cycle: paid.terms.cycle.clone(),
                since: paid.since,
                expires_at: paid.terms.expires_at,
                invoice_id: paid.terms.invoice_id.as_deref().map(|id| self.names.invoice(id)),
                auto_renewing: paid.auto_renewing,
                in_trial: paid.in_trial,
            });
            self.reach(said.seen_until);
            answers.push(RecordedAnswer { from: fact.at, until: said.seen_until.max(fact.at), plan });
        }
        let erased = match self.store.find_instance(id).await? {
            Some(instance) => instance.profile.deleted_at.is_some(),
            None => false,
        };
        let elsewhere = facts.iter().any(line::is_from_elsewhere);
        let left_out = match (erased, elsewhere) {
            (true, _) => Some(LeftOut::Erased),
            (false, true) => Some(LeftOut::SoldElsewhere),
            (false, false) => None,
        };
        Ok(RecordedInstance { instance_id: self.names.instance(id), answers, left_out })
    }

    async fn webhooks(
        &mut self,
        renamed: &HashMap<InstanceId, InstanceId>,
        newest: &DeliveryId,
    ) -> Result<(), Failure> {
        let only = match self.chosen.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        let (mut last, mut written_at): (Option<DeliveryId>, Option<Timestamp>) = (None, None);
        loop {
            let page = self.store.list_arrivals_after(only.as_ref(), last.as_ref(), BATCH).await?;
            let Some(end) = page.last() else { return Ok(()) };
            last = Some(end.delivery_id.clone());
            for arrival in page {
                if arrival.delivery_id > *newest {
                    return Ok(());
                }
                let Some(id) = renamed.get(&arrival.instance_id) else { continue };
                // Two processes may write down what came at almost one moment the other way round.
                let at = written_at.map_or(arrival.received_at, |last| last.max(arrival.received_at));
                if self.webhook(&arrival, id, at)? {
                    written_at = Some(at);
                }
            }
        }
    }

    /// Writes one arrival; `false` for one that cannot be told again.
    fn webhook(&mut self, arrival: &Arrival, id: &InstanceId, at: Timestamp) -> Result<bool, Failure> {
        let fact = &arrival.fact;
        if fact.payload.is_empty() {
            return Ok(false);
        }
        let Some(data) = scrub::payload(&fact.event_type, &fact.payload, &mut self.names) else {
            self.unknown += 1;
            return Ok(false);
        };
        self.reach(at);
        self.write(&Line::Webhook(RecordedWebhook {
            at,
            happened_at: fact.happened_at,
            instance_id: id.clone(),
            event: fact.event_type.clone(),
            data,
        }))?;
        self.end.webhooks += 1;
        self.progress();
        Ok(true)
    }

    fn reach(&mut self, at: Timestamp) {
        self.end.until = self.end.until.max(Some(at));
    }

    fn progress(&self) {
        let done = self.end.webhooks + self.end.entries;
        if done.is_multiple_of(STEP) {
            output::note(&format!("{done} lines written …"));
        }
    }

    fn write(&mut self, line: &Line) -> Result<(), Failure> {
        let text = serde_json::to_string(line).map_err(|error| Failure::ours(error.to_string()))?;
        writeln!(self.out, "{text}").map_err(|error| unwritten(&error))
    }
}

fn unwritten(error: &std::io::Error) -> Failure {
    Failure::user("the recording cannot be written")
        .because(error)
        .hint("is the disk full, or the reader gone?")
}
