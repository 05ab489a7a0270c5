//! Paying by a redirect to the customer's bank (W1 to W9): the bank approves a transaction request, and a
//! second call makes it final.

use jiff::Timestamp;

use crate::domain::{
    account::Account,
    attempt::{Attempt, CancelReason, Input, Operation},
    decision::{Decided, Decision},
    event::Event,
    exchange::Rate,
    facts::Facts,
    ids::{EffectId, PaymentId},
    invoice::{Invoice, InvoiceEvent},
    method::{Instrument, Method},
    money::Money,
    payment::{Payment, PaymentEvent, State, advance, pay::Asked},
    program::{MethodKind, PaymentTrigger, RedirectRules},
    reason::Reason,
    rejection::{Rejection, Violation},
};

/// Every reason why an account can't use the redirect at all (W1 to W3); none where it can.
pub(super) fn eligibility(facts: &Facts<'_>, account: &Account) -> Vec<Violation> {
    let edition = facts.edition();
    let kind = MethodKind::ChinaBankRedirect;
    let Some(rules) = edition.redirect().filter(|_| edition.offers(kind, &account.region)) else {
        return edition.refuse_kind(&kind.to_string(), &account.region).map_or_else(
            || vec![edition.no_wallet(&kind.to_string(), &account.region)],
            |violation| vec![Violation { requirement: "W1".to_owned(), ..violation }],
        );
    };
    let mut violations = Vec::new();
    if !facts.world.methods().any(|method| is_needed_card(method, rules, facts.now)) {
        violations.push(
            Violation::new(
                Reason::RedirectNeedsCard,
                "W2",
                format!(
                    "The redirect needs an active {} {} card on the account. Link one first.",
                    rules.card_brand, rules.card_funding
                ),
            )
            .fact("brand", rules.card_brand)
            .fact("funding", rules.card_funding),
        );
    }
    if account.currency != rules.currency {
        violations.push(
            Violation::new(
                Reason::RedirectNeedsCurrency,
                "W3",
                format!(
                    "The redirect is for accounts that prefer {}. Change the preference first.",
                    rules.currency
                ),
            )
            .fact("currency_code", account.currency),
        );
    }
    violations
}

fn is_needed_card(method: &Method, rules: &RedirectRules, now: Timestamp) -> bool {
    let card = method.instrument.card();
    card.is_some_and(|card| card.facts.brand == rules.card_brand && card.facts.funding == rules.card_funding)
        && method.active_since(now).is_some()
}

/// W4, W5: why an invoice can't be paid so.
pub(super) fn not_overdue(facts: &Facts<'_>, invoice: &Invoice) -> Option<Violation> {
    (!invoice.is_overdue(facts.now)).then(|| {
        Violation::new(
            Reason::InvoiceNotOverdue,
            "W5",
            "The redirect pays overdue invoices only. Pay this one by another method, or wait until it is due.",
        )
        .fact("invoice", format!("accounts/{}/invoices/{}", invoice.account, invoice.id))
    })
}

/// W6: why a sum can't be paid so, and the rate by which it can. What other redirects of the account are
/// under way for counts with it.
pub(super) fn against_sum(
    facts: &Facts<'_>,
    rules: &RedirectRules,
    amount: &Money,
) -> Result<(Option<Violation>, Option<Rate>), Rejection> {
    if amount.currency() != rules.currency {
        let sentence = format!("The redirect pays invoices in {} only.", rules.currency);
        let violation = Violation::new(Reason::RedirectNeedsCurrency, "W6", sentence);
        return Ok((Some(violation.fact("currency_code", amount.currency())), None));
    }
    let mut sum = *amount;
    for open in facts.world.payments().filter(|payment| payment.is_open() && payment.complete_by.is_some()) {
        sum = sum.checked_add(&open.amount).map_err(|error| {
            Rejection::field("invoices", Reason::AmountOutOfRange, format!("{error}. Pay fewer at a time."))
        })?;
    }
    let (within, rate) = rules
        .within_limit(&sum, facts.rules.rates, facts.today())
        .map_err(|error| facts.rate_missing(&error).rejection)?;
    let violation = (!within).then(|| {
        let sentence = format!(
            "At most {} can be paid by redirect at a time, what is under way included. Pay fewer invoices.",
            rules.limit
        );
        Violation::new(Reason::RedirectLimitExceeded, "W6", sentence)
            .fact("limit", rules.limit)
            .fact("sum", sum)
            .fact("rate", rate.as_ref().map(|rate| rate.rate.to_string()).unwrap_or_default())
    });
    Ok((violation, rate))
}

