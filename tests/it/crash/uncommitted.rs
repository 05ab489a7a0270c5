//! A link that was never committed has left nothing and can be asked for again (C7, C9).

use std::time::Duration;

use bursar::proto::{sandbox::v1::LedgerEntryKind, v1::PaymentMethodState};

use super::{known::Known, options};
use crate::support::{
    calls::Calls,
    given::{ALIBABA, VISA, link_request},
    options::Store,
    world::World,
};

/// Far longer than a request takes to get from the door to the provider.
const ON_ITS_WAY: Duration = Duration::from_millis(200);

async fn leaves_nothing(store: Store) {
    let mut world = World::start(store, options()).await;
    let account = world.account(ALIBABA, "SG", "USD").await;
    let request = link_request(&account, VISA);

    // The provider stands still, so the call gets as far as the swap of the number for a token, which
    // comes before the commit; there the server is killed.
    let apart = world.apart.as_ref().expect("a world apart");
    apart.freeze().await;
    let caller = tokio::spawn({
        let (mut client, request) = (world.methods(), request.clone());
        async move { client.link_card(request).await }
    });
    tokio::time::sleep(ON_ITS_WAY).await;
    assert!(!caller.is_finished(), "the call waits for the provider");
    world.server.kill().await;
    caller.await.expect("no panic").expect_err("the call was cut off");
    world.apart.as_ref().expect("a world apart").thaw().await;
    world.restart().await;

    let accounts = [account];
    let known = Known::read(&world, &accounts).await;
    assert_eq!(known.counts(), [0; 5]);
    assert!(world.entries().await.is_empty());

    let calls = Calls::new(world.channel());
    let again = calls.insist(request.clone(), async |it| calls.methods().link_card(it).await).await;
    let method = again.answer.expect("the card is linked").payment_method.expect("a method");
    assert_eq!(method.state(), PaymentMethodState::Active);
    let repeated = calls.insist(request, async |it| calls.methods().link_card(it).await).await;
    assert_eq!(repeated.answer.expect("it is known").payment_method.expect("a method").name, method.name);
    let known = Known::read(&world, &accounts).await;
    assert_eq!(known.counts(), [1, 0, 1, 0, 1]);
    assert_eq!(world.count(LedgerEntryKind::Hold).await, 1);
}

#[tokio::test]
async fn c7_a_link_that_was_never_committed_left_nothing_on_sqlite() {
    leaves_nothing(Store::Sqlite).await;
}

#[tokio::test]
async fn c7_a_link_that_was_never_committed_left_nothing_on_postgres() {
    leaves_nothing(Store::Postgres).await;
}
