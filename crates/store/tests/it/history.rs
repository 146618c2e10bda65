//! The history: filtered, page by page while it grows, summed up, and the story behind an entry.

use jiff::SignedDuration;
use wixapp_core::account::LedgerError;
use wixapp_core::entry::{Cause, Entry, EntryCode};
use wixapp_core::grant::Pool;
use wixapp_store::{EntryFilter, EntryPlace, Store, Want};

use crate::stage::{Stage, at, credits, entries, gift, give, instance, now, put_aside, reserve, spend};

on_both!(
    a_history_is_filtered_by_kind_pool_and_time,
    pages_neither_skip_nor_repeat_while_the_books_grow,
    entries_of_one_moment_and_of_a_clock_that_went_back_keep_an_order,
    usage_is_summed_by_day_and_action_in_the_asked_offset,
    the_story_of_an_entry_names_what_is_behind_it,
);

/// Spends one credit on `action` at each of the times.
async fn spend_at(store: &Store, action: &'static str, times: &[&str]) {
    let id = instance("site-1");
    for (n, time) in times.iter().map(|time| at(time)).enumerate() {
        let done = store.transact(&id, Want::money(), time, move |tx| {
            let cause = Cause::new("user", "a post");
            tx.account.spend(&format!("{action}-{time}-{n}"), action, credits(1), &cause, tx.now)
        });
        done.await.unwrap().unwrap();
    }
}

async fn listed(store: &Store, filter: &EntryFilter, limit: i64) -> Vec<Entry> {
    store.list_history(&instance("site-1"), filter, limit).await.unwrap()
}

async fn numbers(store: &Store, filter: EntryFilter) -> Vec<i64> {
    listed(store, &filter, 100).await.iter().map(|entry| entry.seq).collect()
}

async fn a_history_is_filtered_by_kind_pool_and_time(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("promo:1", Pool::Promo, 1)).await;
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    spend(store, &id, "click-1", 1).await.unwrap().unwrap();
    reserve(store, &id, put_aside("job-1", 2)).await;
    spend_at(store, "later", &["2026-03-02T10:00:00Z"]).await;
    let filter = EntryFilter::default;
    assert_eq!(numbers(store, filter()).await, [5, 4, 3, 2, 1]);
    assert_eq!(numbers(store, EntryFilter { code: Some(EntryCode::Grant), ..filter() }).await, [2, 1]);
    assert_eq!(numbers(store, EntryFilter { pool: Some(Pool::Promo), ..filter() }).await, [3, 1]);
    let both = EntryFilter { code: Some(EntryCode::Spend), pool: Some(Pool::Plan), ..filter() };
    assert_eq!(numbers(store, both).await, [5]);
    let (day, next) = (Some(now()), Some(at("2026-03-02T10:00:00Z")));
    assert_eq!(numbers(store, EntryFilter { from: day, to: next, ..filter() }).await, [4, 3, 2, 1]);
    assert_eq!(numbers(store, EntryFilter { from: next, ..filter() }).await, [5]);
    let spent = Some(EntryCode::Spend);
    assert_eq!(numbers(store, EntryFilter { to: next, code: spent, ..filter() }).await, [3]);
    let hold = store.find_instance(&id).await.unwrap().unwrap().balances.held;
    let posted = store.transact(&id, Want::money().hold_key("job-1"), now(), |tx| {
        let hold = tx.account.holds[0].id.clone();
        tx.account.post(&hold, None, tx.now)
    });
    posted.await.unwrap().unwrap();
    assert_eq!(
        (hold, numbers(store, EntryFilter { code: Some(EntryCode::Post), ..filter() }).await),
        (2, vec![6])
    );
}

