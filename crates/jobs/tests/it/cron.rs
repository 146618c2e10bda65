//! Work at fixed times: no tick is lost and none comes twice, whoever is there.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;
use wixapp_core::job::JobState;
use wixapp_jobs::{CatchUp, Registry};
use wixapp_store::Job;

use crate::handler::{Greet, Only};
use crate::on_both;
use crate::stage::{Crew, Stage};

on_both!(
    eight_workers_over_two_stores_tick_once,
    ticks_that_were_missed_are_made_up_by_the_rule,
    schedule_that_changed_is_followed_and_one_that_is_gone_is_forgotten,
    tick_adds_nothing_that_another_job_stands_for,
);

fn registry(pattern: &'static str, catch_up: CatchUp) -> Registry {
    Registry::new().cron("greet", pattern, catch_up, |tick| Greet(tick.to_string()))
}

async fn crew(stage: &Stage, pattern: &'static str, catch_up: CatchUp) -> Crew {
    crew_of(stage, registry(pattern, catch_up)).await
}

async fn crew_of(stage: &Stage, registry: Registry) -> Crew {
    let crew = stage.crew_with(stage.another_store().await, registry, |_| {});
    let handle = crew.handle.clone();
    stage.clock.subscribe(move |_| handle.wake());
    crew
}

async fn jobs(stage: &Stage) -> Vec<Job> {
    stage.store.list_jobs(&InstanceId::app(), 1000).await.unwrap()
}

/// Waits until that many jobs were added, and all have ended.
async fn until_done(stage: &Stage, count: usize) -> Vec<Job> {
    let mut changes = stage.store.watch();
    let done = tokio::time::timeout(crate::stage::LIMIT, async {
        loop {
            let jobs = jobs(stage).await;
            if jobs.len() >= count && jobs.iter().all(|job| job.state.is_final()) {
                return jobs;
            }
            let _ = tokio::time::timeout(std::time::Duration::from_millis(50), changes.recv()).await;
        }
    });
    done.await.expect("the ticks come")
}

async fn eight_workers_over_two_stores_tick_once(stage: Stage) {
    let stores = [stage.another_store().await, stage.another_store().await];
    let mut crews = Vec::new();
    for number in 0..8 {
        let crew = stage.crew_with(stores[number % 2].clone(), registry("* * * * *", CatchUp::Each), |_| {});
        let handle = crew.handle.clone();
        stage.clock.subscribe(move |_| handle.wake());
        crews.push(crew);
    }
    announced(&stage, 1).await;
    let start = stage.now();
    let mut expected = BTreeSet::new();
    for minute in 1..=20 {
        let tick = start + SignedDuration::from_mins(minute);
        expected.insert(tick.to_string());
        assert_eq!(
            stage.store.next_due_after(stage.now()).await.unwrap(),
            Some(tick),
            "the clock can stop there"
        );
        stage.clock.set(tick);
        let done = until_done(&stage, expected.len()).await;
        assert_eq!(done.len(), expected.len(), "no tick comes twice");
    }
    let done: Vec<String> = stage.script.done();
    assert_eq!(done.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(done.len(), expected.len());
    assert!(stage.store.is_idle(stage.now()).await.unwrap());
    let all = stage.store.list_instances(None, 10).await.unwrap();
    assert!(!all.contains(&InstanceId::app()), "the app is no site");
    for crew in crews {
        crew.stop().await;
    }
}

/// Waits until somebody has stored that many schedules that are due some time.
async fn announced(stage: &Stage, count: i64) {
    let limit = tokio::time::Instant::now() + crate::stage::LIMIT;
    let query = "SELECT count(*) FROM crons WHERE next_at < 9999999999999999";
    while stage.place.number(query).await != count {
        assert!(tokio::time::Instant::now() < limit, "the schedules are not stored");
        tokio::task::yield_now().await;
    }
}

async fn ticks_that_were_missed_are_made_up_by_the_rule(stage: Stage) {
    let rules = || {
        let greet = |tag: &'static str| move |tick: Timestamp| Greet(format!("{tag} {tick}"));
        Registry::new()
            .cron("once", "0 * * * *", CatchUp::Once, greet("once"))
            .cron("each", "0 * * * *", CatchUp::Each, greet("each"))
            .cron("never", "0 * * * *", CatchUp::Never, greet("never"))
    };
    let first = crew_of(&stage, rules()).await;
    announced(&stage, 3).await;
    first.stop().await;
    stage.clock.set("2026-03-01T13:30:00Z".parse().unwrap());
    assert!(!stage.store.is_idle(stage.now()).await.unwrap());
    let second = crew_of(&stage, rules()).await;
    until_done(&stage, 4).await;
    let mut done = stage.script.done();
    done.sort();
    let expected = [
        "each 2026-03-01T11:00:00Z",
        "each 2026-03-01T12:00:00Z",
        "each 2026-03-01T13:00:00Z",
        "once 2026-03-01T13:00:00Z",
    ];
    assert_eq!(done, expected);
    stage.clock.set("2026-03-01T14:00:00Z".parse().unwrap());
    until_done(&stage, 7).await;
    assert!(stage.script.done().contains(&"never 2026-03-01T14:00:00Z".to_owned()));
    second.stop().await;
}

async fn schedule_that_changed_is_followed_and_one_that_is_gone_is_forgotten(stage: Stage) {
    let hourly = crew(&stage, "0 * * * *", CatchUp::Each).await;
    announced(&stage, 1).await;
    hourly.stop().await;
    // Started again, it goes on where it was.
    let again = crew(&stage, "0 * * * *", CatchUp::Each).await;
    stage.clock.set("2026-03-01T11:00:00Z".parse().unwrap());
    until_done(&stage, 1).await;
    again.stop().await;
    let daily = crew(&stage, "30 12 * * *", CatchUp::Each).await;
    let due = Some("2026-03-01T12:30:00Z".parse().unwrap());
    let limit = tokio::time::Instant::now() + crate::stage::LIMIT;
    while stage.store.next_due_after(stage.now()).await.unwrap() != due {
        assert!(tokio::time::Instant::now() < limit, "the new schedule is not followed");
        tokio::task::yield_now().await;
    }
    daily.stop().await;
    let none = crew_of(&stage, Registry::new().register::<Greet>()).await;
    announced(&stage, 0).await;
    none.stop().await;
    stage.clock.set("2026-04-01T00:00:00Z".parse().unwrap());
    assert_eq!(stage.store.list_due_crons(stage.now()).await.unwrap(), []);
    assert_eq!(jobs(&stage).await.len(), 1);
}

async fn tick_adds_nothing_that_another_job_stands_for(stage: Stage) {
    let registry = Registry::new().cron("only", "* * * * *", CatchUp::Each, |_| Only { one_more: false });
    let crew = crew_of(&stage, registry).await;
    announced(&stage, 1).await;
    for minute in 1..=3 {
        stage.clock.set(stage.now() + SignedDuration::from_mins(1));
        if minute == 1 {
            stage.script.entered(1).await;
        }
        let limit = tokio::time::Instant::now() + crate::stage::LIMIT;
        while !stage.store.list_due_crons(stage.now()).await.unwrap().is_empty() {
            assert!(tokio::time::Instant::now() < limit, "the tick is not passed");
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(jobs(&stage).await.len(), 1, "the first one still runs");
    stage.script.open.add_permits(1);
    let done = until_done(&stage, 1).await;
    assert_eq!(done[0].state, JobState::Completed);
    crew.stop().await;
}
