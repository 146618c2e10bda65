//! What happens after the answer: cycles, lost webhooks, an absent Wix, and an instance that cannot be worked on.

use jiff::SignedDuration;
use serde_json::json;
use wixapp_emulator::Card;
use wixapp_server::work::sweep;

use crate::app::{Site, TestApp, days, hours, signer};
use crate::stream::Live;
use crate::wire::Behaviour;

async fn subscribe(app: &TestApp, plan: &str, credits: i64) -> Site {
    let site = app.install().await;
    let (_, page) = app.checkout(&site, plan).await;
    app.emulator.pay(&page, &Card::paying()).await.unwrap();
    app.until_available(&site.token, credits).await;
    site
}

#[tokio::test]
async fn before_a_cycle_is_granted_wix_is_asked() {
    let app = TestApp::start().await;
    let site = subscribe(&app, "starter", 1_200).await;
    let asked = app.to_wix.count("/apps/v1/instance");
    app.advance(days(30)).await;
    app.until_available(&app.fresh(&site).token, 2_200).await;
    assert!(app.to_wix.count("/apps/v1/instance") > asked);
    app.finish().await;
}

#[tokio::test]
async fn while_wix_is_out_no_cycle_is_granted_and_access_stays_and_then_it_is_made_up() {
    let app = TestApp::start().await;
    let site = subscribe(&app, "starter", 1_200).await;
    app.to_wix.set(Behaviour::Answer(503));
    let asked = app.to_wix.count("/apps/v1/instance") + app.to_wix.count("/oauth2/token");
    // The cycle of day 30 lies in the month that was paid for; that of day 60 does not.
    app.advance(days(61)).await;
    let site = app.fresh(&site);
    app.until_available(&site.token, 2_200).await;
    let tried = || app.to_wix.count("/apps/v1/instance") + app.to_wix.count("/oauth2/token") >= asked + 3;
    app.until("Wix is asked", async || tried().then_some(())).await;
    app.settled().await;
    let status = app.status(&site.token).await;
    assert_eq!((&status["plan"]["id"], &status["credits"]["available"]), (&json!("starter"), &json!(2_200)));
    app.to_wix.set(Behaviour::PassOn);
    app.advance(hours(1)).await;
    app.until_available(&app.fresh(&site).token, 3_200).await;
    app.finish().await;
}

#[tokio::test]
async fn new_facts_do_not_wait_for_a_wix_that_hangs() {
    let app = TestApp::start().await;
    let site = subscribe(&app, "starter", 1_200).await;
    app.to_wix.set(Behaviour::Hang);
    let questions = || app.to_wix.count("/oauth2/token") + app.to_wix.count("/apps/v1/instance");
    let before = questions();
    app.advance(days(31)).await;
    app.until("Wix is asked", async || (questions() > before).then_some(())).await;
    let other = app.install().await;
    assert_eq!(app.available(&other.token).await, 200);
    app.to_wix.set(Behaviour::PassOn);
    app.advance(hours(1)).await;
    app.until_available(&app.fresh(&site).token, 2_200).await;
    app.finish().await;
}

#[tokio::test]
async fn the_owners_first_visit_finds_out_what_lost_webhooks_would_have_said() {
    let app = TestApp::start().await;
    app.to_app.set(Behaviour::Say(json!({})));
    let free = app.emulator.sites()[0].site_id.clone();
    let installed = app.emulator.install(&free).await.unwrap().install.unwrap();
    let order = wixapp_emulator::CheckoutOrder { product_id: "pro".to_owned(), ..Default::default() };
    let page = app.emulator.open_checkout(&installed.instance_id, order).unwrap();
    app.emulator.pay(&page.token, &Card::paying()).await.unwrap();
    let site = app.site(&free, &installed.instance_id);
    let first = app.status(&site.token).await;
    assert_eq!(
        (&first["connection"]["status"], &first["credits"]["available"]),
        (&json!("waiting"), &json!(0))
    );
    app.until_available(&site.token, 5_200).await;
    let then = app.status(&site.token).await;
    assert_eq!((&then["connection"]["status"], &then["plan"]["id"]), (&json!("connected"), &json!("pro")));
    app.finish().await;
}

#[tokio::test]
async fn a_page_that_only_listens_finds_out_too() {
    let app = TestApp::start().await;
    app.to_app.set(Behaviour::Say(json!({})));
    let free = app.emulator.sites()[0].site_id.clone();
    let installed = app.emulator.install(&free).await.unwrap().install.unwrap();
    let site = app.site(&free, &installed.instance_id);
    let mut live = Live::open(&app, &site.token).await;
    live.until_available(200).await;
    app.finish().await;
}

