//! Mails to owners: what is written, to whom, how often, and what survives a crash.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tempfile::TempDir;
use wixapp_core::ErrorCode;
use wixapp_emulator::Card;

use crate::app::{Site, TestApp, days};
use wixapp_place::Place;

const PATH: &str = "/api/v1/wix/settings/notices";

struct Stage {
    app: TestApp,
    folder: PathBuf,
    _scratch: TempDir,
}

/// A mail that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    head: String,
    plain: String,
    html: String,
}

macro_rules! on_both_with_mail {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::Stage::new(wixapp_place::Place::sqlite(), 5).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::Stage::new(wixapp_place::Place::postgres().await, 5).await).await;
            })+
        }
    };
}

on_both_with_mail!(
    an_owner_is_told_of_a_new_plan_and_its_credits_in_their_language,
    low_credits_are_told_once_a_cycle,
    what_is_switched_off_is_not_written,
    a_process_killed_between_sending_and_noting_it_sends_the_same_mail_again,
    a_mail_that_cannot_leave_is_tried_again_later,
    what_was_sent_leaves_the_outbox_after_more_than_a_year,
);

impl Stage {
    async fn new(place: Place, per_day: u32) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("mail");
        let kept = folder.display().to_string();
        let app = TestApp::with(place, |config| {
            config.notices.from = Some("Greeter <hello@greeter.example>".to_owned());
            config.notices.folder = Some(kept);
            config.notices.per_day = per_day;
        })
        .await;
        Self { app, folder, _scratch: scratch }
    }

    /// The mails by their subject. A name for each: the same mail kept twice is one file.
    fn mails(&self) -> BTreeMap<String, Kept> {
        let Ok(files) = std::fs::read_dir(&self.folder) else { return BTreeMap::new() };
        let paths = files.map(|file| file.unwrap().path());
        let mails = paths.filter(|path| path.extension().is_some_and(|end| end == "eml"));
        mails.map(|path| read(&std::fs::read_to_string(path).unwrap())).collect()
    }

    async fn until_mails(&self, subjects: &[&str]) {
        let what = format!("{subjects:?}");
        self.app
            .until(&what, async || {
                let mails = self.mails();
                (mails.keys().collect::<Vec<_>>() == subjects).then_some(())
            })
            .await;
    }

    async fn save(&self, site: &Site, change: impl FnOnce(&mut Value)) {
        let mut settings = json!({
            "address": "owner@example.com", "language": "en", "lowCredits": true, "billingIssue": true,
            "planChanged": true, "creditsGranted": true,
        });
        change(&mut settings);
        let site = self.app.fresh(site);
        let saved = self.app.send(self.app.request("PUT", PATH, &site.token).json(&settings)).await;
        assert_eq!(saved.data()["settings"], settings);
    }

    async fn buy(&self, site: &Site, plan: &str, credits: i64) {
        let (_, page) = self.app.checkout(site, plan).await;
        self.app.emulator.pay(&page, &Card::paying()).await.unwrap();
        self.app.until_available(&site.token, credits).await;
    }

    async fn number(&self, state: &str) -> i64 {
        self.app.place.number(&format!("SELECT count(*) FROM notices WHERE state = '{state}'")).await
    }

    async fn until_number(&self, state: &str, count: i64) {
        self.app.until(state, async || (self.number(state).await == count).then_some(())).await;
    }
}

/// A mail with its subject.
fn read(text: &str) -> (String, Kept) {
    let mut parts = text.split("\r\n--part-");
    let head = parts.next().unwrap().to_owned();
    let mut body = || {
        let part = parts.next().unwrap();
        let (_, base64) = part.split_once("\r\n\r\n").unwrap();
        String::from_utf8(STANDARD.decode(base64.replace("\r\n", "")).unwrap()).unwrap()
    };
    let (plain, html) = (body(), body());
    let (_, after) = head.split_once("Subject: ").unwrap();
    let words = after.split("\r\nDate").next().unwrap().split("\r\n ");
    let decode = |word: &str| match word.strip_prefix("=?utf-8?B?").and_then(|word| word.strip_suffix("?=")) {
        Some(base64) => String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap(),
        None => word.to_owned(),
    };
    (words.map(decode).collect(), Kept { head, plain, html })
}

async fn what_was_sent_leaves_the_outbox_after_more_than_a_year(stage: Stage) {
    let site = stage.app.install().await;
    stage.save(&site, |_| {}).await;
    stage.app.spend(&stage.app.fresh(&site), "s-1", 195).await.data();
    stage.until_number("sent", 1).await;
    stage.app.advance(days(399)).await;
    assert_eq!(stage.number("sent").await, 1);
    stage.app.advance(days(2)).await;
    stage.until_number("sent", 0).await;
    assert_eq!(stage.mails().len(), 1, "nothing is written again");
    stage.app.finish().await;
}

