//! Fetching an image from an address that somebody has typed in.

use std::time::Duration;

use wixapp::server::outside::{Outside, ReadError, read};

use crate::image::LIMIT;

/// How long it may take, from the name's lookup to the last byte.
const TIME: Duration = Duration::from_secs(5);

/// Fetches images: see [`Outside`] for what it keeps away from.
pub(crate) struct Fetcher {
    outside: Outside,
    time: Duration,
}

/// Why an image was not fetched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FetchError {
    /// Its address is none to ask, or nothing came from it; in words for people.
    Address(String),
    /// It is too large.
    TooLarge,
}

impl Fetcher {
    pub(crate) fn new(private_too: bool) -> Self {
        let outside = if private_too { Outside::trusting() } else { Outside::new() };
        // An image is no secret.
        Self { outside: outside.plain_too(), time: TIME }
    }

    pub(crate) async fn fetch(&self, address: &str) -> Result<Vec<u8>, FetchError> {
        let no = |why: &str| FetchError::Address(format!("The image cannot be fetched from there: {why}"));
        let url = self.outside.check(address).map_err(|refused| no(&refused.to_string()))?;
        let work = async {
            // What the library says of a failure may tell of the network behind this server.
            let response = self.outside.client().get(url).send().await;
            let response =
                response.map_err(|_| no("nothing answers at this address of the public internet."))?;
            if response.status().is_redirection() {
                return Err(no("it leads on to another address; take that one."));
            }
            if !response.status().is_success() {
                return Err(no(&format!("it answered {}.", response.status().as_u16())));
            }
            read(response, LIMIT).await.map_err(|error| match error {
                ReadError::TooLong => FetchError::TooLarge,
                ReadError::Broken(_) => no("it broke off."),
            })
        };
        tokio::time::timeout(self.time, work)
            .await
            .unwrap_or_else(|_| Err(no("it took longer than five seconds.")))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// The address of a server that sends this many bytes of an image whose length it does not say, and then hangs up or falls
    /// silent.
    async fn server(bytes: usize, hangs_up: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut caller, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            let _ = caller.read(&mut asked).await.unwrap();
            caller.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await.unwrap();
            // A caller that has enough hangs up in the middle.
            let _ = caller.write_all(&vec![7; bytes]).await;
            if !hangs_up {
                std::future::pending::<()>().await;
            }
        });
        address
    }

    #[tokio::test]
    async fn an_image_has_ten_mebibytes_at_the_most_whatever_its_server_says_of_its_length() {
        let fetcher = Fetcher { time: Duration::from_secs(60), ..Fetcher::new(true) };
        let fetched = fetcher.fetch(&server(LIMIT, true).await).await;
        assert_eq!(fetched.map(|bytes| bytes.len()), Ok(LIMIT));
        // The rest is not waited for.
        let fetched = fetcher.fetch(&server(LIMIT + 1, false).await).await;
        assert_eq!(fetched, Err(FetchError::TooLarge));
    }

    #[tokio::test]
    async fn a_server_that_falls_silent_is_left_before_or_in_the_middle_of_its_answer() {
        assert_eq!(Fetcher::new(false).time, Duration::from_secs(5));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = format!("http://{}/", listener.local_addr().unwrap());
        let fetcher = Fetcher { time: Duration::from_millis(50), ..Fetcher::new(true) };
        let late = "The image cannot be fetched from there: it took longer than five seconds.";
        for address in [silent, server(1_000, false).await] {
            assert_eq!(fetcher.fetch(&address).await, Err(FetchError::Address(late.to_owned())));
        }
    }
}
