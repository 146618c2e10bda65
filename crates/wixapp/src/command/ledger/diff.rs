//! `ledger diff`: what two ledgers have in common, and where they part.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use wixapp_core::InstanceId;
use wixapp_core::entry::Entry;
use wixapp_store::Store;

use crate::failure::Failure;
use crate::output;

const BATCH: i64 = 500;

#[derive(clap::Args)]
pub(in crate::command) struct Diff {
    /// A snapshot, `now` for the data of `dev` as they are, the file of a database, or its URL
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

Entries are the same when they have the same key, kind, accounts and amount; ids and times do not count. Ends with 0 when the
ledgers are the same, else with 1."
    )
}

pub(super) async fn run(args: Diff) -> Result<ExitCode, Failure> {
    let (a, b) = (Side::open(&args.a, &args.data_dir).await?, Side::open(&args.b, &args.data_dir).await?);
    let instances = match &args.instance {
        Some(id) => vec![id.clone()],
        None => all_instances([&a.store, &b.store]).await?,
    };
    let (mut parted, mut same) = (Vec::new(), 0);
    for id in &instances {
        let in_a = a.store.list_entries(id, None, i64::MAX).await?;
        let entries = in_a.len();
        let difference = Difference::between(in_a, b.store.list_entries(id, None, i64::MAX).await?);
        same += entries - difference.only_a.len();
        if !difference.is_none() {
            parted.push((id, difference));
        }
    }
    a.store.close().await;
    b.store.close().await;
    if args.json {
        let shown: Vec<Value> = parted.iter().map(|(id, difference)| difference.json(id)).collect();
        output::json(
            &json!({ "same": parted.is_empty(), "instances": instances.len(), "entriesInBoth": same, "differences": shown }),
        )?;
    } else {
        for (id, difference) in &parted {
            output::line(&format!(
                "{id}: {} credits in {}, {} in {}",
                difference.available_a, args.a, difference.available_b, args.b
            ))?;
            for (sign, entry) in difference.lines() {
                output::line(&format!("  {sign} {}", line(entry)))?;
            }
        }
        let said =
            if parted.is_empty() { "the ledgers are the same" } else { "the ledgers are NOT the same" };
        output::line(&format!("{} instances with {same} entries in both: {said}.", instances.len()))?;
    }
    Ok(if parted.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One of the two databases.
struct Side {
    store: Store,
    /// A snapshot is looked at in a copy: opening a database writes beside it.
    _copy: Option<tempfile::TempDir>,
}

impl Side {
    async fn open(named: &str, data_dir: &Path) -> Result<Self, Failure> {
        let unfit = |error: wixapp_store::Error| {
            Failure::user(format!("`{named}` cannot be used"))
                .because(&error)
                .hint("it must be a snapshot or a database of this version of the app")
        };
        let live = |url: String| async move {
            let store = Store::open(&url).await.map_err(unfit)?;
            store.check().await.map_err(unfit)?;
            Ok(Self { store, _copy: None })
        };
        let now = data_dir.join("app.sqlite3");
        if named == "now" && now.exists() {
            return live(format!("sqlite:{}", now.display())).await;
        }
        if named.starts_with("postgres://") || named.starts_with("postgresql://") {
            return live(named.to_owned()).await;
        }
        let file = Path::new(named.strip_prefix("sqlite:").unwrap_or(named));
        let snapshot = data_dir.join("snapshots").join(named).join("app.sqlite3");
        // A name is not a path: `..` must not lead out of the folder.
        let is_name = named.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let from = if file.is_file() { file } else { &snapshot };
        if !from.is_file() || (from == snapshot && !is_name) {
            let none = Failure::user(format!("there is no snapshot and no database `{named}`"));
            return Err(
                none.hint("`emulator snapshot list` shows the snapshots; --data-dir names their folder")
            );
        }
        let copy = tempfile::tempdir()?;
        let url = format!("sqlite:{}", copy.path().join("app.sqlite3").display());
        Store::bring_back(&url, from).await.map_err(unfit)?;
        Ok(Self { _copy: Some(copy), ..live(url).await? })
    }
}

/// All instances of either side, each once, in order.
async fn all_instances(stores: [&Store; 2]) -> Result<Vec<InstanceId>, Failure> {
    let mut all = Vec::new();
    for store in stores {
        let mut last: Option<InstanceId> = None;
        loop {
            let ids = store.list_instances(last.as_ref(), BATCH).await?;
            if ids.is_empty() {
                break;
            }
            last = ids.last().cloned();
            all.extend(ids);
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Where two ledgers of one instance part. What both have in another order is no difference: the order of two entries at one
/// moment is chance.
struct Difference {
    only_a: Vec<Entry>,
    only_b: Vec<Entry>,
    available_a: i64,
    available_b: i64,
}

/// What makes two entries of two branches the same. A business key is used once, ever.
fn likeness(entry: &Entry) -> (String, &'static str, String, String, i64) {
    let (debit, credit) = (entry.debit.to_string(), entry.credit.to_string());
    (entry.business_key.clone(), entry.code.as_str(), debit, credit, entry.amount.get())
}

fn line(entry: &Entry) -> String {
    format!(
        "{}  {:<10} {:>8}  {} → {}  {}  {}",
        entry.created_at.strftime("%Y-%m-%d %H:%M"),
        entry.code.as_str(),
        entry.amount.get(),
        entry.debit,
        entry.credit,
        entry.business_key,
        entry.cause.reason
    )
}

impl Difference {
    /// Of two ledgers, each newest first.
    fn between(a: Vec<Entry>, b: Vec<Entry>) -> Self {
        let available = |entries: &[Entry]| entries.first().map_or(0, |entry| entry.available_after);
        let (available_a, available_b) = (available(&a), available(&b));
        let likenesses = |entries: &[Entry]| entries.iter().map(likeness).collect::<HashSet<_>>();
        let (known_a, known_b) = (likenesses(&a), likenesses(&b));
        let only = |entries: Vec<Entry>, known: &HashSet<_>| {
            entries.into_iter().rev().filter(|entry| !known.contains(&likeness(entry))).collect()
        };
        Self { only_a: only(a, &known_b), only_b: only(b, &known_a), available_a, available_b }
    }

    fn is_none(&self) -> bool {
        self.only_a.is_empty() && self.only_b.is_empty()
    }

    /// `-` is only in A, `+` only in B; in the order of time.
    fn lines(&self) -> Vec<(char, &Entry)> {
        let a = self.only_a.iter().map(|entry| ('-', entry));
        let mut lines: Vec<_> = a.chain(self.only_b.iter().map(|entry| ('+', entry))).collect();
        lines.sort_by_key(|(_, entry)| entry.created_at);
        lines
    }

    fn json(&self, id: &InstanceId) -> Value {
        let shown = |entries: &[Entry]| -> Vec<Value> {
            let one = |entry: &Entry| {
                json!({
                    "at": entry.created_at, "kind": entry.code.as_str(), "amount": entry.amount.get(),
                    "from": entry.debit.to_string(), "to": entry.credit.to_string(),
                    "key": entry.business_key, "reason": entry.cause.reason,
                })
            };
            entries.iter().map(one).collect()
        };
        json!({
            "instanceId": id, "availableA": self.available_a, "availableB": self.available_b,
            "onlyA": shown(&self.only_a), "onlyB": shown(&self.only_b),
        })
    }
}
