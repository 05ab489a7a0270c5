//! What the bank does inside a turn of the ledger: whatever moves money is entered, timed and reported in
//! the same turn.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sha2::{Digest as _, Sha256};

use super::book::{self, Sent, State};
use crate::{
    proto::{
        provider::v1::{ReportRemittanceRequest, ReportRemittanceReturnRequest},
        sandbox::v1::BankEntryKind,
    },
    sandbox::{
        amount::Amount,
        clocks,
        database::{Turn, to_time},
        error::Error,
        notices::{self, Message},
        timers::{self, Timer},
        wire::to_wire_time,
    },
};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The payers' accounts are at another bank, which keeps only one.
const DEBTOR_ACCOUNT: &str = "GB33BUKB20201555555555";

/// What a payer asks for, read off the wire.
pub(super) struct Order {
    pub creditor_account: String,
    pub amount: Amount,
    pub debtor: String,
    pub information: String,
    pub clock: String,
    /// 2 to 4, or 0 for the bank's choice.
    pub days: i32,
    pub delay: SignedDuration,
    pub reports: i64,
}

/// Sends money on its way; it arrives days later.
pub(super) fn send(turn: &mut Turn<'_>, order: Order) -> Result<Option<(String, Timestamp)>, Error> {
    if book::listener(turn)?.is_none() {
        return Ok(None);
    }
    let reference = format!("SBX{}", turn.id());
    let days = if order.days == 0 { chosen_days(&reference) } else { order.days };
    let now = clocks::now(turn, &order.clock)?;
    let arrives = now.checked_add(DAY * days).unwrap_or(Timestamp::MAX);
    let sent = Sent {
        reference: reference.clone(),
        creditor_account: order.creditor_account,
        amount: order.amount,
        debtor: order.debtor,
        information: order.information,
        clock: order.clock,
        arrives: arrives.as_microsecond(),
        delay: i64::try_from(order.delay.as_micros()).unwrap_or(i64::MAX),
        reports: order.reports.max(1),
        state: State::OnItsWay,
    };
    book::save(turn, &sent)?;
    timers::set(turn, &sent.clock, arrives, Timer::RemittanceArrives, &reference)?;
    Ok(Some((reference, arrives)))
}

/// 2 to 4, the same however often it is asked (A28).
fn chosen_days(reference: &str) -> i32 {
    2 + i32::from(Sha256::digest(reference.as_bytes()).first().copied().unwrap_or(0) % 3)
}

/// It has arrived. It is reported at once, or as much later as was asked for.
pub(in crate::sandbox) fn arrive(turn: &mut Turn<'_>, reference: &str, at: Timestamp) -> Result<(), Error> {
    let Some(sent) = book::load(turn, reference)?.filter(|sent| sent.state == State::OnItsWay) else {
        return Ok(());
    };
    let sent = Sent { state: State::Arrived, ..sent };
    book::save(turn, &sent)?;
    let reported = at.checked_add(SignedDuration::from_micros(sent.delay)).unwrap_or(Timestamp::MAX);
    book::enter(turn, BankEntryKind::Credit, &sent, at, reported)?;
    if reported > at {
        return timers::set(turn, &sent.clock, reported, Timer::RemittanceReported, reference);
    }
    report(turn, reference)
}

/// Reports what has arrived.
pub(in crate::sandbox) fn report(turn: &mut Turn<'_>, reference: &str) -> Result<(), Error> {
    let (Some(sent), Some(listener)) = (book::load(turn, reference)?, book::listener(turn)?) else {
        return Ok(());
    };
    let booked = to_time(sent.arrives)?;
    let message = Message::Remittance(ReportRemittanceRequest {
        notification_token: listener.token,
        creditor_account: sent.creditor_account,
        bank_reference: sent.reference,
        end_to_end_id: "NOTPROVIDED".to_owned(),
        amount: Some(sent.amount.to_provider()),
        value_date: booked.to_zoned(TimeZone::UTC).date().to_string(),
        booking_time: Some(to_wire_time(booked)),
        debtor: sent.debtor,
        debtor_account: DEBTOR_ACCOUNT.to_owned(),
        remittance_information: sent.information,
    });
    notices::write(turn, listener.target, message, sent.reports)
}

/// What became of a call to take money back.
pub(super) enum TakenBack {
    Done,
    Unknown,
    NotThere,
}

/// Takes back what had arrived.
pub(super) fn take_back(turn: &mut Turn<'_>, reference: &str, reason: String) -> Result<TakenBack, Error> {
    let Some(sent) = book::load(turn, reference)? else { return Ok(TakenBack::Unknown) };
    if sent.state != State::Arrived {
        return Ok(TakenBack::NotThere);
    }
    let sent = Sent { state: State::Returned, ..sent };
    let now = clocks::now(turn, &sent.clock)?;
    book::save(turn, &sent)?;
    book::enter(turn, BankEntryKind::Return, &sent, now, now)?;
    let Some(listener) = book::listener(turn)? else { return Ok(TakenBack::Done) };
    let message = Message::Return(ReportRemittanceReturnRequest {
        notification_token: listener.token,
        creditor_account: sent.creditor_account,
        bank_reference: sent.reference.clone(),
        return_reference: format!("{}R", sent.reference),
        reason,
        booking_time: Some(to_wire_time(now)),
    });
    notices::write(turn, listener.target, message, 1)?;
    Ok(TakenBack::Done)
}

/// bursar knows no such account: the money goes back to the payer.
pub(in crate::sandbox) fn reject(turn: &mut Turn<'_>, reference: &str) -> Result<(), Error> {
    let Some(sent) = book::load(turn, reference)?.filter(|sent| sent.state == State::Arrived) else {
        return Ok(());
    };
    let sent = Sent { state: State::Rejected, ..sent };
    let now = clocks::now(turn, &sent.clock)?;
    book::save(turn, &sent)?;
    book::enter(turn, BankEntryKind::Rejection, &sent, now, now)
}

/// Whether the check digits of an account's number are right (ISO 13616, ISO 7064 MOD 97-10).
pub(super) fn is_account(number: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let Some((start, rest)) = number.split_at_checked(4).filter(|(_, rest)| !rest.is_empty()) else {
        return false;
    };
    let remainder = rest.chars().chain(start.chars()).try_fold(0, |sum, character| {
        let value = character.to_digit(36)?;
        Some((sum * if value < 10 { 10 } else { 100 } + value) % 97)
    });
    number.len() <= 34 && number.bytes().all(capital) && remainder == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_there_where_its_check_digits_are_right() {
        assert!(is_account("GB29NWBK60161331926819") && is_account(DEBTOR_ACCOUNT));
        for wrong in ["", "GB29", "GB28NWBK60161331926819", "gb29nwbk60161331926819", "GB29-NWBK"] {
            assert!(!is_account(wrong), "{wrong}");
        }
    }

    #[test]
    fn a28_a_transfer_takes_two_to_four_days() {
        let days: std::collections::BTreeSet<i32> =
            (0..50).map(|number| chosen_days(&format!("SBX{number}"))).collect();
        assert_eq!(days.into_iter().collect::<Vec<_>>(), [2, 3, 4]);
    }
}
