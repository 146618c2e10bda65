//! The heartbeat: one task that writes progress and renews leases for all running jobs of the process.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;
use wixapp_core::clock::{Clock, SystemClock, Timestamp};
use wixapp_store::{Beat, Store};

use crate::slot::{Halt, Pulse, Slot, Table};

/// How often progress is written at the most.
const TICK: Duration = Duration::from_millis(250);

/// The end of a lease taken now, by the machine's clock: the app's may be virtual and jump by a month.
pub(crate) fn lease_until(lease: Duration) -> Timestamp {
    let length = SignedDuration::try_from(lease).unwrap_or(SignedDuration::MAX);
    SystemClock.now().checked_add(length).unwrap_or(Timestamp::MAX)
}

/// Beats for as long as the returned future is polled.
pub(crate) async fn keep(store: Store, table: Arc<Table>, lease: Duration) {
    let tick = TICK.min(lease / 3);
    let mut failing = false;
    loop {
        table.busy().await;
        tokio::time::sleep(tick).await;
        let beaten = async {
            look(&store, &table).await?;
            beat(&store, &table, lease, tick).await
        };
        match beaten.await {
            Ok(()) => failing = false,
            // Once per outage: each job notices by itself when its lease is over.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(error = %error, "the leases of running jobs could not be renewed");
            }
            Err(_) => {}
        }
    }
}

/// Stops the jobs that somebody else has ended. A job that says nothing would only learn of it when its lease is renewed.
async fn look(store: &Store, table: &Table) -> Result<(), wixapp_store::Error> {
    if !table.take_doubt() {
        return Ok(());
    }
    let slots = table.slots();
    let claims: Vec<_> = slots.iter().map(|slot| (slot.instance_id.clone(), slot.lease.clone())).collect();
    let lost = store.list_lost(&claims).await.inspect_err(|_| table.doubt())?;
    slots.iter().filter(|slot| lost.contains(&slot.lease)).for_each(|slot| slot.halt(Halt::Lost));
    Ok(())
}

async fn beat(
    store: &Store,
    table: &Table,
    lease: Duration,
    tick: Duration,
) -> Result<(), wixapp_store::Error> {
    let (now, until) = (Instant::now(), lease_until(lease));
    // Renewed when a third of the lease is gone, seen one tick ahead.
    let reserve = lease - lease / 3 + tick;
    let mut pulses: Vec<(Arc<Slot>, Pulse)> = table
        .slots()
        .into_iter()
        .filter_map(|slot| slot.take_pulse(now, reserve).map(|pulse| (slot, pulse)))
        .collect();
    if pulses.is_empty() {
        return Ok(());
    }
    // In one order in all processes, so that two of them never wait for each other's rows.
    pulses
        .sort_by(|(a, _), (b, _)| (&a.instance_id, &a.lease.job_id).cmp(&(&b.instance_id, &b.lease.job_id)));
    let beats = pulses.iter().map(|(slot, pulse)| to_beat(slot, pulse, until)).collect();
    let lost = store.beat_jobs(beats).await.inspect_err(|_| {
        pulses.iter().for_each(|(slot, pulse)| slot.put_back(pulse));
    })?;
    for (slot, _) in &pulses {
        if lost.contains(&slot.lease) {
            slot.halt(Halt::Lost);
        } else {
            slot.renewed(now + lease);
        }
    }
    Ok(())
}

fn to_beat(slot: &Slot, pulse: &Pulse, lease_until: Timestamp) -> Beat {
    Beat {
        instance_id: slot.instance_id.clone(),
        lease: slot.lease.clone(),
        lease_until,
        percent: i64::from(pulse.progress.percent),
        step: pulse.progress.step.clone(),
        lines: pulse.lines.clone(),
        tell: pulse.changed,
    }
}
