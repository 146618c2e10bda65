//! docs/performance.md: the figures beside their limits and targets, and how to repeat them.

use std::fs;

use super::figures::{Figures, Named, PlatformFigures};

/// A row of the table of the server.
struct Line {
    what: &'static str,
    sqlite: Option<f64>,
    postgres: Option<f64>,
    limit: String,
    target: &'static str,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    PerSecond,
    Milliseconds,
    Microseconds,
    Megabytes,
    Kilobytes,
    Plain,
}

/// The whole file.
pub(crate) fn text(figures: &Figures) -> String {
    let mut text = format!("{HEAD}\n{}\n\n{SERVER_HEAD}\n", machine());
    for line in server_lines(figures) {
        let (sqlite, postgres) = (show(line.sqlite, line.unit), show(line.postgres, line.unit));
        text.push_str(&format!(
            "| {} | {sqlite} | {postgres} | {} | {} |\n",
            line.what, line.limit, line.target
        ));
    }
    text.push_str(&format!("\n{DERIVE_HEAD}\n"));
    for (what, values) in
        [("fold the facts", figures.derive_us), ("set the books against them", figures.settle_us)]
    {
        let [ten, hundred, thousand] = values.map(|value| show(value, Unit::Microseconds));
        text.push_str(&format!("| {what} | {ten} | {hundred} | {thousand} |\n"));
    }
    text.push_str(&format!("\n{PAGE_HEAD}\n"));
    for (what, value, unit, target) in page_lines(figures) {
        text.push_str(&format!("| {what} | {} | {target} |\n", show(value, unit)));
    }
    if let Some(platform) = &figures.platform {
        text.push_str(&platform_text(platform));
    }
    text.push_str(TAIL);
    text
}

/// The part about the local platform.
fn platform_text(figures: &PlatformFigures) -> String {
    let mut text = format!("\n{PLATFORM_HEAD}\n");
    let mut line = |what: &str, value: f64, unit, target: &str| {
        text.push_str(&format!("| {what} | {} | {target} |\n", show(Some(value), unit)));
    };
    line("start in a test's process, to the first answer", figures.start_ms, Unit::Milliseconds, "< 50 ms");
    line("memory of the process, the platform idle", figures.idle_mb, Unit::Megabytes, NONE);
    line("with 100 sites, the app and 100 items on each", figures.sites_mb, Unit::Megabytes, NONE);
    for Named { what, value } in &figures.queries {
        let target = if what.contains("with an index") { "< 50 ms" } else { NONE };
        line(&format!("50 of 100,000 items: {what}"), *value, Unit::Milliseconds, target);
    }
    for Named { what, value } in &figures.endpoints {
        line(what, *value, Unit::PerSecond, NONE);
    }
    text
}

const HEAD: &str = "# Performance

Written by `cargo xtask bench`; not edited by hand. One server process has one core, the load and PostgreSQL share
the other, 64 connections. Medians of several runs. The machine is shared and uneven: compare figures of one file,
not of two. SQLite commits with `synchronous=FULL`, PostgreSQL as installed: an answer means that it is on the disk.
";

const SERVER_HEAD: &str = "## The server

| path | on SQLite | on PostgreSQL | held against | target (SQLite · PostgreSQL) |
|---|---|---|---|---|";

const DERIVE_HEAD: &str = "## The rules for one instance

| facts | 10 | 100 | 1,000 |
|---|---|---|---|";

const PAGE_HEAD: &str = "## The pages and the local platform

| what | measured | target |
|---|---|---|";

const PLATFORM_HEAD: &str = "## The local platform

| what | measured | target |
|---|---|---|";

const TAIL: &str = "
## How it is measured

- `health`, `status`, `spend`, webhooks and publications: `wixapp-bench load` with raw keep-alive connections. Every
  spend and publication has an idempotency key of its own, every webhook is a new event with a genuine RS256 signature.
- `held against`: axum with one route and nothing around it; signature checks alone on one core; the statements of one
  spend straight to SQLite in transactions of 64, and through `pgbench` to PostgreSQL with the 8 clients
  that are its best on one core.
- Jobs that do nothing run in a runner of their own with 64 places on the server's core. Publications make a real HTTP
  call each, report their progress, and pay with the credit that was held for them; they share the core with the server.
- Grants and the check of the books run in a process of their own on the server's core, with 64 callers.
- Memory is of the one process that answers requests and runs jobs, after its start and at its highest.
- The local platform runs in the process of its load: one thread answers (data is looked at on others), one asks, over 16
  connections. Queries are the median of 21 over HTTP; indexes that nobody declared are built by the first of them.
- First content is the browser's `first-contentful-paint`; usable is when the credits are on the page. Transferred is what
  comes over the wire until half a second later; a long task keeps the browser busy for more than 50 ms.
