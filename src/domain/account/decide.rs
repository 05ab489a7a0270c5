//! What follows from a command about the account itself.

use crate::domain::{
    account::{Account, AccountEvent},
    balance::Funds,
    card::holds_card_number,
    command::CreateAccount,
    contact::Contacts,
    currency::Currency,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::MethodId,
    kyc::Kyc,
    program::MethodKind,
    reason::Reason,
    rejection::{FieldViolation, Rejection, Violation},
};

/// C2, A1: one program, one country, one preferred currency, all known to the program.
pub fn create(facts: &Facts<'_>, command: &CreateAccount) -> Decided {
    // To make it anew would take its methods and its history from it.
    if facts.world.program().is_some() {
        return Err(Rejection::exists(&format!("accounts/{}", command.id)).into());
    }
    let edition = facts.edition();
    let mut bad = Vec::new();
    let region = edition.region(command.country).filter(|_| facts.program.serves(command.country));
    if region.is_none() {
        bad.push(FieldViolation::new(
            "account.region_code",
            Reason::CountryNotServed,
            format!("{} does not serve {}. Choose a country it serves.", command.program, command.country),
        ));
    }
    bad.extend(currency_violation(facts, command.currency));
    check_display_name(&command.display_name, &mut bad);
    let Some(region) = region.filter(|_| bad.is_empty()) else {
        return Err(Rejection::bad_input(bad)
            .fact("region_code", command.country)
            .fact("currency_code", command.currency)
            .into());
    };
    let account = Account {
        id: command.id,
        program: command.program.clone(),
        country: command.country,
        region: region.clone(),
        currency: command.currency,
        display_name: command.display_name.clone(),
        created: facts.now,
        default_method: None,
        running_resources: 0,
        link_failures: Vec::new(),
        credit: None,
        contacts: Contacts::default(),
        profile: None,
        identity: None,
        clock: None,
        kyc: Kyc::default(),
        deactivation: None,
        products: std::collections::BTreeMap::new(),
        deduction_threshold: None,
        barred_methods: std::collections::BTreeMap::new(),
        balance: Funds::default(),
        settles_by_hand: false,
    };
    Ok(Decision::reply(command.id.0)
        .on(command.id.0, Event::Account(AccountEvent::Created { account: Box::new(account) })))
}

/// A name that can be kept.
pub(super) fn check_display_name(name: &str, bad: &mut Vec<FieldViolation>) {
    if name.chars().any(char::is_control) || holds_card_number(name) {
        bad.push(FieldViolation::new(
            "account.display_name",
            Reason::InvalidField,
            "The display name holds a control character or a card number. Leave that out: it is kept.",
        ));
    }
    if name.chars().count() > 128 {
        bad.push(FieldViolation::new(
            "account.display_name",
            Reason::InvalidField,
            "The display name is longer than 128 characters. Shorten it.",
        ));
    }
}

/// A24: what the customer uses decides whether the only active method may go.
pub fn report_obligations(facts: &Facts<'_>, running_resources: i32) -> Decided {
    let account = facts.account()?;
    if running_resources < 0 {
        return Err(Rejection::field(
            "running_resource_count",
            Reason::InvalidField,
            "The count is negative. Report how many resources run.",
        )
        .into());
    }
    let event = AccountEvent::ObligationsReported { running_resources };
    Ok(Decision::reply(account.id.0).on(account.id.0, Event::Account(event)))
}

/// H16: why the account can't prefer a currency.
pub(super) fn currency_violation(facts: &Facts<'_>, currency: Currency) -> Option<FieldViolation> {
    let program = facts.program;
    (!program.offers(currency)).then(|| {
        let offered: Vec<&str> = program.currencies.iter().copied().map(Currency::code).collect();
        let message =
            format!("{} does not offer {currency}. Choose one of {}.", program.id, offered.join(", "));
        FieldViolation::new("account.currency_code", Reason::CurrencyNotOffered, message)
    })
}

/// A22: only an active method can become the default.
pub fn set_default(facts: &Facts<'_>, id: MethodId) -> Decided {
    let account = facts.account()?;
    let method = facts.method(id)?;
    if method.active_since(facts.now).is_none() {
        return Err(Rejection::rule(
            Violation::new(
                Reason::MethodNotActive,
                "A22",
                "Only an active method can become the default. Verify it first, or choose another.",
            )
            .fact("state", method.state_at(facts.now)),
        )
        .into());
    }
    if method.instrument.kind() == MethodKind::ChinaBankRedirect {
        return Err(Rejection::rule(Violation::new(
            Reason::MethodCannotBeDefault,
            "W5",
            "A bank redirect can never be the default method. Choose another.",
        ))
        .into());
    }
    let decision = Decision::reply(id.0);
    if account.default_method == Some(id) {
        return Ok(decision);
    }
    let event = AccountEvent::DefaultChanged { method: Some(id) };
    Ok(decision.on(account.id.0, Event::Account(event)))
}
