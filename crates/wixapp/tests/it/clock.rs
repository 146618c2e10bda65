//! One clock for the platform, the app and its jobs.

use wixapp::jiff::tz::TimeZone;
use wixapp::jiff::{SignedDuration, Span};

use crate::stage::Stage;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_years_of_a_yearly_plan_give_twelve_cycles_in_each() {
    let stage = Stage::new().await;
    let bought = stage.now().to_zoned(TimeZone::UTC);
    stage.play("buy starter yearly\nexpect credits 1200").await;
    for year in 1..=5 {
        let over = bought.checked_add(Span::new().years(year)).unwrap().timestamp();
        let moved = stage.local.emulator().advance_to(over - SignedDuration::from_hours(1)).await.unwrap();
        assert_eq!(moved.renewals, u32::from(year > 1), "year {year}");
        stage.play(&format!("expect credits {}", 200 + 12_000 * year)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_event_may_be_a_job_of_the_app_and_jumping_there_does_it() {
    let stage = Stage::new().await;
    let due = stage.now() + days(3);
    let job = stage.enqueue("Ada", due).await;
    let clock = stage.platform("clock").await;
    let next: wixapp::jiff::Timestamp = clock["nextEventAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(next.as_millisecond(), due.as_millisecond());
    assert!(clock["nextEvent"].as_str().unwrap().contains("due in the app"));

    let moved = stage.local.emulator().advance_to_next().await.unwrap();
    assert_eq!((moved.app_events, moved.renewals), (1, 0));
    assert!(stage.now() >= due && stage.now() < due + days(1));
    assert_eq!(stage.job_status(&job).await, "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_on_the_way_run_at_their_own_time() {
    let stage = Stage::new().await;
    let start = stage.now();
    let jobs = [stage.enqueue("Ada", start + days(2)).await, stage.enqueue("Bob", start + days(20)).await];
    stage.local.emulator().advance(days(30)).await.unwrap();
    for (job, day) in jobs.iter().zip([2, 20]) {
        let shown = stage.get(&format!("jobs/{job}")).await;
        let finished: wixapp::jiff::Timestamp = shown["finishedAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(finished.duration_since(start).as_hours() / 24, day, "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cycle_that_begins_with_a_renewal_is_given_then_and_not_at_the_next_stop() {
    let stage = Stage::new().await;
    // June has thirty days: the second cycle begins in the very moment of the renewal.
    let june = stage.now().to_zoned(TimeZone::UTC).checked_add(Span::new().years(1)).unwrap();
    let june = june.with().month(6).day(3).build().unwrap().timestamp();
    stage.local.emulator().advance_to(june).await.unwrap();
    stage.play("buy starter\nexpect credits 1200").await;
    let start = stage.now();
    stage.local.emulator().advance(days(60)).await.unwrap();
    let history = stage.get("credits/history?kind=grant&limit=50").await;
    let given = history["entries"].as_array().unwrap().iter().map(|entry| {
        let at: wixapp::jiff::Timestamp = entry["at"].as_str().unwrap().parse().unwrap();
        // The clock also runs by itself while the test does.
        (at.duration_since(start).as_hours() + 12) / 24
    });
    let mut given: Vec<_> = given.filter(|day| *day > 0).collect();
    given.sort_unstable();
    assert_eq!(given, [30, 60], "{history}");
}
