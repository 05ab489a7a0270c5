//! Wakes entities whose timers have run out: expiries, repeats, inquiries.

use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::runner::Runner;
use crate::{
    domain::{command::Command, ids::AccountId},
    engine::{Engine, EngineError},
    store::codec,
};

const POLL: Duration = Duration::from_millis(200);
const AT_ONCE: usize = 256;

pub(super) async fn run(runner: Runner, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if !runner.is_full() {
            let now = runner.engine.clock().now();
            if let Err(error) = wake(&runner.engine, "", now).await {
                tracing::warn!(%error, "timers can't be looked for");
            }
        }
        tokio::select! {
            biased;
            () = tokio::time::sleep(POLL) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Wakes what is due on a clock, and names it.
pub async fn wake(engine: &Engine, clock: &str, now: Timestamp) -> Result<Vec<String>, EngineError> {
    let due = engine.store().due(clock, now.as_microsecond(), AT_ONCE).await?;
    let woken = join_all(due.iter().map(|row| async move {
        let Some(row) = engine.store().get(row.id).await? else { return Ok(None) };
        let entity = codec::decode(&row)?;
        engine.tell(AccountId(row.account), Command::wake(&entity)).await?;
        Ok::<_, EngineError>(Some(format!("{} {} ({})", entity.kind(), entity.id(), entity.state())))
    }))
    .await;
    let mut names = Vec::new();
    for woken in woken {
        names.extend(woken?);
    }
    Ok(names)
}
