//! What owners do: install, buy, change their minds, and spend.

use super::*;

impl Run<'_> {
    pub(super) fn act(&mut self, n: usize) {
        if self.now >= self.ends_at {
            return;
        }
        if self.healing {
            return self.after_days(4, 45, Event::Act(n));
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
        // Now and then the app was removed by mistake, and is back while its removal is still being told.
        if done.iter().any(|(_, deed)| *deed == Deed::Removed) && self.chance.chance(300) {
            self.after(1_800, 12 * 3_600, Event::Act(n));
        } else {
            self.after_days(4, 45, Event::Act(n));
        }
        for (id, deed) in done {
            self.meet(n, &id);
            self.chronicle_deed(self.now, &id, deed);
        }
        if is_trial_end {
            self.rare.count(Rare::TrialCancelled);
        }
    }

    /// Makes sure that an instance has its place among the sites.
    pub(super) fn meet(&mut self, n: usize, id: &InstanceId) {
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

    pub(super) fn spend(&mut self, n: usize) {
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
    pub(super) fn serve(&mut self, id: &InstanceId, key: &str, order: Order, again: bool) {
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
}
