//! What must have happened to the credits, read off the folded life.

use std::collections::HashSet;

use super::epoch::Epoch;
use super::life::Life;
use super::segment::{EntryKind, Segment, stretches};
use super::{Due, DueKind, EndPolicy, Portion, listed};
use crate::catalog::{Plan, TopUp};
use crate::clock::{Timestamp, from_micros, to_micros};
use crate::credits::Credits;
use crate::fact::Noted;
use crate::grant::{Pool, Source};
use crate::reason::{ReasonCode, noted, refunded};

/// Everything that is due by now, in no particular order. What falls into a time in which the app is removed waits.
pub(super) fn list(life: &Life<'_>) -> Vec<Due> {
    let mut list = List { life, due: Vec::new(), trial_given: false };
    list.free();
    for index in 0..life.epochs.len() {
        if life.epochs[index].anchored {
            list.entries(&life.epochs[index]);
            list.cycles(&life.epochs[index]);
            list.end(index);
        }
    }
    list.given();
    list.top_ups();
    let List { mut due, .. } = list;
    let (mut seen, mut ends) = (HashSet::new(), HashSet::new());
    due.retain(|due| {
        // Lives that end at one moment are one end.
        if matches!(due.kind, DueKind::Reset(_)) && !ends.insert(due.at) {
            return false;
        }
        let comes = due.at <= life.input.now && life.removed_at().is_none_or(|removed| due.at < removed);
        comes && is_something(due) && seen.insert(due.key.clone())
    });
    due
}

fn is_something(due: &Due) -> bool {
    match &due.kind {
        DueKind::Grant(portion) | DueKind::Refund(portion) => !portion.amount.is_zero(),
        DueKind::Reset(_) => true,
    }
}

