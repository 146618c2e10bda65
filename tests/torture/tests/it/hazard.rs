//! Hazards of billing in which the server is killed.

use wixapp_core::crash::Moment;
use wixapp_torture::Kind;
use wixapp_torture::hazard::{self, CaughtUp, TakenIn};

use crate::program;

async fn each_cycle_comes_once(database: Kind) {
    let CaughtUp { killed_at, available, grants } = hazard::catch_up(program(), database).await.unwrap();
    assert_eq!((available, grants), (4_200, 5));
    // The first of each comes before any credit; the later ones may not come any more once the credits are there.
    let before = [Moment::Derived, Moment::GrantsMade, Moment::Decided, Moment::CommitNext];
    assert!(killed_at.starts_with(&before), "it was not killed in the midst of it: {killed_at:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hazard_16_killed_while_it_catches_up_each_cycle_comes_once_on_sqlite() {
    each_cycle_comes_once(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hazard_16_killed_while_it_catches_up_each_cycle_comes_once_on_postgres() {
    each_cycle_comes_once(Kind::Postgres).await;
}

async fn its_effect_comes_once(database: Kind) {
    let taken_in =
        |killed_at, arrivals| TakenIn { killed_at, arrivals, facts: 1, available: 1_200, grants: 2 };
    let expected = vec![
        taken_in(Moment::WebhookVerified, 1),
        taken_in(Moment::FactWritten, 1),
        // It was stored, the platform did not hear of it, and sent it again.
        taken_in(Moment::WebhookStored, 2),
    ];
    assert_eq!(hazard::take_in(program(), database).await.unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hazard_19_killed_before_and_after_the_commit_the_effect_comes_once_on_sqlite() {
    its_effect_comes_once(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hazard_19_killed_before_and_after_the_commit_the_effect_comes_once_on_postgres() {
    its_effect_comes_once(Kind::Postgres).await;
}
