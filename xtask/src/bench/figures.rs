//! What was measured.

use serde::Deserialize;

/// Everything; `None` where it was not asked for.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) sqlite: ServerFigures,
    pub(crate) postgres: ServerFigures,
    pub(crate) limits: Limits,
    pub(crate) page: PageFigures,
    pub(crate) streams: StreamFigures,
    pub(crate) emulator_start_ms: Option<f64>,
    pub(crate) platform: Option<PlatformFigures>,
    /// Microseconds for 10, 100 and 1,000 facts.
    pub(crate) derive_us: [Option<f64>; 3],
    pub(crate) settle_us: [Option<f64>; 3],
    /// What a user writes for one thing more: what it is, its lines of code, and the file they are in.
    pub(crate) written: Vec<(&'static str, usize, &'static str)>,
}

/// One server on one core.
#[derive(Debug, Default)]
pub(crate) struct ServerFigures {
    pub(crate) health: Option<f64>,
    pub(crate) status: Option<f64>,
    pub(crate) spend: Option<f64>,
    pub(crate) spend_hot: Option<f64>,
    pub(crate) webhook: Option<f64>,
    pub(crate) publish: Option<f64>,
    pub(crate) jobs: Option<f64>,
    pub(crate) noop_jobs: Option<f64>,
    pub(crate) grants: Option<f64>,
    pub(crate) verified: Option<f64>,
    pub(crate) job_wait_p50_ms: Option<f64>,
    pub(crate) job_wait_p99_ms: Option<f64>,
    pub(crate) watch_p99_ms: Option<f64>,
    pub(crate) fanout_p50_ms: Option<f64>,
    pub(crate) fanout_p99_ms: Option<f64>,
    pub(crate) progress_p99_ms: Option<f64>,
    pub(crate) start_ms: Option<f64>,
    pub(crate) idle_mb: Option<f64>,
    pub(crate) loaded_mb: Option<f64>,
}

/// What nothing on the machine can beat.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pub(crate) bare: Option<f64>,
    pub(crate) bare_start_ms: Option<f64>,
    pub(crate) webhooks: Option<f64>,
    pub(crate) tokens: Option<f64>,
    pub(crate) sqlite: DatabaseLimits,
    pub(crate) postgres: DatabaseLimits,
    pub(crate) postgres_hot: Option<f64>,
}

/// What a database does with the same statements when nothing is around them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DatabaseLimits {
    pub(crate) spend: Option<f64>,
    pub(crate) grant: Option<f64>,
    pub(crate) webhook: Option<f64>,
}

/// The dashboard page.
#[derive(Debug, Default)]
pub(crate) struct PageFigures {
    pub(crate) script_kb: Option<f64>,
    pub(crate) style_kb: Option<f64>,
    pub(crate) cold_first_ms: Option<f64>,
    pub(crate) cold_usable_ms: Option<f64>,
    pub(crate) warm_first_ms: Option<f64>,
    pub(crate) warm_usable_ms: Option<f64>,
    pub(crate) cold_kb: Option<f64>,
    pub(crate) warm_kb: Option<f64>,
    pub(crate) cold_long_tasks_ms: Option<f64>,
    pub(crate) warm_long_tasks_ms: Option<f64>,
    pub(crate) layout_shift: Option<f64>,
    pub(crate) paid_visible_ms: Option<f64>,
}

/// One server with as many live streams as it has watchers.
#[derive(Debug, Default)]
pub(crate) struct StreamFigures {
    pub(crate) highest_mb: Option<f64>,
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
}

/// The local platform, as `wixapp-bench platform` prints it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PlatformFigures {
    /// From nothing to the first answer, within a process that tests.
    pub(crate) start_ms: f64,
    pub(crate) local_start_ms: f64,
    pub(crate) year_ms: f64,
    pub(crate) five_years_ms: f64,
    pub(crate) idle_mb: f64,
    /// With 100 sites that have the app and 100 items each.
    pub(crate) sites_mb: f64,
    /// Answers in a second.
    pub(crate) endpoints: Vec<Named>,
    /// Milliseconds for a page of 50 out of 100,000 items.
    pub(crate) queries: Vec<Named>,
}

/// A figure with what it is of.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) what: String,
    pub(crate) value: f64,
}

/// The middle of several runs.
pub(crate) fn median(mut runs: Vec<f64>) -> Option<f64> {
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_whatever_the_order() {
        assert_eq!(median(vec![9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(vec![]), None);
    }
}
