//! One round: an instance with a few credits, and all requests at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use wixapp_core::entry::{Cause, EntryCode};
use wixapp_core::grant::{GrantRequest, Pool, Source};
use wixapp_core::{Credits, InstanceId};
use wixapp_store::{Store, Want};

use crate::client::{Answer, Client, Write};
use crate::identity::{self, Identity};

use super::{REQUESTS, Report};

const SPEND: &str = r#"{"amount":1,"action":"race"}"#;
/// Every so many rounds all requests carry the same key. No divisor of the number of balances, so that each is met.
const SAME_KEY_EVERY: usize = 5;
/// A server that is busy says so, and is asked again; not for ever.
const TRIES: usize = 20;
/// How long whoever is told to come again under its key waits.
const AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Round {
    number: usize,
    instance: InstanceId,
    pub(super) balance: i64,
}

/// Where rounds are held.
pub(super) struct Arena<'a> {
    pub(super) identity: &'a Identity,
    pub(super) store: &'a Store,
    pub(super) client: Client,
    pub(super) servers: Vec<String>,
}

impl Round {
    pub(super) fn new(number: usize, balance: i64) -> Self {
        Self { number, instance: identity::instance(1, number), balance }
    }

    fn is_same_key(&self) -> bool {
        self.number % SAME_KEY_EVERY == SAME_KEY_EVERY - 1
    }

    fn key(&self, request: usize) -> String {
        if self.is_same_key() { "the-same".to_owned() } else { format!("click-{request}") }
    }
}

impl Arena<'_> {
    /// Holds a round and checks what came of it.
    pub(super) async fn race(&self, round: &Round, report: &mut Report) -> Result<()> {
        self.give(round).await?;
        let mut answers = Vec::new();
        for (answer, tries) in self.release(round).await? {
            report.sent_again += tries - 1;
            answers.push(answer);
        }
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        let lost = answers.iter().filter(|answer| answer.status == 402).count();
        ensure!(won.len() + lost == REQUESTS, "unexpected answers: {answers:?}");
        let spent = if round.is_same_key() {
            report.same_key_rounds += 1;
            self.check_same_key(round, &won)?
        } else {
            report.distinct_rounds += 1;
            self.check_distinct_keys(round, &won)?
        };
        report.spent += spent;
        report.refused += lost;
        self.check_books(round, spent, &won).await
    }

    async fn give(&self, round: &Round) -> Result<()> {
        if round.balance == 0 {
            return Ok(());
        }
        let gift = GrantRequest {
            business_key: "adjust:race".to_owned(),
            pool: Pool::Purchased,
            source: Source::Adjust,
            amount: Credits::new(round.balance).context("balances are not negative")?,
            plan_id: None,
            catalog_version: "race-1".to_owned(),
            effective_at: identity::now(),
            expires_at: None,
            cause: Cause::new("operator", "what is raced for"),
        };
        let want = Want::money().facts();
        let given = self
            .store
            .transact(&round.instance, want, identity::now(), move |tx| {
                tx.account.grant(gift.clone(), tx.now)
            })
            .await??;
        ensure!(given, "the credits were there before");
        Ok(())
    }

    /// Releases all requests together, spread over the servers; each answer with how often it was asked for.
    async fn release(&self, round: &Round) -> Result<Vec<(Answer, usize)>> {
        let (barrier, token) = (Arc::new(Barrier::new(REQUESTS)), self.identity.token(&round.instance));
        let mut requests = JoinSet::new();
        for number in 0..REQUESTS {
            let server = self.servers[number % self.servers.len()].clone();
            let (client, token, key) = (self.client.clone(), token.clone(), round.key(number));
            let barrier = Arc::clone(&barrier);
            requests.spawn(async move {
                // Its connection is open before the start: only the spends race.
                client.get(&server, "/health", None).await?;
                barrier.wait().await;
                let write =
                    Write { path: "/api/v1/wix/credits/spend", token: &token, key: &key, body: SPEND };
                let mut tries = 1;
                loop {
                    let answer = client.write(&server, write).await?;
                    // Under one key all wait for the first; whoever waited for too long is told to come again.
                    let waits = answer.status == 409 && answer.body.contains("request_in_progress");
                    if !(answer.status == 503 || waits) || tries == TRIES {
                        return anyhow::Ok((answer, tries));
                    }
                    if waits {
                        tokio::time::sleep(AGAIN).await;
                    }
                    tries += 1;
                }
            });
        }
        requests.join_all().await.into_iter().collect()
    }

    fn check_distinct_keys(&self, round: &Round, won: &[&Answer]) -> Result<i64> {
        let spent = i64::try_from(won.len())?;
        ensure!(spent == round.balance, "{spent} spends went through on {} credits", round.balance);
        Ok(spent)
    }

    /// One spend, and everybody has its answer byte for byte.
    fn check_same_key(&self, round: &Round, won: &[&Answer]) -> Result<i64> {
        let expected = if round.balance == 0 { 0 } else { REQUESTS };
        ensure!(won.len() == expected, "{} of {expected} repetitions were answered with 200", won.len());
        ensure!(won.windows(2).all(|pair| pair[0].body == pair[1].body), "one key has two answers: {won:?}");
        Ok(i64::from(expected > 0))
    }

    async fn check_books(&self, round: &Round, spent: i64, won: &[&Answer]) -> Result<()> {
        let flaw = self.store.verify_ledger(&round.instance).await?;
        ensure!(flaw.is_none(), "the books are not in order: {flaw:?}");
        let found = self.store.find_instance(&round.instance).await?;
        let balances = found.map(|instance| instance.balances).unwrap_or_default();
        ensure!(
            balances.available() == round.balance - spent && balances.spent == spent,
            "{spent} of {} were spent, and the balances say {balances:?}",
            round.balance
        );
        let entries = self.store.list_entries(&round.instance, None, i64::MAX).await?;
        let spends = entries.iter().filter(|entry| entry.code == EntryCode::Spend);
        let booked: HashSet<_> = spends.map(|entry| entry.id.to_string()).collect();
        let told: HashSet<_> = won.iter().map(|answer| answer.text("entryId")).collect::<Result<_>>()?;
        ensure!(booked == told, "{} entries are booked and {} were answered", booked.len(), told.len());
        Ok(())
    }
}
