//! One seed: years of a few sites, from the first install to the last verdict.

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
                self.after_days(8, 25, Event::Sweep);
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

    // What the platform does.

    fn play_platform(&mut self) {
        for (at, id, happening) in self.platform.pass_time(self.now) {
            let until = self.platform.live_plan(&id, self.now).map_or(at, |live| live.period_end_at);
            let deed = match happening {
                Happening::Renewed => Deed::Renewed { until },
                Happening::Ended => Deed::Over,
                Happening::Converted => Deed::Converted { until },
                Happening::PaymentFailed => Deed::PaymentFailed,
            };
            self.chronicle_deed(at, &id, deed);
        }
        for webhook in self.platform.take_due(self.now) {
            self.send(webhook);
        }
    }

    fn chronicle_deed(&mut self, at: Timestamp, id: &InstanceId, deed: Deed) {
        self.log.note(at, id, "truth:", 0, || deed.in_words());
        self.count_deed(id, &deed);
        let place = self.chronicle.entry(id.clone()).or_default().add(at, deed);
        // What was sent about it is what this instance has under way that belongs to no deed yet.
        for webhook in self.platform.take_due(self.now) {
            if webhook.instance_id == *id && !self.deliveries.contains_key(&webhook.delivery_id) {
                self.deliveries.insert(webhook.delivery_id, (id.clone(), Some(place)));
            }
        }
    }

    fn count_deed(&mut self, id: &InstanceId, deed: &Deed) {
        let story = self.chronicle.get(id);
        let last_bought = story.and_then(|story| {
            story.deeds.iter().rev().find_map(|entry| match &entry.deed {
                Deed::Bought(purchase) => Some(purchase.clone()),
                _ => None,
            })
        });
        let was_failing = story
            .is_some_and(|story| story.deeds.last().is_some_and(|last| last.deed == Deed::PaymentFailed));
        let site = self.sites.iter().find(|site| site.instance.as_ref() == Some(id));
        match deed {
            Deed::Bought(purchase) if !purchase.fresh => {
                let before = last_bought.map_or((0, false), |before| (before.rank, before.yearly));
                if purchase.rank > before.0 && self.weather.fault(self.now).is_some() {
                    self.rare.count(Rare::UpgradeDuringOutage);
                }
                if purchase.yearly != before.1 && purchase.rank == before.0 {
                    self.rare.count(Rare::CycleSwitched);
                }
            }
            Deed::Installed { copy: true } => self.rare.count(Rare::SiteDuplicated),
            Deed::Installed { copy: false } if self.platform.live_plan(id, self.now).is_some() => {
                self.rare.count(Rare::ReinstallOnPaidPlan);
            }
            Deed::PaymentMade { .. } => self.rare.count(Rare::PaymentRecovered),
            Deed::Converted { .. } => self.rare.count(Rare::TrialConverted),
            Deed::Refunded => {
                let spent = self.app.store.books.get(id).is_some_and(|books| books.balances.spent > 0);
                if spent {
                    self.rare.count(Rare::RefundOfSpentCredits);
                }
            }
            Deed::Over => {
                if was_failing {
                    self.rare.count(Rare::PaymentGivenUp);
                }
                if site.is_some_and(|site| !site.holds.is_empty()) {
                    self.rare.count(Rare::HoldAcrossPlanEnd);
                }
            }
            _ => {}
        }
    }

    fn send(&mut self, webhook: Outgoing) {
        let known = (webhook.instance_id.clone(), None);
        self.deliveries.entry(webhook.delivery_id.clone()).or_insert(known);
        // Whether the platform signs a repetition anew is unknown, so both happen.
        let anew = webhook.attempt > 1 && self.chance.chance(250);
        let signed_at = if anew { self.now } else { webhook.signed_at };
        let fate = self.weather.fate(self.now);
        let (id, delivery_id) = (webhook.instance_id.clone(), webhook.delivery_id.clone());
        self.log.note(self.now, &id, "sent:", 0, || {
            format!("{} {:?} {fate:?}", webhook.event_type, webhook.attempt)
        });
        let late = |run: &mut Self, wait| {
            run.at(run.now + wait, Event::Arrive { webhook: Box::new(webhook.clone()), signed_at });
        };
        let status = match fate {
            Fate::Arrives => self.deliver(&webhook, signed_at),
            Fate::ArrivesTwice(wait) => {
                late(self, wait);
                self.deliver(&webhook, signed_at)
            }
            Fate::AnswerLost => {
                self.deliver(&webhook, signed_at);
                None
            }
            Fate::Late(wait) => {
                late(self, wait);
                None
            }
            Fate::Fails => None,
            Fate::Vanishes => Some(200),
        };
        self.platform.answered(&delivery_id, status, self.now);
    }

    // What the app does.

    fn deliver(&mut self, webhook: &Outgoing, signed_at: Timestamp) -> Option<u16> {
        if !self.is_up() {
            return None;
        }
        let received = self.app.receive(webhook, signed_at, self.now);
        let id = &webhook.instance_id;
        self.log.note(
            self.now,
            id,
            if received.duplicate { "again:" } else { "received:" },
            i64::from(received.duplicate),
            || {
                format!(
                    "{} {}",
                    webhook.event_type,
                    if received.told.is_some() { "stored" } else { "lost in a crash" }
                )
            },
        );
        let (_, place) = self.deliveries.get(&webhook.delivery_id).cloned().unwrap_or((id.clone(), None));
        if let (Some(place), Some(told)) = (place, received.told) {
            self.count_told(id, place, told.at);
            self.chronicle.entry(id.clone()).or_default().tell(place, told);
        }
        if received.duplicate && self.unanswered.remove(&webhook.delivery_id) {
            self.rare.count(Rare::DuplicateAfterCrash);
        }
        if received.status.is_none() {
            if received.told.is_some() {
                self.unanswered.insert(webhook.delivery_id.clone());
            }
            self.crash();
        } else {
            let wait = if self.chance.chance(100) { 7_200 } else { 20 };
            self.after(0, wait, Event::Process(id.clone()));
        }
        received.status
    }

    fn count_told(&mut self, id: &InstanceId, place: usize, fact_at: Timestamp) {
        let Some(story) = self.chronicle.get(id) else { return };
        let Some(entry) = story.deeds.get(place) else { return };
        let is_first = entry.told.is_none();
        if is_first
            && matches!(entry.deed, Deed::Bought(_))
            && story.asked.iter().any(|(at, _)| *at > entry.at)
        {
            self.rare.count(Rare::AnswerBeforeWebhook);
        }
        let later = story.deeds.iter().skip(place + 1);
        let reinstalled = later.filter(|e| matches!(e.deed, Deed::Installed { .. })).any(|e| e.at < fact_at);
        if is_first && entry.deed == Deed::Removed && reinstalled {
            self.rare.count(Rare::StaleRemoval);
        }
    }

    fn crash(&mut self) {
        self.starts_at = self.now + SignedDuration::from_secs(self.chance.between(1, 7_200));
        self.at(self.starts_at, Event::Restart);
    }

    fn restart(&mut self) {
        if !self.is_up() {
            return;
        }
        self.app.restart();
        let (news, all): (Vec<_>, Vec<_>) =
            (self.app.news.iter().cloned().collect(), self.app.store.books.keys().cloned().collect());
        for id in news {
            self.after(0, 30, Event::Process(id));
        }
        for id in all {
            self.after(0, 60, Event::Expire(id));
        }
    }

    /// Asks about every instance that is installed: the daily sweep, only rarer.
    fn sweep(&mut self) {
        let ids: Vec<_> = self.sites.iter().filter_map(|site| site.instance.clone()).collect();
        for id in ids {
            if self.is_up() {
                self.look(&id);
            }
        }
    }

    fn look(&mut self, id: &InstanceId) {
        self.derive(id, true);
    }

    fn derive(&mut self, id: &InstanceId, asks: bool) {
        let can_ask = asks && self.weather.can_ask(self.now);
        let asked = asks.then(|| match self.platform.app_instance(id, self.now).filter(|_| can_ask) {
            Some(found) => Asked::Answered(Box::new(found)),
            None if can_ask => Asked::Refused,
            None => Asked::Silent,
        });
        let answered = matches!(asked, Some(Asked::Answered(_)));
        let before = self.plan_rank(id);
        let access_before = self.access_in_words(id);
        let done = self.app.derive(id, asked, self.now);
        // The server asks again after a minute; here it waits longer, and longest where the app is not installed.
        let waits = asks && done.as_ref().is_ok_and(|brought| brought.unconfirmed);
        let rests = match (waits, answered || !can_ask) {
            (true, true) => 12 * 3_600,
            (true, false) => 10 * 86_400,
            (false, _) => 600,
        };
        self.rests_until.insert(id.clone(), self.now + SignedDuration::from_secs(rests));
        let changed =
            done.as_ref().map_or(1, |brought| i64::try_from(brought.moves.len()).unwrap_or(i64::MAX));
        if changed > 0 {
            self.log.note(
                self.now,
                id,
                if answered { "asked:" } else { "derived:" },
                changed,
                || match &done {
                    Ok(brought) => in_words(&brought.moves),
                    Err(stop) => format!("{stop:?}"),
                },
            );
        }
        let Some(brought) = self.settle(id, done) else { return };
        let access = self.access_in_words(id);
        if access != access_before {
            self.log.remark(self.now, id, "access:", || access);
        }
        let story = self.chronicle.entry(id.clone()).or_default();
        if answered {
            story.asked.push((self.now, self.app.clock(self.now)));
        }
        let given = brought.moves.iter().filter(|what| matches!(what, Move::Given { .. })).count();
        if given > 3 {
            self.rare.count(Rare::CatchUpOverThree);
        }
        story.moves.extend(brought.moves);
        let after = self.plan_rank(id);
        if after > 0 && after < before {
            self.rare.count(Rare::DowngradeTookEffect);
        }
    }

    /// How the app sees the instance, for a reader; nothing when nobody reads.
    fn access_in_words(&self, id: &InstanceId) -> String {
        let subscription = self.app.store.books.get(id).and_then(|books| books.profile.subscription.as_ref());
        let Some(found) = subscription.filter(|_| self.setup.verbose) else { return String::new() };
        let until =
            found.current_period_end.map_or_else(String::new, |end| format!(", period ends {end:.0}"));
        let pending =
            found.pending_plan_id.as_ref().map_or_else(String::new, |plan| format!(", then {plan}"));
        format!("{} on {}{until}{pending}", found.status.as_str(), found.plan_id)
    }

    fn plan_rank(&self, id: &InstanceId) -> u32 {
        let subscription = self.app.store.books.get(id).and_then(|books| books.profile.subscription.as_ref());
        subscription.and_then(|found| self.catalog.find(&found.plan_id)).map_or(0, |plan| plan.rank)
    }

    /// What came of the app's work; a crash takes the process with it.
    fn settle<T>(&mut self, id: &InstanceId, done: Result<T, Stop>) -> Option<T> {
        match done {
            Ok(brought) => return Some(brought),
            Err(Stop::Crashed { thrown_away, .. }) => {
                if thrown_away {
                    self.rare.count(Rare::GrantThrownAway);
                }
                self.crash();
            }
            Err(Stop::Broken(Violation(wrong))) => {
                self.fail(id, Finding { oracle: Oracle::Constraint, wrong })
            }
            Err(Stop::Refused(error)) => {
                self.fail(
                    id,
                    Finding { oracle: Oracle::Constraint, wrong: format!("the books refused: {error}") },
                );
            }
        }
        None
    }

    fn expire(&mut self, id: &InstanceId) {
        let done = self.app.expire(id, self.now);
        let Some(Brought { moves, .. }) = self.settle(id, done) else { return };
        for what in &moves {
            self.rare.count(Rare::HoldExpired);
            self.log.note(self.now, id, "expired:", 0, || format!("{what:?}"));
        }
        self.chronicle.entry(id.clone()).or_default().moves.extend(moves);
    }

    // What owners do.

    fn act(&mut self, n: usize) {
        if self.now >= self.ends_at {
            return;
        }
        self.after_days(4, 45, Event::Act(n));
        if self.healing {
            return;
        }
        let (site, instance) = (self.sites[n].id.clone(), self.sites[n].instance.clone());
        let mut scene = Scene {
            platform: &mut self.platform,
            catalog: &self.catalog,
            abstinence: &self.setup.abstinence,
            most_sites: self.setup.sites + self.setup.sites / 5,
            now: self.now,
        };
        let done = scene.act(&site, instance.as_ref(), &mut self.chance).expect("owners do what they may");
        let is_trial_end = done.len() == 2;
        for (id, deed) in done {
            self.meet(n, &id);
            self.chronicle_deed(self.now, &id, deed);
        }
        if is_trial_end {
            self.rare.count(Rare::TrialCancelled);
        }
    }

    /// Makes sure that an instance has its place among the sites.
    fn meet(&mut self, n: usize, id: &InstanceId) {
        if self.sites[n].instance.as_ref() == Some(id) {
            return;
        }
        let mut place = n;
        if self.sites[n].instance.is_some() {
            let known = self.platform.sites();
            place = self.sites.len();
            let id = known.into_iter().next_back().expect("a copy was made just now");
            self.sites.push(Site { id, instance: None, holds: Vec::new(), spends: 0 });
            self.after_days(1, 40, Event::Act(place));
        }
        self.sites[place].instance = Some(id.clone());
        if !self.leaves_out(Habit::Spend) {
            self.after_days(1, 20, Event::Spend(place));
        }
    }

    fn spend(&mut self, n: usize) {
        if self.now >= self.ends_at {
            return;
        }
        self.after_days(2, 25, Event::Spend(n));
        let Some(id) = self.sites[n].instance.clone() else { return };
        let available = self.app.store.books.get(&id).map_or(0, |books| books.available().get());
        if self.healing || !self.is_up() {
            return;
        }
        self.sites[n].spends += 1;
        let new_key = format!("order-{}", self.sites[n].spends);
        if let Some((key, held)) = self.sites[n].holds.first().cloned().filter(|_| self.chance.chance(600)) {
            self.sites[n].holds.remove(0);
            let part = if self.chance.chance(500) { held } else { self.chance.between(1, held) };
            let order = if self.chance.chance(600) { Order::Post(part) } else { Order::Void };
            if part < held && order == Order::Post(part) {
                self.rare.count(Rare::HoldPostedInPart);
            }
            return self.serve(&id, &key, order, false);
        }
        let most =
            self.chance.weighted(&[(50, available / 4), (30, available), (10, available + 1), (10, 5)]);
        let amount = self.chance.between(1, most.max(1));
        if self.chance.chance(600) {
            return self.serve(&id, &new_key, Order::Spend(amount), false);
        }
        let until = self.app.clock(self.now) + SignedDuration::from_hours(self.chance.between(1, 40 * 24));
        self.at(until + SignedDuration::from_mins(20), Event::Expire(id.clone()));
        self.sites[n].holds.push((new_key.clone(), amount));
        self.serve(&id, &new_key, Order::Reserve(amount, until), false);
    }

    /// The client asks, and asks again under the same key until it gets an answer.
    fn serve(&mut self, id: &InstanceId, key: &str, order: Order, again: bool) {
        let repeat = Event::Repeat { instance: id.clone(), key: key.to_owned(), order: order.clone() };
        if !self.is_up() {
            self.after(3_600, 7_200, repeat);
            return;
        }
        let done = self.app.serve(id, key, &order, self.now);
        self.log
            .note(self.now, id, "ordered:", i64::from(done.is_ok()), || format!("{key} {order:?}: {done:?}"));
        match done {
            Ok(Some(what)) => {
                self.chronicle.entry(id.clone()).or_default().moves.push(what);
                if self.app.dies_before_answer() {
                    self.crash();
                    self.after(7_200, 14_400, repeat);
                }
            }
            Ok(None) => {
                if again {
                    self.rare.count(Rare::SpendRepeated);
                }
            }
            Err(Stop::Refused(_)) => {
                if let Order::Reserve(..) = order {
                    let mut sites = self.sites.iter_mut();
                    if let Some(site) = sites.find(|site| site.instance.as_ref() == Some(id)) {
                        site.holds.retain(|hold| hold.0 != key);
                    }
                }
            }
            Err(stop @ (Stop::Crashed { .. } | Stop::Broken(_))) => {
                self.settle::<()>(id, Err(stop));
                self.after(7_200, 14_400, repeat);
            }
        }
    }

    // The verdict.

    /// Ends every fault, and gives the platform time to send what it still has.
    fn heal(&mut self) {
        self.healing = true;
        self.weather.set_calm(true);
        self.app.let_crash(false);
        (self.app.skew, self.starts_at) = (SignedDuration::ZERO, self.now);
        if self.now >= self.ends_at {
            self.bring_back();
        }
        self.restart();
        self.sweep();
        self.at(self.now + HEALING, Event::Judge);
    }

    /// At the end every removed app is installed again, so that nothing is left waiting.
    fn bring_back(&mut self) {
        for n in 0..self.sites.len() {
            let Some(id) = self.sites[n].instance.clone() else { continue };
            if self.platform.app_instance(&id, self.now).is_none() {
                let installed = self.platform.install(&self.sites[n].id, self.now);
                let id = installed.expect("a removed app can be installed");
                self.chronicle_deed(self.now, &id, Deed::Installed { copy: false });
            }
        }
    }

    fn judge(&mut self) -> bool {
        let news: Vec<_> = self.app.news.iter().cloned().collect();
        for id in news {
            self.derive(&id, false);
        }
        self.sweep();
        let ids: Vec<_> = self.app.store.books.keys().cloned().collect();
        for id in &ids {
            self.expire(id);
        }
        for id in &ids {
            if let Err(finding) = self.examine(id) {
                self.fail(id, finding);
                return false;
            }
        }
        self.healing = false;
        self.weather.set_calm(self.leaves_out(Habit::Fault));
        self.app.let_crash(!self.leaves_out(Habit::Crash));
        if self.now < self.ends_at {
            self.at((self.now + BETWEEN_VERDICTS).min(self.ends_at), Event::Heal);
        }
        self.now < self.ends_at
    }

    fn examine(&mut self, id: &InstanceId) -> Result<(), Finding> {
        let (Some(books), Some(story)) = (self.app.store.books.get(id), self.chronicle.get(id)) else {
            return Ok(());
        };
        if story.leaves_no_trace() {
            self.rare.count(Rare::LostWithoutTrace);
        }
        oracle::ledger(books)?;
        let live = self.platform.live_plan(id, self.now);
        oracle::access(books, story, live.as_ref(), self.rules, self.now)?;
        oracle::balance(books, story, self.rules, self.now)
    }

    fn fail(&mut self, id: &InstanceId, finding: Finding) {
        let history = self.log.lines(id);
        self.failure.get_or_insert(Failure { instance: id.clone(), at: self.now, finding, history });
    }
}

/// Moves of credits, for a reader.
fn in_words(moves: &[Move]) -> String {
    let words = moves.iter().map(|what| match what {
        Move::Given { since, amount } => format!("+{amount} of {since:.0}"),
        Move::Cut => "cut".to_owned(),
        Move::TakenBack { since, amount } => format!("-{amount} of {since:.0} taken back"),
        Move::Spent(amount) => format!("-{amount}"),
        Move::Reserved(key, amount) => format!("{key} holds {amount}"),
        Move::Posted(key, amount) => format!("{key} spent {amount}"),
        Move::Returned(key) => format!("{key} came back"),
    });
    words.collect::<Vec<_>>().join(", ")
}
