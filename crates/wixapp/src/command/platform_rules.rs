//! How strict the local platform is, and what it tells the app: the settings beside the addresses.

use jiff::SignedDuration;
use wixapp_emulator::EmulatorConfig;

#[derive(clap::Args)]
pub(super) struct PlatformRules {
    /// How many calls an install has in a minute; 0 sets no limit
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    calls_a_minute: u32,
    /// Let plain reads of Wix Data be so many seconds behind, as they may be at Wix
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=3_600))]
    data_lag: u32,
    /// Send this domain event to the app, for example wix.data.v2.data_item_created; may be given more than once
    #[arg(long, value_name = "EVENT")]
    subscribe: Vec<String>,
}

impl PlatformRules {
    pub(super) fn apply(self, config: &mut EmulatorConfig) {
        config.calls_a_minute = (self.calls_a_minute > 0).then_some(self.calls_a_minute);
        config.data_lag = (self.data_lag > 0).then(|| SignedDuration::from_secs(self.data_lag.into()));
        config.subscriptions = self.subscribe.into_iter().collect();
    }
}
