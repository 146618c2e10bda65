//! The documentation says what the program says.

use crate::program::wixapp;

const CONFIGURATION: &str = include_str!("../../../../docs/configuration.md");
const LOCAL_PLATFORM: &str = include_str!("../../../../docs/local-platform.md");
const GETTING_STARTED: &str = include_str!("../../../../docs/getting-started.md");

fn block<'a>(document: &'a str, fence: &str) -> &'a str {
    let (_, rest) = document.split_once(&format!("{fence}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_configuration_page_shows_the_printed_configuration() {
    let printed = wixapp(&["serve", "--print-config"]).run().success();
    let shown = block(CONFIGURATION, "```toml");
    assert_eq!(shown, printed, "put the output of `wixapp serve --print-config` into docs/configuration.md");
}

#[test]
fn the_plans_of_the_configuration_page_can_be_used() {
    let (_, plans) = CONFIGURATION.split_once("## Plans").unwrap();
    let doctor = wixapp(&["doctor"]).configured().env("WIXAPP_WIX_API_URL", "http://127.0.0.1:1");
    let doctor = doctor.env("WIXAPP_PLANS_CATALOG", "plans.toml").file("plans.toml", block(plans, "```toml"));
    let outcome = doctor.run().stdout;
    assert!(outcome.contains("ok   plans          2 plans of `my-plans`"), "{outcome}");
}

#[test]
fn the_scenario_of_the_guide_comes_to_its_end() {
    let text = block(LOCAL_PLATFORM, "```text");
    let run = wixapp(&["emulator", "run", "refund.scenario", "--fresh"]).file("refund.scenario", text);
    assert!(run.run().success().contains("refund"));
}

/// Every `wixapp …` line of the guides, without what the shell makes of it.
fn shown_commands() -> Vec<&'static str> {
    let lines =
        GETTING_STARTED.lines().chain(LOCAL_PLATFORM.lines()).map(|line| line.trim_start_matches("$ "));
    lines.filter_map(|line| line.strip_prefix("wixapp ")).collect()
}

#[test]
fn the_guide_shows_no_command_or_flag_that_does_not_exist() {
    let commands = shown_commands();
    assert!(commands.len() >= 5, "{commands:?}");
    for line in commands {
        let words: Vec<&str> = line.split(['|', '<', '>', '#']).next().unwrap().split_whitespace().collect();
        let names = words.iter().take_while(|word| word.chars().all(|c| c.is_ascii_lowercase())).take(3);
        let mut names: Vec<&str> = names.copied().collect();
        let has_commands = ["token", "clock", "ledger", "webhook"];
        let depth = match names[..] {
            ["emulator", "snapshot" | "clock", ..] => 3,
            ["emulator", "run" | "chaos" | "replay", ..] => 2,
            [first, ..] if has_commands.contains(&first) => 2,
            _ => 1,
        };
        names.truncate(depth);
        names.push("--help");
        let help = wixapp(&names).run().success();
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            let name = flag.split('=').next().unwrap();
            assert!(help.contains(name), "`{name}` of `wixapp {line}`");
        }
    }
}
