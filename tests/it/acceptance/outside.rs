//! The world outside and the clocks that move it (C13, C14).

use bursar::proto::{
    provider::v1::{GetCapabilitiesRequest, OperationKind},
    sandbox::v1::{
        AdvanceTestClockRequest, AttachAccountRequest, CreateTestClockRequest, GetTestClockRequest,
        ListLedgerEntriesRequest, ListScenariosRequest, ListTestClocksRequest,
    },
    v1::PaymentMethodState,
};
use jiff::SignedDuration;
use tonic::Code;

use crate::support::{
    browser::{self, CODE},
    clock::{NOON, time, wire},
    given::{ALIBABA, MASTERCARD, VISA, request_id},
    options::{Options, Outside},
    process::run,
    refusal::refused,
    world::World,
};

/// What holds wherever the world outside is.
async fn plays(world: &World) {
    let scenarios =
        world.sandbox().list_scenarios(ListScenariosRequest {}).await.unwrap().into_inner().scenarios;
    assert!(scenarios.len() >= 40, "{}", scenarios.len());
    let visa = scenarios.iter().find(|scenario| scenario.card_number == VISA).unwrap();
    assert_eq!(
        (visa.networks.as_slice(), visa.issuer_region_code.as_str()),
        (&["VISA".to_owned()][..], "US")
    );
    for scenario in &scenarios {
        assert!(!scenario.name.is_empty() && scenario.description.ends_with('.'), "{scenario:?}");
        assert!(!scenario.publisher.is_empty() && !scenario.networks.is_empty(), "{scenario:?}");
    }

    let capabilities =
        world.provider().get_capabilities(GetCapabilitiesRequest::default()).await.unwrap().into_inner();
    assert_eq!((capabilities.provider.as_str(), capabilities.can_cancel), ("sandbox", true));
    for kind in
        [OperationKind::Authorize, OperationKind::Charge, OperationKind::Release, OperationKind::Refund]
    {
        assert!(capabilities.operations().any(|offered| offered == kind), "{kind:?}");
    }

    // A challenge leads to the issuer's pages and back, and the ledger has what happened.
    let account = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    let page = browser::open(&method.next_action.unwrap().url).await;
    assert!(page.body.contains("Sandbox Bank"), "{page:?}");
    page.answer(CODE).await;
    assert_eq!(world.method(&method.name).await.state(), PaymentMethodState::Active);
    world
        .ledger_comes_to(&[
            "HOLD USD 1.00 ALIBABACLOUD.COM 424242…4242",
            "RELEASE_ACCEPTED USD 1.00 ALIBABACLOUD.COM 424242…4242",
        ])
        .await;
}

acceptance!(c13_the_world_outside_plays_its_scenarios_embedded, |world| {
    plays(&world).await;
    let index = browser::open(&format!("{}/sandbox", world.server.pages)).await;
    assert_eq!(index.status, 200, "{index:?}");
    assert!(index.body.contains(VISA) && index.body.contains("insufficient-funds"));
});

acceptance!(
    c13_it_plays_them_in_a_process_of_its_own,
    Options::new().outside(Outside::Apart),
    |mut world| {
        plays(&world).await;
        let pages = world.apart.as_ref().unwrap().pages.clone();
        let index = browser::open(&format!("{}/", pages.trim_end_matches('/'))).await;
        assert!(index.body.contains(VISA), "{index:?}");

        // It has a memory of its own.
        let before = world.ledger().await;
        world.lose_outside().await;
        world.regain_outside().await;
        assert_eq!(world.ledger().await, before);
    }
);

acceptance!(c13_every_scenario_can_be_linked_or_is_refused_with_a_reason, |world| {
    let scenarios =
        world.sandbox().list_scenarios(ListScenariosRequest {}).await.unwrap().into_inner().scenarios;
    for scenario in scenarios {
        // Answers that come late or never are for the tests of doubt.
        if scenario.description.contains("never") || scenario.name == "slow" {
            continue;
        }
        let account = world.account(ALIBABA, "SG", "USD").await;
        match world.try_link(&account, &scenario.card_number).await {
            Err(status) => {
                let refusal = refused::<()>(Err(status));
                assert_eq!(refusal.code, Code::FailedPrecondition, "{}: {refusal:#?}", scenario.name);
                assert!(refusal.reason.starts_with("CARD_"), "{}: {refusal:#?}", scenario.name);
            }
            Ok(linked) => {
                let method = linked.payment_method.unwrap();
                let rests = [
                    PaymentMethodState::Active,
                    PaymentMethodState::Failed,
                    PaymentMethodState::RequiresAction,
                ];
                assert!(rests.contains(&method.state()), "{}: {method:#?}", scenario.name);
            }
        }
    }
});

