//! A stretch of network between a store and its PostgreSQL, which can be cut or fall silent.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) struct Proxy {
    address: SocketAddr,
    target: String,
    silent: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a port of its own and passes everything on to `target`.
    pub(crate) async fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, silent) = (listener.local_addr().unwrap(), watch::Sender::new(false));
        let accepting = tokio::spawn(accept(listener, target.to_owned(), silent.clone()));
        Self { address, target: target.to_owned(), silent, accepting }
    }

    /// Cuts every connection and takes no new ones, as if the server were down.
    pub(crate) async fn cut(&mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
    }

    /// Takes connections again.
    pub(crate) async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.accepting = tokio::spawn(accept(listener, self.target.clone(), self.silent.clone()));
    }

    /// Takes and keeps connections, and passes nothing on.
    pub(crate) fn be_silent(&self, silent: bool) {
        self.silent.send_replace(silent);
    }

    /// `url` with this in place of its server.
    pub(crate) fn in_place_of_server(&self, url: &str) -> String {
        let replaced = url.replace(&self.target, &self.address.to_string());
        assert_ne!(replaced, url, "the address names the server");
        replaced
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, target: String, silent: watch::Sender<bool>) {
    // Dropped with this task, and then all its connections are cut.
    let mut relays = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        relays.spawn(relay(client, target.clone(), silent.subscribe()));
    }
}

async fn relay(mut client: TcpStream, target: String, mut silent: watch::Receiver<bool>) {
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let falls_silent = async {
        // An error means that the proxy is gone.
        let _ = silent.wait_for(|silent| *silent).await;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => return,
        () = falls_silent => {}
    }
    let _ = silent.wait_for(|silent| !*silent).await;
}
