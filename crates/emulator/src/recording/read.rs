//! Reading a recording line by line, and saying which line is wrong and why.

use std::collections::HashSet;
use std::io::{BufRead, Read};

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use wixapp_core::input::{Unreadable, read_json};

use super::{End, Head, Line, RecordedEntry, RecordedInstance, RecordedWebhook, Recording, VERSION};
use crate::error::{Error, Refusal};
use crate::trigger::EVENTS;

/// No line that was ever written is as long.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// A line as it is read: one of these and no other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    head: Option<Head>,
    instance: Option<RecordedInstance>,
    webhook: Option<RecordedWebhook>,
    entry: Option<RecordedEntry>,
    end: Option<End>,
}

impl Recording {
    /// Reads a recording, and checks that it is whole.
    ///
    /// # Errors
    /// [`Error::code`] `broken_recording` with the line and what is wrong with it.
    pub fn read(text: impl BufRead) -> Result<Self, Error> {
        let mut reader = Reader::default();
        let mut lines = Lines { text, number: 0 };
        while let Some(line) = lines.next()? {
            reader.take(&line).map_err(|why| at_line(lines.number, &why))?;
        }
        Ok(reader.finish(lines.number)?)
    }
}

struct Lines<R> {
    text: R,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    /// The next line that is not empty.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        loop {
            let mut line = Vec::new();
            self.number += 1;
            let read = self.text.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
            read.map_err(|error| at_line(self.number, &format!("it cannot be read: {error}.")))?;
            if line.is_empty() {
                self.number -= 1;
                return Ok(None);
            }
            if line.len() as u64 >= MAX_LINE {
                return Err(at_line(self.number, "it has more than 16 MiB."));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }
}

#[derive(Default)]
struct Reader {
    head: Option<Head>,
    instances: Vec<RecordedInstance>,
    known: HashSet<String>,
    webhooks: Vec<RecordedWebhook>,
    entries: Vec<RecordedEntry>,
    end: Option<End>,
}

impl Reader {
    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        if self.end.is_some() {
            return Err("nothing may come after `end`.".to_owned());
        }
        let line = parse(line)?;
        if self.head.is_none() && !matches!(line, Line::Head(_)) {
            return Err("a recording begins with `head`; is this a file of `webhook export`?".to_owned());
        }
        match line {
            Line::Head(head) => self.begin(head),
            Line::Instance(instance) => self.instance(instance),
            Line::Webhook(webhook) => self.webhook(webhook),
            Line::Entry(entry) => {
                self.must_know(entry.instance_id.as_str())?;
                self.entries.push(entry);
                Ok(())
            }
            Line::End(end) => {
                self.end = Some(end);
                Ok(())
            }
        }
    }

    fn begin(&mut self, head: Head) -> Result<(), String> {
        if self.head.is_some() {
            return Err("`head` may be there once.".to_owned());
        }
        if head.recording != VERSION {
            return Err(format!(
                "the recording has version {}, this program reads {VERSION}.",
                head.recording
            ));
        }
        self.head = Some(head);
        Ok(())
    }

    fn instance(&mut self, instance: RecordedInstance) -> Result<(), String> {
        if !self.known.insert(instance.instance_id.to_string()) {
            return Err(format!("the instance {} was there before.", instance.instance_id));
        }
        if instance.answers.iter().any(|answer| answer.until < answer.from) {
            return Err("an answer's `until` lies before its `from`.".to_owned());
        }
        if instance.answers.windows(2).any(|pair| pair[1].from < pair[0].from) {
            return Err("the answers must stand in the order of `from`.".to_owned());
        }
        self.instances.push(instance);
        Ok(())
    }

    fn webhook(&mut self, webhook: RecordedWebhook) -> Result<(), String> {
        self.must_know(webhook.instance_id.as_str())?;
        if !is_known_event(&webhook.event) {
            // It names an event, no secret: whoever wrote the line wants to see which.
            let shown: String = webhook.event.chars().filter(|sign| !sign.is_control()).take(60).collect();
            return Err(format!(
                "there is no event \"{shown}\"; the platform knows {}, and domain events such as \
                 wix.data.v2.data_item_created.",
                EVENTS.join(", ")
            ));
        }
        if self.webhooks.last().is_some_and(|last| webhook.at < last.at) {
            return Err(
                "it came before the webhook above it; webhooks stand in the order of `at`.".to_owned()
            );
        }
        self.webhooks.push(webhook);
        Ok(())
    }

    fn must_know(&self, instance_id: &str) -> Result<(), String> {
        let unknown =
            || format!("the instance {instance_id} was not introduced by an `instance` line above.");
        if self.known.contains(instance_id) { Ok(()) } else { Err(unknown()) }
    }

    fn finish(self, lines: usize) -> Result<Recording, Refusal> {
        let Some(Head { pseudonyms, .. }) = self.head else {
            return Err(broken("The recording is empty: not even its first line is there."));
        };
        let found = [self.instances.len(), self.webhooks.len(), self.entries.len()].map(|count| count as u64);
        match self.end {
            None => Err(broken(format!(
                "The recording was cut short: it stops after line {lines}, and its last line, `end`, is missing."
            ))),
            Some(told) if [told.instances, told.webhooks, told.entries] != found => Err(broken(format!(
                "Lines are missing, or there are too many: `end` tells of {} instances, {} webhooks and {} entries, and there \
                 are {}, {} and {}.",
                told.instances, told.webhooks, told.entries, found[0], found[1], found[2]
            ))),
            Some(told) => Ok(Recording {
                pseudonyms,
                until: told.until,
                instances: self.instances,
                webhooks: self.webhooks,
                entries: self.entries,
            }),
        }
    }
}

