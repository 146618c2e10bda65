//! The PostgreSQL driver: a pool, transactions whose statements travel together, and LISTEN/NOTIFY between processes.

mod connection;
mod listener;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::conn::{Conn, Work};
use crate::error::Error;
use crate::live::Change;
use crate::migration::{self, Migrated, Migration};

use connection::{Connection, map};

/// How often work is tried again when PostgreSQL asks for it (40001, 40P01) or the connection was lost before the commit.
const TRIES: u32 = 5;
/// How long a request waits for a connection before the answer is "unavailable".
const WAIT: Duration = Duration::from_secs(5);
/// How long one try may take on a connection. A server that does not answer at all is noticed by nothing else.
const ANSWER: Duration = Duration::from_secs(10);
/// The server's own limits, below ours, so that it lets go of what we have given up. The lock's is the shortest: behind it
/// stands another process that hangs.
const SESSION: &str = "SET lock_timeout = '5s'; SET statement_timeout = '8s'; \
     SET idle_in_transaction_session_timeout = '15s'";
/// A migration may take its time, and waits for that of another process.
const NO_LIMITS: &str = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
     SET LOCAL idle_in_transaction_session_timeout = 0";
/// After this silence the operating system asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
const CONNECTIONS: usize = 16;
/// How many writes can be under way; far more than there are connections.
const WRITES: u32 = 1 << 20;
/// Any number will do; it must be the same in all processes that migrate one database.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7493081224)";

pub(crate) struct Postgres {
    pool: Pool,
    told: Mutex<Option<mpsc::UnboundedSender<Change>>>,
    listener: JoinHandle<()>,
    notifier: Mutex<Option<JoinHandle<()>>>,
    /// Held by every write under way.
    writes: Arc<Semaphore>,
}

impl Postgres {
    pub(crate) async fn open(url: &str, changes: broadcast::Sender<Change>) -> Result<Self, Error> {
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|error| Error::Unavailable(format!("the database address: {error}")))?;
        config.connect_timeout(WAIT).application_name("wixapp");
        config.keepalives_idle(KEEPALIVE).tcp_user_timeout(KEEPALIVE);
        let tls = tls();
        let pool = pool(&config, &tls)?;
        drop(client(&pool).await?);
        let (told, queue) = mpsc::unbounded_channel();
        let origin = format!("{:x}", std::process::id()) + &uuid::Uuid::new_v4().simple().to_string()[..8];
        let (first, listens) = oneshot::channel();
        let listener = tokio::spawn(listener::listen(config, tls, origin.clone(), changes, first));
        let notifier = tokio::spawn(listener::notify(pool.clone(), origin, queue));
        // Whoever watches an open store hears everything from then on. A store that cannot listen yet is of use all the
        // same: polling stands behind every change.
        if !matches!(timeout(WAIT, listens).await, Ok(Ok(()))) {
            tracing::warn!("changes of other processes are not heard yet");
        }
        Ok(Self {
            pool,
            told: Mutex::new(Some(told)),
            listener,
            notifier: Mutex::new(Some(notifier)),
            writes: Arc::new(Semaphore::new(WRITES as usize)),
        })
    }

    pub(crate) async fn read<T>(&self, work: Work<T>) -> Result<T, Error> {
        retrying(&self.pool, &work, Purpose::Read).await
    }

    /// Runs work in a transaction, in a task of its own: a caller that goes away must not leave a half-done transaction
    /// on a connection that goes back to the pool.
    pub(crate) async fn write<T: Send + 'static>(&self, work: Work<T>) -> Result<T, Error> {
        let pool = self.pool.clone();
        let permit = Arc::clone(&self.writes).acquire_owned().await.map_err(|_| closed())?;
        let done = tokio::spawn(async move {
            let done = retrying(&pool, &work, Purpose::Write).await;
            drop(permit);
            done
        });
        done.await
            .unwrap_or_else(|error| Err(Error::Inconsistent(format!("database work broke down: {error}"))))
    }

    pub(crate) async fn migrate(&self, migrations: &'static [Migration]) -> Result<Migrated, Error> {
        let mut client = client(&self.pool).await?;
        let transaction = client.transaction().await.map_err(map)?;
        transaction.batch_execute(NO_LIMITS).await.map_err(map)?;
        transaction.batch_execute(MIGRATION_LOCK).await.map_err(map)?;
        transaction.batch_execute(migration::TABLE).await.map_err(map)?;
        let row =
            transaction.query_one("SELECT max(version) FROM schema_versions", &[]).await.map_err(map)?;
        let from = row.get::<_, Option<i64>>(0).unwrap_or(0);
        migration::refuse_newer(from)?;
        for migration in migrations.iter().filter(|migration| migration.version > from) {
            transaction.batch_execute(migration.text).await.map_err(map)?;
            let insert = "INSERT INTO schema_versions (version) VALUES ($1)";
            transaction.execute(insert, &[&migration.version]).await.map_err(map)?;
        }
        transaction.commit().await.map_err(map)?;
        Ok(Migrated { from, to: migration::SCHEMA_VERSION })
    }

    /// Tells the other processes what was committed here.
    pub(crate) fn tell_others(&self, changes: Vec<Change>) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = told.as_ref() {
            for change in changes {
                // Only fails when the notifier has ended, and then the server is stopping.
                let _ = told.send(change);
            }
        }
    }

    /// Lets the writes that are under way end and the other processes hear of them.
    pub(crate) async fn close(&self) {
        self.listener.abort();
        let all = self.writes.acquire_many(WRITES).await;
        self.writes.close();
        drop(all);
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take();
        let notifier = self.notifier.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut notifier) = notifier
            && timeout(WAIT, &mut notifier).await.is_err()
        {
            notifier.abort();
        }
        self.pool.close();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.listener.abort();
        // Without its sender the notifier says what it has left and ends.
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn pool(config: &tokio_postgres::Config, tls: &MakeRustlsConnect) -> Result<Pool, Error> {
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let session = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
        Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
    });
    Pool::builder(Manager::from_config(config.clone(), tls.clone(), manager))
        .max_size(CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .post_create(session)
        .build()
        .map_err(|error| Error::Unavailable(error.to_string()))
}

