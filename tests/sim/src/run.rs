//! One seed: years of a few sites, from the first install to the last verdict.

mod app;
mod owners;
mod platform;
mod verdict;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use jiff::{SignedDuration, Timestamp};
use wixapp_core::Catalog;
use wixapp_core::cycle::CyclePolicy;
use wixapp_core::derive::Policy;
use wixapp_core::id::{DeliveryId, InstanceId};
use wixapp_emulator::platform::{Happening, Outgoing, Platform};

use super::app::{App, Asked, Brought, Order, Stop};
use super::chronicle::{Chronicle, Deed, Move};
use super::log::Log;
use super::model::Rules;
use super::oracle::{self, Finding, Oracle};
use super::owner::{Abstinence, Habit, Scene};
use super::rare::{Counters, Rare};
use super::rng::Rng;
use super::store::{Memory, Plant, Violation};
use super::weather::{Fate, Weather};

/// How a seed is run.
#[derive(Debug, Clone)]
pub struct Setup {
    /// How many sites there are at first; a fifth more may come by duplication.
    pub sites: usize,
    /// How many days owners act.
    pub days: i64,
    /// What owners do not do.
    pub abstinence: Abstinence,
    /// A bug to be planted.
    pub plant: Option<Plant>,
    /// Whether the history is kept in words.
    pub verbose: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { sites: 17, days: 3 * 365, abstinence: Abstinence::default(), plant: None, verbose: false }
    }
}

/// How a seed ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The hash over everything that happened.
    pub hash: u64,
    /// What an oracle found, with the instance and its history.
    pub failure: Option<Failure>,
    /// What rare things happened.
    pub rare: Counters,
    /// How many events there were.
    pub events: u64,
}

/// What went wrong, where and when.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Which instance.
    pub instance: InstanceId,
    /// When it was found.
    pub at: Timestamp,
    /// What was found.
    pub finding: Finding,
    /// What had happened to the instance, line by line, when the history was kept.
    pub history: Vec<String>,
}

/// How long the network is left alone before a verdict: longer than the platform's last retry.
const HEALING: SignedDuration = SignedDuration::from_hours(3 * 24);
/// From one verdict to the next.
const BETWEEN_VERDICTS: SignedDuration = SignedDuration::from_hours(180 * 24);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Act(usize),
    Spend(usize),
    Repeat { instance: InstanceId, key: String, order: Order },
    Arrive { webhook: Box<Outgoing>, signed_at: Timestamp },
    Process(InstanceId),
    Expire(InstanceId),
    Sweep,
    Turn,
    Skew,
    Restart,
    Heal,
    Judge,
}

/// One event with its time; events of one moment keep the order in which they were planned.
struct Planned(Reverse<(Timestamp, u64)>, Event);

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Planned {}
impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Planned {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

struct Site {
    id: String,
    instance: Option<InstanceId>,
    /// What the owner put aside and did not end yet.
    holds: Vec<(String, i64)>,
    spends: u32,
}

struct Run<'a> {
    setup: &'a Setup,
    catalog: Catalog,
    rules: Rules,
    chance: Rng,
    platform: Platform,
    app: App,
    weather: Weather,
    chronicle: Chronicle,
    deliveries: BTreeMap<DeliveryId, (InstanceId, Option<usize>)>,
    unanswered: BTreeSet<DeliveryId>,
    sites: Vec<Site>,
    plan: BinaryHeap<Planned>,
    planned: u64,
    now: Timestamp,
    /// When the app's process runs again after a crash.
    starts_at: Timestamp,
    /// When each instance may be asked about again.
    rests_until: BTreeMap<InstanceId, Timestamp>,
    healing: bool,
    ends_at: Timestamp,
    log: Log,
    rare: Counters,
    failure: Option<Failure>,
}

/// Runs one seed to its end, or to the first thing an oracle finds.
///
/// # Panics
/// When the platform refuses what its owners may do: a defect of the simulator.
#[must_use]
pub fn run(seed: u64, setup: &Setup) -> Outcome {
    let mut run = Run::new(seed, setup);
    let mut events = 0;
    while run.failure.is_none() && run.step() {
        events += 1;
    }
    for books in run.app.store.books.values() {
        run.log.mix(books.head.as_bytes());
    }
    Outcome { seed, hash: run.log.hash(), failure: run.failure, rare: run.rare, events }
}