/// Starts a payment by redirect: reserves the invoices and asks for a transaction request (W7).
pub(super) fn start(
    facts: &Facts<'_>,
    id: PaymentId,
    amount: Money,
    method: &Method,
    asked: Asked,
    decision: &mut Decision,
) -> Result<(), Rejection> {
    let account = facts.account()?;
    let mut violations = eligibility(facts, account);
    for invoice in &asked.invoices {
        violations.extend(not_overdue(facts, facts.invoice(*invoice)?));
    }
    let mut rate = None;
    if let Some(rules) = facts.edition().redirect() {
        let (violation, found) = against_sum(facts, rules, &amount)?;
        violations.extend(violation);
        rate = found;
    }
    if let Some(rejection) = Rejection::rules(violations) {
        return Err(rejection);
    }
    let Some(rules) = facts.edition().redirect() else { return Ok(()) };
    let provider = facts.route(account, &method.instrument, amount)?;
    let operation = Operation::AuthorizeRedirect {
        amount,
        descriptor: facts.program.seller.clone(),
        reference: format!("payment {id}"),
        page_seconds: rules.page_lifetime.as_secs(),
    };
    let attempt = Attempt::new(EffectId { entity: id.0, ordinal: 1 }, &provider, operation, facts.now);
    decision.call(&attempt);
    for invoice in &asked.invoices {
        decision.push(invoice.0, Event::Invoice(InvoiceEvent::Reserved { payment: id }));
    }
    let payment = Payment {
        id,
        account: account.id,
        invoices: asked.invoices,
        amount,
        method: method.id,
        earlier_methods: Vec::new(),
        trigger: PaymentTrigger::Invoice,
        others_follow: false,
        challenge_rule: None,
        conversion_fee_possible: false,
        seen: None,
        return_url: asked.return_url,
        created: facts.now,
        program_version: facts.edition().version().clone(),
        attempts: vec![attempt],
        approved_late: None,
        late: Vec::new(),
        returned: Vec::new(),
        late_of: None,
        complete_by: Some(facts.now.checked_add(rules.complete_within).unwrap_or(Timestamp::MAX)),
        limit_rate: rate,
        state: State::Open,
    };
    decision.push(id.0, Event::Payment(PaymentEvent::Started { payment: Box::new(payment) }));
    Ok(())
}

/// W4: enables the redirect, while there is an overdue invoice. Enabled already, it stays the same method.
pub fn enable(facts: &Facts<'_>) -> Decided {
    use crate::domain::method::{BankRedirect, MethodEvent, State as MethodState};
    let account = facts.account()?;
    let is_redirect = |method: &&Method| matches!(method.instrument, Instrument::BankRedirect(_));
    if let Some(enabled) = facts.world.methods().find(|method| is_redirect(method) && method.is_open()) {
        return Ok(Decision::reply(enabled.id.0));
    }
    let mut violations = eligibility(facts, account);
    if !facts.world.invoices().any(|invoice| invoice.is_overdue(facts.now)) {
        violations.push(Violation::new(
            Reason::RedirectNeedsOverdueInvoice,
            "W4",
            "The redirect can be enabled only while the account has an overdue invoice.",
        ));
    }
    if let Some(rejection) = Rejection::rules(violations) {
        return Err(rejection.into());
    }
    let method = Method {
        id: crate::domain::ids::MethodId(facts.id(0)),
        account: account.id,
        instrument: Instrument::BankRedirect(BankRedirect {}),
        verification: None,
        link_attempt: None,
        created: facts.now,
        program_version: facts.edition().version().clone(),
        state: MethodState::Active { since: facts.now },
    };
    let id = method.id.0;
    let linked = MethodEvent::Linked { method: Box::new(method) };
    Ok(Decision::reply(id).on(id, Event::PaymentMethod(linked)))
}

