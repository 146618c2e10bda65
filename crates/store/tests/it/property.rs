//! Any sequence of ledger operations gives the same through the database as in memory.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use wixapp_core::account::{Account, LedgerError};
use wixapp_core::entry::Cause;
use wixapp_core::grant::{GrantRequest, Pool};
use wixapp_core::hold::ReserveRequest;
use wixapp_core::{Credits, InstanceId};
use wixapp_store::Want;

use crate::stage::{Stage, credits, entries, gift, now, put_aside, sound};

on_both!(any_sequence_gives_the_same_as_in_memory);

/// One operation; holds are named by the number of their key.
#[derive(Debug, Clone)]
enum Operation {
    Grant { key: u8, pool: Pool, amount: i64, expires_in_h: Option<i64> },
    Spend { amount: i64 },
    Reserve { hold: u8, amount: i64, expires_in_h: Option<i64> },
    Post { hold: u8, amount: Option<i64> },
    Void { hold: u8 },
    Expire,
    Reset { key: u8, keep: i64 },
}

fn operation() -> impl Strategy<Value = Operation> {
    let pool = prop::sample::select(Pool::ALL.to_vec());
    let hours = || prop::option::of(0..48_i64);
    let amount = || 0..40_i64;
    prop_oneof![
        4 => (0..12_u8, pool, amount(), hours())
            .prop_map(|(key, pool, amount, expires_in_h)| Operation::Grant { key, pool, amount, expires_in_h }),
        3 => amount().prop_map(|amount| Operation::Spend { amount }),
        4 => (0..8_u8, amount(), hours())
            .prop_map(|(hold, amount, expires_in_h)| Operation::Reserve { hold, amount, expires_in_h }),
        2 => (0..8_u8, prop::option::of(amount())).prop_map(|(hold, amount)| Operation::Post { hold, amount }),
        2 => (0..8_u8).prop_map(|hold| Operation::Void { hold }),
        1 => Just(Operation::Expire),
        1 => (0..3_u8, amount()).prop_map(|(key, keep)| Operation::Reset { key, keep }),
    ]
}

impl Operation {
    fn want(&self) -> Want {
        let all = Want::money().facts();
        match self {
            Self::Reserve { hold, .. } | Self::Post { hold, .. } | Self::Void { hold } => {
                all.hold_key(format!("job-{hold}"))
            }
            Self::Expire => all.overdue_holds(),
            Self::Grant { .. } | Self::Spend { .. } | Self::Reset { .. } => all,
        }
    }

    /// Step `n`, an hour after step `n - 1`; what it gives is said in words, to be compared.
    fn run(&self, n: usize, account: &mut Account) -> Result<String, LedgerError> {
        let hours = |hours: i64| now() + jiff::SignedDuration::from_hours(hours);
        let step = i64::try_from(n).unwrap();
        let (now, later) = (hours(step), |wait: Option<i64>| wait.map(|wait| hours(step + wait)));
        let id_of = |account: &Account, hold: u8| {
            let key = format!("job-{hold}");
            account.holds.iter().find(|known| known.key == key).map(|known| known.id.clone())
        };
        match self {
            Self::Grant { key, pool, amount, expires_in_h } => {
                let request = GrantRequest {
                    effective_at: now,
                    expires_at: later(*expires_in_h),
                    ..gift(&format!("grant:{key}"), *pool, *amount)
                };
                account.grant(request, now).map(|new| format!("{new}"))
            }
            Self::Spend { amount } => {
                let cause = Cause::new("user", "a post");
                account
                    .spend(&format!("click-{n}"), "publish", credits(*amount), &cause, now)
                    .map(|id| id.to_string())
            }
            Self::Reserve { hold, amount, expires_in_h } => {
                let request = ReserveRequest {
                    expires_at: later(*expires_in_h),
                    ..put_aside(&format!("job-{hold}"), *amount)
                };
                account.reserve(request, now).map(|hold| format!("{hold:?}"))
            }
            Self::Post { hold, amount } => {
                let id = id_of(account, *hold).ok_or(LedgerError::NoSuchHold)?;
                account.post(&id, amount.map(credits), now).map(|hold| format!("{hold:?}"))
            }
            Self::Void { hold } => {
                let id = id_of(account, *hold).ok_or(LedgerError::NoSuchHold)?;
                account.void(&id, now).map(|hold| format!("{hold:?}"))
            }
            Self::Expire => account.expire_holds(now).map(|count| count.to_string()),
            Self::Reset { key, keep } => {
                let keep: Credits = credits(*keep);
                let cause = Cause::new("wix", "the plan ended");
                account.reset_plan_pool(&format!("reset:{key}"), keep, &cause, now).map(|new| new.to_string())
            }
        }
    }
}

async fn same_as_in_memory(stage: &Stage, id: InstanceId, operations: Vec<Operation>) {
    let store = &stage.store;
    let mut account = Account::new(id.clone());
    for (n, operation) in operations.into_iter().enumerate() {
        let mut next = account.clone();
        let expected = operation.run(n, &mut next);
        if expected.is_ok() {
            account = next;
        }
        let time = now() + jiff::SignedDuration::from_hours(i64::try_from(n).unwrap());
        let (want, step) = (operation.want(), operation.clone());
        let made = store.transact(&id, want, time, move |tx| step.run(n, &mut tx.account)).await.unwrap();
        assert_eq!(made, expected, "step {n}: {operation:?}");
    }
    account.check().unwrap();
    if account.seq > 0 {
        let found = sound(store, &id).await;
        assert_eq!((found.balances, found.seq, found.head), (account.balances, account.seq, account.head));
    }
    assert_eq!(entries(store, &id).await, account.changes.entries);
}

async fn any_sequence_gives_the_same_as_in_memory(stage: Stage) {
    let cases = 48;
    let runtime = tokio::runtime::Handle::current();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let sequences = prop::collection::vec(operation(), 1..40);
    tokio::task::block_in_place(|| {
        let mut count = 0;
        let counter = std::cell::RefCell::new(&mut count);
        TestRunner::new(config)
            .run(&sequences, |operations| {
                **counter.borrow_mut() += 1;
                let id = format!("case-{}", counter.borrow()).parse().unwrap();
                let case = same_as_in_memory(&stage, id, operations);
                // A panic inside must reach proptest as one, so that it finds the shortest sequence.
                runtime.block_on(case);
                Ok(())
            })
            .unwrap();
    });
}
