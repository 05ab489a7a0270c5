//! Starting with the wrong secret, and stopping while somebody watches.

use std::time::Duration;

use bursar::proto::v1::WatchEventsRequest;
use tokio::time::timeout;
use tonic::Code;

use crate::support::{given::ALIBABA, options::Options, process::run, refusal::refused};

/// Far longer than stopping takes; a server that is not gone by then never goes.
const GONE_WITHIN: Duration = Duration::from_secs(60);

acceptance!(a8_another_secret_on_the_same_database_is_refused, |mut world| {
    world.account(ALIBABA, "SG", "USD").await;
    // SQLite's file is one process's at a time.
    world.server.kill().await;
    let other = world.folder.path().join("other.key");
    std::fs::write(&other, "ab".repeat(32)).unwrap();
    let other = other.display().to_string();
    let serve = |key: &str| {
        ["serve", "--sandbox", "none", "--database-url", &world.database_url, "--key-file", key]
            .into_iter()
            .chain(["--grpc-address", "127.0.0.1:0", "--pages-address", "127.0.0.1:0"])
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let refused = run(&serve(&other)).await;
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("other.key is not the one that this database was filled with"), "{said}");
});

acceptance!(c11_a_server_that_stops_ends_its_watches, |mut world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let request = WatchEventsRequest { parent: account, cursor: String::new() };
    let mut stream = world.events().watch_events(request).await.unwrap().into_inner();
    let first = stream.message().await.unwrap().unwrap().event.unwrap();
    assert_eq!(first.r#type, "account.created");
    world.server.stop(GONE_WITHIN).await;
    let ended = timeout(GONE_WITHIN, stream.message()).await.expect("the stream ends");
    let refusal = refused(ended);
    assert_eq!(refusal.code, Code::Unavailable);
});

acceptance!(c1_settings_that_cannot_work_are_refused_at_start, Options::default(), |_world| {
    for (flag, value, said) in [
        ("--pages-url", "nowhere", "is no URL"),
        ("--provider-deadline", "0s", "more than nothing"),
        ("--writers", "0", "more than nothing"),
        ("--lease", "1s", "two and a half times"),
    ] {
        let arguments = ["serve", flag, value].map(str::to_owned);
        let refused = run(&arguments).await;
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains(said), "{flag} {value}: {told}");
    }
});