- A payment: its signed webhook is sent while the owner's page is open; the credits are there when the page has drawn them.
- Live streams: each belongs to an instance of its own that buys a plan while all are open.

## To repeat it

```sh
cargo xtask bench                             # everything; writes this file
cargo xtask bench --only sqlite --seconds 10  # one part; only prints
```
";

fn server_lines(figures: &Figures) -> Vec<Line> {
    let (sqlite, postgres, limits) = (&figures.sqlite, &figures.postgres, &figures.limits);
    let per_second = |what, sqlite, postgres, limit, target| Line {
        what,
        sqlite,
        postgres,
        limit,
        target,
        unit: Unit::PerSecond,
    };
    let limit = |value, text: &str| against(value, Unit::PerSecond, text);
    let spend = joined([
        limit(limits.sqlite_spend, "SQLite alone"),
        share(sqlite.spend, limits.sqlite_spend),
        limit(limits.postgres_spend, "pgbench"),
        share(postgres.spend, limits.postgres_spend),
    ]);
    vec![
        per_second(
            "`GET /health`",
            sqlite.health,
            postgres.health,
            limit(limits.bare, "bare axum"),
            "≥ 55,000/s · ≥ 55,000/s",
        ),
        per_second(
            "`GET user/status`, token verified",
            sqlite.status,
            postgres.status,
            limit(limits.tokens, "token checks alone"),
            "≥ 20,000/s · ≥ 10,000/s",
        ),
        per_second(
            "`POST credits/spend`, 1,000 instances",
            sqlite.spend,
            postgres.spend,
            spend,
            "≥ 10,000/s · ≥ 80 % of pgbench",
        ),
        per_second(
            "`POST credits/spend`, one instance",
            sqlite.spend_hot,
            postgres.spend_hot,
            limit(limits.postgres_hot, "pgbench, a commit each"),
            "≥ 10,000/s · ≥ 2,500/s",
        ),
        per_second(
            "signed webhook, stored, answered 200",
            sqlite.webhook,
            postgres.webhook,
            limit(limits.webhooks, "RS256 checks alone"),
            "≥ 5,000/s · ≥ 2,500/s",
        ),
        per_second(
            "publish: hold and job in one transaction, workers elsewhere",
            sqlite.publish,
            postgres.publish,
            NONE.to_owned(),
            "≥ 10,000/s · ≥ 3,000/s",
        ),
        per_second(
            "jobs that do nothing, 4 progress updates each",
            sqlite.noop_jobs,
            postgres.noop_jobs,
            NONE.to_owned(),
            "≥ 5,000/s · ≥ 3,000/s",
        ),
        per_second(
            "publications from request to paid end, an HTTP call each",
            sqlite.jobs,
            postgres.jobs,
            NONE.to_owned(),
            NONE,
        ),
        per_second("grants, straight to the store", sqlite.grants, postgres.grants, NONE.to_owned(), NONE),
        per_second("ledger entries verified", sqlite.verified, postgres.verified, NONE.to_owned(), NONE),
        Line {
            what: "job wished for → running, median at 50/s",
            sqlite: sqlite.job_wait_p50_ms,
            postgres: postgres.job_wait_p50_ms,
            limit: NONE.to_owned(),
            target: NONE,
            unit: Unit::Milliseconds,
        },
        Line {
            what: "job wished for → running, p99 at 50/s",
            sqlite: sqlite.job_wait_p99_ms,
            postgres: postgres.job_wait_p99_ms,
            limit: NONE.to_owned(),
            target: "< 10 ms · < 15 ms",
            unit: Unit::Milliseconds,
        },
        Line {
            what: "webhook → credits at a live watcher, p99 at 200/s",
            sqlite: sqlite.watch_p99_ms,
            postgres: postgres.watch_p99_ms,
            limit: NONE.to_owned(),
            target: "< 50 ms · < 50 ms",
            unit: Unit::Milliseconds,
        },
        Line {
            what: "start to first answer",
            sqlite: sqlite.start_ms,
            postgres: postgres.start_ms,
            limit: against(limits.bare_start_ms, Unit::Milliseconds, "bare axum"),
            target: "< 60 ms · < 150 ms",
            unit: Unit::Milliseconds,
        },
        Line {
            what: "memory, idle",
            sqlite: sqlite.idle_mb,
            postgres: postgres.idle_mb,
            limit: NONE.to_owned(),
            target: "< 30 MB",
            unit: Unit::Megabytes,
        },
        Line {
            what: "memory, highest under load",
            sqlite: sqlite.loaded_mb,
            postgres: postgres.loaded_mb,
            limit: NONE.to_owned(),
            target: "< 80 MB",
            unit: Unit::Megabytes,
        },
    ]
}

