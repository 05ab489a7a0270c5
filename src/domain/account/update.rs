//! Changing what an account tells of its customer (H4, H7, H16).

use crate::domain::{
    account::AccountEvent,
    command::UpdateAccount,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    profile::{IdentityKind, IdentityNumber},
    program::CheckDigitRule,
    reason::Reason,
    rejection::{FieldViolation, Rejection},
};

use super::decide::{check_display_name, currency_violation};

/// Changes what was given, and nothing else. Open invoices keep their currency (H16).
pub fn update(facts: &Facts<'_>, command: &UpdateAccount) -> Decided {
    let account = facts.account()?;
    let mut bad = Vec::new();
    if let Some(name) = &command.display_name {
        check_display_name(name, &mut bad);
    }
    bad.extend(command.currency.and_then(|currency| currency_violation(facts, currency)));
    let identity = command.identity.as_ref().and_then(|(kind, number)| {
        read_identity(facts, *kind, number).map_err(|violation| bad.push(violation)).ok()
    });
    if !bad.is_empty() {
        return Err(Rejection::bad_input(bad).into());
    }
    let event = AccountEvent::Updated {
        display_name: command.display_name.clone(),
        currency: command.currency,
        profile: command.profile.clone().map(Box::new),
        identity,
    };
    Ok(Decision::reply(account.id.0).on(account.id.0, Event::Account(event)))
}

/// H7: an identity number, where the program asks for one.
fn read_identity(
    facts: &Facts<'_>,
    kind: IdentityKind,
    number: &str,
) -> Result<IdentityNumber, FieldViolation> {
    let account = facts.world.account();
    let rules = facts.edition().onboarding();
    let asked =
        account.zip(rules).filter(|(account, rules)| rules.identity_number_in.contains(&account.region));
    if asked.is_none() {
        return Err(FieldViolation::new(
            "account.identity_number",
            Reason::InvalidField,
            "No identity number is asked for in the account's country. Leave it out: it is kept.",
        ));
    }
    let rule = rules.map_or(CheckDigitRule::Warn, |rules| rules.rut_check_digit);
    IdentityNumber::read(kind, number, rule)
}