acceptance!(
    c13_without_a_sandbox_there_is_none_and_no_clock_moves,
    Options::new().outside(Outside::None),
    |world| {
        let account = world.account(ALIBABA, "SG", "USD").await;
        let code = |status: tonic::Status| status.code();
        let scenarios = world.sandbox().list_scenarios(ListScenariosRequest {}).await.map(drop).map_err(code);
        let ledger = world
            .sandbox()
            .list_ledger_entries(ListLedgerEntriesRequest::default())
            .await
            .map(drop)
            .map_err(code);
        let provider = world
            .provider()
            .get_capabilities(GetCapabilitiesRequest::default())
            .await
            .map(drop)
            .map_err(code);
        let create = CreateTestClockRequest { test_clock_id: "clock".to_owned(), time: None };
        let create = world.clocks().create_test_clock(create).await.map(drop).map_err(code);
        let attach = AttachAccountRequest { account, test_clock: "testClocks/clock".to_owned() };
        let attach = world.clocks().attach_account(attach).await.map(drop).map_err(code);
        assert_eq!([scenarios, ledger, provider, create, attach], [Err(Code::Unimplemented); 5]);
        let index = browser::open(&format!("{}/sandbox", world.server.pages)).await;
        assert_eq!(index.status, 404);
    }
);

acceptance!(c14_a_clock_stands_still_until_it_is_moved, |world| {
    let mut clock = world.clock().await;
    assert_eq!(clock.now, NOON.parse().unwrap());
    let get = || GetTestClockRequest { name: clock.name.clone() };
    for _ in 0..2 {
        let shown = world.clocks().get_test_clock(get()).await.unwrap().into_inner().test_clock.unwrap();
        assert_eq!(time(shown.time), clock.now);
    }
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let invoice = world.get_invoice(&world.invoice(&account, "USD 5.00").await).await;
    assert_eq!(time(invoice.create_time), clock.now);

    // Nothing is due: nothing fires.
    assert_eq!(world.advance(&mut clock, SignedDuration::from_hours(1)).await, Vec::<String>::new());
    let invoice = world.get_invoice(&world.invoice(&account, "USD 5.00").await).await;
    assert_eq!(time(invoice.create_time), clock.now);
    // Others go on with the system's time.
    let other = world.account(ALIBABA, "SG", "USD").await;
    let invoice = world.get_invoice(&world.invoice(&other, "USD 5.00").await).await;
    assert!(time(invoice.create_time) < clock.now);
});

acceptance!(c14_an_advance_tells_what_fired_in_both_worlds, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "DE", "USD").await;
    let waits = world.link(&account, VISA).await;
    let passes = world.link(&account, MASTERCARD).await;
    browser::open(&passes.next_action.unwrap().url).await.answer(CODE).await;

    // The challenge expires after 15 minutes, the release is shown days later.
    let fired = world.advance(&mut clock, SignedDuration::from_mins(20)).await;
    assert!(fired.iter().any(|what| what.contains("challenge expired")), "{fired:#?}");
    assert!(fired.iter().all(|what| !what.contains("shown")), "{fired:#?}");
    assert_eq!(world.method(&waits.name).await.state(), PaymentMethodState::Failed);
    let fired = world.advance(&mut clock, SignedDuration::from_hours(8 * 24)).await;
    assert!(fired.iter().any(|what| what.contains("shown on the statement")), "{fired:#?}");
    // Each entry of the ledger has the time at which it happened, not that of the advance.
    let entries = world.entries().await;
    assert!(entries.iter().all(|entry| time(entry.create_time) < clock.now), "{entries:#?}");
});