#[tokio::test]
async fn a_copied_site_gets_no_free_credits_although_nobody_told_of_its_install() {
    let app = TestApp::start().await;
    let copy = app.site("site-x", &"copy-1".parse().unwrap());
    // One answer for the token and for the instance.
    app.to_wix.set(Behaviour::Say(json!({
        "access_token": "a-token", "token_type": "Bearer", "expires_in": 14_400,
        "instance": { "instanceId": "copy-1", "originInstanceId": "original-1", "isFree": true },
        "site": {},
    })));
    let connected = async || {
        let status = app.status(&copy.token).await;
        (status["connection"]["status"] == "connected").then(|| status["credits"]["available"].clone())
    };
    assert_eq!(app.until("the connection", connected).await, 0);
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

#[tokio::test]
async fn a_reinstall_whose_webhook_was_lost_is_seen_at_the_next_visit() {
    let app = TestApp::start().await;
    let site = app.install().await;
    app.clock.advance(hours(1));
    app.emulator.uninstall(&site.site_id).await.unwrap();
    let site = app.fresh(&site);
    let connection = async |wanted: &str| {
        let seen = app.status(&site.token).await["connection"]["status"] == wanted;
        seen.then_some(())
    };
    app.until("the removal", async || connection("removed").await).await;
    app.to_app.set(Behaviour::Say(json!({})));
    app.clock.advance(hours(1));
    app.emulator.install(&site.site_id).await.unwrap();
    // The removal may have been asked about a moment ago: each visit is later than the one before.
    let visit = async || {
        app.clock.advance(SignedDuration::from_secs(5));
        connection("connected").await
    };
    app.until("the reinstall", visit).await;
    assert_eq!(app.available(&site.token).await, 200);
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_was_on_its_way_while_the_clock_was_moved_is_of_another_day() {
    let app = TestApp::start().await;
    let site = app.install().await;
    app.settled().await;
    app.to_app.set(Behaviour::Answer(500));
    // Wix says that nothing is paid; before its word is there, days go by in which much was.
    let instance = "/apps/v1/instance";
    app.to_wix.set(Behaviour::HoldBack(instance));
    let asked = async {
        sweep::one(app.app(), &site.instance_id).await.unwrap();
    };
    let meanwhile = async {
        app.until("the answer", async || (app.to_wix.held_back(instance) > 0).then_some(())).await;
        let (_, page) = app.checkout(&site, "starter").await;
        app.emulator.pay(&page, &Card::paying()).await.unwrap();
        app.clock.advance(days(3));
        app.to_wix.set(Behaviour::PassOn);
    };
    tokio::join!(asked, meanwhile);
    assert_eq!(app.available(&app.fresh(&site).token).await, 1_200, "the question was put again");
    app.to_app.set(Behaviour::PassOn);
    app.finish().await;
}

#[tokio::test]
async fn cycles_that_came_while_the_server_was_down_are_granted_once_each() {
    let mut app = TestApp::start().await;
    let site = subscribe(&app, "starter", 1_200).await;
    app.stop_server().await;
    app.to_app.set(Behaviour::Answer(503));
    app.advance(days(100)).await;
    app.to_app.set(Behaviour::PassOn);
    app.start_server().await;
    app.until_available(&app.fresh(&site).token, 4_200).await;
    app.stop_server().await;
    app.start_server().await;
    app.settled().await;
    assert_eq!(app.available(&app.fresh(&site).token).await, 4_200);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_cannot_be_worked_on_neither_blocks_the_others_nor_spins() {
    let app = TestApp::start().await;
    let bad = app.site("site-x", &"bad-1".parse().unwrap());
    let now = || wixapp_core::clock::Clock::now(&app.clock);
    let event = |id: &str, text: &str| {
        let body = signer().sign("AppInstalled", &id.parse().unwrap(), &json!({ "appId": text }), now());
        body.unwrap()
    };
    app.deliver(event("bad-1", "a")).await.data();
    app.until_available(&bad.token, 200).await;
    // From now on what is stored of it does not read.
    let damage = "UPDATE instances SET subscription = 'nonsense' WHERE instance_id = 'bad-1'";
    app.place.raw(damage).await;
    let failures = || async {
        let text = app.get("", "/metrics").await.text;
        let line = text.lines().find(|line| line.starts_with("wixapp_work_failures_total{duty=\"facts\"}"));
        line.and_then(|line| line.rsplit_once(' ')?.1.parse::<u32>().ok()).unwrap_or(0)
    };
    app.deliver(event("bad-1", "b")).await.data();
    app.until("the failure", async || (failures().await > 0).then_some(())).await;
    for n in 0..40 {
        let id = format!("good-{n}");
        app.deliver(event(&id, "a")).await.data();
        app.until_available(&app.site("site-y", &id.parse().unwrap()).token, 200).await;
    }
    assert!(failures().await < 10, "the bad one was tried again with every change");
    app.place.raw("UPDATE instances SET subscription = NULL WHERE instance_id = 'bad-1'").await;
    app.finish().await;
}
