//! What the customer types about a card (A12, H5), every mistake named at once (C6).

use bursar::proto::v1::{Address, CardDetails, FailureReason, PaymentMethodState};

use crate::support::{
    given::{ALIBABA, AMEX, HUAWEI, VISA, card, link_request},
    refusal::refused,
};

/// One change to a card that has nothing wrong with it.
type Change = fn(&mut CardDetails);

fn address(card: &mut CardDetails) -> &mut Address {
    card.billing_address.as_mut().unwrap()
}

acceptance!(a12_every_bad_field_of_a_card_is_refused, |world| {
    #[rustfmt::skip]
    let table: [(&str, Change); 32] = [
        ("card.number",           |card| card.number = String::new()),
        ("card.number",           |card| card.number = "4242424242424241".to_owned()),
        ("card.number",           |card| card.number = "424242424242424".to_owned()),
        ("card.number",           |card| card.number = "42424242424242424242".to_owned()),
        ("card.number",           |card| card.number = "4242x4242x4242x4242".to_owned()),
        ("card.number",           |card| card.number = "４２４２424242424242".to_owned()),
        ("card.number",           |card| card.number = "9999999999999995".to_owned()),
        ("card.number",           |card| card.number = "0000000000000000".to_owned()),
        ("card.expiry",           |card| card.expiry = String::new()),
        ("card.expiry",           |card| card.expiry = "1/34".to_owned()),
        ("card.expiry",           |card| card.expiry = "13/34".to_owned()),
        ("card.expiry",           |card| card.expiry = "00/34".to_owned()),
        ("card.expiry",           |card| card.expiry = "12/2034".to_owned()),
        ("card.expiry",           |card| card.expiry = "12-34".to_owned()),
        ("card.expiry",           |card| card.expiry = "12/99".to_owned()),
        ("card.expiry",           |card| card.expiry = "garbage".to_owned()),
        ("card.security_code",    |card| card.security_code = String::new()),
        ("card.security_code",    |card| card.security_code = "12".to_owned()),
        ("card.security_code",    |card| card.security_code = "1234".to_owned()),
        ("card.security_code",    |card| card.security_code = "12a".to_owned()),
        ("card.holder_name",      |card| card.holder_name = String::new()),
        ("card.holder_name",      |card| card.holder_name = "   ".to_owned()),
        ("card.holder_name",      |card| card.holder_name = "x".repeat(201)),
        ("card.holder_name",      |card| card.holder_name = "Ada\nLovelace".to_owned()),
        ("card.company_name",     |card| card.company_name = "x".repeat(201)),
        ("card.billing_address",  |card| card.billing_address = None),
        ("card.billing_address.street_lines", |card| address(card).street_lines.clear()),
        ("card.billing_address.street_lines", |card| address(card).street_lines = vec![" ".to_owned()]),
        ("card.billing_address.city",         |card| address(card).city.clear()),
        ("card.billing_address.postal_code",  |card| address(card).postal_code.clear()),
        ("card.billing_address.region_code",  |card| address(card).region_code.clear()),
        ("card.billing_address.region_code",  |card| address(card).region_code = "XX".to_owned()),
    ];
    let account = world.account(ALIBABA, "SG", "USD").await;
    for (row, (field, change)) in table.into_iter().enumerate() {
        let mut request = link_request(&account, VISA);
        change(request.card.as_mut().unwrap());
        let refusal = refused(world.send_link(request).await);
        assert_eq!(refusal.fields, [field], "row {row}: {refusal:#?}");
        refusal.is_bad_input("INVALID_FIELD", &[field]);
    }

    // 3 digits are too few for American Express.
    let mut amex = link_request(&account, AMEX);
    amex.card.as_mut().unwrap().security_code = "123".to_owned();
    refused(world.send_link(amex).await).is_bad_input("INVALID_FIELD", &["card.security_code"]);

    let mut none = link_request(&account, VISA);
    none.card = None;
    let refusal = refused(world.send_link(none).await);
    assert_eq!(refusal.reason, "INVALID_FIELD", "{refusal:#?}");
    assert!(refusal.fields.iter().all(|field| field.starts_with("card")), "{refusal:#?}");

    let mut nowhere = link_request(&account, VISA);
    nowhere.return_url = "javascript:alert(1)".to_owned();
    refused(world.send_link(nowhere).await).is_bad_input("INVALID_FIELD", &["return_url"]);

    // What was mistyped was never tried: it is in no history and counts towards no limit.
    assert_eq!(world.link_attempts(&account).await, []);
    assert_eq!(world.ledger().await, Vec::<String>::new());
});

