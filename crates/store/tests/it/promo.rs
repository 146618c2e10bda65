//! Promo codes and adjustments: what needs the database besides one instance's books.

use wixapp_core::Catalog;
use wixapp_core::account::{Adjustment, Change, PromoError, Undo, promo_key, undo_key};
use wixapp_core::grant::Pool;
use wixapp_store::{Store, Tx, Want};

use crate::stage::{Stage, credits, instance, now, sound};

on_both!(
    a_limited_code_is_given_to_as_many_instances_as_it_says_also_at_once,
    a_place_is_kept_and_a_refused_decision_takes_none,
    a_code_is_redeemed_once_for_ever,
    an_adjustment_is_found_by_its_key_and_taken_back_once,
);

/// Takes a place of a code for a site, and refuses after it when it is to be refused.
async fn claim(store: &Store, site: &str, code: &'static str, limit: u32, refused: bool) -> bool {
    let decide = move |tx: &mut Tx| {
        let claimed = tx.claim_promo(code, limit);
        if claimed && !refused { Ok(()) } else { Err(claimed) }
    };
    let done = store.transact(&instance(site), Want::money().promo(code), now(), decide).await.unwrap();
    done.map_or_else(|claimed| claimed, |()| true)
}

async fn a_limited_code_is_given_to_as_many_instances_as_it_says_also_at_once(stage: Stage) {
    let other = stage.another_store().await;
    let claims = (0..24).map(|n| {
        let store = if n % 2 == 0 { stage.store.clone() } else { other.clone() };
        tokio::spawn(async move { claim(&store, &format!("site-{n}"), "HELLO", 7, false).await })
    });
    let mut given = 0;
    for claim in claims.collect::<Vec<_>>() {
        given += usize::from(claim.await.unwrap());
    }
    assert_eq!(given, 7);
    assert_eq!(stage.number("SELECT count(*) FROM promo_claims").await, 7);
    assert_eq!(stage.number("SELECT claimed FROM promos WHERE code = 'HELLO'").await, 7);
}

async fn a_place_is_kept_and_a_refused_decision_takes_none(stage: Stage) {
    let store = &stage.store;
    assert!(claim(store, "site-1", "HELLO", 1, true).await, "there is one");
    assert!(claim(store, "site-2", "HELLO", 1, false).await, "it was not taken");
    assert!(claim(store, "site-2", " hello ", 1, true).await, "the same instance has its place");
    assert!(!claim(store, "site-1", "HELLO", 1, false).await);
    assert!(claim(store, "site-1", "OTHER", 1, false).await, "each code counts for itself");
    let unwanted = |tx: &mut Tx| if tx.claim_promo("THIRD", 1) { Ok(()) } else { Err(()) };
    let refused = store.transact(&instance("site-1"), Want::money(), now(), unwanted).await.unwrap();
    assert_eq!(refused, Err(()), "of what was not looked at, nothing is given");
}

async fn a_code_is_redeemed_once_for_ever(stage: Stage) {
    let text = "name='x'\nversion='7'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=1\n\
        [[promo]]\ncode='HELLO'\ncredits=50\n";
    let (catalog, id) = (Catalog::from_toml(text).unwrap(), instance("site-1"));
    let redeem = async || {
        let catalog = catalog.clone();
        let want = Want::money().business_key(promo_key(&id, "hello"));
        let decide = move |tx: &mut Tx| tx.account.redeem_promo(&catalog, "hello", tx.now).map(|_| ());
        stage.store.transact(&id, want, now(), decide).await.unwrap()
    };
    assert_eq!(redeem().await, Ok(()));
    assert_eq!(redeem().await, Err(PromoError::AlreadyRedeemed));
    assert_eq!(sound(&stage.store, &id).await.balances.promo, 50);
}

async fn an_adjustment_is_found_by_its_key_and_taken_back_once(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let adjustment = Adjustment {
        request_id: "req-1".into(),
        pool: Pool::Purchased,
        change: Change::Give(credits(25)),
        expires_at: None,
        actor: "kim".into(),
        reason: "an apology".into(),
    };
    let want = || Want::money().business_key("adjust:req-1");
    for counted in [true, false] {
        let adjustment = adjustment.clone();
        let done = store
            .transact(&id, want(), now(), move |tx| tx.account.adjust(&adjustment, tx.now))
            .await
            .unwrap();
        assert_eq!(done, Ok(counted));
    }
    let original = store.find_entry(&id, "adjust:req-1").await.unwrap().unwrap();
    assert_eq!(store.find_entry(&id, "adjust:req-2").await.unwrap(), None);
    for counted in [true, false] {
        let original = original.clone();
        let want = Want::money().facts().business_key(undo_key(&original));
        let undo = Undo { actor: "lee".into(), reason: "the wrong site".into() };
        let done = store
            .transact(&id, want, now(), move |tx| tx.account.undo_adjustment(&original, &undo, tx.now))
            .await
            .unwrap();
        assert_eq!(done, Ok(counted));
    }
    assert_eq!(sound(store, &id).await.balances.purchased, 0);
}
