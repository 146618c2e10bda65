//! Reading scenarios, and saying what is wrong with them.

use serde_json::{Map, Value};
use wixapp_core::fact::BillingCycle;

use super::Scenario;
use super::step::{Action, Expectation, Step};
use crate::chaos::Chaos;
use crate::duration::parse_duration;
use crate::page_api::parse_time;
use crate::trigger::EVENTS;
use crate::world::delivery::DeliveryState;

/// More steps than anybody reads.
const MAX_STEPS: usize = 1_000;

/// The steps, for those who mistyped one.
const WORDS: [&str; 21] = [
    "site",
    "install",
    "uninstall",
    "duplicate",
    "buy",
    "trial",
    "cancel",
    "reactivate",
    "card",
    "pay",
    "refund",
    "chargeback",
    "end",
    "advance",
    "next",
    "until",
    "chaos",
    "snapshot",
    "restore",
    "trigger",
    "expect",
];

/// The line, from 1, and what is wrong with it.
pub(super) type Wrong = (usize, String);

pub(super) fn scenario(text: &str) -> Result<Scenario, Wrong> {
    let mut steps = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let words = words(text).map_err(|why| (line, why))?;
        let Some((first, rest)) = words.split_first() else { continue };
        let action = action(first, rest).map_err(|why| (line, why))?;
        steps.push((line, Step { text: words.join(" "), action }));
        if steps.len() > MAX_STEPS {
            return Err((line, format!("a scenario has at most {MAX_STEPS} steps.")));
        }
    }
    if steps.is_empty() {
        Err((1, "there is no step in this scenario.".to_owned()))
    } else {
        Ok(Scenario { steps })
    }
}

/// The words of a line up to its comment; quotes hold a text with spaces together.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or("a quotation mark is never closed.")?,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

fn action(word: &str, rest: &[String]) -> Result<Action, String> {
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let action = match (word, rest.as_slice()) {
        ("site", [site]) => Action::Site((*site).to_owned()),
        ("install", []) => Action::Install,
        ("uninstall", []) => Action::Uninstall,
        ("duplicate", []) => Action::Duplicate,
        ("buy", [product]) => Action::Buy { product: (*product).to_owned(), cycle: BillingCycle::Monthly },
        ("buy", [product, cycle]) => {
            Action::Buy { product: (*product).to_owned(), cycle: self::cycle(cycle)? }
        }
        ("trial", [product, cycle, days]) => Action::Trial {
            product: (*product).to_owned(),
            cycle: self::cycle(cycle)?,
            days: self::days(days)?,
        },
        ("cancel", []) => Action::Cancel,
        ("reactivate", []) => Action::Reactivate,
        ("card", ["fails"]) => Action::CardFails(true),
        ("card", ["pays"]) => Action::CardFails(false),
        ("pay", []) => Action::Pay,
        ("refund", []) => Action::Refund,
        ("chargeback", []) => Action::ChargeBack,
        ("end", []) => Action::End { reason: "USER_CANCEL".to_owned() },
        ("end", [reason]) => Action::End { reason: (*reason).to_owned() },
        ("advance", [duration]) => {
            Action::Advance(parse_duration(duration).map_err(|refusal| refusal.message)?)
        }
        ("next", []) => Action::Next,
        ("until", [time]) => Action::Until(parse_time("until", time).map_err(|refusal| refusal.message)?),
        ("chaos", ["off"]) => Action::Chaos(None),
        ("chaos", [seed, rates @ ..]) => Action::Chaos(Some(chaos(seed, rates)?)),
        ("snapshot", [name]) => Action::Snapshot((*name).to_owned()),
        ("restore", [name]) => Action::Restore((*name).to_owned()),
        ("trigger", [event, fields @ ..]) => {
            Action::Trigger { event: known_event(event)?, overrides: overrides(fields)? }
        }
        ("expect", what) => Action::Expect(expectation(what)?),
        _ => return Err(usage(word)),
    };
    Ok(action)
}

