//! Changes between processes, by LISTEN and NOTIFY.

use std::collections::HashSet;
use std::time::Duration;

use deadpool_postgres::Pool;
use futures_util::{StreamExt, stream};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_postgres::{AsyncMessage, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::live::Change;

const CHANNEL: &str = "wixapp";
/// NOTIFY takes a lock of the whole server at commit: what changed within this time travels in one message.
const GATHER: Duration = Duration::from_millis(5);
/// PostgreSQL refuses messages of 8,000 bytes and more.
const MESSAGE_LIMIT: usize = 7_500;
const RECONNECT: Duration = Duration::from_secs(1);

/// Hears the changes of other processes, for ever; `first` is told once it does. After every new connection some may have
/// been missed.
pub(super) async fn listen(
    config: Config,
    tls: MakeRustlsConnect,
    origin: String,
    changes: broadcast::Sender<Change>,
    first: oneshot::Sender<()>,
) {
    let mut first = Some(first);
    loop {
        if let Err(error) = listen_once(&config, tls.clone(), &origin, &changes, &mut first).await {
            tracing::warn!(error = %error, "the connection for changes of other processes was lost");
        }
        // Nobody waits for a second try.
        first = None;
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn listen_once(
    config: &Config,
    tls: MakeRustlsConnect,
    origin: &str,
    changes: &broadcast::Sender<Change>,
    first: &mut Option<oneshot::Sender<()>>,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(tls).await?;
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let listening = async {
        client.batch_execute("LISTEN wixapp").await?;
        let _ = changes.send(Change::resync());
        if let Some(first) = first.take() {
            let _ = first.send(());
        }
        // The client must live as long as the connection is wanted.
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    let hearing = async {
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(heard) = message? {
                tell(heard.payload(), origin, changes);
            }
        }
        Ok(())
    };
    tokio::select! { ended = listening => ended, ended = hearing => ended }
}

fn tell(payload: &str, origin: &str, changes: &broadcast::Sender<Change>) {
    let mut lines = payload.lines();
    if lines.next() == Some(origin) {
        return;
    }
    for line in lines {
        let _ = changes.send(Change::from_wire(line));
    }
}

/// Tells other processes what was committed here, until the queue is closed.
pub(super) async fn notify(pool: Pool, origin: String, mut queue: mpsc::UnboundedReceiver<Change>) {
    let mut gathered = Vec::new();
    while queue.recv_many(&mut gathered, 4_096).await > 0 {
        tokio::time::sleep(GATHER).await;
        while let Ok(change) = queue.try_recv() {
            gathered.push(change);
        }
        let mut messages = messages(&origin, gathered.drain(..).collect());
        while let Err(error) = send(&pool, &messages).await {
            tracing::warn!(error = %error, "other processes could not be told of a change");
            if queue.is_closed() {
                return;
            }
            // What was to be said and what has changed since becomes one word to the others: look again.
            messages = self::messages(&origin, HashSet::from([Change::resync()]));
            tokio::time::sleep(RECONNECT).await;
        }
    }
}

async fn send(pool: &Pool, messages: &[String]) -> Result<(), String> {
    let client = pool.get().await.map_err(|error| error.to_string())?;
    let notify =
        client.prepare_cached("SELECT pg_notify($1, $2)").await.map_err(|error| error.to_string())?;
    for message in messages {
        client.execute(&notify, &[&CHANNEL, message]).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The changes, each once, in messages of at most [`MESSAGE_LIMIT`] bytes.
fn messages(origin: &str, changes: HashSet<Change>) -> Vec<String> {
    let mut messages = vec![origin.to_owned()];
    for change in changes {
        let line = change.to_wire();
        let full = messages.last().is_none_or(|message| message.len() + line.len() + 1 > MESSAGE_LIMIT);
        if full {
            messages.push(origin.to_owned());
        }
        if let Some(message) = messages.last_mut() {
            message.push('\n');
            message.push_str(&line);
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_changes_travel_in_messages_that_are_short_enough() {
        let change = |n: usize| Change::from_wire(&format!("instance-{n:0>100} money"));
        let messages = messages("me", (0..500).map(change).collect());
        assert!(messages.len() > 1 && messages.iter().all(|message| message.len() <= MESSAGE_LIMIT));
        assert_eq!(messages.iter().map(|message| message.lines().count() - 1).sum::<usize>(), 500);
    }

    #[test]
    fn what_this_process_said_is_not_heard_again() {
        let (sender, mut heard) = broadcast::channel(8);
        tell("me\ni-1 money", "me", &sender);
        tell("you\ni-2 money", "me", &sender);
        assert_eq!(heard.try_recv().unwrap(), Change::from_wire("i-2 money"));
        assert!(heard.try_recv().is_err());
    }
}
