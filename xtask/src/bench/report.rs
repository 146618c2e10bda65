//! docs/performance.md: the figures beside their limits and targets, and how to repeat them.

mod server;

use std::fs;

use super::figures::{Figures, Named, PlatformFigures};

#[derive(Clone, Copy)]
enum Unit {
    PerSecond,
    Seconds,
    Milliseconds,
    Microseconds,
    Megabytes,
    Kilobytes,
    Plain,
}

/// The whole file.
pub(crate) fn text(figures: &Figures) -> String {
    let mut text = format!("{HEAD}\n{}\n\n{SERVER_HEAD}\n", machine());
    for line in server::lines(figures) {
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
    if !figures.written.is_empty() {
        text.push_str(&format!("\n{WRITTEN_HEAD}\n"));
    }
    for (what, lines, file) in &figures.written {
        text.push_str(&format!("| {what} | {lines} | `{file}` |\n"));
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
    line(
        "start in a test's process with a key at hand, to the first answer",
        figures.start_ms,
        Unit::Milliseconds,
        "< 50 ms",
    );
    line(
        "start in a test's process together with an app and its database",
        figures.local_start_ms,
        Unit::Milliseconds,
        NONE,
    );
    line("13 months of a yearly plan, with the app", figures.year_ms, Unit::Milliseconds, "< 1 s");
    line("five years of a yearly plan, with the app", figures.five_years_ms, Unit::Milliseconds, NONE);
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

const PAGE_HEAD: &str = "## The pages

| what | measured | target |
|---|---|---|";

const PLATFORM_HEAD: &str = "## The local platform

| what | measured | target |
|---|---|---|";

const WRITTEN_HEAD: &str = "## What a user writes

| for | lines of code | counted in |
|---|---|---|";

const TAIL: &str = "
## How it is measured

- `health`, `status`, `spend`, webhooks and publications: `wixapp-bench load` with raw keep-alive connections. Every
  spend and publication has an idempotency key of its own, every webhook is a new event with a genuine RS256 signature.
- `held against`: axum with one route and nothing around it; signature checks alone on one core; the statements of a
  spend, a stored webhook or a grant straight to SQLite in transactions of 64, and through `pgbench` to PostgreSQL with the
  8 clients that are its best on one core.
- Jobs that do nothing run in a runner of their own with 64 places on the server's core. Publications make a real HTTP
  call each, report their progress, and pay with the credit that was held for them; they share the core with the server.
- Grants and the check of the books run in a process of their own on the server's core, with 64 callers.
- Fan-out: 1,000 live streams of one site are open while 20 jobs run one after the other; from when the network is asked,
  right after the job has said so, and from the network's last answer to a job, until each stream has told that.
- Memory is of the one process that answers requests and runs jobs, after its start and at its highest.
- The local platform runs in the process of its load: one thread answers (data is looked at on others), one asks, over 16
  connections. Queries are the median of 21 over HTTP; where no index was declared, the first query of a field makes one, which
  is a line of its own. From the purchase history on, the calls are made by the Rust client, eight at once, in the same thread:
  its work counts too. Calls that undo each other are made one after the other. Metered charges take as long as the app that is
  asked for them.
- First content is the browser's `first-contentful-paint`; usable is when the credits are on the page. Transferred is what
  comes over the wire until half a second later; a long task keeps the browser busy for more than 50 ms.
- A payment: its signed webhook is sent while the owner's page is open; the credits are there when the page has drawn them.
- Live streams: each belongs to an instance of its own that buys a plan while all are open.
- Lines of code are counted without blanks, comments and tests.

## To repeat it

```sh
cargo xtask bench                             # everything; writes this file
cargo xtask bench --only sqlite --seconds 10  # one part; only prints
```
";

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

fn show(value: Option<f64>, unit: Unit) -> String {
    let Some(value) = value else { return NONE.to_owned() };
    match unit {
        Unit::PerSecond => format!("{}/s", thousands(value)),
        Unit::Seconds => format!("{value:.1} s"),
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
        figures.limits.postgres.spend = Some(3_000.0);
        let text = text(&figures);
        let expected = "| `POST credits/spend`, 1,000 instances | 12,346/s | 2,400/s | pgbench 3,000/s (80 %) | \
                        ≥ 10,000/s · ≥ 80 % of pgbench |";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn the_local_platform_is_there_when_it_was_measured() {
        let first =
            Named { what: "equality, of a field nobody indexed, the first time".to_owned(), value: 61.0 };
        let queries = vec![Named { what: "equality, with an index".to_owned(), value: 1.25 }, first];
        let endpoints = vec![Named { what: "token-info".to_owned(), value: 4_321.0 }];
        let platform = PlatformFigures { start_ms: 12.0, queries, endpoints, ..PlatformFigures::default() };
        let text = text(&Figures { platform: Some(platform), ..Figures::default() });
        assert!(
            text.contains("| 50 of 100,000 items: equality, with an index | 1.2 ms | < 50 ms |"),
            "{text}"
        );
        assert!(text.contains("of a field nobody indexed, the first time | 61 ms | – |"), "{text}");
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