async fn pages_neither_skip_nor_repeat_while_the_books_grow(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 1_000)).await;
    let days = |from: i64| (from..from + 7).map(|n| (now() + SignedDuration::from_hours(n)).to_string());
    let all: Vec<String> = days(1).collect();
    spend_at(store, "a", &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let plan = EntryFilter { pool: Some(Pool::Plan), ..EntryFilter::default() };
    for (filter, action) in [(EntryFilter::default(), "b"), (plan, "c")] {
        let before = entries(store, &id).await;
        let (mut seen, mut filter) = (Vec::new(), filter);
        loop {
            let page = listed(store, &filter, 3).await;
            let Some(last) = page.last() else { break };
            filter.before = Some(EntryPlace::of(last));
            seen.extend(page.into_iter().map(|entry| entry.seq));
            // Somebody spends while somebody else reads.
            let at = now() + SignedDuration::from_hours(24 + seen.len() as i64);
            spend_at(store, action, &[&at.to_string()]).await;
        }
        let expected: Vec<i64> = before.iter().rev().map(|entry| entry.seq).collect();
        assert_eq!(seen, expected);
    }
}

async fn entries_of_one_moment_and_of_a_clock_that_went_back_keep_an_order(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 100)).await;
    let noon = "2026-03-01T12:00:00Z";
    spend_at(store, "a", &[noon, noon, "2026-03-01T11:00:00Z", noon]).await;
    let mut filter = EntryFilter::default();
    let mut seen = Vec::new();
    while let Some(entry) = listed(store, &filter, 1).await.pop() {
        filter.before = Some(EntryPlace::of(&entry));
        seen.push(entry.seq);
    }
    assert_eq!(seen, [5, 3, 2, 4, 1]);
}

async fn usage_is_summed_by_day_and_action_in_the_asked_offset(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 100)).await;
    give(store, &id, gift("topup:1", Pool::Purchased, 100)).await;
    spend_at(store, "publish", &["2026-03-01T23:30:00Z", "2026-03-02T00:30:00Z", "2026-03-02T01:00:00Z"])
        .await;
    spend_at(store, "a:b", &["2026-03-02T02:00:00Z"]).await;
    // Over two pools it is one sum.
    let done = store.transact(&id, Want::money(), at("2026-03-02T05:00:00Z"), |tx| {
        let cause = Cause::new("user", "");
        tx.account.spend("both", "publish", credits(150), &cause, tx.now)
    });
    done.await.unwrap().unwrap();
    let held = store.transact(&id, Want::money(), at("2026-03-03T05:00:00Z"), |tx| {
        let hold = tx.account.reserve(put_aside("job-1", 5), tx.now)?;
        tx.account.post(&hold.id, Some(credits(3)), tx.now)?;
        Ok::<_, LedgerError>(())
    });
    held.await.unwrap().unwrap();
    let used = async |from: &str, to: &str, offset_s: i64| {
        let used = store.list_usage(&id, at(from), at(to), offset_s).await.unwrap();
        let row = |used: wixapp_store::DayUsage| {
            (used.starts_at(offset_s).to_string(), used.action, used.credits.get())
        };
        used.into_iter().map(row).collect::<Vec<_>>()
    };
    let day = |day: &str, action: &str, sum: i64| (format!("2026-03-{day}Z"), action.to_owned(), sum);
    assert_eq!(
        used("2026-03-01T00:00:00Z", "2026-03-04T00:00:00Z", 0).await,
        [
            day("01T00:00:00", "publish", 1),
            day("02T00:00:00", "a:b", 1),
            day("02T00:00:00", "publish", 152),
            day("03T00:00:00", "publish", 3),
        ]
    );
    assert_eq!(
        used("2026-03-01T23:00:00Z", "2026-03-02T00:45:00Z", 3_600).await,
        [day("01T23:00:00", "publish", 2)]
    );
    assert!(
        store.list_usage(&instance("nobody"), at("2026-03-01T00:00:00Z"), now(), 0).await.unwrap().is_empty()
    );
}

async fn the_story_of_an_entry_names_what_is_behind_it(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 100)).await;
    reserve(store, &id, put_aside("job-1", 5)).await;
    for entry in entries(store, &id).await {
        let story = store.find_entry_story(&id, &entry.id).await.unwrap().unwrap();
        assert_eq!(story.entry, entry);
        assert_eq!((story.grant.is_some(), story.hold.is_some()), (entry.seq == 1, entry.seq == 2));
        assert_eq!(store.find_entry_story(&instance("site-2"), &entry.id).await.unwrap(), None);
    }
    assert_eq!(store.find_entry_story(&id, &"ent_unknown".parse().unwrap()).await.unwrap(), None);
}
