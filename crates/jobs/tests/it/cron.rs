//! Work at fixed times: no tick is lost and none comes twice, whoever is there.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;

use jiff::SignedDuration;
use tokio::io::AsyncBufReadExt;
use wixapp_core::InstanceId;
use wixapp_core::clock::{Timestamp, VirtualClock};
use wixapp_core::job::JobState;
use wixapp_jobs::{CatchUp, Registry};
use wixapp_store::{Job, Store};

use crate::handler::{Greet, Only};
use crate::on_both;
use crate::stage::{Crew, Stage};

on_both!(
    eight_workers_over_two_stores_tick_once,
    eight_loops_over_two_processes_tick_once,
    ticks_that_were_missed_are_made_up_by_the_rule,
    schedule_that_changed_is_followed_and_one_that_is_gone_is_forgotten,
    schedule_that_another_version_changed_is_left_to_it,
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

/// Tells this program that it is one of the two processes, and of which database.
const BESIDE: &str = "WIXAPP_TEST_CRON_BESIDE";
/// The last word of a process whose loops have begun.
const READY: &str = "the loops have begun";

/// Each second of the machine's clock is a tick here: two processes cannot share a clock that stands still.
async fn eight_loops_over_two_processes_tick_once(stage: Stage) {
    if let Ok(url) = std::env::var(BESIDE) {
        return four_loops_beside_others(stage, &url).await;
    }
    let (program, test) =
        (std::env::current_exe().unwrap(), std::thread::current().name().unwrap().to_owned());
    let mut processes = Vec::new();
    for _ in 0..2 {
        let mut command = tokio::process::Command::new(&program);
        command.args(["--exact", &test, "--nocapture"]).env(BESIDE, stage.place.url()).kill_on_drop(true);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = tokio::io::BufReader::new(process.stdout.take().unwrap()).lines();
        while !said.next_line().await.unwrap().expect("it says when it is ready").contains(READY) {}
        processes.push((process, said));
    }
    until_done(&stage, 5).await;
    for (mut process, mut said) in processes {
        drop(process.stdin.take());
        while said.next_line().await.unwrap().is_some() {}
        assert!(process.wait().await.unwrap().success());
    }
    let ran: Vec<_> = jobs(&stage).await.into_iter().map(|job| (job.args, job.state, job.attempt)).collect();
    let ticks: BTreeSet<Timestamp> = ran
        .iter()
        .map(|(args, ..)| serde_json::from_str::<Greet>(args).unwrap().0.parse().unwrap())
        .collect();
    assert_eq!(ticks.len(), ran.len(), "no tick comes twice: {ran:?}");
    assert!(ran.iter().all(|(_, state, attempt)| (*state, *attempt) == (JobState::Completed, 1)), "{ran:?}");
    let (first, last) = (ticks.first().unwrap(), ticks.last().unwrap());
    let seconds = last.as_second() - first.as_second() + 1;
    assert_eq!(i64::try_from(ticks.len()).unwrap(), seconds, "and none is lost: {ticks:?}");
}

/// Until nobody holds the other end of the standard input any more.
async fn four_loops_beside_others(stage: Stage, url: &str) {
    let store = Store::open(url).await.unwrap();
    let stage = Stage { clock: VirtualClock::new(), store: store.clone(), ..stage };
    let mut crews = Vec::new();
    for _ in 0..4 {
        crews.push(stage.crew_with(store.clone(), registry("* * * * * *", CatchUp::Each), |_| {}));
    }
    let limit = tokio::time::Instant::now() + crate::stage::LIMIT;
    while store.next_due_after("2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap().is_none() {
        assert!(tokio::time::Instant::now() < limit, "the schedule is not stored");
        tokio::task::yield_now().await;
    }
    std::io::stdout().write_all(format!("{READY}\n").as_bytes()).unwrap();
    let told = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    tokio::task::spawn_blocking(told).await.unwrap().unwrap();
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
    until_due(&stage, "2026-03-01T12:30:00Z".parse().unwrap()).await;
    daily.stop().await;
    let none = crew_of(&stage, Registry::new().register::<Greet>()).await;
    announced(&stage, 0).await;
    none.stop().await;
    stage.clock.set("2026-04-01T00:00:00Z".parse().unwrap());
    assert_eq!(stage.store.list_due_crons(stage.now()).await.unwrap(), []);
    assert_eq!(jobs(&stage).await.len(), 1);
}

async fn schedule_that_another_version_changed_is_left_to_it(stage: Stage) {
    let older = crew(&stage, "0 * * * *", CatchUp::Each).await;
    announced(&stage, 1).await;
    let newer = crew(&stage, "30 12 * * *", CatchUp::Each).await;
    let due = "2026-03-01T12:30:00Z".parse().unwrap();
    until_due(&stage, due).await;
    newer.stop().await;
    stage.clock.set(due);
    // The older one, alone, leaves it alone. By its hours it would make 13:00 the next.
    let newer = crew(&stage, "30 12 * * *", CatchUp::Each).await;
    until_done(&stage, 1).await;
    until_due(&stage, "2026-03-02T12:30:00Z".parse().unwrap()).await;
    older.stop().await;
    newer.stop().await;
}

/// Waits until this is when something is due next.
async fn until_due(stage: &Stage, due: Timestamp) {
    let limit = tokio::time::Instant::now() + crate::stage::LIMIT;
    while stage.store.next_due_after(stage.now()).await.unwrap() != Some(due) {
        assert!(tokio::time::Instant::now() < limit, "the schedule is not followed");
        tokio::task::yield_now().await;
    }
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
