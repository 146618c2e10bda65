//! Promo codes and adjustments: what needs the database besides one instance's books.

use wixapp_core::Catalog;
use wixapp_core::account::{Adjustment, Change, PromoError, Undo, promo_key, undo_key};
use wixapp_core::grant::Pool;
use wixapp_store::Want;

use crate::stage::{Stage, credits, instance, now, sound};

on_both!(
    a_limited_code_is_given_to_as_many_instances_as_it_says_also_at_once,
    a_place_is_kept_and_can_be_given_back,
    a_code_is_redeemed_once_for_ever,
    an_adjustment_is_found_by_its_key_and_taken_back_once,
);

async fn a_limited_code_is_given_to_as_many_instances_as_it_says_also_at_once(stage: Stage) {
    let other = stage.another_store().await;
    let claims = (0..24).map(|n| {
        let store = if n % 2 == 0 { stage.store.clone() } else { other.clone() };
        tokio::spawn(async move {
            store.claim_promo("HELLO", &instance(&format!("site-{n}")), 7, now()).await.unwrap()
        })
    });
    let mut given = 0;
    for claim in claims.collect::<Vec<_>>() {
        given += usize::from(claim.await.unwrap());
    }
    assert_eq!(given, 7);
    assert_eq!(stage.number("SELECT count(*) FROM promo_claims").await, 7);
    assert_eq!(stage.number("SELECT claimed FROM promos WHERE code = 'HELLO'").await, 7);
}

async fn a_place_is_kept_and_can_be_given_back(stage: Stage) {
    let claim = async |site: &str, code: &str| {
        stage.store.claim_promo(code, &instance(site), 1, now()).await.unwrap()
    };
    assert!(claim("site-1", "HELLO").await);
    assert!(claim("site-1", " hello ").await, "the same instance has its place");
    assert!(!claim("site-2", "HELLO").await);
    assert!(claim("site-2", "OTHER").await, "each code counts for itself");
    stage.store.release_promo("hello", &instance("site-1")).await.unwrap();
    assert!(claim("site-2", "HELLO").await);
    assert!(!claim("site-1", "HELLO").await);
}

async fn a_code_is_redeemed_once_for_ever(stage: Stage) {
    let text = "name='x'\nversion='7'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=1\n\
        [[promo]]\ncode='HELLO'\ncredits=50\n";
    let (catalog, id) = (Catalog::from_toml(text).unwrap(), instance("site-1"));
    let redeem = async || {
        let catalog = catalog.clone();
        let want = Want::money().business_key(promo_key(&id, "hello"));
        let decide =
            move |tx: &mut wixapp_store::Tx| tx.account.redeem_promo(&catalog, "hello", tx.now).map(|_| ());
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
        let want = Want::money().business_key(undo_key(&original));
        let undo = Undo { actor: "lee".into(), reason: "the wrong site".into() };
        let done = store
            .transact(&id, want, now(), move |tx| tx.account.undo_adjustment(&original, &undo, tx.now))
            .await
            .unwrap();
        assert_eq!(done, Ok(counted));
    }
    assert_eq!(sound(store, &id).await.balances.purchased, 0);
}