enum Failed {
    /// Another try may do better, and nothing was committed.
    Retry(Error),
    Final(Error),
}

#[derive(Clone, Copy)]
enum Purpose {
    Read,
    Write,
}

async fn retrying<T>(pool: &Pool, work: &Work<T>, purpose: Purpose) -> Result<T, Error> {
    let mut tried = 0;
    loop {
        tried += 1;
        let client = client(pool).await?;
        let done = match purpose {
            Purpose::Read => attempt_read(client, work).await,
            Purpose::Write => attempt_write(client, work).await,
        };
        match done {
            Err(Failed::Retry(_)) if tried < TRIES => {}
            Err(Failed::Retry(error) | Failed::Final(error)) => return Err(error),
            Ok(value) => return Ok(value),
        }
    }
}

async fn attempt_read<T>(client: Object, work: &Work<T>) -> Result<T, Failed> {
    let mut connection = Connection::reading(&client);
    let done = timeout(ANSWER, work(&mut connection as &mut dyn Conn)).await;
    let wants_retry = connection.wants_retry();
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) if wants_retry => Err(Failed::Retry(error)),
        Ok(Err(error)) => Err(Failed::Final(error)),
        Err(_) => Err(give_up(client)),
    }
}

async fn attempt_write<T>(client: Object, work: &Work<T>) -> Result<T, Failed> {
    let mut connection = Connection::writing(&client);
    let tried = timeout(ANSWER, async {
        let done = work(&mut connection as &mut dyn Conn).await;
        let ended = match &done {
            Ok(_) => connection.commit().await,
            Err(_) => connection.rollback().await,
        };
        (done, ended)
    });
    let Ok((done, ended)) = tried.await else { return Err(give_up(client)) };
    let wants_retry = connection.wants_retry();
    if ended.is_err() {
        // The connection's state is unknown: it must not serve anybody else.
        drop(Object::take(client));
    }
    match (done, ended) {
        (Ok(value), Ok(())) => Ok(value),
        (Err(error), _) if wants_retry => Err(Failed::Retry(error)),
        (Err(error), _) | (Ok(_), Err(error)) => Err(Failed::Final(error)),
    }
}

/// Closes a connection that did not answer in time.
fn give_up(client: Object) -> Failed {
    drop(Object::take(client));
    Failed::Final(Error::Unavailable("the database did not answer in time".to_owned()))
}

fn closed() -> Error {
    Error::Unavailable("the database is closed".to_owned())
}

async fn client(pool: &Pool) -> Result<Object, Error> {
    pool.get().await.map_err(|error| {
        // The pool and the driver only say that there is no connection; the reason is further in.
        let mut cause: &dyn std::error::Error = &error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        Error::Unavailable(format!("no connection to the server: {cause}"))
    })
}

/// TLS with the machine's own root certificates, for servers that ask for it.
fn tls() -> MakeRustlsConnect {
    match MakeRustlsConnect::with_native_certs() {
        Ok((tls, _unreadable)) => tls,
        // A machine without any: servers without TLS still work, and others say which certificate they lack.
        Err(_) => MakeRustlsConnect::new(
            ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
        ),
    }
}
