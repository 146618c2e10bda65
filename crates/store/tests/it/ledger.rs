//! The books: nobody changes them, and whoever does is found out.

use wixapp_core::grant::Pool;
use wixapp_store::{Flaw, Store};

use crate::stage::{Stage, entries, gift, give, instance, put_aside, reserve, sound, spend};

on_both!(
    entries_cannot_be_changed_or_removed,
    the_database_refuses_what_cannot_be,
    whatever_is_tampered_with_is_found,
    books_longer_than_a_page_are_checked_to_the_end,
    entries_are_listed_in_pages,
);

/// Five entries: grant, grant, spend, reserve, spend.
async fn keep_books(store: &Store) {
    let id = instance("site-1");
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    give(store, &id, gift("topup:1", Pool::Purchased, 10)).await;
    spend(store, &id, "click-1", 1).await.unwrap().unwrap();
    reserve(store, &id, put_aside("job-1", 2)).await;
    spend(store, &id, "click-2", 1).await.unwrap().unwrap();
}

async fn entries_cannot_be_changed_or_removed(stage: Stage) {
    keep_books(&stage.store).await;
    for sql in ["UPDATE entries SET amount = 2", "DELETE FROM entries WHERE seq = 5", "DELETE FROM entries"] {
        let refused = stage.raw(sql).await.unwrap_err();
        assert!(refused.contains("entries_are_immutable"), "{sql}: {refused}");
    }
    assert_eq!(entries(&stage.store, &instance("site-1")).await.len(), 5);
}

async fn the_database_refuses_what_cannot_be(stage: Stage) {
    keep_books(&stage.store).await;
    let entry = |amount, key, seq, after| {
        format!(
            "INSERT INTO entries (instance_id, seq, entry_id, debit, credit, amount, code, business_key, actor, reason, \
             available_after, created_at, hash) \
             VALUES ('site-1', {seq}, 'ent_1', 'held', 'spent', {amount}, 'post', '{key}', 'me', '', {after}, 0, '')"
        )
    };
    let mut refused = vec![
        ("entries_amount_positive".to_owned(), entry(0, "new", 6, 0)),
        ("entries_amount_positive".to_owned(), entry(-1, "new", 6, 0)),
        ("entries_available_not_negative".to_owned(), entry(1, "new", 6, -1)),
        ("entries_business_key_once|entries.business_key".to_owned(), entry(1, "cycle:1", 6, 0)),
        ("entries_pkey|entries.seq".to_owned(), entry(1, "new", 5, 0)),
        ("grants_remaining_in_range".to_owned(), "UPDATE grants SET remaining = -1".to_owned()),
        ("grants_remaining_in_range".to_owned(), "UPDATE grants SET remaining = amount + 1".to_owned()),
        ("grants_amount_positive".to_owned(), "UPDATE grants SET amount = 0, remaining = 0".to_owned()),
        ("holds_posted_in_range".to_owned(), "UPDATE holds SET posted = amount + 1".to_owned()),
        ("holds_amount_positive".to_owned(), "UPDATE holds SET amount = -1, posted = -1".to_owned()),
        ("holds_state_known".to_owned(), "UPDATE holds SET state = 'lost'".to_owned()),
    ];
    for balance in ["promo", "plan", "purchased", "held", "spent", "expired", "debt"] {
        let name = format!("instances_{balance}_not_negative");
        refused.push((name, format!("UPDATE instances SET {balance} = -1")));
    }
    for (names, sql) in refused {
        let error = stage.raw(&sql).await.expect_err(&sql);
        assert!(names.split('|').any(|name| error.contains(name)), "{sql}: {error}");
    }
    sound(&stage.store, &instance("site-1")).await;
}

