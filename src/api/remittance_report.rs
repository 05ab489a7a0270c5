//! RemittanceNotificationService: what banks report (A26 to A28).

use tonic::{Request, Response, Status};

use super::{
    desk::Desk,
    status::{self, failed},
};
use crate::{
    domain::{
        account::Account,
        card::holds_card_number,
        command::{Command, ReceiveRemittance, ReturnRemittance},
        ids::AccountId,
        money::Money,
        program::ProgramId,
        reason::Reason,
        rejection::{FieldViolation, Kind, Rejection},
        remittance::{Return, Transfer, number, received_id},
        seller,
    },
    proto::provider::v1::{
        self as pb, remittance_notification_service_server::RemittanceNotificationService,
    },
    wire::time,
};

/// Whose a creditor account is.
enum Creditor {
    /// A customer's dedicated one.
    Customer(AccountId),
    /// The shared one of a program.
    Program(ProgramId),
}

impl Desk {
    /// Whose account a number is. A dedicated number stays its owner's, whatever the program shows today.
    async fn creditor(&self, number: &str) -> Result<Creditor, Status> {
        let programs = &self.engine.rules().programs;
        for program in programs.values() {
            let mut banks = program.editions().flat_map(|edition| edition.bank_accounts());
            if banks.any(|bank| bank.shared_account == number) {
                return Ok(Creditor::Program(program.id.clone()));
            }
        }
        let unknown = || self.refuse(&unknown(number));
        let (prefix, id) = number::owner(number).ok_or_else(unknown)?;
        let entity = self.engine.read(id, id.0).await.map_err(|error| failed(&error, self.now()))?;
        let account = entity.as_ref().and_then(|entity| entity.get::<Account>()).ok_or_else(unknown)?;
        let program = programs.get(&account.program).ok_or_else(unknown)?;
        let mut banks = program.editions().flat_map(|edition| edition.bank_accounts());
        if banks.any(|bank| bank.dedicated_prefix == prefix) {
            Ok(Creditor::Customer(id))
        } else {
            Err(unknown())
        }
    }

    /// Hands in what a bank says. It may be shed: the bank says it again.
    async fn hear_of(&self, account: AccountId, command: Command) -> Result<(), Status> {
        let heard = self.engine.hear(account, command).await;
        heard.map(drop).map_err(|error| failed(&error, self.now()))
    }
}

#[tonic::async_trait]
impl RemittanceNotificationService for Desk {
    async fn report_remittance(
        &self,
        request: Request<pb::ReportRemittanceRequest>,
    ) -> Result<Response<pb::ReportRemittanceResponse>, Status> {
        let report = request.into_inner();
        if !self.links.keys.is_remittance_token(&report.notification_token) {
            return Err(status::token_invalid());
        }
        let mut bad = Vec::new();
        let transfer = read(&report, &mut bad);
        self.check(bad)?;
        let Some(transfer) = transfer else { return Err(status::internal(&"a checked report is missing")) };
        let (account, seller) = match self.creditor(&transfer.creditor_account).await? {
            Creditor::Customer(account) => (account, None),
            Creditor::Program(program) => (seller::account_of(&program), Some(program)),
        };
        let id = received_id(&transfer.creditor_account, &transfer.bank_reference);
        let receive = ReceiveRemittance { id, seller, transfer, claimed: None };
        self.hear_of(account, Command::ReceiveRemittance(Box::new(receive))).await?;
        Ok(Response::new(pb::ReportRemittanceResponse {}))
    }

    async fn report_remittance_return(
        &self,
        request: Request<pb::ReportRemittanceReturnRequest>,
    ) -> Result<Response<pb::ReportRemittanceReturnResponse>, Status> {
        let report = request.into_inner();
        if !self.links.keys.is_remittance_token(&report.notification_token) {
            return Err(status::token_invalid());
        }
        let mut bad = Vec::new();
        text("return_reference", &report.return_reference, 1, 64, &mut bad);
        text("reason", &report.reason, 0, 512, &mut bad);
        let booked = report.booking_time.as_ref().and_then(time::instant);
        if booked.is_none() {
            bad.push(missing("booking_time"));
        }
        self.check(bad)?;
        let (account, seller) = match self.creditor(&report.creditor_account).await? {
            Creditor::Customer(account) => (account, None),
            Creditor::Program(program) => (seller::account_of(&program), Some(program)),
        };
        let returned = Return {
            bank_reference: report.return_reference,
            reason: kept(report.reason),
            booked: booked.unwrap_or(jiff::Timestamp::UNIX_EPOCH),
        };
        let remittance = received_id(&report.creditor_account, &report.bank_reference);
        let command = ReturnRemittance { remittance, seller, returned };
        self.hear_of(account, Command::ReturnRemittance(Box::new(command))).await?;
        Ok(Response::new(pb::ReportRemittanceReturnResponse {}))
    }
}

fn read(report: &pb::ReportRemittanceRequest, bad: &mut Vec<FieldViolation>) -> Option<Transfer> {
    text("bank_reference", &report.bank_reference, 1, 64, bad);
    text("end_to_end_id", &report.end_to_end_id, 0, 64, bad);
    text("debtor", &report.debtor, 0, 140, bad);
    text("debtor_account", &report.debtor_account, 0, 34, bad);
    text("remittance_information", &report.remittance_information, 0, 512, bad);
    let amount = report.amount.as_ref().and_then(|amount| Money::try_from(amount).ok());
    let amount = amount.filter(|amount| !amount.is_zero());
    let value_date = time::date(&report.value_date);
    let booked = report.booking_time.as_ref().and_then(time::instant);
    for (field, is_there) in [
        ("amount", amount.is_some()),
        ("value_date", value_date.is_some()),
        ("booking_time", booked.is_some()),
    ] {
        if !is_there {
            bad.push(missing(field));
        }
    }
    Some(Transfer {
        creditor_account: report.creditor_account.clone(),
        bank_reference: report.bank_reference.clone(),
        end_to_end_id: kept(report.end_to_end_id.clone()),
        amount: amount?,
        value_date: value_date?,
        booked: booked?,
        debtor: kept(report.debtor.clone()),
        debtor_account: report.debtor_account.clone(),
        remittance_information: kept(report.remittance_information.clone()),
    })
}

fn text(field: &str, text: &str, least: usize, most: usize, bad: &mut Vec<FieldViolation>) {
    let length = text.chars().count();
    if length < least || length > most || text.chars().any(char::is_control) {
        let message = format!("Give {least} to {most} characters without control characters.");
        bad.push(FieldViolation::new(field, Reason::InvalidField, message));
    }
}

fn missing(field: &str) -> FieldViolation {
    FieldViolation::new(field, Reason::InvalidField, format!("{field} is missing or makes no sense."))
}

/// What payers write is kept, but for what looks like a card's number (C9).
fn kept(text: String) -> String {
    if holds_card_number(&text) { "withheld: it looks like a card number".to_owned() } else { text }
}

fn unknown(number: &str) -> Rejection {
    let message = "No account of that number is known here. Give the money back to who sent it.";
    Rejection {
        kind: Kind::NotFound,
        ..Rejection::field("creditor_account", Reason::RemittanceAccountUnknown, message)
    }
    .fact("creditor_account", number)
}
