//! The outbox of notices: what is put there once, taken by one, and settled.

use futures_util::future::join_all;
use jiff::SignedDuration;
use wixapp_core::grant::Pool;
use wixapp_core::subscription::Subscription;
use wixapp_store::{NewNotice, NoticeEnd, NoticeSettings, NoticeView, Want};

use crate::stage::{Stage, gift, give, instance, now};

on_both!(
    settings_read_back_and_only_an_address_is_looked_after,
    what_changed_is_seen_once,
    a_notice_is_put_once_under_its_key_and_dropped_above_the_limit,
    no_two_take_the_same_notice,
    a_notice_ends_once_and_one_that_is_not_settled_is_due_again,
    what_has_ended_is_deleted_by_age_and_what_waits_is_not,
);

fn settings(address: Option<&str>) -> NoticeSettings {
    let kinds = vec!["low_credits".to_owned()];
    NoticeSettings { address: address.map(str::to_owned), language: "de".to_owned(), kinds }
}

fn notice(key: &str) -> NewNotice {
    NewNotice { key: key.to_owned(), content: "{}".to_owned() }
}

async fn on(stage: &Stage) {
    stage.store.save_notice_settings(&instance("site-1"), &settings(Some("a@b")), now()).await.unwrap();
}

/// Puts notices with these keys, of which at most `per_day` in a day.
async fn put(stage: &Stage, keys: &'static [&'static str], per_day: i64) -> usize {
    let decide = |_: &NoticeView| keys.iter().map(|key| notice(key)).collect();
    stage.store.decide_notices(&instance("site-1"), per_day, now(), decide).await.unwrap()
}

async fn seen(stage: &Stage) -> Option<NoticeView> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let decide = move |view: &NoticeView| {
        sender.send(view.clone()).unwrap();
        Vec::new()
    };
    stage.store.decide_notices(&instance("site-1"), 5, now(), decide).await.unwrap();
    receiver.try_iter().last()
}

async fn settings_read_back_and_only_an_address_is_looked_after(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    assert_eq!(store.find_notice_settings(&id).await.unwrap(), None);
    give(store, &id, gift("before", Pool::Plan, 100)).await;
    for address in [None, Some("a@b"), None] {
        store.save_notice_settings(&id, &settings(address), now()).await.unwrap();
        assert_eq!(store.find_notice_settings(&id).await.unwrap(), Some(settings(address)));
        assert_eq!(store.list_notice_changes(None, 9).await.unwrap(), [], "nothing happened since");
    }
    give(store, &id, gift("unseen", Pool::Plan, 100)).await;
    assert_eq!(store.list_notice_changes(None, 9).await.unwrap(), []);
    assert_eq!(seen(&stage).await, None);
    on(&stage).await;
    assert_eq!(store.list_notice_changes(None, 9).await.unwrap(), [], "what was not looked at is over");
}

async fn what_changed_is_seen_once(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    on(&stage).await;
    give(store, &id, gift("one", Pool::Plan, 100)).await;
    give(store, &id, gift("two", Pool::Plan, 20)).await;
    let change = |tx: &mut wixapp_store::Tx| {
        tx.profile.subscription = Some(Subscription::free("free".parse().unwrap()));
        Ok::<_, ()>(())
    };
    store.transact(&id, Want::money(), now(), change).await.unwrap().unwrap();
    assert_eq!(store.list_notice_changes(None, 9).await.unwrap(), std::slice::from_ref(&id));
    let these = Some(vec![instance("site-2"), id.clone()]);
    assert_eq!(store.list_notice_changes(these, 9).await.unwrap(), std::slice::from_ref(&id));
    assert_eq!(store.list_notice_changes(Some(Vec::new()), 9).await.unwrap(), []);
    let view = seen(&stage).await.unwrap();
    let grants: Vec<_> =
        view.grants.iter().map(|grant| (grant.business_key.as_str(), grant.amount)).collect();
    assert_eq!(grants, [("one", 100), ("two", 20)]);
    assert_eq!((view.before, view.balances.available()), (None, 120));
    assert_eq!(view.after.map(|after| after.plan_id.to_string()).as_deref(), Some("free"));
    assert_eq!(store.list_notice_changes(None, 9).await.unwrap(), []);
    assert_eq!(seen(&stage).await.unwrap().grants, []);
}

