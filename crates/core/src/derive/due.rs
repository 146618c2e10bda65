//! What must have happened to the credits, read off the folded life.

use super::life::{EntryKind, Epoch, Life, Segment};
use super::{Due, DueKind, EndPolicy};
use crate::clock::Timestamp;
use crate::cycle::Cycles;
use crate::grant::Source;

/// Everything that is due by now, in no particular order. While the app is removed, nothing is: it waits.
pub(super) fn list(life: &Life<'_>) -> Vec<Due> {
    let mut due = Vec::new();
    if life.is_removed() {
        return due;
    }
    free(life, &mut due);
    for (index, epoch) in life.epochs.iter().enumerate() {
        if epoch.anchored {
            entries(life, epoch, &mut due);
            cycles(life, epoch, &mut due);
            let followed = life.epochs.get(index + 1).map(|next| next.started_at);
            reset(life, epoch, followed, &mut due);
        }
    }
    due
}

fn free(life: &Life<'_>, due: &mut Vec<Due>) {
    let Some(at) = life.installed_at else { return };
    if life.origin.is_some() && !life.input.policy.free_for_duplicates {
        return;
    }
    due.push(Due {
        at,
        key: format!("free:{}", life.input.instance_id),
        aliases: Vec::new(),
        kind: DueKind::Grant { plan: life.input.catalog.free().id.clone(), source: Source::Free },
        fact: None,
    });
}

/// `prefix:{instance}:{epoch}` with `suffix`, for every name of the epoch: the first is the key, the rest are aliases.
fn keys(life: &Life<'_>, epoch: &Epoch<'_>, prefix: &str, suffix: &str) -> (String, Vec<String>) {
    split(epoch.names().map(|name| format!("{prefix}:{}:{name}{suffix}", life.input.instance_id)))
}

/// The keys under which the beginning of a segment may have been granted.
///
/// What is known of a paid life grows: an answer of Wix may have shown a plan before the webhook that began it came. Its
/// credits were then granted under another name, or as the first plan of the life instead of as an upgrade.
fn entry_keys(life: &Life<'_>, epoch: &Epoch<'_>, segment: &Segment<'_>) -> (String, Vec<String>) {
    let instance = life.input.instance_id;
    let as_first = |name: &str| format!("cycle:{instance}:{name}:0");
    if segment.entry == EntryKind::Purchase {
        return split(segment.names.iter().map(|name| as_first(name)));
    }
    let known = |name: &String| epoch.segments.first().is_some_and(|first| first.names.contains(name));
    let key = epoch.names().take(1).map(|name| format!("upgrade:{instance}:{name}:{}", segment.fact));
    let upgrades = epoch.names().flat_map(|epoch_name| {
        segment.names.iter().map(move |name| format!("upgrade:{instance}:{epoch_name}:{name}"))
    });
    let firsts = segment.names.iter().filter(|name| !known(name)).map(|name| as_first(name));
    split(key.chain(upgrades).chain(firsts))
}

fn split(mut keys: impl Iterator<Item = String>) -> (String, Vec<String>) {
    let key = keys.next().unwrap_or_default();
    let aliases = keys.filter(|alias| *alias != key).collect();
    (key, aliases)
}

fn granted(segment: &Segment<'_>, source: Source) -> DueKind {
    DueKind::Grant { plan: segment.plan.id.clone(), source }
}

/// What the beginnings of plans earn: cycle 0 of the purchase, and each upgrade.
///
/// Going down and up again inside a paid period earns nothing: a lower plan only begins when the period ends, so the way
/// back up is no upgrade before.
fn entries(life: &Life<'_>, epoch: &Epoch<'_>, due: &mut Vec<Due>) {
    for segment in epoch.segments.iter().filter(|segment| segment.from <= life.input.now) {
        if segment.entry == EntryKind::Continue {
            continue;
        }
        let (key, aliases) = entry_keys(life, epoch, segment);
        let source = if segment.entry == EntryKind::Upgrade { Source::Upgrade } else { Source::Cycle };
        let fact = Some(segment.fact.clone());
        due.push(Due { at: segment.from, key, aliases, kind: granted(segment, source), fact });
    }
}

/// The regular cycles, numbered through the whole epoch; an upgrade restarts their anchor.
fn cycles(life: &Life<'_>, epoch: &Epoch<'_>, due: &mut Vec<Due>) {
    let until = [Some(life.input.now), epoch.ends_at].into_iter().flatten().min().unwrap_or(life.input.now);
    let mut n = 0;
    for stretch in stretches(epoch, life) {
        let starts = (1..).map_while(|i| stretch.cycles.start(i).map(|at| (i, at)));
        for (_, at) in
            starts.skip_while(|(_, at)| *at < stretch.from).take_while(|(_, at)| stretch.covers(*at))
        {
            n += 1;
            if at > until || !epoch.is_confirmed(at) || epoch.ends_at == Some(at) {
                break;
            }
            let (key, aliases) = keys(life, epoch, "cycle", &format!(":{n}"));
            due.push(Due { at, key, aliases, kind: granted(stretch.segment, Source::Cycle), fact: None });
        }
    }
}

/// A segment with the cycles that run in it.
struct Stretch<'s, 'a> {
    segment: &'s Segment<'a>,
    cycles: Cycles,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Stretch<'_, '_> {
    fn covers(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

fn stretches<'s, 'a>(epoch: &'s Epoch<'a>, life: &Life<'_>) -> Vec<Stretch<'s, 'a>> {
    let mut anchor = epoch.started_at;
    let mut stretches: Vec<Stretch<'s, 'a>> = Vec::new();
    for segment in epoch.segments.iter().filter(|segment| segment.from <= life.input.now) {
        if segment.entry != EntryKind::Continue {
            anchor = segment.from;
        }
        if let Some(last) = stretches.last_mut() {
            last.until = Some(segment.from);
        }
        let cycles = Cycles::new(anchor, life.input.policy.cycle, &segment.billing);
        stretches.push(Stretch { segment, cycles, from: segment.from, until: None });
    }
    stretches
}

/// The end of a paid life that no other followed at once.
fn reset(life: &Life<'_>, epoch: &Epoch<'_>, followed: Option<Timestamp>, due: &mut Vec<Due>) {
    let Some(at) = epoch.ends_at.filter(|end| *end <= life.input.now) else { return };
    if life.input.policy.on_end == EndPolicy::Keep || followed.is_some_and(|next| next <= at) {
        return;
    }
    let (key, aliases) = keys(life, epoch, "reset", "");
    due.push(Due { at, key, aliases, kind: DueKind::Reset, fact: None });
}