async fn an_owner_is_told_of_a_new_plan_and_its_credits_in_their_language(stage: Stage) {
    let site = stage.app.install().await;
    stage.save(&site, |settings| settings["language"] = json!("de")).await;
    stage.buy(&site, "starter", 1_200).await;
    stage.until_mails(&["Greeter: 1.000 neue Credits", "Greeter: Ihr Tarif ist jetzt Starter"]).await;
    let mail = stage.mails().remove("Greeter: Ihr Tarif ist jetzt Starter").unwrap();
    assert!(mail.head.contains("\r\nTo: owner@example.com\r\n"), "{}", mail.head);
    assert!(mail.plain.contains("von Free zu Starter") && mail.plain.contains("Zum Ausschalten"));
    assert!(
        mail.html.contains("<p>Der Tarif Ihrer Website in Greeter hat von Free zu Starter gewechselt.</p>")
    );
    stage.until_number("sent", 2).await;
    assert_eq!(stage.number("waiting").await, 0);
    stage.app.finish().await;
}

async fn low_credits_are_told_once_a_cycle(stage: Stage) {
    let site = stage.app.install().await;
    stage.save(&site, |settings| settings["creditsGranted"] = json!(false)).await;
    assert_eq!(stage.app.spend(&site, "s-1", 179).await.status, 200);
    assert_eq!(stage.app.spend(&site, "s-2", 2).await.status, 200);
    stage.until_mails(&["Greeter: 19 credits left"]).await;
    assert_eq!(stage.app.spend(&site, "s-3", 9).await.status, 200);
    // The next credits come later than the first.
    stage.app.clock.advance(SignedDuration::from_mins(1));
    stage.buy(&site, "starter", 1_010).await;
    stage.until_mails(&["Greeter: 19 credits left", "Greeter: you are on Starter now"]).await;
    assert_eq!(stage.app.spend(&site, "s-4", 1_000).await.status, 200);
    let both = ["Greeter: 10 credits left", "Greeter: 19 credits left", "Greeter: you are on Starter now"];
    stage.until_mails(&both).await;
    stage.until_number("sent", 3).await;
    stage.app.finish().await;
}

async fn what_is_switched_off_is_not_written(stage: Stage) {
    let site = stage.app.install().await;
    stage.save(&site, |settings| settings["creditsGranted"] = json!(false)).await;
    stage.buy(&site, "starter", 1_200).await;
    stage.until_mails(&["Greeter: you are on Starter now"]).await;
    stage.save(&site, |settings| settings["address"] = json!(null)).await;
    stage.buy(&site, "pro", 6_200).await;
    // Nothing is written about what happened while nobody was written to.
    stage.save(&site, |_| {}).await;
    stage.buy(&site, "scale", 31_200).await;
    let after =
        ["Greeter: 25,000 new credits", "Greeter: you are on Scale now", "Greeter: you are on Starter now"];
    stage.until_mails(&after).await;
    stage.app.finish().await;
}

async fn a_process_killed_between_sending_and_noting_it_sends_the_same_mail_again(stage: Stage) {
    let site = stage.app.install().await;
    stage.save(&site, |settings| settings["creditsGranted"] = json!(false)).await;
    stage.buy(&site, "starter", 1_200).await;
    stage.until_mails(&["Greeter: you are on Starter now"]).await;
    stage.until_number("sent", 1).await;
    let first = stage.mails();
    // What such a process leaves behind: a claim that nobody settles.
    stage
        .app
        .place
        .raw("UPDATE notices SET state = 'waiting', next_at = next_at + 300000000, ended_at = NULL")
        .await;
    assert_eq!(stage.number("sent").await, 0);
    stage.app.clock.advance(SignedDuration::from_mins(5));
    stage.until_number("sent", 1).await;
    let again = stage.mails();
    assert_eq!(again.len(), 1, "the same mail has the same name");
    let id = |mails: &BTreeMap<String, Kept>| {
        let head = &mails.values().next().unwrap().head;
        head.split("\r\n").find(|line| line.starts_with("Message-ID: ")).unwrap().to_owned()
    };
    assert_eq!(id(&first), id(&again));
    assert_ne!(first, again, "it was sent again: its date is another");
    stage.app.finish().await;
}

