//! Hazard 39: a copy of the database of a day ago is restored.

use jiff::SignedDuration;
use wixapp_core::clock::Clock;
use wixapp_server::serve::Roles;

use super::{buy, entries, is, keys, standing, until_standing};
use crate::app::{Site, TestApp, days, hours};
use crate::wire::Behaviour;

const WORKER: Roles = Roles { api: false, worker: true };

on_both!(
    hazard_39_a_day_old_backup_asks_wix_before_it_spends_or_gives,
    hazard_39_a_worker_on_a_restored_copy_asks_wix_before_it_gives_a_cycle,
    hazard_39_a_second_process_on_a_restored_copy_asks_wix_before_it_gives_a_cycle,
    hazard_39_while_wix_does_not_answer_a_restored_copy_gives_nothing,
);

async fn hazard_39_a_day_old_backup_asks_wix_before_it_spends_or_gives(mut app: TestApp) {
    let site = app.install().await;
    buy(&app, &site, "starter", "MONTHLY").await;
    app.until_available(&site.token, 1_200).await;
    app.stop_server().await;
    let backup = app.place.copy().await;
    app.start_server().await;
    // What happens on this day is stored, acknowledged, and lost with the database.
    app.advance(hours(12)).await;
    buy(&app, &site, "pro", "MONTHLY").await;
    app.until_available(&app.fresh(&site).token, 6_200).await;
    app.spend(&app.fresh(&site), "s-0", 200).await.data();
    app.advance(hours(12)).await;
    app.stop_server().await;
    app.restore(backup);
    let upgraded = "SELECT count(*) FROM facts WHERE event_type = 'PaidPlanChanged'";
    assert_eq!(app.place.number(upgraded).await, 0, "the backup does not know of the upgrade");
    app.start_with(Roles { api: true, worker: false }).await;
    let asked = app.to_wix.count("/apps/v1/instance");
    let spent = app.spend(&app.fresh(&site), "s-1", 1_300).await;
    assert_eq!(spent.data()["credits"]["available"], 4_900, "Wix was asked before the spend was decided");
    assert_eq!(app.to_wix.count("/apps/v1/instance"), asked + 1);
    assert_eq!(app.spend(&app.fresh(&site), "s-2", 1).await.data()["credits"]["available"], 4_899);
    assert_eq!(app.to_wix.count("/apps/v1/instance"), asked + 1, "once is enough");
    app.stop_server().await;
    app.start_server().await;
    app.settled().await;
    assert_eq!(standing(&app, &site).await, is("pro", "active", 4_899));
    // The webhook of the upgrade comes again, and gives nothing again.
    let upgrade =
        app.emulator.deliveries().into_iter().rev().find(|sent| sent.event_type == "PaidPlanChanged");
    app.emulator.resend(upgrade.unwrap().delivery_id.as_str(), 1).await.unwrap();
    app.settled().await;
    assert_eq!(app.place.number(upgraded).await, 1);
    assert_eq!(standing(&app, &site).await, is("pro", "active", 4_899));
    assert_eq!(entries(&app, &site, "grant").await, 3);
    app.finish().await;
}

/// How the money of the first site went on the day that is lost.
#[derive(Clone, Copy)]
enum End {
    /// Its plan was ended at once.
    Cancelled,
    /// The same, and its payment was given back.
    Refunded,
}

/// Three sites bought Starter, and their app is one of day 29 again while it is day 30 already, on which a cycle is due. By
/// the backup alone each of the three would get it.
///
/// On the day that is lost the first lost its plan, the second went up to Pro, and the third went on.
async fn restored(app: &mut TestApp, end: End) -> [Site; 3] {
    let mut sites = Vec::new();
    for _ in 0..3 {
        let site = app.install().await;
        buy(app, &site, "starter", "MONTHLY").await;
        app.until_available(&site.token, 1_200).await;
        sites.push(site);
    }
    app.advance(days(29)).await;
    app.settled().await;
    app.stop_server().await;
    let backup = app.place.copy().await;
    app.start_server().await;
    app.advance(hours(12)).await;
    match end {
        End::Cancelled => {
            app.emulator.end_plan(&sites[0].instance_id, "USER_CANCEL").await.unwrap();
        }
        End::Refunded => {
            let invoice = app.emulator.invoices(&sites[0].instance_id).unwrap().remove(0);
            app.emulator.give_back(&invoice.invoice_id, false, true).await.unwrap();
        }
    }
    buy(app, &sites[1], "pro", "MONTHLY").await;
    app.advance(hours(13)).await;
    for (site, wanted) in sites.iter().zip(truth()) {
        until_standing(app, site, wanted).await;
    }
    app.stop_server().await;
    app.restore(backup);
    sites.try_into().unwrap()
}

