//! One card, one account (A8).

use bursar::proto::v1::{LinkAttemptState, PaymentMethodState};

use crate::support::{
    browser,
    given::{ALIBABA, AMEX, AWS, DECLINED, JCB, MASTERCARD, VISA},
    refusal::{Refusal, refused},
};

acceptance!(a8_a_card_linked_elsewhere_is_refused_until_it_is_unlinked_there, |world| {
    let first = world.account(ALIBABA, "SG", "USD").await;
    let second = world.account(ALIBABA, "US", "USD").await;
    let method = world.active(&first, VISA).await;

    let refusal = refused(world.try_link(&second, VISA).await);
    refusal.is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
    // Whose it is, is nobody else's business.
    assert!(!format!("{refusal:?}").contains(first.trim_start_matches("accounts/")), "{refusal:#?}");
    assert_eq!(world.methods_of(&second).await, []);

    // However it is written, it is the same card.
    refused(world.try_link(&second, "4242-4242 4242-4242").await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);

    // Other cards, and the same card in another program, are free.
    world.active(&second, MASTERCARD).await;
    let elsewhere = world.account(AWS, "SG", "USD").await;
    world.active(&elsewhere, VISA).await;

    assert_eq!(world.unlink(&method).await.unwrap().state(), PaymentMethodState::Unlinked);
    world.active(&second, VISA).await;
    refused(world.try_link(&first, VISA).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
});

acceptance!(a8_an_accounts_own_card_is_not_linked_twice, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let refusal = refused(world.try_link(&account, VISA).await);
    refusal.is_by_rules(&["A8 CARD_ALREADY_LINKED"]);
    assert_eq!(refusal.fact("payment_method"), method);

    // Also while its verification is under way.
    let account = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&account, MASTERCARD).await;
    assert_eq!(method.state(), PaymentMethodState::RequiresAction);
    let refusal = refused(world.try_link(&account, MASTERCARD).await);
    refusal.is_by_rules(&["A8 CARD_ALREADY_LINKED"]);
    let other = world.account(ALIBABA, "SG", "USD").await;
    refused(world.try_link(&other, MASTERCARD).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
});

acceptance!(a8_a_link_that_failed_verification_holds_no_claim, |world| {
    // The same card is declined for two accounts: none of them holds it.
    for _ in 0..2 {
        let account = world.account(ALIBABA, "SG", "USD").await;
        assert_eq!(world.link(&account, DECLINED).await.state(), PaymentMethodState::Failed);
    }
    // A challenge that was left frees the card for the next account.
    let first = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&first, VISA).await;
    browser::open(&method.next_action.unwrap().url).await.leave().await;
    let second = world.account(ALIBABA, "SG", "USD").await;
    world.active(&second, VISA).await;
});

acceptance!(a8_of_two_accounts_that_race_for_a_card_exactly_one_gets_it, |world| {
    let cards = [
        VISA,
        MASTERCARD,
        AMEX,
        JCB,
        "4000056655665556",
        "2223003122003222",
        "5200828282828210",
        "371449635398431",
        "3530111333300000",
        "4000002760000016",
    ];
    for number in cards {
        let first = world.account(ALIBABA, "SG", "USD").await;
        let second = world.account(ALIBABA, "SG", "USD").await;
        let (one, other) = tokio::join!(world.try_link(&first, number), world.try_link(&second, number));
        let (winner, loser, refusal) = match (one, other) {
            (Ok(_), Err(status)) => (first, second, status),
            (Err(status), Ok(_)) => (second, first, status),
            both => panic!("{number}: {both:#?}"),
        };
        Refusal::read(&refusal).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
        let [method] = world.methods_of(&winner).await.try_into().unwrap();
        assert_eq!(method.state(), PaymentMethodState::Active, "{number}");
        assert_eq!(world.methods_of(&loser).await, [], "{number}");
        let [attempt] = world.link_attempts(&loser).await.try_into().unwrap();
        assert_eq!(attempt.state(), LinkAttemptState::Refused);
    }
    // Only the winners were ever asked for money.
    assert_eq!(world.count(bursar::proto::sandbox::v1::LedgerEntryKind::Hold).await, cards.len());
});

acceptance!(a8_a_card_linked_twice_at_once_is_linked_once, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let links = futures::future::join_all((0..10).map(|_| world.try_link(&account, VISA))).await;
    let (linked, refused): (Vec<_>, Vec<_>) = links.into_iter().partition(Result::is_ok);
    assert_eq!(linked.len(), 1);
    for status in refused {
        Refusal::read(&status.unwrap_err()).is_by_rules(&["A8 CARD_ALREADY_LINKED"]);
    }
    assert_eq!(world.methods_of(&account).await.len(), 1);
    assert_eq!(world.count(bursar::proto::sandbox::v1::LedgerEntryKind::Hold).await, 1);
});