async fn a_mail_that_cannot_leave_is_tried_again_later(stage: Stage) {
    let site = stage.app.install().await;
    stage.save(&site, |settings| settings["creditsGranted"] = json!(false)).await;
    // A file where the folder should be.
    std::fs::write(&stage.folder, "in the way").unwrap();
    stage.buy(&site, "starter", 1_200).await;
    let tried = "SELECT count(*) FROM notices WHERE state = 'waiting' AND attempts = 1 AND error IS NOT NULL";
    stage.app.until("a try", async || (stage.app.place.number(tried).await == 1).then_some(())).await;
    std::fs::remove_file(&stage.folder).unwrap();
    stage.app.clock.advance(SignedDuration::from_secs(59));
    assert_eq!(stage.mails().len(), 0);
    stage.app.clock.advance(SignedDuration::from_secs(1));
    stage.until_mails(&["Greeter: you are on Starter now"]).await;
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_more_mails_a_day_than_the_limit() {
    let stage = Stage::new(Place::sqlite(), 2).await;
    let site = stage.app.install().await;
    stage.save(&site, |_| {}).await;
    stage.buy(&site, "starter", 1_200).await;
    stage.until_number("sent", 2).await;
    stage.buy(&site, "pro", 6_200).await;
    stage.until_number("dropped", 2).await;
    assert_eq!(stage.number("sent").await, 2);
    stage.app.advance(days(1)).await;
    stage.buy(&stage.app.fresh(&site), "scale", 31_200).await;
    stage.until_number("sent", 4).await;
    stage.app.finish().await;
}

#[tokio::test]
async fn a_failed_payment_is_told_once_for_its_period() {
    let stage = Stage::new(Place::sqlite(), 5).await;
    let site = stage.app.install().await;
    stage
        .save(&site, |settings| {
            settings["creditsGranted"] = json!(false);
            settings["planChanged"] = json!(false);
        })
        .await;
    stage.buy(&site, "starter", 1_200).await;
    // The month that was paid is over.
    stage.app.advance(days(31)).await;
    for invoice in ["invoice-2", "invoice-3"] {
        stage.app.clock.advance(SignedDuration::from_mins(1));
        let now = wixapp_core::clock::Clock::now(&stage.app.clock);
        let failed = json!({ "status": "PAYMENT_FAILED", "invoiceId": invoice, "instanceId": site.instance_id, "recurring": true });
        let body =
            crate::app::signer().sign("InvoiceStatusUpdated", &site.instance_id, &failed, now).unwrap();
        stage.app.deliver(body).await.data();
        stage.app.settled().await;
    }
    stage.until_mails(&["Greeter: a payment failed"]).await;
    let mail = stage.mails().remove("Greeter: a payment failed").unwrap();
    assert!(mail.plain.contains("your Starter plan"), "{}", mail.plain);
    assert_eq!(stage.app.place.number("SELECT count(*) FROM notices").await, 1);
    stage.app.finish().await;
}

#[tokio::test]
async fn an_owner_says_who_is_written_to() {
    let stage = Stage::new(Place::sqlite(), 5).await;
    let site = stage.app.install().await;
    let first = stage.app.get(&site.token, PATH).await;
    let expected = json!({ "available": true, "settings": { "address": null, "language": "en", "lowCredits": true,
        "billingIssue": true, "planChanged": true, "creditsGranted": false } });
    assert_eq!(first.data(), &expected);
    stage.save(&site, |settings| settings["lowCredits"] = json!(false)).await;
    assert_eq!(stage.app.get(&site.token, PATH).await.data()["settings"]["lowCredits"], false);
    let before = stage.app.place.dump();
    let put = async |change: fn(&mut Value)| {
        let mut settings = expected["settings"].clone();
        change(&mut settings);
        stage.app.send(stage.app.request("PUT", PATH, &site.token).json(&settings)).await
    };
    for change in [
        (|settings| settings["address"] = json!("no-address")) as fn(&mut Value),
        |settings| settings["address"] = json!("a@b.example\r\nBcc: c@d.example"),
        |settings| settings["address"] = json!("a@b.example, c@d.example"),
        |settings| settings["address"] = json!(""),
        |settings| settings["language"] = json!("fr"),
        |settings| settings["lowCredits"] = json!("yes"),
        |settings| settings["surprise"] = json!(true),
    ] {
        let refused = put(change).await;
        refused.refused(ErrorCode::InvalidRequest);
        assert!(!refused.text.contains("d.example"), "{}", refused.text);
    }
    assert_eq!(stage.app.place.dump(), before);
    // Another site's settings are its own.
    let other = stage.app.install().await;
    assert_eq!(stage.app.get(&other.token, PATH).await.data()["settings"]["address"], json!(null));
    stage.app.finish().await;
}
