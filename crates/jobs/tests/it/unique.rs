//! Jobs that are one and the same.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::SignedDuration;
use wixapp_core::JobId;
use wixapp_core::job::JobState;
use wixapp_jobs::{NewJobExt, Unique};
use wixapp_store::{Added, NewJob};

use crate::handler::{Greet, Only, registry};
use crate::on_both;
use crate::stage::{Stage, instance};

on_both!(
    one_job_stands_for_the_others_as_long_as_it_waits_or_runs,
    one_more_runs_after_the_one_that_has_begun_and_never_beside_it,
    one_more_runs_after_the_one_that_was_handed_back,
    one_more_moves_up_when_the_first_is_called_off,
    there_is_one_job_in_a_period_unless_it_comes_to_nothing,
    many_at_once_add_one_job,
    keys_belong_to_their_kind_and_instance,
);

async fn add(stage: &Stage, job: NewJob) -> (JobId, Added) {
    (job.job_id.clone(), stage.try_add(&instance(), job, None).await.0)
}

async fn add_only(stage: &Stage, one_more: bool) -> (JobId, Added) {
    add(stage, stage.new_job(&Only { one_more })).await
}

async fn one_job_stands_for_the_others_as_long_as_it_waits_or_runs(stage: Stage) {
    let (first, added) = add_only(&stage, false).await;
    assert_eq!((added, stage.find(&first).await.priority), (Added::New, 3));
    assert_eq!(add_only(&stage, false).await.1, Added::Same(first.clone()));
    stage.assert_money(1, 0).await;
    let crew = stage.crew();
    stage.script.entered(1).await;
    assert_eq!(add_only(&stage, false).await.1, Added::Same(first.clone()), "it runs");
    stage.script.open.add_permits(1);
    stage.until_final(&first).await;
    stage.assert_money(0, 1).await;
    let (next, added) = add_only(&stage, false).await;
    assert_eq!(added, Added::New);
    stage.script.open.add_permits(1);
    assert_eq!(stage.until_final(&next).await.state, JobState::Completed);
    stage.assert_money(0, 2).await;
    crew.stop().await;
}

async fn one_more_runs_after_the_one_that_has_begun_and_never_beside_it(stage: Stage) {
    let (first, _) = add_only(&stage, true).await;
    assert_eq!(add_only(&stage, true).await.1, Added::Same(first.clone()), "it sees all that is new");
    let crew = stage.crew();
    stage.script.entered(1).await;
    let (second, added) = add_only(&stage, true).await;
    assert_eq!(added, Added::New);
    assert_eq!(add_only(&stage, true).await.1, Added::Same(second.clone()));
    // Other work goes on; the second one waits.
    let other = stage.add(&Greet("Ada".to_owned())).await;
    stage.until_final(&other).await;
    assert_eq!((stage.find(&second).await.attempt, stage.find(&second).await.unique_place), (0, 2));
    assert_eq!(
        stage.store.next_job_at().await.unwrap(),
        None,
        "nothing falls due as long as the first one runs"
    );
    stage.script.open.add_permits(1);
    stage.until_final(&first).await;
    stage.script.entered(1).await;
    let (third, added) = add_only(&stage, true).await;
    assert_eq!(added, Added::New, "the second one has begun");
    stage.script.open.add_permits(2);
    for job_id in [&second, &third] {
        assert_eq!(stage.until_final(job_id).await.state, JobState::Completed);
    }
    assert_eq!(stage.script.most.load(Ordering::SeqCst), 1);
    stage.assert_money(0, 4).await;
    crew.stop().await;
}

async fn one_more_runs_after_the_one_that_was_handed_back(stage: Stage) {
    let (first, _) = add_only(&stage, true).await;
    let brief = Duration::from_millis(20);
    let crew = stage.crew_with(stage.store.clone(), registry(), |config| config.drain = brief);
    stage.script.entered(1).await;
    crew.stop().await;
    let found = stage.find(&first).await;
    assert_eq!((found.state, found.attempt), (JobState::Available, 0));
    // It had begun: it may have seen the site as it was before this wish.
    let (second, added) = add_only(&stage, true).await;
    assert_eq!(added, Added::New);
    let crew = stage.crew();
    stage.script.open.add_permits(2);
    for job_id in [&first, &second] {
        assert_eq!(stage.until_final(job_id).await.state, JobState::Completed);
    }
    assert_eq!(stage.script.most.load(Ordering::SeqCst), 1);
    stage.assert_money(0, 2).await;
    crew.stop().await;
}

