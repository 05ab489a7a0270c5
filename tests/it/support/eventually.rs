//! Waiting for what happens by itself.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Far longer than anything takes that is waited for; what has not happened by then never does.
const AT_MOST: Duration = Duration::from_secs(45);
const PAUSE: Duration = Duration::from_millis(25);

/// Looks again and again until what is looked for is there, and answers it. `Err` says what was seen.
pub async fn eventually<T, F>(what: &str, mut look: F) -> T
where
    F: AsyncFnMut() -> Result<T, String>,
{
    let until = Instant::now() + AT_MOST;
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) if Instant::now() > until => panic!("waited for: {what}; last seen: {seen}"),
            Err(_) => sleep(PAUSE).await,
        }
    }
}
