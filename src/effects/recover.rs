//! Takes over calls whose lease has passed: whoever was to make them is gone, or late.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{meter::call_name, runner::Runner};
use crate::{
    engine::Dispatch,
    store::{StoreError, codec},
};

const POLL: Duration = Duration::from_millis(250);
const AT_ONCE: usize = 256;

pub(super) async fn run(runner: Runner, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let found = match take_over(&runner).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "effects that were left behind can't be looked for");
                0
            }
        };
        if found < AT_ONCE {
            tokio::select! {
                biased;
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => {}
            }
        }
    }
}

async fn take_over(runner: &Runner) -> Result<usize, StoreError> {
    if runner.is_full() {
        return Ok(0);
    }
    let store = Arc::clone(runner.engine.store());
    let now = runner.engine.clock().now();
    let until = now.checked_add(runner.engine.config().lease).unwrap_or(Timestamp::MAX).as_microsecond();
    let rows = store.lapsed(now.as_microsecond(), AT_ONCE).await?;
    for row in &rows {
        if !store.take_lease(row.lease, until).await? {
            continue;
        }
        let row = &row.entity;
        let entity = codec::decode(row)?;
        let Some(effect) = entity.call() else { continue };
        tracing::info!(effect = %effect.id, call = call_name(effect.call), "an effect was left behind");
        runner.start(Dispatch {
            account: row.account,
            clock: row.clock.clone(),
            entity: Arc::new(entity),
            effect,
            committed: now,
            taken_over: true,
        });
    }
    Ok(rows.len())
}