impl<'a> Run<'a> {
    fn new(seed: u64, setup: &'a Setup) -> Self {
        let mut chance = Rng::new(seed, 1);
        let catalog = Catalog::standard();
        let by_month = chance.chance(300);
        let cycle = if by_month { CyclePolicy::Month } else { CyclePolicy::ThirtyDays };
        let policy = Policy { cycle, ..Policy::default() };
        let first: Timestamp = "2027-01-01T00:00:00Z".parse().expect("a fixed, valid time");
        let start = first + SignedDuration::from_millis(chance.between(0, 365 * 86_400_000));
        let platform =
            Platform::new(seed, setup.sites, catalog.clone(), start).expect("fixed settings are valid");
        let site = |id| Site { id, instance: None, holds: Vec::new(), spends: 0 };
        let sites: Vec<Site> = platform.sites().into_iter().map(site).collect();
        let app = App::new(Memory::new(setup.plant), catalog.clone(), policy, Rng::new(seed, 2));
        let mut run = Self {
            setup,
            rules: Rules { by_month, free: catalog.free().credits.get() },
            catalog,
            chance,
            platform,
            app,
            weather: Weather::new(Rng::new(seed, 3)),
            chronicle: Chronicle::new(),
            deliveries: BTreeMap::new(),
            unanswered: BTreeSet::new(),
            plan: BinaryHeap::new(),
            planned: 0,
            now: start,
            starts_at: start,
            rests_until: BTreeMap::new(),
            healing: false,
            ends_at: start + SignedDuration::from_hours(24 * setup.days),
            log: Log::new(setup.verbose),
            rare: Counters::default(),
            failure: None,
            sites,
        };
        run.weather.set_calm(run.leaves_out(Habit::Fault));
        run.app.let_crash(!run.leaves_out(Habit::Crash));
        for n in 0..run.sites.len() {
            run.after_days(0, 40, Event::Act(n));
        }
        for event in [Event::Sweep, Event::Turn, Event::Skew] {
            run.after_days(5, 30, event);
        }
        run.at(start + BETWEEN_VERDICTS, Event::Heal);
        run
    }

    fn at(&mut self, at: Timestamp, event: Event) {
        self.planned += 1;
        self.plan.push(Planned(Reverse((at.max(self.now), self.planned)), event));
    }

    fn after(&mut self, low_s: i64, high_s: i64, event: Event) {
        let wait = SignedDuration::from_millis(self.chance.between(low_s * 1000, high_s * 1000));
        self.at(self.now + wait, event);
    }

    fn after_days(&mut self, low: i64, high: i64, event: Event) {
        self.after(low * 86_400, high * 86_400, event);
    }

    fn leaves_out(&self, habit: Habit) -> bool {
        self.setup.abstinence.weigh(habit, 1) == 0
    }

    fn is_up(&self) -> bool {
        self.weather.is_up(self.now) && self.now >= self.starts_at
    }

    /// Does the next thing there is to do; false after the last.
    fn step(&mut self) -> bool {
        let planned = self.plan.peek().map(|planned| planned.0.0.0);
        let platform = self.platform.next_due_at();
        let due = self.next_due();
        let Some(next) = [planned, platform, due.as_ref().map(|due| due.0)].into_iter().flatten().min()
        else {
            return false;
        };
        self.now = self.now.max(next);
        if platform.is_some_and(|at| at <= next) {
            self.play_platform();
        } else if planned == Some(next) {
            let Some(Planned(_, event)) = self.plan.pop() else { return false };
            return self.play(event);
        } else if let Some((_, id)) = due {
            self.look(&id);
        }
        true
    }

    /// The instance whose time has come first, by the app's own clock.
    fn next_due(&self) -> Option<(Timestamp, InstanceId)> {
        let up = self.weather.is_up(self.now).then_some(self.starts_at)?;
        let due = self.app.store.books.iter().filter_map(|(id, books)| {
            let at = books.profile.due_at?.checked_sub(self.app.skew).ok()?;
            let rests = self.rests_until.get(id).copied().unwrap_or(at);
            Some((at.max(rests).max(up), id))
        });
        due.min().map(|(at, id)| (at, id.clone()))
    }

    fn play(&mut self, event: Event) -> bool {
        match event {
            Event::Act(n) => self.act(n),
            Event::Spend(n) => self.spend(n),
            Event::Repeat { instance, key, order } => self.serve(&instance, &key, order, true),
            Event::Arrive { webhook, signed_at } => {
                self.deliver(&webhook, signed_at);
            }
            Event::Process(id) => {
                if self.is_up() && self.app.news.contains(&id) {
                    self.derive(&id, false);
                }
            }
            Event::Expire(id) => {
                if self.is_up() {
                    self.expire(&id);
                }
            }
            Event::Sweep => {
                self.sweep();
                self.after_days(15, 45, Event::Sweep);
            }
            Event::Turn => {
                if let Some((fault, until)) = self.weather.turn(self.now) {
                    self.tell_all(fault.as_str(), until);
                    if until.duration_since(self.now) > SignedDuration::from_hours(99 * 24) {
                        self.rare.count(Rare::LongOutage);
                    }
                    self.at(until, Event::Restart);
                }
                self.after_days(5, 60, Event::Turn);
            }
            Event::Skew => {
                let ms = if self.healing || self.leaves_out(Habit::Skew) {
                    0
                } else {
                    self.chance.between(-540_000, 540_000)
                };
                self.app.skew = SignedDuration::from_millis(ms);
                self.rare.count(Rare::ClockSkewed);
                self.after_days(10, 60, Event::Skew);
            }
            Event::Restart => self.restart(),
            Event::Heal => self.heal(),
            Event::Judge => return self.judge(),
        }
        true
    }

    fn tell_all(&mut self, what: &str, until: Timestamp) {
        let ids: Vec<_> = self.chronicle.keys().cloned().collect();
        for id in ids {
            self.log.note(self.now, &id, "network:", 0, || format!("{what} until {until:.0}"));
        }
    }
}
