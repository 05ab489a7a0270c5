//! Money: exact, or refused (C3).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{ExchangeRate, Money},
};

use crate::support::{
    given::{ALIBABA, HUAWEI, MASTERCARD, VISA, invoice_request},
    money::{money, shown},
    options::{Options, shipped},
    refusal::refused,
};

acceptance!(c3_amounts_are_taken_exactly, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    #[rustfmt::skip]
    let table = [
        ("USD 0.01",          "USD 0.01"),
        ("USD 12.99",         "USD 12.99"),
        ("usd 5",             "USD 5.00"),
        ("JPY 149",           "JPY 149"),
        ("KWD 3.001",         "KWD 3.001"),
        ("CLP 946",           "CLP 946"),
        ("USD 1000000000000", "USD 1000000000000.00"),
    ];
    for (amount, expected) in table {
        let invoice = world.create_invoice(invoice_request(&account, amount)).await.unwrap();
        assert_eq!(shown(invoice.amount.as_ref()), expected);
        assert_eq!(world.get_invoice(&invoice.name).await.amount, invoice.amount);
    }
});

acceptance!(c3_amounts_that_a_currency_cannot_hold_are_refused, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let amount = |code: &str, units, nanos| Some(Money { currency_code: code.to_owned(), units, nanos });
    #[rustfmt::skip]
    let table = [
        ("no amount",           None),
        ("no currency",         amount("", 1, 0)),
        ("no such currency",    amount("XYZ", 1, 0)),
        ("no currency of money", amount("XXX", 1, 0)),
        ("finer than a cent",   amount("USD", 0, 1)),
        ("half a cent",         amount("USD", 1, 5_000_000)),
        ("half a yen",          amount("JPY", 1, 500_000_000)),
        ("finer than a thousandth",   amount("KWD", 1, 100_000)),
        ("a whole unit of nanos", amount("USD", 0, 1_000_000_000)),
        ("nanos out of range",  amount("USD", 0, i32::MIN)),
        ("mixed signs",         amount("USD", 1, -10_000_000)),
        ("mixed signs again",   amount("USD", -1, 10_000_000)),
        ("negative",            amount("USD", -1, 0)),
        ("negative cents",      amount("USD", 0, -10_000_000)),
        ("most negative",       amount("USD", i64::MIN, 0)),
        ("over range",          amount("USD", 1_000_000_000_001, 0)),
        ("a cent over range",   amount("USD", 1_000_000_000_000, 10_000_000)),
        ("far over range",      amount("USD", i64::MAX, 999_999_999)),
        ("nothing",             amount("USD", 0, 0)),
    ];
    for (what, amount) in table {
        let mut request = invoice_request(&account, "USD 1");
        request.invoice.as_mut().unwrap().amount = amount;
        let refusal = refused(world.create_invoice(request).await);
        let too_much = what.ends_with("over range");
        let expected = if what == "nothing" || too_much { "AMOUNT_OUT_OF_RANGE" } else { "INVALID_FIELD" };
        assert_eq!(refusal.code, tonic::Code::InvalidArgument, "{what}: {refusal:#?}");
        assert_eq!(refusal.reason, expected, "{what}: {refusal:#?}");
        let [field] = refusal.fields.as_slice() else { panic!("{what}: {refusal:#?}") };
        assert!(field.starts_with("invoice.amount"), "{what}: {refusal:#?}");
    }
});

acceptance!(c3_a_sum_is_in_range_too, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let most = world.invoice(&account, "USD 1000000000000").await;
    let cent = world.invoice(&account, "USD 0.01").await;
    let request = crate::support::given::pay_request(&account, &[&most, &cent]);
    refused(world.send_pay(request).await).is_bad_input("AMOUNT_OUT_OF_RANGE", &["invoices"]);
    assert_eq!(world.payments_of(&account).await, []);
});

/// Rates that do not change with the files that ship, and a program that offers every currency here.
fn rates() -> Options {
    let rates = "date,base,quote,rate,source\n\
        2026-01-01,USD,CNY,7.1250,test\n\
        2026-01-01,USD,JPY,148.5,test\n\
        2026-01-01,USD,EUR,0.9240,test\n\
        2026-01-01,USD,MYR,4.4750,test\n\
        2026-01-01,USD,KWD,0.3070,test\n\
        2026-01-01,USD,CLP,945.5,test\n\
        2026-01-01,USD,GBP,0.7890,test\n";
    let currencies = r#"currencies = ["USD", "CNY", "JPY", "EUR", "MYR", "KWD", "CLP", "GBP", "THB"]"#;
    let program: String = shipped("alibaba-cloud-intl.toml")
        .lines()
        .map(|line| match line {
            line if line.starts_with("id = ") => "id = \"rates\"\n".to_owned(),
            line if line.starts_with("currencies = ") => format!("{currencies}\n"),
            line => format!("{line}\n"),
        })
        .collect();
    Options::new().rule_file("exchange-rates.csv", rates.to_owned()).rule_file("rates.toml", program)
}

