//! One platform per test: many at once, each on its own, each gone when it is dropped.

use wixapp::Local;
use wixapp::platform::data::Collection;

use crate::stage::app;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_platforms_live_side_by_side_and_know_nothing_of_each_other() {
    let starting: tokio::task::JoinSet<_> = (0..8).map(|_| Local::start(app())).collect();
    let locals: Vec<Local> = starting.join_all().await.into_iter().map(Result::unwrap).collect();
    for (n, local) in locals.iter().enumerate() {
        let emulator = local.emulator();
        for site in emulator.sites().iter().take(n % 4) {
            emulator.install(&site.site_id).await.unwrap();
        }
    }
    for (n, local) in locals.iter().enumerate() {
        let installed = local.emulator().sites().iter().filter(|site| site.install.is_some()).count();
        assert_eq!((installed, local.emulator().deliveries().len()), (n % 4, n % 4));
    }
    let mut urls: Vec<_> = locals.iter().flat_map(|local| [local.app_url(), local.platform_url()]).collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), 16, "every one has addresses of its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_one_that_was_stopped_or_dropped() {
    let stopped = Local::start(app()).await.unwrap();
    let dropped = Local::start(app()).await.unwrap();
    let scratch = stopped.snapshot_folder().parent().unwrap().to_owned();
    let urls =
        [&stopped, &dropped].map(|local| [local.app_url().to_owned(), local.platform_url().to_owned()]);
    let platform = dropped.emulator().clone();
    assert!(scratch.exists());
    stopped.stop().await.unwrap();
    drop(dropped);
    assert!(!scratch.exists(), "the folder goes with it");
    for url in urls.as_flattened() {
        let address = url.trim_start_matches("http://");
        // Dropping only asks the servers to end.
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
    // Whoever still holds the platform does not keep the app alive.
    assert_eq!(platform.sites().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_is_as_the_test_wants_it_and_stays_where_it_is() {
    let local = Local::start_with(app(), |platform| {
        platform.subscriptions.insert("wix.data.v2.data_item_created".to_owned());
        // What the two sides agree on is not the test's to change.
        "nowhere".clone_into(&mut platform.app_url);
        "somebody else".clone_into(&mut platform.app_id);
    });
    let local = local.await.unwrap();
    let site = local.emulator().sites()[0].site_id.clone();
    let installed = local.emulator().install(&site).await.unwrap().install.unwrap();
    assert!(local.emulator().app_url(&site).unwrap().starts_with(local.app_url()));
    let server = local.server();
    let items = server.wix.items::<serde_json::Value>(&installed.instance_id, "Notes");
    server.wix.create_collection(&installed.instance_id, &Collection::new("Notes")).await.unwrap();
    items.insert(serde_json::json!({ "_id": "one" })).await.unwrap();
    let told = |sent: &wixapp::emulator::view::Delivery| sent.event_type == "wix.data.v2.data_item_created";
    assert!(local.emulator().deliveries().iter().any(told));
    local.stop().await.unwrap();
}
