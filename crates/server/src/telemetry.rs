//! Logs and metrics.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogConfig, LogFormat};

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The bounds of the classes into which durations are counted, in seconds.
const DURATIONS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// How often measured values are counted into their classes. Until then they are kept one by one.
const COUNT_EVERY: Duration = Duration::from_secs(5);

/// Begins to count; a second call changes nothing.
pub fn install_metrics() {
    METRICS.get_or_init(|| PrometheusBuilder::new().set_buckets(&DURATIONS).ok()?.install_recorder().ok());
}

/// Keeps the memory of the metrics bounded, for ever.
pub(crate) async fn keep() {
    loop {
        tokio::time::sleep(COUNT_EVERY).await;
        if let Some(metrics) = METRICS.get().and_then(Option::as_ref) {
            metrics.run_upkeep();
        }
    }
}

/// All counters in Prometheus' text form.
#[must_use]
pub fn render() -> String {
    METRICS.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default()
}

/// Sets how many facts wait and how many are parked.
#[expect(clippy::cast_precision_loss, reason = "a gauge needs no more than 53 bits")]
pub(crate) fn set_waiting(waiting: i64, parked: i64) {
    metrics::gauge!("wixapp_facts_waiting").set(waiting as f64);
    metrics::gauge!("wixapp_facts_parked").set(parked as f64);
}

/// Sets how many live streams are open.
#[expect(clippy::cast_precision_loss, reason = "a gauge needs no more than 53 bits")]
pub(crate) fn set_streams(open: usize) {
    metrics::gauge!("wixapp_live_streams").set(open as f64);
}

/// Sends logs to standard error. A second call changes nothing, so that tests and `dev` may both call it.
pub fn install_logs(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    // Colours are for a terminal, and only for who has not declined them (no-color.org).
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let ansi = std::io::stderr().is_terminal() && !plain;
    let builder = fmt().with_env_filter(filter).with_ansi(ansi).with_writer(std::io::stderr);
    let _ = match config.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.compact().with_target(false).try_init(),
    };
}
