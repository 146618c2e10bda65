//! Jobs: the list of them, those that their owner calls off, and what a poll says.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wixapp_core::ErrorCode;
use wixapp_server::operator::jobs::{Act, act, act_on_all};
use wixapp_server::serve::{Roles, StartError};
use wixapp_store::JobFilter;

use crate::app::{Site, TestApp, days};

on_both!(
    pages_of_jobs_lead_from_one_to_the_next,
    a_page_may_be_of_jobs_that_stand_alike,
    a_job_ends_its_reservation_and_nobody_else_does,
    a_job_that_runs_is_called_off_and_its_credit_comes_back,
    failed_jobs_are_tried_again_by_filter,
    jobs_that_ended_are_deleted_by_age,
    several_jobs_are_paid_together_and_joined,
    several_jobs_are_started_together_or_not_at_all,
    a_lease_that_is_longer_than_any_job_is_refused_at_the_start,
);

async fn a_job_that_runs_is_called_off_and_its_credit_comes_back(app: TestApp) {
    let site = app.install().await;
    let job_id = app.start_work(&site, "work-1", "gate").await;
    app.gate.has_visitor().await;
    assert_eq!(app.available(&site.token).await, 199);
    let path = format!("/api/v1/wix/jobs/{job_id}");
    let cancel = format!("{path}/cancel");
    for _ in 0..2 {
        let answer = app.send(app.request("POST", &cancel, &site.token)).await.data().clone();
        assert_eq!((&answer["jobId"], &answer["status"]), (&json!(job_id), &json!("cancelled")));
        assert_eq!(
            answer["error"],
            json!({ "code": "job_cancelled", "message": "The work was called off." })
        );
        assert_eq!(app.available(&site.token).await, 200);
    }
    let job = app.get(&site.token, &path).await.data().clone();
    assert!(job.get("result").is_none(), "what there is not is not said: {job}");
    let done = app.start_work(&site, "work-2", "well").await;
    let done = app.ended(&site, &done).await;
    assert!(done.get("error").is_none(), "{done}");
    let again = format!("/api/v1/wix/jobs/{}/cancel", done["jobId"].as_str().unwrap());
    app.send(app.request("POST", &again, &site.token)).await.refused(ErrorCode::Conflict);
    app.send(app.request("POST", "/api/v1/wix/jobs/job_9/cancel", &site.token))
        .await
        .refused(ErrorCode::NotFound);
    assert_eq!(app.available(&site.token).await, 199);
    app.finish().await;
}

async fn a_job_ends_its_reservation_and_nobody_else_does(app: TestApp) {
    let site = app.install().await;
    let job_id = app.start_work(&site, "work-1", "gate").await;
    app.gate.has_visitor().await;
    let newest = app.get(&site.token, "/api/v1/wix/credits/history?limit=1").await.data().clone();
    let explain =
        format!("/api/v1/wix/credits/explain/{}", newest["entries"][0]["entryId"].as_str().unwrap());
    let hold = app.get(&site.token, &explain).await.data()["hold"]["holdId"].clone();
    for what in ["void", "post"] {
        app.credits(&site, what, &format!("{what}-1"), json!({ "holdId": hold }))
            .await
            .refused(ErrorCode::Conflict);
    }
    assert_eq!(app.available(&site.token).await, 199);
    app.gate.open();
    assert_eq!(app.ended(&site, &job_id).await["status"], "completed");
    assert_eq!(app.available(&site.token).await, 199);
    app.finish().await;
}