async fn one_more_moves_up_when_the_first_is_called_off(stage: Stage) {
    let (first, _) = add_only(&stage, true).await;
    let crew = stage.crew();
    stage.script.entered(1).await;
    let (second, _) = add_only(&stage, true).await;
    crate::control::cancel(&stage, &first).await.unwrap();
    stage.script.gone(1).await;
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    assert_eq!(stage.until_final(&second).await.state, JobState::Completed);
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn there_is_one_job_in_a_period_unless_it_comes_to_nothing(stage: Stage) {
    let daily = || Unique::Period { key: "digest".to_owned(), period: SignedDuration::from_hours(24) };
    let new = |name: &str| stage.new_job(&Greet(name.to_owned())).unique(daily());
    let (failing, added) = add(&stage, new("")).await;
    assert_eq!(added, Added::New);
    let crew = stage.crew();
    assert_eq!(stage.until_final(&failing).await.state, JobState::Discarded);
    let (good, added) = add(&stage, new("Ada")).await;
    assert_eq!(added, Added::New, "the first one failed");
    stage.until_final(&good).await;
    assert_eq!(add(&stage, new("Bob")).await.1, Added::Same(good.clone()), "it has completed");
    stage.assert_money(0, 1).await;
    // It is not deleted before its period is over, however short results are kept.
    let (now, period_end) = (stage.now(), "2026-03-02T00:00:00Z".parse().unwrap());
    let later = now + SignedDuration::from_secs(1);
    assert_eq!(stage.store.purge_jobs(later, now, 100).await.unwrap(), 1);
    assert_eq!(add(&stage, new("Eve")).await.1, Added::Same(good.clone()));
    stage.clock.set(period_end);
    assert_eq!(add(&stage, new("Tom")).await.1, Added::New);
    assert_eq!(stage.store.purge_jobs(later, period_end, 100).await.unwrap(), 1);
    crew.stop().await;
}

async fn many_at_once_add_one_job(stage: Stage) {
    let other = stage.another_store().await;
    let adding = (0..16).map(|number| {
        let job = stage.new_job(&Only { one_more: number % 2 == 0 });
        let store = if number % 3 == 0 { other.clone() } else { stage.store.clone() };
        let now = stage.now();
        async move {
            let (id, want) = (instance(), job.want(wixapp_store::Want::money()));
            let added = store.transact(&id, want, now, move |tx| Ok::<_, ()>(tx.enqueue(job.clone())));
            added.await.unwrap().unwrap()
        }
    });
    let added = join_all(adding).await;
    assert_eq!(added.iter().filter(|added| **added == Added::New).count(), 1, "{added:?}");
    assert_eq!(stage.store.list_jobs(&instance(), 100).await.unwrap().len(), 1);
}

async fn keys_belong_to_their_kind_and_instance(stage: Stage) {
    let other = "site-2".parse().unwrap();
    stage.give(&other).await;
    let key = || Unique::WhileOpen("site".to_owned());
    assert_eq!(add_only(&stage, false).await.1, Added::New);
    let job = stage.new_job(&Greet("Ada".to_owned())).unique(key());
    assert_eq!(stage.try_add(&instance(), job, None).await.0, Added::New);
    let job = stage.new_job(&Only { one_more: false });
    assert_eq!(stage.try_add(&other, job, None).await.0, Added::New);
}

#[test]
fn keys_that_cannot_be_stored_are_refused() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Named(String);
    impl wixapp_jobs::Job for Named {
        const KIND: &'static str = "named";
        type Output = ();
        fn unique(&self) -> Option<Unique> {
            Some(Unique::WhileOpen(self.0.clone()))
        }
        async fn run(self, _: wixapp_jobs::JobContext) -> Result<(), wixapp_jobs::JobError> {
            Ok(())
        }
    }
    let now = "2026-03-01T10:00:00Z".parse().unwrap();
    let try_key = |key: String| wixapp_jobs::new_job(&Named(key), JobId::new(now, [0; 10]), now);
    for bad in [String::new(), "a\0b".to_owned(), "x".repeat(201)] {
        let refused = try_key(bad).unwrap_err();
        assert!(refused.to_string().contains("unique key"), "{refused}");
    }
    try_key("x".repeat(200)).unwrap();
}