/// How a step is written, or which one was meant.
fn usage(word: &str) -> String {
    let form = match word {
        "site" => "site 2 (or a name in quotes)",
        "buy" => "buy starter [monthly|yearly|once]",
        "trial" => "trial starter monthly 14d",
        "card" => "card fails, or card pays",
        "end" => "end [FAILED_PAYMENT]",
        "advance" => "advance 30d",
        "until" => "until 2028-01-31",
        "chaos" => "chaos 7 [drop=50 …], or chaos off",
        "snapshot" => "snapshot before-refund",
        "restore" => "restore before-refund",
        "trigger" => "trigger PaidPlanPurchased [field=value …]",
        known if WORDS.contains(&known) => return format!("`{known}` stands alone on its line."),
        _ => {
            let near = WORDS.iter().find(|known| is_near(known, word));
            let hint = near.map_or_else(
                || format!("steps are {}", WORDS.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let end = if hint.ends_with('?') { "" } else { "." };
            return format!("there is no step `{word}`: {hint}{end}");
        }
    };
    format!("write `{form}`.")
}

/// Whether at most two letters differ, in a short word one.
fn is_near(known: &str, word: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) =
        (known.chars().collect(), word.to_lowercase().chars().take(20).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()] <= if a.len() > 4 { 2 } else { 1 }
}

fn cycle(word: &str) -> Result<BillingCycle, String> {
    match word {
        "monthly" => Ok(BillingCycle::Monthly),
        "yearly" => Ok(BillingCycle::Yearly),
        "once" => Ok(BillingCycle::OneTime),
        _ => Err(format!("`{word}` is no way to pay: write monthly, yearly or once.")),
    }
}

fn days(word: &str) -> Result<i64, String> {
    let days =
        word.strip_suffix('d').and_then(|days| days.parse().ok()).filter(|days| (1..=365).contains(days));
    days.ok_or_else(|| "a trial lasts 1d to 365d, for example 14d.".to_owned())
}

fn chaos(seed: &str, rates: &[&str]) -> Result<Chaos, String> {
    let seed = seed.parse().map_err(|_| format!("`{seed}` is no seed: write a whole number, or off."))?;
    let mut chaos = Chaos::seeded(seed);
    for rate in rates {
        let wrong = || format!("`{rate}` is no rate: write for example drop=50, in percent.");
        let (name, percent) = rate.split_once('=').ok_or_else(wrong)?;
        let percent: u8 = percent.parse().ok().filter(|percent| *percent <= 100).ok_or_else(wrong)?;
        let place = match name {
            "duplicate" => &mut chaos.duplicate,
            "reorder" => &mut chaos.reorder,
            "delay" => &mut chaos.delay,
            "drop" => &mut chaos.drop,
            "slow" => &mut chaos.slow,
            _ => return Err(format!("`{name}` is none of duplicate, reorder, delay, drop and slow.")),
        };
        *place = percent;
    }
    Ok(chaos)
}

fn known_event(name: &str) -> Result<String, String> {
    let known = EVENTS.contains(&name).then(|| name.to_owned());
    known.ok_or_else(|| format!("`{name}` is none of the events {}.", EVENTS.join(", ")))
}

fn overrides(fields: &[&str]) -> Result<Map<String, Value>, String> {
    let read = |field: &&str| {
        let (name, text) = field.split_once('=')?;
        // What reads as JSON is meant as such; everything else is text.
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        (!name.is_empty()).then(|| (name.to_owned(), value))
    };
    let pair = |field| read(field).ok_or_else(|| format!("`{field}` must read field=value."));
    fields.iter().map(pair).collect()
}

fn expectation(what: &[&str]) -> Result<Expectation, String> {
    match what {
        ["plan", plan] => Ok(Expectation::Plan((*plan).to_owned())),
        ["credits", credits] => {
            let number = credits.replace(['_', ','], "").parse().ok().filter(|credits| *credits >= 0);
            number.map(Expectation::Credits).ok_or_else(|| format!("`{credits}` is no number of credits."))
        }
        ["event", event, rest @ ..] => event_expectation(event, rest),
        _ => Err(
            "write `expect plan starter`, `expect credits 1200` or `expect event AppInstalled delivered 1`."
                .to_owned(),
        ),
    }
}

fn event_expectation(event: &str, rest: &[&str]) -> Result<Expectation, String> {
    let state_of = |word: &str| match word {
        "pending" => Some(DeliveryState::Pending),
        "delivered" => Some(DeliveryState::Delivered),
        "retrying" => Some(DeliveryState::Retrying),
        "gave_up" => Some(DeliveryState::GaveUp),
        _ => None,
    };
    let number = |word: &str| word.parse::<usize>().ok();
    let (state, times) = match rest {
        [] => (None, None),
        [one] => (state_of(one), number(one)),
        [state, times] => (state_of(state), number(times)),
        _ => (None, None),
    };
    let understood = usize::from(state.is_some()) + usize::from(times.is_some()) == rest.len();
    let message =
        "after the event stand its state (pending, delivered, retrying, gave_up) and how often, if at all.";
    if !understood {
        return Err(message.to_owned());
    }
    Ok(Expectation::Event { event: known_event(event)?, state, times })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let (line, why) = scenario(text).unwrap_err();
        format!("{line}: {why}")
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        for (text, told) in [
            ("", "1: there is no step in this scenario."),
            ("# nothing\n\n", "1: there is no step in this scenario."),
            ("install\n\n  by starter", "3: there is no step `by`: did you mean `buy`?"),
            ("INSTAL", "1: there is no step `INSTAL`: did you mean `install`?"),
            ("install now", "1: `install` stands alone on its line."),
            ("buy", "1: write `buy starter [monthly|yearly|once]`."),
            ("buy starter weekly", "1: `weekly` is no way to pay: write monthly, yearly or once."),
            ("trial starter monthly 0d", "1: a trial lasts 1d to 365d, for example 14d."),
            ("card burns", "1: write `card fails, or card pays`."),
            ("chaos", "1: write `chaos 7 [drop=50 …], or chaos off`."),
            ("chaos x", "1: `x` is no seed: write a whole number, or off."),
            ("chaos 7 drop=101", "1: `drop=101` is no rate: write for example drop=50, in percent."),
            ("chaos 7 rain=1", "1: `rain` is none of duplicate, reorder, delay, drop and slow."),
            ("site \"Bloom", "1: a quotation mark is never closed."),
            ("trigger AppInstalled appId", "1: `appId` must read field=value."),
            ("expect credits many", "1: `many` is no number of credits."),
            (
                "expect",
                "1: write `expect plan starter`, `expect credits 1200` or `expect event AppInstalled delivered 1`.",
            ),
        ] {
            assert_eq!(wrong(text), told, "{text}");
        }
        assert!(wrong("advance soon").starts_with("1: Write a duration"));
        assert!(wrong("until soon").contains("2028-01-31"));
        assert!(wrong("trigger Nothing").contains("AppInstalled"));
        assert!(wrong("fly to the moon").contains("steps are site, install"));
        assert!(wrong("expect event AppInstalled often").contains("gave_up"));
        assert!(wrong(&"next\n".repeat(1_001)).starts_with("1001: "));
    }

    #[test]
    fn comments_quotes_and_values_are_understood() {
        let read =
            scenario("site \"Bloom & Root\" # ours\ntrigger AppInstalled a=1 b=x c=null d=\"").unwrap();
        assert_eq!(read.steps[0].1.action, Action::Site("Bloom & Root".to_owned()));
        let Action::Trigger { overrides, .. } = &read.steps[1].1.action else { panic!("a trigger") };
        let json = serde_json::json!({ "a": 1, "b": "x", "c": null, "d": "\"" });
        assert_eq!(&Value::Object(overrides.clone()), &json);
    }

    #[test]
    fn shipped_scenarios_can_be_read() {
        for (name, text) in Scenario::shipped() {
            assert!(scenario(text).is_ok(), "{name}: {:?}", scenario(text));
        }
    }
}