acceptance!(c3_the_verifications_equivalent_rounds_up_to_one_unit_at_least, rates(), |world| {
    #[rustfmt::skip]
    let table = [
        // currency  equivalent   rate
        ("USD", "USD 1.00",  None),
        ("CNY", "CNY 7.13",  Some("7.125")),
        ("JPY", "JPY 149",   Some("148.5")),
        ("MYR", "MYR 4.48",  Some("4.475")),
        ("EUR", "EUR 1.00",  Some("0.924")),
        ("GBP", "GBP 1.00",  Some("0.789")),
        ("KWD", "KWD 1.00",  Some("0.307")),
        ("CLP", "CLP 946",   Some("945.5")),
    ];
    for (currency, equivalent, rate) in table {
        let account = world.account("rates", "SG", currency).await;
        let method = world.active(&account, VISA).await;
        let verification = world.verification(&world.method(&method).await.verification).await;
        assert_eq!(shown(verification.hold.unwrap().amount.as_ref()), equivalent, "{currency}");
        let expected = rate.map(|rate| ExchangeRate {
            base_currency_code: "USD".to_owned(),
            quote_currency_code: currency.to_owned(),
            rate: rate.to_owned(),
            rate_date: "2026-01-01".to_owned(),
            source: "test".to_owned(),
        });
        assert_eq!(verification.exchange_rate, expected, "{currency}");
        let held = format!("HOLD {equivalent} ALIBABACLOUD.COM 424242…4242");
        assert!(world.ledger().await.contains(&held), "{held}: {:#?}", world.ledger().await);
        // The next account links the same card.
        free(&world, &account, &method).await;
    }

    // Where no rate is known, nothing is guessed and nothing is held.
    let account = world.account("rates", "SG", "THB").await;
    let before = world.count(LedgerEntryKind::Hold).await;
    let refusal = refused(world.try_link(&account, VISA).await);
    refusal.is_by_rules(&["C3 CURRENCY_RATE_MISSING"]);
    assert_eq!((refusal.fact("base"), refusal.fact("quote")), ("USD", "THB"));
    assert_eq!(world.count(LedgerEntryKind::Hold).await, before);
});

/// Unlinks the only method of an account that owes nothing.
async fn free(world: &crate::support::world::World, account: &str, method: &str) {
    world.unlink(method).await.unwrap_or_else(|status| panic!("{account}: {status:?}"));
}

acceptance!(c3_h6_the_charges_equivalent_rounds_the_same_way, rates(), |world| {
    let account = world.account(HUAWEI, "CL", "CLP").await;
    let method = world.active(&account, VISA).await;
    let verification = world.verification(&world.method(&method).await.verification).await;
    assert_eq!(verification.hold.unwrap().amount, Some(money("CLP 946")));
    assert_eq!(verification.exchange_rate.unwrap().rate, "945.5");
});

/// The rates of the European Central Bank, in its own formats.
fn in_csv() -> Options {
    let text = "Date,USD,JPY,CYP,CLP,CNY,\n2026-01-05,1.2500,180.25,N/A,1250.5,9.0000,\n";
    let mut options = rates();
    options.rules.retain(|file| file.name != "exchange-rates.csv");
    options.rule_file("exchange-rates.csv", text.to_owned())
}

fn in_xml() -> Options {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/acceptance/eurofxref-daily.xml");
    rates().with(&["--exchange-rates", file])
}

/// The dollar in yuan is a cross over the euro, and the rate that was used stands beside the result.
async fn is_crossed_over_the_euro(world: &crate::support::world::World) {
    let account = world.account("rates", "SG", "CNY").await;
    let method = world.active(&account, VISA).await;
    let verification = world.verification(&world.method(&method).await.verification).await;
    assert_eq!(shown(verification.hold.unwrap().amount.as_ref()), "CNY 7.20");
    let rate = verification.exchange_rate.unwrap();
    assert_eq!((rate.rate.as_str(), rate.rate_date.as_str()), ("7.2", "2026-01-05"));
    assert_eq!(rate.source, "European Central Bank");
}

acceptance!(c3_reference_rates_of_the_european_central_bank_are_used, in_csv(), |world| {
    is_crossed_over_the_euro(&world).await;
    let none = refused(world.try_link(&world.account("rates", "SG", "MYR").await, MASTERCARD).await);
    none.is_by_rules(&["C3 CURRENCY_RATE_MISSING"]);
});

acceptance!(c3_reference_rates_may_be_in_xml, in_xml(), |world| {
    is_crossed_over_the_euro(&world).await;
});