async fn whatever_is_tampered_with_is_found(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    keep_books(store).await;
    let without_guard = if stage.is_sqlite() {
        "DROP TRIGGER entries_are_not_changed; DROP TRIGGER entries_are_not_removed"
    } else {
        "DROP TRIGGER entries_are_immutable ON entries"
    };
    stage.raw(&format!("{without_guard}; CREATE TABLE kept AS SELECT * FROM entries")).await.unwrap();
    let chain = |seq| Some(Flaw::Chain { seq });
    let tampered = [
        ("UPDATE entries SET amount = 2 WHERE seq = 3", chain(3)),
        ("UPDATE entries SET reason = 'nothing' WHERE seq = 1", chain(1)),
        ("UPDATE entries SET actor = 'someone' WHERE seq = 5", chain(5)),
        ("UPDATE entries SET entry_id = 'ent_other' WHERE seq = 2", chain(2)),
        ("UPDATE entries SET created_at = created_at - 1000 WHERE seq = 2", chain(2)),
        ("UPDATE entries SET credit = 'expired' WHERE seq = 5", chain(5)),
        ("UPDATE entries SET available_after = 0 WHERE seq = 4", chain(4)),
        ("UPDATE entries SET hold_id = NULL WHERE seq = 4", chain(4)),
        ("UPDATE entries SET fact_key = 'event-1' WHERE seq = 4", chain(4)),
        ("DELETE FROM entries WHERE seq = 1", chain(1)),
        ("DELETE FROM entries WHERE seq = 3", chain(3)),
        ("DELETE FROM entries WHERE seq = 5", chain(5)),
        ("DELETE FROM entries", chain(1)),
        ("UPDATE instances SET seq = 4", chain(5)),
        ("UPDATE instances SET head = 'x'", chain(5)),
    ];
    for (sql, flaw) in tampered {
        stage.raw(sql).await.unwrap();
        assert_eq!(store.verify_ledger(&id).await.unwrap(), flaw, "{sql}");
        restore(&stage).await;
        sound(store, &id).await;
    }
    let balances = [
        ("UPDATE instances SET plan = plan + 1", "UPDATE instances SET plan = plan - 1"),
        ("UPDATE instances SET debt = 5", "UPDATE instances SET debt = 0"),
        ("UPDATE grants SET remaining = remaining - 1", "UPDATE grants SET remaining = remaining + 1"),
        ("UPDATE holds SET state = 'voided'", "UPDATE holds SET state = 'open'"),
    ];
    for (sql, back) in balances {
        stage.raw(sql).await.unwrap();
        let flaw = store.verify_ledger(&id).await.unwrap();
        assert!(matches!(flaw, Some(Flaw::Balance { .. })), "{sql}: {flaw:?}");
        stage.raw(back).await.unwrap();
        sound(store, &id).await;
    }
    stage.raw("DELETE FROM instances").await.unwrap();
    assert_eq!(store.verify_ledger(&id).await.unwrap(), chain(1));
    assert_eq!(store.verify_ledger(&instance("nobody")).await.unwrap(), None);
}

async fn restore(stage: &Stage) {
    stage
        .raw(
            "DELETE FROM entries; INSERT INTO entries SELECT * FROM kept; \
             UPDATE instances SET seq = 5, head = (SELECT hash FROM kept WHERE seq = 5)",
        )
        .await
        .unwrap();
}

async fn books_longer_than_a_page_are_checked_to_the_end(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 10_000)).await;
    let many = store.transact(&id, wixapp_store::Want::money(), crate::stage::now(), |tx| {
        let cause = wixapp_core::entry::Cause::new("user", "a post");
        (0..2_100).try_for_each(|n| {
            let one = crate::stage::credits(1);
            tx.account.spend(&format!("click-{n}"), "publish", one, &cause, tx.now).map(|_| ())
        })
    });
    many.await.unwrap().unwrap();
    assert_eq!(sound(store, &id).await.seq, 2_101);
    let guard =
        if stage.is_sqlite() { "entries_are_not_changed" } else { "entries_are_immutable ON entries" };
    let last = "UPDATE entries SET reason = 'nothing' WHERE seq = 2101";
    stage.raw(&format!("DROP TRIGGER {guard}; {last}")).await.unwrap();
    assert_eq!(store.verify_ledger(&id).await.unwrap(), Some(Flaw::Chain { seq: 2_101 }));
}

async fn entries_are_listed_in_pages(stage: Stage) {
    keep_books(&stage.store).await;
    let page = async |before, limit| {
        let listed = stage.store.list_entries(&instance("site-1"), before, limit).await.unwrap();
        listed.into_iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [5, 4]);
    assert_eq!(page(Some(4), 2).await, [3, 2]);
    assert_eq!(page(Some(2), 2).await, [1]);
    assert!(page(Some(1), 2).await.is_empty());
}