async fn failed_jobs_are_tried_again_by_filter(app: TestApp) {
    let site = app.install().await;
    let mut failed = Vec::new();
    for number in 0..3 {
        let job_id = app.start_work(&site, &format!("work-{number}"), "badly").await;
        assert_eq!(app.ended(&site, &job_id).await["status"], "failed");
        failed.push(job_id);
    }
    let store = app.app().store.clone();
    let now = wixapp_core::clock::Clock::now(&app.clock);
    let filter = JobFilter { kind: Some("work".to_owned()), ..JobFilter::default() };
    let acted = act_on_all(&store, Act::Retry, &filter, now, |_| {}).await.unwrap();
    assert_eq!((acted.done, acted.refused.len()), (3, 0));
    for job_id in &failed {
        assert_eq!(app.ended(&site, job_id).await["status"], "failed");
    }
    app.until_available(&site.token, 200).await;
    let job = store.find_any_job(&failed[0].parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(act(&store, Act::Cancel, &job, now).await.unwrap_err().code(), ErrorCode::Conflict);
    let acted = act_on_all(&store, Act::Cancel, &filter, now, |_| {}).await.unwrap();
    assert_eq!((acted.done, acted.refused.len()), (0, 3));
    app.finish().await;
}

async fn jobs_that_ended_are_deleted_by_age(app: TestApp) {
    let site = app.install().await;
    let job_id = app.start_work(&site, "work-1", "well").await;
    app.ended(&site, &job_id).await;
    app.advance(days(31)).await;
    app.until("the job is deleted", async || {
        let jobs = app.app().store.list_jobs(&site.instance_id, 10).await.unwrap();
        jobs.is_empty().then_some(())
    })
    .await;
    app.until_available(&app.fresh(&site).token, 199).await;
    app.finish().await;
}

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

const WORKS: &str = "/api/v1/sample/works";

async fn several_jobs_are_paid_together_and_joined(app: TestApp) {
    let site = app.install().await;
    let body = json!({ "ends": ["well", "badly", "gate"] });
    let started = app.post(&site.token, WORKS, Some("works"), &body).await;
    assert_eq!((started.status, &started.data()["credits"]["available"]), (202, &json!(197)));
    let ids = started.data()["jobIds"].as_array().unwrap().clone();
    assert_eq!(ids.len(), 3);
    let again = app.post(&site.token, WORKS, Some("works"), &body).await;
    assert_eq!(again.text, started.text);
    app.gate.open();
    let mut statuses = Vec::new();
    for id in &ids {
        statuses.push(app.ended(&site, id.as_str().unwrap()).await["status"].clone());
    }
    assert_eq!(statuses, ["completed", "failed", "completed"]);
    let sum = app.until("the group is joined", async || {
        let jobs = app.get(&site.token, "/api/v1/wix/jobs").await.data().clone();
        let mut sums = jobs["jobs"].as_array().unwrap().iter().filter(|job| job["kind"] == "sum");
        sums.next().filter(|sum| sum["status"] == "completed").cloned()
    });
    let sum = sum.await;
    assert_eq!(sum["result"], json!([{ "done": true }, "refused", { "done": true }]));
    assert_eq!(sum["credits"], json!(null), "joining costs nothing");
    app.until_available(&site.token, 198).await;
    assert_eq!(page(&app, &site, "").await.0.len(), 4, "it was joined once");
    app.finish().await;
}

async fn several_jobs_are_started_together_or_not_at_all(app: TestApp) {
    let site = app.install().await;
    app.spend(&site, "most", 198).await.data();
    let many = json!({ "ends": ["well", "well", "well"] });
    let refused = app.post(&site.token, WORKS, Some("many"), &many).await;
    refused.refused(ErrorCode::InsufficientCredits);
    let refused: Value = serde_json::from_str(&refused.text).unwrap();
    assert_eq!(refused["details"], json!({ "available": 2, "requested": 3 }));
    let waits = json!({ "ends": ["gate", "well"] });
    app.post(&site.token, WORKS, Some("waits"), &waits).await.refused(ErrorCode::InvalidRequest);
    assert_eq!((app.available(&site.token).await, page(&app, &site, "").await.0.len()), (2, 0));
    let few = json!({ "ends": ["well", "well"] });
    app.post(&site.token, WORKS, Some("many"), &few).await.data();
    app.until_available(&site.token, 0).await;
    let none = app.post(&site.token, WORKS, Some("none"), &json!({ "ends": [] })).await;
    assert_eq!(none.data()["jobIds"], json!([]));
    app.until("both groups are joined", async || {
        (page(&app, &site, "state=done").await.0.len() == 4).then_some(())
    })
    .await;
    app.finish().await;
}

async fn a_lease_that_is_longer_than_any_job_is_refused_at_the_start(mut app: TestApp) {
    app.config_mut().jobs.lease_s = 301;
    let refused = app.not_served().await;
    let StartError::Config(refused) = refused else { panic!("{refused:?}") };
    let text = refused.to_string();
    assert!(
        text.starts_with("jobs.lease_s (WIXAPP_JOBS_LEASE_S): a lease of 301 s is longer than any job"),
        "{text}"
    );
    assert!(refused.hint().is_some_and(|hint| hint.contains("300 s or less are enough")), "{refused:?}");
    app.config_mut().jobs.lease_s = 300;
    app.another_server(Roles { api: true, worker: true }).await.stop().await;
    app.finish().await;
}
