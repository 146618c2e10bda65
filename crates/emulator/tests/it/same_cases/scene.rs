//! A site with the app, the app's client, and something to ask questions of.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Method, Url};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use wixapp_core::id::InstanceId;
use wixapp_emulator::EmulatorConfig;
use wixapp_platform::data::{Collection, Date, Draft, Field, FieldType, Item, Items, Page};
use wixapp_platform::{AppSecret, Error, WixClient};

use crate::stage::{APP_ID, Reply, SECRET, Stage};

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) client: WixClient,
    pub(crate) instance: InstanceId,
    made: AtomicU32,
    films: OnceCell<Items<Value>>,
    numbers: OnceCell<Items<Value>>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(|config| config.calls_a_minute = None).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut EmulatorConfig)) -> Self {
        let stage = Stage::with(change).await;
        let client = client(&stage, SECRET);
        let instance = stage.install().await;
        let made = AtomicU32::new(0);
        Self { stage, client, instance, made, films: OnceCell::new(), numbers: OnceCell::new() }
    }

    /// A call by HTTP with the client's access token: what no method of the client asks.
    pub(crate) async fn http(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let token = self.client.access_token(&self.instance).await.unwrap();
        self.stage.call(token.expose(), method, path, body).await
    }

    /// The token with which the platform opens the app to have it installed by consent.
    pub(crate) async fn installer_token(&self) -> String {
        let path = format!("/_emulator/sites/{}/install-link", self.stage.site_id());
        let link = self.stage.post(&path, &json!({})).await;
        let link = Url::parse(link.json["url"].as_str().unwrap()).unwrap();
        link.query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned()
    }

    /// A new collection with these items.
    pub(crate) async fn collection(&self, fields: &[Field], content: &[Value]) -> Items<Value> {
        let id = format!("C{}", self.made.fetch_add(1, Ordering::Relaxed) + 1);
        let collection = Collection { fields: fields.to_vec(), ..Collection::new(&id) };
        self.client.create_collection(&self.instance, &collection).await.unwrap();
        let items = self.items(&id);
        if !content.is_empty() {
            let bulk = items.bulk_insert(content.iter().cloned()).await.unwrap();
            assert_eq!(bulk.succeeded(), content.len());
        }
        items
    }

    pub(crate) fn items(&self, collection: &str) -> Items<Value> {
        self.client.items(&self.instance, collection)
    }

    /// An empty collection of texts.
    pub(crate) async fn notes(&self) -> Items<Value> {
        self.collection(&[Field::new("text", FieldType::Text)], &[]).await
    }

    /// Three items: `a`, `b` and `c`, with `n` 1, 2 and 3.
    pub(crate) async fn three(&self) -> Items<Value> {
        let items = [json!({"_id": "a", "n": 1}), json!({"_id": "b", "n": 2}), json!({"_id": "c", "n": 3})];
        self.collection(&[], &items).await
    }

    /// The films that most questions are about.
    pub(crate) async fn films(&self) -> &Items<Value> {
        self.films.get_or_init(|| async { self.collection(&film_fields(), &films()).await }).await
    }

    /// The items `n000` to `n119`.
    pub(crate) async fn numbers(&self) -> &Items<Value> {
        self.numbers.get_or_init(|| async { self.collection(&[], &numbers()).await }).await
    }
}

/// The app's client on a platform, with this secret.
pub(crate) fn client(stage: &Stage, secret: &str) -> WixClient {
    let builder = WixClient::builder().base_url(&stage.base).app_id(APP_ID);
    let builder = builder.app_secret(AppSecret::new(secret).unwrap()).attempts(1);
    // The platform's limit is tested; the client's own would only wait.
    builder.requests_per_minute(1_000_000).clock(Arc::new(stage.emulator.clock().clone())).build().unwrap()
}

pub(crate) fn day(day: &str) -> Date {
    Date::new(format!("{day}T00:00:00Z").parse().unwrap())
}

fn film_fields() -> [Field; 7] {
    [
        Field::new("title", FieldType::Text),
        Field::new("year", FieldType::Number),
        Field::new("rating", FieldType::Number),
        Field::new("seen", FieldType::Boolean),
        Field::new("released", FieldType::DateTime),
        Field::new("tags", FieldType::ArrayString),
        Field::new("studio", FieldType::Object),
    ]
}

pub(crate) fn films() -> [Value; 6] {
    [
        json!({"_id": "alien", "title": "Alien", "year": 1979, "rating": 8.5, "seen": true,
            "released": day("1979-05-25"), "tags": ["horror", "space"],
            "studio": {"name": "Fox", "city": "Los Angeles"}}),
        json!({"_id": "blade", "title": "Blade Runner", "year": 1982, "rating": 8.1, "seen": true,
            "released": day("1982-06-25"), "tags": ["noir", "robots"],
            "studio": {"name": "Ladd", "city": "Burbank"}}),
        json!({"_id": "brazil", "title": "Brazil", "year": 1985, "rating": 7.8, "seen": false,
            "released": day("1985-02-20"), "tags": ["satire"], "studio": {"name": "Fox", "city": "London"}}),
        json!({"_id": "contact", "title": "Contact", "year": 1997, "rating": 7.5, "seen": false,
            "released": day("1997-07-11"), "tags": ["space"], "studio": {"name": "Warner", "city": "Burbank"}}),
        json!({"_id": "dune", "title": "dune", "year": 2021, "rating": null, "released": day("2021-09-15"),
            "tags": []}),
        json!({"_id": "untitled", "year": 1979}),
    ]
}

fn numbers() -> Vec<Value> {
    (0..120).map(|n| json!({"_id": format!("n{n:03}"), "n": n})).collect()
}

pub(crate) fn named(id: &str, data: Value) -> Draft<Value> {
    Draft::new(data).with_id(id)
}

/// The ids of a page, in their order.
pub(crate) fn ids(page: &Page<Item<Value>>) -> Vec<&str> {
    page.items.iter().map(|item| item.id.as_str()).collect()
}

/// What was not done, and that it was for this code of Wix.
#[track_caller]
pub(crate) fn refused<T>(outcome: Result<T, Error>, code: &str) -> Error {
    let error = outcome.err().expect("it is refused");
    assert_eq!(error.code(), Some(code), "{error}");
    error
}