fn parse(line: &[u8]) -> Result<Line, String> {
    let written: Written = read_json(line).map_err(|error| match error {
        Unreadable::Malformed(_) => "it is no JSON; was it cut short?".to_owned(),
        Unreadable::Unfit(sentence) => sentence,
    })?;
    let Written { head, instance, webhook, entry, end } = written;
    let mut found = [
        head.map(Line::Head),
        instance.map(Line::Instance),
        webhook.map(Line::Webhook),
        entry.map(Line::Entry),
        end.map(Line::End),
    ]
    .into_iter()
    .flatten();
    match (found.next(), found.next()) {
        (Some(line), None) => Ok(line),
        _ => Err("it has one of the fields `head`, `instance`, `webhook`, `entry` and `end`.".to_owned()),
    }
}

/// Domain events are named by the kind of entity; everything else has to be one of Wix's app events.
pub(crate) fn is_known_event(event: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_domain = event.contains('.') && event.len() <= 200 && event.bytes().all(fits);
    EVENTS.contains(&event) || is_domain
}

fn broken(message: impl Into<String>) -> Refusal {
    Refusal::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "broken_recording", message)
}

fn at_line(number: usize, why: &str) -> Refusal {
    broken(format!("Line {number}: {why}"))
}

/// A moment, refused in words of our own.
pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    parsed(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The same, where there may be none.
pub(super) fn maybe_moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parsed(&text)).transpose().map_err(D::Error::custom)
}

fn parsed(text: &str) -> Result<Timestamp, &'static str> {
    text.parse().map_err(|_| "write a moment as 2026-01-31T08:00:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"head":{"recording":1,"pseudonyms":false}}"#;
    const INSTANCE: &str = r#"{"instance":{"instanceId":"i","answers":[],"leftOut":null}}"#;
    const END: &str = r#"{"end":{"instances":1,"webhooks":1,"entries":0,"until":null}}"#;

    fn webhook(at: &str, event: &str) -> String {
        let day = "2026-01-01T00:00:00Z";
        format!(
            r#"{{"webhook":{{"at":"{at}","happenedAt":"{day}","instanceId":"i","event":"{event}","data":{{}}}}}}"#
        )
    }

    fn refused(lines: &[&str]) -> String {
        let error = Recording::read(lines.join("\n").as_bytes()).unwrap_err();
        assert_eq!(error.code(), Some("broken_recording"), "{error}");
        error.to_string()
    }

    #[test]
    fn a_whole_recording_is_read_and_empty_lines_do_not_count() {
        let one = webhook("2026-01-01T00:00:01Z", "AppInstalled");
        let text = format!("{HEAD}\n\n{INSTANCE}\r\n{one}\n{END}\n");
        let recording = Recording::read(text.as_bytes()).unwrap();
        assert_eq!((recording.instances.len(), recording.webhooks.len()), (1, 1));
    }

    #[test]
    fn every_flaw_is_named_with_its_line() {
        let good = webhook("2026-01-02T00:00:00Z", "AppInstalled");
        let earlier = webhook("2026-01-01T00:00:00Z", "AppRemoved");
        let unknown = webhook("2026-01-01T00:00:00Z", "PlanBought");
        let no_time = webhook("yesterday", "AppInstalled");
        let newer = HEAD.replace(":1,", ":2,");
        let cases: &[(&[&str], &str)] = &[
            (&[], "is empty"),
            (&[INSTANCE], "Line 1: a recording begins with `head`"),
            (&[HEAD, HEAD], "Line 2: `head` may be there once"),
            (&[&newer], "Line 1: the recording has version 2"),
            (&[HEAD, "{\"instance\":{\"inst"], "Line 2: it is no JSON; was it cut short?"),
            (&[HEAD, "[]"], "Line 2: "),
            (&[HEAD, "{}"], "Line 2: it has one of the fields"),
            (&[HEAD, r#"{"webhok":{}}"#], "`webhok`"),
            (&[HEAD, INSTANCE, INSTANCE], "Line 3: the instance i was there before"),
            (&[HEAD, &good], "Line 2: the instance i was not introduced"),
            (&[HEAD, INSTANCE, &unknown], "Line 3: there is no event \"PlanBought\""),
            (&[HEAD, INSTANCE, &good, &earlier], "Line 4: it came before the webhook above it"),
            (&[HEAD, INSTANCE, &no_time], "write a moment as"),
            (&[HEAD, INSTANCE, &good], "cut short: it stops after line 3"),
            (
                &[HEAD, INSTANCE, END],
                "`end` tells of 1 instances, 1 webhooks and 0 entries, and there are 1, 0 and 0",
            ),
            (&[HEAD, INSTANCE, &good, END, &good], "Line 5: nothing may come after `end`"),
        ];
        for (lines, expected) in cases {
            let said = refused(lines);
            assert!(said.contains(expected), "{expected}: {said}");
            assert!(!said.contains("serde") && !said.contains("expected `"), "{said}");
        }
    }
}
