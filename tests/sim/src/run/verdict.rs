//! The verdict: the network heals, everything is told, and the oracles look.

use super::*;

impl Run<'_> {
    /// Ends every fault, and gives the platform time to send what it still has.
    pub(super) fn heal(&mut self) {
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
    pub(super) fn bring_back(&mut self) {
        for n in 0..self.sites.len() {
            let Some(id) = self.sites[n].instance.clone() else { continue };
            if self.platform.app_instance(&id, self.now).is_none() {
                let installed = self.platform.install(&self.sites[n].id, self.now);
                let id = installed.expect("a removed app can be installed");
                self.chronicle_deed(self.now, &id, Deed::Installed { copy: false });
            }
        }
    }

    pub(super) fn judge(&mut self) -> bool {
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

    pub(super) fn examine(&mut self, id: &InstanceId) -> Result<(), Finding> {
        let (Some(books), Some(story)) = (self.app.store.books.get(id), self.chronicle.get(id)) else {
            return Ok(());
        };
        if story.leaves_no_trace() {
            self.rare.count(Rare::LostWithoutTrace);
        }
        oracle::ledger(books)?;
        let live = self.platform.live_plan(id, self.now);
        oracle::access(books, story, live.as_ref(), self.rules, self.now)?;
        match oracle::balance(books, story, self.rules, self.now)? {
            oracle::Compared::Nothing => {}
            oracle::Compared::Grants => self.rare.count(Rare::GrantsCompared),
            oracle::Compared::Balances => self.rare.count(Rare::BalancesCompared),
        }
        Ok(())
    }

    pub(super) fn fail(&mut self, id: &InstanceId, finding: Finding) {
        let mut history = self.log.lines(id);
        if let Some(books) = self.app.store.books.get(id).filter(|_| self.setup.verbose) {
            let mut facts: Vec<_> = books.facts.values().filter_map(|stored| stored.fact.as_ref()).collect();
            facts.sort_by_key(|fact| fact.at);
            history.extend(facts.iter().map(|fact| format!("fact of {}: {:?}", fact.at, fact.kind)));
        }
        self.failure.get_or_insert(Failure { instance: id.clone(), at: self.now, finding, history });
    }
}