/// The names by which the cycles from `restart` on are known. An invoice that an upgrade has in common with what it follows
/// names the cycles of before, whose numbers are the same.
fn own_names<'s>(segments: &'s [Segment<'_>], restart: &'s Segment<'_>) -> impl Iterator<Item = &'s str> {
    let before = segments.iter().take_while(move |segment| !std::ptr::eq(*segment, restart));
    let is_taken = move |name: &&String| {
        restart.entry == EntryKind::Upgrade && before.clone().any(|segment| segment.names.contains(name))
    };
    restart.names.iter().filter(move |name| !is_taken(name)).map(String::as_str)
}

struct List<'l, 'a> {
    life: &'l Life<'a>,
    due: Vec<Due>,
    trial_given: bool,
}

/// What is due, apart from what it is: the first key counts, the rest are aliases.
struct Item {
    at: Timestamp,
    keys: Vec<String>,
    fact: Option<String>,
    reason: String,
}

impl<'a> List<'_, 'a> {
    fn key(&self, prefix: &str, rest: &str) -> String {
        let instance = self.life.input.instance_id;
        if rest.is_empty() { format!("{prefix}:{instance}") } else { format!("{prefix}:{instance}:{rest}") }
    }

    fn free(&mut self) {
        let Some(at) = self.life.installed_at else { return };
        if self.life.origin.is_some() && !self.life.input.policy.free_for_duplicates {
            return;
        }
        let plan = self.life.input.catalog.free();
        let kind = DueKind::Grant(portion(plan, Source::Free, plan.credits));
        let reason = ReasonCode::Start.about(plan.credits);
        let key = self.key("free", "");
        self.due.push(Due { at, key, aliases: Vec::new(), kind, fact: None, reason });
    }

    /// What the beginnings of plans earn: cycle 0 of the purchase, the trial's credits, and each upgrade.
    ///
    /// Going down and up again inside a paid period earns nothing: a lower plan only begins when the period ends, so the
    /// way back up is no upgrade before.
    fn entries(&mut self, epoch: &Epoch<'a>) {
        let name = epoch.names().next().unwrap_or_default().to_owned();
        for segment in &epoch.segments {
            let plan = segment.plan;
            let (source, amount, keys, reason) = match segment.entry {
                EntryKind::Continue | EntryKind::Transfer => continue,
                EntryKind::Trial if self.trial_given => continue,
                EntryKind::Trial => {
                    self.trial_given = true;
                    let reason = ReasonCode::Trial.about(&plan.name);
                    (Source::Trial, plan.credits_of_trial(), vec![self.key("trial", "")], reason)
                }
                EntryKind::Purchase => {
                    let keys = segment.names.iter().map(|name| self.key("cycle", &format!("{name}:0")));
                    (Source::Cycle, plan.credits, keys.collect(), ReasonCode::PlanBought.about(&plan.name))
                }
                EntryKind::Conversion => {
                    let keys = vec![self.key("cycle", &format!("{name}:0"))];
                    (Source::Cycle, plan.credits, keys, ReasonCode::TrialConverted.about(&plan.name))
                }
                EntryKind::Upgrade => {
                    let named = |fact: &String| self.key("upgrade", &format!("{name}:{fact}"));
                    let keys = std::iter::once(&segment.fact).chain(&segment.names).map(named);
                    (Source::Upgrade, plan.credits, keys.collect(), ReasonCode::Upgrade.about(&plan.name))
                }
            };
            let fact = Some(segment.fact.clone());
            let item = Item { at: segment.from, keys, fact, reason };
            self.push(epoch, item, portion(plan, source, amount));
        }
        for extra in &epoch.extras {
            let keys = vec![self.key("cycle", &format!("{}:0", extra.invoice_id))];
            let reason = ReasonCode::PlanBoughtAgain.about(&extra.plan.name);
            let fact = Some(extra.fact.clone());
            let item = Item { at: extra.at, keys, fact, reason };
            let portion = portion(extra.plan, Source::Cycle, extra.plan.credits);
            self.paid(Some(&extra.invoice_id), item, portion);
        }
    }

    /// The regular cycles, numbered from the purchase or the upgrade that began them. So their keys do not shift when more
    /// becomes known of what came before.
    fn cycles(&mut self, epoch: &Epoch<'a>) {
        let now = self.life.input.now;
        for stretch in stretches(&epoch.segments, self.life.input.policy.cycle, now) {
            let segment = stretch.segment;
            if segment.entry == EntryKind::Trial {
                continue;
            }
            for (n, at) in stretch.starts(now) {
                if epoch.ends_at.is_some_and(|end| end <= at) || !epoch.is_confirmed(segment, at) {
                    break;
                }
                // A trial that was converted goes on under the name of its purchase.
                let bought = epoch.names().take(1).filter(|_| stretch.restart.entry == EntryKind::Conversion);
                let names = bought.chain(own_names(&epoch.segments, stretch.restart));
                let keys: Vec<String> = names.map(|name| self.key("cycle", &format!("{name}:{n}"))).collect();
                let reason = ReasonCode::NewCycle.about(&segment.plan.name);
                self.push(epoch, Item { at, keys, fact: None, reason }, cycle_of(segment));
            }
        }
    }

    /// The end of a paid life that no other followed at once, and that no given plan outlasts. One that moved to another site
    /// leaves here what it gave (billing-rules §6.10).
    fn end(&mut self, index: usize) {
        let epoch = &self.life.epochs[index];
        let Some(at) = epoch.ends_at.filter(|_| !epoch.moved) else { return };
        let followed = self.life.epochs[index + 1..].iter().any(|next| next.started_at <= at);
        if !followed && !self.life.given.iter().any(|given| given.is_open(at)) {
            let keys = epoch.names().map(|name| self.key("reset", name)).collect();
            self.reset(at, keys);
        }
    }

    /// What plans given by an operator earn. They need no confirmation: the operator's word is one.
    fn given(&mut self) {
        let now = self.life.input.now;
        for (index, given) in self.life.given.iter().enumerate() {
            let segment = &given.segment;
            let (fact, name) = (Some(segment.fact.clone()), segment.name());
            if segment.entry == EntryKind::Purchase {
                let keys = vec![self.key("cycle", &format!("{name}:0"))];
                let kind = DueKind::Grant(cycle_of(segment));
                let reason = ReasonCode::PlanGiven.about(&segment.plan.name);
                self.add(Item { at: segment.from, keys, fact, reason }, kind);
            }
            for stretch in stretches(std::slice::from_ref(segment), self.life.input.policy.cycle, now) {
                for (n, at) in
                    stretch.starts(now).take_while(|(_, at)| given.until.is_none_or(|until| *at < until))
                {
                    let keys = vec![self.key("cycle", &format!("{name}:{n}"))];
                    let reason = ReasonCode::NewCycle.about(&segment.plan.name);
                    self.add(Item { at, keys, fact: None, reason }, DueKind::Grant(cycle_of(segment)));
                }
            }
            let Some(end) = given.until else { continue };
            let next = self.life.given[index + 1..].iter().any(|next| next.segment.from <= end);
            let paid = self.life.epochs.iter().any(|epoch| epoch.started_at <= end && epoch.is_open(end));
            if !next && !paid {
                self.reset(end, vec![self.key("reset", name)]);
            }
        }
    }

    fn top_ups(&mut self) {
        let (listed, untold) = listed::pair(&self.life.bought, &self.life.listed);
        for (bought, listed) in self.life.bought.iter().zip(listed) {
            // The invoice alone names a top-up: it is unique at Wix, and no part of a plan's life. It may have been given
            // when only Wix's list told of it.
            let names = std::iter::once(&bought.name).chain(listed.map(|listed| &listed.fact));
            let keys = names.map(|name| format!("topup:{name}")).collect();
            let (item, portion) = top_up(bought.top_up, bought.at, &bought.fact, keys);
            self.paid(Some(&bought.name), item, portion);
        }
        for listed in untold {
            let keys = vec![format!("topup:{}", listed.fact)];
            let (item, portion) = top_up(listed.top_up, listed.at, &listed.fact, keys);
            self.add(item, DueKind::Grant(portion));
        }
    }

    fn push(&mut self, epoch: &Epoch<'a>, item: Item, portion: Portion) {
        self.paid(epoch.invoices.at(item.at), item, portion);
    }

    /// What an invoice pays for, unless its payment was taken back.
    fn paid(&mut self, invoice_id: Option<&str>, item: Item, portion: Portion) {
        let Some(back) = invoice_id.and_then(|id| self.life.refunded.get(id)) else {
            return self.add(item, DueKind::Grant(portion));
        };
        let reason = match &back.noted {
            Some(Noted { actor, reason }) => noted(&item.reason, actor, reason),
            None => refunded(&item.reason),
        };
        self.add(Item { reason, ..item }, DueKind::Refund(portion));
    }

    fn reset(&mut self, at: Timestamp, keys: Vec<String>) {
        if self.life.input.policy.on_end == EndPolicy::Reset {
            let keep = self.life.input.catalog.free().credits;
            let reason = ReasonCode::PlanEnded.alone();
            self.add(Item { at, keys, fact: None, reason }, DueKind::Reset(keep));
        }
    }

    fn add(&mut self, item: Item, kind: DueKind) {
        let Item { at, keys, fact, reason } = item;
        // The databases keep whole milliseconds; an answer of Wix may name a finer moment.
        let at = from_micros(to_micros(at));
        let mut keys = keys.into_iter();
        let key = keys.next().unwrap_or_default();
        let aliases = keys.filter(|alias| *alias != key).collect();
        self.due.push(Due { at, key, aliases, kind, fact, reason });
    }
}

fn top_up(top_up: &TopUp, at: Timestamp, fact: &str, keys: Vec<String>) -> (Item, Portion) {
    let portion =
        Portion { plan: None, pool: Pool::Purchased, source: Source::TopUp, amount: top_up.credits };
    let reason = ReasonCode::TopUpBought.about(&top_up.name);
    (Item { at, keys, fact: Some(fact.to_owned()), reason }, portion)
}

fn cycle_of(segment: &Segment<'_>) -> Portion {
    portion(segment.plan, Source::Cycle, segment.plan.credits)
}

fn portion(plan: &Plan, source: Source, amount: Credits) -> Portion {
    Portion { plan: Some(plan.id.clone()), pool: Pool::Plan, source, amount }
}
