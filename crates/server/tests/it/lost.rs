//! Every webhook of a thousand instances is lost, and what Wix tells of them differs.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use wixapp_core::clock::Clock;
use wixapp_server::Config;

use crate::app::TestApp;
use crate::wire::{Behaviour, Told};

/// The shortest time that a timer of tokio knows.
const TICK: Duration = Duration::from_millis(1);

/// The machine's time, as tokio tells it, stands still and passes as the test says: by it questions to Wix are spread. The app's
/// time goes with it.
struct Time {
    passed: Duration,
    /// Tokio moves a clock that stands still by itself when there is nothing to do, which waiting for a database looks like;
    /// but not while a blocking task runs. This ends it.
    _held: mpsc::Sender<()>,
}

impl Time {
    fn stop() -> Self {
        let (held, release) = mpsc::channel();
        tokio::task::spawn_blocking(move || release.recv());
        tokio::time::pause();
        Self { passed: Duration::ZERO, _held: held }
    }

    async fn pass(&mut self, app: &TestApp, by: Duration) {
        let seconds = self.passed.as_secs();
        tokio::time::advance(by).await;
        self.passed += by;
        let seconds = self.passed.as_secs() - seconds;
        if seconds > 0 {
            app.clock.advance(SignedDuration::from_secs(seconds.try_into().unwrap()));
        }
    }

    fn go_on(self) {
        tokio::time::resume();
    }
}

/// Lets everybody work for a moment in which no time passes.
async fn work() {
    tokio::task::spawn_blocking(|| thread::sleep(TICK)).await.unwrap();
}

/// How many questions a second are asked where nobody says another number.
fn default_budget() -> u32 {
    let least =
        "[database]\nurl = 'sqlite:app.sqlite3'\n[wix]\napp_id = 'a'\napp_secret = '0123456789abcdef'";
    let budget = Config::from_text(least).unwrap().wix.questions_per_s;
    let documented = include_str!("../../../../docs/configuration.md");
    assert!(documented.contains(&format!("\n#questions_per_s = {budget}\n")), "{budget}");
    budget
}

/// What Wix tells of five instances in turn, and what it is to come to.
fn turns(app: &TestApp) -> [(Told, &'static str); 5] {
    let paid = |plan: &str, cycle: &str, auto_renewing: bool| {
        Told::Paid(json!({
            "packageName": plan, "billingCycle": cycle, "timeStamp": app.clock.now(), "autoRenewing": auto_renewing,
            "invoiceId": format!("inv-{plan}"), "source": "test",
        }))
    };
    [
        (Told::Free, r#"plan = 200 AND subscription LIKE '%"status":"free"%'"#),
        (paid("starter", "YEARLY", true), r#"plan = 1200 AND subscription LIKE '%"status":"active"%'"#),
        (paid("pro", "MONTHLY", true), r#"plan = 5200 AND subscription LIKE '%"status":"active"%'"#),
        (paid("starter", "MONTHLY", false), r#"plan = 1200 AND subscription LIKE '%"status":"cancelled"%'"#),
        // It is asked about, and gets nothing.
        (Told::Gone, "plan = 0 AND seq = 0 AND reconciled_at IS NOT NULL"),
    ]
}

/// A thousand instances that are known, and of which nobody told more.
async fn known(app: &TestApp) {
    app.install().await;
    let known = format!(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 999) \
         INSERT INTO instances (instance_id, created_at, installed_at, head) \
         SELECT 'known-' || x, created_at, installed_at, '{}' FROM n, instances",
        "0".repeat(64)
    );
    app.place.raw(&known).await;
}

async fn with_every_webhook_lost_a_thousand_instances_are_right_within_ten_minutes(mut app: TestApp) {
    known(&app).await;
    app.stop_server().await;
    app.to_app.set(Behaviour::Say(json!({})));
    let (told, ends): (Vec<_>, Vec<_>) = turns(&app).into_iter().unzip();
    app.to_wix.set(Behaviour::SayOfEach(told));
    let turn = "CASE WHEN instance_id LIKE 'known-%' THEN CAST(substr(instance_id, 7) AS BIGINT) % 5 END";
    let ends =
        (0..).zip(ends).map(|(n, end)| format!("({turn} = {n} AND {end})")).collect::<Vec<_>>().join(" OR ");
    let right = format!("SELECT count(*) FROM instances WHERE {ends}");
    let budget = default_budget();
    app.config_mut().wix.questions_per_s = budget;
    let gap = Duration::from_secs(1) / budget;
    let before = app.to_wix.count("/oauth2/token");
    let mut time = Time::stop();
    let start = app.clock.now();
    app.start_server().await;
    let mut asked = 0;
    let questions = || u32::try_from(app.to_wix.count("/oauth2/token") - before).unwrap();
    while asked < 1_000 || app.place.number(&right).await < 999 {
        // No more are asked than may be by then, and the next is waited for until it may be.
        let more = questions() - asked;
        asked += more;
        let allowed = time.passed.as_millis() / gap.as_millis() + 1;
        assert!(u128::from(asked) <= allowed, "{asked} questions in {:?}", time.passed);
        time.pass(&app, (gap * more).max(TICK)).await;
        assert!(
            app.clock.now().duration_since(start) <= SignedDuration::from_mins(10),
            "{asked} were asked about"
        );
        work().await;
    }
    assert_eq!(asked, 1_000, "one question for each");
    time.go_on();
    let grants = async |plan: &str| {
        app.place.number(&format!("SELECT count(*) FROM grants WHERE plan_id = '{plan}'")).await
    };
    assert_eq!((grants("free").await, grants("starter").await, grants("pro").await), (800, 400, 200));
    app.to_wix.set(Behaviour::PassOn);
    app.finish().await;
}

#[tokio::test]
async fn with_every_webhook_lost_a_thousand_instances_are_right_within_ten_minutes_on_sqlite() {
    with_every_webhook_lost_a_thousand_instances_are_right_within_ten_minutes(TestApp::start().await).await;
}

#[tokio::test]
async fn with_every_webhook_lost_a_thousand_instances_are_right_within_ten_minutes_on_postgres() {
    with_every_webhook_lost_a_thousand_instances_are_right_within_ten_minutes(TestApp::on_postgres().await)
        .await;
}
