//! The table of the server: each path on both databases, beside what nothing on the machine can beat.

use crate::bench::figures::{DatabaseLimits, Figures, ServerFigures};

use super::{NONE, Unit, show};

/// A row of the table of the server.
pub(super) struct Line {
    pub(super) what: &'static str,
    pub(super) sqlite: Option<f64>,
    pub(super) postgres: Option<f64>,
    pub(super) limit: String,
    pub(super) target: &'static str,
    pub(super) unit: Unit,
}

pub(super) fn lines(figures: &Figures) -> Vec<Line> {
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
    // Both databases by themselves, and how much of it is left of ours.
    let alone = |ours: fn(&ServerFigures) -> Option<f64>, theirs: fn(&DatabaseLimits) -> Option<f64>| {
        joined([
            limit(theirs(&limits.sqlite), "SQLite alone"),
            share(ours(sqlite), theirs(&limits.sqlite)),
            limit(theirs(&limits.postgres), "pgbench"),
            share(ours(postgres), theirs(&limits.postgres)),
        ])
    };
    let checks = limit(limits.webhooks, "RS256 checks alone");
    let intake = [checks, alone(|ours| ours.webhook, |theirs| theirs.webhook)];
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
            alone(|ours| ours.spend, |theirs| theirs.spend),
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
            joined(intake),
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
        per_second(
            "grants, straight to the store",
            sqlite.grants,
            postgres.grants,
            alone(|ours| ours.grants, |theirs| theirs.grant),
            NONE,
        ),
        per_second("ledger entries verified", sqlite.verified, postgres.verified, NONE.to_owned(), NONE),
        Line {
            what: "`ledger verify` of a million entries",
            sqlite: sqlite.verified.map(|rate| 1_000_000.0 / rate),
            postgres: postgres.verified.map(|rate| 1_000_000.0 / rate),
            limit: NONE.to_owned(),
            target: NONE,
            unit: Unit::Seconds,
        },
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
            what: "progress of a job → the 1,000 open pages of its site, p99",
            sqlite: sqlite.progress_p99_ms,
            postgres: postgres.progress_p99_ms,
            limit: NONE.to_owned(),
            target: NONE,
            unit: Unit::Milliseconds,
        },
        Line {
            what: "end of a job → the 1,000 open pages of its site, median",
            sqlite: sqlite.fanout_p50_ms,
            postgres: postgres.fanout_p50_ms,
            limit: NONE.to_owned(),
            target: NONE,
            unit: Unit::Milliseconds,
        },
        Line {
            what: "end of a job → the 1,000 open pages of its site, p99",
            sqlite: sqlite.fanout_p99_ms,
            postgres: postgres.fanout_p99_ms,
            limit: NONE.to_owned(),
            target: NONE,
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

fn against(value: Option<f64>, unit: Unit, what: &str) -> String {
    value.map_or_else(|| NONE.to_owned(), |_| format!("{what} {}", show(value, unit)))
}

fn share(ours: Option<f64>, limit: Option<f64>) -> String {
    match (ours, limit) {
        (Some(ours), Some(limit)) => format!("({:.0} %)", ours / limit * 100.0),
        _ => NONE.to_owned(),
    }
}

fn joined<const N: usize>(parts: [String; N]) -> String {
    let known: Vec<_> = parts.into_iter().filter(|part| part != NONE).collect();
    if known.is_empty() { NONE.to_owned() } else { known.join(" ") }
}
