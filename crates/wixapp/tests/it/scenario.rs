//! The scenarios that come with wixapp, played on an app built with it.

use wixapp::Local;
use wixapp::emulator::Scenario;

use crate::stage::app;

async fn play(name: &str) {
    let (_, text) = Scenario::shipped().iter().find(|(known, _)| *known == name).unwrap();
    let local = Local::start(app()).await.unwrap();
    let run = local.emulator().play(&text.parse().unwrap()).await.unwrap();
    assert!(run.failed.is_none(), "{name}: {}", run.failed.unwrap());
    local.stop().await.unwrap();
}

macro_rules! played {
    ($($test:ident: $name:literal),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            play($name).await;
        })+

        #[test]
        fn every_shipped_scenario_is_played_here() {
            let names: Vec<_> = Scenario::shipped().iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$($name),+]);
        }
    };
}

played! {
    first_payment: "first-payment",
    trial_to_refund: "trial-to-refund",
    missed_payment: "missed-payment",
    cancel_and_return: "cancel-and-return",
    reinstall: "reinstall",
    five_years: "five-years",
    chaos: "chaos",
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credits_that_are_not_there_are_told_with_those_that_are() {
    let local = Local::start(app()).await.unwrap();
    let run = local.emulator().play(&"install\nexpect credits 201".parse().unwrap()).await.unwrap();
    let failed = run.failed.unwrap();
    assert_eq!((failed.line, failed.message.as_str()), (2, "credits: expected 201, found 200."));
}
