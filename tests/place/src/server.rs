//! Databases on the PostgreSQL server of the tests.

use tokio_postgres::{Client, NoTls};

/// Names a server on which databases may be created.
const SERVER: &str = "WIXAPP_TEST_POSTGRES_URL";

/// A database on the test server, dropped with this.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Makes an empty one, or a copy.
    pub(crate) async fn create(original: Option<&Self>) -> Self {
        let server = std::env::var(SERVER).unwrap_or_else(|_| {
            panic!("{SERVER} is not set: run `cargo xtask test`, which starts a PostgreSQL for the tests")
        });
        let name = format!("wixapp_test_{}", uuid::Uuid::new_v4().simple());
        let template = original.map_or_else(String::new, |original| format!(" TEMPLATE {}", original.name));
        connect(&server).await.batch_execute(&format!("CREATE DATABASE {name}{template}")).await.unwrap();
        let (address, _) = server.rsplit_once('/').expect("the address ends with a database");
        Self { url: format!("{address}/{name}"), server, name }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: the test's runtime may be ending, or be busy with a failure.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            runtime.block_on(async { connect(&server).await.batch_execute(&drop).await }).unwrap();
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

/// A connection of one's own to a database on the server.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
