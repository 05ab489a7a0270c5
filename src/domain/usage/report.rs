//! Usage that is reported.

use crate::domain::{
    account::Account,
    command::ReportUsage,
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    ids::{InvoiceId, PaymentId, PeriodId, VerificationId},
    reason::Reason,
    rejection::{FieldViolation, Rejection, Violation},
    usage::{Charge, Period, PeriodEvent, State, bill::Ids, preauthorization, products, threshold},
};

/// A19: adds to the month, and charges what has accrued once it reaches the threshold. What counts is when it
/// is reported, in the program's time zone.
pub fn report(facts: &Facts<'_>, command: &ReportUsage) -> Decided {
    let account = facts.account()?;
    products::rules(facts)?;
    check(account, command)?;
    if !account.products.contains_key(&command.product) {
        return Err(Rejection::rule(
            Violation::new(
                Reason::ProductNotEnabled,
                "A19",
                "The product is not enabled for the account. Enable it first.",
            )
            .fact("product", &command.product),
        )
        .into());
    }
    let charge = Charge { net: command.net, tax: command.tax };
    let open = facts.world.periods().find(|it| it.takes(charge.net.currency(), facts.now));
    let mut period = match open {
        Some(period) => period.clone(),
        None => opened(facts, account, &charge)?,
    };
    let mut decision = Decision::reply(period.id.0);
    if open.is_none() {
        let event = PeriodEvent::Opened { period: Box::new(period.clone()) };
        decision.push(period.id.0, Event::UsagePeriod(event));
    }
    // What was added up once is added up again by every reading of the log.
    period.total.plus(&charge).and_then(|total| total.gross()).map_err(|error| {
        Rejection::field("amount", Reason::AmountOutOfRange, format!("{error}. Report less at a time."))
    })?;
    let event = PeriodEvent::UsageReported { product: command.product.clone(), charge };
    period.evolve(&event);
    decision.push(period.id.0, Event::UsagePeriod(event));
    let ids = Ids { invoice: InvoiceId(facts.id(1)), payment: PaymentId(facts.id(2)) };
    if !threshold::charge_if_reached(facts, &period, &[], ids, &mut decision)? {
        // The name that the bill would have had.
        preauthorization::place(facts, &period, VerificationId(facts.id(1)), &mut decision);
    }
    Ok(decision)
}

fn check(account: &Account, command: &ReportUsage) -> Result<(), Rejection> {
    products::check_name(&command.product)?;
    let mut bad = Vec::new();
    for (field, amount) in [("amount", &command.net), ("tax", &command.tax)] {
        // A tax that was not given is none, in the currency of what it would be on.
        let not_given = field == "tax" && amount.is_zero() && amount.currency() == command.net.currency();
        if !not_given && amount.currency() != account.currency {
            bad.push(FieldViolation::new(
                field,
                Reason::InvalidField,
                format!(
                    "It is in {}. Report usage in the account's currency, {}.",
                    amount.currency(),
                    account.currency
                ),
            ));
        }
    }
    if command.net.is_zero() {
        bad.push(FieldViolation::new(
            "amount",
            Reason::AmountOutOfRange,
            "The amount is zero. Report what was used.",
        ));
    }
    if bad.is_empty() { Ok(()) } else { Err(Rejection::bad_input(bad)) }
}

/// The month of now, with nothing in it.
fn opened(facts: &Facts<'_>, account: &Account, charge: &Charge) -> Result<Period, Rejection> {
    let rules = products::rules(facts)?;
    let (starts, ends, following) = facts.program.month(facts.now);
    let nothing = Charge::nothing(&charge.net);
    Ok(Period {
        state: State::Open,
        unbilled: nothing,
        total: nothing,
        products: std::collections::BTreeMap::new(),
        bills: Vec::new(),
        unpaid: std::collections::BTreeSet::new(),
        preauthorization: None,
        id: PeriodId(facts.id(0)),
        account: account.id,
        starts,
        ends,
        bill_at: rules.bill_at(following, &facts.program.time_zone),
        program_version: facts.edition().version().clone(),
    })
}