fn page_lines(figures: &Figures) -> Vec<(&'static str, Option<f64>, Unit, &'static str)> {
    let (page, streams) = (&figures.page, &figures.streams);
    vec![
        ("script of the first view, gzip", page.script_kb, Unit::Kilobytes, "≤ 180 kB"),
        ("style of the first view, gzip", page.style_kb, Unit::Kilobytes, NONE),
        ("first content, cold", page.cold_first_ms, Unit::Milliseconds, "< 1.5 s"),
        ("usable, cold", page.cold_usable_ms, Unit::Milliseconds, "< 1.5 s"),
        ("first content, warm", page.warm_first_ms, Unit::Milliseconds, "< 300 ms"),
        ("usable, warm", page.warm_usable_ms, Unit::Milliseconds, "< 500 ms"),
        ("transferred, cold", page.cold_kb, Unit::Kilobytes, NONE),
        ("transferred, warm", page.warm_kb, Unit::Kilobytes, NONE),
        ("long tasks together, cold", page.cold_long_tasks_ms, Unit::Milliseconds, NONE),
        ("long tasks together, warm", page.warm_long_tasks_ms, Unit::Milliseconds, NONE),
        ("layout shift", page.layout_shift, Unit::Plain, "0"),
        ("webhook of a payment → credits on an open page", page.paid_visible_ms, Unit::Milliseconds, "< 1 s"),
        (
            "2,000 live streams on one server: its highest memory",
            streams.highest_mb,
            Unit::Megabytes,
            "< 120 MB",
        ),
        (
            "2,000 live streams: webhook → its watcher, median at 200/s",
            streams.p50_ms,
            Unit::Milliseconds,
            NONE,
        ),
        (
            "2,000 live streams: webhook → its watcher, p99 at 200/s",
            streams.p99_ms,
            Unit::Milliseconds,
            "< 250 ms",
        ),
        ("local platform, start to first answer", figures.emulator_start_ms, Unit::Milliseconds, "< 50 ms"),
    ]
}

const NONE: &str = "–";

fn against(value: Option<f64>, unit: Unit, what: &str) -> String {
    value.map_or_else(|| NONE.to_owned(), |_| format!("{what} {}", show(value, unit)))
}

fn share(ours: Option<f64>, limit: Option<f64>) -> String {
    match (ours, limit) {
        (Some(ours), Some(limit)) => format!("({:.0} %)", ours / limit * 100.0),
        _ => NONE.to_owned(),
    }
}

fn joined(parts: [String; 4]) -> String {
    let known: Vec<_> = parts.into_iter().filter(|part| part != NONE).collect();
    if known.is_empty() { NONE.to_owned() } else { known.join(" ") }
}

fn show(value: Option<f64>, unit: Unit) -> String {
    let Some(value) = value else { return NONE.to_owned() };
    match unit {
        Unit::PerSecond => format!("{}/s", thousands(value)),
        Unit::Milliseconds if value < 10.0 => format!("{value:.1} ms"),
        Unit::Milliseconds => format!("{value:.0} ms"),
        Unit::Microseconds => format!("{} µs", thousands(value)),
        Unit::Megabytes => format!("{value:.0} MB"),
        Unit::Kilobytes => format!("{value:.0} kB"),
        Unit::Plain => format!("{value:.3}"),
    }
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn machine() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let name = name.map_or("an unnamed processor", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("The machine: {cores} cores of {name}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_beside_their_limit_and_target() {
        let mut figures = Figures::default();
        figures.sqlite.spend = Some(12_345.6);
        figures.postgres.spend = Some(2_400.0);
        figures.limits.postgres_spend = Some(3_000.0);
        let text = text(&figures);
        let expected = "| `POST credits/spend`, 1,000 instances | 12,346/s | 2,400/s | pgbench 3,000/s (80 %) | \
                        ≥ 10,000/s · ≥ 80 % of pgbench |";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn the_local_platform_is_there_when_it_was_measured() {
        let queries = vec![Named { what: "equality, with an index".to_owned(), value: 1.25 }];
        let endpoints = vec![Named { what: "token-info".to_owned(), value: 4_321.0 }];
        let platform = PlatformFigures { start_ms: 12.0, queries, endpoints, ..PlatformFigures::default() };
        let text = text(&Figures { platform: Some(platform), ..Figures::default() });
        assert!(
            text.contains("| 50 of 100,000 items: equality, with an index | 1.2 ms | < 50 ms |"),
            "{text}"
        );
        assert!(text.contains("| token-info | 4,321/s | – |"), "{text}");
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        let text = text(&Figures::default());
        assert!(text.contains("| memory, idle | – | – | – | < 30 MB |"), "{text}");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [thousands(999.4), thousands(1_000.0), thousands(1_234_567.0)],
            ["999", "1,000", "1,234,567"]
        );
    }
}
