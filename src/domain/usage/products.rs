//! Enabling pay-as-you-go products (H9).

use crate::domain::{
    account::AccountEvent,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    program::UsageRules,
    reason::Reason,
    rejection::{Rejection, Violation},
    usage::preauthorization,
};

/// How many products an account may have enabled.
const PRODUCTS_MOST: usize = 1_000;

/// The rules of pay-as-you-go, where the program has it.
pub(super) fn rules<'a>(facts: &Facts<'a>) -> Result<&'a UsageRules, Rejection> {
    facts.edition().usage().ok_or_else(|| {
        Rejection::rule(Violation::new(
            Reason::UsageNotOffered,
            "A19",
            "The program has no pay-as-you-go products. Bill what is owed by invoices.",
        ))
    })
}

/// H9: who has a card, or what else the program says, may use first and pay later. So may who buys on credit
/// (A25).
pub fn enable(facts: &Facts<'_>, product: &str) -> Decided {
    let account = facts.account()?;
    let rules = rules(facts)?;
    check_name(product)?;
    let decision = Decision::reply(account.id.0);
    if account.products.contains_key(product) {
        return Ok(decision);
    }
    if account.products.len() >= PRODUCTS_MOST {
        return Err(Rejection::field(
            "product",
            Reason::InvalidField,
            format!("{PRODUCTS_MOST} products are enabled already. Disable one that is not used."),
        )
        .into());
    }
    preauthorization::check(facts)?;
    let active = |kind| {
        facts.world.methods().any(|it| it.instrument.kind() == kind && it.active_since(facts.now).is_some())
    };
    let qualified = rules.qualifying_kinds.is_empty()
        || account.credit().is_some()
        || rules.qualifying_kinds.iter().any(|kind| active(*kind));
    if !qualified {
        let kinds: Vec<String> = rules.qualifying_kinds.iter().map(ToString::to_string).collect();
        return Err(Rejection::rule(
            Violation::new(
                Reason::PostpaymentNotQualified,
                "H9",
                "The account can't use first and pay later: it has no active payment method of a kind that \
                 allows it. Link one first.",
            )
            .fact("kinds", kinds.join(",")),
        )
        .into());
    }
    let event = AccountEvent::ProductEnabled { product: product.to_owned(), at: facts.now };
    Ok(decision.on(account.id.0, Event::Account(event)))
}

/// Nothing more is reported for it; what was used stays owed.
pub fn disable(facts: &Facts<'_>, product: &str) -> Decided {
    let account = facts.account()?;
    check_name(product)?;
    let decision = Decision::reply(account.id.0);
    if !account.products.contains_key(product) {
        return Ok(decision);
    }
    let event = AccountEvent::ProductDisabled { product: product.to_owned() };
    Ok(decision.on(account.id.0, Event::Account(event)))
}

/// The seller's own name of a product.
pub(super) fn check_name(product: &str) -> Result<(), Rejection> {
    let good = (1..=63).contains(&product.len())
        && product.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if good {
        return Ok(());
    }
    Err(Rejection::field(
        "product",
        Reason::InvalidField,
        "The product's name is malformed. Give 1 to 63 lower-case letters, digits and hyphens.",
    ))
}