acceptance!(c6_all_bad_fields_are_named_at_once, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let mut request = link_request(&account, "4242424242424241");
    request.card = Some(CardDetails {
        number: "4242424242424241".to_owned(),
        expiry: "99/99".to_owned(),
        security_code: "x".to_owned(),
        holder_name: String::new(),
        company_name: String::new(),
        billing_address: Some(Address { region_code: "DE".to_owned(), ..Address::default() }),
    });
    request.return_url = "nowhere".to_owned();
    refused(world.send_link(request).await).is_bad_input(
        "INVALID_FIELD",
        &[
            "return_url",
            "card.number",
            "card.expiry",
            "card.security_code",
            "card.holder_name",
            "card.billing_address.street_lines",
            "card.billing_address.city",
            "card.billing_address.postal_code",
        ],
    );
});

acceptance!(a12_a_card_can_be_linked_from_the_month_after_this_one_on, |world| {
    // It is noon of 15 June 2030 for this account.
    let clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    #[rustfmt::skip]
    let table = [
        ("05/30", "CARD_EXPIRED"),
        ("12/29", "CARD_EXPIRED"),
        ("01/00", "CARD_EXPIRED"),
        ("06/30", "CARD_EXPIRES_THIS_MONTH"),
    ];
    for (expiry, reason) in table {
        let mut request = link_request(&account, VISA);
        request.card.as_mut().unwrap().expiry = expiry.to_owned();
        refused(world.send_link(request).await).is_bad_input(reason, &["card.expiry"]);
    }
    let mut request = link_request(&account, VISA);
    request.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let method = world.send_link(request).await.unwrap().payment_method.unwrap();
    assert_eq!((method.state(), method.card.unwrap().expiry.as_str()), (PaymentMethodState::Active, "07/30"));
});

acceptance!(a12_the_month_is_the_programs, |world| {
    // In Singapore, where the program reckons its months, June has begun.
    let clock = world.clock_at("2030-05-31T16:30:00Z").await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    for (expiry, reason) in [("05/30", "CARD_EXPIRED"), ("06/30", "CARD_EXPIRES_THIS_MONTH")] {
        let mut request = link_request(&account, VISA);
        request.card.as_mut().unwrap().expiry = expiry.to_owned();
        refused(world.send_link(request).await).is_bad_input(reason, &["card.expiry"]);
    }
});

acceptance!(a12_what_is_typed_well_is_taken, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let mut request = link_request(&account, "4242 4242-4242 4242");
    let given = request.card.as_mut().unwrap();
    given.company_name = "Analytical Engines Pte Ltd".to_owned();
    // Hong Kong has no postal codes.
    given.billing_address = Some(Address {
        street_lines: vec!["1 Queen's Road".to_owned(), "12/F".to_owned()],
        city: "Central".to_owned(),
        administrative_area: String::new(),
        postal_code: String::new(),
        region_code: "HK".to_owned(),
    });
    let method = world.send_link(request).await.unwrap().payment_method.unwrap();
    assert_eq!(method.state(), PaymentMethodState::Active);
    let kept = method.card.unwrap();
    assert_eq!((kept.iin.as_str(), kept.last_four.as_str()), ("424242", "4242"));
    assert_eq!(
        (kept.holder_name.as_str(), kept.company_name.as_str()),
        ("Ada Lovelace", "Analytical Engines Pte Ltd")
    );
    assert_eq!((kept.funding.as_str(), kept.issuer_region_code.as_str()), ("CREDIT", "US"));
    assert_eq!(kept.expiry, card(VISA).expiry);
});

acceptance!(a12_a_name_that_the_issuer_does_not_know_is_data, |world| {
    #[rustfmt::skip]
    let table: [(&str, Change); 2] = [
        ("6P", |card| card.holder_name = "Ada Mismatch".to_owned()),
        ("N7", |card| card.security_code = "000".to_owned()),
    ];
    for (code, change) in table {
        let account = world.account(ALIBABA, "SG", "USD").await;
        let mut request = link_request(&account, VISA);
        change(request.card.as_mut().unwrap());
        let method = world.send_link(request).await.expect("data").payment_method.unwrap();
        assert_eq!(method.state(), PaymentMethodState::Failed);
        let failure = method.failure.unwrap();
        assert_eq!((failure.reason(), failure.network_code.as_str()), (FailureReason::CardDeclined, code));
    }
});

acceptance!(h5_huawei_asks_for_no_billing_address_and_checks_one_that_is_given, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let mut request = link_request(&account, VISA);
    address(request.card.as_mut().unwrap()).city.clear();
    refused(world.send_link(request).await).is_bad_input("INVALID_FIELD", &["card.billing_address.city"]);

    let mut request = link_request(&account, VISA);
    request.card.as_mut().unwrap().billing_address = None;
    let linked = world.send_link(request).await.unwrap();
    assert_eq!(linked.payment_method.unwrap().state(), PaymentMethodState::RequiresAction);

    // What it does ask for.
    let account = world.account(HUAWEI, "SG", "USD").await;
    let mut request = link_request(&account, VISA);
    request.card = Some(CardDetails::default());
    let all = ["card.number", "card.expiry", "card.security_code", "card.holder_name"];
    refused(world.send_link(request).await).is_bad_input("INVALID_FIELD", &all);
});
