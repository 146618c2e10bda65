//! The schema: brought up once, by whoever comes first, and never taken back.

use futures_util::future::join_all;
use wixapp_core::grant::Pool;
use wixapp_store::{Error, Migrated, SCHEMA_VERSION, Store};

use crate::stage::{Stage, gift, give, instance, now};

on_both!(
    migrating_again_changes_nothing,
    many_processes_migrate_a_new_database_at_once,
    a_database_of_an_older_version_keeps_what_is_in_it,
    a_newer_schema_is_refused,
    an_empty_database_is_noticed,
);

async fn migrating_again_changes_nothing(stage: Stage) {
    stage.store.check().await.unwrap();
    let again = stage.store.migrate().await.unwrap();
    assert_eq!(again, Migrated { from: SCHEMA_VERSION, to: SCHEMA_VERSION });
    stage.store.check().await.unwrap();
}

async fn many_processes_migrate_a_new_database_at_once(stage: Stage) {
    let place = stage.another_place().await;
    let url = place.url();
    let processes = (0..4).map(|_| {
        let url = url.clone();
        tokio::spawn(async move {
            let store = Store::open(&url).await.unwrap();
            let migrated = store.migrate().await.unwrap();
            store.check().await.unwrap();
            migrated
        })
    });
    let migrated: Vec<Migrated> = join_all(processes).await.into_iter().map(|done| done.unwrap()).collect();
    assert!(migrated.iter().all(|done| done.to == SCHEMA_VERSION));
    assert_eq!(migrated.iter().filter(|done| done.from == 0).count(), 1, "{migrated:?}");
}

async fn a_database_of_an_older_version_keeps_what_is_in_it(stage: Stage) {
    let id = instance("site-1");
    give(&stage.store, &id, gift("cycle:1", Pool::Plan, 7)).await;
    // As version 1 left it.
    let older = "ALTER TABLE grants DROP COLUMN taken; DROP TABLE records; DROP TABLE job_groups; DROP INDEX jobs_group; ALTER TABLE jobs DROP COLUMN group_id; ALTER TABLE jobs DROP COLUMN group_number; \
                 DROP TABLE stripe_endings; DROP INDEX notices_settled; DROP INDEX stripe_events_settled; \
                 DROP TABLE job_rates; DROP INDEX jobs_waiting; DROP INDEX jobs_turns; DROP INDEX jobs_running; DROP INDEX jobs_ready; \
                 ALTER TABLE jobs DROP COLUMN turn_at; ALTER TABLE jobs DROP COLUMN rate_key; ALTER TABLE jobs DROP COLUMN rate_passed; \
                 DROP TABLE crons; DROP TABLE job_steps; DROP TABLE job_lines; ALTER TABLE jobs DROP COLUMN started_at; \
                 DROP INDEX jobs_unique_once; DROP INDEX jobs_newest; DROP INDEX jobs_ended; \
                 ALTER TABLE jobs DROP COLUMN unique_key; ALTER TABLE jobs DROP COLUMN unique_place; \
                 ALTER TABLE jobs DROP COLUMN unique_until; ALTER TABLE jobs DROP COLUMN deaths; \
                 CREATE INDEX jobs_ready ON jobs (priority, run_at, job_id); \
                 DELETE FROM schema_versions WHERE version > 1";
    stage.raw(older).await.unwrap();
    assert!(matches!(stage.store.check().await, Err(Error::Inconsistent(_))));
    assert_eq!(stage.store.migrate().await.unwrap(), Migrated { from: 1, to: SCHEMA_VERSION });
    stage.store.check().await.unwrap();
    let found = stage.store.find_instance(&id).await.unwrap().unwrap();
    assert_eq!(found.balances.available(), 7);
    assert_eq!(stage.store.list_stripe_endings(now(), 9).await.unwrap(), []);
}

async fn a_newer_schema_is_refused(stage: Stage) {
    let newer = SCHEMA_VERSION + 1;
    stage.raw(&format!("INSERT INTO schema_versions (version) VALUES ({newer})")).await.unwrap();
    for refused in [stage.store.migrate().await.map(|_| ()), stage.store.check().await] {
        assert!(matches!(refused, Err(Error::Inconsistent(_))), "{refused:?}");
    }
    assert_eq!(stage.number("SELECT max(version) FROM schema_versions").await, newer);
}

async fn an_empty_database_is_noticed(stage: Stage) {
    let place = stage.another_place().await;
    let url = place.url();
    let store = Store::open(&url).await.unwrap();
    let Err(Error::Inconsistent(text)) = store.check().await else { panic!("there is no schema") };
    assert!(text.contains("run `migrate`"), "{text}");
    assert!(store.list_due(now(), 1).await.is_err());
    assert!(store.find_instance(&instance("site-1")).await.is_err());
    assert_eq!(store.migrate().await.unwrap(), Migrated { from: 0, to: SCHEMA_VERSION });
    store.check().await.unwrap();
}

#[tokio::test]
async fn addresses_that_name_no_database_are_refused() {
    for address in
        ["", "app.sqlite3", "mysql://localhost/app", "sqlite:", "sqlite::memory:", "postgres://%%%"]
    {
        let refused = Store::open(address).await.map(|_| ()).unwrap_err();
        assert!(refused.is_unavailable(), "{address}: {refused}");
    }
}
