//! `ledger diff`: what two ledgers have in common, and where they part.

mod difference;
pub(in crate::command) mod side;

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_core::InstanceId;

use self::difference::Difference;
use self::side::Side;
use super::line::{comparable, is_own};
use crate::failure::Failure;
use crate::output;

#[derive(clap::Args)]
pub(in crate::command) struct Diff {
    /// A snapshot, `now` for the data of `dev` as they are, the file of a database, its URL, or a recording
    #[arg(value_name = "A")]
    a: String,
    /// The same, to compare with
    #[arg(value_name = "B")]
    b: String,
    /// The data folder of `dev`
    #[arg(long, value_name = "DIR", default_value = ".wixapp")]
    data_dir: PathBuf,
    /// Only this instance
    #[arg(long, value_name = "ID")]
    instance: Option<InstanceId>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::command) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} ledger diff before-refund now
  {program} ledger diff with-coupon without-coupon --json
  {program} ledger diff copy-1.sqlite3 copy-2.sqlite3
  {program} ledger diff recording.jsonl now

Entries are the same when they have the same key, kind, accounts and amount; ids and times do not count. With a recording only
what follows from webhooks is compared, of the instances in it. Ends with 0 when the ledgers are the same, else with 1."
    )
}

pub(super) async fn run(args: Diff) -> Result<ExitCode, Failure> {
    let (a, b) = (Side::open(&args.a, &args.data_dir).await?, Side::open(&args.b, &args.data_dir).await?);
    let comparison = Comparison::of(&a, &b, args.instance.as_ref()).await;
    a.close().await;
    b.close().await;
    let comparison = comparison?;
    if args.json {
        output::json(&comparison.json())?;
    } else {
        comparison.print(shown(&args.a), shown(&args.b))?;
    }
    Ok(comparison.exit_code())
}

/// A side as it may be printed: an address of a database holds a password.
fn shown(named: &str) -> &str {
    if named.contains("://") { "the database" } else { named }
}

/// Two ledgers of some instances, side by side.
pub(in crate::command) struct Comparison {
    instances: usize,
    same: usize,
    parted: Vec<(InstanceId, Difference)>,
    /// Instances of a recording whose ledgers do not follow from it.
    left_out: usize,
    /// Instances of a recording of which only what was given is compared.
    used: usize,
}

impl Comparison {
    /// Of all instances of either side, or of one. With a recording, of those that are in it.
    pub(in crate::command) async fn of(
        a: &Side,
        b: &Side,
        only: Option<&InstanceId>,
    ) -> Result<Self, Failure> {
        let recordings: Vec<_> = [a, b].into_iter().filter_map(Side::recording).collect();
        let instances = match only {
            Some(id) => vec![id.clone()],
            None => instances(a, b).await?,
        };
        let all = recordings.iter().flat_map(|recording| &recording.instances);
        let left_out = all.filter(|instance| instance.left_out.is_some()).count();
        let mut found = Self { instances: instances.len(), same: 0, parted: Vec::new(), left_out, used: 0 };
        for id in instances {
            let (in_a, in_b) = if recordings.is_empty() {
                (a.ledger(&id).await?, b.ledger(&id).await?)
            } else {
                let (in_a, in_b) = (a.recorded_ledger(&id).await?, b.recorded_ledger(&id).await?);
                let was_used = in_a.iter().chain(&in_b).any(|entry| is_own(&entry.key));
                found.used += usize::from(was_used);
                let kept = |entries| comparable(entries, was_used).cloned().collect();
                (kept(&in_a), kept(&in_b))
            };
            let difference = Difference::between(&in_a, &in_b);
            found.same += in_a.len() - difference.missing_in_b();
            if !difference.is_none() {
                found.parted.push((id, difference));
            }
        }
        Ok(found)
    }

    pub(in crate::command) fn exit_code(&self) -> ExitCode {
        if self.parted.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    pub(in crate::command) fn json(&self) -> Value {
        let shown: Vec<Value> = self.parted.iter().map(|(id, difference)| difference.json(id)).collect();
        json!({
            "same": self.parted.is_empty(), "instances": self.instances, "entriesInBoth": self.same,
            "notCompared": self.left_out, "onlyGrantsCompared": self.used, "differences": shown,
        })
    }

    pub(in crate::command) fn print(&self, a: &str, b: &str) -> Result<(), Failure> {
        for (id, difference) in &self.parted {
            output::line(&format!(
                "{id}: {} in {a}, {} in {b}",
                output::count(difference.available_a, "credit", "credits"),
                difference.available_b
            ))?;
            for line in difference.lines() {
                output::line(&line)?;
            }
        }
        if self.used > 0 {
            output::line(&format!(
                "{} used credits, which webhooks do not tell of: there only what was given is compared.",
                output::count(self.used, "instance", "instances")
            ))?;
        }
        if self.left_out > 0 {
            output::line(&format!(
                "Not compared: {} with deleted webhooks, or with plans that Wix did not sell.",
                output::count(self.left_out, "instance", "instances")
            ))?;
        }
        let said =
            if self.parted.is_empty() { "the ledgers are the same" } else { "the ledgers are NOT the same" };
        let instances = output::count(self.instances, "instance", "instances");
        let same = output::count(self.same, "entry", "entries");
        output::line(&format!("{instances} with {same} in both: {said}."))
    }
}

/// The instances to compare, each once, in order. A recording says which: what else is in a database is not of it.
async fn instances(a: &Side, b: &Side) -> Result<Vec<InstanceId>, Failure> {
    let mut all = match (a.recording(), b.recording()) {
        (Some(_), None) => a.instances().await?,
        (None, Some(_)) => b.instances().await?,
        _ => [a.instances().await?, b.instances().await?].concat(),
    };
    all.sort();
    all.dedup();
    Ok(all)
}