acceptance!(c14_clocks_only_go_forward, |world| {
    let clock = world.clock().await;
    for back in [SignedDuration::from_secs(1), SignedDuration::from_hours(1000)] {
        let request =
            AdvanceTestClockRequest { name: clock.name.clone(), time: Some(wire(clock.now - back)) };
        let refusal = refused(world.clocks().advance_test_clock(request).await);
        refusal.is_bad_input("CLOCK_BACKWARDS", &["time"]);
    }
    // To where it is already is no way back.
    let request = AdvanceTestClockRequest { name: clock.name.clone(), time: Some(wire(clock.now)) };
    world.clocks().advance_test_clock(request).await.unwrap();
    let request = AdvanceTestClockRequest { name: clock.name.clone(), time: None };
    refused(world.clocks().advance_test_clock(request).await).is_bad_input("INVALID_FIELD", &["time"]);

    // An account's own history is not turned back either.
    let account = world.account(ALIBABA, "SG", "USD").await;
    let past = world.clock_at("2020-01-01T00:00:00Z").await;
    let request = AttachAccountRequest { account: account.clone(), test_clock: past.name };
    let refusal = refused(world.clocks().attach_account(request).await);
    assert_eq!(refusal.reason, "CLOCK_BACKWARDS", "{refusal:#?}");
});

acceptance!(c14_what_is_no_clock_is_refused, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for id in ["", "Upper", "under_score", "x/y", &"x".repeat(64)] {
        let request = CreateTestClockRequest { test_clock_id: id.to_owned(), time: None };
        refused(world.clocks().create_test_clock(request).await)
            .is_bad_input("INVALID_FIELD", &["test_clock_id"]);
    }
    let id = request_id();
    let request = || CreateTestClockRequest { test_clock_id: id.clone(), time: None };
    world.clocks().create_test_clock(request()).await.unwrap();
    assert_eq!(refused(world.clocks().create_test_clock(request()).await).code, Code::AlreadyExists);

    let missing = "testClocks/missing".to_owned();
    let request = GetTestClockRequest { name: missing.clone() };
    refused(world.clocks().get_test_clock(request).await).is_not_found();
    let request = AttachAccountRequest { account, test_clock: missing.clone() };
    refused(world.clocks().attach_account(request).await).is_not_found();
    let request = AdvanceTestClockRequest { name: missing, time: Some(wire(NOON.parse().unwrap())) };
    refused(world.clocks().advance_test_clock(request).await).is_not_found();
});

acceptance!(c14_clocks_are_listed_and_accounts_name_theirs, |world| {
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(world.clock().await.name);
    }
    names.sort();
    let list = async |page_size, page_token: &str| {
        let request = ListTestClocksRequest { page_size, page_token: page_token.to_owned() };
        Ok::<_, tonic::Status>(world.clocks().list_test_clocks(request).await?.into_inner())
    };
    for size in [0, 1, 2, 3] {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let page = list(size, &token).await.unwrap();
            found.extend(page.test_clocks.into_iter().map(|clock| clock.name));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(found, names, "by {size}");
    }
    refused(list(-1, "").await).is_bad_input("INVALID_FIELD", &["page_size"]);
    refused(list(1, "nonsense").await).is_bad_input("PAGE_TOKEN_INVALID", &["page_token"]);

    let clock = world.clock().await;
    let account = world.account(ALIBABA, "SG", "USD").await;
    assert_eq!(world.get_account(&account).await.test_clock, "");
    world.attach(&account, &clock).await;
    assert_eq!(world.get_account(&account).await.test_clock, clock.name);
});

acceptance!(c14_a_clock_survives_a_restart, |mut world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.advance(&mut clock, SignedDuration::from_hours(24)).await;
    world.restart().await;
    let request = GetTestClockRequest { name: clock.name.clone() };
    let shown = world.clocks().get_test_clock(request).await.unwrap().into_inner().test_clock.unwrap();
    assert_eq!(time(shown.time), clock.now);
    let invoice = world.get_invoice(&world.invoice(&account, "USD 5.00").await).await;
    assert_eq!(time(invoice.create_time), clock.now);
});

/// Says what it understands.
#[tokio::test]
async fn c13_the_command_line_explains_itself() {
    for arguments in
        [&["--help"][..], &["serve", "--help"], &["sandbox", "--help"], &["program", "check", "--help"]]
    {
        let output = run(&arguments.iter().map(|&it| it.to_owned()).collect::<Vec<_>>()).await;
        assert!(output.status.success(), "{arguments:?}");
        assert!(!output.stdout.is_empty(), "{arguments:?}");
    }
    let output = run(&["serve".to_owned(), "--no-such-option".to_owned()]).await;
    assert!(!output.status.success());
}
