//! Logs and metrics.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogConfig, LogFormat};

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count; a second call changes nothing.
pub fn install_metrics() {
    METRICS.get_or_init(|| PrometheusBuilder::new().install_recorder().ok());
}

/// All counters in Prometheus' text form.
#[must_use]
pub fn render() -> String {
    METRICS.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default()
}

/// Sets how many facts wait and how many are parked.
pub(crate) fn set_waiting(waiting: f64, parked: f64) {
    metrics::gauge!("wixapp_facts_waiting").set(waiting);
    metrics::gauge!("wixapp_facts_parked").set(parked);
}

/// Sends logs to standard error. A second call changes nothing, so that tests and `dev` may both call it.
pub fn install_logs(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match config.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.compact().with_target(false).try_init(),
    };
}
