//! How strict the local platform is, what it tells the app, and what it knows of it: the settings beside the addresses.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use wixapp_emulator::{EmulatorConfig, Widget};

use crate::failure::Failure;

// Flattened beside another `Args`: two groups of one name are an error of clap's.
#[derive(clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Options of the local platform")]
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
    /// Where an app that is paid by use answers: it is asked at URL/v1/charges and so on
    #[arg(long, value_name = "URL")]
    custom_charges_url: Option<String>,
    /// A file with the HTML of the app's embedded script; {{name}} stands for a parameter
    #[arg(long, value_name = "FILE")]
    embedded_script: Option<PathBuf>,
    /// A custom element of the app and its module, shown on the sites' pages: my-widget=URL
    #[arg(long, value_name = "TAG=URL", value_parser = widget)]
    widget: Vec<Widget>,
}

impl PlatformRules {
    /// Reads the files that were named. What it gives sets them.
    pub(super) fn read(self) -> Result<impl FnOnce(&mut EmulatorConfig), Failure> {
        let embedded_script = self.embedded_script.as_deref().map(script).transpose()?;
        Ok(move |config: &mut EmulatorConfig| {
            config.calls_a_minute = (self.calls_a_minute > 0).then_some(self.calls_a_minute);
            config.data_lag = (self.data_lag > 0).then(|| SignedDuration::from_secs(self.data_lag.into()));
            config.subscriptions = self.subscribe.into_iter().collect();
            config.custom_charges_url = self.custom_charges_url;
            config.embedded_script = embedded_script;
            config.widgets = self.widget;
        })
    }
}

fn widget(text: &str) -> Result<Widget, String> {
    let (tag_name, script_url) =
        text.split_once('=').ok_or("write it as my-widget=http://127.0.0.1:3000/widget.js")?;
    Ok(Widget { tag_name: tag_name.to_owned(), script_url: script_url.to_owned() })
}

fn script(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        Failure::user(format!("{} cannot be read", file.display()))
            .because(&error)
            .hint("name the file with the script's HTML with --embedded-script")
    })
}
