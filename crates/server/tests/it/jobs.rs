//! The list of jobs: page by page, and by how they stand.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::{Site, TestApp};

on_both!(pages_of_jobs_lead_from_one_to_the_next, a_page_may_be_of_jobs_that_stand_alike,);

/// The ids of a page, and where the next begins.
async fn page(app: &TestApp, site: &Site, query: &str) -> (Vec<String>, Option<String>) {
    let data = app.get(&site.token, &format!("/api/v1/wix/jobs?{query}")).await.data().clone();
    let ids = data["jobs"].as_array().unwrap().iter();
    let ids = ids.map(|job| job["jobId"].as_str().unwrap().to_owned()).collect();
    (ids, data["nextCursor"].as_str().map(str::to_owned))
}

async fn pages_of_jobs_lead_from_one_to_the_next(app: TestApp) {
    let site = app.install().await;
    let mut started = BTreeSet::new();
    for n in 0..5 {
        let job = app.start_work(&site, &format!("k-{n}"), "well").await;
        app.ended(&site, &job).await;
        started.insert(job);
    }
    let newest_first: Vec<String> = started.iter().rev().cloned().collect();
    let (first, cursor) = page(&app, &site, "limit=2").await;
    assert_eq!(first, newest_first[..2]);
    // One that is added now stands before all of them.
    app.clock.advance(jiff::SignedDuration::from_secs(1));
    let late = app.start_work(&site, "late", "well").await;
    app.ended(&site, &late).await;
    let (second, cursor) = page(&app, &site, &format!("limit=2&cursor={}", cursor.unwrap())).await;
    let (third, end) = page(&app, &site, &format!("limit=2&cursor={}", cursor.unwrap())).await;
    assert_eq!([second, third].concat(), newest_first[2..]);
    assert_eq!(end, None);
    let (all, end) = page(&app, &site, "limit=6").await;
    assert_eq!((all.len(), all[0].as_str(), end), (6, late.as_str(), None));
    app.finish().await;
}

async fn a_page_may_be_of_jobs_that_stand_alike(app: TestApp) {
    let site = app.install().await;
    let done = app.start_work(&site, "well", "well").await;
    let failed = app.start_work(&site, "badly", "badly").await;
    for job in [&done, &failed] {
        app.ended(&site, job).await;
    }
    let running = app.start_work(&site, "gate", "gate").await;
    app.gate.has_visitor().await;
    for (state, job) in [("done", &done), ("failed", &failed), ("running", &running)] {
        assert_eq!(page(&app, &site, &format!("state={state}")).await, (vec![job.clone()], None));
    }
    app.gate.open();
    assert_eq!(app.ended(&site, &running).await["status"], json!("completed"));
    let of = |ids: Vec<String>| Value::from(ids.len());
    assert_eq!(of(page(&app, &site, "state=done").await.0), json!(2));
    app.finish().await;
}