/// How the three stand by the word of Wix.
fn truth() -> [(String, String, i64); 3] {
    [is("free", "free", 200), is("pro", "active", 6_200), is("starter", "active", 2_200)]
}

fn questions(app: &TestApp) -> usize {
    app.to_wix.count("/oauth2/token") + app.to_wix.count("/apps/v1/instance")
}

/// How many entries the books of all have.
async fn written(app: &TestApp) -> i64 {
    app.place.number("SELECT count(*) FROM entries").await
}

/// Until the three stand as Wix says. Nothing that was given had to be taken back for it.
async fn end_in_truth(app: &TestApp, sites: &[Site; 3]) {
    for (site, wanted) in sites.iter().zip(truth()) {
        until_standing(app, site, wanted).await;
    }
    app.settled().await;
    let [ended, upgraded, unchanged] = sites;
    for site in sites {
        assert_eq!(entries(app, site, "reversal").await, 0);
    }
    // When it ended Wix does not say: it may have been after the cycle, of which its end leaves nothing.
    assert_eq!((entries(app, ended, "reset").await, standing(app, ended).await.2), (1, 200));
    let given = keys(app, upgraded).await;
    assert!(given.len() == 3 && given[2].starts_with("upgrade:"), "the cycles begin anew: {given:?}");
    let given = keys(app, unchanged).await;
    assert_eq!(given[1..], [given[1].clone(), given[1].replace(":0", ":1")], "the cycle came once");
}

async fn hazard_39_a_worker_on_a_restored_copy_asks_wix_before_it_gives_a_cycle(mut app: TestApp) {
    let sites = restored(&mut app, End::Refunded).await;
    app.to_wix.set(Behaviour::Hang);
    let (asked, before) = (questions(&app), written(&app).await);
    app.start_with(WORKER).await;
    app.until("Wix is asked", async || (questions(&app) >= asked + 3).then_some(())).await;
    assert_eq!(written(&app).await, before, "the question comes before the entry");
    app.to_wix.set(Behaviour::PassOn);
    // A mere worker answers nobody: what it did is read off the database.
    for (site, (.., credits)) in sites.iter().zip(truth()) {
        let pool = format!("SELECT plan FROM instances WHERE instance_id = '{}'", site.instance_id);
        let there = async || (app.place.number(&pool).await == credits).then_some(());
        app.until(&format!("{credits} credits"), there).await;
    }
    app.stop_server().await;
    app.start_server().await;
    end_in_truth(&app, &sites).await;
    app.finish().await;
}

async fn hazard_39_a_second_process_on_a_restored_copy_asks_wix_before_it_gives_a_cycle(mut app: TestApp) {
    let sites = restored(&mut app, End::Cancelled).await;
    app.to_wix.set(Behaviour::Hang);
    let (asked, before) = (questions(&app), written(&app).await);
    app.start_with(Roles { api: true, worker: false }).await;
    let workers = [app.another_server(WORKER).await, app.another_server(WORKER).await];
    app.until("Wix is asked", async || (questions(&app) >= asked + 3).then_some(())).await;
    assert_eq!(written(&app).await, before, "the question comes before the entry");
    for site in &sites {
        assert_eq!(standing(&app, site).await, is("starter", "active", 1_200), "as the backup has it");
    }
    app.to_wix.set(Behaviour::PassOn);
    end_in_truth(&app, &sites).await;
    for worker in workers {
        worker.stop().await;
    }
    app.finish().await;
}

async fn hazard_39_while_wix_does_not_answer_a_restored_copy_gives_nothing(mut app: TestApp) {
    let sites = restored(&mut app, End::Cancelled).await;
    let before = written(&app).await;
    app.to_wix.set(Behaviour::Answer(503));
    app.start_server().await;
    let now = app.clock.now().as_microsecond();
    let again = format!("SELECT count(*) FROM instances WHERE due_at > {now}");
    app.until("Wix was asked in vain", async || (app.place.number(&again).await == 3).then_some(())).await;
    assert_eq!(written(&app).await, before, "by the backup alone nothing is given");
    app.to_wix.set(Behaviour::PassOn);
    // The sweep and what is due may both have asked in vain, and after each the pause is longer.
    for (site, wanted) in sites.iter().zip(truth()) {
        let what = format!("Wix is asked again: {wanted:?}");
        let there = async || {
            let there = standing(&app, site).await == wanted;
            if !there {
                app.clock.advance(SignedDuration::from_mins(1));
            }
            there.then_some(())
        };
        app.until(&what, there).await;
    }
    end_in_truth(&app, &sites).await;
    app.finish().await;
}
