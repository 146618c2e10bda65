//! An instance's credits, looked at until they are as they should be.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::connection::Connection;
use crate::request;

const LIMIT: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(5);

/// What this load looks at.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Balance {
    pub(crate) available: i64,
    pub(crate) held: i64,
}

#[derive(Deserialize)]
struct Reply {
    data: Balance,
}

/// Asks again and again until `wanted` holds.
pub(crate) async fn wait(
    connection: &mut Connection,
    token: &str,
    wanted: impl Fn(Balance) -> bool,
) -> Result<()> {
    let (request, started) = (request::get("/api/v1/wix/credits/balance", Some(token)), Instant::now());
    loop {
        let balance = ask(connection, &request).await?;
        if wanted(balance) {
            return Ok(());
        }
        if started.elapsed() > LIMIT {
            bail!("still {balance:?} after {} s", LIMIT.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(connection: &mut Connection, request: &[u8]) -> Result<Balance> {
    let answer = connection.exchange(request).await?;
    // An instance whose webhook is still on its way is not known yet.
    if answer.status == 404 {
        return Ok(Balance::default());
    }
    let shown = || format!("{} {}", answer.status, String::from_utf8_lossy(answer.body));
    Ok(serde_json::from_slice::<Reply>(answer.body).with_context(shown)?.data)
}
