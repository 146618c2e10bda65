//! Fetching an image from an address that somebody has typed in.

use std::time::Duration;

use wixapp::server::outside::{Outside, ReadError, read};

use crate::image::LIMIT;

/// How long it may take, from the name's lookup to the last byte.
const TIME: Duration = Duration::from_secs(5);

/// Fetches images: see [`Outside`] for what it keeps away from.
pub(crate) struct Fetcher {
    outside: Outside,
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
        Self { outside: outside.plain_too() }
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
        tokio::time::timeout(TIME, work)
            .await
            .unwrap_or_else(|_| Err(no("it took longer than five seconds.")))
    }
}
