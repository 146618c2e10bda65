//! Every order in which facts can arrive gives the same books.
//!
//! Each lifecycle is a set of facts. It is lived through in every order of arrival, with the books settled after each, at
//! the earliest time at which that is possible; and each ends like the one where all was known from the start. Longer
//! random lives are lived through in random orders, with repetitions, and with looks in between: as many as
//! `WIXAPP_PERMUTATION_TRACES` says.

use super::lives::{Lifecycle, lives};
use super::*;
use crate::cycle::CyclePolicy;

/// Every order of `0..n`, each given to `see`.
fn permutations(n: usize, see: &mut impl FnMut(&[usize])) {
    fn go(order: &mut Vec<usize>, k: usize, see: &mut impl FnMut(&[usize])) {
        if k == order.len() {
            return see(order);
        }
        for i in k..order.len() {
            order.swap(k, i);
            go(order, k + 1, see);
            order.swap(k, i);
        }
    }
    go(&mut (0..n).collect(), 0, see);
}

#[test]
fn every_order_of_arrival_gives_the_same_books() {
    let lives = lives();
    assert!(lives.len() >= 40 && lives.iter().any(|life| life.facts.len() == 6));
    let mut failures = Vec::new();
    for life in lives {
        let mut all = Account::new("i".parse().unwrap());
        life.settle(&mut all, &life.facts, life.until);
        let expected = life.outcome(&life.facts, &all);
        let (mut wrong, mut count) = (0, 0);
        permutations(life.facts.len(), &mut |order| {
            let facts: Vec<Fact> = order.iter().map(|n| life.facts[*n].clone()).collect();
            // Each order with one fact twice as well: over all orders every fact, at every place.
            let mut twice = facts.clone();
            twice.insert(count / facts.len() % (facts.len() + 1), facts[count % facts.len()].clone());
            count += 1;
            for (facts, after) in [(&facts, &[][..]), (&facts, &[17, 40]), (&twice, &[])] {
                let outcome = life.outcome(facts, &life.lived(facts, after));
                if outcome.hash() != expected.hash() {
                    wrong += 1;
                    if wrong == 1 {
                        failures.push(format!(
                            "{}: {order:?} {after:?}\n  {outcome:?}\n  {expected:?}",
                            life.name
                        ));
                    }
                }
            }
        });
        if wrong > 0 {
            failures.push(format!("{}: {wrong} orders", life.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_fact_that_comes_again_changes_nothing() {
    for life in lives() {
        let expected = life.outcome(&life.facts, &life.lived(&life.facts, &[]));
        for again in 0..life.facts.len() {
            let mut facts = life.facts.clone();
            facts.push(life.facts[again].clone());
            facts.insert(0, life.facts[again].clone());
            assert_eq!(life.outcome(&facts, &life.lived(&facts, &[])), expected, "{} {again}", life.name);
        }
    }
}

#[test]
fn time_alone_takes_nothing_back() {
    for life in lives() {
        let mut account = Account::new("i".parse().unwrap());
        let last = life.facts.iter().map(|fact| fact.at).max().unwrap();
        for days in (0..=400).step_by(4) {
            life.settle(&mut account, &life.facts, last + jiff::SignedDuration::from_hours(24 * days));
        }
        let taken: Vec<_> = account
            .changes
            .entries
            .iter()
            .filter(|e| e.code == crate::entry::EntryCode::Reversal || e.business_key.starts_with("unreset:"))
            .collect();
        assert!(taken.is_empty() || life.name.contains("refund"), "{}: {taken:?}", life.name);
    }
}

/// A number from a number: enough to shuffle, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.roll(i + 1));
        }
    }
}

#[test]
fn random_lives_in_random_orders_end_the_same() {
    let traces = std::env::var("WIXAPP_PERMUTATION_TRACES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let pool: Vec<Fact> = {
        let mut pool: Vec<Fact> = lives().into_iter().flat_map(|life| life.facts).collect();
        pool.sort_by(|a, b| a.key.cmp(&b.key));
        pool.dedup_by(|a, b| a.key == b.key);
        pool
    };
    for seed in 0..traces {
        let mut dice = Dice(seed);
        let mut facts: Vec<Fact> =
            (0..2 + dice.roll(9)).map(|_| pool[dice.roll(pool.len())].clone()).collect();
        facts.sort_by(|a, b| a.key.cmp(&b.key));
        facts.dedup_by(|a, b| a.key == b.key);
        let until = facts.iter().map(|fact| fact.at).max().unwrap()
            + jiff::SignedDuration::from_hours(24 * i64::try_from(dice.roll(90)).unwrap());
        let policy = Policy {
            cycle: if dice.roll(2) == 0 { CyclePolicy::ThirtyDays } else { CyclePolicy::Month },
            on_end: if dice.roll(4) == 0 { EndPolicy::Keep } else { EndPolicy::Reset },
            free_for_duplicates: dice.roll(4) == 0,
        };
        let life = Lifecycle { name: "random", facts, until, policy };
        let mut all = Account::new("i".parse().unwrap());
        life.settle(&mut all, &life.facts, until);
        let expected = life.outcome(&life.facts, &all);
        for _ in 0..3 {
            let mut order = life.facts.clone();
            if dice.roll(2) == 0 {
                order.push(order[dice.roll(order.len())].clone());
            }
            dice.shuffle(&mut order);
            let looks: Vec<i64> = (0..dice.roll(3)).map(|_| i64::try_from(dice.roll(45)).unwrap()).collect();
            let outcome = life.outcome(&order, &life.lived(&order, &looks));
            assert_eq!(outcome, expected, "seed {seed}, looks {looks:?}, arrivals {order:#?}");
        }
    }
}
