//! Stopping in two stages: the first signal lets what is under way finish, the second does not wait.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first SIGTERM or SIGINT cancels.
pub(super) fn on_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::error!("signals can't be heard; only SIGKILL stops this process");
            return;
        };
        let mut once = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        once().await;
        tracing::info!("stopping once what is under way has finished; a second signal does not wait");
        stop.cancel();
        once().await;
        // Nothing is lost by this: what was committed is found again at the next start.
        std::process::exit(130);
    });
    token
}
