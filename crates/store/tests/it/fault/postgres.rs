//! PostgreSQL that is down, silent, restarted, or held up by another process.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;
use wixapp_core::grant::Pool;
use wixapp_store::{Change, Store};

use crate::proxy::Proxy;
use crate::stage::{LIMIT, Stage, connect, gift, give, instance, sound, spend};

/// A database, the network before it, and a store behind that.
async fn behind_proxy() -> (Stage, Proxy, Store) {
    let stage = Stage::postgres().await;
    let url = stage.url();
    let server =
        url.rsplit_once('@').and_then(|(_, rest)| rest.split_once('/')).expect("user@host:port/database").0;
    let proxy = Proxy::start(server).await;
    let store = Store::open(&proxy.in_place_of_server(&url)).await.unwrap();
    give(&store, &instance("site-1"), gift("cycle:1", Pool::Plan, 100)).await;
    (stage, proxy, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_down_is_unavailable_and_used_again_when_it_is_back() {
    let (_stage, mut proxy, store) = behind_proxy().await;
    let id = instance("site-1");
    let mut watch = store.watch();
    proxy.cut().await;
    let refused = timeout(LIMIT, spend(&store, &id, "click-1", 1)).await.unwrap().unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    let refused = timeout(LIMIT, store.find_instance(&id)).await.unwrap().unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    assert!(store.check().await.unwrap_err().is_unavailable());
    while watch.try_recv().is_ok() {}
    proxy.mend().await;
    spend(&store, &id, "click-2", 1).await.unwrap().unwrap();
    assert_eq!(sound(&store, &id).await.balances.plan, 99);
    let resync = async { while watch.recv().await.unwrap() != Change::resync() {} };
    timeout(LIMIT, resync).await.expect("what may have been missed is looked at again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_answers_is_unavailable_within_bounded_time() {
    let (_stage, proxy, store) = behind_proxy().await;
    let id = instance("site-1");
    proxy.be_silent(true);
    let (read, written) =
        timeout(LIMIT, async { tokio::join!(store.find_instance(&id), spend(&store, &id, "click-1", 1)) })
            .await
            .unwrap();
    assert!(read.unwrap_err().is_unavailable());
    assert!(written.unwrap_err().is_unavailable());
    proxy.be_silent(false);
    spend(&store, &id, "click-2", 1).await.unwrap().unwrap();
    sound(&store, &id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_ended_are_replaced_without_a_failure() {
    let (stage, _proxy, store) = behind_proxy().await;
    let id = instance("site-1");
    let spends = |round: u32| {
        join_all((0..20).map(move |n| (round, n)).map(|(round, n)| {
            let (store, id) = (store.clone(), instance(&format!("other-{n}")));
            tokio::spawn(async move {
                give(&store, &id, gift(&format!("promo:{round}"), Pool::Promo, 1)).await;
                spend(&store, &id, &format!("click-{round}"), 1).await
            })
        }))
    };
    let client = connect(&stage.url()).await;
    for round in 0..5 {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()";
        client.batch_execute(kill).await.unwrap();
        for outcome in spends(round).await {
            outcome.unwrap().unwrap().unwrap();
        }
        store.find_instance(&id).await.unwrap().unwrap();
    }
    assert_eq!(sound(&store, &instance("other-7")).await.balances.spent, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_another_process_holds_is_unavailable_within_bounded_time() {
    let (stage, _proxy, store) = behind_proxy().await;
    let id = instance("site-1");
    let holder = connect(&stage.url()).await;
    holder.batch_execute("BEGIN; SELECT 1 FROM instances FOR UPDATE").await.unwrap();
    let refused = timeout(LIMIT, spend(&store, &id, "click-1", 1)).await.unwrap().unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    assert_eq!(store.find_instance(&id).await.unwrap().unwrap().balances.plan, 100);
    holder.batch_execute("ROLLBACK").await.unwrap();
    timeout(Duration::from_secs(4), spend(&store, &id, "click-2", 1)).await.unwrap().unwrap().unwrap();
}
