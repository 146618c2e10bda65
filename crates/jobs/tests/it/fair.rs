//! Whose turn it is, and what limits hold back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::SignedDuration;
use wixapp_core::InstanceId;
use wixapp_core::job::JobState;
use wixapp_jobs::NewJobExt;

use crate::handler::{Call, Gate, Greet, registry};
use crate::on_both;
use crate::stage::{Stage, instance};

on_both!(
    flood_of_one_instance_does_not_keep_another_waiting,
    flood_that_falls_due_at_once_does_not_keep_another_waiting,
    no_more_jobs_of_an_instance_run_in_the_fleet_than_the_limit_says,
    jobs_under_a_rate_begin_one_after_the_other_in_the_fleet,
);

async fn other(stage: &Stage) -> InstanceId {
    let other: InstanceId = "site-2".parse().unwrap();
    stage.give(&other).await;
    other
}

/// Runs all that is there, one at a time; gives the place of `name` among them.
async fn place_of(stage: &Stage, name: &str, count: usize) -> usize {
    let crew = stage.crew_with(stage.store.clone(), registry(), |config| config.concurrency = 1);
    let mut changes = stage.store.watch();
    let limit = tokio::time::Instant::now() + crate::stage::LIMIT;
    while stage.script.done().len() < count {
        assert!(tokio::time::Instant::now() < limit, "not all jobs are done");
        let _ = tokio::time::timeout(Duration::from_millis(50), changes.recv()).await;
    }
    crew.stop().await;
    stage.script.done().iter().position(|done| done == name).unwrap()
}

async fn flood_of_one_instance_does_not_keep_another_waiting(stage: Stage) {
    let other = other(&stage).await;
    for number in 0..30 {
        stage.add(&Greet(format!("flood {number}"))).await;
    }
    stage.add_new(&other, stage.new_job(&Greet("Ada".to_owned())), None).await;
    assert!(place_of(&stage, "Ada", 31).await <= 1);
    let flood: Vec<_> = stage.script.done().into_iter().filter(|name| name != "Ada").collect();
    assert_eq!(flood, (0..30).map(|number| format!("flood {number}")).collect::<Vec<_>>(), "in their order");
}

async fn flood_that_falls_due_at_once_does_not_keep_another_waiting(stage: Stage) {
    let (other, due) = (other(&stage).await, stage.now() + SignedDuration::from_hours(1));
    for number in 0..30 {
        let job = stage.new_job(&Greet(format!("flood {number}"))).run_at(due);
        stage.add_new(&instance(), job, None).await;
    }
    stage.add_new(&other, stage.new_job(&Greet("Ada".to_owned())).run_at(due), None).await;
    stage.clock.set(due);
    assert!(place_of(&stage, "Ada", 31).await <= 1);
}

async fn no_more_jobs_of_an_instance_run_in_the_fleet_than_the_limit_says(stage: Stage) {
    let other = other(&stage).await;
    let mut jobs = Vec::new();
    for _ in 0..8 {
        jobs.push(stage.add(&Gate).await);
    }
    let mut crews = Vec::new();
    for _ in 0..2 {
        crews
            .push(stage.crew_with(stage.another_store().await, registry(), |config| config.per_instance = 2));
    }
    stage.script.entered(2).await;
    // There are places enough, and another instance gets one.
    let (ada, _) = stage.add_new(&other, stage.new_job(&Greet("Ada".to_owned())), None).await;
    assert_eq!(stage.until_final(&ada).await.state, JobState::Completed);
    assert_eq!(stage.script.most.load(Ordering::SeqCst), 2);
    stage.script.open.add_permits(jobs.len());
    for job in &jobs {
        assert_eq!(stage.until_final(job).await.state, JobState::Completed);
    }
    assert_eq!(stage.script.most.load(Ordering::SeqCst), 2);
    stage.assert_money(0, 8).await;
    for crew in crews {
        crew.stop().await;
    }
}

async fn jobs_under_a_rate_begin_one_after_the_other_in_the_fleet(stage: Stage) {
    let start = stage.now();
    for network in ["a", "a", "b", "a"] {
        stage.add(&Call { network: network.to_owned() }).await;
    }
    let mut crews = Vec::new();
    for _ in 0..2 {
        let registry = registry().rate("network", 6, Duration::from_secs(60));
        let crew = stage.crew_with(stage.another_store().await, registry, |_| {});
        let handle = crew.handle.clone();
        stage.clock.subscribe(move |_| handle.wake());
        crews.push(crew);
    }
    let after = |seconds| start + SignedDuration::from_secs(seconds);
    let until = async |count: usize| {
        let mut changes = stage.store.watch();
        let limit = tokio::time::Instant::now() + crate::stage::LIMIT;
        loop {
            let jobs = stage.store.list_jobs(&instance(), 10).await.unwrap();
            let done = jobs.iter().filter(|job| job.state == JobState::Completed).count();
            let due: Vec<_> =
                jobs.iter().filter(|job| job.state == JobState::Scheduled).map(|job| job.run_at).collect();
            if done == count && done + due.len() == jobs.len() {
                return due;
            }
            assert!(tokio::time::Instant::now() < limit, "{jobs:?}");
            let _ = tokio::time::timeout(Duration::from_millis(50), changes.recv()).await;
        }
    };
    let mut due = until(2).await;
    due.sort();
    assert_eq!(due, [after(10), after(20)], "each has a time of its own");
    stage.clock.set(after(10));
    assert_eq!(until(3).await, [after(20)]);
    // A third call comes behind those that wait.
    stage.add(&Call { network: "a".to_owned() }).await;
    let mut due = until(3).await;
    due.sort();
    assert_eq!(due, [after(20), after(30)]);
    // A worker that is late for both does not make up for it: they are spread anew.
    stage.clock.set(after(40));
    assert_eq!(until(4).await, [after(50)]);
    stage.clock.set(after(50));
    until(5).await;
    let mut done = stage.script.done();
    done.sort();
    let at = |network: &str, seconds| format!("{network} {}", after(seconds));
    assert_eq!(done, [at("a", 0), at("a", 10), at("a", 40), at("a", 50), at("b", 0)]);
    stage.assert_money(0, 5).await;
    for crew in crews {
        crew.stop().await;
    }
}