/// W9: the second call. Before the bank has answered, it says so and when to try again; after it has
/// approved, it makes the payment final.
pub fn complete(facts: &Facts<'_>, id: PaymentId) -> Decided {
    let payment = facts.payment(id)?;
    let not =
        |reason, sentence: &str| Violation::new(reason, "W9", sentence).fact("state", payment.state_name());
    if payment.complete_by.is_none() {
        let sentence = "Only a payment by bank redirect is completed by a second call.";
        return Err(Rejection::rule(not(Reason::PaymentNotCompletable, sentence)).into());
    }
    match payment.state {
        State::Succeeded { .. } => return Ok(Decision::reply(id.0)),
        State::Failed { .. } | State::Expired { .. } | State::Cancelled { .. } | State::Review { .. } => {
            let sentence = "The payment has come to its end without being completed. Pay the invoices anew.";
            return Err(Rejection::rule(not(Reason::PaymentNotCompletable, sentence)).into());
        }
        State::Open => {}
    }
    if let Some(authorized) = payment.awaits_completion() {
        let mut decision = Decision::reply(id.0);
        let operation = Operation::Capture { authorized, amount: payment.amount };
        follow(facts, payment, operation, &mut decision);
        return Ok(decision);
    }
    let Some(running) = payment.running() else { return Ok(Decision::reply(id.0)) };
    // It is being made final, or withdrawn: how that ends is told as soon as it is known.
    if !matches!(running.operation, Operation::AuthorizeRedirect { .. }) {
        return Ok(Decision::reply(id.0));
    }
    if running.action().is_some() {
        let sentence =
            "The customer has not paid at the bank yet. Send them to the page of `next_action` first.";
        return Err(Rejection::rule(not(Reason::PaymentRequiresAction, sentence)).into());
    }
    let asked = running.due_at().unwrap_or(facts.now).max(facts.now);
    let retry_at = payment.complete_by.map_or(asked, |by| asked.min(by));
    let sentence = "The bank has not answered yet, which can take up to 24 hours. Try again later.";
    let violation = not(Reason::BankNotAnswered, sentence).fact("retry_time", retry_at);
    Err(Rejection::not_yet(violation, retry_at).into())
}

/// W9: the time to complete it has passed. What the bank works on is given up, what it has approved is
/// withdrawn; while its answer is unknown, it is asked. `None`: it has not, or something else is under way.
pub(super) fn lapse(facts: &Facts<'_>, payment: &Payment, input: &Input) -> Option<Decided> {
    let lapsed =
        payment.complete_by.is_some_and(|by| by <= facts.now) && matches!(payment.state, State::Open);
    if !lapsed || *input != Input::Due {
        return None;
    }
    if let Some(authorized) = payment.awaits_completion() {
        let mut decision = Decision::reply(payment.id.0);
        follow(facts, payment, Operation::Withdraw { authorized }, &mut decision);
        return Some(Ok(decision));
    }
    let running = payment.running()?;
    let authorizes = matches!(running.operation, Operation::AuthorizeRedirect { .. });
    if !authorizes || running.giving_up().is_some() || running.call().is_some() {
        return None;
    }
    if facts.policy(running).can_cancel {
        return Some(advance(facts, payment.id, None, Input::GiveUp(CancelReason::ChallengeExpired)));
    }
    // C8: whether the bank still approves it, nobody can promise.
    let reason = "the provider can't withdraw what the bank works on, and its time is over".to_owned();
    let event = Event::Payment(PaymentEvent::ReviewNeeded { reason });
    Some(Ok(Decision::reply(payment.id.0).on(payment.id.0, event)))
}

/// The next attempt of the same payment.
fn follow(facts: &Facts<'_>, payment: &Payment, operation: Operation, decision: &mut Decision) {
    let Some(last) = payment.attempts.last() else { return };
    let effect = EffectId { ordinal: last.effect.ordinal + 1, ..last.effect };
    let attempt = Attempt::new(effect, &last.provider, operation, facts.now);
    decision.call(&attempt);
    let event = PaymentEvent::Followed { attempt: Box::new(attempt) };
    decision.push(payment.id.0, Event::Payment(event));
}