async fn a_notice_is_put_once_under_its_key_and_dropped_above_the_limit(stage: Stage) {
    on(&stage).await;
    give(&stage.store, &instance("site-1"), gift("one", Pool::Plan, 100)).await;
    assert_eq!(put(&stage, &["a", "b"], 3).await, 2);
    assert_eq!(put(&stage, &["b", "c", "d"], 3).await, 1);
    assert_eq!(stage.number("SELECT count(*) FROM notices WHERE state = 'waiting'").await, 3);
    assert_eq!(stage.number("SELECT count(*) FROM notices WHERE state = 'dropped'").await, 1);
    let later = now() + SignedDuration::from_hours(25);
    let decide = |_: &NoticeView| vec![notice("e")];
    assert_eq!(stage.store.decide_notices(&instance("site-1"), 3, later, decide).await.unwrap(), 1);
}

async fn no_two_take_the_same_notice(stage: Stage) {
    on(&stage).await;
    give(&stage.store, &instance("site-1"), gift("one", Pool::Plan, 100)).await;
    put(&stage, &["a", "b", "c", "d", "e", "f"], 99).await;
    let (other, until) = (stage.another_store().await, now() + SignedDuration::from_mins(5));
    let takers = (0..8).map(|n| {
        let store = if n % 2 == 0 { stage.store.clone() } else { other.clone() };
        tokio::spawn(async move { store.claim_notices(now(), until, 2).await.unwrap() })
    });
    let mut keys: Vec<_> =
        join_all(takers).await.into_iter().flat_map(Result::unwrap).map(|notice| notice.key).collect();
    keys.extend(
        stage.store.claim_notices(now(), until, 9).await.unwrap().into_iter().map(|notice| notice.key),
    );
    keys.sort();
    assert_eq!(keys, ["a", "b", "c", "d", "e", "f"]);
}

async fn a_notice_ends_once_and_one_that_is_not_settled_is_due_again(stage: Stage) {
    let store = &stage.store;
    on(&stage).await;
    give(store, &instance("site-1"), gift("one", Pool::Plan, 100)).await;
    put(&stage, &["a"], 9).await;
    let later = |minutes| now() + SignedDuration::from_mins(minutes);
    let claim = async |minutes| {
        let mut claimed = store.claim_notices(later(minutes), later(minutes + 5), 9).await.unwrap();
        claimed.pop().map(|notice| (notice.attempts, notice))
    };
    assert_eq!(claim(0).await.unwrap().0, 1);
    assert!(claim(4).await.is_none());
    let (attempts, notice) = claim(5).await.unwrap();
    assert_eq!(attempts, 2);
    store.settle_notice(&notice, NoticeEnd::Again(later(60), "no way".to_owned()), now()).await.unwrap();
    assert!(claim(59).await.is_none());
    let (_, notice) = claim(60).await.unwrap();
    store.settle_notice(&notice, NoticeEnd::Sent, later(61)).await.unwrap();
    store.settle_notice(&notice, NoticeEnd::Failed("late".to_owned()), later(62)).await.unwrap();
    assert_eq!(stage.number("SELECT count(*) FROM notices WHERE state = 'sent'").await, 1);
    assert!(claim(10_000).await.is_none());
}

async fn what_has_ended_is_deleted_by_age_and_what_waits_is_not(stage: Stage) {
    let store = &stage.store;
    on(&stage).await;
    give(store, &instance("site-1"), gift("one", Pool::Plan, 100)).await;
    put(&stage, &["sent", "failed", "dropped", "waiting", "above"], 4).await;
    let claimed = store.claim_notices(now(), now() + SignedDuration::from_mins(5), 9).await.unwrap();
    for notice in claimed {
        let end = match notice.key.as_str() {
            "sent" => NoticeEnd::Sent,
            "failed" => NoticeEnd::Failed("no".to_owned()),
            "dropped" => NoticeEnd::Dropped,
            _ => NoticeEnd::Again(now(), "later".to_owned()),
        };
        store.settle_notice(&notice, end, now()).await.unwrap();
    }
    assert_eq!(store.purge_notices(now(), 99).await.unwrap(), 0, "they are as old as that, and no older");
    let later = now() + SignedDuration::from_secs(1);
    assert_eq!(store.purge_notices(later, 3).await.unwrap(), 3);
    assert_eq!(store.purge_notices(later, 3).await.unwrap(), 1);
    assert_eq!(store.purge_notices(later, 3).await.unwrap(), 0);
    let waiting = "SELECT count(*) FROM notices WHERE notice_key = 'waiting' AND state = 'waiting'";
    assert_eq!((stage.number("SELECT count(*) FROM notices").await, stage.number(waiting).await), (1, 1));
}
