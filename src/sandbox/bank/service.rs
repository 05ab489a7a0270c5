//! `bursar.sandbox.v1.RemittanceBankService`: what payers, and those who test, ask the bank.

use jiff::SignedDuration;
use tonic::{Request, Response, Status, async_trait};

use super::{
    book,
    desk::{self, Order, TakenBack},
};
use crate::{
    proto::{
        provider,
        sandbox::v1::{
            ListBankEntriesRequest, ListBankEntriesResponse, ReturnRemittanceRequest,
            ReturnRemittanceResponse, SendRemittanceRequest, SendRemittanceResponse,
            remittance_bank_service_server::RemittanceBankService,
        },
    },
    sandbox::{amount::Amount, courier::Courier, error::Error, wire, world::next_page},
};

const REPORTS_MOST: i32 = 10;
const DELAY_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Serves the bank.
#[derive(Clone)]
pub struct Bank {
    pub(in crate::sandbox) courier: Courier,
}

#[async_trait]
impl RemittanceBankService for Bank {
    async fn send_remittance(
        &self,
        request: Request<SendRemittanceRequest>,
    ) -> Result<Response<SendRemittanceResponse>, Status> {
        let order = read(request.into_inner())?;
        let sent = self.courier.turn(move |turn| desk::send(turn, order)).await?;
        let (bank_reference, arrives) = sent.ok_or_else(|| {
            Status::failed_precondition("no bursar has told the bank where to report; start one first")
        })?;
        let arrive_time = Some(wire::to_wire_time(arrives));
        Ok(Response::new(SendRemittanceResponse { bank_reference, arrive_time }))
    }

    async fn return_remittance(
        &self,
        request: Request<ReturnRemittanceRequest>,
    ) -> Result<Response<ReturnRemittanceResponse>, Status> {
        let ReturnRemittanceRequest { bank_reference, reason } = request.into_inner();
        let reason = bounded("reason", reason, 0, 512)?;
        match self.courier.turn_heard(move |turn| desk::take_back(turn, &bank_reference, reason)).await? {
            TakenBack::Done => Ok(Response::new(ReturnRemittanceResponse {})),
            TakenBack::Unknown => Err(Status::not_found("the bank knows no such remittance")),
            TakenBack::NotThere => Err(Status::failed_precondition(
                "it has not arrived yet, or went back already; nothing was done",
            )),
        }
    }

    async fn list_bank_entries(
        &self,
        request: Request<ListBankEntriesRequest>,
    ) -> Result<Response<ListBankEntriesResponse>, Status> {
        let ListBankEntriesRequest { creditor_account, page_size, page_token } = request.into_inner();
        let (after, size) = wire::read_page(page_size, &page_token)?;
        let mut entries =
            self.courier.turn(move |turn| book::list(turn, &creditor_account, after, size + 1)).await?;
        let next_page_token = next_page(&mut entries, size, |entry| entry.sequence);
        Ok(Response::new(ListBankEntriesResponse { entries, next_page_token }))
    }
}

fn read(request: SendRemittanceRequest) -> Result<Order, Error> {
    if !desk::is_account(&request.creditor_account) {
        return Err(Error::invalid(
            "creditor_account",
            "there is no such account: its check digits are wrong",
        ));
    }
    let money = request.amount.map(|money| provider::v1::Money {
        currency_code: money.currency_code,
        units: money.units,
        nanos: money.nanos,
    });
    if !matches!(request.arrival_days, 0 | 2..=4) {
        return Err(Error::invalid("arrival_days", "a transfer takes 2 to 4 days"));
    }
    if !(0..=REPORTS_MOST).contains(&request.report_count) {
        return Err(Error::invalid("report_count", "it has to be 0 to 10"));
    }
    let delay = request.report_delay.unwrap_or_default();
    let delay = SignedDuration::new(delay.seconds, delay.nanos);
    if delay.is_negative() || delay > DELAY_MOST {
        return Err(Error::invalid("report_delay", "it has to be 0 to 7 days"));
    }
    Ok(Order {
        creditor_account: request.creditor_account,
        amount: Amount::read("amount", money)?,
        debtor: bounded("debtor", request.debtor, 1, 140)?,
        information: bounded("remittance_information", request.remittance_information, 0, 512)?,
        clock: wire::read_effect_clock(request.clock)?,
        days: request.arrival_days,
        delay,
        reports: i64::from(request.report_count),
    })
}

fn bounded(field: &'static str, text: String, least: usize, most: usize) -> Result<String, Error> {
    let length = text.chars().count();
    if length < least || length > most || text.chars().any(char::is_control) {
        return Err(Error::invalid(field, format!("it has to be {least} to {most} characters")));
    }
    Ok(text)
}
